"""What went between the company and a complainant, of one complaint or of many at once: by mail, by chat, by their secret link, in the
portal. Of all that was said about a complaint nothing else; a constant number of queries, whatever is asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import Max
from frappe.utils import get_datetime, split_emails
from pypika import Order
from pypika.queries import Table
from pypika.terms import Criterion

from complaint_qms.constants.correspondence import AUTOMATIC_FIELD, KIND_FIELD, QUESTION
from complaint_qms.constants.inbox import DOCTYPE as INBOX
from complaint_qms.constants.inbox import PAGE, PORTAL
from complaint_qms.services.chat.complaint_chats import own_talk
from complaint_qms.services.correspondence.addresses import addresses_of_complainants, bare
from complaint_qms.services.correspondence.plain_text import not_by_mail, plain_lines
from complaint_qms.services.inbox.item import is_raw
from complaint_qms.services.visitor import links, submissions

_MOST: Final = 100
_MOST_ASKED: Final = 200
_FIELDS: Final = (
    "name", "reference_name", "sent_or_received", "sender", "content", "communication_date", "recipients", "cc", "communication_medium", KIND_FIELD,
)  # fmt: skip
_OVER: Final = ("closed", "rejected", "void")
"""Stages in which nobody waits for an answer any more."""

Talk = list[dict[str, Any]]
"""Messages, oldest first: {name, mine, at, text, kind, word}; `word` is what was said on a solution, {verdict, text, solution}."""


def talk_of(complaint: Document) -> Talk:
    """The newest messages of one complaint, with the names of the files that came with each (`files`)."""
    rows = _talks([complaint])[complaint.name]
    files = _files([row["name"] for row in rows if row["mine"]])
    return [{**row, "files": files.get(row["name"], [])} for row in rows]


def open_question(complaint: frappe._dict | Document, talk: Talk) -> str | None:
    """The last question, while nothing was answered to it and the complaint goes on; a word on the solution answers another one."""
    if complaint.stage in _OVER:
        return None
    for row in reversed(talk):
        if row["mine"] and not row["word"]:
            return None
        if row["kind"] == QUESTION:
            return row["text"]
    return None


def open_questions(complaint: Table, owned: Criterion) -> set[str]:
    """Those of the complaints of a condition on which a question waits for the complainant: of the newest two hundred that anything was
    asked about."""
    mail = frappe.qb.DocType("Communication")
    known = ("name", "stage", "contact_email", "contact_person", "contact_phone", "source_doctype", "source_name")  # fmt: skip
    fields = [complaint[field] for field in known]
    asked = (
        frappe.qb.from_(mail)
        .inner_join(complaint)
        .on((mail.reference_name == complaint.name) & (mail.reference_doctype == "Complaint"))
        .select(*fields, Max(mail.communication_date).as_("asked_at"))
        .where(owned & complaint.stage.notin(_OVER))
        .where((mail[KIND_FIELD] == QUESTION) & (mail.sent_or_received == "Sent"))
        .groupby(*fields)
        .orderby(Max(mail.communication_date), order=Order.desc)
        .limit(_MOST_ASKED)
    ).run(as_dict=True)
    if not asked:
        return set()
    talks = _talks(asked, since=min(get_datetime(row.asked_at) for row in asked), with_text=False)
    return {row.name for row in asked if open_question(row, talks[row.name]) is not None}


def _talks(
    complaints: Sequence[frappe._dict | Document], since: datetime | None = None, *, with_text: bool = True
) -> dict[str, Talk]:
    """Complaint → what was said, oldest first; the newest hundred on average, or what was said from a moment on.

    Args:
        with_text: without it every `text` is empty, for whoever asks only that something was said.
    """
    fields = _FIELDS if with_text else tuple(name for name in _FIELDS if name != "content")
    of = {complaint.name: complaint for complaint in complaints}
    own = _sent_by_form(complaints)
    about = {
        "reference_doctype": "Complaint",
        "reference_name": ("in", list(of)),
        "communication_type": "Communication",
        AUTOMATIC_FIELD: ("is", "not set"),
    }
    moments = {"communication_date": (">=", since)} if since else {}
    newest = {"order_by": "communication_date desc, creation desc", "limit": _MOST * len(of)}
    rows = frappe.get_all("Communication", about | moments, fields, **newest)
    rows = [row for row in rows if row.name not in own]
    addresses = addresses_of_complainants(complaints)
    chats = {row.name: of[row.reference_name] for row in rows if row.communication_medium == "Chat"}
    talked = own_talk(chats)
    found = [
        (row.reference_name, row)
        for row in rows
        if row.name in talked or _is_between_us(row, addresses[row.reference_name])
    ]
    if own:
        sent = frappe.get_all("Communication", {"name": ("in", sorted(own)), **moments}, fields, **newest)
        found += [(own[row.name], row) for row in sent]
    received = [row.name for _complaint, row in found if row.sent_or_received == "Received"]
    said = _words(received)
    talks: dict[str, Talk] = {name: [] for name in of}
    for name, row in sorted(found, key=lambda one: get_datetime(one[1].communication_date)):
        talks[name].append(
            {
                "name": row.name,
                "mine": row.sent_or_received == "Received",
                "at": get_datetime(row.communication_date),
                "text": _text(row) if with_text else "",
                "kind": row.get(KIND_FIELD),
                "word": said.get(row.name),
            }
        )
    return talks


def _text(row: frappe._dict) -> str:
    said = plain_lines(row.content)
    return said if row.sent_or_received == "Received" else not_by_mail(said)


def _sent_by_form(complaints: Sequence[frappe._dict | Document]) -> dict[str, str]:
    """Communication → complaint, of what was written by the links of these complaints, in the portal or in their own forms once more,
    wherever it stands since a merge."""
    # A name of a link is no name of a complaint.
    scopes = {complaint.name: complaint.name for complaint in complaints}
    scopes |= links.complaint_of_links(list(scopes))
    rows = frappe.get_all(
        INBOX,
        {"road": ("in", (PAGE, PORTAL)), "scope": ("in", list(scopes)), "communication": ("is", "set")},
        ["communication", "scope"],
        order_by="name asc",
    )
    found = {row.communication: scopes[row.scope] for row in rows if row.scope in scopes}
    sources = {
        one.source_name: one.name for one in complaints if one.source_doctype == INBOX and one.source_name
    }
    return found | {name: sources[item] for name, item in submissions.added_by_forms(list(sources)).items()}


def _is_between_us(row: frappe._dict, addresses: set[str]) -> bool:
    """Whether a mail went between the company and the complainant; suppliers and colleagues write about complaints as well."""
    if row.communication_medium != "Email":
        return False
    if row.sent_or_received == "Received":
        return bare(row.sender) in addresses
    written = {bare(address) for text in (row.recipients, row.cc) for address in split_emails(text or "")}
    return bool(written & addresses)


def _words(names: list[str]) -> dict[str, dict[str, str]]:
    """Communication → what it says on a solution, of those by which one was accepted or refused."""
    if not names:
        return {}
    # Only these roads write what was sent as JSON of ours; a mail is what its sender wrote.
    about = {
        "communication": ("in", names),
        "road": ("in", (PAGE, PORTAL)),
        "payload": ("like", '%"verdict"%'),
    }
    rows = frappe.get_all(INBOX, about, ["communication", "payload"], order_by="name asc")
    told = {row.communication: json.loads(row.payload) for row in rows}
    return {name: values for name, values in told.items() if values.get("verdict")}


def _files(names: list[str]) -> dict[str, list[str]]:
    """Communication → names of the files that came with it, through the inbox."""
    if not names:
        return {}
    items = frappe.get_all(
        INBOX,
        {"communication": ("in", names)},
        ["name", "communication", "payload_file"],
        order_by="name asc",
    )
    of_item = {item.name: item for item in items}
    about = {"attached_to_doctype": INBOX, "attached_to_name": ("in", list(of_item))}
    rows = frappe.get_all(
        "File",
        about,
        ["name", "attached_to_name", "attached_to_field", "file_name"],
        order_by="creation asc, name asc",
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        item = of_item[row.attached_to_name]
        if not is_raw(row, item.payload_file):
            found.setdefault(item.communication, []).append(row.file_name)
    return found
