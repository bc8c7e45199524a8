"""Charts as SVG, made on the server: the same picture in the PDF, in a review's form and in the view of whoever directs.

A chart is data: {labels, series: [{name, values, line}], stacked, mark, colors} as `frozen_chart` keeps it; a series may be `dashed`, and
`bands` [{name, lower, upper}] lie behind all of it. Colour never says it alone: lines have points, what is expected is dashed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, cos, floor, log10, radians, sin
from typing import Any, Final
from unicodedata import east_asian_width

from frappe.utils import fmt_money

_COLORS: Final = ("#4C6FA5", "#C8693C", "#3B8F6B", "#8D99AE", "#B08D2E")
_BANDS: Final = ("#F3D9C6", "#E8B48F")
_INK, _FAINT = "#5B6470", "#E3E7EB"
_FONT: Final = 10
_EM: Final = 5.6
"""Width of a letter; one of Chinese takes two."""
_LEFT, _RIGHT, _TOP, _FOOT = 46, 10, 26, 20
_TILT: Final = 32
"""Degrees by which names lean that have no room beside each other."""
_LONGEST: Final = 18
_STEPS: Final = (1, 2, 2.5, 5, 10)
_LINES: Final = 4
_LEGEND_ROW: Final = 14


@dataclass(frozen=True)
class Shape:
    """Size in points."""

    width: int = 680
    height: int = 230


NARROW: Final = Shape(340, 210)


def chart_svg(chart: Mapping[str, Any] | None, title: str, shape: Shape = Shape()) -> str:
    """The chart as markup; empty where it has nothing to draw.

    Args:
        title: what it is read out as.
    """
    if not chart or not chart["labels"] or not any(map(_has_any, chart["series"])):
        return ""
    return _Drawing(chart, shape).markup(title)


class _Drawing:
    def __init__(self, chart: Mapping[str, Any], shape: Shape) -> None:
        self.chart, self.shape = chart, shape
        self.labels, self.series = chart["labels"], chart["series"]
        self.bands = chart.get("bands", ())
        self.step = (shape.width - _LEFT - _RIGHT) / len(self.labels)
        widest = max(map(_width, self.labels))
        self.every = max(1, ceil(widest * 1.15 / self.step)) if _in_order(chart) else 1
        self.tilted = self.every == 1 and widest > self.step * 0.96
        self.top = _TOP + _LEGEND_ROW * (len(self._legend_rows()) - 1)
        self.names = [self._name(at) for at in range(len(self.labels))]
        self.foot = ceil(18 + sin(radians(_TILT)) * max(map(_width, self.names))) if self.tilted else _FOOT
        self.most = _nice(max(self._highest(), 1e-9))

    def markup(self, title: str) -> str:
        parts = [*self._scale(), *self._drawn_bands(), *self._bars(), *self._drawn_lines(), *self._mark(), *self._names(), *self._legend()]  # fmt: skip
        wide, high = self.shape.width, self.shape.height
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="mr-chart" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
            f'role="img" aria-label="{escape(title)}" font-size="{_FONT}"><title>{escape(title)}</title>{"".join(parts)}</svg>'
        )

    def _y(self, value: float) -> float:
        bottom = self.shape.height - self.foot
        return round(bottom - (bottom - self.top) * min(max(value, 0.0), self.most) / self.most, 1)

    def _x(self, at: float) -> float:
        return round(_LEFT + self.step * at, 1)

    def _highest(self) -> float:
        bars = [one["values"] for one in self.series if not one.get("line")]
        heights = [sum(filter(None, column)) for column in zip(*bars, strict=True)] if self.chart.get("stacked") else _values(bars)  # fmt: skip
        lines = _values(one["values"] for one in self.series if one.get("line"))
        upper = _values(band["upper"] for band in self.bands)
        return max([*heights, *lines, *upper, (self.chart.get("mark") or {}).get("value", 0)], default=0)

    def _scale(self) -> Iterator[str]:
        right = self.shape.width - _RIGHT
        for line in range(_LINES + 1):
            value = self.most * line / _LINES
            y = self._y(value)
            yield f'<line x1="{_LEFT}" y1="{y}" x2="{right}" y2="{y}" stroke="{_INK if not line else _FAINT}" stroke-width="0.7"/>'
            yield _text(_LEFT - 5, y + 3.5, _short(value, self.most, self.most / _LINES), "end")

    def _bars(self) -> Iterator[str]:
        bars = [(at, one) for at, one in enumerate(self.series) if not one.get("line")]
        stacked = self.chart.get("stacked")
        width = self.step * 0.68 / (1 if stacked else max(len(bars), 1))
        for label in range(len(self.labels)):
            reached = 0.0
            for place, (at, one) in enumerate(bars):
                value = one["values"][label]
                if not value:
                    continue
                low = self._y(reached) if stacked else self._y(0)
                high = self._y((reached if stacked else 0) + value)
                reached += value
                x = self._x(label) + self.step * 0.16 + (0 if stacked else place * width)
                yield (
                    f'<rect x="{x:.1f}" y="{high}" width="{max(width - 0.6, 0.8):.1f}" height="{max(low - high, 0.4):.1f}" fill="{self._color(at)}">'
                    f"<title>{escape(self.labels[label])}: {_short(value, value)} {escape(one['name'])}</title></rect>"
                )

    def _drawn_lines(self) -> Iterator[str]:
        for at, one in enumerate(self.series):
            if not one.get("line"):
                continue
            points = [(self._x(label + 0.5), self._y(value)) for label, value in enumerate(one["values"]) if value is not None]  # fmt: skip
            dash = ' stroke-dasharray="5 3"' if one.get("dashed") else ""
            path = " ".join(f"{x},{y}" for x, y in points)
            yield f'<polyline points="{path}" fill="none" stroke="{self._color(at)}" stroke-width="1.8"{dash}/>'
            for x, y in points:
                yield f'<circle cx="{x}" cy="{y}" r="1.9" fill="{self._color(at)}"/>'

    def _drawn_bands(self) -> Iterator[str]:
        for at, band in enumerate(self.bands):
            there = [label for label, value in enumerate(band["upper"]) if value is not None]
            for label in there:
                high, low = self._y(band["upper"][label]), self._y(band["lower"][label])
                inset = self.step * 0.08 * (at + 1)
                yield (
                    f'<rect x="{self._x(label) + inset:.1f}" y="{high}" width="{self.step - 2 * inset:.1f}" height="{max(low - high, 0.8):.1f}" '
                    f'fill="{_BANDS[at % len(_BANDS)]}"/>'
                )

    def _mark(self) -> Iterator[str]:
        if mark := self.chart.get("mark"):
            y = self._y(mark["value"])
            yield f'<line x1="{_LEFT}" y1="{y}" x2="{self.shape.width - _RIGHT}" y2="{y}" stroke="{_INK}" stroke-dasharray="3 3"/>'
            # At the end, where the bars of a Pareto are low.
            yield _text(self.shape.width - _RIGHT, y - 3, mark["label"], "end")

    def _names(self) -> Iterator[str]:
        bottom = self.shape.height - self.foot
        last = len(self.labels) - 1
        for at in range(last + 1):
            if (last - at) % self.every:
                continue
            x, named = self._x(at + 0.5), self.names[at]
            if self.tilted:
                yield f'<g transform="translate({x + 3},{bottom + 11}) rotate(-{_TILT})">{_text(0, 0, named, "end")}</g>'
            else:
                half = _width(named) / 2
                x = min(max(x, half), self.shape.width - half)
                yield _text(round(x, 1), bottom + 14, named, "middle")

    def _name(self, at: int) -> str:
        """A label as far as it has room: a leaning one ends under its bar and begins to the left of it."""
        if not self.tilted:
            return _cut(self.labels[at], 40)
        room = self._x(at + 0.5) / (cos(radians(_TILT)) * _EM)
        return _cut(self.labels[at], min(_LONGEST, floor(room)))

    def _legend(self) -> Iterator[str]:
        for row, entries in enumerate(self._legend_rows()):
            y, x = 9 + row * _LEGEND_ROW, float(_LEFT)
            for name, color, drawn in entries:
                if drawn == "line":
                    yield f'<line x1="{x:.1f}" y1="{y - 3}" x2="{x + 12:.1f}" y2="{y - 3}" stroke="{color}" stroke-width="2"/>'
                elif drawn == "dashed":
                    yield f'<line x1="{x:.1f}" y1="{y - 3}" x2="{x + 12:.1f}" y2="{y - 3}" stroke="{color}" stroke-width="2" stroke-dasharray="4 2"/>'
                else:
                    yield f'<rect x="{x:.1f}" y="{y - 7}" width="9" height="8" fill="{color}"/>'
                yield _text(round(x + 16, 1), y, name, "start")
                x += 16 + _width(name) + 16

    def _legend_rows(self) -> list[list[tuple[str, str, str]]]:
        entries = [(one["name"], self._color(at), ("dashed" if one.get("dashed") else "line") if one.get("line") else "bar") for at, one in enumerate(self.series)]  # fmt: skip
        entries += [(band["name"], _BANDS[at % len(_BANDS)], "bar") for at, band in enumerate(self.bands)]
        rows: list[list[tuple[str, str, str]]] = [[]]
        room = self.shape.width - _LEFT
        used = 0.0
        for entry in entries:
            wide = 32 + _width(entry[0])
            if rows[-1] and used + wide > room:
                rows.append([])
                used = 0.0
            rows[-1].append(entry)
            used += wide
        return rows

    def _color(self, at: int) -> str:
        given = self.chart.get("colors") or _COLORS
        return given[at] if at < len(given) else _COLORS[at % len(_COLORS)]


def _text(x: float, y: float, said: str, anchor: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{_INK}">{escape(said)}</text>'


def _has_any(series: Mapping[str, Any]) -> bool:
    return any(series["values"])


def _values(lists: Iterable[Sequence[float | None]]) -> list[float]:
    return [value for values in lists for value in values if value is not None]


def _in_order(chart: Mapping[str, Any]) -> bool:
    """Whether labels follow on one another, so that some of them may be left out."""
    return bool(chart.get("is_time"))


def _width(text: str) -> float:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text) * _EM


def _cut(text: str, most: int) -> str:
    """The text, ended where it takes more than ``most`` letters' room."""
    used = 0
    for at, sign in enumerate(text):
        used += 2 if east_asian_width(sign) in "WF" else 1
        if used > most:
            return f"{text[: max(at - 1, 1)]}…"
    return text


def _nice(most: float) -> float:
    """The next round number at which four lines of a scale are round as well."""
    part = most / _LINES
    power = 10 ** floor(log10(part))
    step = next(one for one in _STEPS if one * power >= part * (1 - 1e-9))
    return step * power * _LINES


def _short(value: float, most: float, step: float = 0) -> str:
    """A number for a scale up to ``most``; ``step`` from line to line says which places tell its lines apart."""
    for power, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if most >= 10 * power:
            return f"{value / power:g}{sign}"
    finest = step or value
    places = next((one for one in (0, 1) if round(finest, one) == round(finest, 6)), 2)
    return fmt_money(value, precision=places)
