"""Cells as they are stored: trimmed, mended, without what people write into a cell when they have nothing to write."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from operator import add

import numpy as np

from complaint_qms.backtest.store import Store
from complaint_qms.engine.text import fold
from complaint_qms.tabular.dates import BLANKS, ISO_FORMS, Alike
from complaint_qms.tabular.mojibake import mended
from complaint_qms.tabular.shapes import NO_NUMBERS

CELLS_KEPT = 20_000
_BLANK_CELLS = BLANKS | {cased(b) for b in BLANKS for cased in (str.upper, str.title, str.capitalize)}
_LONGEST_BLANK = max(map(len, _BLANK_CELLS))
_LONGEST_NO_NUMBER = max(map(len, NO_NUMBERS))


def iso_texts(stamps: np.ndarray, timed: np.ndarray) -> list[str | None]:
    """``2024-03-01 08:15:00``, or ``2024-03-01`` where no clock time was given; NaT rows hold no useful text."""
    if not timed.any():
        return np.datetime_as_string(stamps, unit="D").tolist()
    whole = np.datetime_as_string(stamps, unit="s")
    if whole.dtype.itemsize >= 19 * 4:
        letters = whole.view(np.uint32).reshape(len(whole), -1)
        letters[letters[:, 10] == ord("T"), 10] = ord(" ")
    texts = whole.tolist()
    for i in np.flatnonzero(~timed).tolist():
        texts[i] = texts[i][:10]
    return texts


def stored_texts(raw: list[str]) -> list[str | None]:
    """Cells that are hardly ever the same, as stored."""
    texts = list(map(str.strip, raw))
    if min(map(len, texts)) > _LONGEST_BLANK or _BLANK_CELLS.isdisjoint(texts):
        return texts
    return [None if t in _BLANK_CELLS else t for t in texts]


def stored_numbers(raw: Iterable[str]) -> list[str | None]:
    """Lots and serial numbers as stored: what people write who know none is none."""
    texts = map(str.strip, raw)
    return [None if len(t) <= _LONGEST_NO_NUMBER and t.lower() in NO_NUMBERS else t for t in texts]


def stored_dates(raw: list[str], alike: Alike, stamps: np.ndarray, timed: np.ndarray) -> list[str | None]:
    """Stored form of parsed cells; cells that already have it are taken over."""
    if alike.form not in ISO_FORMS:
        return iso_texts(stamps, timed)
    ending = ISO_FORMS[alike.form]
    texts: list[str | None] = list(map(add, raw, repeat(ending))) if ending else list(raw)
    others = np.flatnonzero(~alike.rows)
    if len(others):
        for i, text in zip(others.tolist(), iso_texts(stamps[others], timed[others]), strict=True):
            texts[i] = text
    return texts


class Cells(dict):
    """Cell as read -> cell as stored: trimmed, mended, None for a blank. One text object for all cells that say the same.
    `mended`: those that were not as they were meant."""

    def __init__(self) -> None:
        super().__init__()
        self.mended: set[str] = set()

    def __missing__(self, cell: str) -> str | None:
        if len(self) >= CELLS_KEPT:
            self.clear()
        text = cell.strip()
        if not text.isascii() and (better := mended(text)) != text:
            self.mended.add(cell)
            text = better
        return self.setdefault(cell, None if text in _BLANK_CELLS else text)


class Spellings(dict):
    """Name -> the first spelling of it, whatever its letter case."""

    def __init__(self, store: Store, key: str) -> None:
        super().__init__({None: None})
        self._first: dict[str, str] = {}
        for name in store.column(
            f"SELECT {key} FROM complaint WHERE {key} IS NOT NULL GROUP BY {key} ORDER BY min(row_id)"
        ):
            self._first.setdefault(fold(name), name)

    def __missing__(self, name: str) -> str:
        return self.setdefault(name, self._first.setdefault(fold(name), name))
