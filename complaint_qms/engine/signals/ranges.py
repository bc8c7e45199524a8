"""Parameters out of range are refused by name, so that a slip shows where it was made."""

from __future__ import annotations

import math
from numbers import Integral, Real


def above(lowest: float, **given: object) -> None:
    """Each must be a finite number above ``lowest``."""
    for name, value in given.items():
        if not _is_number(value) or not value > lowest:  # type: ignore[operator]
            raise ValueError(f"{name} must be a number above {lowest:g}, not {value!r}")


def at_least(lowest: float, **given: object) -> None:
    """Each must be a finite number, ``lowest`` or more."""
    for name, value in given.items():
        if not _is_number(value) or not value >= lowest:  # type: ignore[operator]
            raise ValueError(f"{name} must be a number of at least {lowest:g}, not {value!r}")


def whole(lowest: int, **given: object) -> None:
    """Each must be a whole number, ``lowest`` or more."""
    for name, value in given.items():
        if not isinstance(value, Integral) or isinstance(value, bool) or value < lowest:
            raise ValueError(f"{name} must be a whole number of at least {lowest}, not {value!r}")


def open_share(**given: object) -> None:
    """Each must lie between 0 and 1, neither included."""
    for name, value in given.items():
        if not _is_number(value) or not 0 < value < 1:  # type: ignore[operator]
            raise ValueError(f"{name} must lie between 0 and 1, not {value!r}")


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
