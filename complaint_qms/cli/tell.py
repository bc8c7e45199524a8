"""What the verbs print. Plain lines, aligned, no colours: they are read in pipes as often as in terminals."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable

import yaml

from complaint_qms.cli import history, likeness, words
from complaint_qms.cli.errors import OK, USAGE, CliError
from complaint_qms.cli.fields import FIELDS, STAGES
from complaint_qms.cli.mapping import FileMapping
from complaint_qms.cli.messages import say
from complaint_qms.cli.policy import Policy
from complaint_qms.cli.read.profile import Profile
from complaint_qms.cli.replay import Result
from complaint_qms.cli.report.strings import text as label
from complaint_qms.cli.store import Store
from complaint_qms.engine.similar import Index

CSV_KINDS = {",": "CSV", "\t": "TSV"}


def columns(mappings: list[tuple[FileMapping, Profile]], language: str) -> None:
    """The guessed columns of each file, with an example."""
    for mapping, facts in mappings:
        fmt = mapping.format
        kind = fmt.kind.upper()
        if fmt.kind == "csv":
            kind = CSV_KINDS.get(fmt.delimiter, f"CSV {fmt.delimiter}")
        kind += f", {fmt.encoding}" if fmt.kind != "xlsx" else ""
        print(say("columns_of", language, file=mapping.name, records=f"{facts.records:,}", kind=kind))
        rows = []
        for key, names in mapping.columns.items():
            column = facts.column(names[0])
            example = " ".join(column.examples[0].split()) if column and column.examples else ""
            decision = mapping.dates.get(key)
            note = f"{decision.order}: {say(decision.why, language)}" if decision else ""
            rows.append((label(f"field_{key}", language), " + ".join(names), cut(example, 32), note))
        table(rows, indent=2)
        print()


def result(done: Result, seconds: float, language: str) -> None:
    """Counts, places, speed."""
    if done.resumed:
        print(say("resumed", language))
    print(say("done_rows", language, good=f"{done.good:,}", bad=f"{done.bad:,}"))
    if done.side_file:
        print(say("done_side", language, path=done.side_file))
    print(say("done_signals", language, signals=f"{done.signals:,}", series=f"{done.series:,}"))
    rows = done.good + done.bad
    print(
        say("done_rate", language, rows=f"{rows:,}", seconds=f"{seconds:.1f}", rate=f"{rows / seconds:,.0f}")
    )
    print(say("done_files", language, report=done.report, database=done.database, mapping=done.mapping))


def signals(store: Store, kind: str | None, language: str) -> int:
    """Every signal, latest first, with its sentence."""
    rows = store.db.execute(
        "SELECT kind, key, signal.method, p, q, words, label FROM signal JOIN series ON series.series = signal.series "
        "WHERE ?1 IS NULL OR kind = ?1 ORDER BY period DESC, p, signal",
        (kind,),
    ).fetchall()
    if not rows:
        print(say("signals_none", language))
    for series, key, method, p, q, stored, week in rows:
        name = (
            label("series_all", language)
            if series == "all"
            else f"{label('field_' + series, language)} {key}"
        )
        chance = "" if p is None else f", p = {p:.2g}, q = {q:.2g}"
        print(f"{week}  {name}  [{label('method_' + method, language)}{chance}]")
        print(f"    {words.sentences(stored, language)}")
    return OK


def similar(store: Store, key: str | None, text: str | None, limit: int, language: str) -> int:
    """The complaints most like a given one, or like a text."""
    if store.meta("text") != "yes":
        raise CliError("no_text", USAGE)
    past = history.load(store)
    policy = Policy(yaml.safe_load(store.meta("policy")))
    index = Index(likeness.settings(policy))
    own = None
    if key is not None:
        found = store.db.execute("SELECT row_id FROM complaint WHERE id = ?", (key,)).fetchone()
        if not found:
            raise CliError("no_such_complaint", USAGE, id=key, file=store.path)
        own = int((past.row_id == found[0]).argmax()) + 1
    query = None
    for start in range(0, len(past), likeness.CHUNK):
        stop = min(start + likeness.CHUNK, len(past))
        records = list(likeness.records(store, past, start, stop))
        query = next((r for r in records if r.id == str(own)), query)
        index.add_many(r for r in records if r.id != str(own))
    if query is None:
        query = likeness.record(
            "0", None, text, None, None, None, past.as_of.astype("datetime64[D]").tolist()
        )
    matches = index.query(query, limit)
    if not matches:
        print(say("similar_none", language))
    for match in matches:
        row_id = int(past.row_id[int(match.id) - 1])
        other, received, item, words_of = store.db.execute(
            "SELECT id, received, item, coalesce(subject || ' ', '') || coalesce(text, '') FROM complaint WHERE row_id = ?",
            (row_id,),
        ).fetchone()
        print(f"{match.score:.2f}  {other}  {received}  {item or ''}")
        print(f"      {cut(' '.join(words_of.split()), 110)}")
        for r in match.reasons:
            print(f"      - {words.reason(r.message, list(r.args), language)}")
    return OK


def explain(store: Store, key: str, language: str) -> int:
    """One complaint: what was read, what was decided, why."""
    cursor = store.db.execute("SELECT * FROM complaint WHERE id = ?", (key,))
    row = cursor.fetchone()
    if not row:
        raise CliError("no_such_complaint", USAGE, id=key, file=store.path)
    facts = dict(zip((c[0] for c in cursor.description), row, strict=True))
    print(label("explain_facts", language))
    shown = [
        (label(f"field_{f.key}", language), cut(str(facts[f.key]), 100))
        for f in FIELDS
        if facts[f.key] is not None
    ]
    table(shown, indent=2)
    print(f"\n{label('explain_text', language)}")
    for field, value, confidence, why in store.db.execute(
        "SELECT field, value, confidence, reasons FROM reading WHERE row_id = ? ORDER BY field",
        (facts["row_id"],),
    ):
        print(f"  {label('field_' + field, language)}: {value}  ({confidence:.0%})")
        for template, arguments, _weight in json.loads(why):
            print(f"      - {words.reason(template, arguments, language)}")
    cursor = store.db.execute("SELECT * FROM assessment WHERE row_id = ?", (facts["row_id"],))
    row = cursor.fetchone()
    judged = dict(zip((c[0] for c in cursor.description), row, strict=True))
    _explain_risk(judged, Policy(yaml.safe_load(store.meta("policy"))), language)
    _explain_times(store, judged["seq"], language)
    _explain_rest(store, judged, language)
    return OK


def _explain_risk(judged: dict, policy: Policy, language: str) -> None:
    print(f"\n{label('explain_risk', language)}")
    origin = label(f"severity_from_{judged['severity_from']}", language)
    basis = (
        label("explain_rate", language).format(
            rate=f"{judged['rate'] * 1000:.3g}", days=policy.data["risk"]["window_days"]
        )
        if judged["rate"] is not None
        else label("explain_recent", language).format(
            count=judged["recent"], days=policy.data["risk"]["window_days"]
        )
    )
    rows = [
        (
            label("field_severity", language),
            level_name(policy, "severities", judged["severity"], language),
            origin,
        ),
        (
            label("occurrence", language),
            level_name(policy, "occurrences", judged["occurrence"], language),
            basis,
        ),
        (label("risk", language), level_name(policy, "levels", judged["risk"], language), ""),
    ]
    if judged["report_by"]:
        rows.append((label("report_by", language), judged["report_by"], label("not_legal_advice", language)))
    table(rows, indent=2)


def _explain_times(store: Store, seq: int, language: str) -> None:
    cursor = store.db.execute("SELECT * FROM sop_time WHERE seq = ?", (seq,))
    row = cursor.fetchone()
    if not row:
        return
    times = dict(zip((c[0] for c in cursor.description), row, strict=True))
    print(f"\n{label('explain_times', language)}")
    rows = [
        (label(f"stage_{key}", language), hours(times[key], language))
        for key in ("first_response", *STAGES, "total")
        if times[key] is not None
    ]
    if times["open_stage"]:
        rows.append(
            (label(f"stage_{times['open_stage']}", language), f"{hours(times['open_minutes'], language)} …")
        )
    table(rows, indent=2)
    for stage, at, told, due in store.db.execute(
        'SELECT stage, "at", told, due FROM escalation WHERE seq = ? ORDER BY due, stage, "at"', (seq,)
    ):
        print(f"    {due}  {label('stage_' + stage, language)} {at:.0%} → {told}")


def _explain_rest(store: Store, judged: dict, language: str) -> None:
    effects = store.db.execute(
        "SELECT rule, action, detail FROM effect WHERE seq = ? ORDER BY rowid", (judged["seq"],)
    )
    for rule, action, detail in effects:
        print(f"\n{label('rule', language)} {rule}: {action} {detail}")
    pairs = store.db.execute(
        "SELECT complaint.id, score, reasons FROM pair JOIN assessment ON assessment.seq = left_seq + right_seq - ?1 "
        "JOIN complaint ON complaint.row_id = assessment.row_id WHERE left_seq = ?1 OR right_seq = ?1 ORDER BY score DESC, id",
        (judged["seq"],),
    ).fetchall()
    if pairs:
        print(f"\n{label('duplicates', language)}")
    for other, score, why in pairs:
        print(f"  {score:.2f}  {other}")
        for template, arguments, _weight in json.loads(why):
            print(f"      - {words.reason(template, arguments, language)}")


def level_name(policy: Policy, axis: str, key: str | None, language: str) -> str:
    """The policy's own name of a severity, occurrence or risk level."""
    section = policy.data["risk"][axis]
    level = (
        section.get(key) if isinstance(section, dict) else next((s for s in section if s["key"] == key), None)
    )
    if not level:
        return key or "-"
    return str(level.get("name_zh") if language == "zh" and level.get("name_zh") else level.get("name", key))


def hours(minutes: float, language: str) -> str:
    """Working minutes as hours and minutes."""
    whole = round(minutes)
    return label("hours_minutes", language).format(hours=f"{whole // 60:,}", minutes=whole % 60)


def cut(text: str, width: int) -> str:
    """At most `width` columns of text; Chinese characters take two."""
    used = 0
    for place, char in enumerate(text):
        used += 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if used > width:
            return text[: max(0, place - 1)] + "…"
    return text


def table(rows: Iterable[tuple[str, ...]], indent: int = 0) -> None:
    """Aligned columns."""
    rows = [tuple(str(c) for c in row) for row in rows]
    if not rows:
        return
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [c + " " * (w - _width(c)) for c, w in zip(row, widths, strict=True)]
        print((" " * indent + "  ".join(cells)).rstrip())


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
