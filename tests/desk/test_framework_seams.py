"""Where functions of the framework are stood in for: only within the block, and only what is still there."""

from __future__ import annotations

import inspect
from contextlib import suppress

import frappe
import pytest
from frappe.model.base_document import BaseDocument
from frappe.model.db_query import DatabaseQuery
from frappe.model.document import Document

from complaint_qms.services import framework_seams
from complaint_qms.services.framework_seams import (
    asked_once,
    inserts_told,
    lists_changed,
    remembering,
    without_work_list,
)
from tests.desk import factory

pytestmark = pytest.mark.usefixtures("site")


class Stopped(Exception):
    pass


def test_the_list_of_next_approvers_is_what_the_framework_still_calls():
    assert framework_seams._WORK_LIST in frappe.get_doc_hooks()["*"]["on_update"]
    assert callable(frappe.get_attr(framework_seams._WORK_LIST))


def test_hooks_are_as_before_after_an_error():
    before = frappe.get_doc_hooks()
    with suppress(Stopped), without_work_list("Complaint"):
        assert framework_seams._WORK_LIST not in frappe.get_doc_hooks()["*"]["on_update"]
        others = [name for name in before["*"]["on_update"] if name != framework_seams._WORK_LIST]
        assert [
            name for name in frappe.get_doc_hooks()["*"]["on_update"] if "complaint_qms" not in name
        ] == others
        raise Stopped
    assert frappe.get_doc_hooks() == before


def test_other_records_have_their_list_meanwhile():
    with without_work_list("Complaint"):
        study = factory.investigation()
    listed = {
        doctype: frappe.db.count("Workflow Action", {"reference_doctype": doctype, "reference_name": name})
        for doctype, name in (("Complaint", study.complaint), ("Investigation", study.name))
    }
    assert listed["Complaint"] == 0
    assert listed["Investigation"] > 0


def test_a_workflow_that_mails_keeps_the_list():
    name = frappe.db.get_value("Workflow", {"document_type": "Complaint", "is_active": 1})
    frappe.db.set_value("Workflow", name, "send_email_alert", 1)
    frappe.clear_document_cache("Workflow", name)
    with without_work_list("Complaint"):
        assert framework_seams._WORK_LIST in frappe.get_doc_hooks()["*"]["on_update"]
    frappe.clear_document_cache("Workflow", name)


def test_the_database_answers_by_itself_after_an_error():
    with suppress(Stopped), asked_once():
        assert "get_value" in vars(frappe.local.db)
        raise Stopped
    assert "get_value" not in vars(frappe.local.db)


def test_get_value_has_the_arguments_that_are_understood():
    known = set(inspect.signature(type(frappe.local.db).get_value).parameters)
    assert known >= framework_seams._PLAIN


def test_a_remembering_meta_says_what_the_meta_says():
    meta = frappe.get_meta("Complaint")
    ours = remembering(meta)
    for asked in ({"fieldtype": "Link"}, {"reqd": 1}, {"fieldtype": ("in", ("Attach", "Table"))}):
        assert ours.get("fields", asked) == meta.get("fields", asked) == ours.get("fields", asked)
    assert ours.get_fields_to_fetch("customer") == meta.get_fields_to_fetch("customer")
    assert ours.get("istable") == meta.get("istable")


def test_every_insert_is_told_and_the_method_is_given_back():
    insert, told = BaseDocument.db_insert, []
    with suppress(Stopped), inserts_told(lambda doc: told.append(doc.doctype)):
        buyer = factory.customer(customer_name=factory.unique("Customer"))  # one without a value is a copy
        factory.complaint(customer=buyer.name)
        raise Stopped
    assert BaseDocument.db_insert is insert
    assert {"Customer", "Complaint", "Complaint Stage Log"} <= set(told)


def test_links_are_checked_before_any_hook_of_a_new_record(monkeypatch):
    asked = []
    monkeypatch.setattr(Document, "_validate_links", lambda self: asked.append("links"))
    monkeypatch.setattr(Document, "run_method", lambda self, method, *args, **kwargs: asked.append(method))
    note = frappe.get_doc({"doctype": "ToDo", "description": "x"})

    def stop(*args, **kwargs):
        raise Stopped

    monkeypatch.setattr(note, "set_new_name", stop)
    with suppress(Stopped):
        note.insert()
    assert asked == ["links", "before_insert"]


def test_lists_are_told_within_the_block_alone():
    plain = DatabaseQuery.execute
    told = []

    def change(doctype, _fields, rows):
        told.append(doctype)
        return rows

    with suppress(Stopped), lists_changed(change), lists_changed(change):
        frappe.get_list("Role", limit=1)
        raise Stopped
    assert told == ["Role"]
    assert DatabaseQuery.execute is plain
