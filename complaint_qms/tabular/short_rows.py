"""Rows that have fewer cells than there are headings: which of them only lack their end?"""

from __future__ import annotations

import re

from complaint_qms.tabular.shapes import BLANKS, is_date, shape

_LONGEST_NUMBER = 40
_MOST_LABELS = 0.3
"""A column with fewer distinct values than this share of its rows holds labels."""


class RowPattern:
    """What whole rows at the beginning of a file look like: where dates stand, and which labels a column has.

    Many programs leave out empty cells at the end of a line. A line that lost a cell in the middle, or was broken in two,
    is as short; its dates and labels then stand in other columns.
    """

    ROWS = 1000

    def __init__(self, width: int, whole: list[list[str]]) -> None:
        self._dates: list[int] = []
        self._labels: dict[int, set[str]] = {}
        self._width = width
        for place, cells in enumerate(zip(*whole, strict=True)):
            filled = [text for cell in cells if not _blank(text := cell.strip())]
            if filled and sum(map(is_date, filled)) >= 0.8 * len(filled):
                self._dates.append(place)
            elif len(values := set(filled)) <= max(1, _MOST_LABELS * len(filled)):
                self._labels[place] = values

    def only_lacks_its_end(self, cells: list[str], after: object) -> bool:
        """`after`: the record that follows; two halves of one line are no row."""
        if (
            isinstance(after, list)
            and len(after) > 1
            and len(cells) + len(after) in (self._width, self._width + 1)
            and not self._begins_alike(cells, after)
        ):
            return False
        dates = [cells[place] for place in self._dates if place < len(cells)]
        if not any(map(is_date, dates)) or not all(_blank(d) or is_date(d) for d in dates):
            return False
        for place, values in self._labels.items():
            if place < len(cells) and not _blank(text := cells[place].strip()) and text not in values:
                return False
        return not _ends_in_a_date_only(cells, self._dates)

    def _begins_alike(self, cells: list[str], after: list[str]) -> bool:
        """Does the record that follows begin as a row of its own: with a number of the same form, and with its date?"""
        form, places = _form(cells[0]), [place for place in self._dates if place < len(after)]
        return (
            "9" in form
            and form == _form(after[0])
            and 0 not in places
            and bool(places)
            and all(is_date(after[place]) for place in places)
        )


def _form(cell: str) -> str:
    """The shape of a number whatever its length."""
    text = cell.strip()
    return re.sub("9+", "9", shape(text)) if text and len(text) < _LONGEST_NUMBER else ""


def _ends_in_a_date_only(cells: list[str], dates: list[int]) -> bool:
    """Nothing besides the date and what stands before it: there is nothing to evaluate."""
    return len(cells) - 1 <= min(dates)


def _blank(text: str) -> bool:
    return text.strip().lower() in BLANKS
