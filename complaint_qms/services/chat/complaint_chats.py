"""A chat that belongs to a complaint: what was said before comes along, what is said later goes on with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from complaint_qms.constants.chat import CHAT, DONE, MESSAGE, OPEN, WITH_PERSON
from complaint_qms.constants.inbox import ADDED, DISMISSED, DOCTYPE, WAITING
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.engine.message import Message
from complaint_qms.engine.phone_number import agreement
from complaint_qms.integrations.erpnext.party_matching import region_of
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.chat import conversation
from complaint_qms.services.evidence.capture import attach
from complaint_qms.services.inbox import reasons
from complaint_qms.services.inbox.adding import add_to
from complaint_qms.services.inbox.giving_back import strike_out
from complaint_qms.services.inbox.item import write
from complaint_qms.services.inbox.origin import evidence_rows
from complaint_qms.services.inbox.outcomes import Added
from complaint_qms.services.record import batches, timeline
from complaint_qms.services.record.timeline import line

UNREGISTERED: Final = Message("A turn of a chat in which no complaint was registered so far.")

_COMPLAINT: Final = "Complaint"
_ADD: Final = f"{__name__}.add_files"
_ANEW: Final = "a new talk begins"
_AT_ONCE: Final = 200
_SAME_PHONE: Final = 0.8
"""Agreement of two telephone numbers of which at most one leaves its country out."""


def file_on_complaint(item: Document, complaint: Document, *, founds: bool) -> None:
    """An item has become a complaint or was put on one: its chat, and what else was said in it, go along. The words themselves
    stand in the chat or are put on the timeline by whoever calls."""
    chat = conversation.of_item(item)
    if not chat or chat.complaint == complaint.name:
        return
    turns = conversation.open_turns(chat)
    with_person = chat.mode == WITH_PERSON
    conversation.write_chat(
        chat,
        "chat belongs to a complaint",
        complaint=complaint.name,
        moved_from=None,
        customer=complaint.customer,
        contact_person=complaint.contact_person,
        company=complaint.company,
        inbox_item=None,
        mode=WITH_PERSON if with_person else DONE,
    )
    names = [turn.name for turn in turns]
    writing.set_where(MESSAGE, names, {"complaint": complaint.name}, "chat belongs to a complaint")
    earlier = _undecided(
        [turn.inbox_item for turn in turns if turn.inbox_item and turn.inbox_item != item.name]
    )
    values = {
        "state": ADDED,
        "complaint": complaint.name,
        "company": complaint.company,
        "reason": None,
        "next_attempt": None,
    }
    writing.set_where(DOCTYPE, earlier, values, "chat belongs to a complaint", modified=True)
    if earlier:
        _bring_messages(earlier, complaint.name)
        due = [turn.name for turn in turns if turn.inbox_item in earlier]
        writing.set_where(MESSAGE, due, {"files_due": 1}, "files to become evidence")
        frappe.enqueue(_ADD, queue="short", complaint=complaint.name, enqueue_after_commit=True)


def add_files(complaint: str) -> None:
    """What came with earlier messages of a chat becomes evidence, unless it is already."""
    doc = frappe.get_doc(_COMPLAINT, complaint, for_update=True)
    due = frappe.get_all(
        MESSAGE,
        {"complaint": complaint, "files_due": 1},
        ["name", "inbox_item"],
        order_by="creation asc, name asc",
    )
    named = {row.file for row in doc.get("evidence")}
    rows = [row for row in rows_of([turn.inbox_item for turn in due]) if row["file"] not in named]
    if rows and doc.stage in COMPLAINT_ENDED:
        attach((row["file"], doc.doctype, doc.name) for row in rows)
    elif rows:
        doc.extend("evidence", rows)
        doc.save(ignore_permissions=True)
    writing.set_where(MESSAGE, [turn.name for turn in due], {"files_due": 0}, "files became evidence")


def add_files_later(turn: str) -> None:
    """What came late with a turn becomes evidence of the complaint that it stands on by then; of none, it waits beside its item."""
    complaint = frappe.db.get_value(MESSAGE, turn, "complaint")
    if not complaint:
        return
    writing.set_values(MESSAGE, turn, {"files_due": 1}, "files to become evidence")
    frappe.enqueue(_ADD, queue="short", complaint=complaint, enqueue_after_commit=True)


def add_left_files() -> int:
    """The same for what a killed worker or a failed attempt left behind; of how many complaints. Commits after each."""
    names = frappe.get_all(
        MESSAGE,
        {"files_due": 1, "complaint": ("is", "set")},
        pluck="complaint",
        distinct=True,
        order_by="complaint asc",
        limit=_AT_ONCE,
    )
    with acting_as():
        done = [
            batches.in_parts(
                [name],
                lambda left: add_files(left[0]),
                "Files of a chat not added",
                lambda left: (_COMPLAINT, left),
            )
            for name in names
        ]
    return sum(bool(one) for one in done)


def enqueue_left() -> None:
    """Have files added that are due."""
    if frappe.db.exists(MESSAGE, {"files_due": 1}):
        frappe.enqueue(
            f"{__name__}.add_left_files", queue="short", job_id="complaint_qms_chat_files", deduplicate=True
        )


def rows_of(items: list[str]) -> list[dict[str, Any]]:
    """The files of items as rows of evidence."""
    if not items:
        return []
    found = frappe.get_all(
        DOCTYPE,
        {"name": ("in", items)},
        ["name", "payload_file", "received_at"],
        order_by="received_at asc, name asc",
    )
    return evidence_rows(*found)


def open_complaint(chat: Document) -> Document | None:
    """The complaint that a chat goes on with, locked; the one it was merged into; None where it has ended or there is none."""
    if not chat.complaint or not frappe.db.exists(_COMPLAINT, chat.complaint):
        return None
    doc = frappe.get_doc(_COMPLAINT, chat.complaint, for_update=True)
    if doc.stage == "duplicate" and doc.duplicate_of:
        doc = frappe.get_doc(_COMPLAINT, doc.duplicate_of, for_update=True)
        moved = {
            "complaint": doc.name,
            "company": doc.company,
            "moved_from": chat.moved_from or chat.complaint,
        }
        conversation.write_chat(chat, "complaint was merged", **moved)
    return None if doc.stage in COMPLAINT_ENDED else doc


def return_chats(complaint: Document) -> None:
    """After a complaint was separated from the one it was merged into: its chats belong to it again, with what was said in them since
    the first message that came about it."""
    before = complaint.get_doc_before_save()
    if not before or before.stage != "duplicate" or complaint.stage == "duplicate":
        return
    for name in frappe.get_all(CHAT, {"moved_from": complaint.name}, pluck="name", order_by="name asc"):
        chat = frappe.get_doc(CHAT, name, for_update=True)
        rows = frappe.get_all(
            MESSAGE,
            {"chat": name, "complaint": chat.complaint},
            ["name", "inbox_item", "communication"],
            order_by="creation asc, name asc",
        )
        asked = {
            "sent_about": complaint.name,
            "name": ("in", [row.inbox_item for row in rows if row.inbox_item]),
        }
        own = set(frappe.get_all(DOCTYPE, asked, pluck="name", order_by="name asc"))
        first = next((place for place, row in enumerate(rows) if row.inbox_item in own), len(rows))
        said = [row.communication for row in rows[first:] if row.communication]
        stands = {"reference_doctype": _COMPLAINT, "reference_name": chat.complaint, "name": ("in", said)}
        moved = frappe.get_all("Communication", stands, pluck="name", order_by="name asc") if said else []
        why = "complaint was separated"
        writing.set_where("Communication", moved, {"reference_name": complaint.name}, why)
        writing.set_where(MESSAGE, [row.name for row in rows[first:]], {"complaint": complaint.name}, why)
        values = {"complaint": complaint.name, "company": complaint.company, "moved_from": None}
        conversation.write_chat(chat, why, **values)


def begin_anew(chat: Document, turn: Document | None = None, items: Sequence[str] = ()) -> None:
    """A talk of its own: the complaint before keeps what was said about it.

    Args:
        turn: what was said already and begins it, and whoever waits for an answer still does; else it begins with what is said next.
        items: of turns before it that tell of the same and were put on the complaint before.
    """
    began_at = get_datetime(turn.creation) if turn else now_datetime()
    if turn:
        began_at = min([began_at, *_taken_along(chat, items)])
        writing.set_values(MESSAGE, turn.name, {"complaint": None}, _ANEW)
        turn.complaint = None
    conversation.write_chat(
        chat,
        _ANEW,
        complaint=None,
        moved_from=None,
        inbox_item=None,
        handed_to=None,
        waits=chat.waits if turn else 0,
        reasons=None,
        dialog_state=None,
        mode=OPEN,
        began_at=began_at,
    )


def go_on(chat: Document, turn: Document, item: Document, complaint: Document, verdict: str = "") -> Added:
    """A message about the complaint of its chat: on its timeline, its files as evidence, its handler told.

    Args:
        verdict: agreed or disagreed, where it is the sender's word on a solution.
    """
    if chat.moved_from:
        write(item, sent_about=chat.moved_from)
    communication = add_to(item, complaint, verdict)
    values = {"complaint": complaint.name, "communication": communication}
    writing.set_values(MESSAGE, turn.name, values, "message on the timeline")
    return Added(complaint.name, communication)


def is_own(chat: Document, complaint: Document) -> bool:
    """Whether a complaint is that of who writes in a chat: told in it, or by their telephone. Others write about a complaint too."""
    told = complaint.source_name if complaint.source_doctype == DOCTYPE else None
    if told and frappe.db.exists(MESSAGE, {"inbox_item": told, "chat": chat.name}):
        return True
    return _is_same_phone(chat.phone, complaint, chat.company)


def chats_of(complaint: str) -> list[frappe._dict]:
    """The chats of a complaint, the one that was written in last first."""
    return frappe.get_all(
        CHAT,
        {"complaint": complaint},
        ["name", "title", "channel", "mode", "handed_to", "waits", "last_message_at"],
        order_by="last_message_at desc, name asc",
    )


def own_talk(communications: dict[str, Document | frappe._dict]) -> set[str]:
    """Which of these Communications, each with its complaint, were said in a chat of the complainant's own: the one that the complaint
    was told in, or one that is written in from their telephone. Others write about a complaint as well. Two queries."""
    if not communications:
        return set()
    turn, chat, item = (frappe.qb.DocType(name) for name in (MESSAGE, CHAT, DOCTYPE))
    found = (
        frappe.qb.from_(turn)
        .inner_join(chat)
        .on(chat.name == turn.chat)
        .left_join(item)
        .on(item.name == turn.inbox_item)
        .select(turn.communication, item.communication.as_("received"), chat.name, chat.phone, chat.company)
        .where(turn.communication.isin(list(communications)) | item.communication.isin(list(communications)))
    ).run(as_dict=True)
    chats = {row.name for row in found}
    told = {one.source_name for one in communications.values() if one.source_doctype == DOCTYPE}
    rows = (
        frappe.get_all(
            MESSAGE,
            {"inbox_item": ("in", sorted(filter(None, told))), "chat": ("in", sorted(chats))},
            ["chat", "inbox_item"],
            order_by="name asc",
        )
        if any(told) and chats
        else []
    )
    founding = {(row.chat, row.inbox_item) for row in rows}

    def belongs(row: frappe._dict, complaint: Document | frappe._dict) -> bool:
        began = complaint.source_doctype == DOCTYPE and (row.name, complaint.source_name) in founding
        return began or _is_same_phone(row.phone, complaint, row.company)

    said = [(name, row) for row in found for name in (row.communication, row.received)]
    return {name for name, row in said if name in communications and belongs(row, communications[name])}


def newest_item(chat: Document) -> str:
    """The newest message of the sender that stands on no complaint; empty where there is none."""
    turns = conversation.open_turns(chat)
    return next((turn.inbox_item for turn in reversed(turns) if turn.inbox_item), "")


def _taken_along(chat: Document, items: Sequence[str]) -> list[datetime]:
    """Take turns off the complaint of their chat, as far as nobody else has decided on them, and strike out their files there; when
    each came. They and their files go along with the next talk, and their words when that is registered."""
    free = {
        "name": ("in", items),
        "state": ADDED,
        "complaint": chat.complaint,
        "decided_by": ("is", "not set"),
    }
    fields = ["name", "payload_file", "received_at"]
    rows = frappe.get_all(DOCTYPE, free, fields, order_by="name asc") if items else []
    if not rows:
        return []
    names = [row.name for row in rows]
    said = {"chat": chat.name, "inbox_item": ("in", names)}
    turns = frappe.get_all(MESSAGE, said, ["name", "creation"], order_by="creation asc, name asc")
    writing.set_where(MESSAGE, [turn.name for turn in turns], {"complaint": None}, _ANEW)
    # What a complaint that was merged gets back is not this.
    values = {
        "state": DISMISSED,
        "complaint": None,
        "sent_about": None,
        "reason": reasons.of_message(UNREGISTERED),
    }
    writing.set_where(DOCTYPE, names, values, _ANEW, modified=True)
    strike_out(rows, [chat.complaint], _("It came in about another complaint of the same sender."), _ANEW)
    timeline.note(
        _COMPLAINT,
        {
            chat.complaint: line(
                "The sender says in the chat that their last message, with its files, is about another complaint."
            )
        },
    )
    return [turn.creation for turn in turns]


def _bring_messages(items: list[str], complaint: str) -> None:
    """What items that were put on another complaint first said there."""
    with_message = {"name": ("in", items), "communication": ("is", "set")}
    said = frappe.get_all(DOCTYPE, with_message, pluck="communication", order_by="name asc")
    stands = {"name": ("in", said), "reference_doctype": _COMPLAINT}
    moved = frappe.get_all("Communication", stands, pluck="name", order_by="name asc") if said else []
    writing.set_where("Communication", moved, {"reference_name": complaint}, "chat belongs to a complaint")


def _is_same_phone(phone: str | None, complaint: Document | frappe._dict, company: str | None) -> bool:
    """Whether a service's telephone number is the complainant's, however somebody has written it."""
    if not phone or not complaint.contact_phone:
        return False
    return agreement(phone, complaint.contact_phone, region_of(company)) >= _SAME_PHONE


def _undecided(items: list[str]) -> list[str]:
    if not items:
        return []
    free = {"name": ("in", items), "state": ("in", (WAITING, DISMISSED)), "decided_by": ("is", "not set")}
    return frappe.get_all(DOCTYPE, free, pluck="name", order_by="received_at asc, name asc")
