"""Dates as people write them, read with one decision for the whole column.

The order of day and month is a property of the column, not of the cell: ``03/04/2021`` says nothing, but one
``25/04/2021`` in a million rows does. :class:`DateVotes` collects the evidence while the file streams by,
:func:`decide` makes the decision and :func:`parse_column` applies it, vectorised over the distinct shapes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from complaint_qms.tabular.date_order import RowOrder, straighter
from complaint_qms.tabular.shapes import (
    BLANKS,
    MONTHS,
    classify,
    clean,
    is_date,
    shape,
)

if TYPE_CHECKING:
    import pandas as pd

NAT = np.datetime64("NaT", "s")
YEAR_MIN, YEAR_MAX = 1900, 2200
LEAST_OF_STYLE = 0.01
"""Share of the dates of a column that must be written in another way to be told."""

_WIDTH = 40
_PLAIN_FORM = frozenset("9-/.: ,T")


@dataclass(frozen=True)
class Alike:
    """The cells of a column that share one shape: the shape, which cells (bool), and their texts (bytes)."""

    form: str
    rows: np.ndarray
    texts: np.ndarray


def dominant(values: Sequence[str]) -> Alike:
    """Which cells have the shape of the first filled one, compared as arrays.

    Nearly all cells of a date column look alike, so this spares the others' way cell by cell. The shape is empty when
    it holds letters or the cell would need cleaning first.
    """
    first = next((v for v in values if v.strip()), "")
    form = shape(first) if first.isascii() and first == first.strip() and len(first) < _WIDTH else ""
    rows = np.zeros(len(values), dtype=bool)
    if not form or not _PLAIN_FORM.issuperset(form):
        return Alike("", rows, np.empty(0, "S1"))
    width = len(form)
    long = np.flatnonzero(np.fromiter(map(len, values), np.int64, len(values)) == width)
    chosen = values if len(long) == len(values) else [values[i] for i in long.tolist()]
    # one byte a character, whatever the character
    codes = np.frombuffer("".join(chosen).encode("ascii", "replace"), np.uint8).reshape(len(chosen), width)
    folded = np.where((codes >= 48) & (codes <= 57), np.uint8(57), codes)
    same = (folded == np.frombuffer(form.encode(), np.uint8)).all(axis=1)
    rows[long[same]] = True
    return Alike(form, rows, codes[same].view(f"S{width}").ravel())


def has_numeric(values: Sequence[str], alike: Alike) -> bool:
    """Is there a date among the cells whose order of day and month its form leaves open? `alike`: as of
    :func:`dominant`."""
    if alike.form and classify(alike.form)[0] == "numeric":
        return True
    if alike.rows.all():
        return False
    others = {values[i] for i in np.flatnonzero(~alike.rows).tolist()}
    return any(classify(shape(text))[0] == "numeric" for text in map(clean, others) if len(text) < _WIDTH)


@dataclass
class DateVotes:
    """What a column's values say about its date form. Counts are of values, not of distinct values."""

    filled: int = 0
    families: dict[str, int] = field(default_factory=dict)
    day_first: int = 0
    month_first: int = 0
    ambiguous: int = 0
    ways: dict[str, RowOrder] = field(default_factory=lambda: {"dmy": RowOrder(), "mdy": RowOrder()})
    dotted: int = 0
    open_date: str = ""
    """The first one that can be read both ways."""
    styles: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Of each style how many, and the first one."""

    @property
    def dates(self) -> int:
        return sum(n for family, n in self.families.items() if family not in ("none", "serial", "epoch"))

    @property
    def numbers_as_dates(self) -> int:
        return self.families.get("serial", 0) + self.families.get("epoch", 0)

    def add(self, values: Sequence[str]) -> None:
        """Take in a chunk of raw cells, in file order."""
        alike = dominant(values)
        family = classify(alike.form)[0] if alike.form else "none"
        if family not in ("none", "numeric"):
            count = int(alike.rows.sum())
            self.filled += count
            self.families[family] = self.families.get(family, 0) + count
            self._note(family, count, alike.texts[0].decode())
            if count == len(values):
                return
            values = [values[i] for i in np.flatnonzero(~alike.rows).tolist()]
        different = Counter(values)
        counts = list(different.values())
        texts = [clean(raw) for raw in different]
        forms = [shape(text) if len(text) <= 40 else "" for text in texts]
        tally: dict[str, int] = {}
        for form, count in zip(forms, counts, strict=True):
            tally[form] = tally.get(form, 0) + count
        firsts = dict(zip(reversed(forms), reversed(texts), strict=True))
        unclear: set[str] = set()
        for form, count in tally.items():
            family, _ = classify(form)
            if family == "none" or family == "numeric":
                unclear.add(form)
            else:
                self.filled += count
                self.families[family] = self.families.get(family, 0) + count
                self._note(family, count, firsts[form])
        if unclear:
            seen: set[str] = set()
            for text, form, count in zip(texts, forms, counts, strict=True):
                if form in unclear and text.lower() not in BLANKS:
                    family, _ = classify(form)
                    self.filled += count
                    self.families[family] = self.families.get(family, 0) + count
                    if family == "numeric":
                        self.dotted += count * ("." in form[:3])
                        self._note(form[:3].strip("9"), count, text)
                        self._vote(text, count, seen)

    def mixed(self) -> list[str]:
        """A date of each style, where there are several, the most usual first; a stray cell is none."""
        least = max(2, LEAST_OF_STYLE * self.filled)
        usual = sorted((found for found in self.styles.values() if found[0] >= least), key=lambda f: -f[0])
        return [text for _count, text in usual] if len(usual) > 1 else []

    def _note(self, style: str, count: int, text: str) -> None:
        before, first = self.styles.get(style, (0, text))
        self.styles[style] = before + count, first

    def _vote(self, text: str, count: int, seen: set[str]) -> None:
        """Evidence of one value whose day and month are not told apart by its shape; `seen`: days before it."""
        first, second, year = re.findall(r"\d+", text)[:3]
        one, two = int(first), int(second)
        if one > 12 >= two:
            self.day_first += count
        elif two > 12 >= one:
            self.month_first += count
        elif one <= 12 and two <= 12 and one != two:
            self.ambiguous += count
            self.open_date = self.open_date or text
            if (day := f"{year}-{one}-{two}") not in seen:
                seen.add(day)
                self.ways["dmy"].go_to(int(year), two, one)
                self.ways["mdy"].go_to(int(year), one, two)


@dataclass(frozen=True)
class DateDecision:
    """How a column is read. `order` is dmy, mdy or ymd; `why` says what decided it (``date_given``, …); `ambiguous` the number of such values;
    `form` the family of nearly all of them where that says how they are read, `styles` a date of each style where there are several,
    `open_date` one that can be read both ways where nothing decides."""

    order: str
    why: str
    ambiguous: int = 0
    contrary: int = 0
    form: str = ""
    styles: Sequence[str] = ()
    open_date: str = ""


def decide(votes: DateVotes, others: list[DateVotes], given: str | None = None) -> DateDecision:
    """Decide the order of one column: what the mapping says, then the column, then the file's other columns."""
    decision = _decide(votes, others, given)
    form = max(votes.families, key=votes.families.__getitem__, default="")
    return replace(decision, form=form if decision.why == "date_plain" else "", styles=votes.mixed())


def parse_column(
    values: list[str], order: str, timezone: str, alike: Alike | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Parse raw cells into (datetime64[s], has_time); what cannot be read is NaT.

    Values with an offset are turned into wall time of `timezone`; values without one are taken as such. `alike`: the
    answer of :func:`dominant`, when the caller has it.
    """
    stamps = np.full(len(values), NAT, dtype="datetime64[s]")
    timed = np.zeros(len(values), dtype=bool)
    alike = alike or dominant(values)
    family, match = classify(alike.form) if alike.form else ("none", None)
    rest = np.arange(len(values))
    if match:
        places = _places(alike.form, family, match, order)
        if places:
            stamps[alike.rows] = _parse_places(alike.texts, places)
        else:
            texts = alike.texts.astype("U").tolist()
            stamps[alike.rows] = _parse_group(texts, family, match, order, timezone)
        timed[alike.rows] = _has_time(family, match, alike.form)
        rest = np.flatnonzero(~alike.rows)
    if len(rest):
        stamps[rest], timed[rest] = _parse_mixed([values[i] for i in rest.tolist()], order, timezone)
    years = stamps.astype("datetime64[Y]").astype(np.int64) + 1970
    stamps[(years < YEAR_MIN) | (years > YEAR_MAX)] = NAT
    return stamps, timed & ~np.isnat(stamps)


def _decide(votes: DateVotes, others: list[DateVotes], given: str | None) -> DateDecision:
    numeric = votes.families.get("numeric", 0)
    if given and not (given == "ymd" and numeric):  # which would say nothing about these
        return DateDecision(given, "date_given", votes.ambiguous)
    if not numeric:
        return DateDecision("ymd", "date_plain")
    if votes.day_first != votes.month_first:
        order = "dmy" if votes.day_first > votes.month_first else "mdy"
        contrary = min(votes.day_first, votes.month_first)
        return DateDecision(order, "date_by_column", votes.ambiguous, contrary)
    if votes.dotted == numeric:
        return DateDecision("dmy", "date_by_dots", votes.ambiguous)
    day = sum(o.day_first for o in others)
    month = sum(o.month_first for o in others)
    if day != month:
        return DateDecision("dmy" if day > month else "mdy", "date_by_other_column", votes.ambiguous)
    if order := straighter(votes.ways):
        return DateDecision(order, "date_by_sequence", votes.ambiguous)
    return DateDecision("dmy", "date_by_default", votes.ambiguous, open_date=votes.open_date)


ISO_FORMS = {"9999-99-99": "", "9999-99-99 99:99": ":00", "9999-99-99 99:99:99": ""}
"""Shapes that are nearly the stored form, and what they lack of it."""


def _places(form: str, family: str, match: re.Match, order: str) -> dict[str, slice] | None:
    """Where year, month, day, hour (h), minute (n) and second stand in every cell of a shape; None when they stand in no
    fixed place or there is more to it than these."""
    if family not in ("ymd", "numeric"):
        return None
    parts = match.groupdict()
    if parts["zone"] or {".", ","} & set(parts["clock"] or ""):
        return None
    date = "ymd" if family == "ymd" else "mdy" if order == "mdy" else "dmy"
    spans = [found.span() for found in re.finditer("9+", form)]
    places = {key: slice(*span) for key, span in zip(date + "hns", spans, strict=False)}
    widths = {"y": 4}
    if any(place.stop - place.start != widths.get(key, 2) for key, place in places.items()):
        return None
    return places


def _parse_places(texts: np.ndarray, places: dict[str, slice]) -> np.ndarray:
    """Cells of digits in fixed places as datetime64[s]; NaT where there is no such day or time."""
    digits = texts.view(np.uint8).reshape(len(texts), texts.itemsize) - np.uint8(ord("0"))

    def number(key: str) -> np.ndarray:
        value = np.zeros(len(texts), np.int64)
        place = places.get(key, slice(0, 0))
        for column in range(place.start, place.stop):
            value = value * 10 + digits[:, column]
        return value

    month, hour, minute, second = number("m"), number("h"), number("n"), number("s")
    first = ((number("y") - 1970) * 12 + month - 1).astype("datetime64[M]")
    day = first.astype("datetime64[D]") + (number("d") - 1)
    known = (month >= 1) & (month <= 12) & (day.astype("datetime64[M]") == first)
    known &= (hour < 24) & (minute < 60) & (second < 60)
    return np.where(known, day.astype("datetime64[s]") + (hour * 3600 + minute * 60 + second), NAT)


def _parse_mixed(values: list[str], order: str, timezone: str) -> tuple[np.ndarray, np.ndarray]:
    """Any mixture of forms: one step per distinct shape."""
    number = {raw: i for i, raw in enumerate(dict.fromkeys(values))}
    codes = np.fromiter(map(number.__getitem__, values), np.int64, len(values))
    texts = [clean(raw) for raw in number]
    stamps = np.full(len(texts), NAT, dtype="datetime64[s]")
    timed = np.zeros(len(texts), dtype=bool)
    groups: dict[str, list[int]] = {}
    for i, text in enumerate(texts):
        if 5 <= len(text) <= 40:
            groups.setdefault(shape(text), []).append(i)
    for form, members in groups.items():
        family, match = classify(form)
        if not match:
            continue
        index, alike = np.array(members), [texts[i] for i in members]
        places = _places(form, family, match, order)
        if places:
            stamps[index] = _parse_places(np.array(alike, dtype="S"), places)
        else:
            stamps[index] = _parse_group(alike, family, match, order, timezone)
        timed[index] = _has_time(family, match, form)
    return stamps[codes], timed[codes]


def _has_time(family: str, match: re.Match, form: str) -> bool:
    if family in ("compact_time", "epoch"):
        return True
    return len(form) > 5 if family == "serial" else bool(match.groupdict().get("clock"))


def _parse_group(cells: list[str], family: str, match: re.Match, order: str, timezone: str) -> np.ndarray:
    import pandas as pd  # imported late: most files have no such dates, and it takes a third of a second to load

    texts = pd.Series(cells, dtype=object)
    if family == "serial":
        days = pd.to_numeric(texts.str.replace(",", ".", regex=False), errors="coerce")
        days = days.where((days >= 20_000) & (days <= 80_000))
        return _seconds(pd.to_datetime(days, unit="D", origin="1899-12-30", errors="coerce").dt.round("s"))
    if family == "epoch":
        number = pd.to_numeric(texts, errors="coerce")
        seconds = number.where(number < 1e11, number / 1000)
        stamps = pd.to_datetime(seconds, unit="s", utc=True, errors="coerce")
        return _seconds(stamps.dt.tz_convert(timezone).dt.tz_localize(None))
    if family == "compact_time":
        return _seconds(pd.to_datetime(texts, format="%Y%m%d%H%M%S", errors="coerce"))
    parts = match.groupdict()
    date_format = {
        "ymd": lambda: "%Y{0}%m{0}%d".format(parts["sep"]),
        "numeric": lambda: _numeric_format(parts, order),
        "chinese": lambda: "%Y年%m月%d日" if "日" in match.group() else "%Y年%m月%d",
        "compact": lambda: "%Y%m%d",
        "day_name": lambda: "%d {} {}".format("%b", "%Y" if len(parts["y"]) == 4 else "%y"),
        "name_day": lambda: "%b %d %Y",
    }[family]()
    if family in ("day_name", "name_day"):
        texts = texts.map(_plain_month)
    clock = parts.get("clock") or ""
    if clock:
        hour = "%I" if parts["ampm"] else "%H"
        time_format = hour + ":%M" + (":%S" if clock.count(":") == 2 else "")
        if parts["gap"] == "T":
            date_format += "T"
        else:
            if parts["gap"] != " ":
                texts = texts.str.replace(r"(?<=\d)[T ]+(?=\d{1,2}:)|(?<=日) *(?=\d{1,2}:)", " ", regex=True)
            date_format += " "
        if "." in clock or "," in clock:
            texts = texts.str.replace(r"(:\d\d)[.,]\d+", r"\1", regex=True)
        if parts["ampm"]:
            texts = texts.str.replace(r" ?([AaPp][Mm])", r" \1", regex=True)
            time_format += " %p"
        date_format += time_format
    if parts.get("zone"):
        texts = texts.str.replace(r" ?(Z|[+-]\d\d:?\d\d)$", r" \1", regex=True)
        stamps = pd.to_datetime(texts, format=date_format + " %z", errors="coerce", utc=True)
        return _seconds(stamps.dt.tz_convert(timezone).dt.tz_localize(None))
    return _seconds(pd.to_datetime(texts, format=date_format, errors="coerce"))


def _numeric_format(parts: dict[str, str], order: str) -> str:
    year = "%Y" if len(parts["y"]) == 4 else "%y"
    first, second = ("%m", "%d") if order == "mdy" else ("%d", "%m")
    return parts["sep"].join((first, second, year))


def _plain_month(text: str) -> str:
    """``4-March-2021`` -> ``4 Mar 2021``; ``Sept. 3, 2021`` -> ``Sep 3 2021``."""
    head, _, rest = text.partition(":")
    words = re.split(r"[-/. ,]+", head)
    words = [w[:3].title() if w.lower() in MONTHS else w for w in words]
    return " ".join(words) + (":" + rest if rest else "")


def _seconds(stamps: pd.Series) -> np.ndarray:
    return stamps.to_numpy(dtype="datetime64[ns]").astype("datetime64[s]")


__all__ = [
    "BLANKS",
    "Alike",
    "DateDecision",
    "DateVotes",
    "classify",
    "clean",
    "decide",
    "dominant",
    "has_numeric",
    "is_date",
    "parse_column",
    "shape",
]
