"""The search: the stretch with the most evidence first, its best explanation taken out, the rest judged again."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from complaint_qms.engine.signals.complaint_columns import Codes, Counts, Times
from complaint_qms.engine.signals.findings.causes import SHARED, Causes, Claimed
from complaint_qms.engine.signals.findings.columns import SOON, Columns
from complaint_qms.engine.signals.findings.relabelling import relabelled
from complaint_qms.engine.signals.findings.returns import joined
from complaint_qms.engine.signals.findings.types import (
    NO_RISE,
    TREND_WEIGHT,
    Finding,
    FindingSettings,
    Parts,
    Spell,
    Trait,
    Trend,
    Watched,
)
from complaint_qms.engine.signals.findings.windows import (
    Judgement,
    Stretch,
    stretch,
    weigh_stretch,
)
from complaint_qms.engine.signals.findings.words import finding_sentences
from complaint_qms.engine.signals.series import Array, Periods
from complaint_qms.engine.signals.types import SignalRecord

TRAIT_SHARE, TRAIT_LIFT = 0.5, 1.25
LATELY = 4
CUMULATIVE = frozenset({"maxsprt", "cusum", "threshold"})
"""Methods whose signal is of all periods up to its own."""
RISING, FALLING = 1.25, 0.8

_DEFAULTS = FindingSettings()


@dataclass
class _Episode:
    """Signals of one series in one stretch."""

    parts: Parts
    first: int
    last: int
    ongoing: bool
    sequential: bool
    excess: float
    """Complaints above what was usual of the series."""
    signals: list[tuple[int, int]]


def find_findings(
    scans: Sequence[Watched],
    columns: Mapping[str, Codes],
    received: Times,
    labels: Mapping[str, Sequence[str]],
    harm: Array | None = None,
    settings: FindingSettings = _DEFAULTS,
) -> list[Finding]:
    """What the signals of ``scans`` come down to, gravest first; what is no rise (labels, gaps) after all rises.

    Args:
        columns: codes (n,) of every dimension that may explain, -1 where nothing is given; every dimension scanned is there.
        received: when each complaint came in (n,).
        labels: names of the codes of each dimension.
        harm: weight of each complaint (n,), 1 each by default.

    Raises:
        ValueError: scans over different periods, or a scanned dimension without its codes.
    """
    if not scans:
        return []
    periods = scans[0].periods
    if any(scan.periods != periods for scan in scans):
        raise ValueError("all scans must be over the same periods")
    missing = [scan.kind for scan in scans if scan.kind != "all" and scan.kind not in columns]
    if missing:
        raise ValueError(f"no codes for {', '.join(missing)}")
    causes = Causes(Columns(columns, received, periods), scans, settings)
    episodes = [e for number, scan in enumerate(scans) for e in _episodes(causes, number, scan)]
    weights = np.ones(len(received)) if harm is None else np.asarray(harm, float)
    found: list[Finding] = []
    heap = [(*_weight(causes, e), i, 0) for i, e in enumerate(episodes) if _stands(causes, e)]
    heapq.heapify(heap)
    waiting = set(range(len(episodes))).difference(number for *_, number, _seen in heap)
    while heap and len(found) < settings.most:
        _evidence, _place, number, seen = heapq.heappop(heap)
        episode = episodes[number]
        if seen < len(causes.taken) and causes.touched(episode.parts, episode.first, episode.last + 1):
            if _stands(causes, episode):
                heapq.heappush(heap, (*_weight(causes, episode), number, len(causes.taken)))
            continue
        finding = _finding(causes, episode, episodes, periods, labels, weights)
        if finding is None:
            continue
        found.append(finding)
        causes.taken.append(_claimed(finding))
        for late in _after(causes, episodes, waiting):
            heapq.heappush(heap, (*_weight(causes, episodes[late]), late, len(causes.taken)))
        if set(finding.parts) != set(episode.parts) or episode.last > finding.last:
            heapq.heappush(heap, (*_weight(causes, episode), number, seen))
    found = joined(found, periods, labels, weights, lambda parts, rows: _traits(causes, parts, rows))
    found = _with_signals(causes, found, episodes, scans)
    return sorted(found, key=lambda f: (f.change in NO_RISE, -f.rank, f.first, f.parts))


def _episodes(causes: Causes, number: int, scan: Watched) -> list[_Episode]:
    """The signals of each series as stretches; a series has a new one when a signal comes after the last was over."""
    of_row: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for place, signal in enumerate(scan.signals):
        of_row[signal.row].append((signal.column, place))
    found: list[_Episode] = []
    for row, alarms in sorted(of_row.items()):
        code = int(scan.chosen[row])
        parts: Parts = () if scan.kind == "all" else ((scan.kind, code),)
        over = -1
        kept: list[Claimed] = []
        for column, place in sorted(alarms):
            if found and found[-1].parts == parts and column <= over:
                found[-1].signals.append((number, place))
                continue
            causes.taken = kept
            part = _around(causes, parts, column, over + 1)
            judged = causes.weigh(parts, part.first, part.last + 1)
            excess = judged.observed - judged.expected
            causes.taken = []
            kept.append(Claimed(parts, part.first, part.last + 1))
            found.append(
                _Episode(
                    parts,
                    part.first,
                    part.last,
                    part.ongoing,
                    scan.signals[place].method == "maxsprt",
                    excess,
                    [(number, place)],
                )
            )
            over = part.last if not part.ongoing else causes.columns.size
    return found


def _around(causes: Causes, parts: Parts, alarm: int, earliest: int) -> Stretch:
    """The stretch around an alarm; told again from its beginning where that lies before what was taken for usual."""
    counts, normal = causes.series(parts, alarm, alarm + 1)
    part = stretch(counts, normal, alarm, earliest, causes.settings)
    if part.first < alarm - causes.settings.guard:
        counts, normal = causes.series(parts, part.first, alarm + 1)
        part = stretch(counts, normal, alarm, earliest, causes.settings)
    return part


def _weight(causes: Causes, episode: _Episode) -> tuple[float, int]:
    """Key of the heap: most evidence first, then the earliest."""
    stop = episode.last + 1
    counts, normal = causes.series(episode.parts, episode.first, stop)
    return -weigh_stretch(counts, normal, episode.first, stop).evidence, episode.first


def _stands(causes: Causes, episode: _Episode) -> bool:
    """Whether what earlier findings left of a stretch is more than chance."""
    stop = episode.last + 1
    counts, normal = causes.series(episode.parts, episode.first, stop)
    judged = weigh_stretch(counts, normal, episode.first, stop)
    asked, before = set(episode.parts), causes.found_before(episode.first)
    again = bool(asked) and any(asked <= set(parts) for parts in before)
    return _beyond(causes, judged, episode, len(before) if again else causes.watched)


def _after(causes: Causes, episodes: list[_Episode], waiting: set[int]) -> list[int]:
    """Stretches that stand now, for the last finding was part of what they were compared with; they wait no longer."""
    last = causes.taken[-1]
    now = [
        number
        for number in sorted(waiting)
        if episodes[number].first >= last.stop
        and causes.marred(episodes[number].parts, last)
        and _stands(causes, episodes[number])
    ]
    waiting.difference_update(now)
    return now


def _beyond(causes: Causes, judged: Judgement, episode: _Episode, series: int) -> bool:
    """A sequential test keeps its own level: it has spent its chances already. What was found before is one of the ``series`` that
    were, not one of all."""
    settings = causes.settings
    level = settings.sequential if episode.sequential else settings.alpha / series
    return judged.p <= level and judged.observed >= settings.min_count


def _finding(
    causes: Causes,
    episode: _Episode,
    episodes: Sequence[_Episode],
    periods: Periods,
    labels: Mapping[str, Sequence[str]],
    weights: Array,
) -> Finding | None:
    """The best explanation of an episode as a finding; the episode itself where that one is not beyond chance."""
    again = causes.columns.begins_again(episode.first)
    if again is not None:
        return _gap(causes, again, episode, periods, labels, weights)
    best, before = _explanation(causes, episode), causes.found_before(episode.first)
    for parts in (best, episode.parts):
        part = _own_stretch(causes, parts, episode, episodes)
        stop = part.last + 1
        counts, normal = causes.series(parts, part.first, stop)
        judged = weigh_stretch(counts, normal, part.first, stop)
        if _beyond(causes, judged, episode, len(before) if parts in before else causes.watched):
            break
    else:
        return None
    excess = judged.observed - judged.expected
    rows = causes.columns.within(causes.rows(parts, part.first, stop), part.first, stop)
    change = relabelled(causes, parts, part.first, stop, excess)
    life = causes.life(parts) if change.change == "rise" and not part.ongoing else None
    if life and life[0] <= life[1]:
        change = replace(change, change="early")
    trend = _trend(counts, part)
    harm = float(weights[rows].mean()) if len(rows) else 0.0
    said = finding_sentences(
        parts, change.change, change.lost, int(judged.observed), judged.expected, part.first, part.last,
        part.ongoing, periods, labels, life, change.kind or "", change.renamed,
    )  # fmt: skip
    known = normal.expected if normal.exposure > 0 or normal.expected.any() else np.full(len(counts), np.nan)
    return Finding(
        parts=parts, change=change.change, trend=trend, first=part.first, last=part.last,
        observed=int(judged.observed), expected=judged.expected, evidence=judged.evidence, p=judged.p, harm=harm,
        rank=excess * harm * TREND_WEIGHT[trend], complaints=rows, traits=_traits(causes, parts, rows), signals=(),
        points=(counts, known), label=change.kind, spells=(Spell(part.first, part.last, int(judged.observed), judged.expected),), words=said,
    )  # fmt: skip


def _explanation(causes: Causes, episode: _Episode) -> Parts:
    """The best one, or all complaints where these rose without it as well; but for another name of what was there before."""
    first, stop = episode.first, episode.last + 1
    best = causes.best(episode.parts, first, stop)
    if not best or not causes.rises_without(best, first, stop):
        return best
    judged = causes.weigh(best, first, stop)
    change = relabelled(causes, best, first, stop, judged.observed - judged.expected)
    return best if change.change == "relabelled" else ()


def _gap(
    causes: Causes,
    first: int,
    episode: _Episode,
    periods: Periods,
    labels: Mapping[str, Sequence[str]],
    weights: Array,
) -> Finding:
    """What came when the records began again, as one: against what came before the gap it cannot be judged."""
    columns = causes.columns
    whole = causes.own_stretch((), episode.first, episode.last + 1)
    stop = columns.size if whole.ongoing else min(max(first + SOON, whole.last + 1), columns.size)
    counts, normal = causes.series((), first, stop)
    judged = weigh_stretch(counts, normal, first, stop)
    rows = columns.within(causes.rows((), first, stop), first, stop)
    part = Stretch(first, stop - 1, stop == columns.size)
    trend, observed = _trend(counts, part), len(rows)
    harm = float(weights[rows].mean()) if observed else 0.0
    return Finding(
        parts=(), change="gap", trend=trend, first=first, last=stop - 1, observed=observed, expected=judged.expected,
        evidence=judged.evidence, p=judged.p, harm=harm, rank=(observed - judged.expected) * harm * TREND_WEIGHT[trend],
        complaints=rows, traits=_traits(causes, (), rows), signals=(), points=(counts, normal.expected),
        spells=(Spell(first, stop - 1, observed, judged.expected),),
        words=finding_sentences((), "gap", (), observed, judged.expected, first, stop - 1, part.ongoing, periods, labels),
    )  # fmt: skip


def _own_stretch(causes: Causes, parts: Parts, episode: _Episode, episodes: Sequence[_Episode]) -> Stretch:
    """The stretch of an explanation: that of the episode it explains, told by its own complaints, and of its own episode where that
    lasts longer. Inside an earlier finding the episode has what that one explains as well."""
    if parts == episode.parts and not causes.inside(parts, episode.first, episode.last + 1):
        return Stretch(episode.first, episode.last, episode.ongoing)
    part = causes.own_stretch(parts, episode.first, episode.last + 1)
    for one in episodes:
        longer = one.parts == parts and one.first <= part.last < one.last
        if longer and not causes.touched(parts, one.first, one.last + 1):
            part = Stretch(part.first, one.last, one.ongoing)
    return part


def _claimed(finding: Finding) -> Claimed:
    counts, expected = (values[finding.first : finding.last + 1] for values in finding.points)
    known = finding.change == "rise" and bool(np.all(expected > 0))
    raised = counts / expected if known else None
    return Claimed(finding.parts, finding.first, finding.last + 1, finding.label, raised)


def _trend(counts: Array, part: Stretch) -> Trend:
    if not part.ongoing:
        return "ended"
    if len(counts) - part.first < 2 * LATELY:
        return "new"
    late = float(counts[-LATELY:].sum())
    before = float(counts[-2 * LATELY : -LATELY].sum())
    if late > RISING * before:
        return "rising"
    return "falling" if late < FALLING * before else "steady"


def _traits(causes: Causes, parts: Parts, rows: Counts) -> tuple[Trait, ...]:
    """Values that at least half of the complaints share, clearly more than complaints do otherwise."""
    given = {kind for kind, _code in parts}
    found = []
    for kind, codes in causes.columns.codes.items():
        here = codes[rows]
        here = here[here >= 0]
        if kind in given or not len(here):
            continue
        values, counts = np.unique(here, return_counts=True)
        best = int(counts.argmax())
        share = counts[best] / len(rows)
        if share >= TRAIT_SHARE and share >= TRAIT_LIFT * causes.columns.usual_share(kind, int(values[best])):
            found.append(Trait(kind, int(values[best]), int(counts[best])))
    return tuple(found)


def _with_signals(
    causes: Causes, found: list[Finding], episodes: list[_Episode], scans: Sequence[Watched]
) -> list[Finding]:
    """Every signal goes to the finding that has most of its complaints, of one inside another to the inner one. A finding has a signal
    only where it explains ``SHARED`` of what the series had in excess in that stretch, and of what that signal had in its own
    period where its method judges periods one by one."""
    of: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for episode in episodes:
        rows = causes.columns.rows(episode.parts)
        shared: dict[int, Counts] = {}
        inner = []
        for i, one in enumerate(found):
            own = [
                causes.columns.within(rows, spell.first, spell.last + 1)
                for spell in one.spells
                if spell.first <= episode.last and spell.last >= episode.first
            ]
            if not own:
                continue
            inside = np.concatenate(own)
            held = inside[_among(inside, one.complaints)]
            if len(held) and len(held) >= SHARED * episode.excess:
                shared[i] = held
                if 2 * len(held) >= len(inside):
                    inner.append(i)
        between = not shared  # two stretches of its own cause
        if between:
            shared = {
                i: rows[:1] for i, one in enumerate(found)
                if one.parts == episode.parts and one.first <= episode.first and episode.last <= one.last
            }  # fmt: skip
        if not shared:
            continue
        order = sorted(shared, key=lambda i: (-len(shared[i]), i))
        inner = [i for i in inner if set(found[i].parts) > set(found[order[0]].parts)]
        for scan, place in episode.signals:
            signal = scans[scan].signals[place]
            within = [
                i
                for i in inner
                if any(spell.first <= signal.column <= spell.last for spell in found[i].spells)
            ]
            for i in (*within, *order):
                if between or _explains(causes, shared[i], signal):
                    of[i].append((scan, place))
                    break
    return [replace(finding, signals=tuple(of[i])) for i, finding in enumerate(found)]


def _among(rows: Counts, complaints: Counts) -> NDArray[np.bool_]:
    """Which rows are complaints of a finding, whose positions rise."""
    if not len(complaints):
        return np.zeros(len(rows), bool)
    place = np.minimum(np.searchsorted(complaints, rows), len(complaints) - 1)
    return complaints[place] == rows


def _explains(causes: Causes, held: Counts, signal: SignalRecord) -> bool:
    """Whether the complaints of a finding are enough of a signal's excess; of a sum over many periods its stretch says that."""
    if signal.method in CUMULATIVE:
        return True
    here = int((causes.columns.period[held] == signal.column).sum())
    return here > 0 and here >= SHARED * (signal.observed - np.nan_to_num(signal.expected))
