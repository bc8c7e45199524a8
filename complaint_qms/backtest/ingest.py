"""Files into the store: every good row once, every bad row in the file of bad rows with its reason."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Container
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from complaint_qms.backtest import file_quality
from complaint_qms.backtest.bad_rows_file import keep_headings, packed, reason_and_detail, write_bad_rows
from complaint_qms.backtest.complaint_numbers import ComplaintNumbers
from complaint_qms.backtest.currencies import column_of, currencies_of
from complaint_qms.backtest.history import Collector
from complaint_qms.backtest.store import COMPLAINT_COLUMNS, Store
from complaint_qms.backtest.stored_cells import (
    Cells,
    Spellings,
    iso_texts,
    stored_dates,
    stored_numbers,
    stored_texts,
)
from complaint_qms.tabular import durations
from complaint_qms.tabular.amounts import parse_flag, parse_number, parse_persons
from complaint_qms.tabular.dates import (
    BLANKS,
    DateDecision,
    dominant,
    has_numeric,
    parse_column,
)
from complaint_qms.tabular.fields import (
    BY_KEY,
    DATE_KEYS,
    FLAG_KEYS,
    NUMBER_KEYS,
)
from complaint_qms.tabular.joined_columns import joined_column
from complaint_qms.tabular.mapping import FileMapping, decide_dates
from complaint_qms.tabular.markup import has_markup, without_markup
from complaint_qms.tabular.mojibake import mended
from complaint_qms.tabular.odd_rows import odd_row
from complaint_qms.tabular.profile import profile
from complaint_qms.tabular.rows import Chunk, Table

CHUNK = 10_000
PERSONS = ("injured", "deaths")
MOST = {key: 1e6 if key in PERSONS else 1e12 for key in NUMBER_KEYS}
LEAST = {key: -1e12 if key == "cost" else 0 for key in NUMBER_KEYS}
"""What is possible; a credit note is a negative cost."""


@dataclass
class HistoryFile:
    """One file of a run: opened, looked at, mapped. `records` may be an estimate."""

    number: int
    table: Table
    mapping: FileMapping
    records: int
    sha256: str


def file_hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def ingest(
    store: Store,
    source: HistoryFile,
    collector: Collector,
    timezone: str,
    tick: Callable[[int], None],
    until: np.datetime64 | None = None,
) -> None:
    """Read one file into the store from where an earlier run stopped; a chunk is stored whole or not at all.

    What is stored is also given to `collector`. What is odd about rows received after `until` is not told.
    """
    phase = f"ingest {source.number}"
    start = store.done(phase)
    _recall_dates(store, source)
    if start < 0:
        tick(source.records)
        return
    tick(start)
    reader = _ChunkReader(store, source, collector, timezone, until)
    position = start
    needed = [name for names in source.mapping.columns.values() for name in names]
    needed += [reader.currency_column] if reader.currency_column else []
    for chunk in source.table.chunks(CHUNK, start, needed):
        with store.transaction():
            reader.take(chunk)
            position += chunk.consumed
            store.set_done(phase, position)
        tick(chunk.consumed)
    with store.transaction():
        keep_headings(store, source.number, source.table.columns)
        before = store.db.execute("SELECT coalesce(sum(good), 0) FROM source").fetchone()[0]
        good = collector.size - before
        bad = store.db.execute("SELECT count(*) FROM rejected WHERE file = ?", (source.number,)).fetchone()[0]
        fmt = source.table.format
        encoding = fmt.encoding if fmt.kind != "xlsx" else ""
        store.db.execute(
            "INSERT INTO source VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (source.number, source.mapping.name, source.sha256, fmt.kind, encoding, good + bad, good, bad),
        )
        source.mapping.records = good + bad
        if until is not None:
            later = str(until).replace("T", " ")
            source.mapping.records -= store.db.execute(
                "SELECT count(*) FROM complaint WHERE file = ? AND received > ?", (source.number, later)
            ).fetchone()[0]
        file_quality.store(store, source.mapping)
        file_quality.note_spellings(store, collector.labels())
        store.set_done(phase, -1)


def records_of(store: Store, source: HistoryFile) -> int:
    """Data records of a file that was read to its end, good and bad."""
    return store.db.execute("SELECT records FROM source WHERE file = ?", (source.number,)).fetchone()[0]


class _ChunkReader:
    """Turns chunks of cells into rows of the complaint table."""

    def __init__(
        self,
        store: Store,
        source: HistoryFile,
        collector: Collector,
        timezone: str,
        until: np.datetime64 | None,
    ) -> None:
        self.store = store
        self.until = until
        self.late: frozenset[int] = frozenset()
        """Places in the chunk of rows received after `until`."""
        self.source = source
        self.collector = collector
        self.timezone = timezone
        self.cells = Cells()
        self.spellings = {key: Spellings(store, key) for key in source.mapping.one_spelling}
        self.ids = ComplaintNumbers(store, source.number)
        columns = source.table.columns
        self.stamps: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self.currency_column = column_of(columns, source.mapping.columns)
        self.places = {  # lengths of time count from the receipt, which is read first
            key: [columns.index(n) for n in names]
            for key, names in sorted(source.mapping.columns.items(), key=lambda part: part[0] != "received")
            if names
        }

    def heading(self, key: str) -> str:
        return " + ".join(self.source.mapping.columns.get(key, [key]))

    def take(self, chunk: Chunk) -> None:
        number = self.source.number
        bad = [
            (number, row, "", *reason_and_detail(problem), packed(cells))
            for (row, problem), cells in zip(chunk.bad, chunk.bad_cells, strict=True)
        ]
        self.late = frozenset()
        if chunk.cells:
            bad += self._take_good(chunk)
        late = {chunk.rows[i] for i in self.late}
        if short := [row for row in chunk.short if row not in late]:
            self.store.note_quality("-", "row_short", len(short), short[0], self.source.mapping.name)
        bad.sort(key=lambda b: b[1])
        self.store.insert("rejected", bad, 6)

    def _take_good(self, chunk: Chunk) -> list[tuple]:
        cells = list(zip(*chunk.cells, strict=True))
        size = len(chunk.rows)
        values: dict[str, list] = {}
        bad: dict[int, tuple] = {}
        for key, places in self.places.items():
            raw = joined_column(key, [cells[p] for p in places])
            if key in DATE_KEYS:
                values[key] = self._dates(key, raw, chunk.rows, bad)
            elif key in NUMBER_KEYS:
                values[key] = self._numbers(key, raw, chunk.rows, bad)
            elif key in FLAG_KEYS:
                values[key] = self._flags(key, raw, chunk.rows, bad)
            elif key in ("batch", "serial"):
                values[key] = stored_numbers(raw)
            elif BY_KEY[key].kind == "label":
                values[key] = self._labels(key, raw, chunk.rows)
            elif BY_KEY[key].kind == "text":
                values[key] = self._texts(key, raw, chunk.rows)
            else:
                values[key] = self._mended(key, stored_texts(raw), chunk.rows)
            if key in self.spellings:
                values[key] = list(map(self.spellings[key].__getitem__, values[key]))
        for i in bad:
            if odd := odd_row(chunk.cells[i], self.source.table.columns):
                bad[i] = ("", odd.key, "")
        if "cost" in values:
            raw = joined_column("cost", [cells[p] for p in self.places["cost"]])
            beside = (
                cells[self.source.table.columns.index(self.currency_column)] if self.currency_column else None
            )
            if named := currencies_of(raw, beside, self.heading("cost")):
                values["currency"] = named
        self._check_order(values, chunk.rows)
        ids = values.pop("id", None)
        if ids is None:
            ids = self.ids.made_up(chunk.rows)
        else:
            self.ids.check(ids, chunk.rows, self.heading("id"), bad)
        values["id"] = ids
        values["file"] = [self.source.number] * size
        values["row"] = chunk.rows
        first = (self.store.db.execute("SELECT max(row_id) FROM complaint").fetchone()[0] or 0) + 1
        names = [key for key in COMPLAINT_COLUMNS if key in values]
        columns = [values[key] for key in names]
        times = {key: stamps for key, (stamps, _) in self.stamps.items()}
        if bad:
            keep = [i for i in range(size) if i not in bad]
            columns = [[c[i] for i in keep] for c in columns]
            times = {key: stamps[keep] for key, stamps in times.items()}
            size = len(keep)
        self.store.insert_columns(
            "complaint", ("row_id", *names), zip(range(first, first + size), *columns, strict=True)
        )
        self.collector.add(size, dict(zip(names, columns, strict=True)), times)
        return [(self.source.number, chunk.rows[i], *why, packed(chunk.cells[i])) for i, why in bad.items()]

    def _labels(self, key: str, raw: list[str], rows: list[int]) -> list[str | None]:
        found = list(map(self.cells.__getitem__, raw))
        if self.cells.mended and (
            wrong := [i for i, c in enumerate(raw) if c in self.cells.mended and i not in self.late]
        ):
            self.store.note_quality(key, "text_mended", len(wrong), rows[wrong[0]], found[wrong[0]] or "")
        return found

    def _texts(self, key: str, raw: list[str], rows: list[int]) -> list[str | None]:
        found = stored_texts(raw)
        marked = [i for i, text in enumerate(found) if text and ("<" in text or "&" in text)]
        tags = [i for i in marked if i not in self.late and has_markup(found[i] or "")]
        for i in marked:
            found[i] = without_markup(found[i] or "") or None
        if tags:
            self.store.note_quality(key, "markup_removed", len(tags), rows[tags[0]], raw[tags[0]])
        return self._mended(key, found, rows)

    def _mended(self, key: str, found: list[str | None], rows: list[int]) -> list[str | None]:
        wrong = []
        for i in [i for i, text in enumerate(found) if text and not text.isascii()]:
            if (better := mended(found[i] or "")) != found[i]:
                found[i] = better
                if i not in self.late:
                    wrong.append(i)
        if wrong:
            self.store.note_quality(key, "text_mended", len(wrong), rows[wrong[0]], found[wrong[0]] or "")
        return found

    def _dates(self, key: str, raw: list[str], rows: list[int], bad: dict[int, tuple]) -> list[str | None]:
        decision = self.source.mapping.dates.get(key)
        if decision and decision.order in durations.ORDERS:
            return self._lengths_of_time(key, raw, rows, decision.order)
        alike = dominant(raw)
        if decision and decision.order == "ymd" and has_numeric(raw, alike):
            _decide_late(self.store, self.source)
            decision = self.source.mapping.dates[key]
        stamps, timed = parse_column(raw, decision.order if decision else "ymd", self.timezone, alike)
        self.stamps[key] = stamps, timed
        if key == "received" and self.until is not None:
            self.late = frozenset(np.flatnonzero(stamps > self.until).tolist())
        found = stored_dates(raw, alike, stamps, timed)
        for i in np.flatnonzero(np.isnat(stamps)).tolist():
            found[i] = None
            text = raw[i].strip()
            blank = text.lower() in BLANKS
            if key == "received":
                reason = "date_missing" if blank else "date_unreadable"
                bad[i] = (self.heading(key), reason, text)
            elif not blank and i not in self.late:
                self.store.note_quality(key, "date_unreadable", 1, rows[i], text)
        return found

    def _lengths_of_time(self, key: str, raw: list[str], rows: list[int], order: str) -> list[str | None]:
        self.stamps[key] = stamps, timed = durations.moments(raw, order, *self.stamps["received"])
        found = iso_texts(stamps, timed)
        received, _ = self.stamps["received"]
        for i in np.flatnonzero(np.isnat(stamps)).tolist():
            found[i] = None
            if raw[i].strip().lower() not in BLANKS and not np.isnat(received[i]) and i not in self.late:
                self.store.note_quality(key, "duration_unreadable", 1, rows[i], raw[i].strip())
        return found

    def _numbers(self, key: str, raw: list[str], rows: list[int], bad: Container[int]) -> list[float | None]:
        found: list[float | None] = []
        least, most, whole = LEAST[key], MOST[key], key in PERSONS
        mark = self.source.mapping.decimals.get(key, "")
        plain = float if mark != "," else _no_plain_number
        for i, text in enumerate(raw):
            try:
                number = plain(text)
            except ValueError:
                number = parse_persons(text) if whole else parse_number(text, mark)
                if (
                    number is None
                    and i not in bad
                    and i not in self.late
                    and text.strip().lower() not in BLANKS
                ):
                    self.store.note_quality(key, "number_unreadable", 1, rows[i], text)
            if number is not None and (not least <= number <= most or (whole and number % 1)):
                if not math.isnan(number) and i not in self.late:  # that is how programs write an empty cell
                    self.store.note_quality(key, "number_impossible", 1, rows[i], text)
                number = None
            found.append(number)
        return found

    def _flags(self, key: str, raw: list[str], rows: list[int], bad: Container[int]) -> list[str | None]:
        found: list[str | None] = []
        for i, text in enumerate(raw):
            found.append(parse_flag(text))
            if found[-1] is None and text.strip() and i not in bad and i not in self.late:
                self.store.note_quality(key, "flag_unreadable", 1, rows[i], text)
        return found

    def _check_order(self, values: dict[str, list], rows: list[int]) -> None:
        """Ends before beginnings, and happenings after their report, are odd but the row counts."""
        received, clocked = self.stamps["received"]
        day = received.astype("datetime64[D]")
        for key, (stamps, timed) in self.stamps.items():
            if key == "received":
                continue
            if key == "occurred":
                odd = np.flatnonzero(stamps.astype("datetime64[D]") > day)
            else:
                earlier = np.where(timed & clocked, stamps < received, stamps.astype("datetime64[D]") < day)
                odd = np.flatnonzero(earlier & ~np.isnat(stamps) & ~np.isnat(received))
            odd = odd[~np.isin(odd, list(self.late))]
            if len(odd):
                reason = "after_received" if key == "occurred" else "before_received"
                first = int(odd[0])
                example = f"{values[key][first]} / {values['received'][first]}"
                self.store.note_quality(key, reason, len(odd), rows[first], example)


def _no_plain_number(text: str) -> float:
    """A point is no decimal mark here: ``1.234`` is more than a thousand."""
    raise ValueError(text)


def _dates_key(source: HistoryFile) -> str:
    return f"dates {source.number}"


def _recall_dates(store: Store, source: HistoryFile) -> None:
    """Decisions that an interrupted run made on the way."""
    for key, decision in json.loads(store.meta(_dates_key(source)) or "{}").items():
        source.mapping.dates[key] = DateDecision(**decision)


def _decide_late(store: Store, source: HistoryFile) -> None:
    """Dates whose order of day and month is open turn up after the part of the file that the columns were judged by: now
    all of it is read. The cells before have another form, so nothing that is stored was read wrongly."""
    facts = profile(source.table)
    late = {}
    for key, decision in decide_dates(facts, source.mapping.columns, {}).items():
        if source.mapping.dates[key].order == "ymd" != decision.order:
            source.mapping.dates[key] = decision
            late[key] = vars(decision)
    store.set_meta(_dates_key(source), json.dumps(late, sort_keys=True))


__all__ = ["HistoryFile", "file_hash", "ingest", "write_bad_rows"]
