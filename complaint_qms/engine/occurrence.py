"""Occurrence from exposure: complaints for each unit delivered, and the level whose band of rates holds that.

ISO 14971:2019, 5.5 and 10.4: probability is estimated anew from what production and the market tell. A rate out of few complaints is
uncertain, so its exact interval (Garwood) is read as well: a site may judge by its upper limit, the worst that the data allow.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from complaint_qms.constants.risk import BASES, RATE, UPPER
from complaint_qms.engine.message import Message
from complaint_qms.engine.rates import garwood
from complaint_qms.engine.risk import occurrence_of_rate

Band = tuple[str, float, float | None]
"""(level, from, to): rates for each unit, `from` included, `to` not; None or 0 as `to`: no limit."""
CONFIDENCE: Final = 0.95
_CLOSE: Final = 1e-12
"""Rates that differ by less are the same number, written in two ways."""


@dataclass(frozen=True)
class OccurrenceReading:
    """Attributes:
    count: complaints; units: delivered, above 0.
    rate, lower, upper: for each unit; the limits are those of the 95 % interval.
    level, upper_level: whose bands hold the rate and its upper limit; None where no band does.
    basis: one of `BASES`, by which the level is proposed.
    """

    count: int
    units: float
    rate: float
    lower: float
    upper: float
    level: str | None
    upper_level: str | None
    basis: str = RATE

    @property
    def proposed(self) -> str | None:
        return self.upper_level if self.basis == UPPER else self.level


def read_occurrence(
    count: int, units: float, bands: Sequence[Band], basis: str = RATE, confidence: float = CONFIDENCE
) -> OccurrenceReading:
    """The occurrence of `count` complaints about `units` (> 0) delivered.

    Raises:
        ValueError: a count or exposure that is none, or an unknown basis.
    """
    if basis not in BASES:
        raise ValueError(f"basis must be one of {BASES}, not {basis!r}")
    found = garwood(count, units, confidence)
    level, upper_level = (occurrence_of_rate(rate, bands) for rate in (found.rate, found.upper))
    return OccurrenceReading(count, units, found.rate, found.lower, found.upper, level, upper_level, basis)


def check_bands(bands: Sequence[Band]) -> list[Message]:
    """Everything that keeps bands from giving each rate one level, in the order of the levels; `bands` in rising rank.

    Told by the names of the levels: a band that ends before it begins, one that begins below that of a lower rank, rates that two
    bands hold, and rates that none does.
    """
    found: list[Message] = []
    for level, low, high in bands:
        if high and high <= low:
            found.append(Message("{level}: To Rate has to be above From Rate.", {"level": level}))
    if found or not bands:
        return found
    first, last = bands[0], bands[-1]
    if first[1] > _CLOSE:
        found.append(
            Message("Rates below {rate} have no level: {level} is the lowest.", {"rate": _text(first[1]), "level": first[0]})
        )  # fmt: skip
    for (level, low, high), (other, begins, _end) in itertools.pairwise(bands):
        pair = {"level": level, "other": other}
        if begins <= low + _CLOSE:
            found.append(
                Message(
                    "{other} ranks above {level}, but its rates do not begin above those of {level}.", pair
                )
            )
        elif not high or begins < high - _CLOSE:
            span = {"from": _text(begins), "to": _text(high) if high else "∞"}
            found.append(
                Message("{level} and {other} overlap: both have rates from {from} to {to}.", pair | span)
            )
        elif begins > high + _CLOSE:
            span = {"from": _text(high), "to": _text(begins)}
            found.append(Message("Between {level} and {other} there is a gap: rates from {from} to {to} have no level.", pair | span))  # fmt: skip
    if last[2]:
        found.append(
            Message("Rates of {rate} and more have no level: {level} is the highest.", {"rate": _text(last[2]), "level": last[0]})
        )  # fmt: skip
    return found


def _text(rate: float) -> str:
    """A rate as it is entered."""
    return f"{rate:.9f}".rstrip("0").rstrip(".")
