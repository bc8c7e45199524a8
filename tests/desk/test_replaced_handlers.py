"""The stage log tells who handled a complaint within a stage, also who was replaced there, by whichever way."""

from __future__ import annotations

import frappe
import pytest
from frappe.desk.form import assign_to

from complaint_qms.constants import roles
from complaint_qms.services.record.handler_log import handlers_of
from tests.desk import factory
from tests.desk.factory import at_stage
from tests.desk.test_assignment import unmailed  # noqa: F401 - the fixture
from tests.desk.test_closing_independence import closes, executing, manager, refused, step

pytestmark = pytest.mark.usefixtures("site")


def log(doc) -> list[tuple[str, list[str]]]:
    return [(row.stage, handlers_of(row)) for row in frappe.get_doc("Complaint", doc.name).stage_log]


def test_who_is_replaced_within_a_stage_stands_in_its_row_with_the_moment() -> None:
    first, second, third = manager(), manager(), manager()
    doc = factory.complaint(complaint_owner=first)
    for user in (second, second, third, None, first):
        doc.complaint_owner = user
        doc.save()
    (row,) = frappe.get_doc("Complaint", doc.name).stage_log
    assert handlers_of(row) == [first, first, second, third]
    lines = row.replaced_handlers.splitlines()
    assert lines[0].startswith(f"{first} → {frappe.utils.nowdate()} ")
    # A request writes none of it.
    doc.stage_log[0].replaced_handlers = ""
    doc.save()
    assert frappe.get_doc("Complaint", doc.name).stage_log[0].replaced_handlers == row.replaced_handlers


def test_a_task_taken_away_and_given_on_is_a_hand_over_too() -> None:
    first, second = manager(), manager()
    doc = factory.complaint(complaint_owner=first)
    assign_to.remove("Complaint", doc.name, first)
    assign_to.add({"doctype": "Complaint", "name": doc.name, "assign_to": [second]})
    doc.reload()
    assert doc.complaint_owner == second
    assert log(doc) == [("intake", [first, first])]


def test_a_new_stage_begins_with_its_own_handler() -> None:
    first, second = manager(), manager()
    doc = at_stage("triage")
    before = doc.complaint_owner
    doc.complaint_owner = first
    doc.save()
    at_stage_names = log(doc)
    assert at_stage_names[-1][0] == "triage"
    assert before not in (first, second)
    doc.complaint_owner = second
    doc.save()
    assert first in log(doc)[-1][1]


def test_who_handled_it_in_passing_does_not_close_it() -> None:
    worker, passing = manager(), manager()
    doc = executing(worker)
    for user in (passing, worker):
        doc.complaint_owner = user
        doc.save()
    step(factory.person(roles.AGENT), doc, "Send to Review")
    refused(passing, doc)
    closes(manager(), doc)
