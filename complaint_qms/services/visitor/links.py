"""Secret addresses by which a complainant follows a complaint. The site keeps but a hash: who reads its database gets no way in.

The secret stands behind the `#` of the address, which browsers send to no server, so that no log and no other site hears of it.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Final

import frappe
from frappe import _
from frappe.utils import add_days, cint, get_url, now_datetime, nowdate

from complaint_qms.constants.inbox import DOCTYPE as _ITEM
from complaint_qms.constants.inbox import REGISTERED
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.visitor import LINK
from complaint_qms.services import writing
from complaint_qms.services.visitor import submissions

_DAYS: Final = 365
_FIELDS: Final = ("name", "complaint", "inbox_item", "language", "last_opened_at")


def make_link(
    *, complaint: str | None = None, inbox_item: str | None = None, language: str | None = None
) -> str:
    """A new address for a complaint, or for what may become one. It is told this once and never again."""
    token = secrets.token_urlsafe(24)
    days = cint(frappe.get_cached_doc(SETTINGS).page_link_days) or _DAYS
    frappe.get_doc(
        {
            "doctype": LINK,
            "complaint": complaint,
            "inbox_item": inbox_item,
            "language": language,
            "expires_on": add_days(nowdate(), days),
            "token_hash": _hash(token),
        }
    ).insert(ignore_permissions=True)
    said_in = f"?_lang={language}" if language else ""
    return get_url(f"/complaint/track{said_in}#{token}")


def find_link(token: str) -> frappe._dict:
    """The link of a secret: {name, complaint, inbox_item, language}; `complaint` also where the message became one since.

    Raises:
        frappe.DoesNotExistError: there is none, or it is over.
    """
    valid = {"token_hash": _hash(token), "revoked": 0, "expires_on": (">=", nowdate())}
    row = frappe.db.get_value(LINK, valid, list(_FIELDS), as_dict=True)
    if not row:
        frappe.throw(
            _("This link is not valid, or not any more. Ask whom you complained to for a new one."),
            frappe.DoesNotExistError,
        )
    if row.inbox_item and not row.complaint:
        row.complaint = submissions.own_complaint(row.inbox_item)
        if row.complaint:
            writing.set_values(LINK, row.name, {"complaint": row.complaint}, "message became a complaint")
    return row


def stamp_opened(link: frappe._dict) -> None:
    """Note that a link was opened, at most once an hour."""
    now = now_datetime()
    if not link.last_opened_at or (now - link.last_opened_at).total_seconds() > 3600:
        writing.set_values(LINK, link.name, {"last_opened_at": now}, "opened")


def revoke_links(complaint: str) -> int:
    """Make every valid link of a complaint invalid; how many there were."""
    names = links_of(complaint)
    writing.set_where(LINK, names, {"revoked": 1}, "revoked", modified=True)
    return len(names)


def links_of(complaint: str, *, revoked: int = 0) -> list[str]:
    """Names of the links by which a complaint is followed, also of those of the message that it was made of."""
    items = frappe.get_all(
        _ITEM, {"complaint": complaint, "state": REGISTERED}, pluck="name", order_by="name asc"
    )
    about = {"complaint": complaint} | ({"inbox_item": ("in", items)} if items else {})
    return frappe.get_all(LINK, {"revoked": revoked}, or_filters=about, pluck="name", order_by="name asc")


def complaint_of_links(complaints: list[str]) -> dict[str, str]:
    """Link → complaint, of all links by which these complaints are or were followed; two queries."""
    registered = {"complaint": ("in", complaints), "state": REGISTERED}
    items = dict(frappe.get_all(_ITEM, registered, ["name", "complaint"], order_by="name asc", as_list=True))
    about = {"complaint": ("in", complaints)} | ({"inbox_item": ("in", list(items))} if items else {})
    rows = frappe.get_all(
        LINK, or_filters=about, fields=["name", "complaint", "inbox_item"], order_by="name asc"
    )
    return {row.name: items.get(row.inbox_item) or row.complaint for row in rows}


def is_ended(inbox_item: str) -> bool:
    """Whether the links of a message were made invalid: it gets no new one by being sent again."""
    return bool(frappe.db.exists(LINK, {"inbox_item": inbox_item, "revoked": 1}))


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
