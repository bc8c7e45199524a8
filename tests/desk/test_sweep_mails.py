"""What a sweep tells by mail: one digest a person, in their language, never lost and never twice."""

from __future__ import annotations

from datetime import datetime

import frappe
import pytest

from complaint_qms.services.notify import digest, sentences
from complaint_qms.services.sop import escalation
from tests.desk import due_complaints, factory
from tests.desk.due_complaints import HOUR, NOW, complaint, person, told

nothing_else_is_due = pytest.fixture(autouse=True)(due_complaints.nothing_else_is_due)


def failures() -> int:
    """Errors of mails in the Error Log, which no rollback empties."""
    return frappe.db.count("Error Log", {"method": "Digest of complaints failed"})


@pytest.fixture
def outgoing(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    sent: list[dict] = []
    monkeypatch.setattr(frappe, "sendmail", lambda **kwargs: sent.append(kwargs))
    monkeypatch.setattr(digest, "_can_send", lambda: True)
    return sent


def test_one_digest_mail_per_person(outgoing: list[dict]) -> None:
    superior, handler = person(), person()
    factory.employee(handler, reports_to=factory.employee(superior).name)
    late = [complaint(handler, stage=(NOW, NOW - n * HOUR, "on_track")) for n in range(3)]
    near = complaint(handler, stage=(NOW, NOW + HOUR, "on_track"))
    escalation.sweep(NOW)
    assert outgoing == []
    assert digest.send(NOW) == 2
    assert digest.send(NOW) == 0, "mailed once"
    by_address = {mail["recipients"][0]: mail for mail in outgoing}
    assert set(by_address) == {superior, handler}
    assert by_address[handler]["subject"] == "Complaints: 3 overdue, 1 at risk"
    assert by_address[superior]["subject"] == "Complaints: 3 overdue, 0 at risk"
    groups = dict(by_address[handler]["args"]["groups"])
    assert {line["url"].rsplit("/", 1)[1] for line in groups["Overdue"]} == {
        name.replace(" ", "%20") for name in late
    }
    assert len(groups["Time is running out"]) == 1
    assert groups["Escalated to you"] == []
    text = frappe.render_template("templates/emails/complaint_clock_digest.html", by_address[handler]["args"])
    assert "Cracked &lt;housing&gt;" in text
    assert near in text


def test_a_long_digest_is_cut(outgoing: list[dict], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "ROWS", 2)
    handler = person()
    for _ in range(5):
        complaint(handler, stage=(NOW, NOW + HOUR, "on_track"))
    escalation.sweep(NOW)
    digest.send(NOW)
    (mail,) = outgoing
    assert sum(len(lines) for _heading, lines in mail["args"]["groups"]) == 2
    assert mail["args"]["more"] == 3


def test_a_mail_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = sorted([person(), person()])
    before, sent = failures(), []

    def sendmail(**kwargs: object) -> None:
        if kwargs["recipients"] == [bad]:
            frappe.get_doc({"doctype": "ToDo", "description": "half done"}).insert()
            raise ValueError("bad address")
        sent.append(kwargs["recipients"])

    monkeypatch.setattr(frappe, "sendmail", sendmail)
    monkeypatch.setattr(digest, "_can_send", lambda: True)
    for user in (bad, good):
        complaint(user, stage=(NOW, NOW + HOUR, "on_track"))
    escalation.sweep(NOW)
    assert digest.send(NOW) == 1
    assert digest.send(NOW) == 0
    assert sent == [[good]]
    assert not frappe.db.exists("ToDo", {"description": "half done"})
    assert failures() == before + 1


def test_a_kill_before_the_mail_keeps_it_for_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def sendmail(**kwargs: object) -> None:
        raise Killed

    monkeypatch.setattr(digest, "_can_send", lambda: True)
    handler = person()
    complaint(handler, stage=(NOW, NOW + HOUR, "on_track"))
    escalation.sweep(NOW)
    frappe.db.savepoint("swept")
    monkeypatch.setattr(frappe, "sendmail", sendmail)
    with pytest.raises(Killed):
        digest.send(NOW)
    frappe.db.rollback(save_point="swept")
    sent = []
    monkeypatch.setattr(frappe, "sendmail", lambda **kwargs: sent.append(kwargs["recipients"]))
    assert digest.send(NOW) == 1
    assert sent == [[handler]]


@pytest.mark.parametrize("can_send", [False, True])
def test_without_an_account_to_send_from_nothing_fails(
    can_send: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sendmail(**kwargs: object) -> None:
        assert can_send
        frappe.throw("Please set up an account", frappe.OutgoingEmailError)

    monkeypatch.setattr(frappe, "sendmail", sendmail)
    monkeypatch.setattr(digest, "_can_send", lambda: can_send)
    handler, before = person(), failures()
    complaint(handler, stage=(NOW, NOW + HOUR, "on_track"))
    escalation.sweep(NOW)
    assert digest.send(NOW) == 0
    assert frappe.local.message_log == []
    assert failures() == before


def test_who_wants_mails_only_and_who_wants_none(outgoing: list[dict]) -> None:
    by_mail, quiet = person(), person()
    frappe.db.set_value("Notification Settings", by_mail, "enabled", 0)
    frappe.db.set_value("Notification Settings", quiet, {"enabled": 0, "enable_email_notifications": 0})
    names = [complaint(user, stage=(NOW, NOW + HOUR, "on_track")) for user in (by_mail, quiet)]
    escalation.sweep(NOW)
    digest.send(NOW)
    assert [mail["recipients"] for mail in outgoing] == [[by_mail]]
    assert [told(name) for name in names] == [[], []]
    assert [told(name, "email") for name in names] == [[(by_mail, "at_risk")], []]
    assert not frappe.db.exists("Notification Log", {"for_user": ("in", (by_mail, quiet))})


def test_no_mail_when_the_site_wants_none(outgoing: list[dict]) -> None:
    frappe.db.set_single_value("Complaint QMS Settings", "notify_by_email", 0)
    frappe.clear_document_cache("Complaint QMS Settings", "Complaint QMS Settings")
    complaint(person(), stage=(NOW, NOW + HOUR, "on_track"))
    escalation.sweep(NOW)
    assert digest.send(NOW) == 0
    assert outgoing == []


def test_words_in_the_reader_s_language_and_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    handler = person()
    frappe.db.set_value("User", handler, {"language": "de", "time_zone": "Asia/Shanghai"})
    monkeypatch.setattr(
        "complaint_qms.services.record.site_time.get_system_timezone", lambda: "America/New_York"
    )
    seen = set()
    monkeypatch.setattr(sentences, "_", lambda text: seen.add(frappe.local.lang) or text)
    name = complaint(handler, stage=(NOW, datetime(2024, 7, 2, 20, 15), "on_track"))
    escalation.sweep(NOW)
    (subject,) = frappe.get_all("Notification Log", {"document_name": name}, pluck="subject", order_by="name")
    assert "03" in subject.split("due")[1], "the next morning in Shanghai"
    assert "08:15" in subject
    assert "de" in seen
    assert frappe.local.lang != "de"
