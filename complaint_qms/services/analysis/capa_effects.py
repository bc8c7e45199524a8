"""What CAPAs have brought: the complaint rate before and after as it was computed for each, its verdict, and what is late."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

import frappe
from frappe import _
from frappe.query_builder.functions import Count, Sum
from frappe.utils import cint, flt, getdate
from pypika import Order
from pypika.queries import QueryBuilder, Table
from pypika.terms import Case

from complaint_qms.constants.stages import CAPA_ACTION_OPEN
from complaint_qms.engine.proportions import wilson
from complaint_qms.engine.rates import RateInterval, garwood
from complaint_qms.integrations.erpnext.employees import departments_of
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import month_name
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.reporting.columns import column, percent, sentences, summary
from complaint_qms.services.reporting.filter_values import (
    check_known,
    read_choice,
    read_chosen,
    read_period,
)
from complaint_qms.services.reporting.filters import branch, read_object
from complaint_qms.services.reporting.measures import MEASURES

CAPA: Final = "capa"
BY: Final = (CAPA, "owner", "department", "month")
DATES: Final = {"opened": "creation", "window_end": "window_end"}
_SHARED: Final = ("from_date", "to_date", "period", "date_of", "company", "item_code", "supplier", "complaint_type")  # fmt: skip
OWN: Final = ("by", "capa_owner", "verdict", "stage")
_VERDICTS: Final = ("effective", "ineffective", "insufficient_data")
_EFFECTIVE, _INEFFECTIVE, _INSUFFICIENT = _VERDICTS
_STAGES: Final = ("draft", "plan_review", "implement", "verify", "effectiveness", "closed", "ineffective", "void")  # fmt: skip
MOST_ROWS: Final = 1000
_UNITS: Final = 1000
_FIELDS: Final = (
    "name", "title", "company", "capa_owner", "stage", "creation", "window_start", "window_end", "verdict", "effect_conclusion", "computed_at",
    "before_count", "before_exposure", "after_count", "after_exposure", "rate_ratio", "rate_ratio_low", "rate_ratio_high", "confidence",
    "reopen_count",
)  # fmt: skip


@dataclass
class Group:
    """CAPAs of one owner, department or month."""

    capas: int = 0
    judged: int = 0
    effective: int = 0
    ineffective: int = 0
    insufficient: int = 0
    windows_due: int = 0
    reopened: int = 0
    actions_open: int = 0
    actions_late: int = 0


class CapaEffects:
    """One line for each CAPA, or for each owner, department or month. What was measured is what stands in the CAPA: nothing is computed a second
    time here.

    Args:
        today: by which actions and windows are late.
    """

    def __init__(self, given: Mapping | str | None, today: date | None = None) -> None:
        asked = read_object(given)
        check_known(asked, _SHARED, OWN)
        self.today = today or getdate()
        self.first, self.last = read_period(asked, self.today)
        self.date_field = DATES[read_choice(asked, "date_of", DATES) or "opened"]
        self.by = read_choice(asked, "by", BY) or CAPA
        self.chosen = {name: read_chosen(asked, name) for name in ("company", "item_code", "supplier", "capa_owner", "verdict", "stage")}  # fmt: skip
        self.types = read_chosen(asked, "complaint_type")
        self.capas = self._read()

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        rows = self.rows()
        return self.columns(), rows[:MOST_ROWS], self.message(rows), self.chart(), self.summary(), True

    def columns(self) -> list[dict]:
        if self.by != CAPA:
            return self._group_columns()
        rate = {"fieldtype": "Float", "width": 105, "precision": 2}
        return [
            column("name", _("CAPA"), width=160, link_to="CAPA"),
            column("title", _("Title"), width=200),
            column("owner_name", _("CAPA Owner"), width=130),
            column("department", _("Department"), width=120),
            column("stage", _("Stage"), width=130),
            column("verdict", _("Verdict"), width=160),
            column("conclusion", _("Conclusion"), width=110),
            column("before", MEASURES["capa_rate_before"].label(), definition=MEASURES["capa_rate_before"].definition(), **rate | {"width": 160}),
            column("before_span", _("Interval", context="CAPA"), width=120),
            column("after", MEASURES["capa_rate_after"].label(), definition=MEASURES["capa_rate_after"].definition(), **rate | {"width": 160}),
            column("after_span", _("Interval", context="CAPA"), width=120),
            column("ratio", MEASURES["capa_ratio"].label(), definition=MEASURES["capa_ratio"].definition(), **rate),
            column("ratio_span", _("Interval of the Ratio"), width=170),
            column("before_count", _("Complaints Before"), "Int", 170),
            column("after_count", _("Complaints After"), "Int", 160),
            column("window_end", _("Window End"), "Date", 110),
            column("window", _("Window"), width=160),
            column("reopen_count", _("Reopened"), "Int", 100),
            column("actions_open", _("Open Actions"), "Int", 130),
            column("actions_late", MEASURES["actions_late"].label(), "Int", 150, definition=MEASURES["actions_late"].definition()),
        ]  # fmt: skip

    def rows(self) -> list[dict]:
        if self.by != CAPA:
            return self._group_rows()
        names = self._owners
        rows = []
        for one in self.capas:
            actions = self._actions.get(one.name, (0, 0))
            confidence = (flt(one.confidence) or 95) / 100
            before, after = _rate(one.before_count, one.before_exposure, confidence), _rate(one.after_count, one.after_exposure, confidence)  # fmt: skip
            measured = bool(one.verdict)
            rows.append(
                {
                    "name": one.name,
                    "title": one.title,
                    "owner_name": names.get(one.capa_owner) or one.capa_owner,
                    "department": self._departments.get(one.capa_owner),
                    "stage": word(one.stage),
                    "verdict": word(one.verdict) if measured else "",
                    "state": one.verdict or "",
                    "conclusion": word(one.effect_conclusion),
                    "before": _thousand(before.rate) if before else None,
                    "before_span": _span(before),
                    "after": _thousand(after.rate) if after else None,
                    "after_span": _span(after),
                    "ratio": one.rate_ratio if measured and flt(one.rate_ratio_high) else None,
                    "ratio_span": _ends(one.rate_ratio_low, one.rate_ratio_high) if measured else "",
                    "before_count": one.before_count if measured else None,
                    "after_count": one.after_count if measured else None,
                    "window_end": one.window_end,
                    "window": self._window(one),
                    "late": self._window_due(one),
                    "reopen_count": cint(one.reopen_count),
                    "actions_open": actions[0],
                    "actions_late": actions[1],
                }
            )
        return rows

    def message(self, rows: list[dict]) -> str:
        if not rows:
            return sentences([_("No CAPA matches these filters. Widen the period or clear a filter.")])
        told = [
            _("Rates are complaints for each 1,000 units delivered, before the first action was done and in the window after the last, as computed in the CAPA with the criterion that was fixed with its plan. An interval that is wide says that too little was delivered or too few complaints came to tell."),
        ]  # fmt: skip
        if len(rows) > MOST_ROWS:
            told.append(_("The first {0} of {1} lines are shown.").format(MOST_ROWS, len(rows)))
        return sentences(told)

    def chart(self) -> dict | None:
        """Verdicts by month, owner or department; of single CAPAs by the month."""
        groups = self._groups("month" if self.by == CAPA else self.by)
        keys = sorted(groups)[-24:] if self.by in (CAPA, "month") else sorted(groups, key=lambda key: -groups[key].capas)[:15]  # fmt: skip
        keys = [key for key in keys if groups[key].judged]
        if not keys:
            return None
        names = self._group_names(keys, "month" if self.by == CAPA else self.by)
        parts = (("effective", "#3BA272"), ("ineffective", "#C0392B"), ("insufficient", "#8D99AE"))
        return {
            "data": {
                "labels": [names[key] for key in keys],
                "datasets": [
                    {"name": word(verdict), "values": [getattr(groups[key], part) for key in keys]}
                    for (part, _colour), verdict in zip(parts, _VERDICTS, strict=True)
                ],
            },
            "type": "bar",
            "barOptions": {"stacked": 1},
            "colors": [colour for _part, colour in parts],
            "height": 220,
        }

    def summary(self) -> list[dict]:
        if not self.capas:
            return []
        whole = Group()
        for one in self.capas:
            self._add(whole, one)
        share = percent(whole.effective, whole.judged)
        shown = [summary(_("CAPAs"), whole.capas, "blue")]
        if share is not None:
            shown.append(
                MEASURES["capa_effective"].card(share, "green" if share >= 80 else "orange", "Percent")
            )
        return [
            *shown,
            summary(word(_INEFFECTIVE), whole.ineffective, "red" if whole.ineffective else "green"),
            summary(word(_INSUFFICIENT), whole.insufficient, "orange" if whole.insufficient else "green"),
            MEASURES["windows_due"].card(whole.windows_due, "red" if whole.windows_due else "green"),
            MEASURES["actions_late"].card(whole.actions_late, "red" if whole.actions_late else "green"),
        ]

    # Reading ---------------------------------------------------------------------------------------------------------

    def _read(self) -> list[frappe._dict]:
        """CAPAs that the filters and the session's rights leave, the newest first; one query."""
        capa = frappe.qb.DocType("CAPA")
        query = self._narrowed(frappe.qb.from_(capa).select(*[capa[name] for name in _FIELDS]), capa)
        return query.orderby(capa[self.date_field], capa.name, order=Order.desc).run(as_dict=True)

    def _narrowed(self, query: QueryBuilder, capa: Table) -> QueryBuilder:
        moment = capa[self.date_field]
        if self.first:
            query = query.where(moment >= self.first)
        if self.last:
            query = query.where(moment < frappe.utils.add_days(self.last, 1))
        for name, values in self.chosen.items():
            if values:
                query = query.where(capa[name].isin(values))
        if self.types:
            query = query.where(capa.complaint_type.isin(branch("Complaint Type", *self.types) or [""]))
        if not self.chosen["stage"]:
            query = query.where(capa.stage != "void")
        return permitted(query, "CAPA")

    @cached_property
    def _actions(self) -> dict[str, tuple[int, int]]:
        """CAPA → (open, overdue) actions; one query over the same CAPAs."""
        capa, action = frappe.qb.DocType("CAPA"), frappe.qb.DocType("CAPA Action")
        late = Sum(Case().when(action.due_date < self.today, 1).else_(0))
        query = (
            frappe.qb.from_(capa)
            .inner_join(action)
            .on((action.parent == capa.name) & (action.parenttype == "CAPA"))
            .select(capa.name, Count("*"), late)
            .where(action.status.isin(CAPA_ACTION_OPEN) & capa.stage.notin(("closed", "void")))
            .groupby(capa.name)
        )
        return {
            name: (cint(count), cint(overdue)) for name, count, overdue in self._narrowed(query, capa).run()
        }

    @cached_property
    def _owners(self) -> dict[str, str]:
        return values_of("User", {one.capa_owner for one in self.capas}, "full_name")

    @cached_property
    def _departments(self) -> dict[str, str]:
        return departments_of({one.capa_owner for one in self.capas if one.capa_owner})

    def _window_due(self, one: frappe._dict) -> bool:
        """Whether the window has ended and nobody has concluded."""
        return bool(one.stage == "effectiveness" and one.window_end and one.window_end < self.today)

    def _window(self, one: frappe._dict) -> str:
        if one.stage != "effectiveness" or not one.window_end:
            return ""
        if self._window_due(one):
            return _("ended, to be concluded")
        days = (one.window_end - self.today).days
        return _("{0} days left").format(days)

    # Groups ----------------------------------------------------------------------------------------------------------

    def _key(self, one: frappe._dict, by: str) -> Any:
        if by == "owner":
            return one.capa_owner or ""
        if by == "department":
            return self._departments.get(one.capa_owner) or ""
        moment = one[self.date_field]
        return moment.year * 100 + moment.month if moment else 0

    def _groups(self, by: str) -> dict[Any, Group]:
        found: dict[Any, Group] = defaultdict(Group)
        for one in self.capas:
            self._add(found[self._key(one, by)], one)
        return dict(found)

    def _add(self, group: Group, one: frappe._dict) -> None:
        # The conclusion of a person goes before what was computed; what is computed before the window has ended is no verdict.
        ended = bool(one.window_end and one.computed_at and getdate(one.computed_at) > one.window_end)
        verdict = one.effect_conclusion or (one.verdict if ended else "")
        group.capas += 1
        group.judged += bool(verdict)
        group.effective += verdict == _EFFECTIVE
        group.ineffective += verdict == _INEFFECTIVE
        group.insufficient += verdict == _INSUFFICIENT
        group.windows_due += self._window_due(one)
        group.reopened += bool(one.reopen_count)
        actions = self._actions.get(one.name, (0, 0))
        group.actions_open += actions[0]
        group.actions_late += actions[1]

    def _group_names(self, keys: list[Any], by: str) -> dict[Any, str]:
        if by == "month":
            return {key: month_name(date(key // 100, key % 100, 1)) if key else _("Not Set") for key in keys}  # fmt: skip
        names = self._owners if by == "owner" else {}
        return {key: names.get(key) or key or _("Not Set") for key in keys}

    def _group_columns(self) -> list[dict]:
        label = {"owner": _("CAPA Owner"), "department": _("Department"), "month": _("Month")}[self.by]
        return [
            column("group", label, width=200),
            column("capas", _("CAPAs"), "Int", 90),
            column("judged", _("Judged"), "Int", 90),
            column("effective", word(_EFFECTIVE), "Int", 100),
            column("ineffective", word(_INEFFECTIVE), "Int", 100),
            column("insufficient", word(_INSUFFICIENT), "Int", 130),
            MEASURES["capa_effective"].column("share", 140),
            column("lower", _("At Least"), "Percent", 100),
            column("upper", _("At Most"), "Percent", 100),
            MEASURES["windows_due"].column("windows_due", 180),
            column("reopened", _("Reopened"), "Int", 100),
            column("actions_open", _("Open Actions"), "Int", 130),
            MEASURES["actions_late"].column("actions_late", 150),
        ]

    def _group_rows(self) -> list[dict]:
        groups = self._groups(self.by)
        names = self._group_names(list(groups), self.by)
        keys = sorted(groups, reverse=True) if self.by == "month" else sorted(groups, key=lambda key: (-groups[key].capas, str(key)))  # fmt: skip
        rows = []
        for key in keys:
            share = wilson(groups[key].effective, groups[key].judged)
            rows.append(
                {
                    "key": key,
                    "group": names[key],
                    **vars(groups[key]),
                    "share": percent(groups[key].effective, groups[key].judged),
                    "lower": round(100 * share.lower, 1) if share else None,
                    "upper": round(100 * share.upper, 1) if share else None,
                }
            )
        return rows


def _rate(count: int | None, exposure: float | None, confidence: float) -> RateInterval | None:
    return garwood(cint(count), flt(exposure), confidence) if flt(exposure) > 0 else None


def _thousand(rate: float) -> float:
    return round(_UNITS * rate, 2)


def _span(rate: RateInterval | None) -> str:
    return _ends(_UNITS * rate.lower, _UNITS * rate.upper) if rate else ""


def _ends(lower: float | None, upper: float | None) -> str:
    """Both ends of an interval; an upper one that is not known is endless."""
    if not flt(upper) or not math.isfinite(flt(upper)):
        return ""
    return f"{flt(lower):.2f} – {flt(upper):.2f}"
