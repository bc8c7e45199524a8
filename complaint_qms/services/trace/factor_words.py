"""What factors and their values are called, and what was found of them in sentences."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from frappe import _
from frappe.utils import fmt_money

from complaint_qms.engine.trace.common_factors import (
    CLUSTERS_DIFFER,
    EXPLAINED,
    LIKELY,
    ONE_CLUSTER,
    OPEN,
    CommonFactors,
    Factor,
    FactorFinding,
    Kind,
)
from complaint_qms.services.trace import unit_factors as kinds

_PLAIN: Final[dict[str, Callable[[], str]]] = {
    kinds.BATCH: lambda: _("Batch"),
    kinds.WAREHOUSE: lambda: _("Delivered From Warehouse"),
    kinds.TRANSPORTER: lambda: _("Transporter"),
    kinds.BOM: lambda: _("BOM"),
    kinds.ROUTE: lambda: _("Operations"),
    kinds.WEEKDAY: lambda: _("Weekday of Production"),
    kinds.INSPECTED: lambda: _("Quality Inspection"),
    kinds.INSPECTOR: lambda: _("Inspected By"),
    kinds.LOT: lambda: _("Lot"),
    kinds.SUPPLIER: lambda: _("Supplier"),
    kinds.WORKSTATION: lambda: _("Workstation"),
    kinds.SHIFT: lambda: _("Shift"),
    kinds.OPERATOR: lambda: _("Operator"),
}
_WEEKDAYS: Final = (
    lambda: _("Monday"), lambda: _("Tuesday"), lambda: _("Wednesday"), lambda: _("Thursday"), lambda: _("Friday"),
    lambda: _("Saturday"), lambda: _("Sunday"),
)  # fmt: skip
_VERDICTS: Final[dict[str, Callable[[], str]]] = {
    LIKELY: lambda: _("Likely source"),
    ONE_CLUSTER: lambda: _("Likely, but one batch alone"),
    EXPLAINED: lambda: _("Explained by line {0}"),
    CLUSTERS_DIFFER: lambda: _("Possible, batches may differ by themselves"),
    OPEN: lambda: _("Chance does as well"),
}


@dataclass(frozen=True)
class Words:
    """Names of what is looked at.

    Attributes:
        items: item code → (name, unit). suppliers, employees, users: id → name.
    """

    items: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    suppliers: Mapping[str, str] = field(default_factory=dict)
    employees: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)

    def factor(self, kind: Kind) -> str:
        """ "Lot of Silicone Gasket", "Workstation · Assembly"."""
        what, *more = kind
        said = _PLAIN[what]()
        item = more[0] if more else ""
        if item:
            said = _("{0} of item {1}").format(said, self.items.get(item, (item, ""))[0])
        return f"{said} · {more[1]}" if len(more) > 1 else said

    def value(self, factor: Factor) -> str:
        kind, value = factor
        if kind[0] == kinds.WEEKDAY:
            return _WEEKDAYS[int(value)]()
        if kind[0] == kinds.INSPECTED:
            return _("Not inspected") if value == kinds.NOT_INSPECTED else _(value)
        if kind[0] == kinds.SUPPLIER:
            return self.suppliers.get(value, value)
        if kind[0] == kinds.INSPECTOR:
            return self.users.get(value, value)
        if kind[0] == kinds.OPERATOR:
            return self.employees.get(value, value)
        return value

    def both(self, factor: Factor) -> str:
        return _("{0}: {1}").format(self.factor(factor[0]), self.value(factor))

    def listed(self, factors: Iterable[Factor]) -> str:
        return "; ".join(self.both(one) for one in factors)


def verdict(finding: FactorFinding) -> str:
    said = _VERDICTS[finding.verdict]()
    return said.format((finding.explained_by or 0) + 1) if finding.verdict == EXPLAINED else said


def share(cases: int, units: int) -> str:
    return f"{counted(cases)} / {counted(units)}"


def times(finding: FactorFinding) -> str:
    """How many times as often."""
    if math.isinf(finding.ratio):
        return _("only with it")
    return "" if math.isnan(finding.ratio) else fmt_money(finding.ratio, precision=1)


def counted(value: int) -> str:
    return fmt_money(value, precision=0)


def headline(found: CommonFactors, words: Words) -> list[str]:
    """The likely source in plain words, or why there is none; not escaped."""
    if not found.units:
        return []
    if not found.is_enough:
        return [_("Only {0} complained-about units can be traced. Three are the least from which anything follows.").format(found.cases)]  # fmt: skip
    likely = found.likely
    possible = [one for one in found.findings if one.verdict == CLUSTERS_DIFFER]
    if not likely and possible:
        told = _told(possible[0], words.listed(possible[0].factors))
        return [
            told,
            _("That is more than chance, but batches differ by themselves, and these are too few to rule that out. Take it as a lead, not as a result."),
        ]  # fmt: skip
    if not likely:
        if not found.tests:
            return [_("Nothing can be compared: whatever is recorded of these units is the same for all of them, or too rare. See below what is not recorded.")]  # fmt: skip
        return [_("Nothing stands out: none of {0} tests is beyond what chance and the differences between batches bring.").format(found.tests)]  # fmt: skip
    first, *together = likely.factors
    said = [_told(likely, words.both(first))]
    if together:
        said.append(
            _("It occurs together with the following in every one of these units, and these data cannot tell them apart: {0}.").format(words.listed(together))
        )  # fmt: skip
    if likely.verdict == ONE_CLUSTER:
        said.append(_("All of these units are of one batch, so anything else that is peculiar to that batch fits as well."))  # fmt: skip
    return said


def _told(finding: FactorFinding, factor: str) -> str:
    if finding.verdict == CLUSTERS_DIFFER:
        return _("Possible source: {0}. {1} delivered units with it were complained about, and {2} of the others.").format(
            factor, share(finding.cases, finding.units), share(finding.other_cases, finding.other_units)
        )  # fmt: skip
    with_it, without = (
        share(finding.cases, finding.units),
        share(finding.other_cases, finding.other_units),
    )
    if math.isinf(finding.ratio):
        return _("Most likely source: {0}. {1} delivered units with it were complained about, and {2} of the others.").format(factor, with_it, without)  # fmt: skip
    return _("Most likely source: {0}. {1} delivered units with it were complained about, and {2} of the others: {3} times as often.").format(factor, with_it, without, times(finding))  # fmt: skip
