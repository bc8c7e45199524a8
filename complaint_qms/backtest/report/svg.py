"""Charts as small SVG texts: no library, no script, sizes in whole pixels, so that the same data give the same bytes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from itertools import groupby
from typing import Any

FAR_LIMIT = 2.5
"""Times the highest bar up to which an axis reaches for a limit."""


def nice_top(value: float) -> float:
    """A round number at or a little above `value` for the top of an axis."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power >= value - 1e-9)


def column_chart(
    points: Sequence[dict[str, Any]],
    width: int,
    height: int,
    title: str,
    description: str,
    labels: int,
    cumulative: bool = False,
    marks: bool = True,
) -> str:
    """Bars over time with the expected line, the limit and marked alarms.

    `points`: ``period`` (text), ``count``, ``expected``, ``limit_value`` (may be None), ``alarm``, ``part`` (a time not yet over; may be missing). `labels`: about how
    many dates to write. `cumulative`: draw the running count as a line against the expected one, as MaxSPRT sees it. `marks`: a triangle above each alarm.
    """
    left, right, top_space, bottom = 38, 8, 14, 24
    counts = [p["count"] for p in points]
    if cumulative:
        counts = [sum(counts[: i + 1]) for i in range(len(counts))]
    high = max([*counts, *(p["expected"] or 0 for p in points), 1])
    if (
        not cumulative
    ):  # a limit far above everything would leave no bar to be seen: its line ends where the chart does
        high = max(
            [
                high,
                *(
                    p["limit_value"]
                    for p in points
                    if (p["limit_value"] or 0) <= FAR_LIMIT * high and p["limit_value"]
                ),
            ]
        )
    top = nice_top(high)
    inner_width, inner_height = width - left - right, height - top_space - bottom
    step = inner_width / max(len(points), 1)

    def x(i: int) -> float:
        return left + i * step

    def y(v: float) -> float:
        return top_space + inner_height * (1 - v / top)

    out = [
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" preserveAspectRatio="xMidYMid meet">',
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>",
    ]
    for tick in _ticks(top):
        at = _n(y(tick))
        out.append(f'<line class="grid" x1="{left}" x2="{width - right}" y1="{at}" y2="{at}"/>')
        out.append(
            f'<text class="axis" x="{left - 6}" y="{_n(y(tick) + 3.5)}" text-anchor="end">{_label(tick)}</text>'
        )
    gap = 0.8 if step > 4 else 0.3 if step > 1.5 else 0
    if cumulative:
        out.append(
            f'<path class="run" d="{_line([(x(i) + step / 2, y(v)) for i, v in enumerate(counts)])}"/>'
        )
    else:
        for i, p in enumerate(points):
            if p["count"]:
                css = "bar alarm" if p["alarm"] else "bar part" if p.get("part") else "bar"
                out.append(
                    f'<rect class="{css}" x="{_n(x(i) + gap / 2)}" y="{_n(y(p["count"]))}" width="{_n(max(step - gap, 0.6))}" '
                    f'height="{_n(inner_height * p["count"] / top)}"/>'
                )
    expected = [
        (x(i) + step / 2, y(p["expected"])) for i, p in enumerate(points) if p["expected"] is not None
    ]
    if len(expected) > 1:
        out.append(f'<path class="expected" d="{_line(expected)}"/>')
    for there, run in groupby(enumerate(points), lambda at: _within(at[1]["limit_value"], top)):
        limit = [(x(i) + step / 2, y(p["limit_value"])) for i, p in run] if there else []
        if len(limit) > 1 and not cumulative:
            out.append(f'<path class="limit" d="{_line(limit)}"/>')
    for i, p in enumerate(points):
        if p["alarm"] and marks:
            centre, tip = x(i) + step / 2, y(counts[i]) - 3
            out.append(f'<path class="mark" d="M{_n(centre)} {_n(tip)}l-3.5 -6h7z"/>')
    every = max(1, math.ceil(len(points) / max(labels, 1)))
    for i in range(0, len(points), every):
        anchor = "start" if i == 0 else "middle"
        place = x(i) if i == 0 else x(i) + step / 2
        if place > width - 34 and i:
            break
        out.append(
            f'<text class="axis" x="{_n(place)}" y="{height - 7}" text-anchor="{anchor}">{escape(points[i]["period"][:7])}</text>'
        )
    out.append("</svg>")
    return "".join(out)


def pareto_row(
    share: float, cumulative: float, before: float | None, after: float | None, most: float
) -> str:
    """One row of a Pareto chart: the bar of the share, a piece of the cumulative line, its point, the line at 80 %.

    Bar and line have one scale, 0 to 100 %. `before` and `after`: cumulative shares of the neighbours, so that the pieces of
    the line meet between the rows. `most`: the largest share; its bar is the darkest.
    """
    here = 100 * cumulative
    out = [
        '<svg class="pareto-row" height="28" aria-hidden="true">',
        '<line class="eighty" x1="80%" x2="80%" y1="0" y2="28"/>',
        f'<rect class="{"bar most" if share >= most else "bar"}" x="0" y="5" width="{_n(100 * share)}%" height="18"/>',
    ]
    if before is not None:
        out.append(
            f'<line class="run" x1="{_n((here + 100 * before) / 2)}%" x2="{_n(here)}%" y1="0" y2="14"/>'
        )
    if after is not None:
        out.append(
            f'<line class="run" x1="{_n(here)}%" x2="{_n((here + 100 * after) / 2)}%" y1="14" y2="28"/>'
        )
    out.append(f'<circle class="dot" cx="{_n(here)}%" cy="14" r="3.2"/></svg>')
    return "".join(out)


def time_bar(low: float, median: float, high: float, limit: float | None, top: float, late: bool) -> str:
    """10th to 90th percentile as a bar, the median as a line, the limit as a tick; everything in percent of `top`."""

    def at(value: float) -> str:
        return _n(min(100.0, 100 * value / top))

    tick = "" if limit is None else f'<line class="tick" x1="{at(limit)}%" x2="{at(limit)}%" y1="0" y2="20"/>'
    css = "bar alarm" if late else "bar"
    return (
        f'<svg class="strip" height="20" aria-hidden="true"><rect class="rail" x="0" y="9" width="100%" height="2"/>'
        f'<rect class="{css}" x="{at(low)}%" y="5" width="{_n(max(0.6, min(100, 100 * high / top) - 100 * low / top))}%" height="10" rx="1"/>'
        f'<line class="middle" x1="{at(median)}%" x2="{at(median)}%" y1="3" y2="17"/>{tick}</svg>'
    )


def interval(ratio: float, low: float | None, high: float | None, top: float, strong: bool) -> str:
    """A ratio with its interval on a logarithmic scale from 1/4 to `top`; the line marks 1."""
    bottom = 0.25

    def at(value: float) -> str:
        value = min(max(value, bottom), top)
        return _n(100 * math.log(value / bottom) / math.log(top / bottom))

    one = at(1)
    css = "strong" if strong else "weak"
    shape = (
        f'<rect class="{css}" x="{at(ratio)}%" y="4" width="8" height="8" transform="translate(-4 0)"/>'
        if strong
        else f'<circle class="{css}" cx="{at(ratio)}%" cy="8" r="3.4"/>'
    )
    return (
        f'<svg class="strip" height="16" aria-hidden="true"><line class="one" x1="{one}%" x2="{one}%" y1="0" y2="16"/>'
        f'<line class="span {css}" x1="{at(low or bottom)}%" x2="{at(top if high is None else high)}%" y1="8" y2="8"/>{shape}</svg>'
    )


def _n(value: float) -> str:
    """A coordinate: one decimal, no trailing zero."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _within(value: float | None, top: float) -> bool:
    return value is not None and value <= top


def _ticks(top: float) -> list[float]:
    """Whole numbers where the top is one: complaints are counted."""
    parts = next((n for n in (4, 3, 5, 2, 1) if top % n == 0), 2)
    return [top * i / parts for i in range(parts + 1)]


def _label(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_n(a)} {_n(b)}" for a, b in points)
