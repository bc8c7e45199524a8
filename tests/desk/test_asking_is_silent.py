"""Whoever may look at a record and no more is told nothing of the rights that its screen asks about on the way."""

from __future__ import annotations

import ast
from pathlib import Path

import frappe
import pytest
from frappe.desk.form.load import getdoc

import complaint_qms
from complaint_qms.api import judgement, settlement, story
from complaint_qms.constants import roles
from complaint_qms.constants.story import TOLD_FIELDS
from tests.desk import factory
from tests.desk.factory.smallest import blank

PACKAGE = Path(complaint_qms.__file__).parent


@pytest.fixture
def records():
    plan = factory.capa_in_effect()
    buyer, _note, bill = factory.sold(3)
    sold = factory.complaint(customer=buyer.name, sales_invoice=bill.name)
    line = {"remedy": "credit", "sales_invoice": bill.name, "item_code": bill.items[0].item_code, "qty": 1}
    offer = factory.make(
        "Complaint Settlement", complaint=sold.name, reason="Agreed", customer=sold.customer, company=sold.company, lines=[line]
    )  # fmt: skip
    return {
        "Complaint": sold.name,
        "CAPA": plan.name,
        "Investigation": plan.investigation,
        "Root Cause": frappe.db.get_value("Root Cause", {"investigation": plan.investigation}),
        "Complaint Settlement": offer.name,
        "Field Action": frappe.get_doc({"doctype": "Field Action", **blank("Field Action")}).insert().name,
    }


@pytest.mark.parametrize(
    "role", [roles.AGENT, roles.MANAGER, roles.INVESTIGATOR, roles.REGULATORY, roles.AUDITOR, roles.ACCOUNTS_USER]
)  # fmt: skip
def test_opening_a_record_tells_nothing_of_rights(records, role):
    assert set(records) == set(TOLD_FIELDS)
    opened = 0
    with factory.as_user(factory.user(role)):
        for doctype, name in records.items():
            if not frappe.has_permission(doctype, "read", doc=name):
                continue
            opened += 1
            frappe.clear_messages()
            getdoc(doctype, name)
            if doctype in ("Root Cause", "Complaint Settlement"):
                judgement.offered(doctype, name)
            if doctype == "Complaint Settlement":
                settlement.limits(frappe.db.get_value(doctype, name, "company"), settlement=name)
            story.changes(doctype, name)
            assert [message["message"] for message in frappe.local.message_log] == [], (doctype, role)
    assert opened


def test_no_code_asks_a_record_itself_for_it_tells_the_user():
    # `Document.has_permission` says why not in a message, even where the caller only wants to know; `frappe.has_permission` does not.
    asking = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "has_permission"
        and ast.unparse(node.func.value) != "frappe"
    ]  # fmt: skip
    assert asking == []
