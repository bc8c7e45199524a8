"""What a complainant sees of a complaint, by a secret link or in the portal: in plain words, of their own complaint alone.

Nothing that was written inside the company is shown: no reasons, no names of colleagues, no complaint of somebody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, split_emails

from complaint_qms.constants.correspondence import ANSWER, AUTOMATIC_FIELD, KIND_FIELD, QUESTION
from complaint_qms.constants.inbox import DOCTYPE as INBOX
from complaint_qms.constants.inbox import MAIL, PAGE, PORTAL
from complaint_qms.constants.visitor import STEPS
from complaint_qms.engine.sop.gates import blank
from complaint_qms.services.chat.filing import own_talk
from complaint_qms.services.correspondence.addresses import addresses_of_complainant, bare
from complaint_qms.services.correspondence.agreement import waits_for_word
from complaint_qms.services.correspondence.promise import promise_told
from complaint_qms.services.correspondence.standing import (
    STEP_NAMES,
    WORDS_OF_THEIRS,
    IsOwn,
    instant,
    sentence_at,
    sentence_of,
    step_of,
    told_stage,
)
from complaint_qms.services.correspondence.words import lines
from complaint_qms.services.inbox.item import is_raw
from complaint_qms.services.visitor import keeping, links, rating

_MOST: Final = 100


def steps() -> list[dict[str, str]]:
    """The way of a complaint: [{key, name}]."""
    return [{"key": key, "name": STEP_NAMES[key]()} for key in STEPS]


def of_item(name: str) -> dict[str, Any]:
    """The same of a message that is no complaint yet."""
    item = frappe.db.get_value(INBOX, name, ["received_at", "text"], as_dict=True)
    return {
        "number": name,
        "received": instant(item.received_at),
        "steps": steps(),
        "step": STEPS[0],
        "sentence": sentence_of("intake", waits=False),
        "promised": None,
        "about": [],
        "told": item.text or "",
        "messages": [],
        "question": None,
        "solution": None,
        "rating": None,
        "can_write": False,
    }


def of_complaint(complaint: Document, is_own: IsOwn | None = None) -> dict[str, Any]:
    """How a complaint stands: {number, received, step, steps, sentence, promised (a day), about, told, messages, question, solution, rating, can_write}.

    Args:
        is_own: asked of the original of a merged complaint; its stage is told where it is, and without this argument always.
    """
    stage = told_stage(complaint, is_own)
    messages = _messages(complaint)
    return {
        "number": complaint.name,
        "received": instant(complaint.received_at),
        "steps": steps(),
        "step": step_of(stage, complaint.held_stage),
        "sentence": sentence_at(complaint, stage),
        "promised": promise_told(complaint),
        "about": _about(complaint),
        "told": _told(complaint),
        "messages": [
            {
                "mine": row["mine"],
                "at": instant(row["at"]),
                "text": row["text"],
                "files": row["files"],
            }
            for row in messages
        ],
        "question": _open_question(messages),
        "solution": _solution(complaint),
        "rating": rating.standing(complaint),
        "can_write": True,
    }


def _told(complaint: Document) -> str:
    """What the complainant wrote themselves; what others wrote or entered for them is in their words."""
    if complaint.source_doctype != INBOX or not complaint.source_name:
        return ""
    item = frappe.db.get_value(INBOX, complaint.source_name, ["road", "sender_address", "text"], as_dict=True)
    if not item:
        return ""
    own = item.road in (PAGE, PORTAL) or (
        item.road == MAIL and bare(item.sender_address) in addresses_of_complainant(complaint)
    )
    return (item.text or "") if own else ""


def _about(complaint: Document) -> list[str]:
    """Product, its numbers and the document by which it was sold, as far as they are known."""
    pair = _("{0}: {1}")
    known = (
        (complaint.item_name or complaint.product_model, "{0}"),
        (complaint.batch_no, pair.format(_("Batch"), "{0}")),
        (complaint.serial_no, pair.format(_("Serial number"), "{0}")),
        (complaint.delivery_note, _("Delivery {0}")),
        (complaint.sales_invoice, _("Invoice {0}")),
        (complaint.sales_order, _("Order {0}")),
    )
    return [said.format(value) for value, said in known if value]


def _solution(complaint: Document) -> dict[str, Any] | None:
    """{text, waits, answer} of a solution that the complainant was told."""
    if not complaint.reply_sent_at or blank(complaint.reply):
        return None
    return {
        "text": lines(complaint.reply),
        "waits": waits_for_word(complaint),
        "answer": complaint.customer_agreement if complaint.customer_agreement in WORDS_OF_THEIRS else None,
    }


def _messages(complaint: Document) -> list[dict[str, Any]]:
    """What went to the complainant and what came from them, oldest first; of all that was said about the complaint nothing else."""
    own = _sent_by_form(complaint)
    fields = ["name", "sent_or_received", "sender", "content", "communication_date", "recipients", "cc", "communication_medium", KIND_FIELD]  # fmt: skip
    about = {
        "reference_doctype": complaint.doctype,
        "reference_name": complaint.name,
        "communication_type": "Communication",
        AUTOMATIC_FIELD: ("is", "not set"),
    }
    newest = {"order_by": "communication_date desc, creation desc", "limit": _MOST}
    rows = frappe.get_all("Communication", about, fields, **newest)
    addresses = addresses_of_complainant(complaint)
    rows = [row for row in rows if row.name not in own]
    talked = own_talk(complaint, [row.name for row in rows if row.communication_medium == "Chat"])
    rows = [row for row in rows if row.name in talked or _is_between_us(row, addresses)]
    if own:
        rows += frappe.get_all("Communication", {"name": ("in", sorted(own))}, fields, **newest)
    received = [row.name for row in rows if row.sent_or_received == "Received"]
    files, decisions = _files(received), _decisions(received)
    return [
        {
            "mine": row.sent_or_received == "Received",
            "at": get_datetime(row.communication_date),
            "text": lines(row.content),
            "kind": row.get(KIND_FIELD),
            "decides": row.name in decisions,
            "files": files.get(row.name, []),
        }
        for row in sorted(rows, key=lambda row: get_datetime(row.communication_date))
        # The solution stands by itself.
        if row.get(KIND_FIELD) != ANSWER
    ]


def _sent_by_form(complaint: Document) -> set[str]:
    """Communications of what was written by the links of this complaint, in the portal or in its own form once more, wherever they stand since a
    merge."""
    names = links.links_of(complaint.name) + links.links_of(complaint.name, revoked=1)
    # A name of a link is no name of a complaint.
    about = {
        "road": ("in", (PAGE, PORTAL)),
        "scope": ("in", [*names, complaint.name]),
        "communication": ("is", "set"),
    }
    found = set(frappe.get_all(INBOX, about, pluck="communication", order_by="name asc"))
    if complaint.source_doctype == INBOX and complaint.source_name:
        found.update(keeping.added_by_form(complaint.source_name))
    return found


def _is_between_us(row: frappe._dict, addresses: set[str]) -> bool:
    """Whether a mail went between the company and the complainant; suppliers and colleagues write about complaints as well."""
    if row.communication_medium != "Email":
        return False
    if row.sent_or_received == "Received":
        return bare(row.sender) in addresses
    written = {bare(address) for text in (row.recipients, row.cc) for address in split_emails(text or "")}
    return bool(written & addresses)


def _open_question(messages: list[dict[str, Any]]) -> str | None:
    """The last question, while nothing was answered to it; a word on the solution answers another one."""
    for row in reversed(messages):
        if row["mine"] and not row["decides"]:
            return None
        if row["kind"] == QUESTION:
            return row["text"]
    return None


def _decisions(names: Iterable[str]) -> set[str]:
    """Those of these Communications by which a solution was accepted or refused."""
    # Within what was typed every quotation mark has a backslash before it.
    about = {"communication": ("in", list(names)), "payload": ("like", '%"verdict": "%')}
    return set(frappe.get_all(INBOX, about, pluck="communication", order_by="name asc"))


def _files(names: Iterable[str]) -> dict[str, list[str]]:
    """Communication → names of the files that came with it, through the inbox."""
    items = frappe.get_all(
        INBOX,
        {"communication": ("in", list(names))},
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
