"""Sheets of an Excel workbook: which one holds the complaints, and its rows."""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from complaint_qms.tabular import limits
from complaint_qms.tabular.cells import cell_text
from complaint_qms.tabular.dates import DateVotes
from complaint_qms.tabular.errors import UnreadableFileError
from complaint_qms.tabular.workbook_inspection import Sheet, inspect

if TYPE_CHECKING:
    from openpyxl import Workbook

LOOK_AHEAD = 200


def rows(path: Path, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """``(row, cells)`` of a sheet, with what formulas gave when the book was saved."""
    with _opened(path) as (book, seen):
        names = _names(book)
        if sheet not in names:
            raise UnreadableFileError("sheet_missing", file=path, sheet=sheet, sheets=names)
        yield from _rows(path, book, sheet, seen.get(sheet))


def choose(path: Path, wanted: str | None) -> tuple[str, tuple[str, ...]]:
    """The sheet to read, and the other sheets that hold anything: the wanted one, else the first with a column of dates,
    else the first that is not empty."""
    with _opened(path) as (book, seen):
        names = _names(book)
        if not names:
            raise UnreadableFileError("sheet_none", file=path)
        heads = {
            name: [c for _, c in islice(_rows(path, book, name, seen.get(name)), LOOK_AHEAD)]
            for name in names
        }
    full = [name for name in names if any(any(c.strip() for c in cells) for cells in heads[name])]
    if wanted is None:
        dated = (
            [n for n in full if _has_dates(heads[n])]
            or [n for n in full if _has_dates(heads[n], True)]
            or full
        )
        wanted = (dated or names)[0]
    return wanted, tuple(name for name in full if name != wanted)


def heads(path: Path, names: Sequence[str], count: int) -> dict[str, list[tuple[int, list[str]]]]:
    """Sheet → its first `count` rows."""
    with _opened(path) as (book, seen):
        return {name: list(islice(_rows(path, book, name, seen.get(name)), count)) for name in names}


def last_row(path: Path, sheet: str) -> int | None:
    """Row of the last filled cell; None where the sheet was not seen to its end."""
    seen = inspect(path).get(sheet)
    return seen.last_row if seen else None


def merged(path: Path, sheet: str) -> list[tuple[int, int, int]]:
    """(column from 0, first row, last row) of ranges that were merged over rows."""
    seen = inspect(path).get(sheet)
    return seen.merged if seen else []


def uncalculated(path: Path, sheet: str) -> dict[int, int]:
    """Row → its cells whose formulas were saved without their values, bit 0 the first cell."""
    seen = inspect(path).get(sheet)
    return seen.uncalculated if seen else {}


def columns_of(cells: int, names: list[str]) -> list[str]:
    """Headings of the cells that are set in such a number."""
    return [name for place, name in enumerate(names) if cells >> place & 1]


def _has_dates(head: list[list[str]], numbers: bool = False) -> bool:
    width = max(map(len, head), default=0)
    for place in range(width):
        votes = DateVotes()
        votes.add([cells[place] if place < len(cells) else "" for cells in head])
        dates = votes.dates + (votes.numbers_as_dates if numbers else 0)
        if dates and dates >= 0.5 * (votes.filled - 1):  # the heading is none
            return True
    return False


def _names(book: Workbook) -> list[str]:
    return [sheet.title for sheet in book.worksheets]


def _rows(path: Path, book: Workbook, name: str, seen: Sheet | None) -> Iterator[tuple[int, list[str]]]:
    """`seen`: None where the last filled row is not known."""
    last = seen.last_row if seen else None
    if last == 0:
        return
    sheet = book[name]
    sheet.reset_dimensions()
    length = 0
    fill = _FilledDown(seen.merged if seen else [])
    for row, cells in enumerate(sheet.iter_rows(values_only=True, max_row=last), 1):
        texts = fill(row, [cell_text(c) for c in cells])
        length += sum(map(len, texts))
        if length > limits.TEXT_OF_SHEET:
            raise UnreadableFileError("limit_sheet_text", file=path, sheet=name, most=limits.TEXT_OF_SHEET)
        yield row, texts


class _FilledDown:
    """A merged range has its value in its first cell only; all of its rows mean it."""

    def __init__(self, ranges: Iterable[tuple[int, int, int]]) -> None:
        self._starting: dict[int, list[tuple[int, int]]] = {}
        for column, first, last in ranges:
            self._starting.setdefault(first, []).append((column, last))
        self._open: dict[int, tuple[int, str]] = {}

    def __call__(self, row: int, texts: list[str]) -> list[str]:
        if self._open and any(texts):
            for column, (last, text) in list(self._open.items()):
                if last < row:
                    del self._open[column]
                elif column < len(texts) and not texts[column]:
                    texts[column] = text
                elif column >= len(texts):
                    texts += [""] * (column - len(texts)) + [text]
        for column, last in self._starting.get(row, ()):
            if column < len(texts) and texts[column]:
                self._open[column] = last, texts[column]
        return texts


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[Workbook, dict[str, Sheet]]]:
    """The workbook and what was seen of its sheets; whatever its parsers raise on a damaged one becomes a message."""
    import openpyxl

    _refuse_other_zips(path)
    book = None
    try:
        seen = inspect(path)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        yield book, seen
    except UnreadableFileError:
        raise
    except Exception as error:
        why = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        raise UnreadableFileError("workbook_damaged", file=path, why=why) from None
    finally:
        if book is not None:
            book.close()


def _refuse_other_zips(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            inside = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise UnreadableFileError("workbook_cut", file=path) from None
    if "xl/workbook.xml" not in inside and not any(name.endswith("workbook.xml") for name in inside):
        kind = "OpenDocument" if "content.xml" in inside else "ZIP"
        raise UnreadableFileError("file_wrong_kind", file=path, kind=kind)
