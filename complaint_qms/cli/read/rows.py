"""Rows of any supported file as lists of text, in chunks, with the row number a spreadsheet would show.

A record is ``(row, cells)``; row 1 is the first record of the file, so with headings the data starts at row 2.
"""

from __future__ import annotations

import codecs
import collections
import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from complaint_qms.cli.errors import UNREADABLE, CliError
from complaint_qms.cli.read.sniff import MAX_FIELD, Format, sniff

JSON_ARRAY_LIMIT = 256 << 20
LOOK_AHEAD = 30


@dataclass
class Chunk:
    """Up to `size` records: `rows[i]` is the row number of `cells[i]`; `bad` holds (row, reason key, detail).

    `consumed` also counts the empty lines that are neither.
    """

    consumed: int
    rows: list[int]
    cells: list[list[str]]
    bad: list[tuple[int, str, str]]


class Table:
    """A file opened for reading, many times over: its headings and its records.

    `header_row` is 1-based, 0 when the file has no headings. `columns` are unique names.
    """

    def __init__(self, path: Path, fmt: Format | None = None, header_row: int | None = None) -> None:
        self.path = path
        self.format = fmt or sniff(path)
        self._bytes_read = 0
        if self.format.kind in ("jsonl", "json"):
            self.header_row = 0
            self.columns = self._json_columns()
            self._places = {name: i for i, name in enumerate(self.columns)}
        else:
            head = list(islice(self._raw(), LOOK_AHEAD))
            if not any(any(c.strip() for c in cells) for _, cells in head):
                raise CliError("file_empty", UNREADABLE, file=path)
            self.header_row = find_header(head) if header_row is None else header_row
            width = max(len(cells) for _, cells in head)
            named = next((cells for row, cells in head if row == self.header_row), [""] * width)
            self.columns = unique_names(_trim_right(named) if self.header_row else named)

    def chunks(self, size: int, skip_records: int = 0) -> Iterator[Chunk]:
        """All data records in chunks; the first `skip_records` data records are passed over (for a restart)."""
        width = len(self.columns)
        for batch in self._batches(size, skip_records):
            if width > 1 and set(map(type, batch.cells)) == {list} and set(map(len, batch.cells)) == {width}:
                yield batch  # nothing to look at row by row
                continue
            rows: list[int] = []
            kept: list[list[str]] = []
            bad: list[tuple[int, str, str]] = []
            for row, cells in zip(batch.rows, batch.cells, strict=True):
                if isinstance(cells, BadRecord):
                    bad.append((row, cells.reason, cells.detail))
                    continue
                count = len(cells)
                if count != width:
                    if not any(cells):
                        continue  # an empty line is not a row
                    if count > width and any(c.strip() for c in cells[width:]):
                        bad.append((row, "row_too_long", f"{count} > {width}"))
                        continue
                    if count < width and self.format.kind == "csv":
                        bad.append((row, "row_too_short", f"{count} < {width}"))
                        continue
                    cells = (list(cells) + [""] * width)[:width]
                elif count == 1 and not cells[0].strip():
                    continue
                rows.append(row)
                kept.append(cells)
            yield Chunk(batch.consumed, rows, kept, bad)

    def estimate_records(self, consumed: int) -> int | None:
        """Records of the whole file, judged by the `consumed` ones just read from its beginning; None where their places
        in the file are not known."""
        if self.format.kind != "csv" or not self._bytes_read:
            return None
        return round(consumed * self.path.stat().st_size / self._bytes_read)

    def _batches(self, size: int, skip_records: int) -> Iterator[Chunk]:
        """Records as they come, unchecked; a JSON record that cannot be read is a BadRecord among the cells."""
        if self.format.kind == "csv":
            first = self.header_row + skip_records + 1
            for cells in self._csv_batches(size, first - 1):
                yield Chunk(len(cells), list(range(first, first + len(cells))), cells, [])
                first += len(cells)
            return
        records = (
            self._json_records() if self.format.kind != "xlsx" else islice(self._raw(), self.header_row, None)
        )
        records = islice(records, skip_records, None)
        while batch := list(islice(records, size)):
            rows, cells = zip(*batch, strict=True)
            yield Chunk(len(batch), list(rows), list(cells), [])

    def _raw(self) -> Iterator[tuple[int, list[str]]]:
        return self._csv_records() if self.format.kind == "csv" else self._xlsx_records()

    def _csv_records(self) -> Iterator[tuple[int, list[str]]]:
        row = 1
        for batch in self._csv_batches(LOOK_AHEAD, 0):
            yield from enumerate(batch, row)
            row += len(batch)

    def _csv_batches(self, size: int, skip: int) -> Iterator[list[list[str]]]:
        """Records in lists of `size`, after the first `skip`."""
        csv.field_size_limit(MAX_FIELD)
        with self.path.open("r", encoding=self.format.encoding, errors="replace", newline="") as handle:
            lines = (line.replace("\0", "") for line in handle) if self.format.nul else handle
            reader = csv.reader(lines, delimiter=self.format.delimiter)
            try:
                collections.deque(islice(reader, skip), maxlen=0)
                while batch := list(islice(reader, size)):
                    self._bytes_read = handle.buffer.tell()
                    yield batch
            except csv.Error:
                place = self._open_quote()
                raise CliError(
                    "quote_open", UNREADABLE, file=self.path, row=place, line=reader.line_num
                ) from None

    def _open_quote(self) -> int:
        """Row in which the reader fails; it is read again row by row to find out."""
        row = 0
        with self.path.open("r", encoding=self.format.encoding, errors="replace", newline="") as handle:
            lines = (line.replace("\0", "") for line in handle)
            try:
                for _cells in csv.reader(lines, delimiter=self.format.delimiter):
                    row += 1
            except csv.Error:
                pass
        return row + 1

    def _xlsx_records(self) -> Iterator[tuple[int, list[str]]]:
        import openpyxl

        try:
            book = openpyxl.load_workbook(self.path, read_only=True, data_only=True)
        except (
            zipfile.BadZipFile,
            KeyError,
            OSError,
            ValueError,
            openpyxl.utils.exceptions.InvalidFileException,
        ):
            raise CliError("file_wrong_kind", UNREADABLE, file=self.path, kind="ZIP") from None
        try:
            name = self.format.sheet
            if name and name not in book.sheetnames:
                raise CliError(
                    "sheet_missing", UNREADABLE, file=self.path, sheet=name, sheets=", ".join(book.sheetnames)
                )
            sheet = book[name] if name else book.worksheets[0]
            sheet.reset_dimensions()
            for row, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                yield row, [cell_text(c) for c in cells]
        finally:
            book.close()

    def _json_lines(self) -> Iterator[tuple[int, object]]:
        if self.format.kind == "json":
            if self.path.stat().st_size > JSON_ARRAY_LIMIT:
                raise CliError("json_array_large", UNREADABLE, file=self.path)
            text = self.path.read_bytes().decode(self.format.encoding, errors="replace")
            try:
                yield from enumerate(json.loads(text.lstrip("\ufeff")), 1)
            except json.JSONDecodeError as error:
                raise CliError(
                    "json_broken",
                    UNREADABLE,
                    file=self.path,
                    row=error.lineno,
                    column=error.colno,
                    why=error.msg,
                ) from None
            return
        reader = codecs.getreader(self.format.encoding)
        with self.path.open("rb") as binary:
            handle = (
                io.TextIOWrapper(binary, encoding=self.format.encoding, errors="replace")
                if not self.format.encoding.startswith("utf-16")
                else reader(binary, errors="replace")
            )
            for row, line in enumerate(handle, 1):
                line = line.strip("\ufeff \t\r\n")
                if not line:
                    continue
                try:
                    yield row, json.loads(line)
                except (json.JSONDecodeError, RecursionError) as error:
                    yield row, BadRecord("row_not_json", str(error)[:120])

    def _json_columns(self) -> list[str]:
        names: dict[str, None] = {}
        for _, value in islice(self._json_lines(), 2000):
            if isinstance(value, dict):
                names.update(dict.fromkeys(flatten(value)))
        if not names:
            raise CliError("json_no_objects", UNREADABLE, file=self.path)
        return list(names)

    def _json_records(self) -> Iterator[tuple[int, list[str] | BadRecord]]:
        width = len(self.columns)
        for row, value in self._json_lines():
            if isinstance(value, BadRecord):
                yield row, value
            elif not isinstance(value, dict):
                yield row, BadRecord("row_not_object", type(value).__name__)
            else:
                cells = [""] * width
                for name, text in flatten(value).items():
                    place = self._places.get(name)
                    if place is not None:
                        cells[place] = text
                yield row, cells


@dataclass
class BadRecord:
    reason: str
    detail: str


def flatten(value: dict, prefix: str = "") -> dict[str, str]:
    """Nested objects as dotted names, lists joined with ``" | "``."""
    flat: dict[str, str] = {}
    for key, item in value.items():
        name = f"{prefix}{key}"
        if isinstance(item, dict):
            flat.update(flatten(item, f"{name}."))
        elif isinstance(item, list):
            flat[name] = " | ".join(cell_text(x) for x in item)
        else:
            flat[name] = cell_text(item)
    return flat


def cell_text(value: object) -> str:
    """A cell as the text a CSV export of the same sheet would hold."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def find_header(head: list[tuple[int, list[str]]]) -> int:
    """Row number of the headings, 0 when the first full row already looks like data."""
    widths = [sum(1 for c in cells if c.strip()) for _, cells in head]
    full = max(widths)
    for (row, cells), width in zip(head, widths, strict=True):
        if width >= max(1, 0.6 * full):
            return 0 if any(looks_like_value(c) for c in cells) else row
    return 0


def looks_like_value(cell: str) -> bool:
    """A heading is never only digits or a date, nor a whole paragraph."""
    text = cell.strip()
    if not text:
        return False
    digits = sum(c.isdigit() for c in text)
    return digits == len(text) or (digits >= 4 and digits >= 0.6 * len(text)) or len(text) > 200


def _trim_right(names: list[str]) -> list[str]:
    end = len(names)
    while end > 1 and not names[end - 1].strip():
        end -= 1
    return names[:end]


def unique_names(names: list[str]) -> list[str]:
    """Headings without blanks or repeats: ``column 3`` for an empty one, ``Date (2)`` for a second Date."""
    seen: dict[str, int] = {}
    result = []
    for place, raw in enumerate(names, 1):
        name = " ".join(raw.replace("\ufeff", "").split()) or f"column {place}"
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result
