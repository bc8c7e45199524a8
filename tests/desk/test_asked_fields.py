"""Nobody learns a field that their roles hide by asking for it in another shape, or from doors that count past rights."""

from __future__ import annotations

import json
from typing import Any

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.permissions import confidential
from tests.desk import factory, ways
from tests.desk.planted import Planted, plant

LISTS = "frappe.client.get_list"
MADE_OF_TWO = "replace(name, name, description) as shown"
TWICE = json.dumps(json.dumps([["Complaint", "description", "like", "%zq%"]]))
CARD = "frappe.desk.doctype.number_card.number_card.get_result"
CHART = "frappe.desk.doctype.dashboard_chart.dashboard_chart.get"
STATES = "frappe.workflow.doctype.workflow.workflow.get_workflow_state_count"
BY_TEXT = [["description", "like", "%zq%"]]
ASKED = [
    (LISTS, {"fields": ["name", MADE_OF_TWO.replace("description", "Description")]}),
    (LISTS, {"filters": {"Description": ["like", "%zq%"]}}),
    (LISTS, {"filters": TWICE}),
    (LISTS, {"order_by": "Contact_Phone desc"}),
    ("frappe.client.get_value", {"fieldname": [MADE_OF_TWO], "filters": {"stage": "new"}}),
    ("frappe.desk.query_report.get_data_for_custom_field", {"field": MADE_OF_TWO, "names": ["x"]}),
    (
        "frappe.desk.calendar.get_events",
        {"start": "2000-01-01", "end": "2100-01-01", "field_map": {"start": "creation", "end": "creation", "title": MADE_OF_TWO}},
    ),
    ("frappe.desk.search.search_widget", {"query": LISTS, "txt": json.dumps([MADE_OF_TWO]), "page_length": 0}),
    ("frappe.desk.search.search_widget", {"txt": "zq", "searchfield": "description"}),
    ("frappe.desk.listview.get_group_by_count", {"current_filters": BY_TEXT, "field": "stage"}),
    ("frappe.desk.reportview.get_sidebar_stats", {"stats": ["complainant_name"], "filters": []}),
    ("frappe.desk.form.utils.get_next", {"value": "x", "prev": 0, "sort_field": "description"}),
    (CARD, {"doc": {"document_type": "Complaint", "function": "Count"}, "filters": BY_TEXT}),
    (CARD, {"doc": {"document_type": "Complaint", "function": "Maximum", "aggregate_function_based_on": "contact_phone"}, "filters": []}),
    (CHART, {"chart": {"document_type": "Complaint", "chart_type": "Count", "filters_json": json.dumps(BY_TEXT)}}),
    (CHART, {"chart": {"document_type": "Complaint", "chart_type": "Group By", "group_by_based_on": "complainant_name"}}),
    (STATES, {"workflow_state_field": "description", "states": ["x"]}),
]  # fmt: skip


def settled() -> Planted:
    """A complaint that accounts see, with a word of its own in each field they do not read."""
    planted = plant()
    frappe.get_doc(
        {"doctype": "Complaint Settlement", "complaint": planted.complaint.name, "company": planted.complaint.company,
         "customer": planted.complaint.customer, "currency": "EUR", "reason": "Agreed", "name": frappe.generate_hash(length=10)}
    ).db_insert()  # fmt: skip
    return planted


@pytest.mark.parametrize(("method", "values"), ASKED)
def test_no_shape_of_a_request_reaches_a_hidden_field(method: str, values: dict[str, Any]) -> None:
    settled()
    user = factory.user(roles.ACCOUNTS_USER)
    given = values if method in (CARD, CHART) else {"doctype": "Complaint"} | values
    with pytest.raises(ways.Refused, match="is hidden from your roles"):
        ways.call(user, method, "GET", **given)


def test_open_fields_are_asked_for_as_ever() -> None:
    name = settled().complaint.name
    user = factory.user(roles.ACCOUNTS_USER)
    found = ways.call(
        user, LISTS, doctype="Complaint", filters=[["subject", "like", "%"], ["name", "=", name]],
        fields=["name", "replace(name, name, stage) as shown"], order_by="modified desc",
    )  # fmt: skip
    assert [row["shown"] for row in found] == [frappe.db.get_value("Complaint", name, "stage")]
    card = {"document_type": "Complaint", "function": "Count"}
    assert ways.call(user, CARD, doc=card, filters=[["name", "=", name]]) == 1
    rows = ways.call(user, STATES, doctype="Complaint", workflow_state_field="stage", states=["nowhere"])
    assert sum(row["count"] for row in rows) == len(
        ways.call(user, LISTS, doctype="Complaint", limit_page_length=0)
    )


def test_states_are_counted_and_stepped_through_within_what_one_sees() -> None:
    doc = factory.complaint(subject="Wet boxes zqsecret")
    other = factory.complaint(subject="Wet boxes")
    user = factory.user(roles.AGENT)
    task = frappe.get_doc(
        {
            "doctype": "ToDo",
            "description": "zqsecret",
            "reference_type": "Complaint",
            "reference_name": doc.name,
        }
    ).insert()
    frappe.db.set_value("Complaint", doc.name, "confidential", 1)
    confidential.forget_confidential()
    states: dict[str, Any] = {"states": ["nowhere"]}
    names = ways.call(user, STATES, doctype="Complaint", workflow_state_field="subject", **states)
    assert "zqsecret" not in json.dumps(names)
    tasks = ways.call(user, STATES, doctype="ToDo", workflow_state_field="description", **states)
    assert "zqsecret" not in json.dumps(tasks)
    assert not ways.call(user, STATES, doctype="Complaint", workflow_state_field="no_field", **states)
    step = "frappe.desk.form.utils.get_next"
    with pytest.raises(ways.Refused):
        ways.call(user, step, doctype="Complaint", value=doc.name, prev=0, sort_field="subject")
    assert ways.call(user, step, doctype="Complaint", value=other.name, prev=0, sort_field="name") != doc.name
    frappe.set_user("Administrator")
    assert "zqsecret" in json.dumps(
        ways.call("Administrator", STATES, doctype="ToDo", workflow_state_field="description", **states)
    ), task.name
