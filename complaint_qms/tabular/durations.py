"""Lengths of time in the place of a moment: ``First reply time (min)``, ``2d 3h``, ``02:15:00``. They count from the receipt."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from complaint_qms.tabular import heading_words as words
from complaint_qms.tabular.heading_names import fold_heading
from complaint_qms.tabular.profile import ColumnProfile
from complaint_qms.tabular.shapes import BLANKS

IN_CELLS = "duration"
"""The unit stands in the cells."""
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
ORDERS = (*SECONDS, IN_CELLS)
"""What a mapping file may say about a column of lengths of time, beside the orders of day and month."""
LONGEST = 50 * 366 * 86_400
_LEAST = 0.8
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_CLOCK = re.compile(r"(?:(\d+) ?(?:[a-z]+)?[ ,]+)?(\d+):([0-5]\d)(?::([0-5]\d)(?:[.,]\d+)?)?")
_ISO = re.compile(r"p(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)(?:[.,]\d+)?s)?)?")
_PART = re.compile(r"(\d+(?:[.,]\d+)?) ?([^\W\d_]+)\.?,? ?(?:(?:and|und|et|y|e) )?")
_FORMS = frozenset(("hh", "mm", "ss", "h", "m", "s", "dd"))
"""How a heading says that its cells are clock times: ``(HH:mm:ss)``."""
_LINKS = frozenset(("in", "within", "en", "em", "to", "until", "calendar", "avg", "average"))
_CJK_UNITS = ("分钟", "小时", "分")
_CALENDAR_ONLY = frozenset(
    ("business", "working", "office", "geschaftszeit", "ouvrees", "ouvres", "habiles", "uteis")
)


def unit_of(name: str, column: ColumnProfile | None) -> str | None:
    """How a column is read as lengths of time: a unit, ``duration`` where the cells say it; None where it holds none."""
    sample = column.sample if column else []
    if not sample:
        return None
    unit = _heading(name)[1]
    for order in (unit, IN_CELLS) if unit else (IN_CELLS,):
        if sum(parse(text, order) is not None for text in sample) >= _LEAST * len(sample):
            return order
    return None


def looks_so(column: ColumnProfile) -> bool:
    """Could the cells be lengths of time, whatever their unit?"""
    sample = column.sample
    good = sum(parse(text, "minutes") is not None for text in sample)
    return bool(sample) and good >= _LEAST * len(sample)


def is_time_until(field: str, name: str) -> bool:
    """Is this what people call the time until the moment of a field?"""
    return _heading(name)[0] in words.DURATIONS.get(field, ())


def of_working_time(name: str) -> bool:
    """Does a heading say that only business hours are counted?"""
    return not _CALENDAR_ONLY.isdisjoint(fold_heading(name).split())


def parse(text: str, order: str) -> float | None:
    """A cell in seconds; a bare number is one of the unit `order`. None for what is no length of time."""
    text = text.strip().lower()
    if _NUMBER.fullmatch(text):
        seconds = float(text.replace(",", ".")) * SECONDS[order] if order in SECONDS else None
    elif match := _CLOCK.fullmatch(text):
        days, first, second, third = (int(part or 0) for part in match.groups())
        in_minutes = order == "minutes" and match[4] is None
        seconds = first * 60 + second if in_minutes else first * 3_600 + second * 60 + third
        seconds += days * 86_400
    elif len(text) > 1 and (match := _ISO.fullmatch(text)):
        parts = (int(part or 0) for part in match.groups())
        seconds = sum(part * size for part, size in zip(parts, (86_400, 3_600, 60, 1), strict=True))
    else:
        seconds = _in_words(text)
    return seconds if seconds is not None and seconds <= LONGEST else None


def moments(
    raw: Sequence[str], order: str, received: np.ndarray, clocked: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Of each cell the moment so long after the receipt, and whether its time of day is known; NaT where there is none."""
    known: dict[str, float | None] = {}
    for text in raw:
        if text not in known:
            known[text] = None if text.strip().lower() in BLANKS else parse(text, order)
    lengths = [known[text] for text in raw]
    gone = np.array([length is None for length in lengths], dtype=bool)
    added = np.array([round(length or 0) for length in lengths], dtype="timedelta64[s]")
    stamps = np.where(gone, np.datetime64("NaT", "s"), received + added)
    return stamps, clocked & ~np.isnat(stamps)


def _in_words(text: str) -> float | None:
    """``2d 3h``, ``1 day 2 hours``, ``1小时20分``."""
    seconds, at = 0.0, 0
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")
    while at < len(text):
        match = _PART.match(text, at)
        unit = words.UNITS_OF_TIME.get(match[2]) if match else None
        if not match or not unit:
            return None
        seconds += float(match[1].replace(",", ".")) * SECONDS[unit]
        at = match.end()
    return seconds if at else None


@lru_cache(maxsize=4096)
def _heading(name: str) -> tuple[str, str]:
    """What a heading calls a length of time without its unit, and the unit, "" where it says none."""
    if of_working_time(name):
        return "", ""
    parts, unit = fold_heading(name).split(), ""
    if len(parts) > 2 and _FORMS.issuperset(parts[-2:]):
        while len(parts) > 1 and parts[-1] in _FORMS:
            parts.pop()
    for place in (-1, 0):
        if not unit and len(parts) > 1 and parts[place] in words.UNITS_OF_TIME and parts[place] != "时间":
            unit = words.UNITS_OF_TIME[parts.pop(place)]
    while len(parts) > 1 and parts[-1] in _LINKS:
        parts.pop()
    while len(parts) > 1 and parts[0] in _LINKS:
        parts.pop(0)
    heading = " ".join(parts)
    for ending in _CJK_UNITS:
        if not unit and heading.endswith(ending):
            heading, unit = heading.removesuffix(ending), words.UNITS_OF_TIME[ending]
    return heading, unit
