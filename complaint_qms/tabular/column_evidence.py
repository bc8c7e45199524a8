"""What the cells of a column say about the fields that it may be."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise
from statistics import median

import numpy as np

from complaint_qms.engine.text import is_han
from complaint_qms.tabular import heading_words as words
from complaint_qms.tabular.amounts import parse_flag, parse_number
from complaint_qms.tabular.dates import decide, parse_column
from complaint_qms.tabular.fields import Field
from complaint_qms.tabular.heading_names import fold_heading
from complaint_qms.tabular.profile import SAMPLE, ColumnProfile

FIRST_YEAR, LAST_YEAR = 1980, 2100
"""Between which complaints are dated; what lies outside was no date, or nobody's."""
_BARE = ("compact", "compact_time", "serial", "epoch")
_CLOCK = re.compile(r"^\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp]\.?[Mm]\.?)?$")
_MONEY = re.compile(r"^(?:[A-Z]{3}|R\$|[€$£¥￥])?\s?[-+]?\d[\d,. ]*\s?(?:[A-Z]{3}|[€$£¥元円])?$")
_SHORT_ID = 60
_STORY = 40
_WORDS, _HAN = 3, 6
"""Of a sentence, at least."""
_NUMBER_FOR_A_NAME = 0.3
"""Where a customer's name stands beside the number, the name is shown."""


class Evidence:
    """Facts about a column, asked when they are needed: most are for few columns."""

    def __init__(self, column: ColumnProfile) -> None:
        self.column = column

    def fits(self, spec: Field) -> bool:
        """Can the cells be read as this field asks?"""
        column, filled, distinct = self.column, self.column.inspected, self._distinct
        if spec.kind == "id":
            return (
                column.filled_share >= 0.9
                and distinct >= 0.5 * filled
                and self._usual_length <= _SHORT_ID
                and not (self.dates >= 0.5 and not self.bare)
            )
        if spec.kind == "date":
            return self.dates >= 0.5
        if spec.kind == "number":
            counted = column.number_share >= 0.8 or self._amounts >= 0.8
            return counted or (spec.key in ("injured", "deaths") and distinct <= 8 and self.flags >= 0.6)
        if column.date_share >= 0.5 and not self.bare and spec.kind != "name":
            return False
        if spec.kind == "text":
            return distinct > 0.2 * filled or column.mean_length > 60 or filled < 20
        if spec.kind == "flag":
            return distinct <= 8 and self.flags >= 0.5
        if spec.key == "handler":
            return not self._by_nobody
        if spec.key == "type" and (self.names_records or self.differs_in_each):
            return False
        if spec.key == "region" and self.names_states:
            return False
        if spec.kind == "label":
            return column.mean_length <= 120
        return True

    def readable(self, spec: Field) -> tuple[float, str]:
        """Share of the cells that can be read as a date, and one that cannot; of another kind (0, an example)."""
        if spec.kind != "date":
            return 0.0, next(iter(self.column.examples), "")
        odd = np.flatnonzero(~self._read).tolist()
        return self.dates, self.column.sample[odd[0]] if odd else ""

    def weight(self, spec: Field) -> float:
        """How well the content suits the field, beside its name: about -0.5 to 1."""
        column, filled = self.column, self.column.inspected
        found = 0.2 * column.filled_share - (0.4 if column.filled_share < 0.02 else 0.0)
        if spec.kind == "date":
            return found + self.date_weight
        if spec.kind == "id":
            return found + 0.4 * self._distinct / filled
        if spec.kind == "text":
            return found + 0.3 * self._distinct / filled + 0.3 * min(column.mean_length, 150) / 150
        if spec.key == "customer" and column.number_share >= 0.8:
            found -= _NUMBER_FOR_A_NAME
        if spec.kind == "label" and spec.key not in ("batch", "company") and self._says_little:
            found -= 0.3
        return found

    @cached_property
    def dates(self) -> float:
        """Share of the filled cells that are dates of a time in which there are complaints."""
        votes = self.column.votes
        if not votes.filled or votes.dates + votes.numbers_as_dates < 0.4 * votes.filled:
            return 0.0
        # The shapes of all cells were counted, a sample of them is read.
        shaped = min(1.0, (votes.dates + votes.numbers_as_dates) / votes.filled)
        return min(shaped, float(self._read.mean())) if len(self._read) else 0.0

    @cached_property
    def date_weight(self) -> float:
        """Of columns of dates: whose cells are dates beyond doubt."""
        return 0.3 * self.dates + (-0.3 if self.bare else 0.1) + (0.05 if self.has_clock else 0.0)

    @cached_property
    def bare(self) -> bool:
        """Digits without a sign between them: a date, or a number that looks like one."""
        families = self.column.votes.families
        return sum(families.get(name, 0) for name in _BARE) > 0.5 * max(1, self.column.votes.filled)

    @cached_property
    def has_clock(self) -> bool:
        """Do the dates have a time of day that says anything?"""
        timed = [text for text in self.column.sample if ":" in text]
        return len(timed) > 0.5 * len(self.column.sample) and not all("00:00" in text for text in timed)

    @cached_property
    def is_clock(self) -> bool:
        """Times of day without a date."""
        sample = self.column.sample
        return bool(sample) and sum(map(bool, map(_CLOCK.match, sample))) >= 0.9 * len(sample)

    @cached_property
    def in_order(self) -> float:
        """Share of the first dates that are no earlier than the one before: people file what comes in."""
        stamps = self._stamps[: SAMPLE // 4]
        stamps = stamps[~np.isnat(stamps)]
        return float((np.diff(stamps) >= np.timedelta64(0, "s")).mean()) if len(stamps) > 2 else 0.0

    @property
    def tells_a_story(self) -> bool:
        column = self.column
        return (
            column.mean_length >= _STORY
            and self._distinct > 0.3 * column.inspected
            and column.number_share < 0.5
        )

    @property
    def story(self) -> float:
        return self.column.mean_length * self.column.filled

    @cached_property
    def says_sentences(self) -> bool:
        """Words of people rather than labels, however often the same ones come again."""
        sample = self.column.sample
        good = sum(len(text.split()) >= _WORDS or sum(map(is_han, text)) >= _HAN for text in sample)
        return self.column.number_share < 0.5 and bool(sample) and good >= 0.5 * len(sample)

    @cached_property
    def names_states(self) -> bool:
        """Do most cells say how far a record is?"""
        sample = self.column.sample
        return sum(fold_heading(text) in words.STATES for text in sample) > 0.5 * len(sample)

    @cached_property
    def flags(self) -> float:
        """Share of the different cells that say yes or no."""
        sample = self.column.sample
        return sum(parse_flag(text) is not None for text in sample) / len(sample) if sample else 0.0

    @cached_property
    def names_records(self) -> bool:
        """Does every cell say no more than what kind of record a row is?"""
        sample = self.column.sample
        return bool(sample) and all(fold_heading(text) in words.KINDS_OF_RECORDS for text in sample)

    @property
    def differs_in_each(self) -> bool:
        """Nearly every row has another one: no label that rows share."""
        filled = self.column.inspected
        return filled > 50 and self._distinct > 0.9 * filled

    @property
    def numbers_records(self) -> bool:
        """Every record has another one, short and without blanks."""
        column = self.column
        return (
            column.filled_share >= 0.98
            and self._distinct >= 0.98 * column.inspected
            and self._usual_length <= _STORY
            and all(any(c.isdigit() for c in text) and " " not in text for text in column.sample)
            and not (self.dates >= 0.5 and not self.bare)
        )

    @cached_property
    def rises_by_one(self) -> bool:
        """Bare numbers that follow one another are a count, whatever date they may look like."""
        first = self.column.sample[: SAMPLE // 4]  # which follow one another in the file
        numbers = [int(text) for text in first if text.isdecimal() and len(text) <= 14]
        return len(numbers) >= 4 and all(after - before == 1 for before, after in pairwise(numbers))

    @cached_property
    def shaped_like_dates(self) -> bool:
        """Are there signs of a date in the cells, whatever days they name?"""
        return self.column.date_share >= 0.5 and not self.bare

    @property
    def _says_little(self) -> bool:
        """One label for all, or another one for each."""
        filled = self.column.inspected
        return (self._distinct == 1 and filled > 20) or self.differs_in_each

    @cached_property
    def _usual_length(self) -> float:
        return median(map(len, self.column.sample or [""]))

    @property
    def _distinct(self) -> int:
        return self.column.inspected if self.column.capped else self.column.distinct

    @cached_property
    def _by_nobody(self) -> bool:
        return {text.lower() for text in self.column.sample} <= words.NOBODY

    @cached_property
    def _amounts(self) -> float:
        sample = self.column.sample
        good = sum(bool(_MONEY.match(text)) and parse_number(text) is not None for text in sample)
        return good / len(sample) if sample else 0.0

    @cached_property
    def _stamps(self) -> np.ndarray:
        sample = self.column.sample
        if not sample:
            return np.zeros(0, dtype="datetime64[s]")
        return parse_column(sample, decide(self.column.votes, []).order, "UTC")[0]

    @cached_property
    def _read(self) -> np.ndarray:
        """Of each cell of the sample, whether it is a date of a time in which there are complaints."""
        years = self._stamps.astype("datetime64[Y]").astype(np.int64) + 1970
        return ~np.isnat(self._stamps) & (years >= FIRST_YEAR) & (years <= LAST_YEAR)
