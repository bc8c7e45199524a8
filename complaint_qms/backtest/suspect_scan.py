"""Batches against the other batches of their item, into the store."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from complaint_qms.backtest.finding_scan import newest_of
from complaint_qms.backtest.history import History
from complaint_qms.backtest.store import Store
from complaint_qms.engine.signals.complaint_columns import Codes, most_common
from complaint_qms.engine.signals.suspects import suspect_batches
from complaint_qms.engine.signals.weekly import Deliveries

SUSPECTS = 200
LISTS = 15
"""Suspects whose newest complaints are kept."""
_NONE = -1


@dataclass(frozen=True)
class _Groups:
    """What is judged: a batch of an item, for two items can have batches of one name. ``of`` (n,): group of each complaint;
    ``batch``, ``item`` (groups,): what it is, item -1 where none is given; ``delivered``: group of each delivery; ``by_item``: else batches
    are judged as wholes."""

    of: Codes
    batch: Codes
    item: Codes
    delivered: Codes
    by_item: bool


def store_suspects(store: Store, past: History, deliveries: Deliveries) -> None:
    """Fill ``suspect``, and ``listed`` for the first of them."""
    labels = past.labels
    if not len(labels["batch"]):
        return
    groups = _groups(past, deliveries)
    size, items = len(groups.batch), len(labels["item"])
    suppliers, several = (_different(groups.of, past.codes[key], size) for key in ("supplier", "item"))
    sent = np.where((deliveries.item < items) & groups.by_item, deliveries.item, _NONE)
    known = Deliveries(sent, groups.delivered, deliveries.day, deliveries.units)
    # Batches without any item, or of several, are a family of their own.
    family = np.where((groups.item >= 0) & (several < 2), groups.item, items)
    found = suspect_batches(groups.of, family, items + 1, known, SUSPECTS)
    if found is None:
        return
    kind, kind_count = most_common(groups.of, past.codes["type"], size)
    supplier, supplier_count = most_common(groups.of, past.codes["supplier"], size)
    whole = np.bincount(past.codes["batch"][past.codes["batch"] >= 0], minlength=len(labels["batch"]))
    rows, lists = [], {}
    for n, i in enumerate(found.batch.tolist()):
        batch = labels["batch"][groups.batch[i]]
        item = labels["item"][groups.item[i]] if groups.item[i] >= 0 else None
        if n < LISTS:
            lists[i] = f"suspect\n{batch}\n{item or ''}"
        rows.append(
            (n + 1, batch, item, int(several[i]), labels["supplier"][supplier[i]] if supplier_count[i] else None,
             int(suppliers[i]), int(found.count[n]), int(whole[groups.batch[i]]),
             float(found.units[n]) if found.measured else None, int(found.rest_count[n]),
             float(found.rest_units[n]) if found.measured else None, _number(found.expected[n]),
             _number(found.ratio[n]), _number(found.lower[n]), _number(found.upper[n]), _number(found.p[n]),
             _number(found.q[n]), labels["type"][kind[i]] if kind_count[i] else None, int(kind_count[i]))
        )  # fmt: skip
    store.insert("suspect", rows, 19)
    store.insert("listed", newest_of(groups.of, lists), 2)


def _groups(past: History, deliveries: Deliveries) -> _Groups:
    batch, item = past.codes["batch"].astype(np.int64), past.codes["item"].astype(np.int64)
    size = len(past.labels["batch"])
    main, told = most_common(batch, item, size)
    usual = np.where(told > 0, main, _NONE)
    named = (deliveries.batch >= 0) & (deliveries.batch < size)
    if (named & (deliveries.item < 0)).any():
        # Nobody knows how the units of a batch divide among its items: it is judged as a whole.
        return _Groups(batch, np.arange(size), usual, np.where(named, deliveries.batch, _NONE), False)
    # A complaint that names no item is of the item that its batch mostly is.
    item = np.where(item >= 0, item, usual[batch])
    width = max(len(past.labels["item"]), int(deliveries.item.max(initial=_NONE)) + 1) + 1
    keys = np.where(batch >= 0, batch * width + item + 1, _NONE)
    pairs = np.unique(keys[keys >= 0])
    sent = np.where(named, deliveries.batch * width + deliveries.item + 1, _NONE)
    return _Groups(_place(keys, pairs), pairs // width, pairs % width - 1, _place(sent, pairs), True)


def _place(keys: Codes, pairs: Codes) -> Codes:
    """Where each key stands among the pairs; -1 for one that is not there."""
    if not len(pairs):
        return np.full(len(keys), _NONE)
    place = np.minimum(np.searchsorted(pairs, keys), len(pairs) - 1)
    return np.where(pairs[place] == keys, place, _NONE)


def _different(groups: Codes, values: Codes, size: int) -> Codes:
    """How many different values each group has."""
    known = (groups >= 0) & (values >= 0)
    width = int(values.max(initial=0)) + 1
    pairs = np.unique(groups[known].astype(np.int64) * width + values[known])
    return np.bincount(pairs // width, minlength=size)


def _number(value: object) -> float | None:
    number = float(value)  # type: ignore[arg-type]
    return number if math.isfinite(number) else None
