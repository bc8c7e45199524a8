"""A pack leaves the words of a level by which an ended complaint was judged, and brings all the rest."""

from __future__ import annotations

import frappe

from complaint_qms.services.onboarding import pack_words, packs
from tests.desk import factory

LEVEL = "Serious"


def test_a_level_that_judged_keeps_its_words() -> None:
    pack = packs.read_packs()["food"]
    ended = factory.complaint().name
    frappe.db.set_value("Complaint", ended, {"severity": LEVEL, "stage": "closed"})
    before = frappe.db.get_value("Risk Severity", LEVEL, "description")
    (item,) = [each for each in packs.compare(pack) if each.key == f"Risk Severity/{LEVEL}"]
    shown = pack_words.describe_item(item)
    assert (item.change, shown["take"]) == (packs.YOURS, "")
    assert ended in shown["note"]
    counts = packs.apply_pack(pack, [item.key])
    assert counts[packs.NEW]
    assert counts[packs.YOURS] == 1
    assert frappe.db.get_value("Risk Severity", LEVEL, "description") == before
    assert {each.change for each in packs.compare(pack)} == {packs.SAME, packs.YOURS}
