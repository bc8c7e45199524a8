"""Who is writing in a chat at the moment, and whether somebody has answered since an answer was begun."""

from __future__ import annotations

from time import time
from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, get_fullname

from complaint_qms.constants.chat import CHAT, MESSAGE, PERSON, WRITING_FOR

_EVENT: Final = "complaint_chat_writing"


def note_writing(chat: Document) -> list[str]:
    """The present user writes in a chat; who else does. Who has it open hears of it."""
    user, now = frappe.session.user, time()
    writers = _writers(chat, now)
    writers[user] = now
    frappe.cache.set_value(_key(chat), writers, expires_in_sec=WRITING_FOR)
    frappe.publish_realtime(_EVENT, {"chat": chat.name, "user": user}, doctype=CHAT, docname=chat.name)
    return [one for one in writers if one != user]


def end_writing(chat: Document) -> None:
    """The present user has sent what they wrote."""
    writers = _writers(chat, time())
    if writers.pop(frappe.session.user, None):
        frappe.cache.set_value(_key(chat), writers, expires_in_sec=WRITING_FOR)


def check_unanswered(chat: Document, seen: str) -> None:
    """
    Args:
        seen: the last turn that the present user saw; empty where their program does not say.

    Raises:
        frappe.ValidationError: somebody else has answered since.
    """
    since = frappe.db.get_value(MESSAGE, {"name": seen, "chat": chat.name}, "creation") if seen else None
    if not since:
        return
    later = {"chat": chat.name, "who": PERSON, "creation": (">", since), "user": ("!=", frappe.session.user)}
    if other := frappe.db.get_value(MESSAGE, later, "user", order_by="creation desc"):
        frappe.throw(
            _(
                "{0} has answered meanwhile, and nothing was sent. Read it; what you wrote is still here."
            ).format(escape_html(get_fullname(other))),
            title=_("Not Sent", context="Complaint QMS"),
        )


def _writers(chat: Document, now: float) -> dict[str, float]:
    known = frappe.cache.get_value(_key(chat), expires=True) or {}
    return {user: at for user, at in known.items() if now - at < WRITING_FOR}


def _key(chat: Document) -> str:
    return f"complaint_qms_chat_writers:{chat.name}"
