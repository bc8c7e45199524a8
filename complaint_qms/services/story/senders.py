"""Who did what the site wrote down for somebody without a login: the senders of messages that came in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.inbox import CHAT, DOCTYPE, MAIL, PAGE, PORTAL
from complaint_qms.constants.personal_data import IDENTITY
from complaint_qms.permissions.personal_data import sees
from complaint_qms.services.acting_as import SITE

_BY: Final[dict[str, Callable[[str], str]]] = {
    MAIL: lambda name: _("{0} (by mail)").format(name),
    PAGE: lambda name: _("{0} (on the public page)").format(name),
    PORTAL: lambda name: _("{0} (in the portal)").format(name),
    CHAT: lambda name: _("{0} (by chat)").format(name),
}


def message_of(data: Mapping[str, Any]) -> str:
    """The message that a saved version names as its cause; empty without one."""
    cause = data.get("updater_reference")
    named = isinstance(cause, Mapping) and cause.get("doctype") == DOCTYPE
    return str(cause.get("docname") or "") if named else ""


def source_of(doc: Document) -> str:
    """The message that the site itself has made a record of; empty where a person did."""
    own = doc.doctype == "Complaint" and doc.owner == SITE and doc.source_doctype == DOCTYPE
    return doc.source_name or "" if own else ""


def names_of(messages: Iterable[str]) -> dict[str, str]:
    """Message → its sender and by which way they sent it; one query, none without messages."""
    wanted = sorted({name for name in messages if name})
    if not wanted:
        return {}
    is_open = sees([IDENTITY])
    rows = frappe.get_all(
        DOCTYPE, {"name": ("in", wanted)}, ["name", "road", "sender_name", "sender_address"], order_by="name"
    )
    return {
        row.name: _BY[row.road](
            row.sender_name or row.sender_address or _("Somebody") if is_open else _("Somebody")
        )
        for row in rows
        if row.road in _BY
    }
