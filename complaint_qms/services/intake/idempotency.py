"""Keys by which a complaint that is sent again is known again, each within its own scope.

A caller's key counts for that caller and company alone, so that nobody else can take it first or read what it made; an
import's key counts among imports. The column that is unique holds the scope and the key as one: what an import wrote in
clear text, what a caller sent as a hash, which tells capitals, accents and blanks apart where the database would not.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.settings import SETTINGS

_LONGEST: Final = 140
SEPARATOR: Final = "\n"
"""Between company, caller and key; no name of a company or a user holds one."""


def key_of(data: Mapping[str, Any]) -> str | None:
    """The key that a caller sent, None without one.

    Raises:
        frappe.ValidationError: it is no text, or too long.
    """
    key = data.get("idempotency_key")
    if key is not None and not (isinstance(key, str) and key.strip() and len(key) <= _LONGEST):
        frappe.throw(
            _(
                "“idempotency_key” has to be a text of 1 to {0} characters that names this one complaint. Leave it out if you have none."
            ).format(_LONGEST)
        )
    return key


def of_caller(key: str, company: str | None) -> str:
    """What is unique about a key of the session's user; `company` is the one that was sent, if any."""
    company = (
        company
        or frappe.defaults.get_user_default("Company")
        or frappe.get_cached_doc(SETTINGS).default_company
        or ""
    )
    return hashlib.sha256(SEPARATOR.join((company, frappe.session.user, key)).encode()).hexdigest()


def stamp_key(doc: Document) -> None:
    """Take the key over into a new complaint; a field of that name could block another sender."""
    doc.idempotency_key = doc.flags.idempotency_key or None
    doc.idempotency_hash = doc.flags.idempotency_hash or None


def registered(unique: str, *, now: bool = False) -> Document | None:
    """The complaint that this key made.

    Args:
        now: as the database stands at this moment; a transaction otherwise sees it as it was when it began to read, and
            not what another one has committed since.

    Raises:
        frappe.PermissionError: the session's user may not read it any more.
    """
    name = frappe.db.get_value("Complaint", {"idempotency_hash": unique}, "name", for_update=now)
    if not name:
        return None
    doc = frappe.get_doc("Complaint", name, for_update=now)
    doc.check_permission("read")
    return doc
