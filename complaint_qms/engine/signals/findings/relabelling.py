"""Changes of labels told from rises: one label falls as another begins, and all together stay where they were."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from complaint_qms.engine.signals.complaint_columns import Counts
from complaint_qms.engine.signals.findings.causes import Causes
from complaint_qms.engine.signals.findings.types import Change, Parts
from complaint_qms.engine.signals.tails import poisson_tail

MOST_LEFT = 0.4
"""What all labels together may have risen or fallen by, in shares of the rise of one."""
MOST_BEFORE, MOST_AFTER = 0.25, 0.4
"""A label begins where no more than this share of its complaints was usual; another one gives way where it keeps no more."""
MAIN_SHARE = 0.9
ENDED = 3.0
"""So many complaints of a label may be missing between its last one and the first of what follows it; so many of both overlap."""
NO_MORE = 0.005
"""Level at which a label has more complaints than what it follows would have drawn."""


@dataclass(frozen=True)
class Labels:
    """What became of a label: ``change``, and the labels that lost what it won (code -1: none was given)."""

    change: Change
    lost: tuple[int, ...] = ()
    kind: str | None = None
    """The dimension of these labels."""
    renamed: bool = False
    """Whether they ended as it began, while what bears other labels rose as much."""


def relabelled(causes: Causes, parts: Parts, first: int, stop: int, excess: float) -> Labels:
    """Whether the rise of ``parts`` is one of labels; ``excess``: complaints above what is usual."""
    rows = causes.rows(parts, first, stop)
    began = int(causes.columns.period[rows].min(initial=first)) >= first > 0
    for kind, code in sorted(parts, key=lambda part: part[0] != "type"):
        rest = tuple(part for part in parts if part[0] != kind) or _owner(causes, kind, rows)
        around = causes.rows(rest, first, stop, parts)
        lost = _lost(causes, around, kind, code, first, stop, excess)
        if lost:
            return Labels("relabelled", lost, kind)
        if began and (ended := _renamed(causes, around, kind, code, first, stop)):
            return Labels("relabelled", ended, kind, renamed=True)
    # A batch begins sooner or later
    return Labels("new_label" if began and "batch" not in dict(parts) else "rise")


def _owner(causes: Causes, kind: str, rows: np.ndarray) -> Parts:
    """A batch replaces another of its item, not of the house."""
    if kind != "batch" or "item" not in causes.columns.codes or not len(rows):
        return ()
    items, counts = np.unique(causes.columns.codes["item"][rows], return_counts=True)
    best = int(counts.argmax())
    if items[best] < 0 or counts[best] < MAIN_SHARE * len(rows):
        return ()
    return (("item", int(items[best])),)


def _lost(
    causes: Causes, rows: Counts, kind: str, code: int, first: int, stop: int, excess: float
) -> tuple[int, ...]:
    """Labels of a dimension that fell by what one rose, where all of them together stayed where they were."""
    settings, columns = causes.settings, causes.columns
    end = first - settings.guard
    begin = max(0, end - settings.baseline)
    if end - begin < settings.min_baseline:
        return ()
    longer = (stop - first) / (end - begin)
    codes = columns.codes[kind]
    size = int(codes.max(initial=-1)) + 2
    now = np.bincount(codes[columns.within(rows, first, stop)] + 1, minlength=size)
    past = np.bincount(codes[columns.within(rows, begin, end)] + 1, minlength=size) * longer
    change = now - past
    if abs(change.sum()) > MOST_LEFT * excess or past[code + 1] > MOST_BEFORE * now[code + 1]:
        return ()
    # The lower tail: so few complaints of a label by chance alone
    fell = (now <= MOST_AFTER * past) & (1 - poisson_tail(now + 1.0, past) <= settings.fall)
    fell[code + 1] = False
    order = np.argsort(change, kind="stable")
    order = order[fell[order]]
    if -change[order].sum() < settings.compensated * excess:
        return ()
    lost = -change[order]
    enough = int(np.searchsorted(np.cumsum(lost), settings.compensated * excess)) + 1
    return tuple(int(place) - 1 for place in order[:enough])


def _renamed(causes: Causes, rows: Counts, kind: str, code: int, first: int, stop: int) -> tuple[int, ...]:
    """Labels that ended as one began, where that one drew as many as they would have: as their past leads to, and as much more as
    all other labels rose by."""
    settings, columns = causes.settings, causes.columns
    end = first - settings.guard
    begin = max(0, end - settings.baseline)
    if end - begin < settings.min_baseline:
        return ()
    codes = columns.codes[kind]
    size = int(codes.max(initial=-1)) + 1
    here = rows[codes[rows] >= 0]
    now = np.bincount(codes[columns.within(here, first, stop)], minlength=size).astype(float)
    before = np.bincount(codes[columns.within(here, begin, end)], minlength=size).astype(float)
    past = before * (stop - first) / (end - begin)
    last = np.full(size, -1)
    np.maximum.at(last, codes[here], columns.period[here])
    silent = np.maximum(first - 1 - last, 0) * before / (end - begin)
    ended = (now <= np.minimum(ENDED, MOST_AFTER * past)) & (last < stop - 1) & (silent <= ENDED)
    ended &= 1 - poisson_tail(now + 1.0, past) <= settings.fall
    ended[code] = False
    labels = np.flatnonzero(ended)
    if not len(labels):
        return ()
    others = np.ones(size, bool)
    others[[code, *labels]] = False
    raised = max(1.0, now[others].sum() / past[others].sum()) if past[others].sum() > 0 else 1.0
    won, were = now[code] + now[labels].sum(), past[labels].sum()
    if won < were * (1 - MOST_LEFT) or poisson_tail(won, were * raised) <= NO_MORE:
        return ()
    return tuple(labels.tolist())
