"""Plant known faults, replay, and say whether each was found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import yaml

from complaint_qms.backtest import (
    console,
    policy_file,
    replay,
    sample,
    stored_reasons,
)
from complaint_qms.backtest.catalogue import phrase
from complaint_qms.backtest.errors import NOT_FOUND_IN_DEMO, OK
from complaint_qms.backtest.progress import Progress
from complaint_qms.backtest.store import Store

DUPLICATE_RECALL = 0.9


@dataclass(frozen=True)
class PlantedCheck:
    """One planted thing: what it was, what the replay says, whether that is a find."""

    planted: str
    found: str
    ok: bool


def run_demo(folder: Path, rows: int, seed: int, language: str, progress: Progress) -> int:
    """Sample, replay, comparison; exit code 1 when something planted was missed."""
    planted = sample.write_sample(folder, rows, seed)
    job = replay.Job(
        files=[folder / "complaints.csv"],
        out=folder / "result",
        policy=policy_file.load_policy(None),
        deliveries=folder / "deliveries.csv",
        fresh=True,
        language=language,
    )
    result = replay.replay_history(job, progress)
    store = Store.finished(result.database)
    findings = compare(store, planted, language)
    store.close()
    head = (phrase("demo_planted", language), phrase("demo_found", language), "")
    missed = phrase("demo_missed", language)
    console.table([head, *((f.planted, f.found, "✓" if f.ok else missed) for f in findings)])
    failures = sum(not f.ok for f in findings)
    print()
    print(phrase("demo_some_missed", language, count=failures) if failures else phrase("demo_all", language))
    console.places(result, language)
    return NOT_FOUND_IN_DEMO if failures else OK


def compare(store: Store, planted: sample.Planted, language: str = "en") -> list[PlantedCheck]:
    """Every planted thing against the store of a replay."""
    return [
        _batch_signal(store, planted, language),
        _batch_rank(store, planted, language),
        _batch_finding(store, planted, language),
        _slow_stage(store, planted, language),
        _duplicates(store, planted, language),
        _repeat_customer(store, planted, language),
        _bad_rows(store, planted, language),
    ]


def _batch_signal(store: Store, planted: sample.Planted, language: str) -> PlantedCheck:
    row = store.db.execute(
        "SELECT observed, expected, label FROM signal JOIN series ON series.series = signal.series "
        "WHERE kind = 'batch' AND key = ? ORDER BY period LIMIT 1",
        (planted.bad_batch,),
    ).fetchone()
    name = phrase("demo_batch", language, batch=planted.bad_batch)
    if not row:
        return PlantedCheck(name, "-", False)
    words = phrase(
        "demo_batch_found",
        language,
        batch=planted.bad_batch,
        observed=f"{row[0]:.0f}",
        expected=f"{row[1]:.1f}" if row[1] is not None else "-",
        period=row[2],
    )
    return PlantedCheck(name, words, True)


def _batch_rank(store: Store, planted: sample.Planted, language: str) -> PlantedCheck:
    row = store.db.execute('SELECT batch FROM suspect ORDER BY "rank" LIMIT 1').fetchone()
    first = row[0] if row else "-"
    name = phrase("demo_batch", language, batch=planted.bad_batch)
    return PlantedCheck(name, phrase("demo_batch_rank", language, batch=first), first == planted.bad_batch)


def _batch_finding(store: Store, planted: sample.Planted, language: str) -> PlantedCheck:
    row = store.db.execute("SELECT parts, words FROM finding ORDER BY finding LIMIT 1").fetchone()
    name = phrase("demo_batch", language, batch=planted.bad_batch)
    if not row:
        return PlantedCheck(name, "-", False)
    words = phrase("demo_finding_found", language, words=stored_reasons.sentences(row[1], language))
    return PlantedCheck(name, words, json.loads(row[0]) == [["batch", planted.bad_batch]])


def _slow_stage(store: Store, planted: sample.Planted, language: str) -> PlantedCheck:
    data = yaml.safe_load(store.meta("policy"))
    shares = {}
    for stage, limit in data["sop"]["stage_hours"].items():
        over, count = store.db.execute(
            f"SELECT total({stage} > ?), count({stage}) FROM sop_time", (limit * 60,)
        ).fetchone()
        if count:
            shares[stage] = over / count
    order = sorted(shares, key=lambda s: (-shares[s], s))
    name = phrase("demo_stage", language, stage=phrase(f"stage_{planted.slow_stage}", language))
    if not order:
        return PlantedCheck(name, "-", False)
    other = f"{phrase(f'stage_{order[1]}', language)} {shares[order[1]]:.0%}" if len(order) > 1 else "-"
    stage = phrase(f"stage_{order[0]}", language)
    words = phrase("demo_stage_found", language, share=f"{shares[order[0]]:.0%}", stage=stage, other=other)
    clear = len(order) < 2 or shares[order[0]] > 2 * shares[order[1]]
    return PlantedCheck(name, words, order[0] == planted.slow_stage and clear)


def _duplicates(store: Store, planted: sample.Planted, language: str) -> PlantedCheck:
    rows = store.db.execute(
        "SELECT a.id, b.id FROM pair JOIN assessment x ON x.seq = left_seq JOIN complaint a ON a.row_id = x.row_id "
        "JOIN assessment y ON y.seq = right_seq JOIN complaint b ON b.row_id = y.row_id "
        "WHERE kind = 'told_twice'"
    ).fetchall()
    proposed = {frozenset(r) for r in rows}
    # a spoiled row cannot be found, and is not missed
    known = {r[0] for r in store.db.execute("SELECT id FROM complaint")}
    wanted = [p for p in planted.duplicates if set(p) <= known]
    found = sum(frozenset(p) in proposed for p in wanted)
    words = phrase("demo_duplicates_found", language, found=found, count=len(wanted), proposed=len(proposed))
    return PlantedCheck(
        phrase("demo_duplicates", language, count=len(wanted)),
        words,
        found >= DUPLICATE_RECALL * max(1, len(wanted)),
    )


def _repeat_customer(store: Store, planted: sample.Planted, language: str) -> PlantedCheck:
    rows = store.db.execute(
        "SELECT DISTINCT customer FROM effect JOIN assessment ON assessment.seq = effect.seq "
        "JOIN complaint ON complaint.row_id = assessment.row_id WHERE rule = 'repeat-customer' ORDER BY customer"
    ).fetchall()
    names = [r[0] for r in rows]
    words = phrase("demo_customer_found", language, customer=", ".join(names[:3])) if names else "-"
    return PlantedCheck(
        phrase("demo_customer", language, customer=planted.repeat_customer),
        words,
        planted.repeat_customer in names,
    )


def _bad_rows(store: Store, planted: sample.Planted, language: str) -> PlantedCheck:
    count = store.count("rejected")
    return PlantedCheck(
        phrase("demo_rows", language, count=planted.bad_rows),
        phrase("demo_rows_found", language, found=count),
        count == planted.bad_rows,
    )
