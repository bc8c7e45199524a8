"""A company's history through the engine: files -> columns -> store -> judgement -> report.

Phases, each of which can be gone on with after a kill: ingest (per chunk), read text, assess (per chunk), similar,
signals. The report is made from the finished store only, so it can be made again in another language.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import numpy as np

import complaint_qms
from complaint_qms.backtest import (
    assess,
    file_quality,
    history,
    ingest,
    inputs,
    mapping_writer,
    odd_history,
    output_folder,
    signal_scan,
)
from complaint_qms.backtest.catalogue import phrase
from complaint_qms.backtest.deliveries import ingest_deliveries
from complaint_qms.backtest.errors import (
    COLUMNS,
    NO_GOOD_ROW,
    OUTPUT,
    UNREADABLE,
    USAGE,
    CommandError,
    exit_code,
)
from complaint_qms.backtest.inputs import Inputs
from complaint_qms.backtest.piped_input import PipedInput
from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.progress import Progress
from complaint_qms.backtest.store import FINAL_NAME, WORK_NAME, Store
from complaint_qms.engine.signals.findings.types import NO_RISE
from complaint_qms.tabular import mapping
from complaint_qms.tabular.errors import TableError
from complaint_qms.tabular.profile import Profile, first_look, profile

REPORT_NAME, MAPPING_NAME, SIDE_NAME = "report.html", "mapping.yaml", "bad_rows.csv"
COMPLAINTS_NAME = "report_complaints.csv"
FURTHEST = 3660
"""Days after its last event at which a history may be said to end; every week up to there is looked at."""
LASTING = (USAGE, UNREADABLE, COLUMNS, NO_GOOD_ROW)
"""Faults that the same command would bring again: nothing is there to be gone on with."""


@dataclass
class Job:
    """What the user asked for."""

    files: list[Path]
    out: Path
    policy: Policy
    policy_file: Path | None = None
    mapping: Path | None = None
    deliveries: Path | None = None
    as_of: str | None = None
    text: bool = True
    fresh: bool = False
    language: str = "en"
    piped: PipedInput = field(default_factory=PipedInput)


@dataclass
class Result:
    """Where things are and how many there were."""

    database: Path
    report: Path
    mapping: Path
    side_file: Path | None
    good: int
    bad: int
    left_out: int
    findings: int
    changes: int
    """What is no rise: labels, gaps, batches that came early."""
    signals: int
    series: int
    resumed: bool
    mapping_aside: Path | None
    as_of: str
    remarks: list[str] = field(default_factory=list)
    """What is odd about the history as a whole."""
    mappings: list[tuple[mapping.FileMapping, Profile]] = field(default_factory=list)
    bad_reasons: list[tuple[str, int]] = field(default_factory=list)
    """Of the bad rows, the most frequent first."""


def replay_history(job: Job, progress: Progress) -> Result:
    """The whole replay; raises CommandError with a message for the user."""
    with _calm_collector(), job.piped.named():
        return _run(job, progress)


def write_columns(
    job: Job, progress: Progress
) -> tuple[list[tuple[mapping.FileMapping, Profile]], Path | None]:
    """Only guess the columns and write the mapping; returns them, and where an older mapping was put aside."""
    _keep_apart(job)
    with job.piped.named():
        given = _read(job, progress, profile)
    with output_folder.claimed(job.out):
        aside = _write_mapping(job, given.text, given.texts)
    return given.mappings, aside


def write_report(database: Path, target: Path, language: str) -> None:
    """The HTML report of a finished store, and the file of its complaints beside it."""
    from complaint_qms.backtest.report import render
    from complaint_qms.backtest.report.lists import beside, write_complaints

    table = beside(target)
    output_folder.keep_apart([target, table], [database])
    store = Store.finished(database)
    try:
        output_folder.write_whole(target, render(store, language, table.name))
        if target.is_file():  # a device has nothing beside it
            write_complaints(store, table)
    finally:
        store.close()


def last_event(past: history.History) -> np.datetime64:
    """The day the history ends: the latest receipt, or a later step of the procedure within a year of it."""
    limit = past.as_of + np.timedelta64(366, "D")
    return max([past.as_of, *(t.max() for c in past.times.values() if len(t := c[c <= limit]))])


@contextlib.contextmanager
def _calm_collector() -> Iterator[None]:
    """Rows come as millions of short-lived lists without cycles; searching them for cycles costs a quarter of the time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _run(job: Job, progress: Progress) -> Result:
    as_of = _as_of(job.as_of)
    _keep_apart(job)
    given = _read(job, progress)
    with output_folder.claimed(job.out):
        store, resumed = _store(job, _identity(job, given))
        try:
            return _work(job, progress, store, resumed, given, as_of)
        except (CommandError, TableError) as error:
            if exit_code(error) in LASTING:
                store.discard()
            raise
        finally:
            store.close()


def _work(
    job: Job,
    progress: Progress,
    store: Store,
    resumed: bool,
    given: Inputs,
    as_of: np.datetime64 | None,
) -> Result:
    sources, first = given.sources, given.text
    aside = None if resumed and (job.out / MAPPING_NAME).exists() else _write_mapping(job, first, given.texts)
    collector = history.Collector(store)
    with progress.bar(phrase("step_ingest", job.language), sum(s.records for s in sources)) as tick:
        for source in sources:
            ingest.ingest(store, source, collector, job.policy.timezone, tick, as_of)
    for source, facts in given.files:
        facts.records = ingest.records_of(store, source)
    text = given.text  # again: what the dates mean may have been decided on the way
    aside = _write_mapping(job, text, {first, *given.texts}) or aside
    if given.deliveries:
        table, _, mapped = given.deliveries
        ingest_deliveries(store, table, mapped, job.policy.timezone)
    side, bad = _write_side_file(store, job)
    if not collector.size:
        name = sources[0].mapping.name
        lines = mapping_writer.lines_to_fill(text, name, ["received"])
        raise CommandError(
            "no_good_row", NO_GOOD_ROW, bad=bad, side=side, mapping=job.out / MAPPING_NAME, lines=lines
        )
    left_out = 0
    if as_of is not None:
        left_out = _leave_out(store, as_of)
        if left_out:
            collector = history.Collector(store)
            file_quality.note_spellings(store, collector.labels())
    good = collector.size
    _judge(store, job, collector, as_of, text, progress)
    signals, series = map(store.count, ("signal", "series"))
    told = list(store.column("SELECT change FROM finding"))
    changes = sum(change in NO_RISE for change in told)
    until = store.meta("as_of")[:10]
    remarks = odd_history.remarks(store, job.as_of, job.language)
    reasons = store.db.execute(
        "SELECT reason, count(*) FROM rejected GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    final = job.out / FINAL_NAME
    store.finish(final)
    with progress.bar(phrase("step_report", job.language)):
        report = job.out / REPORT_NAME
        write_report(final, report, job.language)
    return Result(
        final, report, job.out / MAPPING_NAME, side if bad else None, good, bad, left_out, len(told) - changes, changes, signals, series,
        resumed, aside, until, remarks, given.mappings, reasons,
    )  # fmt: skip


def _read(job: Job, progress: Progress, look: Callable[..., Profile] = first_look) -> Inputs:
    """The files with their columns; where one is missing, the mapping is written all the same, to be completed."""
    given = inputs.read_inputs(job, progress, look)
    with contextlib.ExitStack() as stack:

        def write(text: str) -> None:
            stack.enter_context(output_folder.claimed(job.out))
            _write_mapping(job, text, {text})

        given.require(job.out / MAPPING_NAME, write)
    return given


def _keep_apart(job: Job) -> None:
    names = (FINAL_NAME, WORK_NAME, REPORT_NAME, COMPLAINTS_NAME, MAPPING_NAME, SIDE_NAME)
    outputs = [job.out / name for name in names]
    output_folder.keep_apart(outputs, [*job.files, job.policy_file, job.deliveries])
    # the mapping of an earlier run is there to be given back: it is read and left as it is
    output_folder.keep_apart([path for path in outputs if path.name != MAPPING_NAME], [job.mapping])


def _write_mapping(job: Job, text: str, ours: set[str]) -> Path | None:
    """The mapping beside the results. One that says something else is put aside; returns where. One that was given is
    the user's own, with their comments, and stays."""
    target = job.out / MAPPING_NAME
    if job.mapping is not None and output_folder.same(job.mapping, target):
        return None
    aside = output_folder.put_aside(target, ours)
    output_folder.write_whole(target, text)
    return aside


def _write_side_file(store: Store, job: Job) -> tuple[Path, int]:
    side = job.out / SIDE_NAME
    try:
        return side, ingest.write_bad_rows(store, side, job.language)
    except OSError as error:
        raise CommandError("output_unwritable", OUTPUT, file=side, why=error.strerror) from None


def _leave_out(store: Store, as_of: np.datetime64) -> int:
    """Drop what was received after the day the history is to end; returns how many."""
    if store.done("as of") >= 0:
        last = str(as_of).replace("T", " ")
        with store.transaction():
            early = store.db.execute("SELECT min(received), max(received) FROM complaint").fetchone()
            dropped = store.db.execute("DELETE FROM complaint WHERE received > ?", (last,)).rowcount
            if not store.count("complaint"):
                raise CommandError("as_of_early", USAGE, value=last[:10], first=early[0][:10])
            store.set_meta("left_out", str(dropped))
            store.set_done("as of", -1)
    return int(store.meta("left_out") or 0)


def _judge(
    store: Store,
    job: Job,
    collector: history.Collector,
    as_of: np.datetime64 | None,
    mapping_text: str,
    progress: Progress,
) -> None:
    policy, good = job.policy, collector.size
    if job.text:
        # Not at the top: half a second that a run without texts need not wait.
        from complaint_qms.backtest import duplicates, text_classification

        with progress.bar(phrase("step_read_text", job.language), good) as tick:
            text_classification.classify(store, policy, tick)
        gc.collect()  # seldom done on its own here, and each step leaves much behind
    past = collector.history(store)
    until = _end_of(past, as_of)
    with store.transaction():
        for key, value in (
            ("program", complaint_qms.__version__),
            ("first", str(past.received[past.near.start])[:10]),
            ("last", str(past.as_of)[:10]),
            ("as_of", str(until).replace("T", " ")),
            ("policy", policy.text),
            ("mapping", mapping_text),
            ("text", "yes" if job.text else "no"),
        ):
            store.set_meta(key, value)
        store.set_filled(past.filled)
        history.note_far(store, past)
    with progress.bar(phrase("step_assess", job.language), good) as tick:
        assess.assess_history(store, policy, past, until, tick)
    past.times.clear()  # nobody asks for them again
    gc.collect()
    if job.text:
        with progress.bar(phrase("step_similar", job.language), good) as tick:
            duplicates.find(store, policy, past, tick)
    with progress.bar(phrase("step_signals", job.language)):
        signal_scan.scan(store, policy, past, until)


def _end_of(past: history.History, as_of: np.datetime64 | None) -> np.datetime64:
    """The moment the history ends; steps of the procedure that came later were not yet done then."""
    last = last_event(past)
    if as_of is None:
        return last
    latest = last + np.timedelta64(FURTHEST, "D")
    if as_of > latest:
        raise CommandError(
            "as_of_late", USAGE, value=str(as_of)[:10], last=str(last)[:10], latest=str(latest)[:10]
        )
    past.forget_after(as_of)
    return as_of


def _as_of(text: str | None) -> np.datetime64 | None:
    if text is None:
        return None
    try:
        day = datetime.strptime(text, "%d.%m.%Y").date() if "." in text else date.fromisoformat(text)
        return np.datetime64(day, "s") + np.timedelta64(86399, "s")
    except ValueError:
        raise CommandError("as_of_invalid", USAGE, value=text) from None


def _identity(job: Job, given: Inputs) -> str:
    """Hash of everything the result depends on."""
    parts = {
        "program": complaint_qms.__version__,
        **given.identity,
        "policy": job.policy.text,
        "as_of": job.as_of,
        "text": job.text,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _store(job: Job, identity: str) -> tuple[Store, bool]:
    """The working store: a new one, or that of an interrupted run of the very same job."""
    path = job.out / WORK_NAME
    if path.exists() and not job.fresh:
        store = Store.reopen(path)
        try:
            known = store.meta("identity")
        except sqlite3.Error:
            known = None
        if known == identity:
            return store, True
        store.close()
        if known is not None:
            raise CommandError("work_foreign", OUTPUT, file=path)
    store = Store.create(path)
    with store.transaction():
        store.set_meta("identity", identity)
    return store, False
