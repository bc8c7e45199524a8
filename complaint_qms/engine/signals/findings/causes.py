"""Candidates for an explanation: what they count, what is usual of them, and which one explains an excess best."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from complaint_qms.engine.signals.complaint_columns import Counts
from complaint_qms.engine.signals.farrington_flexible import Control
from complaint_qms.engine.signals.findings.columns import Columns, in_excess
from complaint_qms.engine.signals.findings.siblings import Siblings
from complaint_qms.engine.signals.findings.types import FindingSettings, Part, Parts, Watched
from complaint_qms.engine.signals.findings.windows import (
    FURTHEST_BACK,
    Judgement,
    Stretch,
    Usual,
    by_time_without_units,
    highest_stretch,
    past_seasons,
    same_periods,
    usual,
    weigh_stretch,
)
from complaint_qms.engine.signals.series import FREQUENCY, Array

ORDER = (
    ("batch",), ("item", "type"), ("item",), ("type",), ("supplier", "type"), ("supplier",), ("region", "type"),
    ("item", "region"), ("region",),
)  # fmt: skip
"""Of explanations that are as good, the first of these is taken; then every other single value, then all complaints."""
SHARED = 0.5
"""The share of its excess, or of that to be explained, that an explanation has among the complaints to be explained."""
REST, REST_LEVEL, BESIDE_LEVEL = 0.33, 0.01, 0.05
"""All complaints rose, where those without the best explanation rose by this share of its excess, beyond this level; and without
another cause that stands by itself by this share of that rise, beyond the second level. One that carries all but this share of
it, and more of it than its size, leaves no rise of everything."""
BESIDE, NARROW = 6, 0.25
"""So many causes beside are looked for, after the first one only such as usually have no more than this share of all complaints."""
MARRED = 0.25
"""The share of the complaints of its periods that a finding has of an explanation, from which these tell nothing of what is usual."""
_UNITS_OF = {"batch": 0, "item": 1}
"""Whose units in the field come first where several parts of an explanation have some."""
_WINDOWS = Control()


@dataclass(frozen=True)
class Claimed:
    """The complaints of an earlier finding: what they have in common, from ``first`` to before ``stop``."""

    parts: Parts
    first: int
    stop: int
    label: str | None = None
    """The dimension that it is a change of labels in, which takes nothing from explanations of others."""
    raised: Array | None = None
    """How many times what is usual it came to, period by period. What rises inside it has to rise beyond that; None: nothing
    in it is judged again."""

    def holds(self, parts: Parts) -> bool:
        """Whether an explanation is judged inside it."""
        return self.raised is not None and set(self.parts) < set(parts)

    def spares(self, parts: Parts) -> bool:
        """Whether an explanation keeps its complaints."""
        return self.holds(parts) or (self.label is not None and self.label not in dict(parts))


class Causes:
    """Weighs explanations over the same complaints; complaints of earlier findings (``taken``) are left out, but for what rises
    inside one of them, which is expected to rise as much."""

    def __init__(self, columns: Columns, scans: Sequence[Watched], settings: FindingSettings) -> None:
        self.columns, self.settings = columns, settings
        self.scans = {scan.kind: scan for scan in scans}
        self.row = {scan.kind: {code: row for row, code in enumerate(scan.chosen.tolist())} for scan in scans}
        self.watched = max(1, sum(len(scan.chosen) for scan in scans))
        self.taken: list[Claimed] = []
        self._held: dict[Parts, Counts] = {}
        self._marred: dict[tuple[Parts, int], bool] = {}
        self._siblings = Siblings(columns) if "batch" in columns.codes else None
        self._year = FREQUENCY[scans[0].periods.kind]
        self._seasons: dict[tuple[str, int], Array] = {}

    def rows(self, parts: Parts, first: int, stop: int, beside: Parts | None = None) -> Counts:
        """Complaints of an explanation in any period, without those of earlier findings of the time asked for. ``beside``: the
        narrower explanation whose surroundings they are, if not judged by themselves."""
        rows = self._rows(parts)
        gone = [
            one.parts
            for one in self.taken
            if one.first < stop and one.stop > first and not one.spares(beside or parts)
        ]
        return self.columns.without(rows, gone, self._rows)

    def marred(self, parts: Parts, one: Claimed) -> bool:
        """Whether the periods of an earlier finding are not what is usual of an explanation: it has a good part of its complaints."""
        if set(one.parts) <= set(parts):
            return True
        if (parts, id(one)) not in self._marred:
            rows = self.columns.within(self._rows(parts), one.first, one.stop)
            share = float(self.columns.has(rows, one.parts).mean()) if len(rows) else 0.0
            self._marred[parts, id(one)] = share >= MARRED
        return self._marred[parts, id(one)]

    def found_before(self, first: int) -> set[Parts]:
        """What earlier findings were about that were over by then, but no longer than the baseline reaches back."""
        oldest = first - self.settings.guard - self.settings.baseline
        return {
            one.parts for one in self.taken if one.parts and one.label is None and oldest < one.stop <= first
        }

    def touched(self, parts: Parts, first: int, stop: int) -> bool:
        """Whether an earlier finding has complaints of this stretch."""
        here = [
            one
            for one in self.taken
            if one.first < stop and one.stop > first and (one.raised is not None or not one.spares(parts))
        ]
        if not here:
            return False
        rows = self.columns.within(self._rows(parts), first, stop)
        return any(self.columns.has(rows, one.parts).any() for one in here)

    def series(self, parts: Parts, first: int, stop: int) -> tuple[Array, Usual]:
        """Counts per period of an explanation, and what is usual of it before ``first``."""
        counts = self.columns.counts(self.rows(parts, first, stop))
        born = self._born(parts)
        if (
            born is not None
            and self._siblings
            and first - self.settings.guard - born < self.settings.min_baseline
        ):
            told = {
                one.parts[0][1] for one in self.taken if len(one.parts) == 1 and one.parts[0][0] == "batch"
            }
            if like := self._siblings.usual(parts[0][1], first, stop, told):
                raised = self._raised(parts, first, stop)
                return counts, replace(like, expected=like.expected * raised, share=like.share * raised)
        busy = self._busy(parts, first, stop)
        if born is not None and first - self.settings.guard - born >= self.settings.min_baseline:
            busy[:born] = True  # it was not there yet
        share, rate = self._share(parts, first, stop)
        share = share * self._raised(parts, first, stop)
        normal = usual(counts, share, first, busy, self.settings, rate, stop)
        if self._has_season(parts, first, stop):
            normal = replace(normal, alike=self._alike(counts, first, stop, busy))
        return counts, normal

    def weigh(self, parts: Parts, first: int, stop: int) -> Judgement:
        """An explanation of these periods against what is usual of it."""
        return weigh_stretch(*self.series(parts, first, stop), first, stop)

    def life(self, parts: Parts) -> tuple[float, float] | None:
        """All complaints of a batch, and how many its siblings' rate leads to for its units by the age they have; None where
        that is not known."""
        if len(parts) != 1 or parts[0][0] != "batch" or not self._measured(parts[0]):
            return None
        scan, row = self.scans["batch"], self.row["batch"][parts[0][1]]
        if row not in scan.rates or scan.exposure is None:
            return None
        return float(len(self._rows(parts))), float(scan.rates[row][-1] * np.nansum(scan.exposure[row]))

    def inside(self, parts: Parts, first: int, stop: int) -> bool:
        """Whether this stretch is judged inside an earlier finding."""
        return any(one.first < stop and one.stop > first and one.holds(parts) for one in self.taken)

    def rises_without(self, parts: Parts, first: int, stop: int) -> bool:
        """Whether what is left rises too, also without other causes of their own beside. What is usual comes from before the
        rest rose, which may be long before."""
        one = self.weigh(parts, first, stop)
        before = self.taken
        try:
            self.taken = [*before, Claimed(parts, first, stop)]
            start = self.own_stretch((), first, stop).first
            rest = self._since(start, first, stop)
            if rest.p > REST_LEVEL or rest.observed - rest.expected < REST * (one.observed - one.expected):
                return False
            first = min(start, first)  # as long as all of it has risen
            rest = self._since(start, first, stop)
            steep = REST * (rest.observed / max(rest.expected, 1e-9) - 1)
            for place in range(BESIDE):
                carrier = self._carrier(first, stop, rest) if not place else ()
                beside = carrier or self.best((), first, stop)
                if not beside:
                    return True
                cause = self.weigh(beside, first, stop)
                carried = (cause.observed - cause.expected) / max(rest.observed - rest.expected, 1e-9)
                if carrier and carried >= 1 - REST:
                    return False
                alone = cause.p <= self.settings.alpha / self.watched
                if not alone or (place and cause.expected > NARROW * rest.expected):
                    return True
                self.taken = [*self.taken, Claimed(beside, first, stop)]
                last = self._since(start, first, stop)
                if last.p > BESIDE_LEVEL or last.observed < (1 + steep) * last.expected:
                    return False
            return True
        finally:
            self.taken = before

    def own_stretch(self, parts: Parts, first: int, stop: int) -> Stretch:
        """The stretch of an explanation that has its highest period from ``first`` to before ``stop``, however long before it began;
        what earlier findings have of it is no part of it."""
        others = [one for one in self.taken if not one.spares(parts) and self.marred(parts, one)]
        earliest = max([0, first - FURTHEST_BACK, *(one.stop for one in others if one.stop <= first)])
        latest = min([self.columns.size, *(one.first for one in others if one.first >= stop)])
        begin = first
        for _again in range(2):
            counts, normal = self.series(parts, begin, stop)
            known = replace(normal, expected=normal.expected[:latest])
            part = highest_stretch(counts[:latest], known, first, stop, earliest, self.settings)
            if part.first >= first - self.settings.guard:
                break
            begin = part.first
        return replace(part, ongoing=part.ongoing and latest == self.columns.size)

    def best(self, parts: Parts, first: int, stop: int) -> Parts:
        """The explanation of the excess of ``parts`` from ``first`` to before ``stop``."""
        found = {parts: self.weigh(parts, first, stop)}
        chosen = parts
        for _round in range(3):
            whole = found[chosen].observed - found[chosen].expected
            for other, shared in self._proposals(chosen, first, stop):
                if other in found:
                    continue
                judged = self.weigh(other, first, stop)
                # what has its own excess elsewhere explains nothing here
                if shared >= SHARED * min(whole, judged.observed - judged.expected):
                    found[other] = judged
            most = max(one.evidence for one in found.values())
            near = [key for key, one in found.items() if one.evidence >= self.settings.near * most]
            picked = min(near, key=lambda key: (_place(key), -found[key].evidence, key))
            if picked == chosen:
                break
            chosen = picked
        return chosen

    def _carrier(self, first: int, stop: int, rest: Judgement) -> Parts:
        """The narrowest value that has most of what all complaints rose by, and a larger share of them than before; however many it
        has of them. Where everything rises a value has its share of it, and no more."""
        found = []
        for parts, _shared in self._proposals((), first, stop):
            if not parts:
                continue
            one = self.weigh(parts, first, stop)
            excess = one.observed - one.expected
            if (
                excess < SHARED * (rest.observed - rest.expected)
                or one.p > self.settings.alpha / self.watched
            ):
                continue
            others = max(rest.observed - one.observed, 0.0)
            usual_share = min(one.expected / max(rest.expected, one.expected, 1e-9), 1.0)
            # P(X >= observed) of a binomial: so many of all by its usual share
            if betainc(one.observed, others + 1, usual_share) <= self.settings.alpha:
                found.append((_place(parts), -excess, parts))
        return min(found)[2] if found else ()

    def _since(self, start: int, first: int, stop: int) -> Judgement:
        """All complaints from ``first`` to before ``stop`` against what was usual before ``start``."""
        return weigh_stretch(*self.series((), min(start, first), stop), first, stop)

    def _busy(self, parts: Parts, first: int, stop: int) -> NDArray[np.bool_]:
        """Periods that tell nothing of what is usual: of gaps and of earlier findings at other times."""
        busy = self.columns.missing.copy()
        for one in self.taken:
            apart = one.stop <= first or one.first >= stop
            if apart and (one.holds(parts) or not one.spares(parts)) and self.marred(parts, one):
                busy[one.first : one.stop] = True
        return busy

    def _raised(self, parts: Parts, first: int, stop: int) -> Array:
        """How many times what is usual the findings around an explanation came to."""
        found = np.ones(self.columns.size)
        for one in self.taken:
            if one.raised is not None and one.first < stop and one.stop > first and one.holds(parts):
                found[one.first : one.stop] = np.maximum(found[one.first : one.stop], one.raised)
        return found

    def _rows(self, parts: Parts) -> Counts:
        """Kept, for the same explanations are weighed again and again."""
        if parts not in self._held:
            if len(self._held) > 256:
                self._held.clear()
            self._held[parts] = self.columns.rows(parts)
        return self._held[parts]

    def _proposals(self, parts: Parts, first: int, stop: int) -> Iterator[tuple[Parts, float]]:
        """All complaints, and the values that these have in excess, alone and together with the explanation so far; and their excess among
        these complaints."""
        rows = self.rows(parts, first, stop)
        now = self.columns.within(rows, first, stop)
        begin = max(0, first - self.settings.guard - self.settings.baseline)
        end = max(begin, first - self.settings.guard)
        free = ~self._busy(parts, first, stop)
        free[:begin] = free[end:] = False
        past = self.columns.within(rows, begin, end)
        past = past[free[self.columns.period[past]]]
        longer = (stop - first) / free.sum() if free.any() else 0.0
        yield (), float(len(now))
        given = dict(parts)
        for kind, codes in self.columns.codes.items():
            if kind in given:
                continue
            for code, shared in in_excess(codes[now], codes[past], longer, self.settings.min_count):
                yield ((kind, code),), shared
                pair = tuple(sorted((*parts, (kind, code))))
                if len(pair) == 2 and tuple(k for k, _ in pair) in ORDER:
                    yield pair, shared

    def _share(self, parts: Parts, first: int, stop: int) -> tuple[Array, Array | None]:
        """What expectations are proportional to, period by period: a season, units in the field, or time alone; and the
        rate where the scan was given one."""
        flat = np.ones(self.columns.size)
        singles = parts or (("all", 0),)
        for part in singles:
            season = self._season(part, first, stop)
            if season is not None:
                return season, None
        for kind, code in sorted(singles, key=lambda part: _UNITS_OF.get(part[0], len(_UNITS_OF))):
            if self._measured((kind, code)):
                scan, row = self.scans[kind], self.row[kind][code]
                units = by_time_without_units(scan.exposure[row], first, self.settings)  # type: ignore[index]
                return units, scan.rates.get(row)
        return flat, None

    def _born(self, parts: Parts) -> int | None:
        """The period of the first complaint of a batch whose units are not known; None for anything else."""
        if self._siblings is None or len(parts) != 1 or parts[0][0] != "batch" or self._measured(parts[0]):
            return None
        return int(self._siblings.born[parts[0][1]])

    def _measured(self, part: Part) -> bool:
        """Whether the units in the field of a value are known."""
        kind, code = part
        scan, row = self.scans.get(kind), self.row.get(kind, {}).get(code)
        if scan is None or row is None or scan.exposure is None:
            return False
        return bool(np.any(scan.exposure[row] > 0))

    def _has_season(self, parts: Parts, first: int, stop: int) -> bool:
        """Whether the scan judged some of these periods by seasons; before it knew them, units in the field or time count."""
        if self.columns.missing.any():
            return False  # the zeros of a gap are no season
        known = (self._judged_by_season(kind, code) for kind, code in parts or (("all", 0),))
        return any(one is not None and bool(np.isfinite(one[first:stop]).any()) for one in known)

    def _judged_by_season(self, kind: str, code: int) -> Array | None:
        """Expected counts by the scan of a series that is judged by its seasons."""
        scan, row = self.scans.get(kind), self.row.get(kind, {}).get(code)
        return None if scan is None or row is None else scan.seasons.get(row)

    def _season(self, part: tuple[str, int], first: int, stop: int) -> Array | None:
        """Expectation of a series that is judged by its seasons, in shares of its mean. A year after the alarm began it
        would have learned from the rise, so the year before is repeated."""
        if not self._has_season((part,), first, stop):
            return None
        if part not in self._seasons:
            self._seasons[part] = self._whole_season(part)
        expected = self._seasons[part].copy()
        for place in range(first + self._year, len(expected)):
            expected[place] = expected[place - self._year]
        mean = float(expected.mean())
        return expected / mean if mean > 0 else None

    def _whole_season(self, part: tuple[str, int]) -> Array:
        """The expectation of every period: by the regression of the scan, which knows no chance where nothing came at that time of
        the year, so half a complaint in all those periods stands in for none; else by those periods themselves."""
        expected = np.array(self._judged_by_season(*part))
        counts = self.columns.counts(self._rows(() if part[0] == "all" else (part,)))
        came, periods = past_seasons(counts, self._year, _WINDOWS.half_window, _WINDOWS.years)
        known = expected[np.isfinite(expected)]
        whole = periods >= 2 * (2 * _WINDOWS.half_window + 1)  # a first year that grows is no season
        past = np.where(whole, came / np.maximum(periods, 1.0), known.mean() if len(known) else counts.mean())
        expected = np.where(np.isfinite(expected), expected, past)
        return np.maximum(expected, np.where(whole, 0.5 / np.maximum(periods, 1.0), 0.0))

    def _alike(self, counts: Array, first: int, stop: int, busy: NDArray[np.bool_]) -> tuple[float, float]:
        """Complaints at the same time of past years, and of how many periods, without those of earlier findings."""
        places = same_periods(first, stop, self._year, _WINDOWS.half_window, _WINDOWS.years)
        places = places[~busy[places]]
        return float(counts[places].sum()), float(len(places))


def _place(parts: Parts) -> tuple[int, str]:
    kinds = tuple(kind for kind, _code in parts)
    if not kinds:
        return len(ORDER) + 1, ""
    return (ORDER.index(kinds) if kinds in ORDER else len(ORDER)), kinds[0]
