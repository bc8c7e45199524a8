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
from complaint_qms.services import writing
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.scalars import is_storable

LONGEST: Final = 140
SEPARATOR: Final = "\n"
"""Between company, caller and key; no name of a company or a user holds one."""


def key_of(data: Mapping[str, Any]) -> str | None:
    """The key that a caller sent, None without one.

    Raises:
        frappe.ValidationError: it is no text, or too long.
    """
    key = data.get("idempotency_key")
    if key is not None and not (
        isinstance(key, str) and key.strip() and len(key) <= LONGEST and is_storable(key)
    ):
        refuse(
            _(
                "“idempotency_key” has to be a text of 1 to {0} characters that names this one complaint. Leave it out if you have none."
            ).format(LONGEST)
        )
    return key


def of_caller(key: str, company: str) -> str:
    """What is unique about a key of the session's user within a company, as `company_of` gives it."""
    return hash_of(company, frappe.session.user, key)


def company_of(sent: Any) -> str:
    """The company within which the session's user sends: by its own name, however it was spelled, and the one that a complaint
    gets where none was sent. What no company is called stays as it was sent."""
    written = "" if sent is None else str(sent)
    if written.strip():
        return real_company(written) or written
    return (
        frappe.new_doc("Complaint", as_dict=True).get("company")
        or frappe.get_cached_doc(SETTINGS).default_company
        or frappe.defaults.get_user_default("Company")
        or ""
    )


def real_company(name: str) -> str | None:
    """The name of a company as it is written; the database knows it in any case, and with blanks after it."""
    if not is_storable(name):
        return None
    return frappe.db.get_value("Company", {"name": name.strip()}, "name")


def hash_of(company: str, user: str, key: str) -> str:
    """What is unique about a key, of a caller within a company."""
    return hashlib.sha256(SEPARATOR.join((company, user, key)).encode("utf-8", "replace")).hexdigest()


def follow_rename(doctype: str, old: str, new: str) -> None:
    """A company or a user has another name: what was sent under the old one is known again under the new one. Where both
    names sent the same key, the complaint of the new one keeps it."""
    field = {"Company": "company", "User": "owner"}[doctype]
    rows = frappe.get_all(
        "Complaint",
        {field: new, "idempotency_key": ("is", "set")},
        ["name", "company", "owner", "idempotency_key", "idempotency_hash"],
        order_by="name asc",
    )
    taken = {row.idempotency_hash for row in rows}
    updates = {}
    for row in rows:
        sent = {"company": row.company, "owner": row.owner}
        now = hash_of(*sent.values(), row.idempotency_key)
        if (
            row.idempotency_hash == hash_of(*(sent | {field: old}).values(), row.idempotency_key)
            and now not in taken
        ):
            taken.add(now)
            updates[row.name] = {"idempotency_hash": now}
    writing.set_many("Complaint", updates, f"{doctype} renamed")


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
