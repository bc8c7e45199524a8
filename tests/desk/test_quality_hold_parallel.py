"""A lot is held in the moment in which it is delivered: one of both comes first, and nothing leaves after the hold.

`QMS_RACES` says how often; the suite runs few of them.
"""

from __future__ import annotations

import os
import random
import time
from dataclasses import replace
from functools import partial

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.api import containment as door
from tests.desk import factory, workers

pytestmark = [pytest.mark.commits, pytest.mark.slow]
RACES = int(os.environ.get("QMS_RACES") or 2)


def delivering(note: Document, wait: float, after: float) -> str:
    """Submit, and take a while until the commit: when the gate was passed, and when it was over."""
    time.sleep(wait)
    note.submit()
    passed = time.monotonic()
    time.sleep(after)
    return f"{passed} {time.monotonic()}"


def holding(lot: Document, wait: float, after: float) -> str:
    time.sleep(wait)
    kind = "batches" if lot.doctype == "Batch" else "serials"
    door.hold("Found cracked", **{kind: [lot.name]})
    passed = time.monotonic()
    time.sleep(after)
    return f"{passed} {time.monotonic()}"


def test_nothing_leaves_after_its_hold() -> None:
    line = factory.stocked(RACES + 1, with_batch=True)
    units = factory.stocked(RACES, with_serials=True)
    numbers = frappe.get_all("Serial No", {"item_code": units.item}, pluck="name", order_by="name")
    buyer, dice, won = factory.customer().name, random.Random(7), {"delivery": 0, "hold": 0}
    begun = time.monotonic()
    factory.delivery(buyer, line)
    # A hold is written at once, a delivery takes this long to come to the gate: in a process that has loaded nothing yet, longer.
    longest = 2 * (time.monotonic() - begun)
    for race in range(RACES):
        # Units one after the other; the batch is held for the first time in each race, because the hold is released again.
        by_unit = race % 2 == 1
        sold = replace(units, serials=[numbers[race]]) if by_unit else line
        draft = factory.trade._selling_document("Delivery Note", buyer, [sold], None, {})
        draft.flags.ignore_permissions = True
        draft.insert()
        frappe.db.commit()
        lot = ("Serial No", numbers[race]) if by_unit else ("Batch", line.batch)
        spans = [0, dice.uniform(0, 0.3), dice.uniform(0, longest), dice.uniform(0, 0.3)]
        note, held = workers.at_once([
            workers.Worker("Administrator", "Delivery Note", draft.name, partial(delivering, wait=spans[0], after=spans[1])),
            workers.Worker("Administrator", *lot, partial(holding, wait=spans[2], after=spans[3])),
        ])  # fmt: skip
        assert held.startswith("done"), held
        is_delivered = frappe.db.get_value("Delivery Note", draft.name, "docstatus") == 1
        won["delivery" if is_delivered else "hold"] += 1
        if is_delivered:
            # The hold has waited until the delivery was final.
            assert float(held.split()[1]) > float(note.split()[2]), (note, held)
        else:
            assert note.startswith("refused HeldError"), note
        holds = frappe.get_all("Quality Hold", {"status": "held"}, pluck="name", order_by="name")
        for name in holds:
            frappe.db.set_value("Quality Hold Lot", {"parent": name}, "is_held", 0)
            frappe.db.set_value("Quality Hold", name, "status", "released")
        frappe.db.commit()
    print(f"{RACES} races: {won}")
    # What was refused has left nothing in the ledger, and what was not stands there once.
    ledger = frappe.get_all("Stock Ledger Entry", {"item_code": ("in", [line.item, units.item]), "is_cancelled": 0}, pluck="actual_qty", order_by="name")  # fmt: skip
    assert sum(ledger) == (RACES + 1) + RACES - 1 - won["delivery"]
    if RACES >= 20:
        assert all(won.values()), "by chance alone both come first some time"
