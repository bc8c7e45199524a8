"""What a form is sent when it is opened: the record, its stage bar, and what stands beside it in few queries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
import pytest
from frappe.desk.form.load import getdoc

from complaint_qms.api import complaint as api
from complaint_qms.api import progress
from complaint_qms.constants import roles
from tests.desk import factory

OF_THE_MOMENT = ("now", "stage_used")


def opened(doc):
    """The record as the desk gets it, and what came with it."""
    frappe.local.response = frappe._dict(docs=[])
    getdoc(doc.doctype, doc.name)
    (sent,) = frappe.local.response.docs
    return sent, sent.get("__onload")


def steady(overview):
    clock = overview["clock"]
    kept = clock and {name: value for name, value in clock.items() if name not in OF_THE_MOMENT}
    headline = {name: value for name, value in overview.get("headline", {}).items() if "seconds" not in name}
    return {**overview, "clock": kept, "headline": headline}


@contextmanager
def asked() -> Iterator[list[str]]:
    """The queries that are run meanwhile."""
    seen, ask = [], frappe.db.sql
    frappe.db.sql = lambda query, *args, **kwargs: (seen.append(str(query)), ask(query, *args, **kwargs))[1]
    try:
        yield seen
    finally:
        frappe.db.sql = ask


@pytest.mark.parametrize("make", [factory.investigation, factory.capa])
def test_the_stage_bar_comes_with_the_record(make):
    doc = make()
    _, along = opened(doc)
    assert steady(along.overview) == steady(progress.overview(doc.name, doc.doctype))


def test_what_stands_around_the_fields_of_a_complaint_comes_in_one_answer():
    buyer, note, _invoice = factory.sold()
    doc = factory.complaint(customer=buyer.name, item_code=note.items[0].item_code)
    factory.complaint(customer=buyer.name)
    name = doc.name
    factory.verified_cause(factory.investigation(doc))
    around = api.opened(name)
    assert steady(around["overview"]) == steady(progress.overview(name))
    assert around["context"] == api.context(name)
    assert around["context"]["linked"]["investigations"]
    assert around["context"]["linked"]["root_causes"]


def test_it_is_the_reader_s_own():
    name = factory.in_triage().name
    frappe.set_user(factory.user(roles.AUDITOR))
    assert api.opened(name)["overview"]["next"] == []
    frappe.set_user(factory.user("Employee"))
    with pytest.raises(frappe.PermissionError):
        api.opened(name)


@pytest.mark.parametrize("make", [factory.investigation, factory.capa])
def test_a_record_whose_steps_cannot_be_told_opens_all_the_same(make):
    doc = make()
    frappe.db.set_value(doc.doctype, doc.name, "workflow_state", "")
    with pytest.raises(frappe.ValidationError):
        progress.overview(doc.name, doc.doctype)
    frappe.clear_messages()
    sent, along = opened(doc)
    assert (sent.name, "overview" in along, frappe.local.message_log) == (doc.name, False, [])


def test_of_a_complaint_whose_steps_cannot_be_told_the_rest_is():
    doc = factory.complaint()
    frappe.db.set_value("Complaint", doc.name, "workflow_state", "")
    around = api.opened(doc.name)
    assert (around["overview"], frappe.local.message_log) == (None, [])
    assert around["context"] == api.context(doc.name)


def test_a_complaint_is_fetched_by_hardly_more_queries_than_an_issue_of_erpnext():
    customer = factory.customer().name
    issue = frappe.get_doc({"doctype": "Issue", "subject": "Lid", "customer": customer}).insert()
    complaint = factory.complaint(customer=customer)
    counts = []
    for doc in (issue, complaint):
        opened(doc)
        with asked() as queries:
            opened(doc)
        counts.append(len(queries))
    # Its four tables, and the names of what it links to.
    assert counts[1] - counts[0] <= 6
    with asked() as queries:
        api.opened(complaint.name)
    assert len(queries) <= 21


class TestBeside:
    def test_the_newest_neighbours_come_first_and_void_ones_not_at_all(self):
        item = factory.item().name
        older, newer, void = (
            factory.complaint(item_code=item, received_at=f"2026-01-{day:02} 09:00:00") for day in (5, 7, 9)
        )
        frappe.db.set_value("Complaint", void.name, "stage", "void")
        seen = api.context(factory.complaint(item_code=item).name)["neighbours"]["item"]
        assert [row["name"] for row in seen] == [newer.name, older.name]

    def test_neighbours_and_alike_keep_to_what_the_reader_may_see(self):
        item, own = factory.item().name, factory.customer().name
        mine, _hidden = factory.complaint(item_code=item, customer=own), factory.complaint(item_code=item)
        name = factory.complaint(item_code=item, customer=own).name
        frappe.set_user(factory.person(roles.AGENT, Customer=own))
        seen = api.context(name)
        told = [row["name"] for row in (*seen["neighbours"]["item"], *seen["similar"])]
        assert set(told) == {mine.name}

    def test_a_field_that_is_kept_from_the_reader_says_nothing_of_the_neighbours(self):
        item = factory.item().name
        factory.complaint(item_code=item, severity=frappe.db.get_value("Risk Severity", {}, "name"))
        name = factory.complaint(item_code=item).name
        frappe.make_property_setter(
            {"doctype": "Complaint", "fieldname": "severity", "property": "permlevel", "value": "7"}
        )
        frappe.clear_cache(doctype="Complaint")
        try:
            frappe.set_user(factory.user(roles.AGENT))
            (row,) = api.context(name)["neighbours"]["item"]
            assert row["severity"] is None
        finally:
            frappe.set_user("Administrator")
            frappe.db.rollback()
            frappe.clear_cache(doctype="Complaint")

    def test_the_queries_do_not_grow_with_what_is_found(self):
        buyer, note, _invoice = factory.sold(2)
        counts = []
        factory.complaint(customer=buyer.name)
        for _ in range(2):
            name = factory.complaint(customer=buyer.name, item_code=note.items[0].item_code).name
            frappe.set_user(factory.user(roles.MANAGER))
            api.context(name)
            with asked() as queries:
                api.context(name)
            counts.append(len(queries))
            frappe.set_user("Administrator")
            for _ in range(4):
                factory.complaint(customer=buyer.name, item_code=note.items[0].item_code)
        assert counts[0] == counts[1] <= 20
