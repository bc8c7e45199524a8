"""What a customer's browser sends several times at once is taken once."""

from __future__ import annotations

from functools import partial

import frappe
import pytest

from complaint_qms.api import portal as door
from tests.desk import factory
from tests.desk.portal import buyer, portal_open
from tests.desk.workers import Worker, at_once

pytestmark = [pytest.mark.commits, pytest.mark.slow]
MANY = 4


@pytest.fixture(autouse=True)
def open_portal(site):
    with portal_open():
        frappe.db.commit()
        yield


def filing(_doc: object, key: str, text: str) -> str:
    return door.file_complaint(key, {"description": text})["number"]


def rating(doc: frappe.model.document.Document, key: str, stars: int) -> int:
    return door.rate(doc.name, key, stars)["rating"]["stars"]


def test_one_form_with_different_words_is_one_complaint():
    customer = factory.customer().name
    email, other = buyer(customer), factory.complaint().name
    key = frappe.generate_hash(length=32)
    frappe.db.commit()
    texts = [f"The lid cracked, and {count} jars leak." for count in range(MANY)]
    answers = at_once(
        [Worker(email, "Complaint", other, partial(filing, key=key, text=text)) for text in texts]
    )
    assert all(answer.startswith("done") for answer in answers), answers
    made = frappe.get_all("Complaint", {"customer": customer}, pluck="name")
    assert len(made) == 1, answers
    added = frappe.get_all("Complaint Inbox Item", {"complaint": made[0], "state": "added"})
    assert len(added) == MANY - 1, "nothing that was said is lost"


def test_one_of_several_ratings_counts_and_the_others_are_told():
    customer = factory.customer().name
    email, doc = buyer(customer), factory.complaint(customer=customer)
    frappe.db.set_value("Complaint", doc.name, "stage", "closed")
    frappe.db.commit()
    tasks = [
        partial(rating, key=frappe.generate_hash(length=32), stars=stars) for stars in range(1, MANY + 1)
    ]
    answers = at_once([Worker(email, "Complaint", doc.name, task) for task in tasks])
    done = [answer for answer in answers if answer.startswith("done")]
    assert len(done) == 1, answers
    assert all("rated this already" in answer for answer in answers if answer not in done), answers
    stars = frappe.db.get_value("Complaint", doc.name, "customer_rating")
    assert str(stars) in done[0]
