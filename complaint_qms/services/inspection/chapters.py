"""An index as chapters, each a piece of markup in the present language that begins on a page of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from frappe import _
from frappe.utils import create_batch, fmt_money, format_date, format_datetime, getdate

from complaint_qms.constants.inspection import CHAPTERS
from complaint_qms.constants.regulatory_report import REPORT
from complaint_qms.constants.signals import SIGNAL
from complaint_qms.services.case_file.chapters import Part, markup
from complaint_qms.services.inspection.listed import is_late, still_open
from complaint_qms.services.inspection.overdue import LateThing
from complaint_qms.services.inspection.related import ASSESSMENT, CAPA, INVESTIGATION, RelatedRecords
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list

_ROWS: Final = 100
CAPAS_ENDED: Final = ("closed", "ineffective", "void")

TITLES: Final[dict[str, Callable[[], str]]] = {
    "summary": lambda: _("Summary", context="Complaint QMS"),
    "complaints": lambda: _("Complaints"),
    "overdue": lambda: _("Overdue", context="Complaint QMS"),
    "capas": lambda: _("CAPAs of These Complaints"),
    "reportability": lambda: _("Reportability"),
    "signals": lambda: _("Signals"),
    "whole_files": lambda: _("Whole Files in the Archive"),
}


@dataclass
class IndexContent:
    """What an index tells.

    Attributes:
        rows: complaints, as `listed_complaints` reads them; of one whose whole file is in the archive {entry, sha256, pages, files} too, of one
        whose could not be made {file_error}.
        is_whole: the whole files are in the archive.
    """

    rows: list[dict[str, Any]]
    related: RelatedRecords
    late: list[LateThing]
    now: datetime
    is_whole: bool = False
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        users = [row.get(one) for row in self.rows for one in ("complaint_owner", "closed_by")]
        users += [row.get("capa_owner") for row in self.related.of[CAPA]] + [row.get("decided_by") for row in self.related.of[ASSESSMENT]]  # fmt: skip
        self.names = values_of("User", (*users, *(one.who for one in self.late)), "full_name")

    def counts(self) -> dict[str, Any]:
        """{complaints, open, overdue, capas, open_capas, assessments, open_assessments, signals, late}"""
        of = self.related.of
        return {
            "complaints": len(self.rows),
            "open": sum(map(still_open, self.rows)),
            "overdue": sum(still_open(row) and is_late(row) for row in self.rows),
            "capas": len(of[CAPA]),
            "open_capas": sum(row["stage"] not in CAPAS_ENDED for row in of[CAPA]),
            "assessments": len(of[ASSESSMENT]),
            "open_assessments": sum(row["status"] == "open" for row in of[ASSESSMENT]),
            "signals": len(of[SIGNAL]),
            "late": len(self.late),
        }


def index_parts(content: IndexContent) -> Iterator[Part]:
    """All chapters; that of the whole files where there are any."""
    made: dict[str, Callable[[IndexContent], list[dict[str, Any]]]] = {
        "summary": _summary,
        "complaints": _complaints,
        "overdue": _overdue,
        "capas": _capas,
        "reportability": _reportability,
        "signals": _signals,
        "whole_files": _whole_files,
    }
    keys = [key for key in CHAPTERS if key != "whole_files" or content.is_whole]
    for number, key in enumerate(keys, start=1):
        bodies = made[key](content) or [{"told": [_("None.")]}]
        bodies[0] = {"heading": TITLES[key](), "number": number, **bodies[0]}
        yield Part(number, TITLES[key](), "", [markup(**one) for one in bodies])


def _summary(content: IndexContent) -> list[dict[str, Any]]:
    counts = content.counts()
    labels = [
        (_("Complaints"), "complaints"), (word("open"), "open"), (word("overdue"), "overdue"), (_("CAPAs"), "capas"), (_("Open CAPAs"), "open_capas"),
        (_("Reportability Assessments"), "assessments"), (_("Open Assessments"), "open_assessments"), (_("Signals"), "signals"),
        (_("Late in All"), "late"),
    ]  # fmt: skip
    facts = [{"label": label, "value": str(counts[key])} for label, key in labels]
    sections = [{"title": "", "facts": facts, "texts": [], "tables": []}]
    by = [
        (_("Stage"), "stage", word),
        (_("Severity"), "severity", _),
        (_("Complaint Type"), "complaint_type", _),
        (_("Reportable"), "reportable", word),
    ]
    for title, name, said in by:
        counted = Counter(row.get(name) or "" for row in content.rows) if any(name in row for row in content.rows) else {}  # fmt: skip
        rows = [(said(key) if key else "–", str(count)) for key, count in Counter(counted).most_common(30)]
        if rows:
            sections.append({"title": title, "facts": [{"label": label, "value": value} for label, value in rows], "texts": [], "tables": []})  # fmt: skip
    told = [_("You may not read: {0}").format(comma_list(_(kind) for kind in content.related.closed))] if content.related.closed else []  # fmt: skip
    return [{"sections": sections, "told": told}]


def _complaints(content: IndexContent) -> list[dict[str, Any]]:
    related, effects = content.related, {row["name"]: _effect(row) for row in content.related.of[CAPA]}
    rows = []
    for row in content.rows:
        due = row.get("resolution_due")
        linked = related.names(INVESTIGATION, row["name"])
        linked += [f"{capa} ({effects[capa]})" for capa in related.names(CAPA, row["name"])]
        rows.append(
            (
                _lines(row["name"], format_datetime(row["received_at"]), row.get("subject")),
                _lines(row.get("customer"), row.get("supplier")),
                _lines(row.get("item_code"), row.get("batch_no"), row.get("serial_no")),
                _lines(_(row.get("complaint_type") or ""), _(row.get("severity") or ""), _harm(row)),
                _lines(word(row["stage"]), content.names.get(row.get("complaint_owner"), row.get("complaint_owner"))),
                _lines(word(row.get("sla_status")), format_datetime(due) if due else ""),
                _lines(word(row.get("reportable")), *related.names(ASSESSMENT, row["name"])),
                _lines(*linked),
                _lines(word(row.get("settlement_status")), _money(row)),
                _lines(_day(row.get("closed_at")), word(row.get("closing_decision"))),
            )
        )  # fmt: skip
    heads = [_("Complaint"), _("Customer"), _("Item"), _("Type and Severity"), _("Stage"), _("Time Limit"), _("Reportable"), _("Investigation and CAPA"), _("Settlement"), _("Closed", context="Complaint")]  # fmt: skip
    return _tables(heads, [15, 10, 10, 10, 9, 10, 9, 11, 8, 8], rows)


def _overdue(content: IndexContent) -> list[dict[str, Any]]:
    rows = [
        (
            _lines(_(one.doctype), one.name),
            one.what,
            content.names.get(one.who, one.who),
            _when(one.due),
            str((content.now.date() - getdate(one.due)).days),
            comma_list(one.complaints),
        )
        for one in content.late
    ]
    heads = [
        _("Record"),
        _("What Is Late"),
        _("Who Answers for It"),
        _("Was Due On"),
        _("Days Late"),
        _("Complaints"),
    ]
    return _tables(heads, [16, 34, 14, 12, 6, 18], rows)


def _capas(content: IndexContent) -> list[dict[str, Any]]:
    due: dict[str, date] = {}
    for action in content.related.actions:
        if action["due_date"]:
            due.setdefault(action["parent"], action["due_date"])
    every = sorted(content.related.of[CAPA], key=lambda row: (row["stage"] in CAPAS_ENDED, row["name"]))
    rows = [
        (
            row["name"],
            row.get("title") or "",
            word(row["stage"], CAPA),
            content.names.get(row.get("capa_owner"), row.get("capa_owner") or ""),
            _day(due.get(row["name"])),
            _effect(row),
            _day(row.get("closed_at")),
            comma_list(content.related.complaints(CAPA, row["name"])),
        )
        for row in every
    ]
    heads = [_("CAPA"), _("Title"), _("Stage"), _("Owner", context="CAPA Action"), _("Next Action Due"), _("Effectiveness"), _("Closed", context="Complaint"), _("Complaints")]  # fmt: skip
    return _tables(heads, [11, 22, 11, 12, 9, 11, 8, 16], rows)


def _reportability(content: IndexContent) -> list[dict[str, Any]]:
    reports: dict[str, list[str]] = {}
    for row in content.related.of[REPORT]:
        about = [row["name"], word(row["report_form"]), word(row["report_kind"]), word(row["status"], REPORT), _day(row.get("submitted_on")), row.get("authority_reference")]  # fmt: skip
        reports.setdefault(row["assessment"], []).append(" · ".join(filter(None, about)))
    rows = [
        (
            row["name"],
            row.get("complaint") or row.get("signal") or "",
            row.get("jurisdiction") or "",
            _lines(word(row["status"], ASSESSMENT), word(row.get("outcome_kind"), ASSESSMENT)),
            _day(row.get("deadline")),
            _lines(content.names.get(row.get("decided_by"), row.get("decided_by")), _day(row.get("decided_at"))),
            _lines(row.get("submission_reference"), _day(row.get("submitted_on")), *reports.get(row["name"], ())),
            row.get("reason") or "",
        )
        for row in content.related.of[ASSESSMENT]
    ]  # fmt: skip
    heads = [_("Reportability Assessment"), _("Complaint"), _("Jurisdiction"), _("State", context="Complaint"), _("Deadline"), _("Decided By"), _("Reported to the Authority"), _("Reason")]  # fmt: skip
    return _tables(heads, [11, 11, 11, 10, 8, 11, 18, 20], rows)


def _signals(content: IndexContent) -> list[dict[str, Any]]:
    rows = [
        (
            row["name"],
            row.get("title") or "",
            word(row["state"], SIGNAL),
            " – ".join(filter(None, (_day(row.get("since")), _day(row.get("until"))))),
            f"{row.get('observed') or 0} / {row.get('expected') or 0:.1f}",
            _lines(word(row.get("decision"), SIGNAL), _day(row.get("decided_at"))),
            comma_list(content.related.complaints(SIGNAL, row["name"])),
        )
        for row in content.related.of[SIGNAL]
    ]
    heads = [_("Signal", context="Complaint QMS"), _("Title"), _("State", context="Complaint"), _("From and Until"), _("Observed / Expected"), _("Decision"), _("Complaints")]  # fmt: skip
    return _tables(heads, [10, 18, 9, 12, 9, 10, 32], rows)


def _whole_files(content: IndexContent) -> list[dict[str, Any]]:
    rows = [
        (row["name"], row.get("entry") or row.get("file_error") or "", str(row.get("pages") or ""), str(row.get("files") or 0), row.get("sha256") or "")
        for row in content.rows
    ]  # fmt: skip
    heads = [_("Complaint"), _("Entry of the Archive"), _("Pages"), _("Files", context="Complaint"), "SHA-256"]  # fmt: skip
    return [one | {"table": one["table"] | {"mono": 4}} for one in _tables(heads, [14, 36, 7, 7, 36], rows)]


def _effect(row: dict[str, Any]) -> str:
    """What a CAPA brought about: what was concluded, else what was measured, else where it stands."""
    if row["stage"] not in CAPAS_ENDED and row["stage"] != "effectiveness":
        return word(row["stage"], CAPA)
    return word(row.get("effect_conclusion") or row.get("verdict"), CAPA) or word(row["stage"], CAPA)


def _harm(row: dict[str, Any]) -> str:
    """Harm that was done; empty where there was none."""
    return word(row["harm_level"]) if row.get("harm_level") not in (None, "", "none") else ""


def _money(row: dict[str, Any]) -> str:
    return fmt_money(row["settled_amount"], currency=row.get("currency")) if row.get("settled_amount") else ""


def _day(value: Any) -> str:
    return format_date(getdate(value)) if value else ""


def _when(value: Any) -> str:
    return format_datetime(value) if isinstance(value, datetime) else _day(value)


def _lines(*parts: str | None) -> str:
    return "\n".join(filter(None, parts))


def _tables(heads: list[str], widths: list[int], rows: Iterable[tuple]) -> list[dict[str, Any]]:
    return [{"table": {"heads": heads, "widths": widths, "rows": list(some)}} for some in create_batch(list(rows), _ROWS)]  # fmt: skip
