"""Records of a delimited text file; a quotation mark that is never closed, or too late, does not pass in silence."""

from __future__ import annotations

import collections
import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from complaint_qms.engine.message import Message
from complaint_qms.tabular.dates import is_date, shape
from complaint_qms.tabular.errors import UnreadableFileError
from complaint_qms.tabular.limits import (
    RECORD,
    BlankRows,
    batched,
)
from complaint_qms.tabular.problems import problem
from complaint_qms.tabular.sniff import MAX_FIELD, Format

END = "\ue0e0\ue0e1"
"""A line of its own after the last one: whoever finds it inside a cell stands in an open quotation mark."""
_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass
class BadRecord:
    """A record that is no row: why, its cells as far as they are known, and rows that lie hidden in it."""

    problem: Message
    cells: list[str] = field(default_factory=list)
    hidden: list[list[str]] = field(default_factory=list)


class _SeveralLines(list):
    """The cells of a record that goes over several lines, and these."""

    def __init__(self, cells: list[str], written: list[str]) -> None:
        super().__init__(cells)
        self.written = written


class _Lines:
    """The lines of a file, without zero characters, remembering those given since `begin` and how long they are. Raises UnreadableFileError where that is more than a row may hold."""

    def __init__(self, path: Path, handle: TextIO, nul: bool) -> None:
        self._path, self._handle, self._nul, self.last, self.length = path, handle, nul, "", 0
        self.written: list[str] = []

    def begin(self) -> None:
        """What follows is another record."""
        self.length = 0
        if self.written:
            self.written = []

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(iter(partial(self._handle.readline, RECORD + 1), ""), 1):
            self.length += len(line)
            if self.length > RECORD:
                raise UnreadableFileError("limit_record", file=self._path, line=number, most=RECORD)
            self.last = line.replace("\0", "") if self._nul else line
            self.written.append(self.last)
            yield self.last


def batches(
    path: Path,
    fmt: Format,
    size: int,
    skip: int = 0,
    width: int = 0,
    told: Callable[[int], None] | None = None,
) -> Iterator[list]:
    """Records in lists of `size`, after the first `skip`; what cannot be a row is a BadRecord.

    `width`: columns of the file, by which rows inside a cell are known; 0: nobody looks. `told` hears how many bytes
    were read. Raises UnreadableFileError where a quotation mark opens that is never closed.
    """
    csv.field_size_limit(MAX_FIELD)
    with path.open("r", encoding=fmt.encoding, errors="replace", newline="") as handle:
        lines = _Lines(path, handle, fmt.nul)
        reader = csv.reader(chain(lines, (END,)), delimiter=fmt.delimiter)
        records = _records(path, fmt, reader, lines)
        collections.deque(islice(records, skip), maxlen=0)
        before = reader.line_num
        for batch in batched(records, size, _texts):
            if told:
                told(handle.buffer.tell())  # type: ignore[attr-defined]
            several, before = reader.line_num - before > len(batch), reader.line_num
            if ended := batch[-1] == [END]:
                batch.pop()
            elif isinstance(batch[-1], list) and batch[-1] and END in batch[-1][-1]:
                raise _open_quote(path, fmt)
            if several and width > 1:
                batch = [_examined(cells, width, fmt.delimiter) for cells in batch]
            if batch:
                yield batch
            if ended:
                return


def _records(path: Path, fmt: Format, reader: Iterator[list[str]], lines: _Lines) -> Iterator:
    blank = BlankRows(path)
    while True:
        try:
            for cells in reader:
                several = len(lines.written) > 1
                record = _SeveralLines(cells, lines.written) if several else cells
                lines.begin()
                blank.note(not cells)
                yield record
            return
        except csv.Error as error:
            lines.begin()
            if len(lines.last) > MAX_FIELD:
                yield BadRecord(problem("cell_too_long", most=MAX_FIELD), _whole(lines.last, fmt.delimiter))
            elif "field larger" in str(error):
                raise _open_quote(path, fmt) from None
            else:
                yield BadRecord(problem("row_unreadable", why=str(error)), [lines.last.rstrip("\r\n")])


def _texts(record: list[str] | BadRecord) -> list[str]:
    return record.cells if isinstance(record, BadRecord) else record


def _whole(line: str, delimiter: str) -> list[str]:
    """Cells of one line, however long."""
    csv.field_size_limit(len(line) + 1)
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return [line]
    finally:
        csv.field_size_limit(MAX_FIELD)


def _open_quote(path: Path, fmt: Format) -> UnreadableFileError:
    """The error that names the place; the file is read again row by row to find it."""
    row, line = 1, 1
    with path.open("r", encoding=fmt.encoding, errors="replace", newline="") as handle:
        lines = _Lines(path, handle, fmt.nul)
        reader = csv.reader(chain(lines, (END,)), delimiter=fmt.delimiter)
        while True:
            lines.begin()
            try:
                cells = next(reader, None)
            except csv.Error:
                if len(lines.last) <= MAX_FIELD:
                    break
                cells = []
            if cells is None or (cells and END in cells[-1]):
                break
            row, line = row + 1, reader.line_num + 1
    return UnreadableFileError("quote_open", file=path, row=row, line=line)


def _examined(cells: list[str] | BadRecord, width: int, delimiter: str) -> list[str] | BadRecord:
    """The record, or a BadRecord when one of its cells holds whole rows: a quotation mark was closed too late.

    Where the quotation marks are in order, every line of the cell has to be one."""
    if isinstance(cells, BadRecord):
        return cells
    good = _well_quoted(cells, width, delimiter)
    for place, cell in enumerate(cells):
        if "\n" not in cell and "\r" not in cell:
            continue
        first, *inner = _BREAK.split(cell)
        rows = [line.split(delimiter) for line in inner]
        rows[-1] += cells[place + 1 :]
        judged = (len(row) == width and _like_a_row(row, cells, place) for row in rows)
        if all(judged) and _dated_alike(rows, cells) if good else any(judged):
            hidden = [row for row in rows if any(row)]
            return BadRecord(
                problem("quote_swallows", lines=len(hidden)),
                [*cells[:place], *first.split(delimiter)],
                hidden,
            )
    return cells


def _well_quoted(cells: list[str], width: int, delimiter: str) -> bool:
    """As many cells as the file has columns, and every quotation mark closed right before a delimiter: a mark that was closed
    too late swallows the beginning of the next quoted cell, and its end stands within a text."""
    if not isinstance(cells, _SeveralLines) or len(cells) != width:
        return False
    try:
        again = list(csv.reader(cells.written, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return again == [list(cells)]


def _dated_alike(rows: list[list[str]], record: list[str]) -> bool:
    """Do all rows have dates where the record has them?"""
    places = [place for place, cell in enumerate(record) if is_date(cell)]
    return all(is_date(row[place]) for row in rows for place in places)


def _like_a_row(row: list[str], record: list[str], place: int) -> bool:
    """`row` came out of cell `place` of `record`: does it look like a row of the file rather than like a text?"""
    if any(map(is_date, row)):
        return True
    number = shape(row[0]) if len(row[0]) < 40 else ""
    return bool(place) and len(number) > 1 and "9" in number and number == shape(record[0])


__all__ = ["BadRecord", "batches"]
