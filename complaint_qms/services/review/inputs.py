"""The sections of a review: each is what a report tells of the company and period, with the definitions beside its numbers.

A section is data: {key, title, clauses: [text], numbers, tables, chart, told, report, filters, refused}; see `frozen`. Nothing is counted
here that a report counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from frappe import _
from frappe.utils import getdate

from complaint_qms.constants import review as of
from complaint_qms.constants.review import SECTIONS
from complaint_qms.constants.signals import SIGNAL
from complaint_qms.constants.stages import CAPA
from complaint_qms.services.analysis.capa_effects import CapaEffects
from complaint_qms.services.analysis.efficiency_report import EfficiencyReport
from complaint_qms.services.analysis.pareto import Pareto
from complaint_qms.services.analysis.quality_cost import QualityCost
from complaint_qms.services.analysis.suppliers import SupplierScorecard
from complaint_qms.services.reporting.risk_matrix import RiskMatrixReport
from complaint_qms.services.reporting.satisfaction import Satisfaction
from complaint_qms.services.review.by_clause import (
    PUT_AWAY_STATES,
    last_actions_result,
    reportable_result,
    signal_result,
)
from complaint_qms.services.review.frozen import (
    frozen_chart,
    frozen_number,
    frozen_table,
    told_plainly,
)
from complaint_qms.services.review.outlook import outlook_chart, outlook_of, outlook_text
from complaint_qms.services.review.overview import findings_of, key_numbers, refusal_or
from complaint_qms.services.review.spans import Span

TITLES: Final[Mapping[str, Callable[[], str]]] = {
    of.SUMMARY: lambda: _("Summary"),
    of.LAST_ACTIONS: lambda: _("Actions of the Last Review"),
    of.COMPLAINTS: lambda: _("Complaints"),
    of.TREND: lambda: _("Trend and Forecast"),
    of.SIGNALS: lambda: _("Findings of Signals"),
    of.RISK: lambda: _("Risk"),
    of.CAPAS: lambda: _("CAPAs and Their Effect"),
    of.COST: lambda: _("Cost of Poor Quality"),
    of.HANDLING: lambda: _("Handling and Promises Kept"),
    of.SATISFACTION: lambda: _("Customer Satisfaction"),
    of.SUPPLIERS: lambda: _("Supplier Performance"),
    of.REPORTABLE: lambda: _("Reportable Cases"),
    of.OBJECTIVES: lambda: _("Quality Objectives"),
    of.AUDITS: lambda: _("Audit Results"),
    of.CHANGES: lambda: _("Changes and New Regulatory Requirements"),
    of.RESOURCES: lambda: _("Resources"),
    of.IMPROVEMENT: lambda: _("Recommendations for Improvement"),
}


@dataclass(frozen=True)
class ReviewInputs:
    """``last_review``: the one whose actions are followed up; ``now``: by which things are late."""

    span: Span
    last_review: str | None
    now: datetime

    def sections(self) -> dict[str, dict[str, Any]]:
        """Section → its data, in the present language and of what the session's user may see."""
        return {key: self._section(key) for key in SECTIONS}

    def _section(self, key: str) -> dict[str, Any]:
        made = _EMPTY if key in of.BY_HAND else refusal_or(lambda: _MAKERS[key](self))
        return {**_EMPTY, **made, "key": key, "title": TITLES[key](), "clauses": clause_texts(key)}

    def _summary(self) -> dict[str, Any]:
        numbers = [
            {
                "label": one["label"],
                "value": one["text"],
                "definition": one["definition"],
                "change": one["change_text"],
                "tone": one["tone"],
                "report": one["report"],
                "filters": one["filters"],
            }
            for one in (number.as_data(self.span) for number in key_numbers(self.span, self.now))
        ]
        findings = [f"{one['title']}: {one['text']}" for one in findings_of(self.span)]
        return {"numbers": numbers, "told": findings or [_("No signal reaches into the period.")]}

    def _last_actions(self) -> dict[str, Any]:
        if not self.last_review:
            return {"told": [_("There is no earlier review of the company that was submitted.")]}
        columns, rows, cards = last_actions_result(self.last_review, getdate(self.now))
        told = [_("Actions of the review {0}, as they stand now.").format(self.last_review)]
        fields = [one["fieldname"] for one in columns]
        return {"numbers": _numbers(cards), "tables": [frozen_table("", columns, rows, fields, most=40)], "told": told, "list": [of.DOCTYPE, {"name": ["=", self.last_review]}]}  # fmt: skip

    def _complaints(self) -> dict[str, Any]:
        types, lines = (self.span.asked(by=by) for by in ("complaint_type", "product_line"))
        by_type = Pareto(types).run()
        by_line = Pareto(lines).run()
        rates = [card for card in by_line[4] if card not in by_type[4]][:1]
        part = _of_report("Complaint Pareto", types, by_type, ("group", "count", "share", "together", "open", "overdue", "before", "change"), 7)  # fmt: skip
        part["numbers"] += _numbers([card for card in rates if card.get("definition")])
        part["tables"].append(frozen_table(_("By Product Line"), by_line[0], by_line[1], ("group", "count", "units", "rate", "rate_lower", "rate_upper", "change"), 6))  # fmt: skip
        return part

    def _trend(self) -> dict[str, Any]:
        outlook = outlook_of(self.span)
        asked = self.span.asked(by="month")
        return {"chart": outlook_chart(outlook), "told": outlook_text(outlook), "report": "Complaint Pareto", "filters": asked}  # fmt: skip

    def _signals(self) -> dict[str, Any]:
        columns, rows, cards = signal_result(self.span)
        listed = {
            **self._of_company(),
            "until": [">=", str(self.span.first)],
            "since": ["<=", str(self.span.last)],
            "state": ["not in", PUT_AWAY_STATES],
        }
        fields = [one["fieldname"] for one in columns]
        return {
            "numbers": _numbers(cards),
            "tables": [frozen_table("", columns, rows, fields)],
            "list": [SIGNAL, listed],
        }

    def _risk(self) -> dict[str, Any]:
        asked = self.span.asked()
        columns, rows, message, _chart, cards, _skip = RiskMatrixReport(asked).run()
        fields = [one["fieldname"] for one in columns]
        table = frozen_table("", columns, rows, fields)
        # The colours of the site's own matrix; the count says what it is without them.
        table["tones"] = [
            [(row.get("cells", {}).get(name) or {}).get("color") for name in fields] for row in rows
        ]
        told = told_plainly(message)[:1] if not rows else []
        return {"numbers": _numbers(cards), "tables": [table], "told": told, "report": "Complaint Risk Matrix", "filters": asked}  # fmt: skip

    def _capas(self) -> dict[str, Any]:
        company = {"company": self.span.company} if self.span.company else {}
        today = getdate(self.now)
        still_open = CapaEffects({**company, "stage": _CAPA_OPEN}, today)
        ended = self.span.dated(date_of="window_end")
        effects, opened = CapaEffects(ended, today).run(), CapaEffects(self.span.dated(), today).run()
        part = _of_report("CAPA Effectiveness", ended, effects, ("name", "title", "verdict", "conclusion", "before", "after", "ratio", "ratio_span"), 6)  # fmt: skip
        part["tables"][0]["title"] = _("Windows That Ended in the Period")
        part["tables"].append(frozen_table(_("Opened in the Period"), opened[0], opened[1], ("name", "title", "owner_name", "stage", "actions_open", "actions_late"), 6))  # fmt: skip
        now_open = (
            {**frozen_number(still_open.summary()[0]), "label": _("Open CAPAs")} if still_open.capas else None
        )
        late = _numbers(still_open.summary()[-2:])
        part["numbers"] = [*([now_open] if now_open else []), *late, *part["numbers"][1:-2]]
        part["told"] = [] if part["numbers"] or part["tables"][1]["rows"] else [_("No CAPA is open, and none was opened or judged in the period.")]  # fmt: skip
        return part

    def _cost(self) -> dict[str, Any]:
        asked = self.span.asked(by="complaint_type")
        fields = (
            "group",
            "complaints",
            "credits",
            "returns",
            "replacements",
            "goodwill",
            "handling",
            "total",
            "share",
            "currency",
        )
        return _of_report("Cost of Poor Quality", asked, QualityCost(asked).run(), fields, 9)

    def _handling(self) -> dict[str, Any]:
        asked = self.span.asked(by="month")
        fields = ("group", "complaints", "response_median", "response_in_time", "one_touch", "handling_median", "days_median", "open", "promises_kept")  # fmt: skip
        return _of_report("Complaint Efficiency", asked, EfficiencyReport(asked, self.now).run(), fields)

    def _satisfaction(self) -> dict[str, Any]:
        asked = self.span.asked(by="month")
        fields = (
            "group",
            "asked",
            "answers",
            "rate",
            "mean",
            "satisfied",
            "lower",
            "upper",
            "nps",
            "unsolved",
        )
        return _of_report("Customer Satisfaction", asked, Satisfaction(asked).run(), fields)

    def _suppliers(self) -> dict[str, Any]:
        asked = self.span.asked()
        fields = (
            "group",
            "count",
            "lots",
            "units",
            "rate",
            "rate_lower",
            "rate_upper",
            "before",
            "change",
            "causes",
            "capas",
        )
        return _of_report("Supplier Quality Scorecard", asked, SupplierScorecard(asked).run(), fields, 9)

    def _of_company(self) -> dict[str, Any]:
        return {"company": ["=", self.span.company]} if self.span.company else {}

    def _reportable(self) -> dict[str, Any]:
        columns, rows, cards = reportable_result(self.span, getdate(self.now))
        fields = [one["fieldname"] for one in columns]
        listed = {
            **self._of_company(),
            "awareness_date": ["between", [str(self.span.first), str(self.span.last)]],
        }
        told = [] if rows else [_("No event of the period was assessed.")]
        return {"numbers": _numbers(cards), "tables": [frozen_table("", columns, rows, fields)], "told": told, "list": ["Reportability Assessment", listed]}  # fmt: skip


_MAKERS: Final[Mapping[str, Callable[[ReviewInputs], dict[str, Any]]]] = {
    of.SUMMARY: ReviewInputs._summary,
    of.LAST_ACTIONS: ReviewInputs._last_actions,
    of.COMPLAINTS: ReviewInputs._complaints,
    of.TREND: ReviewInputs._trend,
    of.SIGNALS: ReviewInputs._signals,
    of.RISK: ReviewInputs._risk,
    of.CAPAS: ReviewInputs._capas,
    of.COST: ReviewInputs._cost,
    of.HANDLING: ReviewInputs._handling,
    of.SATISFACTION: ReviewInputs._satisfaction,
    of.SUPPLIERS: ReviewInputs._suppliers,
    of.REPORTABLE: ReviewInputs._reportable,
}
_CAPA_OPEN: Final = [stage for stage in CAPA.flow if stage not in CAPA.ended]
_EMPTY: Final[Mapping[str, Any]] = {"numbers": [], "tables": [], "chart": None, "told": [], "report": "", "filters": {}, "list": [], "refused": ""}  # fmt: skip


def clause_texts(key: str) -> list[str]:
    """The clauses whose input a section is, as they are cited."""
    clauses = SECTIONS[key]
    cited = (("ISO 9001:2015 9.3.2", clauses.iso_9001), ("ISO 13485:2016 5.6.2", clauses.iso_13485))
    return [
        f"{standard} {', '.join(f'{letter})' for letter in letters)}"
        for standard, letters in cited
        if letters
    ]


def _of_report(report: str, asked: Mapping[str, Any], result: tuple, fields: Sequence[str], most: int = 12) -> dict[str, Any]:  # fmt: skip
    """A section of what a report gives with these filters, its chart and the columns that fit a page."""
    columns, rows, message, chart, cards, _skip = result
    return {
        "numbers": _numbers(cards),
        "tables": [frozen_table("", columns, rows, fields, most)],
        "chart": frozen_chart(chart),
        "told": [] if rows else told_plainly(message),
        "report": report,
        "filters": dict(asked),
    }


def _numbers(cards: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [frozen_number(card) for card in cards]
