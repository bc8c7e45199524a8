"""What the verbs print. Plain lines, aligned, no colours: they are read in pipes as often as in terminals."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from itertools import groupby, takewhile
from operator import itemgetter
from pathlib import Path

import yaml

from complaint_qms.backtest import file_quality, similar_search, stored_reasons
from complaint_qms.backtest.catalogue import phrase, translator
from complaint_qms.backtest.currencies import column_of
from complaint_qms.backtest.errors import OK, USAGE, CommandError
from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.replay import Result
from complaint_qms.backtest.store import TOLD_TWICE, Store
from complaint_qms.tabular.fields import FIELDS, STAGES
from complaint_qms.tabular.mapping import FileMapping
from complaint_qms.tabular.mojibake import mended
from complaint_qms.tabular.profile import Profile
from complaint_qms.tabular.terminal_text import print_line, printable

REASONS_SHOWN = 6
CSV_KINDS = {",": "CSV", "\t": "TSV"}


def print_columns(mappings: list[tuple[FileMapping, Profile]], language: str) -> None:
    """The guessed columns of each file, with an example."""
    for mapping, facts in mappings:
        fmt = mapping.format
        kind = fmt.kind.upper()
        if fmt.kind == "csv":
            kind = CSV_KINDS.get(fmt.delimiter, f"CSV {fmt.delimiter}")
        kind += f", {fmt.encoding}" if fmt.kind != "xlsx" else ""
        kind += f", {fmt.sheet}" if fmt.kind == "xlsx" else ""
        print_line(phrase("columns_of", language, file=mapping.name, records=f"{facts.records:,}", kind=kind))
        for words_of_file in file_quality.lines(mapping, language):
            print_line(f"  ! {words_of_file}")
        rows = []
        for key, names in mapping.columns.items():
            column = facts.column(names[0])
            example = mended(" ".join(column.examples[0].split())) if column and column.examples else ""
            decision = mapping.dates.get(key)
            notes = [file_quality.date_words(decision, language)] if decision else []
            choice = mapping.choices.found.get(key)
            if choice and choice.why in ("content", "occurrence", "stands_in"):
                notes.append(phrase(f"chosen_by_{choice.why}", language))
            if choice and choice.other:
                notes.append(f"{phrase('runner_up', language)}: {printable(mended(choice.other))}")
            if key in ("quantity", "cost") and mapping.decimals.get(key) == ",":
                notes.append(phrase("decimal_comma", language))
            if key == "cost":
                notes += mapping.currencies[:3]
                notes += map(mended, filter(None, [column_of(mapping.headings, mapping.columns)]))
            note = "; ".join(notes)
            date = mapping.exposure and key == "received"
            name = phrase("delivery_date", language) if date else phrase(f"field_{key}", language)
            rows.append((name, mended(" + ".join(names)), cut(printable(example), 32), note))
        table(rows, indent=2)
        if gone := file_quality.not_found(mapping):
            names = phrase("comma", language).join(phrase(f"field_{key}", language) for key in gone)
            print_line(f"  {phrase('not_found', language, fields=names)}")
        for line in file_quality.not_used(mapping, language):
            print_line(f"  {line}")
        print_line()


def result(done: Result, seconds: float, language: str) -> None:
    """Counts, places, speed."""
    if done.resumed:
        print_line(phrase("resumed", language))
    print_line(
        phrase(
            "done_rows_one" if done.bad == 1 else "done_rows",
            language,
            good=f"{done.good:,}",
            bad=f"{done.bad:,}",
        )
    )
    for reason, count in done.bad_reasons[:REASONS_SHOWN]:
        print_line(f"  {count:,}: {phrase(reason, language)}")
    if done.left_out:
        print_line(phrase("done_left_out", language, count=f"{done.left_out:,}", date=done.as_of))
    if done.side_file:
        print_line(phrase("done_side", language, path=done.side_file))
    for remark in done.remarks:
        print_line(f"! {remark}")
    key = "done_signals_one" if done.findings == 1 else "done_signals"
    signals = phrase("weekly_signals", language, count=f"{done.signals:,}")
    print_line(
        phrase(key, language, findings=f"{done.findings:,}", signals=signals, series=f"{done.series:,}")
    )
    if done.changes:
        print_line(phrase("done_changes", language, count=f"{done.changes:,}"))
    rows = done.good + done.bad
    print(
        phrase(
            "done_rate", language, rows=f"{rows:,}", seconds=f"{seconds:.1f}", rate=f"{rows / seconds:,.0f}"
        )
    )
    places(done, language)


def places(done: Result, language: str) -> None:
    """Where the results lie."""
    put_aside(done.mapping_aside, language)
    names = {"report": done.report, "database": done.database, "mapping": done.mapping}
    print(phrase("done_files", language, **{key: printable(path) for key, path in names.items()}))


def put_aside(path: Path | None, language: str) -> None:
    """That an older mapping was kept."""
    if path:
        print_line(phrase("mapping_aside", language, path=path))


def signals(store: Store, kind: str | None, language: str) -> int:
    """Every week with a signal, latest first, with its sentence."""
    kinds = yaml.safe_load(store.meta("policy"))["signals"]["by"]
    if kind is not None and kind not in kinds:
        raise CommandError("kind_unknown", USAGE, kind=kind, kinds=", ".join(kinds))
    rows = store.db.execute(
        "SELECT kind, key, signal.method, p, q, words, label FROM signal JOIN series ON series.series = signal.series "
        "WHERE ?1 IS NULL OR kind = ?1 ORDER BY period DESC, p, signal",
        (kind,),
    ).fetchall()
    if not rows:
        print_line(phrase("signals_none", language))
    for series, key, method, p, q, stored, week in rows:
        name = (
            phrase("series_all", language)
            if series == "all"
            else f"{phrase('field_' + series, language)} {key}"
        )
        chance = "" if p is None else f", p = {p:.2g}, q = {q:.2g}"
        print_line(f"{week}  {name}  [{phrase('method_' + method, language)}{chance}]")
        print_line(f"    {stored_reasons.sentences(stored, language)}")
    return OK


def similar(store: Store, key: str | None, text: str | None, limit: int, language: str) -> int:
    """The complaints that tell the same story as a given one, then those that hold most of its text, or of a text."""
    if store.meta("text") != "yes":
        raise CommandError("no_text", USAGE)
    found = (
        similar_search.like_complaint(store, key, limit)
        if key is not None
        else similar_search.like_text(store, text or "", limit)
    )
    if not found.stories and not found.texts:
        print_line(phrase("similar_none", language))
    for hits, heading in (
        ([hit for hit in found.stories if hit.told_twice], "told_twice"),
        ([hit for hit in found.stories if not hit.told_twice], "similar_cases"),
        (found.texts, "similar_by_text" if key is not None else None),
    ):
        if hits and heading:
            print_line(phrase(heading, language))
        for hit in hits:
            print_line(f"{hit.score:.2f}  {hit.id}  {hit.received}  {hit.item or ''}")
            print_line(f"      {cut(printable(' '.join(hit.words.split())), 110)}")
            for sentence, values in hit.reasons:
                print_line(f"      - {stored_reasons.reason(sentence, values, language)}")
    return OK


def explain(store: Store, key: str, language: str) -> int:
    """One complaint: what was read, what was decided, why."""
    cursor = store.db.execute("SELECT * FROM complaint WHERE id = ?", (key,))
    row = cursor.fetchone()
    if not row:
        raise CommandError("no_such_complaint", USAGE, id=key, file=store.path)
    facts = dict(zip((c[0] for c in cursor.description), row, strict=True))
    print_line(phrase("explain_facts", language))
    shown = [
        (phrase(f"field_{f.key}", language), cut(printable(_fact(facts[f.key])), 100))
        for f in FIELDS
        if facts[f.key] is not None
    ]
    table(shown, indent=2)
    readings = store.db.execute(
        "SELECT field, value, confidence, reasons FROM reading WHERE row_id = ? ORDER BY field",
        (facts["row_id"],),
    ).fetchall()
    policy = Policy(yaml.safe_load(store.meta("policy")))
    if readings:
        print_line()
        print_line(phrase("explain_text", language))
    for field, value, confidence, why in readings:
        shown = level_name(policy, "severities", value, language) if field == "severity" else value
        shown = phrase(f"language_{value}", language) if field == "language" else shown
        print_line(f"  {phrase('field_' + field, language)}: {shown}  ({confidence:.0%})")
        for sentence, values, _weight in json.loads(why):
            print_line(f"      - {stored_reasons.reason(sentence, values, language)}")
    cursor = store.db.execute("SELECT * FROM assessment WHERE row_id = ?", (facts["row_id"],))
    row = cursor.fetchone()
    judged = dict(zip((c[0] for c in cursor.description), row, strict=True))
    _explain_risk(judged, policy, language)
    _explain_times(store, judged["seq"], language)
    _explain_rest(store, judged, language)
    return OK


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
    return phrase("hours_minutes", language).format(hours=f"{whole // 60:,}", minutes=whole % 60)


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
    rows = [tuple(printable(c) for c in row) for row in rows]
    if not rows:
        return
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [c + " " * (w - _width(c)) for c, w in zip(row, widths, strict=True)]
        print_line((" " * indent + "  ".join(cells)).rstrip())


def _fact(value: object) -> str:
    """A stored value as people write it: a count without a decimal point."""
    return f"{value:,.0f}" if isinstance(value, float) and value.is_integer() else str(value)


def _explain_risk(judged: dict, policy: Policy, language: str) -> None:
    print_line()
    print_line(phrase("explain_risk", language))
    origin = phrase(f"severity_from_{judged['severity_from']}", language)
    basis = (
        phrase("explain_rate", language).format(
            rate=f"{judged['rate'] * 1000:.3g}", days=policy.data["risk"]["window_days"]
        )
        if judged["rate"] is not None
        else phrase("explain_recent", language).format(
            count=judged["recent"], days=policy.data["risk"]["window_days"]
        )
    )
    rows = [
        (
            phrase("field_severity", language),
            level_name(policy, "severities", judged["severity"], language),
            origin,
        ),
        (
            phrase("occurrence", language),
            level_name(policy, "occurrences", judged["occurrence"], language),
            basis,
        ),
        (phrase("risk", language), level_name(policy, "levels", judged["risk"], language), ""),
    ]
    if judged["report_by"]:
        rows.append(
            (phrase("report_by", language), judged["report_by"], phrase("not_legal_advice", language))
        )
    table(rows, indent=2)


def _explain_times(store: Store, seq: int, language: str) -> None:
    cursor = store.db.execute("SELECT * FROM sop_time WHERE seq = ?", (seq,))
    row = cursor.fetchone()
    if not row:
        return
    times = dict(zip((c[0] for c in cursor.description), row, strict=True))
    print_line()
    print_line(phrase("explain_times", language))
    rows = [
        (_span(times, key, language), hours(times[key], language))
        for key in ("first_response", *STAGES, "total")
        if times[key] is not None
    ]
    if times["open_stage"] in STAGES:
        rows.append(
            (_span(times, times["open_stage"], language), f"{hours(times['open_minutes'], language)} …")
        )
    if times["open_stage"]:
        rows.append((phrase("stage_total", language), f"{hours(times['open_total'], language)} …"))
    table(rows, indent=2)
    for stage, at, told, due in store.db.execute(
        'SELECT stage, "at", told, due FROM escalation WHERE seq = ? ORDER BY due, stage, "at"', (seq,)
    ):
        print_line(f"    {due}  {phrase('stage_' + stage, language)} {at:.0%} → {translator(language)(told)}")


def _span(times: dict, clock: str, language: str) -> str:
    """A clock, or from which stage to which one it goes, where the ends of stages before are not known."""
    name = phrase(f"stage_{clock}", language)
    unknown = takewhile(
        lambda s: times[s] is None, reversed(STAGES[: STAGES.index(clock)] if clock in STAGES else ())
    )
    first = [*unknown][-1:]
    return (
        phrase("stage_span", language, first=phrase(f"stage_{first[0]}", language), last=name)
        if first
        else name
    )


def _explain_rest(store: Store, judged: dict, language: str) -> None:
    effects = store.db.execute(
        "SELECT rule, action, detail FROM effect WHERE seq = ? ORDER BY rowid", (judged["seq"],)
    )
    for rule, action, detail in effects:
        print_line()
        print_line(
            f"{phrase('rule', language)} {rule}: {phrase('action_' + action, language, action)}  {stored_reasons.detail(detail, language)}"
        )
    pairs = store.db.execute(
        "SELECT kind, complaint.id, score, reasons FROM pair JOIN assessment ON assessment.seq = left_seq + right_seq - ?1 "
        "JOIN complaint ON complaint.row_id = assessment.row_id WHERE left_seq = ?1 OR right_seq = ?1 ORDER BY kind DESC, score DESC, id",
        (judged["seq"],),
    ).fetchall()
    for kind, group in groupby(pairs, key=itemgetter(0)):
        print_line()
        print_line(phrase("told_twice" if kind == TOLD_TWICE else "similar_cases", language))
        for _kind, other, score, why in group:
            print_line(f"  {score:.2f}  {other}")
            for sentence, values, _weight in json.loads(why):
                print_line(f"      - {stored_reasons.reason(sentence, values, language)}")


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
