"""Which column is what: guessed from headings and content; how the file says it: :mod:`complaint_qms.tabular.mapping_file`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

from complaint_qms.tabular import durations, sheets
from complaint_qms.tabular.amounts import currencies, decimal_marks
from complaint_qms.tabular.column_choice import STANDS_IN, Choices, choose_columns
from complaint_qms.tabular.column_evidence import Evidence
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
from complaint_qms.tabular.rows import Table
from complaint_qms.tabular.sniff import Format

# One of these must be there besides the date, else there is nothing to count or to read.
CONTENT_KEYS = ("text", "subject", "type", "item", "batch", "customer")


@dataclass
class FileMapping:
    """How one file is read; `columns` maps canonical field -> heading(s), `headings` are all the file has.

    `exposure`: a file of deliveries, whose date is called so. `choices`: why these columns, where nobody gave them.
    `one_spelling`: fields whose values are one where they differ in letter case, width or blanks only. `decimals`: the
    decimal mark of columns of numbers where it is not plain. `currencies` of the costs, the most usual first.
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
    choices: Choices = field(default_factory=Choices)
    one_spelling: tuple[str, ...] = ()
    decimals: dict[str, str] = field(default_factory=dict)
    currencies: list[str] = field(default_factory=list)


def guess(profile: Profile, fields: tuple[Field, ...] = FIELDS) -> dict[str, list[str]]:
    """Field -> headings from a profiled file: see :mod:`complaint_qms.tabular.column_choice`. A due date and its like in the
    place of the date of receipt are left out: nobody would hear of it."""
    found = choose_columns(profile, fields).found
    return {key: choice.names for key, choice in found.items() if choice.why != STANDS_IN}


def build_mapping(
    table: Table,
    profile: Profile,
    columns: dict[str, list[str]],
    given: dict[str, str],
    exposure: bool = False,
    choices: Choices | None = None,
) -> FileMapping:
    """Mapping of one file with its date decisions; `given` are orders the user fixed, `choices` how the columns were found."""
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
        choices or Choices(),
        decimals=decide_decimals(table, profile, columns),
        currencies=decide_currencies(profile, columns),
    )


def decide_dates(
    profile: Profile, columns: dict[str, list[str]], given: dict[str, str]
) -> dict[str, DateDecision]:
    """How each date column is read."""
    dated = {key: profile.column(names[0]) for key, names in columns.items() if BY_KEY[key].kind == "date"}
    lengths = {
        key: unit
        for key, column in dated.items()
        if column and key != "received" and (unit := _unit(column, given.get(key)))
    }
    votes = {key: column.votes for key, column in dated.items() if column and key not in lengths}
    found = {key: DateDecision(unit, "date_duration") for key, unit in lengths.items()}
    for key, v in votes.items():
        found[key] = decide(v, [o for k, o in votes.items() if k != key], given.get(key))
    return {key: found[key] for key in dated if key in found}


def decide_decimals(table: Table, profile: Profile, columns: dict[str, list[str]]) -> dict[str, str]:
    """The decimal mark of each column of numbers where its cells leave a doubt."""
    numbers = {
        key: profile.column(names[0]) for key, names in columns.items() if BY_KEY[key].kind == "number"
    }
    samples = {key: column.sample for key, column in numbers.items() if column}
    return decimal_marks(samples, typed=table.format.kind != "csv")


def decide_currencies(profile: Profile, columns: dict[str, list[str]]) -> list[str]:
    """Currencies of the costs, as the cells or the heading name them."""
    column = profile.column(columns["cost"][0]) if columns.get("cost") else None
    return currencies(column.name, column.sample) if column else []


def missing_fields(mapping: FileMapping) -> list[str]:
    """Fields without which the file cannot be read, as a mapping file calls them."""
    if mapping.exposure:
        names = {"received": "date", "quantity": "quantity"}
        return [name for key, name in names.items() if key not in mapping.columns]
    if "received" not in mapping.columns:
        return ["received"]
    return [] if any(key in mapping.columns for key in CONTENT_KEYS) else list(CONTENT_KEYS)


def unsaved_formulas(mapping: FileMapping) -> list[str]:
    """Columns nobody named whose cells are formulas that were saved without their values: one of them may be what is missing."""
    if mapping.format.kind != "xlsx" or not mapping.path:
        return []
    rows = sheets.uncalculated(mapping.path, mapping.format.sheet or "").items()
    cells = reduce(or_, (cells for row, cells in rows if row > mapping.header_row), 0)
    known = {name for names in mapping.columns.values() for name in names}
    return [name for name in sheets.columns_of(cells, mapping.headings) if name not in known]


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
    if unsaved := unsaved_formulas(mapping):
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
    return short_names(names[:40]) + ["…"] * (len(names) > 40)


def short_names(names: Sequence[str]) -> list[str]:
    """All of them, long ones cut."""
    short = [name if len(name) <= 60 else name[:59] + "…" for name in names]
    return ["".join(c if c.isprintable() else "\ufffd" for c in name) for name in short]


def _unit(column: ColumnProfile, given: str | None) -> str | None:
    """The unit of a column that holds lengths of time and no dates."""
    if given in durations.ORDERS:
        return given
    return None if Evidence(column).dates >= 0.5 else durations.unit_of(column.name, column)


__all__ = [
    "EXPOSURE_FIELDS",
    "FileMapping",
    "build_mapping",
    "choose_columns",
    "entry_columns",
    "entry_for",
    "guess",
    "load_all",
    "load_mapping",
    "open_table",
    "require",
]
