"""Customers of one field action answer at the same moment: none of their answers is lost in its figures. It is cancelled while a mail leaves."""

from __future__ import annotations

import time
from functools import partial

import frappe
import pytest
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime

from complaint_qms.services.field_action import answering, notices, storing
from complaint_qms.services.transactions import once_others_are_done
from tests.desk import workers
from tests.desk.recalls import Sold, quality_manager, running

pytestmark = [pytest.mark.commits, pytest.mark.slow]


def saying(_customer: Document, token: str, destroyed: int) -> None:
    """Answer, and take a while until the commit."""
    said = [{"row": 1, "destroyed": destroyed}]
    once_others_are_done(partial(answering.take_answer, token, name="Ann", quantities=said, remark=""))
    time.sleep(0.5)


def test_answers_of_the_same_moment_all_count(site) -> None:
    sold = Sold()
    action = running(sold)
    tokens = {}
    with_mail = {"field_action": action.name, "customer": ("in", (sold.ada, sold.bo))}
    for one in frappe.get_all("Field Action Customer", with_mail, ["name", "customer"]):
        tokens[one.name] = (token := f"secret-{one.name}", 6 if one.customer == sold.ada else 5)
        notice = frappe.get_doc(
            {
                "doctype": "Field Action Notice", "field_action": action.name, "field_action_customer": one.name, "customer": one.customer,
                "sent_to": "a@x.example", "state": "sent", "notice_key": one.name, "token_hash": notices.token_hash(token),
                "expires_on": add_days(now_datetime(), 1),
            }
        )  # fmt: skip
        storing.insert_by_app(notice)
    frappe.db.commit()
    told = workers.at_once(
        [
            workers.Worker(
                "Administrator", "Field Action Customer", name, partial(saying, token=token, destroyed=amount)
            )
            for name, (token, amount) in tokens.items()
        ]
    )
    assert all(one.startswith("done") for one in told), told
    frappe.db.rollback()
    shares = frappe.db.get_value("Field Action", action.name, ["acknowledged_share", "accounted_share"])
    assert shares == (66.6, 84.6), "two of three customers, eleven of thirteen pieces"


def claiming(mail: Document) -> None:
    """Begin to send a mail, as the framework's worker does."""
    held = frappe.get_doc("Email Queue", mail.name, for_update=True)
    time.sleep(0.5)
    if held.is_to_be_sent():
        held.update_status("Sending", commit=True)


def test_a_mail_that_is_leaving_at_the_moment_of_the_cancellation_is_left(site) -> None:
    action = running(Sold())
    customer = frappe.get_all("Field Action Customer", {"field_action": action.name}, ["name", "customer"])[0]
    mails = {}
    for to in ("first@x.example", "second@x.example"):
        about = {"reference_doctype": "Field Action", "reference_name": action.name}
        message = frappe.get_doc(
            {"doctype": "Communication", "communication_medium": "Email", "sent_or_received": "Sent", "subject": "Notice", "recipients": to, **about}
        ).insert()  # fmt: skip
        recipients = [{"recipient": to, "status": "Not Sent"}]
        mails[to] = frappe.get_doc(
            {"doctype": "Email Queue", "communication": message.name, "status": "Not Sent", "message": "x", "recipients": recipients, **about}
        ).insert()  # fmt: skip
        storing.insert_by_app(
            frappe.get_doc(
                {
                    "doctype": "Field Action Notice", "field_action": action.name, "field_action_customer": customer.name, "customer": customer.customer,
                    "sent_to": to, "state": "queued", "notice_key": message.name, "communication": message.name,
                }
            )
        )  # fmt: skip
    manager = quality_manager()
    frappe.db.commit()
    cancelling = ("Cancel Field Action", {"cancel_reason": "By mistake"}, "Field Action", manager)
    told = workers.at_once(
        [
            workers.Worker("Administrator", "Email Queue", mails["first@x.example"].name, claiming),
            workers.stepping(action.name, *cancelling),
        ]
    )
    assert all(one.startswith("done") for one in told), told
    frappe.db.rollback()
    found = {
        one["sent_to"]: (
            one["state"],
            frappe.db.get_value("Email Queue", mails[one["sent_to"]].name, "status"),
        )
        for one in notices.notices_of(action.name)
    }
    assert found.pop("second@x.example") == ("taken_back", "Expired")
    assert found.pop("first@x.example") in (("queued", "Sending"), ("taken_back", "Expired")), "one of both"
