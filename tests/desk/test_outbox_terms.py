"""How long messages and events are kept, and that they hold nothing else back."""

from __future__ import annotations

import frappe
import pytest
from frappe.model.base_document import get_controller
from frappe.utils import add_days, now_datetime

from complaint_qms.constants import events
from complaint_qms.services.notify.outbox import Notice, send
from complaint_qms.services.notify.person import people_of
from tests.desk import factory
from tests.desk.test_outbox import NOW, message

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def user() -> str:
    return factory.person("Complaint Agent")


@pytest.mark.parametrize(("days_ago", "left"), [(89, 2), (91, 1), (364, 1), (366, 0)])
def test_what_was_sent_goes_after_its_term_and_what_was_given_up_after_a_year(user, days_ago, left):
    send([message(user)], NOW)
    frappe.db.set_value("QMS Message", {"to_user": user, "channel": "email"}, "state", "given_up")
    then = add_days(now_datetime(), -days_ago)
    frappe.db.set_value("QMS Message", {"to_user": user}, "creation", then, update_modified=False)
    get_controller("QMS Message").clear_old_logs(days=90)
    states = frappe.get_all("QMS Message", {"to_user": user}, pluck="state", order_by="state")
    assert states == ["given_up", "sent"][:left]
    assert "QMS Message" in frappe.get_hooks("default_log_clearing_doctypes")


def of_event(state: str, days_ago: int, by: str = "Administrator", name: str = "CMP-2024-00001") -> str:
    """An event that waits for a listener, or for which one was given up."""
    doc = frappe.get_doc(
        {"doctype": "QMS Event", "event": "registered", "listener": "x.y", "document_type": "Complaint",
         "document_name": name, "happened_at": NOW, "happened_by": by, "data": "{}", "state": state}
    )  # fmt: skip
    doc.name = frappe.generate_hash(length=10)
    doc.db_insert()
    then = add_days(now_datetime(), -days_ago)
    frappe.db.set_value("QMS Event", doc.name, "creation", then, update_modified=False)
    return doc.name


def test_an_event_that_was_given_up_goes_after_a_year_and_one_that_waits_never():
    names = {(state, ago): of_event(state, ago) for state in ("waiting", "given_up") for ago in (364, 366)}
    get_controller("QMS Event").clear_old_logs(days=365)
    left = {key for key, name in names.items() if frappe.db.exists("QMS Event", name)}
    assert left == {("waiting", 364), ("waiting", 366), ("given_up", 364)}
    assert "QMS Event" in frappe.get_hooks("default_log_clearing_doctypes")


def test_what_was_told_holds_nobody_and_nothing_back():
    gone = factory.person("Complaint Agent")
    sop = factory.make("Complaint SOP", sop_name=factory.unique("SOP"), round_the_clock=1)
    (person,) = people_of([gone]).values()
    send([Notice(events.DUE_TIMES_MOVED, person, "Complaint SOP", sop.name, {"count": 2})], NOW)
    of_event("given_up", 1, gone)
    frappe.db.set_value(
        "QMS Event", of_event("given_up", 1), {"document_type": "Complaint SOP", "document_name": sop.name}
    )
    frappe.db.delete("Notification Log", {"for_user": gone})
    frappe.delete_doc("Complaint SOP", sop.name)
    frappe.delete_doc("User", gone)
    assert not frappe.db.exists("User", gone)
