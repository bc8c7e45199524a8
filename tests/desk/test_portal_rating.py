"""How a customer rates the handling: once, after it is over for them, by the link or in the portal."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import now_datetime

from complaint_qms.api import portal as door
from complaint_qms.api import visitor
from complaint_qms.services.visitor import links
from tests.desk import factory
from tests.desk.portal import DOOR, buyer, look, portal_open
from tests.desk.visiting import page_open
from tests.desk.wire import ask


@pytest.fixture(autouse=True)
def open_both(site):
    with page_open(), portal_open():
        yield


@pytest.fixture
def case() -> tuple[str, frappe.model.document.Document]:
    customer = factory.customer().name
    return buyer(customer), factory.complaint(customer=customer)


def key() -> str:
    return frappe.generate_hash(length=32)


def end(name: str, **values: object) -> None:
    frappe.db.set_value("Complaint", name, {"stage": "closed", "reply_sent_at": now_datetime(), **values})


def rate(email: str, name: str, stars: int, text: str = "", by: str | None = None) -> dict:
    with factory.as_user(email):
        return door.rate(name, by or key(), stars, text)


def test_it_is_given_once_and_stands_on_the_form_and_in_the_timeline(case):
    email, doc = case
    with pytest.raises(frappe.ValidationError, match="once you have accepted"):
        rate(email, doc.name, 5)
    end(doc.name)
    assert look(email, doc.name)["rating"] == {"stars": 0, "comment": ""}
    mine = key()
    for _again in range(2):  # the first answer was lost
        told = rate(email, doc.name, 4, " Quick <b>help</b> ", by=mine)
    assert told["rating"] == {"stars": 4, "comment": "Quick <b>help</b>"}
    doc.reload()
    assert (doc.customer_rating, doc.rating_comment) == (4, "Quick <b>help</b>")
    assert doc.rated_at
    lines = frappe.get_all(
        "Comment", {"reference_name": doc.name, "content": ("like", "%4 of 5%")}, pluck="content"
    )
    assert len(lines) == 1
    assert "<b>" not in lines[0]
    with pytest.raises(frappe.ValidationError, match="rated this already"):
        rate(email, doc.name, 1)


def test_an_accepted_solution_may_be_rated_and_one_that_waits_may_not(case):
    email, doc = case
    for stage, word, sent, is_open in (
        ("confirm", None, True, False),
        ("confirm", "agreed", True, True),
        ("confirm", "disagreed", True, False),
        ("execute", "agreed", True, True),
        ("review", "agreed", True, True),
        ("execute", "no_answer", True, False),
        ("execute", "agreed", False, False),
        ("rejected", None, False, False),
        ("void", None, False, False),
    ):
        values = {
            "stage": stage,
            "customer_agreement": word,
            "reply_sent_at": now_datetime() if sent else None,
        }
        frappe.db.set_value("Complaint", doc.name, values)
        assert bool(look(email, doc.name)["rating"]) == is_open, (stage, word, sent)


def test_what_is_no_rating_is_refused(case):
    email, doc = case
    end(doc.name)
    for stars in (0, 6, -1, 10**12, "five", None, 2.5, [3]):
        answer = ask("POST", DOOR + "rate", {"complaint": doc.name, "key": key(), "stars": stars}, user=email)
        assert answer.status == 417, (stars, answer)
        assert not answer.traceback
    with pytest.raises(frappe.ValidationError, match="at most 1000"):
        rate(email, doc.name, 3, "x" * 1001)
    with pytest.raises(frappe.DoesNotExistError):
        rate(buyer(factory.customer().name), doc.name, 3)
    assert not frappe.db.get_value("Complaint", doc.name, "customer_rating")


def test_no_form_or_request_of_staff_writes_it(case):
    _email, doc = case
    manager = factory.user("Complaint Manager")
    answer = ask("PUT", f"/api/resource/Complaint/{doc.name}", {"customer_rating": 5}, user=manager)
    assert answer.status == 200
    assert not frappe.db.get_value("Complaint", doc.name, "customer_rating")


def test_the_secret_link_is_a_place_for_it_too_and_what_is_reopened_is_rated_anew(case):
    email, doc = case
    token = links.make_link(complaint=doc.name).partition("#")[2]
    end(doc.name)
    with factory.as_user("Guest"):
        told = visitor.rate(token, key(), 2, "Slow")
    assert told["rating"] == {"stars": 2, "comment": "Slow"}
    assert look(email, doc.name)["rating"] == {"stars": 2, "comment": "Slow"}
    doc.reload()
    doc._reopen("closed")
    assert (doc.customer_rating, doc.rating_comment, doc.rated_at) == (None, None, None)
