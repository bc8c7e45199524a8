"""How each procedure keeps its times: by stage, for the first response, and for the whole complaint."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import frappe
from frappe import _
from frappe.query_builder.functions import Count, Sum
from frappe.utils import cint, flt
from pypika.queries import QueryBuilder
from pypika.terms import Case, Criterion, Term

from complaint_qms.constants.clock import AT_RISK, LATE, MET, MISSED, OVERDUE, PAUSED, RUNNING
from complaint_qms.constants.stages import COMPLAINT_OPEN
from complaint_qms.services.record.labels import word
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.reporting.columns import (
    column,
    nothing_found,
    percent,
    sentences,
    summary,
)
from complaint_qms.services.reporting.filters import ReportFilters
from complaint_qms.services.reporting.percentiles import bucket_of, percentiles
from complaint_qms.services.sop.plan import usual_workday_of

RESPONSE, WHOLE = "first_response", "whole"
LINES = (RESPONSE, *COMPLAINT_OPEN, WHOLE)
HOUR = 3600


@dataclass
class Line:
    """What happened in one stage under one SOP.

    Attributes:
        entered: times a complaint entered the stage.
        met, late: in time; or too late, whether it has left the stage or is still in it.
        open, at_risk: still in it; of those, past the warning point but not yet late.
        measured, seconds: visits with a measured time, and the sum of their working time in seconds.
        percentiles: percent → seconds, between two values in proportion (as numpy's "linear").
    """

    entered: int = 0
    met: int = 0
    late: int = 0
    open: int = 0
    at_risk: int = 0
    measured: int = 0
    seconds: float = 0
    percentiles: dict[int, float] = field(default_factory=dict)


class SopPerformance:
    """Counts and working time by SOP and stage, for complaints received in the period."""

    def __init__(self, given: Mapping | str | None) -> None:
        self.filters = ReportFilters.read(given, own=())
        self.lines = self._measure()

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        return self.columns(), self.rows(), self.message(), self.chart(), self.summary(), True

    @staticmethod
    def columns() -> list[dict]:
        # Wide enough for "9 working days 7 h".
        hours = {"fieldtype": "Float", "width": 150, "precision": 1}
        return [
            column("sop", _("SOP"), width=180, link_to="Complaint SOP", link_from="sop_name"),
            column("stage", _("Stage"), width=150),
            column("limit", _("Limit (h)"), **hours),
            column("entered", _("Entered"), "Int", 90),
            column("met", _("In Time"), "Int", 90),
            column("late", _("Late"), "Int", 80),
            column("in_time", _("In Time %"), "Percent", 110),
            column("median", _("Median (h)"), **hours),
            column("mean", _("Mean (h)"), **hours),
            column("p90", _("90 % Within (h)"), **hours),
            column("open", _("Open Now"), "Int", 100),
            column("at_risk", _("At Risk Now"), "Int", 110),
        ]

    def rows(self) -> list[dict]:
        """One row per SOP and line, in the order of the way through."""
        limits = self._limits() if self.lines else {}
        rows = []
        for sop in sorted({sop for sop, _line in self.lines}, key=lambda name: (not name, name)):
            workday = usual_workday_of(frappe.get_cached_doc("Complaint SOP", sop)) if sop else None
            for key in LINES:
                line = self.lines.get((sop, key))
                if line:
                    rows.append(self._row(sop, key, line, limits.get((sop, key))) | {"workday": workday})
        return rows

    def message(self) -> str:
        if not self.lines:
            return sentences([nothing_found(self.filters.is_narrow)])
        return sentences(
            [
                _(
                    "Hours are working hours of the SOP, without the time on hold. Late counts what is late now as well. A complaint that ended before its limit without a first response counts as neither."
                ),
                self.filters.not_listed(),
            ]
        )

    def chart(self) -> dict | None:
        """In time and late by stage, all SOPs together."""
        judged = dict.fromkeys(LINES, (0, 0))
        for (_sop, key), line in self.lines.items():
            met, late = judged[key]
            judged[key] = (met + line.met, late + line.late)
        shown = [key for key in LINES if any(judged[key])]
        if not shown:
            return None
        return {
            "data": {
                "labels": [line_name(key) for key in shown],
                "datasets": [
                    {"name": _("In Time"), "values": [judged[key][0] for key in shown]},
                    {"name": _("Late"), "values": [judged[key][1] for key in shown]},
                ],
            },
            "type": "bar",
            "colors": ["#3BA272", "#C0392B"],
            "barOptions": {"stacked": 1},
            "axisOptions": {"shortenYAxisNumbers": 1},
            "height": 220,
        }

    def summary(self) -> list[dict]:
        """How many of all responses, stages and complaints were in time."""
        shown = []
        groups = (
            (_("First Response in Time"), (RESPONSE,)),
            (_("Stages in Time"), COMPLAINT_OPEN),
            (_("Complaints in Time"), (WHOLE,)),
        )
        for title, keys in groups:
            lines = [line for (_sop, key), line in self.lines.items() if key in keys]
            met, late = sum(line.met for line in lines), sum(line.late for line in lines)
            if met + late:
                share = percent(met, met + late)
                colour = "green" if share >= 95 else "orange" if share >= 80 else "red"
                shown.append(summary(title, share, colour, "Percent"))
        received = sum(line.entered for (_sop, key), line in self.lines.items() if key == COMPLAINT_OPEN[0])
        if received and (count := self._at_once()):
            shown.append(summary(_("Solved at Once"), percent(count, received), "blue", "Percent"))
        return shown

    def _row(self, sop: str, key: str, line: Line, limit: float | None) -> dict:
        return {
            "sop": sop or _("Without SOP"),
            "sop_name": sop,
            "stage": line_name(key),
            "limit": hours(limit),
            "entered": line.entered,
            "met": line.met,
            "late": line.late,
            "in_time": percent(line.met, line.met + line.late),
            "median": hours(line.percentiles.get(50)),
            "mean": hours(line.seconds / line.measured if line.measured else None),
            "p90": hours(line.percentiles.get(90)),
            "open": line.open,
            "at_risk": line.at_risk,
            "route": self._route(sop, key),
        }

    def _route(self, sop: str, key: str) -> dict | None:
        """The complaints that are in this stage now, as filters of the Complaint list; None where it cannot name them."""
        route = self.filters.route({"sop": ["=", sop] if sop else ["is", "not set"]})
        if route is None:
            return None
        if key in COMPLAINT_OPEN:
            return route | {"stage": ["=", key]}
        clock = "response_status" if key == RESPONSE else "resolution_status"
        return route | {clock: ["in", [*RUNNING, PAUSED]]}

    # Measuring -------------------------------------------------------------------------------------------------------

    def _measure(self) -> dict[tuple[str, str], Line]:
        """(SOP, line) → what happened. Two queries for the stages and two for each of the other two clocks."""
        lines: dict[tuple[str, str], Line] = {}
        for source in (self._stages(), self._clock(RESPONSE), self._clock(WHOLE)):
            lines |= source.read()
        return lines

    def _stages(self) -> VisitSource:
        complaint, log = frappe.qb.DocType("Complaint"), frappe.qb.DocType("Complaint Stage Log")
        inside = log.left_at.isnull()
        query = (
            frappe.qb.from_(complaint)
            .join(log)
            .on(log.parent == complaint.name)  # nothing else: an index alone answers the rest
            .where(log.stage.isin(COMPLAINT_OPEN))
        )
        return VisitSource(
            query=self._narrowed(query),
            sop=complaint.sop,
            line=log.stage,
            seconds=Case().when(log.left_at.isnotnull() & (complaint.sop != ""), log.used_seconds),
            met=log.left_at.isnotnull() & (log.status == MET),
            late=(log.left_at.isnotnull() & (log.status == MISSED))
            | (inside & (complaint.stage_status == OVERDUE)),
            open=inside,
            at_risk=inside & (complaint.stage_status == AT_RISK),
        )

    def _clock(self, line: str) -> VisitSource:
        complaint = frappe.qb.DocType("Complaint")
        clock = "response" if line == RESPONSE else "resolution"
        status = complaint[f"{clock}_status"]
        done, met = status.isin([MET, MISSED]), status == MET
        if (
            line == RESPONSE
        ):  # a complaint that ended unanswered has been judged, but nobody answered it in time
            done &= complaint.first_response_at.isnotnull()
            met &= complaint.first_response_at.isnotnull()
        query = frappe.qb.from_(complaint).where(status.isin([*RUNNING, PAUSED, MET, MISSED]))
        return VisitSource(
            query=self._narrowed(query),
            sop=complaint.sop,
            line=line,
            seconds=Case().when(done, complaint[f"{clock}_used"]),
            met=met,
            late=status.isin(LATE),
            open=status.isin([*RUNNING, PAUSED]),
            at_risk=status == AT_RISK,
        )

    def _at_once(self) -> int:
        complaint = frappe.qb.DocType("Complaint")
        query = frappe.qb.from_(complaint).where(complaint.at_once_sop.isnotnull())
        return cint(self._narrowed(query).select(Count("*")).run()[0][0])

    def _narrowed(self, query: QueryBuilder) -> QueryBuilder:
        return permitted(self.filters.apply(query, frappe.qb.DocType("Complaint")))

    def _limits(self) -> dict[tuple[str, str], float]:
        """(SOP, line) → seconds that the SOP allows today."""
        sop, stage = frappe.qb.DocType("Complaint SOP"), frappe.qb.DocType("Complaint SOP Stage")
        query = (
            frappe.qb.from_(sop)
            .left_join(stage)
            .on((stage.parent == sop.name) & (stage.parenttype == "Complaint SOP"))
            .select(sop.name, sop.first_response_time, sop.resolution_time, stage.stage, stage.time_limit)
            .where(sop.name.isin([name for name, _line in self.lines] or [""]))
        )
        limits: dict[tuple[str, str], float] = {}
        for row in query.run(as_dict=True):
            limits[(row.name, RESPONSE)] = flt(row.first_response_time)
            limits[(row.name, WHOLE)] = flt(row.resolution_time)
            if row.stage:
                limits[(row.name, row.stage)] = flt(row.time_limit)
        return {key: seconds for key, seconds in limits.items() if seconds}


@dataclass
class VisitSource:
    """A query whose rows are visits, and which of its terms say what about a visit.

    Attributes:
        line: a term, or the one line that all rows belong to.
        seconds: working time, null where it is not measured.
    """

    query: QueryBuilder
    sop: Term
    line: Term | str
    seconds: Term
    met: Criterion
    late: Criterion
    open: Criterion
    at_risk: Criterion

    def read(self) -> dict[tuple[str, str], Line]:
        """(SOP, line) → its figures."""
        lines: dict[tuple[str, str], Line] = defaultdict(Line)
        buckets: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
        for sop, name, bucket, entered, met, late, still, at_risk, measured, seconds in self._by_bucket():
            key = (sop or "", name)
            line = lines[key]
            line.entered += cint(entered)
            line.met += cint(met)
            line.late += cint(late)
            line.open += cint(still)
            line.at_risk += cint(at_risk)
            line.measured += cint(measured)
            line.seconds += flt(seconds)
            if bucket is not None:
                held = buckets[key]
                held[int(bucket)] = held.get(int(bucket), 0) + cint(measured)
        self._add_percentiles(lines, buckets)
        return dict(lines)

    def _by_bucket(self) -> tuple[tuple, ...]:
        bucket = bucket_of(self.seconds)
        query = self.query.select(
            self.sop,
            *self._line_term(),
            bucket.as_("bucket"),
            Count("*"),
            *[Sum(Case().when(term, 1).else_(0)) for term in (self.met, self.late, self.open, self.at_risk)],
            Count(self.seconds),
            Sum(self.seconds),
        ).groupby(self.sop, *self._line_term(), bucket)
        return self._with_line(query.run())

    def _add_percentiles(self, lines: dict, buckets: Mapping[tuple[str, str], dict[int, int]]) -> None:
        line = self._line_term()
        asked = buckets if line else {(sop,): held for (sop, _name), held in buckets.items()}
        for key, found in percentiles(self.query, [self.sop, *line], self.seconds, asked).items():
            lines[key if line else (*key, self.line)].percentiles |= found

    def _line_term(self) -> list[Term]:
        return [] if isinstance(self.line, str) else [self.line]

    def _with_line(self, rows: tuple[tuple, ...]) -> tuple[tuple, ...]:
        return rows if self._line_term() else tuple((row[0], self.line, *row[1:]) for row in rows)


def line_name(key: str) -> str:
    """Translated name of a stage or of one of the two other clocks."""
    names = {RESPONSE: _("First Response"), WHOLE: _("Whole Complaint")}
    return names.get(key) or word(key)


def hours(seconds: float | None) -> float | None:
    """Seconds as hours to one place."""
    return None if seconds is None else round(seconds / HOUR, 1)
