"""The worst complaints by number, injuries and deaths, what complaints cost, types by month, the age of what is open."""

from __future__ import annotations

from typing import Any

from complaint_qms.backtest.currencies import one_name
from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.report.rows import rows
from complaint_qms.backtest.store import Store
from complaint_qms.engine.classify.harm import HARM_OF_SEVERITY
from complaint_qms.tabular.fields import STAGES

WORST, HARMED, COST_ROWS = 10, 20, 10
AGES = (7, 30, 90, 180, 365)
"""Days of age at which the columns of open complaints end; the last one is open."""
HURT = (
    "CASE WHEN assessment.harm = 'death' OR deaths > 0 THEN 'death' "
    "WHEN assessment.harm = 'serious' OR assessment.harm_from = 'text' OR injured > 0 OR complaint.harm = 'yes' THEN 'injury' ELSE 'no' END"
)
"""Whether a complaint tells of a death, of an injury, or of neither (a crash or a fire that hurt nobody is none)."""
_WORDS = "substr(coalesce(subject || ' · ', '') || coalesce(text, ''), 1, 160) AS words"


def worst(store: Store, policy: Policy) -> list[dict[str, Any]]:
    """Complaints by deaths, severity, injuries, risk and cost, the newest first among equals."""
    severity = _ranked("severity", policy.severities)
    risk = _ranked("risk", tuple(policy.data["risk"]["levels"]))
    order = (
        f"ORDER BY {HURT} = 'death' DESC, coalesce(deaths, 0) DESC, {severity} DESC, coalesce(injured, 0) DESC, {risk} DESC, "
        "coalesce(cost, 0) DESC, assessment.seq DESC"
    )
    return rows(
        store,
        f"SELECT assessment.seq, complaint.id, received, item, assessment.type, assessment.severity, assessment.risk, injured, "
        f"deaths, assessment.harm, {_WORDS}, (SELECT min(finding) FROM found WHERE found.seq = assessment.seq) AS finding "
        "FROM (SELECT assessment.seq FROM assessment JOIN complaint ON complaint.row_id = assessment.row_id "
        f"{order} LIMIT ?) AS worst JOIN assessment ON assessment.seq = worst.seq "
        "JOIN complaint ON complaint.row_id = assessment.row_id "
        f"{order}",
        (WORST,),
    )


def harmed(store: Store, policy: Policy) -> dict[str, Any]:
    """Complaints that tell of a death or of somebody hurt: how many, sums, and the gravest by number; and how many tell only
    of a crash or of a fire."""
    source = "FROM assessment JOIN complaint ON complaint.row_id = assessment.row_id"
    events = "(assessment.harm IN ('minor', 'serious', 'death') OR injured > 0 OR deaths > 0)"
    milder = _milder(policy)
    from_text = f"assessment.harm_from = 'text' AND {HURT} <> 'no'"
    # What no file counts is not known: sum(), not total()
    count, died, hurt, told, doubted, injured, deaths = store.db.execute(
        f"SELECT count(*), total({HURT} = 'death'), total({HURT} = 'injury'), "
        f"total({from_text}), total({milder}), sum(injured), sum(deaths) {source} WHERE {events}"
    ).fetchone()
    found = rows(
        store,
        f"SELECT assessment.seq, complaint.id, received, item, assessment.type, injured, deaths, assessment.harm, "
        f"assessment.harm_from, CASE WHEN {milder} THEN assessment.severity END AS milder, {_WORDS} {source} WHERE {HURT} <> 'no' ORDER BY {HURT} = 'death' DESC, coalesce(deaths, 0) DESC, assessment.harm = 'serious' DESC, "
        "coalesce(injured, 0) DESC, assessment.seq DESC LIMIT ?",
        (HARMED,),
    )
    people = int(died + hurt)
    return {
        "rows": found, "count": count, "people": people, "died": int(died), "hurt": int(hurt),
        "told": int(told), "doubted": int(doubted), "injured": injured, "deaths": deaths,
    }  # fmt: skip


def costs(store: Store) -> list[dict[str, Any]]:
    """Cost by type and by item, largest first, with shares; for each currency by itself, that of most complaints first, what names none
    last. Empty without a column of costs."""
    told: dict[str | None, int] = dict(
        store.db.execute("SELECT currency, count(*) FROM complaint WHERE cost > 0 GROUP BY 1").fetchall()
    )
    same = one_name({name for name in told if name})
    members: dict[str | None, list[str]] = {}
    for name in sorted(told, key=lambda one: (one is None, -told[one], one or "")):
        members.setdefault(same.get(name or "", name), []).append(name or "")
    found = []
    for currency, names in members.items():
        kinds = _costs_of(store, names)
        if kinds:
            found.append({"currency": currency, "kinds": kinds, "several": len(members) > 1})
    return found


def months(store: Store) -> dict[str, Any]:
    """Types (largest first) by month: how many, and the largest cell."""
    cells: dict[str, dict[str, int]] = {}
    for kind, month, count in store.db.execute("SELECT type, month, count FROM month ORDER BY rowid"):
        cells.setdefault(kind, {})[month] = count
    names = list(next(iter(cells.values()))) if cells else []
    most = max((count for row in cells.values() for count in row.values()), default=0)
    return {"rows": cells, "months": names, "most": most}


def ageing(store: Store, as_of: str) -> dict[str, Any]:
    """Open complaints by stage and age in days: counts, and the oldest of each cell."""
    cells: dict[str, list[list[int]]] = {}
    cursor = store.db.execute(
        "SELECT open_stage, sop_time.seq, julianday(?) - julianday(substr(received, 1, 10)) FROM sop_time "
        "JOIN assessment ON assessment.seq = sop_time.seq JOIN complaint ON complaint.row_id = assessment.row_id "
        "WHERE open_stage IS NOT NULL ORDER BY sop_time.seq",
        (as_of,),
    )
    for stage, seq, days in cursor:
        place = next((i for i, end in enumerate(AGES) if days <= end), len(AGES))
        cells.setdefault(stage, [[] for _ in range(len(AGES) + 1)])[place].append(seq)
    cells = {stage: cells[stage] for stage in sorted(cells, key=_stage)}
    return {"rows": cells, "count": sum(len(cell) for row in cells.values() for cell in row)}


def _costs_of(store: Store, currencies: list[str]) -> dict[str, list[dict[str, Any]]]:
    where = f"cost > 0 AND coalesce(currency, '') IN ({', '.join('?' * len(currencies))})"
    total = store.db.execute(f"SELECT total(cost) FROM complaint WHERE {where}", currencies).fetchone()[0]
    found = {}
    for kind, column in (("type", "assessment.type"), ("item", "item")):
        sums = store.db.execute(
            f"SELECT coalesce({column}, ''), sum(cost), count(*) FROM assessment JOIN complaint "
            f"ON complaint.row_id = assessment.row_id WHERE {where} GROUP BY 1 ORDER BY 1 = '', 2 DESC, 1",
            currencies,
        ).fetchall()
        if any(key for key, *_ in sums):
            found[kind] = _pareto(sums, total)
    return found


def _stage(key: str) -> tuple[int, str]:
    return (STAGES.index(key) if key in STAGES else len(STAGES), key)


def _ranked(column: str, keys: tuple[str, ...]) -> str:
    """An SQL expression that rises with the level; keys are those of a checked policy."""
    cases = " ".join(
        f"WHEN '{key.replace(chr(39), chr(39) * 2)}' THEN {place}" for place, key in enumerate(keys)
    )
    return f"CASE assessment.{column} {cases} ELSE -1 END"


def _milder(policy: Policy) -> str:
    """An SQL condition: the text alone tells of harm, and the file gives a severity below the one that the text speaks for."""
    spoken = {harm: severity for severity, harm in HARM_OF_SEVERITY.items() if harm != "none"}
    least = " ".join(
        f"WHEN '{harm}' THEN {policy.severities.index(severity)}"
        for harm, severity in (policy.data["risk"]["harm"] | spoken).items()
        if severity in policy.severities
    )
    if not least:
        return "0"
    severity = _ranked("severity", policy.severities)
    return f"(assessment.harm_from = 'text' AND severity_from = 'file' AND {severity} < CASE assessment.harm {least} ELSE -1 END)"


def _pareto(sums: list[tuple[str, float, int]], total: float) -> list[dict[str, Any]]:
    shown, running = [], 0.0
    rest = [row for row in sums if row[0]][COST_ROWS:]
    parts = [*[row for row in sums if row[0]][:COST_ROWS]]
    if rest:
        parts.append((None, sum(r[1] for r in rest), sum(r[2] for r in rest)))  # type: ignore[arg-type]
    parts += [row for row in sums if not row[0]]
    for key, cost, count in parts:
        running += cost
        shown.append(
            {
                "key": key,
                "cost": cost,
                "count": count,
                "share": cost / total,
                "cumulative": min(running / total, 1.0),
            }
        )
    return shown
