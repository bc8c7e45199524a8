"""Which column is what: guessed from headings and content, shown, written as a small YAML, read back.

A mapping entry of one file::

    - name: complaints.csv          # base name; "*" fits every file
      kind: csv                     # csv | xlsx | jsonl | json
      encoding: utf-8
      delimiter: ","
      sheet: null                   # xlsx only
      header_row: 1                 # 0: the file has no headings
      columns: {id: Case No, received: Opened, text: [Subject, Details], batch: null, ...}
      dates: {received: dmy}        # dmy | mdy | ymd, for the date columns of this file
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from complaint_qms.cli.errors import COLUMNS, CliError
from complaint_qms.cli.fields import BY_KEY, EXPOSURE_FIELDS, FIELDS, Field
from complaint_qms.cli.read.dates import DateDecision, decide
from complaint_qms.cli.read.profile import ColumnProfile, Profile
from complaint_qms.cli.read.rows import Table
from complaint_qms.cli.read.sniff import Format

VERSION = 1
ORDERS = ("dmy", "mdy", "ymd")
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
    """How one file is read; `columns` maps canonical field -> heading(s)."""

    name: str
    format: Format
    header_row: int
    columns: dict[str, list[str]]
    dates: dict[str, DateDecision] = field(default_factory=dict)

    def missing(self) -> list[str]:
        return [f.key for f in FIELDS if f.key not in self.columns]


def fold(name: str) -> str:
    """Heading as compared: width and case folded, camelCase split, punctuation as single blanks."""
    name = unicodedata.normalize("NFKC", name)
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.sub(r"[\W_]+", " ", name.lower()).strip()


def guess(profile: Profile, fields: tuple[Field, ...] = FIELDS) -> dict[str, list[str]]:
    """Field -> [heading] from a profiled file: exact names first, then names inside headings, then content."""
    chosen: dict[str, list[str]] = {}
    free = {c.name: c for c in profile.columns if c.filled}

    def take(key: str, name: str) -> None:
        chosen[key] = [name]
        del free[name]

    for strength in (_exact, _inside):
        offers = []
        for order, spec in enumerate(fields):
            for place, column in enumerate(profile.columns):
                if column.name in free and spec.key not in chosen and fits(spec, column):
                    score = strength(spec, fold(column.name))
                    if score:
                        offers.append((-score, order, place, spec.key, column.name))
        # An exact heading is worth the field it names first; items and types outrank models and labels by order.
        for _score, _order, _place, key, name in sorted(offers, key=lambda o: (o[1], o[0], o[2])):
            if key not in chosen and name in free:
                take(key, name)
    _from_content(fields, chosen, free, take)
    return chosen


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


def _from_content(fields: tuple[Field, ...], chosen: dict, free: dict[str, ColumnProfile], take) -> None:
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


def build(
    table: Table, profile: Profile, columns: dict[str, list[str]], given: dict[str, str]
) -> FileMapping:
    """Mapping of one file with its date decisions; `given` are orders the user fixed."""
    dates = decide_dates(profile, columns, given)
    return FileMapping(table.path.name, table.format, table.header_row, columns, dates)


def decide_dates(
    profile: Profile, columns: dict[str, list[str]], given: dict[str, str]
) -> dict[str, DateDecision]:
    """How each date column is read."""
    dated = {key: profile.column(names[0]) for key, names in columns.items() if BY_KEY[key].kind == "date"}
    votes = {key: column.votes for key, column in dated.items() if column}
    return {
        key: decide(v, [o for k, o in votes.items() if k != key], given.get(key)) for key, v in votes.items()
    }


def require(mapping: FileMapping, exposure: bool = False) -> None:
    """Raise when the file cannot be replayed with these columns."""
    needed = ("received", "quantity") if exposure else ("received",)
    gone = [key for key in needed if key not in mapping.columns]
    if gone:
        raise CliError("columns_missing", COLUMNS, file=mapping.name, fields=", ".join(gone))
    if not exposure and not any(key in mapping.columns for key in CONTENT_KEYS):
        raise CliError("columns_no_content", COLUMNS, file=mapping.name, fields=", ".join(CONTENT_KEYS))


def load(path: Path) -> list[dict]:
    """Entries of a mapping file, checked for form."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CliError("file_unreadable", COLUMNS, file=path, why=error.strerror) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        row, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        why = getattr(error, "problem", None) or str(error)
        raise CliError("yaml_broken", COLUMNS, file=path, row=row, column=column, why=why) from None
    entries = data.get("files") if isinstance(data, dict) else None
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise CliError("mapping_form", COLUMNS, file=path, where="files", why="list of file entries expected")
    for number, entry in enumerate(entries):
        _check_entry(path, f"files[{number}]", entry)
    return entries


def _check_entry(path: Path, where: str, entry: dict) -> None:
    columns = entry.get("columns")
    if not isinstance(columns, dict):
        raise CliError("mapping_form", COLUMNS, file=path, where=f"{where}.columns", why="mapping expected")
    for key, names in columns.items():
        if key not in BY_KEY:
            raise CliError("mapping_unknown", COLUMNS, file=path, where=f"{where}.columns.{key}", field=key)
        items = names if isinstance(names, list) else [names]
        if names is not None and not all(isinstance(n, str | int) for n in items):
            raise CliError(
                "mapping_form", COLUMNS, file=path, where=f"{where}.columns.{key}", why="heading expected"
            )
    for key, order in (entry.get("dates") or {}).items():
        if order not in ORDERS:
            why = f"one of {', '.join(ORDERS)} expected, not {order!r}"
            raise CliError("mapping_form", COLUMNS, file=path, where=f"{where}.dates.{key}", why=why)


def entry_for(entries: list[dict], name: str) -> dict | None:
    """The entry that fits a file: its own name, else ``*``, else the only one there is."""
    for wanted in (name, "*"):
        for entry in entries:
            if entry.get("name") == wanted:
                return entry
    return entries[0] if len(entries) == 1 else None


def entry_columns(path: Path, entry: dict, table: Table) -> dict[str, list[str]]:
    """Columns of an entry, each checked to exist in the file."""
    columns: dict[str, list[str]] = {}
    for key, names in entry["columns"].items():
        if names is None:
            continue
        wanted = [str(n) for n in (names if isinstance(names, list) else [names])]
        for name in wanted:
            if name not in table.columns:
                raise CliError(
                    "mapping_column_gone",
                    COLUMNS,
                    file=table.path.name,
                    mapping=path,
                    field=key,
                    name=name,
                    headings=", ".join(table.columns[:40]),
                )
        columns[key] = wanted
    return columns


def dump(mappings: list[tuple[FileMapping, Profile]], why: dict[str, str]) -> str:
    """The YAML text; `why` turns a decision's key into a sentence."""
    lines = [
        "# complaint-qms: how the columns of the files are read.",
        "# Change what is wrong and pass this file back with --mapping.",
        f"version: {VERSION}",
        "files:",
    ]
    for mapping, profile in mappings:
        fmt = mapping.format
        lines += [f"  - name: {scalar(mapping.name)}", f"    kind: {fmt.kind}"]
        if fmt.kind != "xlsx":
            lines.append(f"    encoding: {scalar(fmt.encoding)}")
        if fmt.kind == "csv":
            lines.append(f"    delimiter: {scalar(fmt.delimiter)}")
        if fmt.kind == "xlsx":
            lines.append(f"    sheet: {scalar(fmt.sheet)}")
        if fmt.kind in ("csv", "xlsx"):
            lines.append(f"    header_row: {mapping.header_row}")
        lines.append("    columns:")
        for key in (f.key for f in FIELDS):
            names = mapping.columns.get(key)
            if not names:
                lines.append(f"      {key}: null")
                continue
            value = scalar(names[0]) if len(names) == 1 else "[" + ", ".join(map(scalar, names)) + "]"
            column = profile.column(names[0])
            note = f"  # {column.filled_share:.0%} filled" if column else ""
            lines.append(f"      {key}: {value}{note}")
        if mapping.dates:
            lines.append("    dates:")
            for key, decision in mapping.dates.items():
                lines.append(f"      {key}: {decision.order}  # {why[decision.why]}")
        used = {n for names in mapping.columns.values() for n in names}
        unused = [c.name for c in profile.columns if c.name not in used]
        if unused:
            lines.append("    # not used: " + ", ".join(unused).replace("\n", " "))
    return "\n".join(lines) + "\n"


def scalar(value: object) -> str:
    """A YAML scalar on one line."""
    text = yaml.safe_dump(value, allow_unicode=True, width=100_000, default_flow_style=True).strip()
    return text.removesuffix("...").strip()


__all__ = [
    "EXPOSURE_FIELDS",
    "FileMapping",
    "build",
    "dump",
    "entry_columns",
    "entry_for",
    "guess",
    "load",
    "require",
]
