"""Customers of one field action answer at the same moment: none of their answers is lost in its figures."""

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
from tests.desk.recalls import Sold, running

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
