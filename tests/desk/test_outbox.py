"""Messages to people: one outbox, tried again after a while, given up in the end, and nobody told too late."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import frappe
import pytest
from frappe.utils.user import UserPermissions

from complaint_qms.api import given_up
from complaint_qms.constants import events
from complaint_qms.constants.field_action import MESSAGE_KIND
from complaint_qms.services.events import BACK_OFF
from complaint_qms.services.notify import digest, outbox, sentences
from complaint_qms.services.notify.outbox import Notice, send
from complaint_qms.services.notify.person import people_of
from tests.desk import factory

pytestmark = pytest.mark.usefixtures("site")
NOW = datetime(2024, 7, 1, 12)


def message(user: str, name: str = "CMP-2024-00001") -> Notice:
    (person,) = people_of([user]).values()
    data = {"complaint": {"name": name, "subject": "A <b>", "stage": "triage"}, "steps": ()}
    return Notice(events.HOLD_OVER, person, "Complaint", name, data)


def waiting(user: str) -> list[tuple]:
    rows = frappe.get_all(
        "QMS Message",
        {"to_user": user, "channel": "email"},
        ["state", "attempts", "next_attempt"],
        order_by="creation",
    )
    return [(row.state, row.attempts, row.next_attempt) for row in rows]


@pytest.fixture
def user() -> str:
    return factory.user("Complaint Agent", email=f"{frappe.generate_hash(length=8)}@qms.example")


def no_account(**mail: object) -> None:
    raise frappe.OutgoingEmailError("Please setup default outgoing Email Account")


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    def sendmail(**mail: object) -> None:
        raise ConnectionError("the server does not answer")

    monkeypatch.setattr(frappe, "sendmail", sendmail)
    monkeypatch.setattr(digest, "_can_send", lambda: True)


def test_each_channel_has_a_row_with_its_state(user):
    send([message(user)], NOW)
    rows = frappe.get_all(
        "QMS Message", {"to_user": user}, ["channel", "state", "kind", "text", "sent_at"], order_by="channel"
    )
    assert [(row.channel, row.state, row.sent_at) for row in rows] == [
        ("desk", "sent", NOW),
        ("email", "queued", None),
    ]
    assert {row.kind for row in rows} == {"hold_over"}
    assert all("A &lt;b&gt;" in row.text for row in rows)
    notice = frappe.get_all(
        "Notification Log", {"for_user": user}, ["subject", "document_name"], order_by="name"
    )
    assert [(row.subject, row.document_name) for row in notice] == [(rows[0].text, "CMP-2024-00001")]


def test_a_mail_that_fails_is_tried_again_each_time_later_and_given_up_in_the_end(user, failing, monkeypatch):
    monkeypatch.setattr(outbox, "_WITHIN", timedelta(days=30))
    send([message(user)], NOW)
    now = NOW
    for attempt, pause in enumerate(BACK_OFF, 1):
        assert digest.send(now) == 0
        assert waiting(user) == [("queued", attempt, now + pause)]
        assert digest.send(now + pause - timedelta(seconds=1)) == 0
        assert waiting(user)[0][1] == attempt, "not before its time"
        now += pause
    digest.send(now)
    assert waiting(user) == [("given_up", len(BACK_OFF) + 1, None)]
    error = frappe.db.get_value("QMS Message", {"to_user": user, "channel": "email"}, "error")
    assert "the server does not answer" in error


def test_a_mail_that_works_the_second_time_is_sent_once(user, failing, monkeypatch):
    send([message(user)], NOW)
    digest.send(NOW)
    sent = []
    monkeypatch.setattr(frappe, "sendmail", lambda **mail: sent.append(mail["recipients"]))
    later = NOW + BACK_OFF[0]
    assert (digest.send(later), digest.send(later)) == (1, 0)
    assert sent == [[user]]
    assert waiting(user)[0][0] == "sent"


def test_nobody_is_told_days_later(user, failing):
    send([message(user)], NOW)
    digest.send(NOW + timedelta(days=3))
    assert waiting(user)[0][0] == "expired"


@pytest.mark.parametrize("failure", ["no account", "none for complaints"])
def test_a_moment_without_an_account_loses_nothing_and_the_outbox_says_what_to_set_up(
    user, failure, monkeypatch
):
    sent = []
    with monkeypatch.context() as patch:
        if failure == "no account":
            patch.setattr(digest, "_can_send", lambda: False)
        else:
            patch.setattr(digest, "_can_send", lambda: True)
            patch.setattr(frappe, "sendmail", no_account)
        send([message(user)], NOW)
        assert digest.send(NOW) == 0
    assert waiting(user) == [("queued", 1, NOW + BACK_OFF[0])]
    assert "Email Account" in frappe.db.get_value(
        "QMS Message", {"to_user": user, "channel": "email"}, "error"
    )
    monkeypatch.setattr(digest, "_can_send", lambda: True)
    monkeypatch.setattr(frappe, "sendmail", lambda **mail: sent.append(mail["recipients"]))
    assert digest.send(NOW + BACK_OFF[0]) == 1
    assert sent == [[user]]


def test_without_an_account_for_good_they_are_given_up_in_the_end(user, monkeypatch):
    monkeypatch.setattr(digest, "_can_send", lambda: False)
    send([message(user)], NOW)
    now = NOW
    for pause in (*BACK_OFF, timedelta()):
        digest.send(now)
        now += pause
    assert waiting(user) == [("given_up", len(BACK_OFF) + 1, None)]


def test_what_was_given_up_is_sent_again_by_an_administrator_alone(user, failing, monkeypatch):
    send([message(user)], NOW)
    frappe.db.set_value(
        "QMS Message", {"to_user": user, "channel": "email"}, {"state": "given_up", "attempts": 6}
    )
    names = frappe.get_all("QMS Message", {"to_user": user}, pluck="name")
    for caller in (user, factory.user("Complaint Manager"), "Guest"):
        with factory.as_user(caller), pytest.raises(frappe.PermissionError):
            given_up.send_messages(names=names)
    assert given_up.send_messages(names=names) == {"again": 1}  # the notice in the desk was sent
    ((state, attempts, moment),) = waiting(user)
    assert (state, attempts) == ("queued", 0)
    assert moment
    sent: list[dict] = []
    monkeypatch.setattr(frappe, "sendmail", lambda **mail: sent.append(mail))
    assert digest.send(moment + timedelta(seconds=1)) == 1  # though it was written years ago
    assert [row[0] for row in waiting(user)] == ["sent"]
    assert len(sent) == 1
    assert given_up.send_messages(names=json.dumps(names)) == {"again": 0}  # as a request sends them


def test_a_listener_that_was_given_up_is_asked_again(user):
    values = {"event": events.REGISTERED, "listener": "frappe.utils.now", "data": "{}", "happened_by": user}
    row = factory.make("QMS Event", **values, happened_at=NOW, state="given_up", attempts=6)
    with factory.as_user(user), pytest.raises(frappe.PermissionError):
        given_up.tell_listeners(names=[row.name])
    assert given_up.tell_listeners(names=json.dumps([row.name])) == {"again": 1}
    row.reload()
    assert (row.state, row.attempts) == ("waiting", 0)
    assert row.next_attempt
    with pytest.raises(frappe.ValidationError, match="1000"):
        given_up.tell_listeners(names=["x"] * 1001)


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that get a mail."""
    sent: list[str] = []
    monkeypatch.setattr(digest, "_can_send", lambda: True)
    monkeypatch.setattr(frappe, "sendmail", lambda recipients, **mail: sent.extend(recipients))
    return sent


@pytest.mark.parametrize("since", ["deleted", "disabled", "wants no mails", "may not see it"])
def test_who_is_no_reader_any_more_is_not_mailed_and_holds_nobody_up(since, mails):
    gone, here = sorted(factory.person("Complaint Agent") for _one in range(2))  # in the order of the mails
    name = factory.complaint().name
    send([message(gone, name), message(here, name)], NOW)
    if since == "deleted":
        frappe.db.delete("User", {"name": gone})
    elif since == "disabled":
        frappe.db.set_value("User", gone, "enabled", 0)
    elif since == "wants no mails":
        frappe.db.set_value("Notification Settings", gone, "enable_email_notifications", 0)
    else:
        other = factory.customer().name
        factory.make("User Permission", user=gone, allow="Customer", for_value=other, apply_to_all_doctypes=1)
    frappe.clear_document_cache("User", gone)
    assert digest.send(NOW) == 1
    assert mails == [here]
    assert (waiting(gone)[0][0], waiting(here)[0][0]) == ("expired", "sent")


def test_a_site_that_mails_no_more_sends_nothing_that_waits(user, mails, monkeypatch):
    send([message(user)], NOW)
    monkeypatch.setattr("complaint_qms.services.notify.digest.by_mail", lambda: False, raising=False)
    assert digest.send(NOW) == 0
    assert (mails, waiting(user)[0][0]) == ([], "expired")


def test_every_kind_of_message_has_a_sentence_and_mails_a_heading(user):
    (person,) = people_of([user]).values()
    complaint = {"name": "CMP-1", "subject": "x", "stage": "triage", "sop": "S"}
    data = {
        "complaint": complaint, "steps": (("stage", "overdue", NOW),), "count": 3, "title": "t", "basis": "CIV-1",
        "doctype": "Complaint", "file": "a.png", "row": 2, "changed": False,
        "stage": "triage", "by": "Ann", "due": NOW, "document_type": "Sales Invoice", "document_name": "SI-1", "settlement": "CST-1", "state": "cancelled",
        "sender": "Ann", "address": "ann@customer.example", "said": "Thank you.", "error": "503",
        "severity": "Critical", "harm_level": "serious", "reasons": [("tells of: {word}", {"word": "burnt"})],
        "csat": 1, "solved": "no", "comment": "It leaks.",
        "jurisdiction": "FDA", "about": "CMP-1", "deadline": "2024-07-03", "days": 2,
        "again": False, "observed": 12, "expected": 3.5,
        "text": "Look at it.", "rule": "R", "person": "Bo", "pieces": [("Complaint", "CMP-1")],
        "taken": [{"clock": "stage", "stage": "triage", "moment": "percent", "amount": 150.0}],
    }  # fmt: skip
    said = {kind: sentences.Writer().sentence(kind, "CMP-1", data, person) for kind in sentences.KINDS}
    assert len(set(said.values())) == len(sentences.KINDS)
    assert all("{" not in text for text in said.values())
    assert set(sentences.HEADINGS) <= set(sentences.KINDS)
    for doctype in ("QMS Message", "Complaint Notification Choice", "Complaint Notification Default"):
        kinds = {*filter(None, frappe.get_meta(doctype).get_field("kind").options.split("\n"))}
        # What customers are told nobody chooses, and field actions word it themselves.
        assert kinds - {MESSAGE_KIND} == set(sentences.KINDS), doctype


@pytest.mark.parametrize("doctype", ["QMS Message", "QMS Event"])
def test_an_administrator_finds_its_list_on_the_desk(doctype):
    desk = UserPermissions(
        factory.user("System Manager", email=f"{frappe.generate_hash(length=8)}@qms.example")
    )
    desk.build_permissions()
    assert doctype in desk.can_read
    assert doctype not in desk.can_create
