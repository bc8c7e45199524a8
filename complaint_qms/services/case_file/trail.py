"""What the audit trail tells of the records of a file: in sentences for paper, and as links that can be computed again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import timezone
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import frappe
from frappe import _
from frappe.utils import create_batch, format_datetime, get_system_timezone

from complaint_qms.constants.audit import ENTRY
from complaint_qms.services.case_file.files import CaseFile
from complaint_qms.services.case_file.records import CaseRecords
from complaint_qms.services.compliance.audit_trail.comparing_files import parsed
from complaint_qms.services.compliance.audit_trail.sealing import entry_text
from complaint_qms.services.encryption.encrypted_values import read_apart
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import clause_list
from complaint_qms.services.reporting.access import can_read
from complaint_qms.services.story.audit_report import Sentence, entry_fields, kept_apart

_MOST: Final = 20_000
_AT_ONCE: Final = 500
_OF_FRAMEWORK: Final = frozenset(("owner", "creation", "docstatus", "idx"))
_FIELDS: Final = ("name", "sequence", "previous_hash", "hash", "happened_at", "happened_by", "acting_as", "kind", "document_type", "document_name", "detail")  # fmt: skip


class CaseTrail:
    """The entries of the records of a file, in the order of the chain.

    Attributes:
        is_closed: the reader may not read the audit trail.
        entries: rows with `_FIELDS`.
    """

    def __init__(self, records: CaseRecords, files: Iterable[CaseFile]) -> None:
        self.is_closed = not can_read(ENTRY)
        self._files = {file.name for file in files}
        self.entries = [] if self.is_closed else sorted(_entries(records), key=lambda row: row.name)[:_MOST]

    def told(self) -> Iterator[dict[str, str]]:
        """{at, by, kind, about, text} for paper, in the present language."""
        zone = ZoneInfo(get_system_timezone())
        words, fields = cache(word), cache(entry_fields)
        for row in self.entries:
            at = row.happened_at.replace(tzinfo=timezone.utc).astimezone(zone).replace(tzinfo=None)
            yield {
                "at": format_datetime(at),
                "by": f"{row.happened_by} ({row.acting_as})" if row.acting_as else row.happened_by,
                "kind": words(row.kind),
                "about": f"{_(row.document_type)} {row.document_name}",
                "text": clause_list(Sentence(row.detail, row.apart, *fields(row.document_type)).parts()),
            }

    def lines(self) -> bytes:
        """One JSON object a line: {sequence, previous_hash, hash, text, apart: {salts, values}}, `text` as `engine.audit_entry` lays it out;
        without `text` and `apart` where an entry tells of what the reader may not read."""
        fields, texts = cache(entry_fields), self._texts()
        return "".join(
            json.dumps(self._link(row, texts, fields), ensure_ascii=False) + "\n"
            for row in self.entries
            if row.sequence
        ).encode()

    def _link(self, row: Any, texts: dict[str, str], fields: Any) -> dict[str, Any]:
        link = {"sequence": row.sequence, "previous_hash": row.previous_hash, "hash": row.hash}
        detail = parsed(row.detail)
        if not self._is_open(detail, *fields(row.document_type)):
            return link
        apart = read_apart(row.apart)
        beside = {"salts": apart.salts, "values": apart.values} if apart.values else None
        return link | {"text": texts[row.name], "apart": beside}

    def _is_open(self, detail: dict[str, Any], meta: Any, readable: set[str], levels: set[int]) -> bool:
        """Whether all that an entry tells of is open to the reader."""
        if "file" in detail and detail["file"] not in self._files:
            return False
        told = [name for part in ("new", "fields", "gone") for name in detail.get(part) or ()]
        if any(name not in readable and name not in _OF_FRAMEWORK for name in told):
            return False
        tables = {**(detail.get("rows") or {}), **(detail.get("gone_rows") or {})}
        if any(table not in readable for table in tables):
            return False
        return not meta or all(_is_row_open(meta, table, rows, levels) for table, rows in tables.items())

    def _texts(self) -> dict[str, str]:
        table, found = frappe.qb.DocType(ENTRY), {}
        for some in create_batch([row.name for row in self.entries], _AT_ONCE):
            query = frappe.qb.from_(table).select(table.name, entry_text(table)).where(table.name.isin(some))
            found.update(query.run())
        return found


def _entries(records: CaseRecords) -> Iterator[Any]:
    for kind, names in records.names.items():
        about = {"document_type": kind, "document_name": ("in", names)}
        rows = frappe.get_list(ENTRY, filters=about, fields=list(_FIELDS), order_by="name asc", limit=_MOST)
        for some in create_batch(rows, _AT_ONCE):
            apart = kept_apart(row.name for row in some)
            for row in some:
                row.apart = apart.get(row.name)
                yield row


def _is_row_open(meta: Any, table: str, rows: dict[str, Any], levels: set[int]) -> bool:
    inner = frappe.get_meta(meta.get_field(table).options)
    told = {
        name
        for some in rows.values()
        if isinstance(some, dict)
        for values in some.values()
        for name in values
    }
    return all(
        name in _OF_FRAMEWORK or ((field := inner.get_field(name)) and field.permlevel in levels)
        for name in told
    )
