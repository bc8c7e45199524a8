"""Entries as rows: who, when and from where; written at once, in the transaction of what they tell of."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any, Final, NamedTuple

import frappe
from frappe.utils import now_datetime
from frappe.utils.password import get_encryption_key
from pypika import Parameter

from complaint_qms.constants.audit import ENTRY
from complaint_qms.engine import audit_entry
from complaint_qms.engine.audit_entry import Apart, as_json, one_line
from complaint_qms.services.encryption.encrypted_values import text_of_apart
from complaint_qms.services.people.session_users import acting

_COLUMNS: Final = (*audit_entry.COLUMNS, "apart", "mark", "owner", "modified", "modified_by")
_AT_ONCE: Final = 100
_NAMED: Final = 140
"""Signs of a name that the database has room for."""


class NewEntry(NamedTuple):
    """What an entry is to tell of a record; `apart` are the values that stand beside its text."""

    kind: str
    doctype: str
    name: str
    detail: dict[str, Any]
    apart: Apart


def write_entries(told: Iterable[NewEntry]) -> None:
    """Write entries, one statement for a hundred.

    At once, and not when the transaction ends: going back to a mark takes them along with what they tell of, and a killed
    process leaves neither. They are plain inserts into the end of a table, which wait for nobody.
    """
    told = list(told)
    if not told:
        return
    now, stamp = datetime.now(timezone.utc), str(now_datetime())
    stamp = stamp if "." in stamp else f"{stamp}.000000"
    happened_at = now.strftime("%Y-%m-%d %H:%M:%S.%f")
    who, *behind = acting()
    who = one_line(who)[:_NAMED]
    common = (
        stamp, happened_at, who, one_line(", ".join(behind))[:_NAMED], _way(), one_line(getattr(frappe.local, "request_ip", None))[:45],
    )  # fmt: skip
    transaction, secret = _transaction(), key()
    micros = int(now.timestamp() * 1_000_000)
    rows = []
    for place, one in enumerate(told):
        # Names rise with time, so that rows are added at the end, and are in their order before they are linked.
        name = f"{micros + place:014x}{secrets.token_hex(4)}"
        values = (
            name, *common, one.kind, one_line(one.doctype), one_line(str(one.name))[:_NAMED], transaction, as_json(one.detail),
        )  # fmt: skip
        text = audit_entry.entry_lines(values)
        rows.append((*values, text_of_apart(one.apart), audit_entry.site_mark(secret, text), who, stamp, who))
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        frappe.db.sql(_statement(len(part)), [value for row in part for value in row])


def moment_of(name: str) -> datetime:
    """When an entry of this name was written, with its zone.

    Raises:
        ValueError: no entry has such a name.
    """
    return datetime.fromtimestamp(int(name[:14], 16) / 1_000_000, timezone.utc)


def key() -> bytes:
    """What entries are marked with: made of the site's own secret, which no table holds."""
    return _derived(get_encryption_key())


@lru_cache(maxsize=8)
def _derived(secret: str) -> bytes:
    return hashlib.sha256(b"complaint_qms audit trail\n" + secret.encode()).digest()


@lru_cache(maxsize=_AT_ONCE)
def _statement(count: int) -> str:
    """An INSERT with a place for every value: built once for each number of rows."""
    places = [Parameter("%s")] * len(_COLUMNS)
    return frappe.qb.into(frappe.qb.DocType(ENTRY)).columns(*_COLUMNS).insert(*[places] * count).get_sql()


def _transaction() -> str:
    """The number that the entries of one transaction share."""
    number = frappe.flags.qms_audit_transaction
    if not number:
        number = frappe.flags.qms_audit_transaction = secrets.token_hex(6)
        frappe.db.after_commit.add(_end)
        frappe.db.after_rollback.add(_end)
    return number


def _end() -> None:
    frappe.flags.qms_audit_transaction = None


def _way() -> str:
    request = getattr(frappe.local, "request", None)
    if not request:
        return "job" if getattr(frappe.local, "job", None) else "command"
    path = request.path
    if path.startswith("/complaint-chat/"):
        return "chat"
    if frappe.session.user == "Guest" or path.strip("/").split("/")[0] in (
        "complaint",
        "complaints",
        "complaint-survey",
        "field-notice",
    ):
        return "portal"
    if request.headers.get("Authorization") or path.startswith(
        ("/api/resource", "/api/v2/document", "/api/v1/resource")
    ):
        return "rest"
    user_type = (frappe.session.get("data") or {}).get("user_type")
    return "portal" if user_type == "Website User" else "on_desk"
