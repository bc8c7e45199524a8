"""Mails that are made to cost: what a stranger puts into one is bounded, and nothing of it is lost."""

from __future__ import annotations

from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import frappe
import pytest

from complaint_qms.constants.inbox import ADDED, DOCTYPE, MOST_FILES
from complaint_qms.services.inbox.store import raw_of
from complaint_qms.services.mailbox import fetching, threads
from tests.desk import factory
from tests.desk.mail_road import ANN, account, complaint_of, conversation, kept, mail


def test_of_too_many_files_some_are_kept_apart_and_all_stand_in_the_mail() -> None:
    made, word = MIMEMultipart(), frappe.generate_hash(length=8)
    made["From"], made["Subject"], made["Message-ID"] = ANN, "Files", f"<{word}@customer.example>"
    made.attach(MIMEText("The pump leaks."))
    for number in range(MOST_FILES + 20):
        part = MIMEText(f"{word} reads {number}")
        part.add_header("Content-Disposition", "attachment", filename=f"{word}-{number}.csv")
        made.attach(part)
    item = kept(made, account())
    doc = complaint_of(item)
    names = [f"{word}-{number}.csv" for number in range(MOST_FILES)]
    assert [row.caption for row in doc.evidence] == names, "the first of them"
    for doctype, name in ((DOCTYPE, item.name), ("Communication", item.communication)):
        files = {"attached_to_doctype": doctype, "attached_to_name": name}
        assert frappe.db.count("File", files | {"file_name": ("like", "%.csv")}) == MOST_FILES
    assert raw_of(item) == made.as_bytes()
    told = frappe.get_all(
        "Comment", {"reference_name": item.name, "comment_type": "Info"}, pluck="content", order_by="name"
    )
    assert told == [
        f"The first {MOST_FILES} of {MOST_FILES + 20} files were kept; the others are in the message as it was sent."
    ]


@pytest.mark.parametrize("stumbles", ["parse", "header_text", "message_id_of", "read_mail"])
def test_a_mail_that_nothing_can_be_read_of_is_kept_all_the_same(
    monkeypatch: pytest.MonkeyPatch, stumbles: str
) -> None:
    box, raw = account(), mail().as_bytes()

    def stumble(*_args: object) -> None:
        raise ValueError(stumbles)

    with monkeypatch.context() as patch:
        patch.setattr(frappe.db, "commit", lambda: None)  # the transaction is that of the test
        patch.setattr(frappe.db, "rollback", lambda *_args, **_more: None)
        patch.setattr(fetching, stumbles, stumble)
        for turn in (raw, raw, raw + b"!"):
            assert fetching.keep_safely(turn, box)
    items = frappe.get_all(DOCTYPE, {"mailbox": box.name}, pluck="name", order_by="name")
    kept_as = [raw_of(frappe.get_doc(DOCTYPE, name)) for name in items]
    by_its_name = stumbles == "read_mail"  # then only what it says could not be read
    assert kept_as == ([raw] if by_its_name else [raw, raw + b"!"])


def test_a_subject_full_of_numbers_is_asked_about_once(monkeypatch: pytest.MonkeyPatch) -> None:
    box = account()
    doc, _mail = conversation(box)
    number = doc.name.rpartition("-")
    numbers = " ".join(f"{number[0]}-9{at:05d}" for at in range(3000))
    asked: list[str] = []
    real = frappe.db.sql

    def sql(query: object, *args: object, **more: object) -> object:
        if "tabComplaint`" in str(query):
            asked.append(str(query))
        return real(query, *args, **more)

    monkeypatch.setattr(frappe.db, "sql", sql)
    assert threads._named(numbers) is None
    assert threads._named("Nothing") is None
    assert len(asked) == 1
    assert len(asked[0]) < 2000
    monkeypatch.setattr(frappe.db, "sql", real)
    for subject in (f"{doc.name} {numbers}", f"Re: {numbers} (#{doc.name})", f"about {doc.name.lower()}"):
        item = kept(mail(subject=subject), box)
        assert (item.state, item.complaint) == (ADDED, doc.name)


def test_of_several_numbers_the_mark_at_the_end_counts_then_the_first() -> None:
    one, other = factory.complaint().name, factory.complaint().name
    assert threads._named(f"{one} and {other}").name == one
    assert threads._named(f"{other} and {one}").name == other
    assert threads._named(f"{other} (#{one})").name == one
