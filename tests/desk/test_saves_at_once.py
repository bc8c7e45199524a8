"""A record that is being saved keeps nobody waiting who saves another one, and is still read as it is this moment."""

from __future__ import annotations

import frappe
import pytest

from tests.desk import workers
from tests.desk.factory import complaint, investigation

pytestmark = [pytest.mark.commits, pytest.mark.slow]
_LINE = {"level": 1, "question": "Why?"}


@pytest.mark.parametrize("saved", [0, 1], ids=("the older", "the newer"))
def test_a_new_complaint_that_is_being_saved_holds_up_no_step_of_its_neighbour(saved: int):
    names = [complaint().name for _number in range(2)]
    frappe.db.commit()
    doc = frappe.get_doc("Complaint", names[saved])
    doc.closing_summary = "Not committed yet"
    doc.save()
    answer = workers.stepping(names[1 - saved], "Start Triage", {}).ready().go().answer()
    assert answer == "done triage"


def test_what_somebody_else_has_saved_meanwhile_is_read_with_its_rows():
    cause = root_cause(2)
    frappe.db.commit()
    assert answers(cause.name) == ["Because 0.", "Because 1."]  # the transaction begins
    rows = [{**_LINE, "answer": "Because 0."}, {**_LINE, "answer": "Because of rust."}]
    other = workers.stepping(cause.name, "", {"whys": rows}, doctype="Root Cause")
    assert other.ready().go().answer().startswith("done")
    assert [row.answer for row in frappe.get_doc("Root Cause", cause.name).whys] == [
        "Because 0.",
        "Because 1.",
    ]
    now = frappe.get_doc("Root Cause", cause.name, for_update=True)
    assert [row.answer for row in now.whys] == ["Because 0.", "Because of rust."]


def test_rows_that_are_taken_out_are_gone_and_the_others_stay():
    doc = root_cause(3)
    doc.whys.pop(1)
    doc.save()
    assert answers(doc.name) == ["Because 0.", "Because 2."]
    doc.append("whys", {**_LINE, "answer": "Because 3."})
    doc.save()
    assert answers(doc.name) == ["Because 0.", "Because 2.", "Because 3."]
    doc.whys = []
    doc.save()
    assert answers(doc.name) == []


def root_cause(rows: int) -> frappe.model.document.Document:
    return frappe.get_doc(
        {
            "doctype": "Root Cause",
            "investigation": investigation().name,
            "title": "Mould too cold",
            "category": "machine",
            "method": "other",
            "description": "Heater broke",
            "whys": [{**_LINE, "answer": f"Because {number}."} for number in range(rows)],
        }
    ).insert()


def answers(name: str) -> list[str]:
    return frappe.get_all("Root Cause Why", {"parent": name}, pluck="answer", order_by="idx asc")
