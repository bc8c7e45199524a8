"""Which column is what: guessed from headings and content; how the file says it: :mod:`complaint_qms.tabular.mapping_file`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

from complaint_qms.tabular import sheets
from complaint_qms.tabular.dates import DateDecision, decide
from complaint_qms.tabular.errors import ColumnError, NoRowError
from complaint_qms.tabular.fields import (
    BY_KEY,
    EXPOSURE_FIELDS,
    FIELDS,
    Field,
)
from complaint_qms.tabular.mapping_file import (
    entry_columns,
    entry_for,
    load_all,
    load_mapping,
    open_table,
)
from complaint_qms.tabular.profile import ColumnProfile, Profile
from complaint_qms.tabular.rows import Table, own_columns
from complaint_qms.tabular.sniff import Format

# One of these must be there besides the date, else there is nothing to count or to read.
CONTENT_KEYS = ("text", "subject", "type", "item", "batch", "customer")
# Words too general to decide when they only end a longer heading.
GENERIC = frozenset(
    [
        "id",
        "no",
        "number",
        "name",
        "key",
        "date",
        "time",
        "source",
        "area",
        "label",
        "reason",
        "model",
        "user",
        "contact",
        "code",
    ]
)


@dataclass
class FileMapping:
    """How one file is read; `columns` maps canonical field -> heading(s), `headings` are all the file has.

    `exposure`: a file of deliveries, whose date is called so.
    """

    name: str
    format: Format
    header_row: int
    columns: dict[str, list[str]]
    dates: dict[str, DateDecision] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    path: Path | None = None
    records: int | None = None
    exposure: bool = False


def fold_heading(name: str) -> str:
    """Heading as compared: width and case folded, camelCase split, punctuation as single blanks."""
    name = unicodedata.normalize("NFKC", name)
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.sub(r"[\W_]+", " ", name.lower()).strip()


def guess(profile: Profile, fields: tuple[Field, ...] = FIELDS) -> dict[str, list[str]]:
    """Field -> [heading] from a profiled file: exact names first, then names inside headings, then content."""
    chosen: dict[str, list[str]] = {}
    # What was written about a bad row is no part of the complaint.
    sent = profile.columns[own_columns([c.name for c in profile.columns]) :]
    free = {c.name: c for c in sent if c.filled}

    def take(key: str, name: str) -> None:
        chosen[key] = [name]
        del free[name]

    for strength in (_exact, _inside):
        offers = []
        for order, spec in enumerate(fields):
            for place, column in enumerate(profile.columns):
                if column.name in free and spec.key not in chosen and fits(spec, column):
                    score = strength(spec, fold_heading(column.name))
                    if score:
                        offers.append((-score, order, place, spec.key, column.name))
        # An exact heading is worth the field it names first; items and types outrank models and labels by order.
        for _score, _order, _place, key, name in sorted(offers, key=lambda o: (o[1], o[0], o[2])):
            if key not in chosen and name in free:
                take(key, name)
    _from_content(fields, chosen, free, take)
    return chosen


def fits(spec: Field, column: ColumnProfile) -> bool:
    """Does the content of the column allow this field?"""
    filled = column.inspected
    distinct = filled if column.capped else column.distinct
    if spec.kind == "id":
        return column.filled_share >= 0.9 and distinct >= 0.5 * filled
    if spec.kind == "date":
        named_numbers = (
            column.votes.numbers_as_dates >= 0.8 * column.votes.filled > 0 and column.mean_length >= 5
        )
        return column.date_share >= 0.5 or named_numbers
    if spec.kind == "number":
        return column.number_share >= 0.8
    if column.date_share >= 0.5 and spec.kind != "name":
        return False
    if spec.kind == "text":
        return distinct > 0.2 * filled or column.mean_length > 60 or filled < 20
    if spec.kind == "flag":
        return distinct <= 8
    if spec.kind == "label":
        return column.mean_length <= 120
    return True


def build_mapping(
    table: Table,
    profile: Profile,
    columns: dict[str, list[str]],
    given: dict[str, str],
    exposure: bool = False,
) -> FileMapping:
    """Mapping of one file with its date decisions; `given` are orders the user fixed."""
    dates = decide_dates(profile, columns, given)
    return FileMapping(
        table.name,
        table.format,
        table.header_row,
        columns,
        dates,
        table.columns,
        table.path,
        profile.records,
        exposure,
    )


def decide_dates(
    profile: Profile, columns: dict[str, list[str]], given: dict[str, str]
) -> dict[str, DateDecision]:
    """How each date column is read."""
    dated = {key: profile.column(names[0]) for key, names in columns.items() if BY_KEY[key].kind == "date"}
    votes = {key: column.votes for key, column in dated.items() if column}
    return {
        key: decide(v, [o for k, o in votes.items() if k != key], given.get(key)) for key, v in votes.items()
    }


def missing_fields(mapping: FileMapping) -> list[str]:
    """Fields without which the file cannot be read, as a mapping file calls them."""
    if mapping.exposure:
        names = {"received": "date", "quantity": "quantity"}
        return [name for key, name in names.items() if key not in mapping.columns]
    if "received" not in mapping.columns:
        return ["received"]
    return [] if any(key in mapping.columns for key in CONTENT_KEYS) else list(CONTENT_KEYS)


def require(mapping: FileMapping) -> None:
    """Refuse a file of which nothing can be made with these columns.

    Raises:
        NoRowError: there is nothing below its headings.
        ColumnError: a needed column is missing; `fields` and `headings` of its message say what one needs to name it.
    """
    gone = missing_fields(mapping)
    headings = name_list(mapping.headings)
    if mapping.records == 0:
        raise NoRowError("rows_none", file=mapping.name, headings=headings)
    if not gone:
        return
    fmt = mapping.format
    if fmt.kind == "xlsx" and mapping.path:
        rows = sheets.uncalculated(mapping.path, fmt.sheet or "").items()
        cells = reduce(or_, (cells for row, cells in rows if row > mapping.header_row), 0)
        known = {name for names in mapping.columns.values() for name in names}
        if unsaved := [name for name in sheets.columns_of(cells, mapping.headings) if name not in known]:
            raise ColumnError("formulas_unsaved", file=mapping.name, columns=name_list(unsaved))
    key = "columns_no_content" if gone == list(CONTENT_KEYS) else "columns_missing"
    kind = "json" if fmt.kind == "jsonl" else fmt.kind
    about: dict[str, Any] = {"encoding": fmt.encoding}
    if kind == "xlsx":
        about = {"sheet": fmt.sheet, "others": name_list(fmt.unread)}
    elif kind == "csv":
        about["delimiter"] = {"\t": "TAB"}.get(fmt.delimiter, fmt.delimiter)
    raise ColumnError(f"{key}_{kind}", file=mapping.name, fields=gone, headings=headings, **about)


def name_list(names: Sequence[str]) -> list[str]:
    """Headings for a message: long ones cut, of many the first, and nothing that a terminal would act on."""
    short = [name if len(name) <= 60 else name[:59] + "…" for name in names[:40]] + ["…"] * (len(names) > 40)
    return ["".join(c if c.isprintable() else "\ufffd" for c in name) for name in short]


def _exact(spec: Field, heading: str) -> float:
    return 2.0 - spec.names.index(heading) / 100 if heading in spec.names else 0.0


def _inside(spec: Field, heading: str) -> float:
    best = 0.0
    for name in spec.names:
        if not name.isascii():
            hit = len(name) >= 2 and name in heading
        elif " " in name:
            hit = f" {name} " in f" {heading} "
        else:
            hit = name not in GENERIC and len(name) > 2 and heading.endswith(" " + name)
        if hit:
            best = max(best, len(name) / len(heading))
    return best


def _from_content(
    fields: tuple[Field, ...], chosen: dict, free: dict[str, ColumnProfile], take: Callable[[str, str], None]
) -> None:
    keys = {f.key for f in fields}
    if "received" in keys and "received" not in chosen:
        dated = [c for c in free.values() if c.date_share >= 0.8]
        if dated:
            take("received", max(dated, key=lambda c: c.filled).name)
        elif "occurred" in chosen:
            chosen["received"] = chosen.pop("occurred")
    if "text" in keys and "text" not in chosen:
        long = [c for c in free.values() if c.mean_length >= 40 and c.distinct > 0.3 * c.inspected]
        if long:
            take("text", max(long, key=lambda c: c.mean_length * c.filled).name)
        elif "subject" in chosen:
            chosen["text"] = chosen.pop("subject")


__all__ = [
    "EXPOSURE_FIELDS",
    "FileMapping",
    "build_mapping",
    "entry_columns",
    "entry_for",
    "guess",
    "load_all",
    "load_mapping",
    "open_table",
    "require",
]
