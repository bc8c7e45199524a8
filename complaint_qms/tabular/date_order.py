"""Whether the order of the rows tells the day from the month: people file what comes in one after the other."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_STEPS = 8
"""Of days that follow one another, before their order is more than chance."""
NEARLY_STRAIGHT = 0.7
"""Share of all the days gone forth and back by which the last row lies away from the first one."""
MUCH_LESS = 0.5
_LONG_MONTH = 31


@dataclass
class RowOrder:
    """The dates of a column, read in one way, as a walk from row to row; days are counted in months of 31."""

    steps: int = 0
    length: int = 0
    first: int = 0
    last: int = 0

    def go_to(self, year: int, month: int, day: int) -> None:
        """The next row."""
        here = (year * 12 + month) * _LONG_MONTH + day
        if self.last:
            self.steps += 1
            self.length += abs(here - self.last)
        else:
            self.first = here
        self.last = here

    @property
    def straight(self) -> float:
        """1 where the rows only rise or only fall, near 0 where they are in no order."""
        return abs(self.last - self.first) / self.length if self.length else 0.0


def straighter(ways: dict[str, RowOrder]) -> str:
    """The one reading in which the rows nearly rise or nearly fall; "" where none does or the other nearly does so too."""
    best, other = sorted(ways, key=lambda order: -ways[order].straight)
    far = ways[best].straight
    if ways[best].steps < LEAST_STEPS or far < NEARLY_STRAIGHT or ways[other].straight > far * MUCH_LESS:
        return ""
    return best
