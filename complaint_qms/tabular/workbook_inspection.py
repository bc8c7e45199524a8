"""Looks over the parts of a workbook before any of its cells is read: what they unpack to, and how far its sheets reach.

openpyxl builds a tree of what it reads. The parts are therefore run through first without one, and what would take more
memory than a workbook of complaints ever does is refused. Nothing is unpacked beyond the size that a part declares.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import IO, NamedTuple, NoReturn
from xml.etree import ElementTree
from xml.parsers import expat

from complaint_qms.tabular import limits
from complaint_qms.tabular.errors import UnreadableFileError
from complaint_qms.tabular.limits import MB

_CORNER = re.compile(r"^(?:[A-Z]+\d+:)?([A-Z]+)\d+$")
_RANGE = re.compile(r"^\$?([A-Z]{1,3})\$?(\d{1,7}):\$?[A-Z]{1,3}\$?(\d{1,7})$")
_IN_A_ROW = frozenset(("c", "v", "f", "is", "t", "r"))
_FILLS = frozenset(("v", "f", "t"))
_HELD_WHOLE = re.compile(
    r"(^|/)(\[Content_Types\]|workbook|styles|core|app|custom|theme\d*)\.xml$|\.rels$", re.IGNORECASE
)


class Sheet(NamedTuple):
    """What was seen of a sheet. `uncalculated`: row → its cells that hold a formula and no value, bit 0 the first one;
    `merged`: (column, first row, last row) of ranges of cells that were merged over rows, columns counted from 0."""

    last_row: int
    uncalculated: dict[int, int]
    merged: list[tuple[int, int, int]]


def inspect(path: Path) -> dict[str, Sheet]:
    """Sheet → what was seen of it, for sheets that can be read to their end. A file is looked over once.

    Raises:
        UnreadableFileError: the workbook is too large to be read, or holds too little for its size.
    """
    facts = path.stat()
    if facts.st_size > limits.WORKBOOK:
        _too_large(path, path.name, facts.st_size, limits.WORKBOOK)
    return dict(_look_over(path, facts.st_size, facts.st_mtime_ns))


@lru_cache(maxsize=8)
def _look_over(path: Path, size: int, changed: int) -> dict[str, Sheet]:
    seen = {}
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if len(parts) > limits.PARTS:
            raise UnreadableFileError("limit_parts", file=path, most=limits.PARTS)
        for part in parts:
            most = limits.SMALL_PART if _HELD_WHOLE.search(part.filename) else limits.PART
            if part.file_size > most:
                _too_large(path, part.filename, part.file_size, most)
        titles = _titles(archive)
        for part in parts:
            with archive.open(part) as stream:
                title = titles.get(part.filename)
                sheet = _Part(path, title or part.filename, part.file_size)
                last = sheet.run(stream, title is not None)
                if title is not None and last is not None:
                    seen[title] = Sheet(last, sheet.uncalculated, sheet.merged)
    return seen


class _Part:
    """One part of a workbook, run through element by element."""

    def __init__(self, path: Path, name: str, size: int) -> None:
        self._path, self._name, self._size = path, name, size
        self._locals: dict[str, str] = {}
        self._root = ""
        self._others = self._texts = self._rows = self._in_row = self._column = self._cells = 0
        self._filled = self._filled_here = self._furthest = self._last = self._blank_rows = 0
        self._open = False  # whether the cell that is being read is still without a value
        self._began = 0  # place of the row or shared text that is being read
        self._text = self._formula = self._in_value = False  # of the cell that is being read
        self.uncalculated: dict[int, int] = {}
        self.merged: list[tuple[int, int, int]] = []

    def run(self, stream: IO[bytes], ends: bool) -> int | None:
        """Row of the last filled cell, None for a damaged part. `ends`: nobody reads beyond that row."""
        self._parser = parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        try:
            while block := stream.read(limits.RUN):
                if len(block) == limits.RUN and b"<" not in block and self._root:
                    self._refuse("limit_cell", limits.RUN)
                parser.Parse(block, False)
            parser.Parse(b"", True)
        except expat.ExpatError:
            return None  # no XML, or none from here on: nobody reads beyond this place
        self._end_row(self._size)
        if not ends:
            self._blank(self._furthest - self._last)
        return self._last

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self._locals.get(tag)
        if name is None:
            name = self._locals[tag] = tag.rpartition(":")[2]
        if not self._root:
            self._root = name
            if name == "sst" and self._size > limits.SHARED_TEXTS:
                _too_large(self._path, self._name, self._size, limits.SHARED_TEXTS)
        if self._root == "sst":
            self._shared(name)
        elif name == "row" and self._root == "worksheet":
            self._row(attributes.get("r"))
        elif name in _IN_A_ROW and self._rows:
            self._in_row += 1
            if self._in_row > limits.ROW_ELEMENTS:
                self._refuse("limit_elements", limits.ROW_ELEMENTS)
            if name == "c":
                self._cell(attributes.get("r"))
                self._text = attributes.get("t") == "str"
            elif self._open and name in _FILLS:
                self._open = False
                self._filled_here += 1
            # A formula may give the empty text; without a value nobody has calculated it.
            if name == "f" and not self._text:
                self._formula = True
                self._parser.CharacterDataHandler = self._value
            elif name == "v":
                self._in_value = True
        else:
            self._others += 1
            if self._others > limits.OTHER_ELEMENTS:
                self._refuse("limit_elements", limits.OTHER_ELEMENTS)
            if name == "mergeCell" and (merged := _RANGE.match(attributes.get("ref", ""))):
                self._merge(merged)
            if name == "dimension" and (corner := _CORNER.match(attributes.get("ref", ""))):
                self._reach(corner.group(1))

    def _merge(self, found: re.Match[str]) -> None:
        first, last = int(found[2]), int(found[3])
        if first < last and len(self.merged) < limits.MERGED_RANGES:
            self.merged.append((_number(found[1]) - 1, first, last))

    def _value(self, text: str) -> None:
        if self._in_value and text.strip():
            self._formula = False
            self._parser.CharacterDataHandler = None

    def _end_cell(self) -> None:
        if self._formula:
            bit = 1 << (self._column - 1)
            self.uncalculated[self._rows] = self.uncalculated.get(self._rows, 0) | bit
            self._formula = False
            self._parser.CharacterDataHandler = None
        self._in_value = False

    def _shared(self, name: str) -> None:
        self._texts += 1
        if self._texts > limits.SHARED_ELEMENTS:
            self._refuse("limit_elements", limits.SHARED_ELEMENTS)
        if name == "si":
            place = self._parser.CurrentByteIndex
            if self._began and place - self._began > limits.RUN:
                self._refuse("limit_cell", limits.RUN)
            self._began = place

    def _row(self, given: str | None) -> None:
        self._end_row(self._parser.CurrentByteIndex)
        self._rows = int(given) if given and given.isdecimal() and len(given) < 20 else self._rows + 1
        if self._rows > limits.ROWS_OF_SHEET:
            self._refuse("limit_rows", limits.ROWS_OF_SHEET)
        self._furthest = max(self._furthest, self._rows)
        self._in_row = self._column = self._filled_here = 0
        self._open = False

    def _end_row(self, place: int) -> None:
        self._end_cell()
        if self._rows and place - self._began > 4 * limits.RECORD:
            self._refuse("limit_row_text", limits.RECORD)
        self._began = place
        self._cells += self._column
        if self._cells > limits.CELLS_OF_SHEET:
            self._refuse("limit_cells", limits.CELLS_OF_SHEET)
        self._filled += self._filled_here
        blank = self._cells - self._filled
        if blank > limits.BLANK_CELLS and blank > limits.BLANK_FOR_FILLED * self._filled:
            self._refuse("limit_blank_cells", limits.BLANK_CELLS)
        if self._filled_here:
            self._blank(self._furthest - self._last - 1)
            self._last = self._furthest

    def _blank(self, rows: int) -> None:
        self._blank_rows += rows
        if self._blank_rows > limits.BLANK_ROWS:
            self._refuse("limit_blank_rows_of_sheet", limits.BLANK_ROWS)

    def _cell(self, place: str | None) -> None:
        self._end_cell()
        self._open = True
        if not place:
            self._column += 1
        elif place[2:3].isalpha():
            self._column = self._reach(place.rstrip("0123456789"))
        else:  # two letters at most, and the last column of a row counts
            self._column = _number(place.rstrip("0123456789"))
        if self._column > limits.COLUMNS:
            self._refuse("limit_sheet_columns", limits.COLUMNS, found=self._column)

    def _reach(self, letters: str) -> int:
        found = _number(letters)
        if found > limits.COLUMNS:
            self._refuse("limit_sheet_columns", limits.COLUMNS, found=letters[:9])
        return found

    def _refuse(self, key: str, most: int, **params: int | str) -> NoReturn:
        raise UnreadableFileError(key, file=self._path, sheet=self._name, most=most, **params)


def _too_large(path: Path, part: str, found: int, most: int) -> NoReturn:
    raise UnreadableFileError(
        "limit_unpacked",
        file=path,
        part=part,
        found=max(1, found // MB),
        most=most // MB,
    )


@lru_cache(maxsize=limits.COLUMNS)
def _number(letters: str) -> int:
    count = 0
    for letter in letters[:9].upper():
        count = 26 * count + ord(letter) - 64
    return count


def _titles(archive: zipfile.ZipFile) -> dict[str, str]:
    """Part → name of its sheet as people know it, for messages; empty where the usual parts do not tell."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return {}
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    titles = {}
    for element in book.iter():
        if element.tag.rpartition("}")[2] == "sheet":
            link = next((value for key, value in element.items() if key.endswith("}id")), None)
            part = posixpath.normpath(posixpath.join("/xl", targets.get(link, "")))[1:]
            titles[part] = element.get("name", part)
    return titles
