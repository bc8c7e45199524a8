"""What the numbers of reports, cards and reviews mean: one catalogue, so that a figure is defined once and shown with its definition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from frappe import _

from complaint_qms.services.reporting.columns import column, summary

COUNT, PERCENT, RATE, MEAN, DAYS, HOURS, MONEY, UNITS = "count", "percent", "rate", "mean", "days", "hours", "money", "units"  # fmt: skip
_TYPES: Final[Mapping[str, tuple[str, dict[str, Any]]]] = {
    COUNT: ("Int", {}),
    PERCENT: ("Percent", {}),
    RATE: ("Float", {"precision": 2}),
    MEAN: ("Float", {"precision": 1}),
    DAYS: ("Float", {"precision": 1}),
    HOURS: ("Float", {"precision": 1}),
    MONEY: ("Currency", {"options": "currency"}),
    UNITS: ("Float", {"whole": 1}),
}
"""Unit → type of a report's column, and how it is shown."""


@dataclass(frozen=True)
class Measure:
    """Attributes:
    label, definition: in the user's language when called; the definition is a sentence with the formula.
    unit: one of the units above.
    """

    key: str
    unit: str
    label: Callable[[], str]
    definition: Callable[[], str]

    def column(self, fieldname: str = "", width: int = 110, **more: Any) -> dict:
        """A report's column that carries its definition."""
        fieldtype, shape = _TYPES[self.unit]
        told = {"definition": self.definition(), **shape, **more}
        return column(fieldname or self.key, self.label(), fieldtype, width, **told)

    def card(self, value: Any, indicator: str = "", datatype: str = "") -> dict:
        """One number above a report, likewise."""
        kind = datatype or {COUNT: "Int", PERCENT: "Percent"}.get(self.unit, "Data")
        return summary(self.label(), value, indicator, kind) | {"definition": self.definition()}


_ALL: Final = (
    Measure(
        "complaints", COUNT, lambda: _("Complaints"),
        lambda: _("Complaints whose date lies in the period and that the filters leave. Without a filter State, rejected, duplicate and void ones count as well."),
    ),
    Measure(
        "open", COUNT, lambda: _("Open", context="Complaint"),
        lambda: _("Of these, complaints that are not closed, rejected, duplicate or void at this moment."),
    ),
    Measure(
        "overdue", COUNT, lambda: _("Overdue"),
        lambda: _("Of these, open complaints whose clock has run out at this moment, in working time of their SOP."),
    ),
    Measure(
        "share", PERCENT, lambda: _("Share", context="Complaint"),
        lambda: _("Complaints of the line ÷ all complaints of the report."),
    ),
    Measure(
        "together", PERCENT, lambda: _("Cumulative %"),
        lambda: _("Share of this line and of all lines above it."),
    ),
    Measure(
        "units", UNITS, lambda: _("Units Delivered"),
        lambda: _("Units delivered in the period less units returned in it, from Delivery Notes, Sales Invoices that move stock and sales at points of sale; of a batch all until the end of the period, of a group those of its items and customers as they are now."),
    ),
    Measure(
        "rate", RATE, lambda: _("Per 1,000 Units"),
        lambda: _("1,000 × complaints ÷ units delivered. Empty where none were delivered in the period, net of returns."),
    ),
    Measure(
        "rate_lower", RATE, lambda: _("At Least"),
        lambda: _("Lower limit of the 95 % interval of the rate (Garwood): what chance alone does to a count is within it."),
    ),
    Measure(
        "rate_upper", RATE, lambda: _("At Most"),
        lambda: _("Upper limit of the 95 % interval of the rate (Garwood)."),
    ),
    Measure(
        "before", COUNT, lambda: _("Period Before"),
        lambda: _("Complaints of the line in the equally long period just before."),
    ),
    Measure(
        "change", PERCENT, lambda: _("Change"),
        lambda: _("Complaints of the period ÷ complaints of the period before − 1. Empty where there were none before."),
    ),
    Measure(
        "change_lower", PERCENT, lambda: _("Change at Least"),
        lambda: _("Lower limit of the 95 % interval of the change of this line by itself (exact, given both counts). ▲ marks the rises that stand when all lines are looked at."),
    ),
    Measure(
        "change_upper", PERCENT, lambda: _("Change at Most"),
        lambda: _("Upper limit of the 95 % interval of the change of this line by itself. ▼ marks the falls that stand when all lines are looked at."),
    ),
    Measure(
        "mean_severity", MEAN, lambda: _("Mean Severity"),
        lambda: _("Mean rank of the severities of the site, 1 being the least; complaints without a severity are left out."),
    ),
    Measure(
        "cost", MONEY, lambda: _("Cost"),
        lambda: _("Submitted documents of settlements and handling costs of the complaints, without taxes, each currency by itself; drafts are not counted, and what nobody has entered is not in it."),
    ),
    Measure(
        "repeats", COUNT, lambda: _("Repeat Complaints"),
        lambda: _("Complaints of a customer about the same item and type as one of theirs that was closed not longer before than the number of days chosen."),
    ),
    Measure(
        "repeats_possible", COUNT, lambda: _("With Customer, Item, Type"),
        lambda: _("Of these, complaints that name a customer, an item and a type: only such can repeat one."),
    ),
    Measure(
        "share_lower", PERCENT, lambda: _("At Least"),
        lambda: _("Lower limit of the 95 % interval of the rate (Wilson)."),
    ),
    Measure(
        "share_upper", PERCENT, lambda: _("At Most"),
        lambda: _("Upper limit of the 95 % interval of the rate (Wilson)."),
    ),
    Measure(
        "repeat_rate", PERCENT, lambda: _("Repeat Rate"),
        lambda: _("Repeat complaints ÷ complaints that name a customer, an item and a type."),
    ),
    Measure(
        "traced", COUNT, lambda: _("Complaints Traced"),
        lambda: _("Complaints of the period that name the supplier, or name none and a batch of the supplier."),
    ),
    Measure(
        "named_supplier", COUNT, lambda: _("Named"),
        lambda: _("Of these, complaints that name the supplier themselves."),
    ),
    Measure(
        "batch_supplier", COUNT, lambda: _("By Batch"),
        lambda: _("Of these, complaints that name no supplier, traced by that of their batch."),
    ),
    Measure(
        "component_supplier", COUNT, lambda: _("By Component"),
        lambda: _("Complaints about batches that were made, at any level, of a batch received from the supplier, by the stock ledger; without those that are traced to it anyway, and not among the complaints traced."),
    ),
    Measure(
        "verified_causes", COUNT, lambda: _("Verified Causes"),
        lambda: _("Root causes that name the supplier and were verified in the period. Filters by company, item, item group and batch narrow them as well."),
    ),
    Measure(
        "units_received", UNITS, lambda: _("Units Received"),
        lambda: _("Units received from the supplier in the period less units sent back, from submitted Purchase Receipts and Purchase Invoices that move stock, in stock units."),
    ),
    Measure(
        "rate_received", RATE, lambda: _("Per 1,000 Units Received"),
        lambda: _("1,000 × complaints traced to the supplier ÷ units received. Empty where none were received in the period, net of what was sent back."),
    ),
    Measure(
        "lots", COUNT, lambda: _("Lots Concerned"),
        lambda: _("Different batches that the complaints of the line name."),
    ),
    Measure(
        "capas_open", COUNT, lambda: _("CAPAs Open"),
        lambda: _("CAPAs that are not closed, ineffective or void at this moment. Filters by company, item, item group, batch, complaint type and CAPA narrow them as well."),
    ),
    Measure(
        "response_median", HOURS, lambda: _("First Response (h)"),
        lambda: _("Median working time from receipt to the first response, of complaints that had one: half were answered faster."),
    ),
    Measure(
        "response_p90", HOURS, lambda: _("90 % Answered (h)"),
        lambda: _("Working time within which nine of ten first responses were given, of complaints that had one."),
    ),
    Measure(
        "response_in_time", PERCENT, lambda: _("Answered in Time"),
        lambda: _("First responses within the limit of the SOP ÷ all that were given or whose limit passed without one; what was closed before it unanswered is left out."),
    ),
    Measure(
        "one_touch", PERCENT, lambda: _("One-touch Solution"),
        lambda: _("Complaints solved at once under an SOP that allows it ÷ all complaints of the line."),
    ),
    Measure(
        "closed", COUNT, lambda: _("Closed"),
        lambda: _("Of these, complaints that are closed at this moment."),
    ),
    Measure(
        "handling_median", HOURS, lambda: _("Handling (h)"),
        lambda: _("Median working time of the whole complaint without the time on hold, of those that are closed."),
    ),
    Measure(
        "handling_p90", HOURS, lambda: _("90 % Handled (h)"),
        lambda: _("Working time within which nine of ten closed complaints were handled."),
    ),
    Measure(
        "handling_in_time", PERCENT, lambda: _("Handled in Time"),
        lambda: _("Complaints closed within the limit of the SOP ÷ all that were closed or are late now."),
    ),
    Measure(
        "days_median", DAYS, lambda: _("Half Closed After (days)"),
        lambda: _("Calendar days from receipt after which half of the complaints are closed; open ones count as not closed yet (Kaplan–Meier). Empty where fewer than half are."),
    ),
    Measure(
        "days_p90", DAYS, lambda: _("90 % Closed After (days)"),
        lambda: _("Calendar days from receipt after which nine of ten complaints are closed; open ones count as not closed yet (Kaplan–Meier). Empty where fewer are."),
    ),
    Measure(
        "open_days", COUNT, lambda: _("Open by Age"),
        lambda: _("Open complaints by calendar days since receipt."),
    ),
    Measure(
        "promises_kept", PERCENT, lambda: _("Promises Kept"),
        lambda: _("Complaints whose reply was sent by the day promised to the customer ÷ all whose promised day was met or has passed, those closed without a reply included."),
    ),
    Measure(
        "capa_rate_before", RATE, lambda: _("Per 1,000 Before"),
        lambda: _("1,000 × complaints ÷ units delivered of the CAPA's scope in its baseline, which ends before the first action was done."),
    ),
    Measure(
        "capa_rate_after", RATE, lambda: _("Per 1,000 After"),
        lambda: _("1,000 × complaints ÷ units delivered of the CAPA's scope in its window, as far as it had run when the effect was computed."),
    ),
    Measure(
        "capa_ratio", RATE, lambda: _("Ratio"),
        lambda: _("Rate after ÷ rate before, with its exact interval at the confidence that the CAPA fixed: below 1 there are fewer complaints."),
    ),
    Measure(
        "capa_effective", PERCENT, lambda: _("Effective Share"),
        lambda: _("CAPAs concluded as effective ÷ CAPAs with a conclusion, or with a verdict computed after the end of their window."),
    ),
    Measure(
        "windows_due", COUNT, lambda: _("Windows to Conclude"),
        lambda: _("CAPAs in their effectiveness check whose window has ended and that nobody has concluded."),
    ),
    Measure(
        "actions_late", COUNT, lambda: _("Overdue Actions"),
        lambda: _("Actions of CAPAs that are not closed or void, neither done nor cancelled, whose due date has passed."),
    ),
    Measure(
        "cost_complaints", COUNT, lambda: _("With Settlement"),
        lambda: _("Complaints of the line that have a settlement, whatever its state."),
    ),
    Measure(
        "cost_credits", MONEY, lambda: _("Credits"),
        lambda: _("Submitted credit notes for goods that stay with the customer, without taxes."),
    ),
    Measure(
        "cost_returns", MONEY, lambda: _("Returns"),
        lambda: _("Submitted returns of goods: their credit, without taxes; of goods that were never billed their value."),
    ),
    Measure(
        "cost_replacements", MONEY, lambda: _("Replacements"),
        lambda: _("Value of goods that were replaced free of charge, at the price they were sold for, once the document is submitted."),
    ),
    Measure(
        "cost_goodwill", MONEY, lambda: _("Goodwill"),
        lambda: _("Submitted credit notes for goodwill, without taxes."),
    ),
    Measure(
        "cost_handling", MONEY, lambda: _("Handling Cost"),
        lambda: _("Handling Cost as recorded in the complaints: labour, freight, repairs, tests; what nobody has entered is not in it."),
    ),
    Measure(
        "cost_total", MONEY, lambda: _("Cost of Poor Quality"),
        lambda: _("Credits + returns + replacements + goodwill of submitted documents + handling cost."),
    ),
    Measure(
        "cost_share", PERCENT, lambda: _("Share of Cost"),
        lambda: _("Cost of the line ÷ cost of all lines in the same currency."),
    ),
    Measure(
        "cost_together", PERCENT, lambda: _("Cumulative % of Cost"),
        lambda: _("Share of this line and of all lines above it in the same currency."),
    ),
    Measure(
        "cost_drafts", MONEY, lambda: _("Waiting for Accounts"),
        lambda: _("Value of drafted documents that accounts have not submitted yet; not in the total."),
    ),
    Measure(
        "topic_change", PERCENT, lambda: _("Change of Share"),
        lambda: _("Share of the topic in the later third of the months ÷ its share in those before − 1. Empty where it had no complaints before."),
    ),
    Measure(
        "negative", PERCENT, lambda: _("Negative Tone"),
        lambda: _("Complaints whose text has words of a bad mood that outweigh those of a good one ÷ complaints of the line. It tells how people write, not how grave a case is."),
    ),
    Measure(
        "term_before", COUNT, lambda: _("Months Before"),
        lambda: _("Complaints of the months before the period that contain the term."),
    ),
    Measure(
        "term_expected", MEAN, lambda: _("Expected", context="Complaint"),
        lambda: _("Complaints with the term, had its share stayed what it was in the months before."),
    ),
    Measure(
        "term_times", MEAN, lambda: _("Times Expected"),
        lambda: _("Complaints ÷ expected complaints. Empty where the term did not occur before."),
    ),
    Measure(
        "term_chance", MEAN, lambda: _("Chance (%)"),
        lambda: _("Chance of so large a share if nothing has changed, corrected for all terms that were looked at (Benjamini–Hochberg)."),
    ),
    Measure(
        "term_senders", COUNT, lambda: _("Senders"),
        lambda: _("Different customers, or mail addresses or telephones where there is no customer, that the complaints came from."),
    ),
    Measure(
        "cost_proposed", MONEY, lambda: _("Proposed", context="Complaint QMS"),
        lambda: _("Settlements that are not submitted and not rejected; not in the total."),
    ),
    Measure(
        "risk_pairs", COUNT, lambda: _("Pairs of Item and Type"),
        lambda: _("Pairs of an item and a complaint type that had a complaint in the period, of those that the filters leave."),
    ),
    Measure(
        "pairs_unacceptable", COUNT, lambda: _("Unacceptable"),
        lambda: _("Of these, pairs whose cell of the risk matrix is unacceptable."),
    ),
    Measure(
        "pairs_rose", COUNT, lambda: _("Rose"),
        lambda: _("Pairs with a higher severity or occurrence than in the equally long period before and none lower; where one rose and the other fell, those whose cell is less acceptable."),
    ),
    Measure(
        "pairs_fell", COUNT, lambda: _("Fell"),
        lambda: _("Pairs with a lower severity or occurrence than in the period before and none higher; where one rose and the other fell, those whose cell is more acceptable."),
    ),
    Measure(
        "pairs_unanswered", COUNT, lambda: _("Without CAPA or Investigation"),
        lambda: _("Pairs that are not acceptable or not rated and that no open CAPA or investigation is about, as far as the reader may read these."),
    ),
)  # fmt: skip
MEASURES: Final[Mapping[str, Measure]] = {one.key: one for one in _ALL}


def definitions(keys: Iterable[str]) -> list[dict[str, str]]:
    """Names and definitions, for a reader: a review, a card, a page."""
    return [{"label": MEASURES[key].label(), "definition": MEASURES[key].definition()} for key in keys]
