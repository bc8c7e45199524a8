"""What belongs to the complaints of an index: a constant number of queries for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import frappe
from frappe.utils import create_batch
from pypika.queries import QueryBuilder

from complaint_qms.constants.regulatory_report import REPORT
from complaint_qms.constants.signals import CASES, SIGNAL
from complaint_qms.constants.stages import CAPA_ACTION_OPEN
from complaint_qms.services.reporting.access import can_read, permitted, readable

INVESTIGATION, CAPA, ASSESSMENT = "Investigation", "CAPA", "Reportability Assessment"
_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    INVESTIGATION: ("name", "complaint", "title", "stage", "investigator", "due_date"),
    CAPA: ("name", "title", "company", "capa_type", "stage", "capa_owner", "investigation", "window_start", "window_end", "verdict",
           "effect_conclusion", "closed_at"),
    ASSESSMENT: ("name", "complaint", "signal", "jurisdiction", "awareness_date", "deadline", "status", "outcome_kind", "reason",
                 "submission_reference", "submitted_on", "decided_by", "decided_at"),
    REPORT: ("name", "assessment", "complaint", "signal", "jurisdiction", "report_form", "report_kind", "status", "submitted_on",
             "authority_reference"),
    SIGNAL: ("name", "title", "state", "observed", "expected", "since", "until", "decision", "decided_at"),
}  # fmt: skip
_AT_ONCE: Final = 500


@dataclass
class RelatedRecords:
    """Attributes:
    of: DocType → rows with its readable fields, by name.
    links: DocType → complaint → names of those that belong to it.
    actions: rows of CAPA actions that are not done: {parent, action, action_owner, due_date}.
    closed: DocTypes whose records the reader may not read at all.
    """

    of: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {kind: [] for kind in _FIELDS})
    links: dict[str, dict[str, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    actions: list[dict[str, Any]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    @classmethod
    def of_complaints(cls, rows: list[dict[str, Any]]) -> RelatedRecords:
        found = cls()
        found.closed = [kind for kind in _FIELDS if not can_read(kind)]
        names = [row["name"] for row in rows]
        covered = {
            row["name"]: row["covered_by_investigation"]
            for row in rows
            if row.get("covered_by_investigation")
        }
        found._read(INVESTIGATION, [*_own(INVESTIGATION, names), *_listed_in("Investigation Complaint", INVESTIGATION, names), *covered.items()])  # fmt: skip
        by_study = found._by_record(INVESTIGATION)
        studied = _naming(CAPA, "investigation", by_study)
        found._read(CAPA, [*_listed_in("CAPA Complaint", CAPA, names), *((one, capa) for study, capa in studied for one in by_study[study])])  # fmt: skip
        found._read(SIGNAL, _listed_in(CASES, SIGNAL, names))
        by_signal = found._by_record(SIGNAL)
        of_signals = ((one, name) for signal, name in _naming(ASSESSMENT, "signal", by_signal) for one in by_signal[signal])  # fmt: skip
        found._read(ASSESSMENT, [*_own(ASSESSMENT, names), *of_signals])
        by_assessment = found._by_record(ASSESSMENT)
        found._read(REPORT, [(one, name) for about, name in _naming(REPORT, "assessment", by_assessment) for one in by_assessment[about]])  # fmt: skip
        found.actions = _open_actions([row["name"] for row in found.of[CAPA]])
        return found

    def names(self, kind: str, complaint: str) -> list[str]:
        """Records of a kind that belong to a complaint."""
        return sorted(self.links[kind].get(complaint, ()))

    def complaints(self, kind: str, name: str) -> list[str]:
        """Complaints of the index that a record belongs to."""
        return sorted(one for one, names in self.links[kind].items() if name in names)

    def _by_record(self, kind: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for complaint, names in self.links[kind].items():
            for name in names:
                found[name].add(complaint)
        return found

    def _read(self, kind: str, pairs: Iterable[tuple[str, str]]) -> None:
        """Take up (complaint, record), as far as the user may read the records."""
        if kind in self.closed:
            return
        wanted: dict[str, set[str]] = defaultdict(set)
        for complaint, name in pairs:
            wanted[name].add(complaint)
        record, fields = frappe.qb.DocType(kind), readable(kind, _FIELDS[kind])
        for some in create_batch(sorted(wanted), _AT_ONCE):
            query = frappe.qb.from_(record).select(*(record[name] for name in fields))
            query = query.where(record.name.isin(some)).orderby(record.name)
            self.of[kind] += permitted(query, kind).run(as_dict=True)
        for row in self.of[kind]:
            for complaint in wanted[row["name"]]:
                self.links[kind][complaint].add(row["name"])


def _own(kind: str, names: list[str]) -> list[tuple[str, str]]:
    """(complaint, record) of records with a field for it."""
    return _naming(kind, "complaint", names)


def _naming(kind: str, by: str, names: Collection[str]) -> list[tuple[str, str]]:
    record = frappe.qb.DocType(kind)
    query = frappe.qb.from_(record).select(record[by], record.name)
    return _in_parts(query, record[by], names)


def _listed_in(rows: str, kind: str, names: list[str]) -> list[tuple[str, str]]:
    """(complaint, record) of records with a table of complaints."""
    row = frappe.qb.DocType(rows)
    query = frappe.qb.from_(row).select(row.complaint, row.parent).where(row.parenttype == kind)
    return _in_parts(query, row.complaint, names)


def _in_parts(query: QueryBuilder, column: Any, names: Collection[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for some in create_batch(sorted(names), _AT_ONCE):
        found += query.where(column.isin(some)).run()
    return found


def _open_actions(capas: list[str]) -> list[dict[str, Any]]:
    action, found = frappe.qb.DocType("CAPA Action"), []
    for some in create_batch(capas, _AT_ONCE):
        query = frappe.qb.from_(action).select(
            action.parent, action.action, action.action_owner, action.due_date
        )
        query = query.where((action.parenttype == CAPA) & action.parent.isin(some))
        query = query.where(action.status.isin(CAPA_ACTION_OPEN)).orderby(action.due_date)
        found += query.run(as_dict=True)
    return found
