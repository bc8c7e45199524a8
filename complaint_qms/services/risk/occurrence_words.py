"""An occurrence read off deliveries, in words: the arithmetic, the level, and what is wrong with the bands of the levels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import frappe
from frappe import _

from complaint_qms.constants.risk import UPPER
from complaint_qms.engine.occurrence import Band, OccurrenceReading, check_bands

_THOUSAND, _MILLION = 1_000, 1_000_000
_RARE = 1e-4
"""Rates below are told for a million units."""


def sentences_of(reading: OccurrenceReading, bands: Sequence[Band]) -> list[str]:
    """Complaints ÷ units with the interval, the level of the rate, and that of its upper limit where it is another one."""
    rates, base = told_rates([reading.rate, reading.lower, reading.upper])
    said = [
        _("{0} ÷ {1} units delivered = {2} per {3} units (95 % interval {4} to {5}).").format(
            reading.count, whole_number(reading.units), rates[0], base, *rates[1:]
        )
    ]
    if not reading.level:
        return [*said, *(band_problems(bands) or [_("No occurrence level has this rate.")])]
    said.append(_("That is {0}.").format(_(reading.level)))
    if reading.upper_level and reading.upper_level != reading.level:
        said.append(_("The upper limit is {0}.").format(_(reading.upper_level)))
    if reading.basis == UPPER:
        said.append(_("This matrix reads the level off the upper limit."))
    return said


def told_rates(rates: Sequence[float]) -> tuple[list[str], str]:
    """Rates per unit as short numbers for a thousand units, or for a million where all are small; and for how many."""
    base = _MILLION if max(rates) < _RARE else _THOUSAND
    return [_short(base * rate) for rate in rates], whole_number(base)


def band_problems(bands: Sequence[Band]) -> list[str]:
    """What keeps the bands of the site's levels from giving each rate one level, in the reader's language."""
    return [message.render(_) for message in check_bands(bands)]


def whole_number(value: float) -> str:
    return frappe.format_value(round(value), {"fieldtype": "Float", "precision": 0})


def _short(value: float) -> str:
    """Three digits that count, as the reader's numbers are written."""
    places = max(0, min(6, 2 - math.floor(math.log10(value)))) if value > 0 else 0
    return frappe.format_value(round(value, places), {"fieldtype": "Float", "precision": places})
