"""The report Common Factors: what complained-about units have in common that other delivered units have not, the likely source first."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import add_days, add_months, escape_html, getdate, nowdate

from complaint_qms.engine.trace.common_factors import (
    LIKELY,
    ONE_CLUSTER,
    OPEN,
    CommonFactors,
    Factor,
    FactorFinding,
    Group,
    common_factors,
)
from complaint_qms.integrations.erpnext.lots import stock_units, titles_of
from complaint_qms.integrations.erpnext.production import employee_names
from complaint_qms.permissions.production import ProductionSight
from complaint_qms.permissions.stock import StockSight
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.input_validation import read_day, refuse
from complaint_qms.services.reporting.access import check_may_open
from complaint_qms.services.reporting.columns import column, sentences, summary
from complaint_qms.services.reporting.filter_values import check_known, read_choice
from complaint_qms.services.reporting.filters import ReportFilters, read_object
from complaint_qms.services.trace import unit_factors as kinds
from complaint_qms.services.trace.exposed_units import Cell, Exposed, exposed_units
from complaint_qms.services.trace.factor_words import Words, headline, share, times, verdict
from complaint_qms.services.trace.labels import lot_kind, lot_name, quantity_text
from complaint_qms.services.trace.notes import cut_off, withheld_facts
from complaint_qms.services.trace.starts import COMPLAINT
from complaint_qms.services.trace.tracing import SeenLedger

REPORT: Final = "Common Factors"
FACTORS: Final = "factors"
UNITS: Final = "units"
_COMPLAINTS_OF: Final = ("company", "complaint_type", "item_code", "item_group")
_MOST_SHOWN: Final = 100
_MOST_UNITS_SHOWN: Final = 2000
_DIGITS: Final = 2
_MARK: Final = "="
"""Before a factor's JSON: without it the desk would take the text in an address apart."""


class CommonFactorsReport:
    """What the report shows, by its filters.

    Args:
        given: filters of reports (`company`, `complaint_type`, `item_code`, `item_group`), `from_date` and `to_date` of the
            delivery, `show` (`FACTORS` or `UNITS`), `factor` (the `key` of a row: units that have it).
    """

    def __init__(self, given: Mapping | str | None) -> None:
        check_may_open(REPORT)
        given = read_object(given)
        check_known(given, _COMPLAINTS_OF, ("from_date", "to_date", "show", "factor"))
        today = getdate(nowdate())
        self.end = read_day(_("Delivered To"), given.get("to_date")) or today
        self.start = read_day(_("Delivered From"), given.get("from_date")) or getdate(
            add_days(add_months(self.end, -12), 1)
        )
        if self.start > self.end:
            refuse(_("The period ends before it begins: Delivered From must not be after Delivered To."))  # fmt: skip
        self.wanted = {name: given.get(name) or "" for name in _COMPLAINTS_OF}  # fmt: skip
        self.filters = ReportFilters.read({**self.wanted, "state": "valid"})
        self.show = read_choice(given, "show", (FACTORS, UNITS)) or FACTORS
        self.asked = given.get("factor") or ""

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        if self.show == UNITS:
            return _unit_columns(), self.unit_rows(), sentences([self._of_factor()]), None, [], True
        return _columns(), self.rows(), self.message(), None, self.summary(), True

    def asked_for(self) -> dict[str, str]:
        """The filters, with the days that are meant where none were given, and the language in which it is told."""
        period = {"from_date": str(self.start), "to_date": str(self.end)}
        named = {name: str(value) for name, value in self.wanted.items()}
        return {**named, **period, "show": self.show, "language": frappe.local.lang}

    def without_rows(self, message: str) -> tuple:
        """In place of what is not known yet."""
        return _columns(), [], message, None, [], True

    def answer(self) -> dict[str, Any]:
        """The same over the wire."""
        found = self.found
        return {
            "headline": self.headline(),
            "units": found.units,
            "cases": found.cases,
            "batches": found.clusters,
            "tests": found.tests,
            "findings": [self._row(place, one) for place, one in enumerate(found.findings)],
            "notes": self.notes(),
        }

    @cached_property
    def ledger(self) -> SeenLedger:
        return SeenLedger(StockSight(frappe.session.user), "")

    @cached_property
    def sight(self) -> ProductionSight:
        return ProductionSight(frappe.session.user)

    @cached_property
    def exposed(self) -> Exposed:
        return exposed_units(self.filters, self.start, self.end, self.ledger.sight)

    @cached_property
    def recorded(self) -> kinds.Recorded:
        return kinds.recorded_of({cell.lot for cell in self.exposed.cells}, self.ledger, self.sight)

    @cached_property
    def found(self) -> CommonFactors:
        found = common_factors(self.groups)
        if not self.ledger.sight.is_narrowed:
            return found
        # Who sees a part of the deliveries or suppliers is told what was counted, and accused nobody.
        return replace(found, findings=[replace(one, verdict=OPEN) for one in found.findings])

    @cached_property
    def groups(self) -> list[Group]:
        """One for each cell."""
        return kinds.groups_of(self.exposed.cells, self.recorded)

    @cached_property
    def factor(self) -> Factor | None:
        """The one whose units are asked for.

        Raises:
            frappe.ValidationError: none of the units that the user is told of has it.
        """
        if not self.asked:
            return None
        factor = _factor(self.asked)
        if not factor or not any(factor[1] in group.levels.get(factor[0], ()) for group in self.groups):
            refuse(_("None of these units has the factor that was asked for. Open it again from its line in the report Common Factors."))  # fmt: skip
        return factor

    @cached_property
    def words(self) -> Words:
        factors = [factor for one in self.found.findings for factor in one.factors] + self.found.alike
        factors += [(kind, "") for kind in self.found.unknown]
        return _words(factors)

    def rows(self) -> list[dict[str, Any]]:
        """Finds first; of what is none, only what is above chance."""
        findings = self.found.findings[:_MOST_SHOWN]
        return [
            self._row(place, one)
            for place, one in enumerate(findings)
            if one.verdict != OPEN or one.ratio > 1
        ]

    def unit_rows(self) -> list[dict[str, Any]]:
        """Cells that have the factor, all without one; those complained about first."""
        cells = self.exposed.cells
        if self.factor:
            kind, value = self.factor
            cells = [
                cell
                for cell, group in zip(cells, self.groups, strict=True)
                if value in group.levels.get(kind, ())
            ]
        cells = sorted(cells, key=lambda cell: (-cell.cases, cell.lot, cell.voucher))[:_MOST_UNITS_SHOWN]
        units = stock_units(cell.lot.item for cell in cells)
        return [_unit_row(cell, units) for cell in cells]

    def message(self) -> str:
        told = [f"<b>{escape_html(part)}</b>" for part in self.headline()]
        return sentences(told + [escape_html(note) for note in self.notes()])

    def headline(self) -> list[str]:
        if self.found.cases and self.ledger.sight.is_narrowed:
            return [_("Incomplete: user permissions keep deliveries, customers or suppliers from you, so no source is named. Ask somebody who may see them all.")]  # fmt: skip
        return headline(self.found, self.words)

    def notes(self) -> list[str]:
        """What has to be known to read it."""
        exposed, found, words = self.exposed, self.found, self.words
        if not exposed.complaints:
            return [_("No complaints match these filters. Widen the period or clear a filter.")]
        said = [
            _("A unit is a serial number, or a piece of a batch where there are none; a complaint about a batch counts as one piece, however many it names. Compared are units of one item with others of it, delivered in the period, that nobody complained about in this way. What was delivered lately had less time to be complained about.")
        ]  # fmt: skip
        if found.tests:
            said.append(
                _("{0} tests were made, each exact and by item, and again with the differences between batches that are seen. Of all lines called a likely source, 5 % at most are expected to be chance. {1} more values are too rare to tell anything.").format(found.tests, found.too_small)
            )  # fmt: skip
        lost = len(exposed.untraced) + len(exposed.elsewhere)
        if lost:
            said.append(
                _("Of {0} complaints, {1} lead to no batch or serial number and {2} to one that was not delivered in the period: they are not counted.").format(exposed.complaints, len(exposed.untraced), len(exposed.elsewhere))
            )  # fmt: skip
        if exposed.again:
            said.append(_("{0} complaints are about a serial number that counts already.").format(exposed.again))  # fmt: skip
        if exposed.at_tills > 0:
            said.append(_("{0} units that points of sale sold in the period are not consolidated into invoices yet: they are not counted as delivered.").format(quantity_text(exposed.at_tills)))  # fmt: skip
        for kind, (cases, units) in found.unknown.items():
            said.append(
                _("Not recorded for {0} units, {1} of them complained about: {2}.").format(units, cases, words.factor(kind))
            )  # fmt: skip
        alike = [one for one in found.alike if one[0][0] != kinds.BATCH and one[1] != kinds.NOT_INSPECTED]
        if alike and found.cases:
            said.append(_("The same for all units of their item, so that nothing can be compared: {0}.").format(words.listed(alike[:20])))  # fmt: skip
        return said + self._not_shown()

    def summary(self) -> list[dict]:
        found = self.found
        return [
            summary(_("Complained-About Units"), found.cases, "orange"),
            summary(_("Delivered Units"), found.units),
            summary(_("Delivered Batches"), found.clusters),
            summary(_("Tests"), found.tests),
            summary(_("Likely Sources"), sum(one.verdict in (LIKELY, ONE_CLUSTER) for one in found.findings), "red"),
        ]  # fmt: skip

    def _not_shown(self) -> list[str]:
        return withheld_facts(self.ledger.sight.withheld, self.recorded) + cut_off(self.recorded.genealogy)

    def _of_factor(self) -> str:
        if not self.factor:
            return ""
        return escape_html(_("Units with {0}").format(_words([self.factor]).both(self.factor)))

    def _row(self, place: int, one: FactorFinding) -> dict[str, Any]:
        first = one.factors[0]
        odds = one.odds
        return {
            "line": place + 1,
            "factor": self.words.factor(first[0]),
            "value": self.words.value(first),
            "together": self.words.listed(one.factors[1:]),
            "verdict": verdict(one),
            "state": one.verdict,
            "with_it": share(one.cases, one.units),
            "without": share(one.other_cases, one.other_units),
            "times": times(one),
            "odds": _finite(odds.odds) if odds else None,
            "lower": _finite(odds.lower) if odds else None,
            "upper": _finite(odds.upper) if odds else None,
            "batches": share(one.case_clusters, one.clusters),
            "p": _short(one.p),
            "p_batches": _short(one.p_clusters),
            "q": _short(one.q),
            "cases": one.cases,
            "units": one.units,
            "other_cases": one.other_cases,
            "other_units": one.other_units,
            "ratio": _finite(one.ratio),
            "key": _MARK + json.dumps([list(first[0]), first[1]], ensure_ascii=False),
            **_record_of(first, self.recorded),
        }


def _columns() -> list[dict]:
    return [
        column("factor", _("Factor"), width=210),
        column("value", _("Value"), width=190),
        column("verdict", _("Verdict"), width=290),
        column("with_it", _("Complained About With It"), width=140),
        column("without", _("Without It"), width=140),
        column("times", _("Times as Often"), width=110),
        column("lower", _("Odds Ratio From"), "Float", 120, precision=_DIGITS),
        column("upper", _("Odds Ratio To"), "Float", 110, precision=_DIGITS),
        column("batches", _("Batches with Complaints"), width=130),
        column("together", _("Always Together With"), width=260),
        column("p", _("p (Exact)"), width=90),
        column("p_batches", _("p (Batches)"), width=90),
        column("q", _("False Finds (q)"), width=110),
    ]


def _unit_columns() -> list[dict]:
    return [
        column("lot", _("Batch or Serial No"), width=170),
        column("item_code", _("Item"), width=150, link_to="Item"),
        column("item_name", _("Item Name"), width=180),
        column("cases", _("Complained About"), "Int", 130),
        column("units", _("Delivered Units"), "Int", 120),
        column("complaints", _("Complaints"), width=260, link_to=COMPLAINT),
        column("document", _("Delivery"), width=170),
        column("genealogy", _("Genealogy"), width=110),
    ]


def _unit_row(cell: Cell, units: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    return {
        "lot": lot_name(cell.lot),
        "lot_type": lot_kind(cell.lot),
        "item_code": cell.lot.item,
        "item_name": units.get(cell.lot.item, (cell.lot.item, ""))[0],
        "cases": cell.cases,
        "units": cell.units,
        "complaints": ", ".join(cell.complaints),
        "document_type": cell.voucher[0],
        "document": cell.voucher[1] if cell.customer or not cell.voucher[1] else "",
        "genealogy": _("Genealogy"),
    }


def _words(factors: Sequence[Factor]) -> Words:
    def of_kind(wanted: str) -> set[str]:
        return {value for kind, value in factors if kind[0] == wanted} - {""}

    return Words(
        items=stock_units(kind[1] for kind, _value in factors if len(kind) > 1),
        suppliers=titles_of("Supplier", of_kind(kinds.SUPPLIER), "supplier_name"),
        employees=employee_names(of_kind(kinds.OPERATOR)),
        users=values_of("User", of_kind(kinds.INSPECTOR), "full_name"),
    )


def _record_of(factor: Factor, recorded: kinds.Recorded) -> dict[str, str]:
    """The record that a value is, to be opened."""
    kind, value = factor
    is_serial = kind[0] == kinds.LOT and (kind[1], value) in recorded.serials
    doctype = {
        kinds.BATCH: "Batch",
        kinds.LOT: "Serial No" if is_serial else "Batch",
        kinds.SUPPLIER: "Supplier",
        kinds.BOM: "BOM",
        kinds.WORKSTATION: "Workstation",
        kinds.OPERATOR: "Employee",
        kinds.WAREHOUSE: "Warehouse",
    }.get(kind[0])
    return {"document_type": doctype, "document": value} if doctype else {}


def _factor(given: object) -> Factor | None:
    if not isinstance(given, str) or not given.startswith(_MARK):
        return None
    try:
        kind, value = json.loads(given.removeprefix(_MARK))
        return (tuple(str(part) for part in kind), str(value))
    except (ValueError, TypeError, RecursionError):
        return None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _short(p: float) -> str:
    if p >= 0.001:
        return f"{p:.3f}"
    return f"{p:.1e}" if p > 0 else "< 1e-300"
