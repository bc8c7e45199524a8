"""Groups of complaints that are one told twice, or similar cases, with their texts and the reasons of the closest pair."""

from __future__ import annotations

import json
from typing import Any

from complaint_qms.backtest.store import Store

ROWS = 12
MEMBERS = 4


def groups(store: Store, kind: str) -> dict[str, Any]:
    """The closest groups of one kind with their first members, texts cut short; how many pairs, groups and members in all."""
    found = []
    sizes = store.db.execute(
        "SELECT a.cluster, (SELECT count(*) FROM cluster WHERE cluster = a.cluster) FROM pair "
        "JOIN cluster a ON a.seq = left_seq AND a.kind = pair.kind "
        "JOIN cluster b ON b.seq = right_seq AND b.cluster = a.cluster "
        "WHERE pair.kind = ? GROUP BY a.cluster ORDER BY max(score) DESC, a.cluster LIMIT ?",
        (kind, ROWS),
    ).fetchall()
    for cluster, size in sizes:
        best = store.db.execute(
            "SELECT score, reasons FROM pair WHERE kind = ?2 "
            "AND left_seq IN (SELECT seq FROM cluster WHERE cluster = ?1) "
            "AND right_seq IN (SELECT seq FROM cluster WHERE cluster = ?1) ORDER BY score DESC, left_seq, right_seq LIMIT 1",
            (cluster, kind),
        ).fetchone()
        found.append(
            {"size": size, "members": _members(store, cluster), "score": best[0], "reasons": json.loads(best[1])}
        )  # fmt: skip
    count = store.db.execute(
        "SELECT count(DISTINCT cluster), count(*) FROM cluster WHERE kind = ?", (kind,)
    ).fetchone()
    pairs = store.db.execute("SELECT count(*) FROM pair WHERE kind = ?", (kind,)).fetchone()[0]
    return {"groups": found, "pairs": pairs, "clusters": count[0], "members": count[1]}


def _members(store: Store, cluster: int) -> list[dict[str, Any]]:
    cursor = store.db.execute(
        "SELECT cluster.seq, complaint.id, received, customer, item, batch, serial, substr(coalesce(subject || ' · ', '') || "
        "coalesce(text, ''), 1, 240) AS words FROM cluster JOIN assessment ON assessment.seq = cluster.seq "
        "JOIN complaint ON complaint.row_id = assessment.row_id WHERE cluster = ? ORDER BY cluster.seq LIMIT ?",
        (cluster, MEMBERS),
    )
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
