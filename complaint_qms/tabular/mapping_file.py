"""The mapping as a small YAML file: read and checked.

An entry of one file::

    - name: complaints.csv          # base name; "*" fits every file
      kind: csv                     # csv | xlsx | jsonl | json
      encoding: utf-8
      delimiter: ","
      sheet: null                   # xlsx only; a list for sheets of one table
      header_row: 1                 # 0: the file has no headings
      columns: {id: Case No, received: Opened, text: [Subject, Details], batch: null, ...}  # left out: found as without a file
      dates: {received: dmy}        # dmy | mdy | ymd; seconds | minutes | hours | days | duration (2d 3h) after the receipt
      one_spelling: [item]          # names that differ in letter case only are one

``deliveries`` beside ``files`` is one such entry, with the columns item, batch, date and quantity.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path

from complaint_qms.tabular import durations
from complaint_qms.tabular.encoding import count_damage
from complaint_qms.tabular.errors import ColumnError, MappingFileError
from complaint_qms.tabular.fields import DATE_KEYS, EXPOSURE_FIELDS, FIELDS
from complaint_qms.tabular.rows import Table
from complaint_qms.tabular.sniff import has_nul, sniff
from complaint_qms.tabular.yaml_file import read_yaml, short_repr

VERSION = 1
KINDS = ("csv", "xlsx", "jsonl", "json")
DAY_ORDERS = ("dmy", "mdy", "ymd")
ORDERS = (*DAY_ORDERS, *durations.ORDERS)
SPELLED = ("item", "model", "batch", "serial", "type", "supplier", "customer", "region", "channel")
"""Fields of names that people spell in more than one way."""
_KEYS = ("name", "kind", "encoding", "delimiter", "sheet", "header_row", "columns", "dates", "one_spelling")
# A file of deliveries has a date of its own; inside it is the field that files of complaints call received.
EXPOSURE_NAMES = {"received": "date"}
_EXPOSURE_KEYS = {EXPOSURE_NAMES.get(f.key, f.key): f.key for f in EXPOSURE_FIELDS}


def load_mapping(path: Path) -> list[dict]:
    """Entries of the files of complaints in a mapping file, checked for form."""
    return load_all(path)[0]


def load_all(path: Path) -> tuple[list[dict], dict | None]:
    """Entries of the files of complaints, and that of the deliveries, with fields as they are called inside."""
    data, _ = read_yaml(path)
    entries = data.get("files") if isinstance(data, dict) else None
    if (
        not isinstance(data, dict)
        or not isinstance(entries, list)
        or not all(isinstance(e, dict) for e in entries)
    ):
        raise MappingFileError("mapping_files", file=path)
    for key in data:
        if key not in ("version", "files", "deliveries"):
            raise _unknown_key(path, short_repr(key), ("version", "files", "deliveries"))
    if data.get("version", VERSION) != VERSION:
        raise MappingFileError(
            "mapping_version", file=path, expected=VERSION, found=short_repr(data["version"])
        )
    names = set()
    for number, entry in enumerate(entries):
        _check_entry(path, f"files[{number}]", entry, {f.key: f.key for f in FIELDS})
        if entry.get("name") in names:
            raise MappingFileError(
                "mapping_name_twice", file=path, where=f"files[{number}].name", name=short_repr(entry["name"])
            )
        names.add(entry.get("name"))
    deliveries = data.get("deliveries")
    if deliveries is not None:
        if not isinstance(deliveries, dict):
            raise MappingFileError("mapping_table", file=path, where="deliveries")
        _check_entry(path, "deliveries", deliveries, _EXPOSURE_KEYS)
        deliveries = {
            **deliveries,
            **{
                part: {_EXPOSURE_KEYS[key]: value for key, value in (deliveries.get(part) or {}).items()}
                for part in ("columns", "dates")
            },
        }
    return entries, deliveries


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
        raise ColumnError("mapping_kind", file=name or path.name, kind=kind, found=fmt.kind)
    fmt.kind = kind
    encoding = entry.get("encoding")
    if encoding and kind != "xlsx" and codecs.lookup(encoding) != codecs.lookup(fmt.encoding):
        fmt.encoding, fmt.doubt, fmt.nul = encoding, None, has_nul(path, encoding)
        fmt.damaged = count_damage(path, encoding)[0]
    fmt.delimiter = entry.get("delimiter") or fmt.delimiter
    if named := _sheets(entry.get("sheet")):
        fmt.sheet, *more = named
        fmt.more = tuple(more)
    else:
        fmt.sheet = fmt.more = None
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
                raise ColumnError(
                    "mapping_column_gone",
                    file=table.name,
                    mapping=path,
                    field=key,
                    name=name,
                    headings=table.columns[:40],
                )
        columns[key] = wanted
    return columns


def _sheets(given: object) -> list[str]:
    if given is None:
        return []
    return [str(name) for name in (given if isinstance(given, list) else [given])]


def _unknown_key(path: Path, where: str, known: Sequence[str]) -> MappingFileError:
    return MappingFileError("mapping_key_unknown", file=path, where=where, known=list(known))


def _no_choice(path: Path, where: str, known: Sequence[str], found: object) -> MappingFileError:
    return MappingFileError(
        "mapping_choice", file=path, where=where, known=list(known), found=short_repr(found)
    )


def _check_entry(path: Path, where: str, entry: dict, known: dict[str, str]) -> None:
    for key in entry:
        if key not in _KEYS:
            raise _unknown_key(path, f"{where}.{short_repr(key)}", _KEYS)
    columns = entry.get("columns", {})
    if not isinstance(columns, dict):
        raise MappingFileError("mapping_table", file=path, where=f"{where}.columns")
    for key, names in columns.items():
        place = f"{where}.columns.{key}"
        if key not in known:
            raise MappingFileError("mapping_field_unknown", file=path, where=place, field=key)
        items = names if isinstance(names, list) else [names]
        good = items and all(isinstance(n, str | int) and not isinstance(n, bool) for n in items)
        if names is not None and not good:
            raise MappingFileError("mapping_heading", file=path, where=place, found=short_repr(names))
    _check_dates(path, f"{where}.dates", entry.get("dates"), known)
    _check_spellings(path, f"{where}.one_spelling", entry.get("one_spelling"))
    _check_format(path, where, entry)


def _check_dates(path: Path, where: str, dates: object, known: dict[str, str]) -> None:
    if dates is not None and not isinstance(dates, dict):
        raise MappingFileError("mapping_table", file=path, where=where)
    allowed = [name for name, key in known.items() if key in DATE_KEYS]
    for key, order in (dates or {}).items():
        if key not in allowed:
            raise _unknown_key(path, f"{where}.{short_repr(key)}", allowed)
        orders = (
            DAY_ORDERS if known[key] == "received" else ORDERS
        )  # nothing counts from the receipt to itself
        if not isinstance(order, str) or order not in orders:
            raise _no_choice(path, f"{where}.{key}", orders, order)


def _check_spellings(path: Path, where: str, fields: object) -> None:
    if fields is not None and not isinstance(fields, list):
        raise MappingFileError("mapping_list", file=path, where=where)
    for place, key in enumerate(fields or ()):
        if key not in SPELLED:
            raise _no_choice(path, f"{where}[{place}]", SPELLED, key)


def _check_format(path: Path, where: str, entry: dict) -> None:
    def check(key: str, good: bool) -> None:
        if entry.get(key) is not None and not good:
            found = short_repr(entry[key])
            raise MappingFileError(f"mapping_{key}", file=path, where=f"{where}.{key}", found=found)

    name, kind, cut = entry.get("name"), entry.get("kind"), entry.get("delimiter")
    row, sheet = entry.get("header_row"), entry.get("sheet")
    check("name", isinstance(name, str | int) and not isinstance(name, bool))
    if kind is not None and not (isinstance(kind, str) and kind in KINDS):
        raise _no_choice(path, f"{where}.kind", KINDS, kind)
    check("encoding", _is_encoding(entry.get("encoding")))
    one = isinstance(cut, str) and len(cut) == 1 and cut not in '\r\n"\0' and not cut.isalnum()
    check("delimiter", one)
    names = sheet if isinstance(sheet, list) and sheet else [sheet]
    check("sheet", all(isinstance(n, str | int) and not isinstance(n, bool) for n in names))
    whole = isinstance(row, int) and not isinstance(row, bool) and 0 <= row <= 1000
    check("header_row", whole)


def _is_encoding(name: object) -> bool:
    try:
        return isinstance(name, str) and codecs.lookup(name)._is_text_encoding and name.lower() != "undefined"
    except (LookupError, ValueError):
        return False
