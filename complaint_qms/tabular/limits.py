"""How much of a file is read at most. What is beyond is refused before its cells are read, with the limit in the message.

A file of a few kilobytes can ask for any amount of memory: a packed workbook, a cell in the last corner of a sheet, one
line without an end. Every limit lies far above what people keep complaints in, and bounds what reading holds at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from complaint_qms.tabular.errors import UnreadableFileError

COLUMNS: Final = 2_000
ROWS_OF_SHEET: Final = 1_048_576
"""As many as Excel has; of a text file so many empty rows may follow each other."""
CELLS_OF_SHEET: Final = 100_000_000
"""Empty cells to the left of a filled one included."""
BLANK_ROWS: Final = 50_000
"""Empty rows of a sheet above its last filled one; those below are not read."""
BLANK_CELLS: Final = 5_000_000
BLANK_FOR_FILLED: Final = 20
"""Empty cells of a sheet, where they are more than so many for each filled one: time goes into what is not there."""
RECORD: Final = 4_000_000
"""Characters of one row."""
BATCH: Final = 8_000_000
"""Characters of the rows that are held together; the last of them may go beyond."""
TEXT_OF_SHEET: Final = 512_000_000
"""Characters of all cells of a sheet: one stored text may stand in many cells."""

MB: Final = 1_000_000
WORKBOOK: Final = 1_000 * MB
"""Bytes of a workbook as it lies on the disk."""
PARTS: Final = 10_000
PART: Final = 512 * MB
"""Bytes of a part of a workbook, unpacked."""
SHARED_TEXTS: Final = 256 * MB
SMALL_PART: Final = 16 * MB
"""Bytes of a part that is held as a whole."""
SHARED_ELEMENTS: Final = 10_000_000
ROW_ELEMENTS: Final = 200_000
OTHER_ELEMENTS: Final = 1_000_000
"""Elements of a part that lie in no row and are no shared text."""
MERGED_RANGES: Final = 100_000
"""Merged ranges of a sheet that are filled down; those after them stay as they are."""
RUN: Final = 1 << 20
"""Bytes of a workbook without any tag: a cell holds 32,767 characters at most."""

ARRAY: Final = 64 * MB
"""Bytes of a JSON array, which is read as a whole."""
ARRAY_OBJECTS: Final = 2_000_000
DEPTH: Final = 32
"""Levels of objects within each other."""


def check_columns(path: Path, found: int) -> None:
    """Raise UnreadableFileError where a file has too many columns."""
    if found > COLUMNS:
        raise UnreadableFileError("limit_columns", file=path, found=found, most=COLUMNS)


def batched(
    rows: Iterable[Any], size: int, cells_of: Callable[[Any], Sequence[str]] = list, most: int = BATCH
) -> Iterator[list[Any]]:
    """Rows in lists of `size`, or of fewer where their texts have more than `most` characters; `cells_of` gives the texts
    of a row."""
    batch: list[Any] = []
    length = 0
    for row in rows:
        batch.append(row)
        length += sum(map(len, cells_of(row)))
        if len(batch) == size or length > most:
            yield batch
            batch, length = [], 0
    if batch:
        yield batch


class BlankRows:
    """Counts empty rows that follow each other."""

    def __init__(self, path: Path) -> None:
        self._path, self._count = path, 0

    def note(self, empty: bool) -> None:
        """Take note of a row; raises UnreadableFileError where there are too many empty ones."""
        self._count = self._count + 1 if empty else 0
        if self._count > ROWS_OF_SHEET:
            raise UnreadableFileError("limit_blank_rows", file=self._path, most=ROWS_OF_SHEET)
