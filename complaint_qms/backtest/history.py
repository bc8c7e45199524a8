"""The whole history as columns: event order, codes of every dimension, times, and counts that look back in time.

Some 120 bytes a complaint, so that a million fit beside everything else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from complaint_qms.backtest.store import Store
from complaint_qms.engine.signals.complaint_columns import UnitsDelivered, main_stretch, trailing_counts
from complaint_qms.tabular.fields import DATE_KEYS, FIELDS

DIMENSIONS = ("customer", "item", "batch", "type", "supplier", "region", "channel", "model")
TIMES = tuple(key for key in DATE_KEYS if key not in ("received", "occurred"))
FIELD_KEYS = frozenset(f.key for f in FIELDS)
_KEPT = ("received", *TIMES, *DIMENSIONS)
_BATCH = 50_000


@dataclass
class History:
    """Columns in event order: `received` datetime64[s], `row_id` int64, `codes[dimension]` int32 (-1: not given);
    `times[key]` datetime64[s] (NaT: not given) for steps of the procedure that have any; `filled`: how many complaints
    have a field, for fields that any has."""

    received: np.ndarray
    row_id: np.ndarray
    codes: dict[str, np.ndarray]
    labels: dict[str, list[str]]
    times: dict[str, np.ndarray]
    filled: dict[str, int]
    overtaken: np.ndarray | None = None
    """Whether a complaint has a step that came after the day the history ends; None: nobody has."""

    def forget_after(self, moment: np.datetime64) -> None:
        """Steps of the procedure that came after `moment` were not yet done."""
        self.overtaken = np.zeros(len(self), dtype=bool)
        for key, column in self.times.items():
            later = column > moment
            self.overtaken |= later
            self.times[key] = np.where(later, np.datetime64("NaT", "s"), column)

    def __len__(self) -> int:
        return len(self.received)

    @cached_property
    def as_of(self) -> np.datetime64:
        """The latest receipt that does not lie far from all others."""
        return self.received[self.near.stop - 1]

    @cached_property
    def near(self) -> slice:
        """The rows whose receipt does not lie far from all others: a slip of the pen in the year is no history."""
        return main_stretch(self.received)

    def names(self, dimension: str, part: slice) -> list[str | None]:
        """Labels of a stretch of rows, None where not given."""
        return self._tables[dimension][self.codes[dimension][part]].tolist()

    def recent(self, dimension: str, days: int) -> np.ndarray:
        """Complaints of the same value within the last `days` days, this one included; 0 where not given."""
        return trailing_counts(self.codes[dimension], self.received, days)

    @property
    def item_and_type(self) -> np.ndarray:
        """One code for an item with its defect; the item alone when no type is known."""
        item, kind = self.codes["item"].astype(np.int64), self.codes["type"].astype(np.int64)
        width = len(self.labels["type"]) + 1
        combined = (item + 1) * width + kind + 1
        return np.unique(combined, return_inverse=True)[1]

    @cached_property
    def _tables(self) -> dict[str, np.ndarray]:
        return {d: np.array([*labels, None], dtype=object) for d, labels in self.labels.items()}


def note_far(store: Store, past: History) -> None:
    """Receipts far from all others into the list of data quality; done again after a kill, the note is the same."""
    part = past.near
    far = np.concatenate((past.row_id[: part.start], past.row_id[part.stop :]))
    if len(far):
        row, example = store.db.execute(
            "SELECT row, id || ': ' || received FROM complaint WHERE row_id = ?", (int(far[-1]),)
        ).fetchone()
        store.db.execute(
            "INSERT OR REPLACE INTO quality VALUES ('received', 'date_far', ?, ?, ?)",
            (len(far), row, example[:200]),
        )


class Collector:
    """Takes in the columns as rows are stored, so that they need not be read back.

    Rows that were stored before (by an interrupted run) are read from the store; what comes out is the same.
    """

    def __init__(self, store: Store) -> None:
        self.size = 0
        self._filled: Counter[str] = Counter()
        self._codes = {d: _Codes() for d in DIMENSIONS}
        self._times: dict[str, list[np.ndarray]] = {key: [] for key in ("received", *TIMES)}
        self._catch_up(store)

    def add(
        self, size: int, values: Mapping[str, Sequence], stamps_of: Mapping[str, np.ndarray] | None = None
    ) -> None:
        """The next `size` rows: stored values by field; `stamps_of`: their times as datetime64[s] where known."""
        for key in FIELD_KEYS & values.keys():
            self._filled[key] += size - values[key].count(None)
        for dimension, codes in self._codes.items():
            codes.add(values[dimension]) if dimension in values else codes.add_none(size)
        for key, parts in self._times.items():
            if stamps_of is not None and key in stamps_of:
                parts.append(stamps_of[key])
            elif key in values:
                parts.append(stamps(values[key]))
            else:
                parts.append(np.full(size, "NaT", "datetime64[s]"))
        self.size += size

    def labels(self) -> dict[str, list[str]]:
        """Dimension → its different labels so far."""
        return {dimension: codes.labels() for dimension, codes in self._codes.items()}

    def history(self, store: Store) -> History:
        """All columns in event order, handed over: nothing is left here. A type that only the text gave counts as the
        type."""
        received = _joined(self._times.pop("received"), "datetime64[s]")
        order: np.ndarray | slice = np.argsort(received, kind="stable")
        if (np.diff(order) == 1).all():  # a file in event order needs no copies
            order = slice(None)
        if store.db.execute("SELECT 1 FROM reading WHERE field = 'type' LIMIT 1").fetchone():
            self._codes["type"] = _read_types(store)
        times = {}
        for key in TIMES:
            column = _joined(self._times.pop(key), "datetime64[s]")
            if self._filled[key]:
                times[key] = column[order]
        columns, self._codes = self._codes, {}
        return History(
            received[order],
            _row_ids(store, self.size)[order],
            {d: c.codes()[order] for d, c in columns.items()},
            {d: c.labels() for d, c in columns.items()},
            times,
            {key: count for key, count in sorted(self._filled.items()) if count},
        )

    def _catch_up(self, store: Store) -> None:
        rows = store.db.execute(f"SELECT {', '.join(_KEPT)} FROM complaint ORDER BY row_id")
        while batch := rows.fetchmany(_BATCH):
            self.add(len(batch), dict(zip(_KEPT, zip(*batch, strict=True), strict=True)))
        if self.size:
            keys = sorted(FIELD_KEYS)
            counts = ", ".join(f"count({key})" for key in keys)
            found = store.db.execute(f"SELECT {counts} FROM complaint").fetchone()
            self._filled = Counter(dict(zip(keys, found, strict=True)))


def load_history(store: Store) -> History:
    """The history of a store that is there already."""
    return Collector(store).history(store)


def stamps(values: Sequence[str | None]) -> np.ndarray:
    """Stored times as datetime64[s]; None becomes NaT."""
    return np.array([v or "NaT" for v in values], dtype="datetime64[s]")


def units_delivered(store: Store, history: History) -> UnitsDelivered | None:
    """Units of the items that have complaints; None without deliveries."""
    rows = store.db.execute(
        "SELECT item, day, sum(units) FROM delivery WHERE item IS NOT NULL GROUP BY item, day ORDER BY item, day"
    ).fetchall()
    if not rows:
        return None
    known = {name: code for code, name in enumerate(history.labels["item"])}
    kept = [(known[item], day, units) for item, day, units in rows if item in known]
    return UnitsDelivered(
        np.array([code for code, _, _ in kept], dtype=np.int64),
        np.array([day for _, day, _ in kept], dtype="datetime64[D]"),
        np.array([units for _, _, units in kept], dtype=float),
    )


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


class _Numbers(dict):
    """Label -> its number in order of first appearance; None -> -1."""

    def __init__(self) -> None:
        super().__init__({None: -1})

    def __missing__(self, label: str) -> int:
        return self.setdefault(label, len(self) - 1)


class _Codes:
    """A column of labels as numbers."""

    def __init__(self) -> None:
        self.numbers = _Numbers()
        self.parts: list[np.ndarray] = []

    def add(self, values: Sequence[str | None]) -> None:
        self.parts.append(np.fromiter(map(self.numbers.__getitem__, values), np.int32, len(values)))

    def add_none(self, size: int) -> None:
        self.parts.append(np.full(size, -1, dtype=np.int32))

    def codes(self) -> np.ndarray:
        return _joined(self.parts, "int32")

    def labels(self) -> list[str]:
        return list(self.numbers)[1:]


def _row_ids(store: Store, size: int) -> np.ndarray:
    """Running numbers in the order of the store; some may be gone."""
    if store.db.execute("SELECT max(row_id) FROM complaint").fetchone()[0] == size:
        return np.arange(1, size + 1, dtype=np.int64)
    return np.fromiter(store.column("SELECT row_id FROM complaint ORDER BY row_id"), np.int64, size)


def _joined(parts: list[np.ndarray], kind: str) -> np.ndarray:
    return np.concatenate(parts) if parts else np.empty(0, kind)


def _read_types(store: Store) -> _Codes:
    codes = _Codes()
    rows = store.db.execute(
        "SELECT coalesce(type, reading.value) FROM complaint LEFT JOIN reading "
        "ON reading.row_id = complaint.row_id AND reading.field = 'type' ORDER BY complaint.row_id"
    )
    while batch := rows.fetchmany(_BATCH):
        codes.add([value for (value,) in batch])
    return codes
