"""Compares files that are evidence with what the trail says of them: whether they are there, and their bytes are those of their sum."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import frappe
from frappe import _
from frappe.query_builder import Order
from frappe.utils import create_batch

from complaint_qms.constants.audit import ENTRY, FILE, WITH_FILE
from complaint_qms.engine.audit_entry import ERASED
from complaint_qms.services.compliance.audit_trail.stored_records import AT_ONCE
from complaint_qms.services.encryption.encrypted_values import read_apart

Say = Callable[[str, str], None]
"""(kind of what is wrong, its sentence)"""


class ToldFile(NamedTuple):
    """What the last entry about a file says."""

    is_gone: bool
    sum: Any
    url: Any
    is_removed: bool
    """Its bytes went by the app: the term of evidence was over, or a person was erased."""


def compare_files(say: Say, sha256_of: Callable[[str], str | None]) -> int:
    """Say what differs; how many files the trail tells of."""
    told = _told()
    fields = ["name", "file_url", "evidence_sha256"]
    for names in create_batch(sorted(told), AT_ONCE):
        there = {row.name: row for row in frappe.get_all(FILE, {"name": ("in", names)}, fields, order_by="name asc")}  # fmt: skip
        for name in names:
            _compare(name, told[name], there.get(name), say, sha256_of)
    for name in _evidence():
        if name not in told:
            say("unknown", of_unknown(f"{_('File')} {name}"))
    return len(told)


def of_unknown(said: str) -> str:
    return _("{0} is there, though the trail knows nothing of it or says that it is gone.").format(said)


def parsed(detail: str | None) -> dict[str, Any]:
    """What an entry tells; of one that was altered so that it cannot be read, which the chain has said, nothing."""
    try:
        said = json.loads(detail or "{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _compare(name: str, told: ToldFile, row: Any, say: Say, sha256_of: Callable[[str], str | None]) -> None:
    said = f"{_('File')} {row.file_url if row else name}"
    if told.is_gone:
        if row and row.evidence_sha256:
            say("unknown", of_unknown(said))
    elif not row:
        say("deleted", _("{0} was deleted past the app.").format(said))
    elif row.evidence_sha256 != told.sum or (told.url is not ERASED and row.file_url != told.url):
        say("changed", _("{0} was changed past the app.").format(said))
    elif not told.is_removed and sha256_of(row.file_url) != told.sum and not _moved_meanwhile(name, row):
        say("file", _("{0} has other bytes than it had, or none.").format(said))


def _moved_meanwhile(name: str, row: Any) -> bool:
    """Whether the file has another address or sum by now than when the verification began; a read with a lock sees it."""
    now = frappe.db.get_value(FILE, name, ("file_url", "evidence_sha256"), for_update=True)
    return now != (row.file_url, row.evidence_sha256)


def _told() -> dict[str, ToldFile]:
    """File → what its last entry says; a few hundred bytes for each file that is evidence."""
    table, last, found = frappe.qb.DocType(ENTRY), "", {}
    query = (
        frappe.qb.from_(table).select(table.name, table.detail, table.apart).where(table.kind == WITH_FILE)
    )
    query = query.orderby(table.name, order=Order.asc).limit(AT_ONCE)
    while rows := query.where(table.name > last).run():
        last = rows[-1][0]
        for _name, detail, apart in rows:
            said = parsed(detail)
            name, gone, there = said.get("file"), said.get("gone_file"), said.get("of_file")
            if isinstance(name, str) and isinstance(there or gone, dict):
                values = there or gone
                url = read_apart(apart).shown(values.get("file_url"))
                found[name] = ToldFile(there is None, values.get("evidence_sha256"), url, "removed" in said)
    return found


def _evidence() -> Iterator[str]:
    last = ""
    while names := frappe.get_all(FILE, {"evidence_sha256": ("is", "set"), "name": (">", last)}, pluck="name", order_by="name asc", limit=AT_ONCE):  # fmt: skip
        last = names[-1]
        yield from names
