"""Switches and numbers that somebody enters say what they do: a label alone leaves open in what, from when and up to where."""

from __future__ import annotations

import json

from scripts.bench import CHECKOUT

ENTERED = ("Check", "Currency", "Duration", "Float", "Int", "Percent")
SELF_EVIDENT = {
    "Complaint.qty",
    "Complaint.claimed_amount",
    "Complaint Checklist Item.done",
    "Complaint Settlement Line.qty",
    "Complaint Settlement Line.rate",
    "Investigation.sample_returned",
}


def test_every_switch_and_number_is_described() -> None:
    bare = set()
    for path in sorted((CHECKOUT / "complaint_qms" / "complaint_qms" / "doctype").glob("*/*.json")):
        doctype = json.loads(path.read_text("utf-8"))
        bare |= {
            f"{doctype['name']}.{field['fieldname']}"
            for field in doctype.get("fields", ())
            if field["fieldtype"] in ENTERED
            and not (field.get("read_only") or field.get("hidden") or field.get("description"))
        }
    assert bare == SELF_EVIDENT
