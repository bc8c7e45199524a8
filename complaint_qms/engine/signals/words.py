"""The arithmetic of a result as a sentence that can be translated.

A :class:`Sentence` keeps the English template apart from its values, so a caller can look the template up in a
catalogue (``_(sentence.template)`` in the desk) and write the numbers in the reader's way. Nothing here knows a
language but English.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


def number(value: Any) -> str:
    """A value as plain English text: thousands with commas, four significant digits for fractions."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        if hasattr(value, "item"):  # a numpy scalar
            return number(value.item())
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if math.isnan(value):
        return "not defined"
    if math.isinf(value):
        return "unlimited" if value > 0 else "minus unlimited"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    if size >= 0.0005:
        digits = max(0, 3 - math.floor(math.log10(size)))
        return f"{value:.{min(digits, 6)}f}".rstrip("0").rstrip(".")
    return "< 0.001" if value > 0 else "> -0.001"


@dataclass(frozen=True)
class Sentence:
    """An English ``template`` with named fields, and their raw ``values``."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def render(self, translate: Callable[[str], str] = str, write: Callable[[Any], str] = number) -> str:
        """The finished text; ``translate`` maps the template (and text values), ``write`` a number to text.

        Text values (a noun, a label) go through ``translate`` too; a value may itself be a sentence.
        """
        filled = {}
        for key, value in self.values.items():
            if isinstance(value, Sentence):
                filled[key] = value.render(translate, write)
            else:
                filled[key] = translate(value) if isinstance(value, str) else write(value)
        return translate(self.template).format(**filled)

    def __str__(self) -> str:
        return self.render()


def join(sentences: tuple[Sentence, ...], translate: Callable[[str], str] = str) -> str:
    """Several sentences as one paragraph."""
    return " ".join(sentence.render(translate) for sentence in sentences)


PERIOD_NAMES = {
    "day": "{date}",
    "week": "week {week} of {year}",
    "month": "month {month} of {year}",
    "quarter": "quarter {quarter} of {year}",
    "period": "period {position}",
}
NOUNS = {"day": "days", "week": "weeks", "month": "months", "quarter": "quarters", "period": "periods"}

CHANCE = "Such a count happens by chance less than once in {once} {periods}."
SENTENCES = {
    "rate": "{observed} complaints in {period} where {expected} were expected for {exposure} units.",
    "time": "{observed} complaints in {period} where {expected} were expected from the {baseline} {periods} up to {until}.",
    "guard": "The {guard} {periods} between are left out.",
    "season": "{observed} complaints in {period} where the same time of the past {years} years leads to {expected}.",
    "threshold": "{observed} complaints in the {window} {periods} up to {period}; the threshold is {limit}.",
    "maxsprt": "{observed} complaints up to {period} where {expected} were expected for {exposure} units.",
    "maxsprt_chance": "Even when looked at all the time, such an excess happens by chance in less than 1 of {once} batches.",
    "u": "The chart's limit is {limit} complaints.",
    "dispersion": "Past counts vary {dispersion} times as much as chance alone, which is allowed for.",
    "laney": "The chart's limit is {limit} complaints; the rate of this series varies {sigma} times as much as chance alone.",
    "laney_even": "The chart's limit is {limit} complaints; the rate of this series varies no more than chance alone.",
    "ears": "That is {statistic} standard deviations above the mean of these {baseline} {periods}; the limit is {limit} complaints.",
    "cusum": "Complaints above the reference of {reference} have added up to {statistic}; the alarm starts at {limit}.",
    "farrington": "The limit is {limit} complaints; past counts vary {dispersion} times as much as chance alone.",
    "farrington_even": "The limit is {limit} complaints; past counts vary no more than chance alone.",
}
"""Every English template used for a signal: what a catalogue of translations has to hold, with the two above."""


def once_in(p: float) -> int:
    """1 / p rounded down to one significant digit, so that "less than once in" holds; at most a thousand million."""
    if p < 1e-9:
        return 10**9
    turns = math.floor(1 / p)
    power = 10 ** max(0, len(str(turns)) - 1)
    return max(1, turns // power * power)


def chance(p: float, kind: str) -> tuple[Sentence, ...]:
    """How rare the count is, in periods; nothing where it has no p-value."""
    if math.isnan(p):
        return ()
    return (Sentence(CHANCE, {"once": once_in(p), "periods": NOUNS[kind]}),)
