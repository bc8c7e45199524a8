"""What is not filled in is told by its name; no message says "None"."""

from __future__ import annotations

import re

import frappe
import pytest

from complaint_qms.services.settlement.proposal import lines_of, proposed_settlement
from tests.desk import factory, settling


def told(deed) -> str:
    """What a user reads when `deed` is refused."""
    frappe.clear_messages()
    with pytest.raises(frappe.ValidationError) as refused:
        deed()
    said = [str(refused.value), *(str(message) for message in frappe.local.message_log)]
    frappe.clear_messages()
    return "\n".join(said)


def settlement(**values):
    _, _, invoice = factory.sold(2)
    complaint = settling.complaint_on(invoice)
    doc = settling.proposal(complaint, invoice, {"qty": 1})
    doc.update(values)
    return doc.insert()


def without_customer():
    return factory.complaint(complainant_name="A stranger", customer=None)


def offered_to_nobody():
    _, _, invoice = factory.sold(2)
    lines_of(without_customer(), invoice.name, None)


def action_of_nobody():
    doc = factory.implemented_capa()
    doc.actions[0].update({"status": "done", "action_owner": None, "evidence_note": "Seen"})
    doc.save()


def share(**values):
    frappe.get_doc(
        {
            "doctype": "DocShare",
            "share_doctype": "Complaint",
            "share_name": factory.complaint().name,
            "read": 1,
            **values,
        }
    ).insert(ignore_permissions=True, ignore_mandatory=True)


def following():
    frappe.get_doc(
        {"doctype": "Document Follow", "ref_doctype": "Complaint", "ref_docname": factory.complaint().name}
    ).insert(ignore_permissions=True, ignore_mandatory=True)


@pytest.mark.parametrize(
    ("deed", "names"),
    [
        (lambda: settlement(customer=None), "Customer"),
        (lambda: settlement(complaint=None), "Complaint"),
        (offered_to_nobody, "no customer in the system"),
        (action_of_nobody, "Owner|owns"),
        (share, "User|colleague"),
        (following, "Choose a record"),
    ],
)
def test_what_is_empty_is_named(deed, names):
    said = told(deed)
    assert re.search(names, said), said
    assert "None" not in said


def test_a_settlement_is_begun_without_a_customer_and_asks_for_it():
    assert proposed_settlement(without_customer())["customer"] is None


def test_an_empty_row_keeps_nothing_from_being_saved():
    """The Tab key adds one at the end of a table."""
    user = factory.user("Complaint Agent")
    handler = factory.make("Complaint Handler", user=user, fits=[{}, {"skill": "lamps"}, {"skill": ""}])
    assert [(row.idx, row.skill) for row in handler.reload().fits] == [(1, "lamps")]
    handler.append("fits", {})
    handler.save()
    assert len(handler.reload().fits) == 1
    handler.fits[0].skill = ""
    assert "Which Complaints Fit, row 1" in told(handler.save), (
        "a row that was stored is the user's to remove"
    )
