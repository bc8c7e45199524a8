"""A file to be imported: opened, its columns guessed or given."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import frappe
from frappe import _
from frappe.utils import escape_html, getdate

from complaint_qms.services.importing.problem_text import text_of
from complaint_qms.services.record.language import day_in_words
from complaint_qms.tabular import mapping as columns
from complaint_qms.tabular.date_doubt import DateDoubt, dates_in_doubt
from complaint_qms.tabular.errors import TableError
from complaint_qms.tabular.fields import BY_KEY, DATE_KEYS, FIELDS
from complaint_qms.tabular.mapping import FileMapping
from complaint_qms.tabular.profile import Profile, profile
from complaint_qms.tabular.rows import Chunk, Table

KEYS = tuple(field.key for field in FIELDS)


@dataclass
class Source:
    """An opened file. `records`: data rows, bad ones included."""

    table: Table
    profile: Profile
    mapping: FileMapping
    digest: str

    @property
    def records(self) -> int:
        return self.profile.records

    def chunks(self, size: int, skip_records: int = 0) -> Iterator[Chunk]:
        """Records in chunks, after the first `skip_records`.

        Raises:
            frappe.ValidationError: the file cannot be read on.
        """
        with _table_errors():
            yield from self.table.chunks(size, skip_records, needed=self.targets())

    def targets(self) -> dict[str, str]:
        """Heading → canonical field, for the headings that have one."""
        return {name: key for key, names in self.mapping.columns.items() for name in names}


def open_file(path: Path) -> Source:
    """Open a file and guess what its columns are.

    Raises:
        frappe.ValidationError: the file is missing, empty, of another kind or broken.
    """
    with _table_errors():
        table = Table(path)
        seen = profile(table)
        mapping = columns.build_mapping(table, seen, columns.guess(seen), {})
    return Source(table, seen, mapping, digest_of(path))


def use_file_mapping(source: Source, path: Path) -> None:
    """Take columns, header and date orders from a mapping file (see `complaint_qms.tabular.mapping`)."""
    with _table_errors():
        entry = columns.entry_for(columns.load_mapping(path), source.table.path.name)
        if entry is None:
            frappe.throw(_("The mapping has no entry for {0}.").format(escape_html(source.table.path.name)))
        if "header_row" in entry and entry["header_row"] != source.table.header_row:
            source.table = Table(source.table.path, source.table.format, int(entry["header_row"]))
            source.profile = profile(source.table)
        given = bool(entry.get("columns"))
        chosen = columns.entry_columns(path, entry, source.table) if given else columns.guess(source.profile)
        source.mapping = columns.build_mapping(source.table, source.profile, chosen, entry.get("dates") or {})


def use_targets(source: Source, targets: dict[str, str], order: str = "") -> None:
    """Take heading → canonical field as a person chose it, and the order of dates when it is given.

    Raises:
        frappe.ValidationError: an unknown heading or field.
    """
    chosen: dict[str, list[str]] = {}
    for heading, key in targets.items():
        if heading not in source.table.columns:
            frappe.throw(_("The file has no column {0}.").format(escape_html(heading)))
        if key and key not in BY_KEY:
            frappe.throw(_("{0} is not a field that a column can fill.").format(escape_html(key)))
        if key:
            chosen.setdefault(key, []).append(heading)
    given = dict.fromkeys(DATE_KEYS, order) if order else {}
    with _table_errors():
        source.mapping = columns.build_mapping(source.table, source.profile, chosen, given)


def require_columns(source: Source) -> None:
    """The columns are enough to make complaints of, and their dates can be read in one way.

    Raises:
        frappe.ValidationError: the date of receipt or everything else is missing, or nothing tells the day from the month.
    """
    with _table_errors():
        columns.require(source.mapping)
    if doubts := dates_in_doubt(source.mapping):
        frappe.throw(
            "<br>".join(map(escape_html, map(doubt_text, doubts)))
            + "<br>"
            + _("Say under Order in Dates which it is, then start."),
            title=_("Dates That Can Be Read in Two Ways"),
        )


def doubt_text(doubt: DateDoubt) -> str:
    """What may be misread, with the days it would be."""
    return _("Column {0}: {1} is {2} if the day stands first, and {3} if the month does.").format(
        " + ".join(doubt.headings),
        doubt.example,
        *(day_in_words(getdate(day)) for day in (doubt.day_first, doubt.month_first)),
    )


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def _table_errors() -> Iterator[None]:
    """Turns an error of the reader of tables into one of the site."""
    try:
        yield
    except TableError as error:
        frappe.throw(escape_html(text_of(error.message)))  # a message is drawn as markup
