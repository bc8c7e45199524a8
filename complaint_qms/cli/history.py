"""The whole history as columns: event order, codes of every dimension, and counts that look back in time.

About 60 bytes a complaint, so that a million fit beside everything else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from complaint_qms.cli.store import Store

DIMENSIONS = ("customer", "item", "batch", "type", "supplier", "region", "channel", "model")
_BATCH = 50_000


@dataclass
class History:
    """Columns in event order: `received` datetime64[s], `row_id` int64, `codes[dimension]` int32 (-1: not given)."""

    received: np.ndarray
    row_id: np.ndarray
    codes: dict[str, np.ndarray]
    labels: dict[str, list[str]]

    def __len__(self) -> int:
        return len(self.received)

    @cached_property
    def as_of(self) -> np.datetime64:
        return self.received[-1]

    @cached_property
    def _tables(self) -> dict[str, np.ndarray]:
        return {d: np.array([*labels, None], dtype=object) for d, labels in self.labels.items()}

    def names(self, dimension: str, part: slice) -> list[str | None]:
        """Labels of a stretch of rows, None where not given."""
        return self._tables[dimension][self.codes[dimension][part]].tolist()

    def recent(self, dimension: str, days: int) -> np.ndarray:
        """Complaints of the same value within the last `days` days, this one included; 0 where not given."""
        return trailing_counts(self.codes[dimension], self.received, days)

    @cached_property
    def item_and_type(self) -> np.ndarray:
        """One code for an item with its defect; the item alone when no type is known."""
        item, kind = self.codes["item"].astype(np.int64), self.codes["type"].astype(np.int64)
        width = len(self.labels["type"]) + 1
        combined = (item + 1) * width + kind + 1
        return pd.factorize(combined)[0]

    @cached_property
    def weeks(self) -> np.ndarray:
        """Monday of each complaint's ISO week, datetime64[D]."""
        days = self.received.astype("datetime64[D]")
        return days - (days.astype(np.int64) + 3) % 7


def trailing_counts(codes: np.ndarray, times: np.ndarray, days: int) -> np.ndarray:
    """For rows in event order: how many rows of the same code lie in ``(time - days, time]`` up to and with this row."""
    seconds = times.astype("datetime64[s]").astype(np.int64)
    order = np.argsort(codes, kind="stable")
    code, second = codes[order].astype(np.int64), seconds[order]
    base = second.min() if len(second) else 0
    span = (second.max() - base if len(second) else 0) + days * 86400 + 2
    keys = code * span + (second - base)
    first = np.searchsorted(keys, keys - days * 86400, side="right")
    group = np.searchsorted(code, code, side="left")
    counts = np.arange(len(keys)) - np.maximum(first, group) + 1
    result = np.empty(len(keys), dtype=np.int64)
    result[order] = counts
    result[codes < 0] = 0
    return result


def load(store: Store) -> History:
    """Read the columns; a type that only the text gave counts as the type."""
    join, kind = "", "type"
    if store.db.execute("SELECT 1 FROM reading WHERE field = 'type' LIMIT 1").fetchone():
        kind = "coalesce(type, reading.value)"
        join = "LEFT JOIN reading ON reading.row_id = complaint.row_id AND reading.field = 'type'"
    rows = store.db.execute(
        f"SELECT complaint.row_id, received, customer, item, batch, {kind}, supplier, region, channel, model "
        f"FROM complaint {join} ORDER BY complaint.row_id"
    )
    factories = {d: _Codes() for d in DIMENSIONS}
    ids: list[np.ndarray] = []
    times: list[np.ndarray] = []
    while batch := rows.fetchmany(_BATCH):
        columns = list(zip(*batch, strict=True))
        ids.append(np.array(columns[0], dtype=np.int64))
        times.append(stamps(columns[1]))
        for dimension, values in zip(DIMENSIONS, columns[2:], strict=True):
            factories[dimension].add(values)
    row_id = np.concatenate(ids) if ids else np.empty(0, np.int64)
    received = np.concatenate(times) if times else np.empty(0, "datetime64[s]")
    order = np.argsort(received, kind="stable")
    codes = {d: f.codes()[order] for d, f in factories.items()}
    return History(received[order], row_id[order], codes, {d: list(f.table) for d, f in factories.items()})


class _Codes:
    """Numbers for labels in order of first appearance."""

    def __init__(self) -> None:
        self.table: dict[str, int] = {}
        self.parts: list[np.ndarray] = []

    def add(self, values: tuple[str | None, ...]) -> None:
        local, uniques = pd.factorize(np.array(values, dtype=object))
        table = self.table
        numbers = np.array([table.setdefault(u, len(table)) for u in uniques] + [-1], dtype=np.int32)
        self.parts.append(numbers[local])

    def codes(self) -> np.ndarray:
        return np.concatenate(self.parts) if self.parts else np.empty(0, np.int32)


def stamps(values: tuple[str | None, ...] | list[str | None]) -> np.ndarray:
    """Stored times as datetime64[s]; None becomes NaT."""
    return np.array([v or "NaT" for v in values], dtype="datetime64[s]")


class Deliveries:
    """Units delivered of an item up to a moment, from cumulated daily sums."""

    def __init__(self, store: Store, history: History) -> None:
        rows = store.db.execute(
            "SELECT item, day, sum(units) FROM delivery WHERE item IS NOT NULL GROUP BY item, day ORDER BY item, day"
        ).fetchall()
        known = {name: code for code, name in enumerate(history.labels["item"])}
        self._days: dict[int, np.ndarray] = {}
        self._sums: dict[int, np.ndarray] = {}
        groups: dict[str, list[tuple[str, float]]] = {}
        for item, day, units in rows:
            groups.setdefault(item, []).append((day, units))
        for item, pairs in groups.items():
            if item in known:
                self._days[known[item]] = np.array([d for d, _ in pairs], dtype="datetime64[D]")
                self._sums[known[item]] = np.concatenate(([0.0], np.cumsum([u for _, u in pairs])))
        self.exist = bool(rows)

    def within(self, items: np.ndarray, times: np.ndarray, days: int) -> np.ndarray:
        """Units of each row's item delivered in the `days` days up to its time; NaN when nothing is known."""
        result = np.full(len(items), np.nan)
        moments = times.astype("datetime64[D]")
        for code in np.unique(items).tolist():
            if code in self._days:
                rows = np.flatnonzero(items == code)
                at = moments[rows]
                high = np.searchsorted(self._days[code], at, side="right")
                low = np.searchsorted(self._days[code], at - np.timedelta64(days, "D"), side="right")
                result[rows] = self._sums[code][high] - self._sums[code][low]
        return np.where(result > 0, result, np.nan)


def fetch(store: Store, history: History, start: int, stop: int, columns: tuple[str, ...]) -> Iterator[tuple]:
    """Rows ``start … stop - 1`` of the event order as tuples of `columns` of the complaint table."""
    ids = history.row_id[start:stop]
    names = ", ".join(f"complaint.{c}" for c in columns)
    if len(ids) and ids[-1] - ids[0] == len(ids) - 1 and (np.diff(ids) == 1).all():  # a file in event order
        return store.db.execute(
            f"SELECT {names} FROM complaint WHERE row_id BETWEEN ? AND ? ORDER BY row_id",
            (int(ids[0]), int(ids[-1])),
        )
    store.db.execute("CREATE TEMP TABLE IF NOT EXISTS wanted (seq INTEGER PRIMARY KEY, row_id INTEGER)")
    store.db.execute("DELETE FROM wanted")
    store.db.executemany(
        "INSERT INTO wanted VALUES (?, ?)", zip(range(start + 1, stop + 1), ids.tolist(), strict=True)
    )
    return store.db.execute(
        f"SELECT {names} FROM wanted JOIN complaint ON complaint.row_id = wanted.row_id ORDER BY wanted.seq"
    )
