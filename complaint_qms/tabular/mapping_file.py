"""The mapping as a small YAML file: written, read back, checked.

An entry of one file::

    - name: complaints.csv          # base name; "*" fits every file
      kind: csv                     # csv | xlsx | jsonl | json
      encoding: utf-8
      delimiter: ","
      sheet: null                   # xlsx only
      header_row: 1                 # 0: the file has no headings
      columns: {id: Case No, received: Opened, text: [Subject, Details], batch: null, ...}
      dates: {received: dmy}        # dmy | mdy | ymd, for the date columns of this file

``deliveries`` beside ``files`` is one such entry, with the columns item, batch, date and quantity.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from complaint_qms.tabular.encoding import count_damage
from complaint_qms.tabular.errors import COLUMNS, CliError
from complaint_qms.tabular.fields import DATE_KEYS, EXPOSURE_FIELDS, FIELDS
from complaint_qms.tabular.rows import Table
from complaint_qms.tabular.sniff import has_nul, sniff
from complaint_qms.tabular.yaml_text import read, shown

if TYPE_CHECKING:
    from complaint_qms.tabular.mapping import FileMapping
    from complaint_qms.tabular.profile import Profile

VERSION = 1
KINDS = ("csv", "xlsx", "jsonl", "json")
ORDERS = ("dmy", "mdy", "ymd")
_KEYS = ("name", "kind", "encoding", "delimiter", "sheet", "header_row", "columns", "dates")
# A file of deliveries has a date of its own; inside it is the field that files of complaints call received.
_EXPOSURE_NAMES = {"received": "date"}
_EXPOSURE_KEYS = {_EXPOSURE_NAMES.get(f.key, f.key): f.key for f in EXPOSURE_FIELDS}


def load(path: Path) -> list[dict]:
    """Entries of the files of complaints in a mapping file, checked for form."""
    return load_all(path)[0]


def load_all(path: Path) -> tuple[list[dict], dict | None]:
    """Entries of the files of complaints, and that of the deliveries, with fields as they are called inside."""
    data, _ = read(path, COLUMNS)
    entries = data.get("files") if isinstance(data, dict) else None
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise _wrong(path, "files", "list of file entries expected")
    for key in data:
        if key not in ("version", "files", "deliveries"):
            raise _wrong(path, shown(key), "unknown; expected one of: version, files, deliveries")
    if data.get("version", VERSION) != VERSION:
        raise _wrong(path, "version", f"{VERSION} expected, not {shown(data['version'])}")
    names = set()
    for number, entry in enumerate(entries):
        _check_entry(path, f"files[{number}]", entry, {f.key: f.key for f in FIELDS})
        if entry.get("name") in names:
            raise _wrong(path, f"files[{number}].name", f"{shown(entry['name'])} stands there a second time")
        names.add(entry.get("name"))
    deliveries = data.get("deliveries")
    if deliveries is not None:
        if not isinstance(deliveries, dict):
            raise _wrong(path, "deliveries", "mapping expected")
        _check_entry(path, "deliveries", deliveries, _EXPOSURE_KEYS)
        deliveries = {
            **deliveries,
            **{
                part: {_EXPOSURE_KEYS[key]: value for key, value in (deliveries.get(part) or {}).items()}
                for part in ("columns", "dates")
            },
        }
    return entries, deliveries


def _wrong(path: Path, where: str, why: str) -> CliError:
    return CliError("mapping_form", COLUMNS, file=path, where=where, why=why)


def _check_entry(path: Path, where: str, entry: dict, known: dict[str, str]) -> None:
    for key in entry:
        if key not in _KEYS:
            raise _wrong(path, f"{where}.{shown(key)}", f"unknown; expected one of: {', '.join(_KEYS)}")
    columns = entry.get("columns")
    if not isinstance(columns, dict):
        raise _wrong(path, f"{where}.columns", "mapping expected")
    for key, names in columns.items():
        place = f"{where}.columns.{key}"
        if key not in known:
            raise CliError("mapping_unknown", COLUMNS, file=path, where=place, field=key)
        items = names if isinstance(names, list) else [names]
        good = items and all(isinstance(n, str | int) and not isinstance(n, bool) for n in items)
        if names is not None and not good:
            raise _wrong(path, place, f"heading expected, not {shown(names)}")
    _check_dates(path, f"{where}.dates", entry.get("dates"), known)
    _check_format(path, where, entry)


def _check_dates(path: Path, where: str, dates: object, known: dict[str, str]) -> None:
    if dates is not None and not isinstance(dates, dict):
        raise _wrong(path, where, "mapping expected")
    allowed = [name for name, key in known.items() if key in DATE_KEYS]
    for key, order in (dates or {}).items():
        if key not in allowed:
            raise _wrong(path, f"{where}.{shown(key)}", f"unknown; expected one of: {', '.join(allowed)}")
        if not isinstance(order, str) or order not in ORDERS:
            raise _wrong(path, f"{where}.{key}", f"one of {', '.join(ORDERS)} expected, not {shown(order)}")


def _check_format(path: Path, where: str, entry: dict) -> None:
    def check(key: str, good: bool, expected: str) -> None:
        if entry.get(key) is not None and not good:
            raise _wrong(path, f"{where}.{key}", f"{expected} expected, not {shown(entry[key])}")

    name, kind, cut = entry.get("name"), entry.get("kind"), entry.get("delimiter")
    row, sheet = entry.get("header_row"), entry.get("sheet")
    check("name", isinstance(name, str | int) and not isinstance(name, bool), "name of a file")
    check("kind", isinstance(kind, str) and kind in KINDS, f"one of {', '.join(KINDS)}")
    check("encoding", _is_encoding(entry.get("encoding")), "name of an encoding such as utf-8 or big5")
    one = isinstance(cut, str) and len(cut) == 1 and cut not in '\r\n"\0' and not cut.isalnum()
    check("delimiter", one, "a single character such as , or ;")
    check("sheet", isinstance(sheet, str | int) and not isinstance(sheet, bool), "name of a sheet")
    whole = isinstance(row, int) and not isinstance(row, bool) and 0 <= row <= 1000
    check("header_row", whole, "number of a row from 0 to 1000")


def _is_encoding(name: object) -> bool:
    try:
        return isinstance(name, str) and codecs.lookup(name)._is_text_encoding and name.lower() != "undefined"
    except (LookupError, ValueError):
        return False


def entry_for(entries: list[dict], name: str) -> dict | None:
    """The entry that fits a file: its own name, else ``*``, else the only one there is."""
    for wanted in (name, "*"):
        for entry in entries:
            if str(entry.get("name")) == wanted:
                return entry
    return entries[0] if len(entries) == 1 else None


def open_table(path: Path, entry: dict | None, name: str | None = None) -> Table:
    """A file opened as its entry says; what the entry leaves out is found as without one."""
    if entry is None:
        return Table(path, name=name)
    fmt = sniff(path)  # refuses what cannot be read, whatever the mapping says
    kind = entry.get("kind") or fmt.kind
    if (kind == "xlsx") != (fmt.kind == "xlsx"):
        raise CliError("mapping_kind", COLUMNS, file=name or path.name, kind=kind, found=fmt.kind)
    fmt.kind = kind
    encoding = entry.get("encoding")
    if encoding and kind != "xlsx" and codecs.lookup(encoding) != codecs.lookup(fmt.encoding):
        fmt.encoding, fmt.doubt, fmt.nul = encoding, None, has_nul(path, encoding)
        fmt.damaged = count_damage(path, encoding)[0]
    fmt.delimiter = entry.get("delimiter") or fmt.delimiter
    fmt.sheet = None if entry.get("sheet") is None else str(entry["sheet"])
    return Table(path, fmt, entry.get("header_row"), name)


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
                    file=table.name,
                    mapping=path,
                    field=key,
                    name=name,
                    headings=", ".join(table.columns[:40]),
                )
        columns[key] = wanted
    return columns


def dump(
    mappings: list[tuple[FileMapping, Profile]],
    why: dict[str, str],
    deliveries: tuple[FileMapping, Profile] | None = None,
) -> str:
    """The YAML text; `why` turns a decision's key into a sentence."""
    lines = [
        "# complaint-qms: how the columns of the files are read.",
        "# Change what is wrong and pass this file back with --mapping.",
        f"version: {VERSION}",
        "files:",
    ]
    for mapping, profile in mappings:
        first, *rest = _entry_lines(mapping, profile, why)
        lines += [f"  - {first}", *(f"    {line}" for line in rest)]
    if deliveries:
        lines += ["deliveries:", *(f"  {line}" for line in _entry_lines(*deliveries, why))]
    return "\n".join(lines) + "\n"


def _entry_lines(mapping: FileMapping, profile: Profile, why: dict[str, str]) -> list[str]:
    fmt = mapping.format
    lines = [f"name: {scalar(mapping.name)}", f"kind: {fmt.kind}"]
    if fmt.kind != "xlsx":
        doubt = f"  # {why['encoding_uncertain']}" if fmt.doubt else ""
        lines.append(f"encoding: {scalar(fmt.encoding)}{doubt}")
    if fmt.kind == "csv":
        lines.append(f"delimiter: {scalar(fmt.delimiter)}")
    if fmt.kind == "xlsx":
        unread = f"  # {why['sheets_unread']}: {_comment(fmt.unread)}" if fmt.unread else ""
        lines.append(f"sheet: {scalar(fmt.sheet)}{unread}")
    if fmt.kind in ("csv", "xlsx"):
        lines.append(f"header_row: {mapping.header_row}")
    lines.append("columns:")
    names_of = _EXPOSURE_NAMES if mapping.exposure else {}
    for key in (f.key for f in (EXPOSURE_FIELDS if mapping.exposure else FIELDS)):
        shown_key, names = names_of.get(key, key), mapping.columns.get(key)
        if not names:
            lines.append(f"  {shown_key}: null")
            continue
        value = scalar(names[0]) if len(names) == 1 else "[" + ", ".join(map(scalar, names)) + "]"
        column = profile.column(names[0])
        note = f"  # {column.filled_share:.0%} filled" if column else ""
        lines.append(f"  {shown_key}: {value}{note}")
    if mapping.dates:
        lines.append("dates:")
        for key, decision in mapping.dates.items():
            lines.append(f"  {names_of.get(key, key)}: {decision.order}  # {why[decision.why]}")
    used = {n for names in mapping.columns.values() for n in names}
    unused = [c.name for c in profile.columns if c.name not in used]
    if unused:
        lines.append("# not used: " + _comment(unused))
    return lines


def _comment(names: list[str] | tuple[str, ...]) -> str:
    text = ", ".join(names)
    return "".join(c if c.isprintable() else " " for c in text)


def scalar(value: object) -> str:
    """A YAML scalar on one line."""
    text = yaml.safe_dump(value, allow_unicode=True, width=100_000, default_flow_style=True).strip()
    return text.removesuffix("...").strip()


__all__ = ["dump", "entry_columns", "entry_for", "load", "load_all", "open_table", "scalar"]
