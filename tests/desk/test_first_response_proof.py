"""A first response that was due already is not made punctual by the moment that somebody enters for it."""

from __future__ import annotations

import re

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from complaint_qms.constants import roles
from complaint_qms.constants.correspondence import PROOF_FROM
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.lifecycle.overview import overview
from tests.desk import factory, ways
from tests.desk.factory import as_user

HOUR = 3600
ANN = "ann@customer.example"
REASON = {"first_response_reason": "Called by Ann Lee from the field, her note of that day is attached."}


def overdue(**values):
    """A complaint of six hours ago that was to be answered within two."""
    sop = factory.make(
        "Complaint SOP", sop_name=factory.unique("SOP"), round_the_clock=1, first_response_time=2 * HOUR
    )
    about = {"received_at": add_to_date(now_datetime(), hours=-6), **values}
    doc = factory.complaint(**about)
    doc.sop = sop.name
    doc.save()
    assert doc.response_due < now_datetime()
    return doc


def ago(hours):
    return add_to_date(now_datetime(), hours=-hours).replace(microsecond=0)


def entered(doc, **values):
    with as_user(factory.user(roles.AGENT)):
        doc = frappe.get_doc("Complaint", doc.name)
        doc.update(values)
        doc.save()
    return doc.reload()


@pytest.mark.parametrize("field", ["first_response_at", "reply_sent_at"])
def test_an_earlier_moment_alone_is_refused(field):
    doc = overdue()
    with pytest.raises(frappe.ValidationError, match="Proof of an Earlier First Response"):
        entered(doc, **{field: ago(5)})
    assert frappe.db.get_value("Complaint", doc.name, "response_status") != "met"


@pytest.mark.parametrize("field", ["first_response_at", "reply_sent_at"])
def test_with_the_proof_it_counts_and_the_proof_is_kept(field):
    doc = entered(overdue(), **{field: ago(5)}, **REASON)
    assert (doc.response_status, doc.first_response_reason) == ("met", REASON["first_response_reason"])
    doc = entered(doc, first_response_reason="Another word")
    assert doc.first_response_reason == REASON["first_response_reason"]


def mailed(doc, hours, **values):
    """A mail to the customer that was stored so many hours ago, and that nobody entered on the complaint."""
    sent = {
        "communication_type": "Communication", "sent_or_received": "Sent", "subject": "Sorry", "content": "x",
        "reference_doctype": doc.doctype, "reference_name": doc.name, "communication_medium": "Email", "recipients": ANN,
    }  # fmt: skip
    frappe.flags.in_import = True
    try:
        mail = factory.make("Communication", **sent | values)
    finally:
        frappe.flags.in_import = False
    mail.db_set("creation", ago(hours), update_modified=False)
    return mail


@pytest.mark.parametrize(
    ("values", "at", "counts"),
    [
        ({}, 5, True),
        ({"recipients": "office@elsewhere.example", "cc": f"Ann Lee <{ANN}>"}, 5, True),
        ({}, 3, False),
        ({"sent_or_received": "Received"}, 5, False),
        ({"communication_medium": "Phone"}, 5, False),
        ({"communication_type": "Automated Message"}, 5, False),
        ({"recipients": "supplier@elsewhere.example"}, 5, False),
        ({"recipients": ""}, 5, False),
    ],
)
def test_a_mail_that_was_sent_to_the_customer_in_time_is_proof(values, at, counts):
    doc = overdue(contact_email=ANN)
    mailed(doc, at, **values)
    if counts:
        assert entered(doc, first_response_at=ago(4.5)).response_status == "met"
    else:
        with pytest.raises(frappe.ValidationError, match="Proof of an Earlier"):
            entered(doc, first_response_at=ago(4.5))


def relinked_by_the_desk(mail, other):
    about = {"reference_doctype": other.doctype, "reference_name": other.name}
    ways.call("Administrator", "frappe.email.relink", "POST", name=mail.name, **about)


def relinked_by_save(mail, other):
    doc = frappe.get_doc("Communication", mail.name)
    doc.update({"reference_doctype": other.doctype, "reference_name": other.name, PROOF_FROM: None})
    doc.save(ignore_permissions=True)


@pytest.mark.parametrize("road", [relinked_by_the_desk, relinked_by_save])
def test_a_mail_proves_nothing_of_the_time_before_it_came_to_the_complaint(road):
    doc, mail = overdue(contact_email=ANN), mailed(factory.complaint(), 5)
    road(mail, doc)
    with pytest.raises(frappe.ValidationError, match="Proof of an Earlier"):
        entered(doc, first_response_at=ago(4.5))
    frappe.db.set_value("Communication", mail.name, PROOF_FROM, ago(4.2))  # it came in time
    assert entered(doc, first_response_at=ago(4.1)).response_status == "met"


def test_nor_of_the_time_before_it_was_said_to_whom_it_went():
    doc = overdue(contact_email=ANN)
    mail = mailed(doc, 5, recipients="supplier@elsewhere.example")
    mail.reload().update({"recipients": ANN, PROOF_FROM: None}).save()
    with pytest.raises(frappe.ValidationError, match="Proof of an Earlier"):
        entered(doc, first_response_at=ago(4.5))


def test_what_else_changes_on_a_mail_leaves_its_proof():
    doc = overdue(contact_email=ANN)
    mailed(doc, 5).reload().update({"status": "Closed", "read_by_recipient": 1}).save()
    assert entered(doc, first_response_at=ago(4.5)).response_status == "met"


def test_what_makes_nothing_punctual_needs_none():
    for moment in (ago(1), now_datetime()):
        assert entered(overdue(), first_response_at=moment).response_status == "missed"
    doc = factory.complaint(received_at=ago(1))
    sop = factory.make(
        "Complaint SOP", sop_name=factory.unique("SOP"), round_the_clock=1, first_response_time=2 * HOUR
    )
    doc.sop = sop.name
    doc.save()
    assert entered(doc, first_response_at=ago(0.5)).response_status == "met"


def test_nor_with_the_step():
    doc = overdue()
    take_step(doc, "Start Triage", {})
    with pytest.raises(frappe.ValidationError, match="Proof of an Earlier"):
        take_step(doc, "Hold", {"hold_reason": "x", "first_response_at": ago(5)})


def asked_for_in(doc, action):
    return next(move["fields"] for move in overview(doc)["next"] if move["action"] == action)


@pytest.mark.parametrize("answered", [None, "now"])
def test_the_dialog_of_the_reply_asks_for_the_proof_where_it_may_be_needed(answered):
    doc = overdue()
    if answered:
        doc = entered(doc, first_response_at=now_datetime())
    doc.stage, doc.workflow_state = "confirm", state_of("confirm")
    fields = asked_for_in(doc, "Execute")
    assert ("first_response_reason" in fields) is not bool(answered)
    if not answered:
        assert fields.index("first_response_reason") == fields.index("reply_sent_at") + 1


def test_it_asks_for_none_while_there_is_time():
    doc = overdue()
    doc.response_due = add_to_date(now_datetime(), hours=1)
    doc.stage, doc.workflow_state = "confirm", state_of("confirm")
    assert "first_response_reason" not in asked_for_in(doc, "Execute")


def test_the_form_shows_the_proof_beside_either_moment():
    condition = frappe.get_meta("Complaint").get_field("first_response_reason").depends_on
    assert {"first_response_at", "reply_sent_at"} <= set(re.findall(r"doc\.(\w+)", condition))


def state_of(stage):
    return frappe.db.get_value(
        "Workflow Document State", {"parent": "Complaint", "update_value": stage}, "state"
    )


def test_nor_with_the_registration():
    factory.make(
        "Complaint SOP", sop_name=factory.unique("SOP"), round_the_clock=1, first_response_time=2 * HOUR,
        complaint_type="Broken or Damaged", company=factory.company(), enabled=1,
    )  # fmt: skip
    about = {"received_at": ago(6), "first_response_at": ago(5)}
    with pytest.raises(frappe.ValidationError, match="Proof of an Earlier"):
        factory.complaint(**about)
    assert factory.complaint(**about, **REASON).response_status == "met"
