"""What comes in is kept as it was sent and read once, and waits with its reason where no reader understands it."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe
import pytest
from frappe.core.doctype.file.exceptions import MaxFileSizeReachedError
from frappe.utils import now_datetime

from complaint_qms.constants import inbox
from complaint_qms.constants.inbox import ADDED, DISMISSED, DOCTYPE, NEW, REGISTERED, WAITING
from complaint_qms.engine.message import Message
from complaint_qms.jobs.inbox import read_messages
from complaint_qms.services.evidence import disk
from complaint_qms.services.inbox import reasons, understanding
from complaint_qms.services.inbox.outcomes import Added, Dismissed, Registered, Waits
from complaint_qms.services.inbox.store import InboundFile, Sender, keep_message, raw_of
from complaint_qms.services.intake import register
from tests.desk import factory
from tests.desk.inbound import NOW, PHOTO, answer, message, take_over


@pytest.fixture(autouse=True)
def reader(monkeypatch):
    take_over(monkeypatch)


def test_a_message_is_kept_as_it_was_sent():
    sent = message(files=(PHOTO,), company=factory.company(), channel="Web Form", language="zh")
    kept = keep_message(sent)
    item = frappe.get_doc(DOCTYPE, kept.name)
    assert kept.is_new
    assert item.name.startswith("CIN-")
    assert (item.text, item.payload, item.state) == (sent.text, sent.payload, NEW)
    assert (item.sender_address, item.received_at, item.channel) == (sent.sender.address, NOW, "Web Form")
    assert not frappe.db.get_value(DOCTYPE, keep_message(message()).name, "language")  # nobody has said which
    (file,) = frappe.get_all(
        "File",
        {"attached_to_doctype": DOCTYPE, "attached_to_name": item.name},
        ["name", "is_private", "evidence_sha256"],
        order_by="name",
    )
    assert file.is_private
    assert file.evidence_sha256
    assert disk.bytes_of(frappe.db.get_value("File", file.name, "file_url")) == PHOTO.content
    assert raw_of(item) == sent.payload.encode()


@pytest.mark.parametrize(
    "payload", [b"\xff\x00 no text", "long " * 20_000, "lone \ud800 surrogate", "null \0 byte"], ids=range(4)
)
def test_a_raw_message_that_is_no_short_text_is_kept_as_a_file(payload):
    item = frappe.get_doc(DOCTYPE, keep_message(message(payload=payload, payload_name="../mail.eml")).name)
    raw = payload if isinstance(payload, bytes) else payload.encode("utf-8", "surrogatepass")
    assert not item.payload
    assert raw_of(item) == raw
    assert frappe.db.get_value("File", item.payload_file, "is_private") == 1


@pytest.mark.parametrize(
    "values",
    [
        {"subject": "x" * 900, "sender": Sender("n" * 900, "a" * 900)},
        {"subject": "\0\ud800", "text": "\0 bell \ud800"},
        {"subject": "", "text": "", "payload": "", "sender": Sender()},
        {"company": "No Such Company", "channel": "No Such Channel", "language": "xx"},
        {"received_at": datetime(2999, 1, 1)},
        {"received_at": datetime(1, 1, 1)},
        {"message_id": "<" + "i" * 900 + "@example.com>", "scope": "s" * 900},
        {
            "files": (
                InboundFile("", b"x"),
                InboundFile("a/b\0\n?.exe", b"y"),
                InboundFile("n" * 300 + ".png", b"z"),
            )
        },
        {"files": (InboundFile("empty.txt", b""),)},
        {"text": "<script>alert(1)</script>" * 100},
    ],
    ids=range(10),
)
def test_nothing_about_a_message_keeps_it_from_being_kept(values):
    sent = message(**values)
    kept = keep_message(sent)
    item = frappe.get_doc(DOCTYPE, kept.name)
    assert kept.is_new
    assert item.company
    assert item.received_at <= now_datetime()
    assert keep_message(sent) == (kept.name, False)


def test_a_file_that_the_site_does_not_take_is_told_of(monkeypatch):
    monkeypatch.setattr("frappe.core.doctype.file.file.File.check_max_file_size", _too_large)
    item = keep_message(message(files=(PHOTO,))).name
    (note,) = frappe.get_all(
        "Comment", {"reference_name": item, "comment_type": "Info"}, pluck="content", order_by="name"
    )
    assert "leak.png" in note
    assert "too large" in note


def _too_large(file):
    raise MaxFileSizeReachedError("too large")


def test_a_file_that_is_not_what_it_says_is_kept_all_the_same():
    broken = InboundFile("invoice.pdf", b"%PDF-1.4 no end")
    item = keep_message(message(files=(broken,))).name
    (file,) = frappe.get_all("File", {"attached_to_name": item}, ["name", "file_name"], order_by="name")
    assert file.file_name.startswith("invoice.pdf")
    assert file.file_name.endswith(".bin")
    assert disk.bytes_of(frappe.db.get_value("File", file.name, "file_url")) == broken.content
    assert frappe.db.exists(
        "Comment", {"reference_name": item, "content": ("like", "%invoice.pdf was kept as%")}
    )


def test_the_same_message_is_taken_once():
    by_id, by_content = message(message_id="<1@example.com>", scope="account"), message()
    for sent in (by_id, by_content):
        first = keep_message(sent)
        assert (first.is_new, keep_message(sent)) == (True, (first.name, False))
    assert not keep_message(message(message_id="<1@example.com>", scope="account", text="sent again")).is_new
    others = [
        message(message_id="<2@example.com>", scope="account"),
        message(message_id="<1@example.com>", scope="another"),
        message(road=inbox.CHAT, message_id="<1@example.com>", scope="account"),
        message(sender=by_content.sender, text="It leaks again."),
        message(sender=by_content.sender, files=(PHOTO,)),
    ]
    assert all(keep_message(other).is_new for other in others)


def test_what_a_reader_answers_becomes_of_the_item():
    complaint = factory.complaint()
    cases = [
        (Registered(complaint.name), REGISTERED, complaint.name, ""),
        (Added(complaint.name), ADDED, complaint.name, ""),
        (Waits(Message("Write to {name}.", {"name": "Ada"})), WAITING, None, "Write to Ada."),
        (Dismissed(Message("A machine sent it.")), DISMISSED, None, "A machine sent it."),
    ]
    for outcome, state, on, said in cases:
        answer.append(outcome)
        name = keep_message(message()).name
        assert understanding.understand(name) == state
        item = frappe.get_doc(DOCTYPE, name)
        assert (item.state, item.complaint, reasons.in_words(item.reason)) == (state, on, said)
        assert not item.decided_by
        assert understanding.understand(name) is None  # what is decided is not read again


def test_a_refusal_takes_back_what_the_reader_did_and_waits_in_words():
    before = frappe.db.count("Complaint")

    def refused(item):
        factory.complaint()
        return register.register({"subject": "x", "qty": "many", "no_such": 1})

    answer.append(refused)
    name = keep_message(message()).name
    assert understanding.understand(name) == WAITING
    assert frappe.db.count("Complaint") == before
    told = reasons.in_words(frappe.db.get_value(DOCTYPE, name, "reason"))
    assert "“many” is not a number" in told
    assert "has no field no_such" in told
    assert not frappe.local.message_log


def test_a_reason_is_read_in_the_language_of_its_reader():
    def refused(item):
        return register.register({"subject": "x", "qty": "many"})

    said = {}
    for written in ("en", "zh"):
        frappe.local.lang = written
        answer.append(refused)
        name = keep_message(message()).name
        understanding.understand(name)
        stored = frappe.db.get_value(DOCTYPE, name, "reason")
        for language in ("en", "zh"):
            frappe.local.lang = language
            said[written, language] = reasons.in_words(stored)
    frappe.local.lang = "en"
    assert (
        said["en", "en"]
        == said["zh", "en"]
        == "Quantity Affected: “many” is not a number; write it like 1234.5."
    )
    assert said["en", "zh"] == said["zh", "zh"]
    assert "many" in said["en", "zh"]
    assert "number" not in said["en", "zh"]


def test_what_is_missing_is_named():
    answer.append(
        lambda item: frappe.get_doc({"doctype": "Complaint", "company": factory.company()}).insert()
    )
    name = keep_message(message()).name
    understanding.understand(name)
    assert reasons.in_words(frappe.db.get_value(DOCTYPE, name, "reason")) == "“Subject” is missing."


def test_a_technical_fault_is_tried_again_and_waits_in_the_end():
    answer.append(RuntimeError("the network is down"))
    name, at = keep_message(message()).name, now_datetime() + timedelta(minutes=1)
    for attempt, pause in enumerate(inbox.BACK_OFF, 1):
        assert understanding.understand(name, at) == NEW
        item = frappe.get_doc(DOCTYPE, name)
        assert (item.attempts, item.next_attempt) == (attempt, at + pause)
        assert name not in understanding._due(at, 500)
        at += pause
        assert name in understanding._due(at, 500)
    logged = frappe.db.count("Error Log")
    assert understanding.understand(name, at) == WAITING
    assert frappe.db.count("Error Log") == logged + 1
    assert "technical fault" in reasons.in_words(frappe.db.get_value(DOCTYPE, name, "reason"))


class Killed(BaseException):
    """The end of a process, as far as a test can survive it."""


def kills(_item):
    raise Killed


def test_a_message_that_kills_its_worker_is_behind_all_others_and_waits_in_the_end(monkeypatch):
    """What a worker has committed is what is there when it is gone."""
    monkeypatch.setattr(frappe.db, "commit", lambda: frappe.db.savepoint("committed"))
    poison, at = keep_message(message()).name, now_datetime() + timedelta(minutes=1)
    for attempt, pause in enumerate((*inbox.BACK_OFF, inbox.BACK_OFF[-1]), 1):
        other = keep_message(message()).name
        answer.append(lambda item: kills(item) if item.name == poison else Waits(Message("Decide.")))
        with pytest.raises(Killed):
            understanding.understand_due(now=at)
        frappe.db.rollback(save_point="committed")
        item = frappe.get_doc(DOCTYPE, poison)
        assert (item.state, item.attempts, item.next_attempt) == (NEW, attempt, at + pause)
        understanding.understand_due(now=at)  # the next worker, at the same moment
        assert frappe.db.get_value(DOCTYPE, other, "state") == WAITING
        at += pause
    understanding.understand_due(now=at)
    item.reload()
    assert (item.state, item.attempts, item.next_attempt) == (WAITING, 5, None)
    assert "attempt 5, the last one, was cut off" in reasons.in_words(item.reason)


def test_an_attempt_that_has_begun_is_left_to_who_makes_it():
    answer.append(Waits(Message("Decide.")))
    name, at = keep_message(message()).name, now_datetime() + timedelta(minutes=1)
    assert understanding._begin(name, at) == NEW
    assert understanding.understand(name, at) is None
    assert frappe.db.get_value(DOCTYPE, name, "attempts") == 1


def test_a_fault_that_passes_is_no_refusal():
    answer.append(frappe.TimestampMismatchError("changed meanwhile"))
    assert understanding.understand(keep_message(message()).name) == NEW


def test_what_its_keeper_reads_has_no_job_and_is_due_all_the_same(monkeypatch):
    jobs = []
    monkeypatch.setattr(frappe, "enqueue", lambda method, **given: jobs.append(method))
    name = keep_message(message(), read_by_caller=True).name
    assert jobs == []
    assert name in understanding._due(now_datetime(), 500)


def test_what_a_killed_worker_left_is_picked_up(monkeypatch):
    jobs = []
    monkeypatch.setattr(frappe, "enqueue", lambda method, **given: jobs.append((method, given)))
    answer.append(Waits(Message("Decide.")))
    name = keep_message(message()).name
    assert jobs.pop()[1]["names"] == [name]  # this job is killed
    read_messages()
    ((method, given),) = jobs
    frappe.get_attr(method)(**{key: value for key, value in given.items() if key != "queue"})
    assert frappe.db.get_value(DOCTYPE, name, "state") == WAITING
