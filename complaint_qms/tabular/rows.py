"""Rows of any supported file as lists of text, in chunks, with the row number a spreadsheet would show.

A record is ``(row, cells)``; row 1 is the first record of the file, so with headings the data starts at row 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path

from complaint_qms.engine.message import Message
from complaint_qms.tabular import (
    csv_rows,
    json_rows,
    limits,
    sheets,
)
from complaint_qms.tabular.csv_rows import BadRecord
from complaint_qms.tabular.errors import ColumnError, UnreadableFileError
from complaint_qms.tabular.problems import problem
from complaint_qms.tabular.short_rows import RowPattern
from complaint_qms.tabular.sniff import Format, sniff

LOOK_AHEAD = 30
BAD_ROWS_HEADINGS = {
    "en": ["file", "row", "column", "reason", "detail"],
    "zh": ["文件", "行", "列", "原因", "内容"],
}
"""The first columns of a file of bad rows that the back-test wrote: once corrected it can be read like any other."""
IMPORT_ERRORS_HEADINGS = {"en": ["Row", "Column", "Reason"], "zh": ["行", "列", "原因"]}
"""The same of a file of rows that an import on the desk refused."""

_FORMULA = re.compile(r"[\t\r]|\s*[=+\-@＝＋－＠]")
"""What spreadsheets take for the beginning of a formula, full-width signs and those behind blanks included."""
_NUMBER = re.compile(r"[-+]?(\d+|\d{1,3}(,\d{3})+)([.,]\d+)?([eE][-+]?\d+)?%?")
_GUARDED = re.compile(rf"'+({_FORMULA.pattern})")


@dataclass
class Chunk:
    """Up to `size` records: `rows[i]` is the row number of `cells[i]`; `bad` holds (row, problem) and
    `bad_cells` the cells of each of these as far as they are known; `short` are row numbers among `rows` that lacked
    their last cells.

    `consumed` also counts the empty lines that are neither.
    """

    consumed: int
    rows: list[int]
    cells: list[list[str]]
    bad: list[tuple[int, Message]]
    bad_cells: list[list[str]] = field(default_factory=list)
    short: list[int] = field(default_factory=list)


@dataclass
class _Part:
    """A sheet that goes on with the table: `order` are the places of the table's columns in it; its rows are counted on
    from `offset`."""

    sheet: str
    header_row: int
    offset: int
    order: list[int]


class Table:
    """A file opened for reading, many times over: its headings and its records.

    `name` is what messages and mappings call it. `header_row` is 1-based, 0 when the file has no headings. `columns` are
    unique names.
    """

    def __init__(
        self, path: Path, fmt: Format | None = None, header_row: int | None = None, name: str | None = None
    ) -> None:
        self.path = path
        self.name = name or path.name
        self.format = fmt or sniff(path)
        if self.format.doubt and self.format.doubt.senseless:
            raise UnreadableFileError(
                "encoding_unknown", file=path, encoding=self.format.doubt.hint or "big5"
            )
        self._bytes_read = 0
        self._merged: list[tuple[int, int, int]] = []
        self._parts: list[_Part] = []
        if self.format.kind in ("jsonl", "json"):
            self.header_row = 0
            self.columns = json_rows.column_names(path, self.format)
            limits.check_columns(path, len(self.columns))
            return
        if self.format.kind == "xlsx":
            self.format.sheet, self.format.unread = sheets.choose(path, self.format.sheet)
            self._merged = sheets.merged(path, self.format.sheet)
        head = list(islice(self._raw(), max(LOOK_AHEAD, header_row or 0)))
        if not any(any(c.strip() for c in cells) for _, cells in head):
            raise UnreadableFileError("file_empty", file=path)
        if header_row is not None and header_row > len(head):
            raise ColumnError("header_row_gone", file=path, row=header_row, rows=len(head))
        self.header_row = self._headings(head) if header_row is None else header_row
        width = max(len(cells) for _, cells in head)
        limits.check_columns(path, width)
        named = next((cells for row, cells in head if row == self.header_row), [""] * width)
        self.columns = unique_names(_trim_right(named) if self.header_row else named)
        if self.format.kind == "xlsx":
            self.format.merged = sum(first > self.header_row for _, first, _ in self._merged)
            self._join_sheets()

    @property
    def is_bad_rows_file(self) -> bool:
        """Is this a file of bad rows that an earlier run wrote?"""
        return bool(own_columns(self.columns))

    def chunks(self, size: int, skip_records: int = 0, needed: Iterable[str] = ()) -> Iterator[Chunk]:
        """All data records in chunks; the first `skip_records` data records are passed over (for a restart).

        Args:
            needed: columns without whose values a record is none: one with a formula there that was saved without its
                value is put aside.
        """
        width, uncalculated = len(self.columns), self._uncalculated(needed)
        for batch in self._batches(size, skip_records):
            if uncalculated and not uncalculated.keys().isdisjoint(batch.rows):
                yield self._calculated(batch, uncalculated, width)
            elif (
                width > 1
                and set(map(type, batch.cells)) == {list}
                and set(map(len, batch.cells)) == {width}
                and all(map(any, batch.cells))
            ):
                yield batch  # nothing to look at row by row
            else:
                yield self._sorted(batch, width)

    def estimate_records(self, consumed: int) -> int | None:
        """Records of the whole file, judged by the `consumed` ones just read from its beginning; None where their places
        in the file are not known."""
        if self.format.kind != "csv" or not self._bytes_read:
            return None
        return round(consumed * self.path.stat().st_size / self._bytes_read)

    def _uncalculated(self, needed: Iterable[str]) -> dict[int, list[str]]:
        """Row → those of the columns in which it has a formula without a value."""
        if self.format.kind != "xlsx" or not (wanted := set(needed)):
            return {}
        rows = dict(sheets.uncalculated(self.path, self.format.sheet or ""))
        for part in self._parts:
            for row, cells in sheets.uncalculated(self.path, part.sheet).items():
                rows[part.offset + row] = sum((cells >> place & 1) << n for n, place in enumerate(part.order))
        named = {row: sheets.columns_of(cells, self.columns) for row, cells in rows.items()}
        return {row: names for row, every in named.items() if (names := [n for n in every if n in wanted])}

    def _calculated(self, batch: Chunk, uncalculated: dict[int, list[str]], width: int) -> Chunk:
        """A batch whose rows with such formulas are put aside."""
        good = [place for place, row in enumerate(batch.rows) if row not in uncalculated]
        found = self._sorted(
            Chunk(batch.consumed, [batch.rows[p] for p in good], [batch.cells[p] for p in good], []), width
        )
        for row, cells in zip(batch.rows, batch.cells, strict=True):
            if row in uncalculated:
                found.bad.append((row, problem("formula_uncalculated", columns=uncalculated[row])))
                found.bad_cells.append(list(cells))
        return found

    def _sorted(self, batch: Chunk, width: int) -> Chunk:
        """The rows of a batch and, apart from them, what is none."""
        found = Chunk(batch.consumed, [], [], [])

        def put_aside(row: int, why: Message, cells: list[str]) -> None:
            found.bad.append((row, why))
            found.bad_cells.append(list(cells))

        following = [*batch.cells[1:], None]
        for row, cells, after in zip(batch.rows, batch.cells, following, strict=True):
            if isinstance(cells, BadRecord):
                put_aside(row, cells.problem, cells.cells)
                for hidden in cells.hidden:
                    put_aside(row, problem("row_swallowed"), hidden)
                continue
            count = len(cells)
            if not any(cells):
                continue  # an empty line is not a row, nor is one of delimiters alone
            if count != width:
                if count > width and any(c.strip() for c in cells[width:]):
                    put_aside(row, problem("row_too_long", found=count, expected=width), cells)
                    continue
                if count < width and self.format.kind == "csv":
                    if not self._pattern.only_lacks_its_end(cells, after):
                        put_aside(row, problem("row_too_short", found=count, expected=width), cells)
                        continue
                    found.short.append(row)
                cells = (list(cells) + [""] * width)[:width]
            elif count == 1 and not cells[0].strip():
                continue
            found.rows.append(row)
            found.cells.append(cells)
        return found

    @cached_property
    def _pattern(self) -> RowPattern:
        """What whole rows of this file look like, by its beginning."""
        width = len(self.columns)
        first = next(csv_rows.batches(self.path, self.format, RowPattern.ROWS, self.header_row, width), [])
        return RowPattern(
            width, [cells for cells in first if isinstance(cells, list) and len(cells) == width]
        )

    def _batches(self, size: int, skip_records: int) -> Iterator[Chunk]:
        """Records as they come, unchecked; one that cannot be read is a BadRecord among the cells."""
        if self.format.kind == "csv":
            first, guards = self.header_row + skip_records + 1, self.is_bad_rows_file
            for cells in csv_rows.batches(
                self.path, self.format, size, first - 1, len(self.columns), self._note_bytes
            ):
                if guards:
                    cells = [_unguarded(c) if isinstance(c, list) else c for c in cells]
                yield Chunk(len(cells), list(range(first, first + len(cells))), cells, [])
                first += len(cells)
            return
        records = (
            json_rows.records(self.path, self.format, self.columns)
            if self.format.kind != "xlsx"
            else islice(self._raw(), self.header_row, None)
        )
        records = islice(records, skip_records, None)
        for batch in limits.batched(records, size, _texts):
            yield Chunk(len(batch), [row for row, _ in batch], [cells for _, cells in batch], [])

    def _headings(self, head: list[tuple[int, list[str]]]) -> int:
        """Row of the headings; of headings of two rows, some of them merged, the lower one."""
        row = find_header(head[:LOOK_AHEAD])
        lower = [last for _, first, last in self._merged if first == row and last <= row + 1]
        return max(lower, default=row)

    def _join_sheets(self) -> None:
        """Sheets of the same headings are one table: months, plants, years."""
        fmt, first = self.format, sheets.last_row(self.path, self.format.sheet or "")
        others = fmt.unread if fmt.more is None else fmt.more
        if gone := [name for name in others if name not in fmt.unread]:
            every = [fmt.sheet, *fmt.unread]
            raise UnreadableFileError("sheet_missing", file=self.path, sheet=gone[0], sheets=every)
        fmt.more = ()
        if not self.header_row or not others or not first:
            return
        offset = first
        for name, head in sheets.heads(self.path, others, LOOK_AHEAD).items():
            last = sheets.last_row(self.path, name)
            row = find_header(head) if any(any(cells) for _, cells in head) else 0
            names = unique_names(_trim_right(next((cells for at, cells in head if at == row), [""])))
            if last and row and sorted(names) == sorted(self.columns):
                order = [names.index(column) for column in self.columns]
                self._parts.append(_Part(name, row, offset, order))
                offset += last
        fmt.more = tuple(part.sheet for part in self._parts)
        fmt.unread = tuple(name for name in fmt.unread if name not in fmt.more)

    def _note_bytes(self, count: int) -> None:
        self._bytes_read = count

    def _raw(self) -> Iterator[tuple[int, list[str]]]:
        if self.format.kind == "xlsx":
            yield from sheets.rows(self.path, self.format.sheet or "")
            for part in self._parts:
                for row, cells in sheets.rows(self.path, part.sheet):
                    if row > part.header_row:
                        yield part.offset + row, [cells[p] if p < len(cells) else "" for p in part.order]
            return
        row = 1
        for batch in csv_rows.batches(self.path, self.format, LOOK_AHEAD):
            for number, cells in enumerate(batch, row):
                yield number, cells.cells if isinstance(cells, BadRecord) else cells
            row += len(batch)


def own_columns(headings: list[str]) -> int:
    """How many of the first columns tell what was wrong with a row, in a file of bad rows; 0 in any other file."""
    known = (*BAD_ROWS_HEADINGS.values(), *IMPORT_ERRORS_HEADINGS.values())
    return next((len(own) for own in known if headings[: len(own)] == own), 0)


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers, and `_unguarded` gives every text back."""
    if _GUARDED.match(text) or (_FORMULA.match(text) and not _NUMBER.fullmatch(text)):
        return f"'{text}"
    return text


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


def unique_names(names: list[str]) -> list[str]:
    """Headings without blanks or repeats: ``column 3`` for an empty one, ``Date (2)`` for a second Date."""
    seen: dict[str, int] = {}
    result = []
    for place, raw in enumerate(names, 1):
        name = " ".join(raw.replace("\ufeff", "").split()) or f"column {place}"
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result


def _unguarded(cells: list[str]) -> list[str]:
    return [c[1:] if _GUARDED.match(c) else c for c in cells]


def _texts(record: tuple[int, list[str] | BadRecord]) -> list[str]:
    return record[1].cells if isinstance(record[1], BadRecord) else record[1]


def _trim_right(names: list[str]) -> list[str]:
    end = len(names)
    while end > 1 and not names[end - 1].strip():
        end -= 1
    return names[:end]
