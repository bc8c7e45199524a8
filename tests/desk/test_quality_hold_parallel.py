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
from complaint_qms.constants import rules
from complaint_qms.engine.trace import Lot
from complaint_qms.services.containment import doorkeeper, standing
from complaint_qms.services.rules import leftovers
from tests.desk import factory, ruled, workers

pytestmark = [pytest.mark.commits, pytest.mark.slow]
RACES = int(os.environ.get("QMS_RACES") or 2)


def delivering(note: Document, wait: float, after: float) -> str:
    """Submit, and take a while until the commit: when the gate was passed, and when it was over."""
    time.sleep(wait)
    note.submit()
    passed = time.monotonic()
    time.sleep(after)
    return f"{passed} {time.monotonic()}"


def asking(batch: Document, wait: float, after: float) -> str:
    """Pass the gate as a submission does, and take a while until the commit: what was held, when it was passed, and when it was over."""
    time.sleep(wait)
    held = standing.held_of([Lot(batch.item, batch.name)], locked=True)
    passed = time.monotonic()
    time.sleep(after)
    return f"{len(held)} {passed} {time.monotonic()}"


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
        _release_all()
    print(f"{RACES} races: {won}")
    # What was refused has left nothing in the ledger, and what was not stands there once.
    ledger = frappe.get_all("Stock Ledger Entry", {"item_code": ("in", [line.item, units.item]), "is_cancelled": 0}, pluck="actual_qty", order_by="name")  # fmt: skip
    assert sum(ledger) == (RACES + 1) + RACES - 1 - won["delivery"]
    if RACES >= 20:
        assert all(won.values()), "by chance alone both come first some time"


def test_who_begins_after_a_hold_waits_behind_it_and_nobody_for_other_batches() -> None:
    """Else submissions that overlap without end would keep a hold outside for ever."""
    line, other = (factory.stocked(1, with_batch=True) for _batch in range(2))
    frappe.db.commit()

    def at_gate(batch: str, wait: float, after: float) -> workers.Worker:
        return workers.Worker("Administrator", "Batch", batch, partial(asking, wait=wait, after=after))

    hold = workers.Worker("Administrator", "Batch", line.batch, partial(holding, wait=0.6, after=0))
    before = [at_gate(line.batch, 0, 2), at_gate(line.batch, 0.2, 1.4), at_gate(other.batch, 0.2, 0.1)]
    told = workers.at_once([*before, hold, at_gate(line.batch, 1.2, 0.5)])
    assert all(one.startswith("done") for one in told), told
    first, beside, elsewhere, held, behind = ([float(word) for word in one.split()[1:]] for one in told)
    assert [one[0] for one in (first, beside, elsewhere)] == [0, 0, 0]
    assert max(beside[1], elsewhere[2]) < first[2], "submissions do not wait for each other"
    assert held[0] > max(first[2], beside[2]), "the hold waits for those who were before it"
    assert behind[0] == 1, "who begins after the hold finds it"
    frappe.db.rollback()
    _release_all()


def test_a_hold_that_waits_lets_others_through_and_says_so_in_the_end(monkeypatch) -> None:
    monkeypatch.setattr(doorkeeper, "_PATIENCE", 1)
    monkeypatch.setattr(doorkeeper, "_TURNS", 2)
    line = factory.stocked(1, with_batch=True)
    frappe.db.commit()
    long = workers.Worker("Administrator", "Batch", line.batch, partial(asking, wait=0, after=6)).ready()
    late = workers.Worker("Administrator", "Batch", line.batch, partial(asking, wait=0.8, after=0)).ready()
    long.go()
    time.sleep(0.5)
    begun = time.monotonic()
    late.go()
    with pytest.raises(doorkeeper.StillMovingError, match="again in a minute") as told:
        door.hold("Found cracked", batches=[line.batch])
    given_up = time.monotonic()
    assert told.value.http_status_code == 409, "the same request again does it"
    frappe.db.rollback()
    passed = float(late.answer().split()[2])
    assert begun < passed < given_up < float(long.answer().split()[3])
    assert door.hold("Found cracked", batches=[line.batch])["status"] == "held"
    frappe.db.rollback()


def test_a_rule_never_waits_within_a_save_and_its_hold_is_made_by_the_job_in_the_end(monkeypatch) -> None:
    monkeypatch.setattr(doorkeeper, "_PATIENCE", 1)
    line = factory.stocked(1, with_batch=True)
    mine = ruled.rule(
        {"do": "add_tag", "tag": "before"}, {"do": "hold_goods"}, {"do": "add_tag", "tag": "after"}
    )
    frappe.db.commit()
    booking = workers.Worker("Administrator", "Batch", line.batch, partial(asking, wait=0, after=9)).ready()
    booking.go()
    time.sleep(0.5)
    begun = time.monotonic()
    about = factory.complaint(item_code=line.item, batch_no=line.batch)
    frappe.db.commit()
    saved = time.monotonic() - begun
    (row,) = ruled.log_of(mine)
    assert (row["state"], "Waiting: 1" in row["outcome"], ruled.tags(about)) == (rules.WAITING, True, ",before,after")  # fmt: skip
    assert leftovers.do_waiting() == 0, "still moving, and no attempt is used up"
    assert frappe.db.get_value(rules.LOG, row["name"], ["state", "attempts"]) == (rules.WAITING, 0)
    ended = float(booking.answer().split()[3])
    assert begun + saved < ended, "the save has waited for nobody"
    assert leftovers.do_waiting() == 1
    (row,) = ruled.log_of(mine)
    assert (row["state"], "Waiting" in row["outcome"]) == (rules.DONE, False)
    (held,) = frappe.get_all("Quality Hold Lot", {"batch_no": line.batch, "is_held": 1}, pluck="parent")
    assert frappe.db.get_value("Quality Hold", held, ["by_rule", "complaint"]) == (mine.name, about.name)
    frappe.delete_doc(rules.RULE, mine.name)
    _release_all()


def _release_all() -> None:
    for name in frappe.get_all("Quality Hold", {"status": "held"}, pluck="name", order_by="name"):
        frappe.db.set_value("Quality Hold Lot", {"parent": name}, "is_held", 0)
        frappe.db.set_value("Quality Hold", name, "status", "released")
    frappe.db.commit()
