"""Role × DocType × action, as one table; and what the predicates beyond roles let through."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.constants import roles
from tests.desk import factory, settling

pytestmark = pytest.mark.smoke

ACTIONS = {"r": "read", "w": "write", "c": "create", "d": "delete", "s": "submit", "x": "cancel", "a": "amend", "i": "import", "e": "export"}  # fmt: skip
RECORDS = (
    "Complaint",
    "Investigation",
    "Root Cause",
    "CAPA",
    "Complaint Settlement",
    "Reportability Assessment",
)
SETUP = (
    "Complaint Type",
    "Complaint Channel",
    "Complaint SOP",
    "Risk Matrix",
    "Risk Severity",
    "Risk Occurrence",
)

# What each role may do, in the order of RECORDS, then with every record of SETUP, with the settings, and with what
# came in, where writing means deciding.
TABLE = {
    roles.AGENT: ("rwc", "r", "r", "r", "rwcd", "r", "r", "r", "rw"),
    roles.MANAGER: ("rwcie", "rwc", "rwc", "rwce", "rwcdsxae", "rwc", "rwcie", "r", "rwe"),
    roles.INVESTIGATOR: ("rw", "rwc", "rwc", "rwc", "r", "r", "r", "r", "r"),
    roles.QUALITY_MANAGER: ("rwce", "rwce", "rwce", "rwce", "r", "r", "rwcie", "rw", "r"),
    roles.REGULATORY: ("rw", "r", "r", "r", "", "rwce", "r", "r", "r"),
    roles.ACTION_OWNER: ("", "", "", "", "", "", "", "", ""),
    roles.AUDITOR: ("re", "re", "re", "re", "re", "re", "re", "r", "re"),
    roles.ACCOUNTS_USER: ("r", "", "", "", "r", "", "r", "", ""),
    roles.ACCOUNTS_MANAGER: ("r", "", "", "", "rwsxe", "", "r", "r", ""),
    "Sales User": ("", "", "", "", "", "", "", "", ""),
}
COLUMNS = (*((name,) for name in RECORDS), SETUP, ("Complaint QMS Settings",), ("Complaint Inbox Item",))


@pytest.mark.parametrize("role", TABLE)
def test_what_a_role_may_do(role):
    user = factory.user(role)
    allowed = {
        (doctype, ACTIONS[letter])
        for letters, doctypes in zip(TABLE[role], COLUMNS, strict=True)
        for letter in letters
        for doctype in doctypes
    }
    asked = {
        (doctype, action)
        for doctypes in COLUMNS
        for doctype in doctypes
        for action in ACTIONS.values()
        if action not in ("submit", "cancel", "amend") or doctype == "Complaint Settlement"
    }
    found = {pair for pair in asked if has_right(user, *pair)}
    assert found == allowed


def has_right(user: str, doctype: str, action: str) -> bool:
    return bool(frappe.permissions.get_role_permissions(frappe.get_meta(doctype), user=user).get(action))


@pytest.mark.parametrize("doctype", sorted(set(RECORDS) - {"Complaint Settlement"}))
def test_nobody_may_delete_a_record(doctype):
    """A settlement that was never submitted is a proposal, not a record: that one may go."""
    assert not [row.role for row in frappe.get_meta(doctype).permissions if row.delete]


def test_accounts_see_only_complaints_with_a_settlement():
    _, _, invoice = factory.sold(2)
    settled, plain = settling.complaint_on(invoice), settling.complaint_on(invoice)
    frappe.get_doc(
        {
            "doctype": "Complaint Settlement",
            "complaint": settled.name,
            "customer": invoice.customer,
            "company": invoice.company,
            "currency": invoice.currency,
            "sales_invoice": invoice.name,
            "reason": "Agreed",
            "lines": [
                {
                    "remedy": "credit",
                    "item_code": invoice.items[0].item_code,
                    "qty": 1,
                    "sales_invoice": invoice.name,
                    "sales_invoice_item": invoice.items[0].name,
                }
            ],
        }
    ).insert()
    frappe.set_user(factory.user(roles.ACCOUNTS_USER))
    seen = frappe.get_list("Complaint", pluck="name", order_by="name", limit=0)
    assert settled.name in seen
    assert plain.name not in seen
    assert frappe.get_doc("Complaint", settled.name).has_permission("read")
    assert not frappe.get_doc("Complaint", plain.name).has_permission("read")
    assert not frappe.get_doc("Complaint", settled.name).has_permission("write")


def test_a_user_without_a_role_sees_nothing_even_when_docperm_is_opened():
    _, _, invoice = factory.sold(1)
    settling.complaint_on(invoice)
    frappe.set_user(factory.user("Sales User"))
    with pytest.raises(frappe.PermissionError):
        frappe.get_list("Complaint")


def test_a_user_permission_on_company_hides_other_companies():
    _, _, invoice = factory.sold(1)
    doc = settling.complaint_on(invoice)
    agent = factory.user(roles.AGENT, email="fenced@qms.example")
    other = factory.other_company()
    factory.make("User Permission", user=agent, allow="Company", for_value=other)
    frappe.set_user(agent)
    assert doc.name not in frappe.get_list("Complaint", pluck="name", limit=0)
    assert not frappe.get_doc("Complaint", doc.name).has_permission("read")
