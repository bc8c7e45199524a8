"""The audit trail in sentences, as a report that is filtered, exported and printed: of all records, or of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.meta import Meta
from frappe.utils import cint, get_system_timezone, getdate
from frappe.utils.formatters import format_value

from complaint_qms.constants import audit
from complaint_qms.constants.audit import ENTRY
from complaint_qms.engine.audit_entry import ERASED
from complaint_qms.services.compliance.audit_trail.comparing_files import parsed
from complaint_qms.services.encryption.encrypted_values import read_apart
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import clause_list, comma_list, labelled
from complaint_qms.services.record.version_text import shortened, spoken
from complaint_qms.services.reporting.access import readable_of
from complaint_qms.services.reporting.columns import column, sentences
from complaint_qms.services.reporting.filter_values import check_known, read_choice, read_chosen, read_period
from complaint_qms.services.reporting.filters import read_object

OWN: Final = ("document_type", "document_name", "happened_by", "kind", "rows")
_PERIOD: Final = ("period", "from_date", "to_date")
_EARLIEST, _LATEST = date(1970, 1, 1), date(2999, 12, 31)
_OF_THE_CLOCK: Final = frozenset(
    (
        "naming_series",
        "clock_plan",
        "ladder_steps",
        "ladder_next_at",
        "next_check_at",
        "response_warn_at",
        "stage_warn_at",
        "resolution_warn_at",
    )
)
"""What the site works out for itself, and how names are made."""
_ALL_LEVELS: Final = set(range(10))
_DATA: Final = ("JSON", "Code")
_NUMBERS: Final = ("Int", "Float", "Currency", "Percent", "Duration", "Rating")
_ROWS: Final = 500
_MOST_ROWS: Final = 10_000
_FIELDS: Final = (
    "name", "sequence", "happened_at", "happened_by", "acting_as", "way", "address", "kind", "document_type", "document_name", "detail",
)  # fmt: skip


class QualityAuditTrail:
    """Entries that the reader may see, the newest first.

    Args:
        given: period, record, user and kind, each by itself, and `rows`: how many at most.
    """

    def __init__(self, given: Mapping | str | None) -> None:
        given = read_object(given)
        check_known(given, _PERIOD, OWN)
        first, last = read_period(given, getdate())
        # Beyond these no zone knows a time.
        self.first, self.last = first and max(first, _EARLIEST), last and min(last, _LATEST)
        self.kind = read_choice(given, "kind", audit.LABELS["audit_kind"])
        self.chosen = {
            field: read_chosen(given, field) for field in ("document_type", "document_name", "happened_by")
        }
        self.limit = min(max(cint(given.get("rows")) or _ROWS, 1), _MOST_ROWS)
        self.zone = ZoneInfo(get_system_timezone())

    def run(self) -> tuple:
        """Columns, rows and message, as a Script Report gives them."""
        rows = self.rows()
        return self.columns(), rows, self.message(len(rows))

    def columns(self) -> list[dict]:
        which = [
            column("document_type", _("Document Type", context=ENTRY), width=140),
            column("document_name", _("Document", context=ENTRY), width=150),
        ]
        # Of one record they would say the same in each line.
        is_one = all(len(self.chosen[field]) == 1 for field in ("document_type", "document_name"))
        return [
            column("happened_at", _("Time"), "Datetime", 180),
            column("happened_by", _("User", context=ENTRY), width=190),
            column("kind", _("Kind", context=ENTRY), width=110),
            *([] if is_one else which),
            column("what", _("What Happened"), width=720),
            column("way", _("Way In", context=ENTRY), width=150),
            column("sequence", _("Number", context=ENTRY), "Int", 90),
        ]

    def rows(self) -> list[dict]:
        """One query; the framework leaves out what the reader may not see."""
        found = frappe.get_list(
            ENTRY, filters=self._filters(), fields=list(_FIELDS), order_by="name desc", limit=self.limit
        )
        apart = kept_apart(row.name for row in found)
        words, readable, has_form = cache(word), cache(entry_fields), cache(_has_form)
        return [
            {
                "entry": row.name,
                "doctype": row.document_type
                if row.kind != audit.DELETE and has_form(row.document_type)
                else None,
                "sequence": row.sequence or None,
                "happened_at": self._local(row.happened_at),
                "happened_by": f"{row.happened_by} ({row.acting_as})" if row.acting_as else row.happened_by,
                "way": ", ".join(filter(None, (words(row.way), row.address))),
                "kind": words(row.kind),
                "document_type": _(row.document_type),
                "document_name": row.document_name,
                "what": clause_list(
                    Sentence(row.detail, apart.get(row.name), *readable(row.document_type)).parts()
                ),
            }
            for row in found
        ]

    def message(self, shown: int) -> str:
        """Says what is left out, or that there is nothing."""
        if not shown:
            return sentences([_("The audit trail has no entries for these filters.")])
        if shown == self.limit:
            return sentences([_("The newest {0} entries are listed. Choose a record, a user or a shorter period to see others.").format(shown)])  # fmt: skip
        return ""

    def _filters(self) -> list[list[Any]]:
        chosen = [[field, "in", list(values)] for field, values in self.chosen.items() if values]
        if self.kind:
            chosen.append(["kind", "=", self.kind])
        if self.first:
            chosen.append(["happened_at", ">=", self._utc(datetime.combine(self.first, time()))])
        if self.last:
            end = datetime.combine(self.last + timedelta(days=1), time())
            chosen.append(["happened_at", "<", self._utc(end)])
        return chosen

    def _utc(self, moment: datetime) -> datetime:
        return moment.replace(tzinfo=self.zone).astimezone(timezone.utc).replace(tzinfo=None)

    def _local(self, moment: datetime) -> datetime:
        local = moment.replace(tzinfo=timezone.utc).astimezone(self.zone)
        return local.replace(tzinfo=None, microsecond=0)


def kept_apart(entries: Iterable[str]) -> dict[str, str]:
    """Entry → what is kept beside it, of entries that the reader may see: nobody reads it but by a `Sentence`."""
    wanted = sorted(entries)
    rows = frappe.get_all(ENTRY, {"name": ("in", wanted)}, ["name", "apart"], order_by="name asc") if wanted else ()  # fmt: skip
    return {row.name: row.apart for row in rows}


def clauses_of(entry: Document) -> list[str]:
    """What one entry tells, of the fields that the reader may read; for its form."""
    return Sentence(
        entry.detail, kept_apart([entry.name]).get(entry.name), *entry_fields(entry.document_type)
    ).parts()


class Sentence:
    """What one entry tells, of the fields that the reader may read.

    Args:
        meta: of the record; None where there is no such DocType any more.
        readable: its fields that the reader may read.
        levels: permission levels of its rows' fields that they may read.
    """

    def __init__(
        self, detail: str, apart: str | None, meta: Meta | None, readable: set[str], levels: set[int]
    ) -> None:
        self.detail, self.apart = parsed(detail), read_apart(apart)
        self.meta, self.readable, self.levels = meta, readable, levels

    def parts(self) -> list[str]:
        """Clauses, in the order of the form. What the clock reckons for itself is told where nothing else is."""
        return list(self._parts(_OF_THE_CLOCK)) or list(self._parts(frozenset()))

    def _parts(self, left_out: frozenset[str]) -> Iterator[str]:
        told = self.detail
        if "to" in told and "new" not in told:
            yield _("Its name is now {0}.").format(told["to"])
        if "file" in told:
            yield from self._file(told)
        if "removed" in told:
            yield _("Its bytes were removed; name and SHA-256 stay.")
        if "erased" in told:
            yield _("Personal data of a person was erased: values of {0} entries went").format(
                len(told["erased"])
            )
        if "export" in told:
            yield from self._export(told["export"])
        if "whole_file" in told:
            yield from self._whole_file(told["whole_file"])
        if "index" in told:
            yield _index(told["index"])
        if "door" in told:
            yield labelled(_("Asked for"), told["door"])
        if "clock" in told:
            yield _("The clock of the server said {0} after it had said {1} (UTC).").format(_utc(told["clock"].get("now")), _utc(told["clock"].get("newest")))  # fmt: skip
        if "time_stamp" in told:
            stamp = told["time_stamp"]
            yield _("{0} stamped entry {1} on {2} (UTC).").format(*(stamp.get(name) for name in ("authority", "sequence", "at")))  # fmt: skip
        if "restore" in told:
            yield _("The chain goes on after entry {0}. What followed up to entry {1} was lost.").format(told["restore"].get("ends"), told["restore"].get("lost"))  # fmt: skip
            yield labelled(_("Reason"), told["restore"].get("reason"))
        if "data_key" in told:
            yield _("Encrypted fields have a new key: {0}").format(told["data_key"])
        if "disposal" in told:
            yield from self._disposal(told["disposal"])
        if "signing" in told:
            yield from _signing(told["signing"])
        yield from self._whole(told.get("new") or {}, left_out)
        fields = told.get("fields") or {}
        for name in self._in_order(fields):
            if name in left_out or (name == "workflow_state" and "stage" in fields):
                continue
            yield from self._changed(self.meta, name, *fields[name])
        for table, rows in (told.get("rows") or {}).items():
            yield from self._rows(table, rows)

    def _file(self, told: dict[str, Any]) -> Iterator[str]:
        values = told.get("of_file") or told.get("gone_file") or {}
        url = self.apart.shown(values.get("file_url"))
        name = "" if url is ERASED or not url else str(url).rpartition("/")[2]
        yield _("File {0}, SHA-256 {1}").format(name or told["file"], values.get("evidence_sha256") or "–")

    def _export(self, told: dict[str, Any]) -> Iterator[str]:
        yield labelled(_("Format"), str(told.get("format")))
        filters = self.apart.shown(told.get("filters"))
        if filters:
            yield labelled(_("Filters"), _("erased") if filters is ERASED else shortened(filters))

    def _whole_file(self, told: dict[str, Any]) -> Iterator[str]:
        parts = (told.get(name) for name in ("files", "pages", "sha256"))
        yield _("Whole file made: {0} files, {1} pages, SHA-256 of the archive {2}").format(*parts)

    def _disposal(self, told: dict[str, Any]) -> Iterator[str]:
        yield _("Disposed of by {0}: proposed by {1}, approved by {2}").format(*(told.get(name) for name in ("by", "proposed_by", "approved_by")))  # fmt: skip
        yield _("Received {0}, ended {1}, to be kept until {2}").format(*(told.get(name) or "–" for name in ("received_on", "closed_on", "retain_until")))  # fmt: skip
        if told.get("records"):
            yield labelled(_("Goes With It", context="Disposed Record"), ", ".join(told["records"]))
        yield _("{0} files, SHA-256 of the content {1}").format(told.get("files"), told.get("sha256"))

    def _whole(self, values: dict[str, Any], left_out: frozenset[str] = frozenset()) -> Iterator[str]:
        for name in self._in_order(values):
            if name in left_out or (name == "workflow_state" and "stage" in values):
                continue
            value, field = values[name], self._field(self.meta, name)
            if field and (said := self._said(value, field)):
                yield labelled(_(field.label, context=field.parent), said)

    def _changed(self, meta: Any, name: str, old: Any, new: Any) -> Iterator[str]:
        field = self._field(meta, name)
        if not field:
            return
        label = _(field.label, context=field.parent)
        was, said = self._said(old, field), self._said(new, field)
        if said and was:
            yield _("{0}: {1} (was {2})").format(label, said, was)
        elif said:
            yield labelled(label, said)
        else:
            yield _("{0} taken back").format(label)

    def _rows(self, table: str, rows: dict[str, Any]) -> Iterator[str]:
        if not self.meta or table not in self.readable:
            return
        label = _(self.meta.get_label(table), context=self.meta.name)
        inner = frappe.get_meta(self.meta.get_field(table).options)
        for sign, sentence in (("+", _("{0} added: {1}")), ("-", _("{0} removed: {1}"))):
            for values in (rows.get(sign) or {}).values():
                yield sentence.format(label, comma_list(self._row(inner, values)) or "–")
        for values in (rows.get("~") or {}).values():
            for name, (old, new) in values.items():
                yield from (labelled(label, said) for said in self._changed(inner, name, old, new))

    def _row(self, inner: Meta, values: dict[str, Any]) -> Iterator[str]:
        place = {field.fieldname: at for at, field in enumerate(inner.fields)}
        for name in sorted(values, key=lambda name: place.get(name, -1)):
            field = self._field(inner, name)
            if field and (said := self._said(values[name], field)):
                yield labelled(_(field.label, context=field.parent), said)

    def _field(self, meta: Any, name: str) -> Any:
        """The field of a value that is told; None of what the framework keeps, or the reader may not read."""
        if not meta or (meta is self.meta and name not in self.readable):
            return None
        field = meta.get_field(name)
        return field if field and (meta is self.meta or field.permlevel in self.levels) else None

    def _in_order(self, values: Mapping[str, Any]) -> list[str]:
        """Names of fields as their form has them one after another."""
        place = {field.fieldname: at for at, field in enumerate(self.meta.fields)} if self.meta else {}
        return sorted(values, key=lambda name: place.get(name, -1))

    def _said(self, value: Any, field: Any) -> str:
        clear = self.apart.shown(value)
        if clear is ERASED:
            return _("erased")
        if clear is None:
            return ""
        if field.fieldtype in ("Date", "Datetime"):
            return format_value(clear, field)
        if field.fieldtype in _NUMBERS:
            return str(clear)
        if isinstance(clear, str) and (field.hidden or field.fieldtype in _DATA) and clear[:1] in ("{", "["):
            return _("data of {0} characters").format(len(clear))  # no sentence; its entry has it as it was
        return spoken(clear, field)


def entry_fields(doctype: str) -> tuple[Meta | None, set[str], set[int]]:
    """What a `Sentence` about a record of `doctype` has to know of its reader: the last three of its arguments."""
    if not frappe.db.exists("DocType", doctype):
        return None, set(), set()
    meta = frappe.get_meta(doctype)
    if (
        doctype in audit.RIGHTS
    ):  # who may read the trail may read who may do what; nothing else of these is kept
        return meta, {field.fieldname for field in meta.fields}, _ALL_LEVELS
    return meta, readable_of(doctype), {0, *meta.get_permlevel_access("read")}


def _utc(moment: Any) -> str:
    return str(moment)[:19]


def _has_form(doctype: str) -> bool:
    return bool(frappe.db.get_value("DocType", doctype, "name")) and not frappe.get_meta(doctype).istable


def _index(told: dict[str, Any]) -> str:
    parts = [told.get(name) for name in ("complaints", "pages", "sha256_of_pdf")]
    if told.get("sha256"):
        return _("Inspector's index of {0} complaints with their whole files made: {1} pages, SHA-256 of the document {2}, of the archive {3}").format(*parts, told["sha256"])  # fmt: skip
    return _("Inspector's index of {0} complaints made: {1} pages, SHA-256 of the document {2}").format(
        *parts
    )


def _signing(told: dict[str, Any]) -> Iterator[str]:
    why = {
        "user_id": _("the user id was not the signer's"),
        "password": _("the password was not the signer's"),
        "code": _("the verification code was not the right one"),
        "locked": _("signing was locked after failed tries"),
    }.get(told.get("why", ""), "")
    meaning = _(told.get("meaning") or "")
    yield labelled(meaning, why) if why else meaning
