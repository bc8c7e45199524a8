"""The replay's store: one SQLite file, written in chunks that can be gone on with after a kill.

While a replay runs it works in ``replay.work.sqlite``; when all is done the content is copied with ``VACUUM INTO``
to ``replay.sqlite``. The copy depends on the content alone: no time stamps, no free pages, fixed page size. So the
same input gives the same bytes, also when the run was interrupted in between.

Tables (times are ISO text, wall time of the policy's zone; a date without a clock time stays a date)
-----------------------------------------------------------------------------------------------------

``meta``        key, value: schema and program version, first and last day of receipt, as_of, how many complaints were
                left out because they came later, policy and mapping as YAML, identity of the input; decisions on dates
                that were taken on the way
``progress``    phase, done: how far each phase came (complete in a finished file)
``source``      file, name, sha256, kind, encoding, records, good, bad
``complaint``   the facts as read: row_id (running number), file, row (as a spreadsheet counts), id and all fields of
                :mod:`complaint_qms.tabular.fields`
``filled``      field, rows: how many complaints have the field
``rejected``    rows that do not count: file, row, column, reason, detail, cells (JSON)
``quality``     what is odd in rows that do count: field, reason, rows, example_row, example
``delivery``    item, batch, day, units: exposure, net of returns
``reading``     row_id, field, value, confidence, reasons (JSON): what the text said where the file says nothing
``assessment``  seq (event order), row_id, type, severity, severity_from, occurrence, rate, recent, risk, harm, harm_from,
                report_by, customer_recent
``sop_time``    seq, working minutes used: first_response and each stage, total; of an open complaint the stage it has at most come to
                (unknown: the file tells of no stages), minutes since the last known stage and since receipt
``escalation``  seq, stage, at (share of the limit), told, due: what would have been escalated, and when
``ladder``      stage, at, told, count: escalations by step
``effect``      seq, rule, action, detail: what the rules would have done
``pair``        left_seq, right_seq, score, reasons (JSON), kind: one complaint told twice (``told_twice``), or two similar
                cases (``similar``)
``cluster``     cluster, seq, kind: groups of either kind
``series``      series, kind, key, total, units, method: what was scanned (an item or type by its name)
``point``       series, period (Monday of the ISO week), count, units, expected, limit_value: of all complaints together
                and of series with a signal
``signal``      signal, series, period, label, method, observed, expected, units, statistic, limit_value, p, q,
                baseline (JSON), parameters (JSON), words (JSON: English template and values)
``finding``     what the signals come down to, gravest first: finding, change (rise, relabelled, new_label, gap, early), trend, parts
                (JSON: dimension and value), first and last day, label of first and last week, observed, expected, evidence,
                p, rank, traits (JSON: dimension, value, count), signals (JSON), words (JSON), spells (JSON:
                first and last day, label of first and last week of each time, for it may have come back)
``finding_point`` finding, period, count, expected: its complaints a week, of the first findings
``found``       finding, seq: its complaints
``month``       type, month, count: the largest types in the last months
``listed``      list, seq: the newest complaints of what the report counts; list is a dimension and its value, by lines
``suspect``     batches of an item with complaints, most suspicious first: rank, batch, item, item_count, supplier, supplier_count (how
                many different ones), count, batch_count (of the batch, whatever its item), units, other_count, other_units, expected, ratio, ratio_low, ratio_high, p, q, top_type, top_count; units 1 each when no
                deliveries were given
``total``       kind, key, count: complaints per item, type, supplier …, the largest of each kind; key '' is what was
                not given, key NULL the sum of the rest
``repeat``      customer, total, most (within 30 days), first, last: customers with three or more within 30 days
``pairing``     items that draw one type more than others do: item, type, count, expected, method, ratio, low, high
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from complaint_qms.backtest.errors import OUTPUT, CommandError
from complaint_qms.tabular.fields import (
    DATE_KEYS,
    FIELDS,
    NUMBER_KEYS,
    STAGES,
)

SCHEMA_VERSION = 5
WORK_NAME = "replay.work.sqlite"
FINAL_NAME = "replay.sqlite"


def _fact_columns() -> str:
    kinds = dict.fromkeys(NUMBER_KEYS, "REAL")
    return ", ".join(f"{f.key} {kinds.get(f.key, 'TEXT')}" for f in FIELDS if f.key not in ("id", "received"))


def _minutes(keys: Iterable[str]) -> str:
    return ", ".join(f"{key} REAL" for key in keys)


SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE progress (phase TEXT PRIMARY KEY, done INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE source (file INTEGER PRIMARY KEY, name TEXT, sha256 TEXT, kind TEXT, encoding TEXT, "
    "records INTEGER, good INTEGER, bad INTEGER)",
    f"CREATE TABLE complaint (row_id INTEGER PRIMARY KEY, file INTEGER NOT NULL, row INTEGER NOT NULL, "
    f"id TEXT NOT NULL UNIQUE, received TEXT NOT NULL, {_fact_columns()}, currency TEXT)",
    "CREATE TABLE filled (field TEXT PRIMARY KEY, rows INTEGER NOT NULL) WITHOUT ROWID",
    'CREATE TABLE rejected (file INTEGER, row INTEGER, "column" TEXT, reason TEXT, detail TEXT, cells TEXT)',
    "CREATE TABLE quality (field TEXT, reason TEXT, rows INTEGER, example_row INTEGER, example TEXT, "
    "PRIMARY KEY (field, reason)) WITHOUT ROWID",
    "CREATE TABLE delivery (item TEXT, batch TEXT, day TEXT, units REAL)",
    "CREATE TABLE reading (row_id INTEGER, field TEXT, value TEXT, confidence REAL, reasons TEXT, "
    "PRIMARY KEY (row_id, field)) WITHOUT ROWID",
    "CREATE TABLE assessment (seq INTEGER PRIMARY KEY, row_id INTEGER NOT NULL, type TEXT, severity TEXT, "
    "severity_from TEXT, occurrence TEXT, rate REAL, recent INTEGER, risk TEXT, harm TEXT, harm_from TEXT, report_by TEXT, "
    "customer_recent INTEGER)",
    f"CREATE TABLE sop_time (seq INTEGER PRIMARY KEY, {_minutes(('first_response', *STAGES, 'total'))}, "
    "open_stage TEXT, open_minutes REAL, open_total REAL)",
    'CREATE TABLE escalation (seq INTEGER, stage TEXT, "at" REAL, told TEXT, due TEXT)',
    'CREATE TABLE ladder (stage TEXT, "at" REAL, told TEXT, count INTEGER NOT NULL, PRIMARY KEY (stage, "at", told)) '
    "WITHOUT ROWID",
    "CREATE TABLE effect (seq INTEGER, rule TEXT, action TEXT, detail TEXT)",
    "CREATE TABLE pair (left_seq INTEGER, right_seq INTEGER, score REAL, reasons TEXT, kind TEXT NOT NULL, "
    "PRIMARY KEY (left_seq, right_seq)) WITHOUT ROWID",
    "CREATE TABLE cluster (cluster INTEGER, seq INTEGER, kind TEXT NOT NULL, PRIMARY KEY (cluster, seq)) WITHOUT ROWID",
    "CREATE INDEX cluster_by_seq ON cluster (seq)",
    "CREATE TABLE series (series INTEGER PRIMARY KEY, kind TEXT, key TEXT, total INTEGER, units REAL, method TEXT)",
    "CREATE TABLE point (series INTEGER, period TEXT, count INTEGER, units REAL, expected REAL, limit_value REAL, "
    "PRIMARY KEY (series, period)) WITHOUT ROWID",
    "CREATE TABLE signal (signal INTEGER PRIMARY KEY, series INTEGER, period TEXT, label TEXT, method TEXT, "
    "observed REAL, expected REAL, units REAL, statistic REAL, limit_value REAL, p REAL, q REAL, baseline TEXT, "
    "parameters TEXT, words TEXT)",
    "CREATE TABLE finding (finding INTEGER PRIMARY KEY, change TEXT, trend TEXT, parts TEXT, first TEXT, last TEXT, "
    'first_label TEXT, last_label TEXT, observed INTEGER, expected REAL, evidence REAL, p REAL, "rank" REAL, traits TEXT, '
    "signals TEXT, words TEXT, spells TEXT)",
    "CREATE TABLE finding_point (finding INTEGER, period TEXT, count INTEGER, expected REAL, PRIMARY KEY (finding, period)) "
    "WITHOUT ROWID",
    "CREATE TABLE found (finding INTEGER, seq INTEGER, PRIMARY KEY (finding, seq)) WITHOUT ROWID",
    "CREATE INDEX found_by_seq ON found (seq)",
    "CREATE TABLE month (type TEXT, month TEXT, count INTEGER)",
    "CREATE TABLE listed (list TEXT, seq INTEGER, PRIMARY KEY (list, seq)) WITHOUT ROWID",
    'CREATE TABLE suspect ("rank" INTEGER PRIMARY KEY, batch TEXT, item TEXT, item_count INTEGER, supplier TEXT, '
    "supplier_count INTEGER, count INTEGER, batch_count INTEGER, units REAL, other_count INTEGER, other_units REAL, expected REAL, ratio REAL, ratio_low REAL, ratio_high REAL, "
    "p REAL, q REAL, top_type TEXT, top_count INTEGER)",
    "CREATE TABLE total (kind TEXT, key TEXT, count INTEGER)",
    "CREATE TABLE repeat (customer TEXT, total INTEGER, most INTEGER, first TEXT, last TEXT)",
    "CREATE TABLE pairing (item TEXT, type TEXT, count INTEGER, expected REAL, method TEXT, ratio REAL, low REAL, "
    "high REAL)",
)
_FACTS = (f.key for f in FIELDS if f.key not in ("id", "received"))
COMPLAINT_COLUMNS = ("row_id", "file", "row", "id", "received", *_FACTS, "currency")
PAIR_KINDS = TOLD_TWICE, SIMILAR_CASE = "told_twice", "similar"
SOP_COLUMNS = ("seq", "first_response", *STAGES, "total", "open_stage", "open_minutes", "open_total")


class Store:
    """An open SQLite file of a replay. Column names come from this module's constants, values are always bound."""

    def __init__(self, path: Path, readonly: bool = False) -> None:
        self.path = path
        try:
            if readonly:
                self.db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
            else:
                self.db = sqlite3.connect(path)
            self.db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            raise CommandError("store_unreadable", OUTPUT, file=path, why=str(error)) from None
        self.db.execute("PRAGMA cache_size = -32768")
        self.db.execute("PRAGMA temp_store = FILE")

    @classmethod
    def create(cls, path: Path) -> Store:
        """A new working file, ready for the first chunk."""
        try:
            path.unlink(missing_ok=True)
            Path(f"{path}-journal").unlink(missing_ok=True)
        except OSError as error:
            raise CommandError("output_unwritable", OUTPUT, file=path, why=error.strerror) from None
        store = cls(path)
        store.db.execute("PRAGMA page_size = 8192")
        store._work_mode()
        with store.transaction():
            for statement in SCHEMA:
                store.db.execute(statement)
            store.set_meta("schema_version", str(SCHEMA_VERSION))
        return store

    @classmethod
    def reopen(cls, path: Path) -> Store:
        """The working file of an interrupted run."""
        store = cls(path)
        store._work_mode()
        return store

    @classmethod
    def finished(cls, path: Path) -> Store:
        """A finished file, for reading."""
        if not path.is_file():
            raise CommandError("store_missing", OUTPUT, file=path)
        store = cls(path, readonly=True)
        try:
            version, complete = store.meta("schema_version"), store.done("signals") < 0
        except sqlite3.Error:
            version, complete = None, False
        if version != str(SCHEMA_VERSION) or not complete:
            store.close()
            raise CommandError(
                "store_foreign" if version != str(SCHEMA_VERSION) else "store_unfinished", OUTPUT, file=path
            )
        return store

    def close(self) -> None:
        self.db.close()

    def discard(self) -> None:
        """Close and remove a working file that nothing can be made of."""
        self.close()
        for suffix in ("", "-journal"):
            with contextlib.suppress(OSError):
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All of a chunk or nothing of it."""
        self.db.execute("BEGIN IMMEDIATE") if not self.db.in_transaction else None
        try:
            yield
        except BaseException:
            self.db.rollback()
            raise
        self.db.commit()

    def meta(self, key: str) -> str | None:
        row = self.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def set_filled(self, rows: Mapping[str, int]) -> None:
        """How many complaints have a field."""
        self.db.executemany("INSERT OR REPLACE INTO filled VALUES (?, ?)", rows.items())

    def done(self, phase: str) -> int:
        """How far a phase came; -1 when it is complete."""
        row = self.db.execute("SELECT done FROM progress WHERE phase = ?", (phase,)).fetchone()
        return row[0] if row else 0

    def set_done(self, phase: str, done: int) -> None:
        self.db.execute("INSERT OR REPLACE INTO progress VALUES (?, ?)", (phase, done))

    def insert(self, table: str, rows: Iterable[Sequence], columns: int) -> None:
        """Insert full rows of `columns` values into one of this schema's tables."""
        marks = ", ".join("?" * columns)
        self.db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)

    def insert_columns(self, table: str, columns: Sequence[str], rows: Iterable[Sequence]) -> None:
        """Insert rows that give only some columns; the others stay NULL."""
        marks = ", ".join("?" * len(columns))
        self.db.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)

    def note_quality(self, field: str, reason: str, rows: int, example_row: int | None, example: str) -> None:
        """Add to the count of an oddity; the first example stays."""
        self.db.execute(
            "INSERT INTO quality VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (field, reason) DO UPDATE SET rows = rows + excluded.rows",
            (field, reason, rows, example_row, example[:200]),
        )

    def count_escalations(self, stage: str, at: float, told: str, count: int) -> None:
        """Add to the count of a step of the ladder."""
        self.db.execute(
            "INSERT INTO ladder VALUES (?, ?, ?, ?) "
            'ON CONFLICT (stage, "at", told) DO UPDATE SET count = count + excluded.count',
            (stage, at, told, count),
        )

    def count(self, table: str) -> int:
        return self.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]

    def column(self, sql: str, parameters: Sequence = ()) -> Iterator:
        """First column of a query, streamed."""
        return (row[0] for row in self.db.execute(sql, parameters))

    def finish(self, target: Path) -> None:
        """Copy the content to `target`, replacing it in one step, and remove the working file."""
        draft = target.with_name(target.name + ".new")
        try:
            draft.unlink(missing_ok=True)
            self.db.execute("VACUUM INTO ?", (str(draft),))
            self.close()
            os.replace(draft, target)
            for suffix in ("", "-journal"):
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        except (OSError, sqlite3.Error) as error:
            raise CommandError("output_unwritable", OUTPUT, file=target, why=str(error)) from None

    def _work_mode(self) -> None:
        # Nearly all pages are new, and a rollback journal need not keep those: a third cheaper than a write-ahead log
        self.db.execute("PRAGMA journal_mode = TRUNCATE")
        self.db.execute("PRAGMA synchronous = NORMAL")


__all__ = ["COMPLAINT_COLUMNS", "DATE_KEYS", "FINAL_NAME", "SOP_COLUMNS", "WORK_NAME", "Store"]
