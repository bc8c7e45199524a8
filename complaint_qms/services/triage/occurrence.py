"""How often it happens: complaints of a type about an item, its group or a batch, for each unit delivered; many complaints at once.

What is counted, over which period and by which end of the interval the level is read stands in the risk matrix of the company. A
person takes the level over; nothing is written here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Count
from frappe.utils import add_days, getdate

from complaint_qms.constants.stages import NO_COMPLAINT
from complaint_qms.constants.triage import LEAST_UNITS
from complaint_qms.engine.occurrence import OccurrenceReading, read_occurrence
from complaint_qms.integrations.erpnext.delivered_units import delivered, groups_of
from complaint_qms.permissions.confidential import is_kept_besides, set_aside
from complaint_qms.permissions.delivered_units import kept_to
from complaint_qms.services.intake.proposals import EXPOSURE
from complaint_qms.services.record.in_use import usable
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.risk.matrix import OccurrenceRule, matrix_for, occurrence_bands, occurrence_rule
from complaint_qms.services.risk.occurrence_words import sentences_of

Rates = dict[str, dict[str, Any]]
_CONFIDENCE: Final = 0.5
_EVER: Final = date(1970, 1, 1)
_PRODUCT: Final = {"company", "item_code", "item_group", "batch_no"}
"""Restrictions that keep somebody from a product as a whole, and not from a part of its deliveries."""
_Count = dict[tuple[str, str, str | None], int]


@dataclass(frozen=True)
class _Scope:
    """What complaints and deliveries are counted of: `key` is the item, group or batch; `members` values of `field`, of a company, since
    `start`; `days` None where it is ever."""

    company: str
    key: str
    field: str
    members: frozenset[str]
    start: date
    days: int | None


@dataclass(frozen=True)
class SeenOccurrence:
    """Attributes:
    reading: None where it is not known.
    said: sentences: the arithmetic and the level, or why there is none.
    route: filters of the Complaint list that name the complaints counted; None where nothing was.
    """

    reading: OccurrenceReading | None
    said: list[str]
    route: dict[str, list] | None = None


def proposed_occurrences(docs: Sequence[Document], types: Mapping[str, str | None]) -> Rates:
    """Name → the proposed occurrence {value, confidence, reasons, state}, for complaints about a product that was delivered. As many
    queries whatever their number. Where the user may not see every complaint or delivery that counts, nothing is proposed: the figures
    would tell of the others.

    Args:
        types: name → the type that each is, or may be.
    """
    found = {}
    for name, seen in seen_occurrences(docs, types).items():
        level = usable("Risk Occurrence", seen.reading.proposed) if seen.reading else None
        if level:
            reasons = [" ".join(seen.said)]
            found[name] = {
                "value": level,
                "confidence": _CONFIDENCE,
                "reasons": reasons,
                "source": EXPOSURE,
                "state": "",
            }
    return found


def seen_occurrences(docs: Sequence[Document], types: Mapping[str, str | None]) -> dict[str, SeenOccurrence]:
    """Name → what the deliveries say of its occurrence, for each of `docs`."""
    rules = {company: occurrence_rule(matrix_for(company)) for company in {doc.company for doc in docs}}
    scopes = _scopes(docs, rules)
    bands, end = occurrence_bands(), getdate()
    unseen = bool(kept_to(frappe.session.user).keys() - _PRODUCT)
    units = {} if unseen else _units(scopes.values(), end)
    sold = {scope for scope in scopes.values() if units.get(scope, 0) >= LEAST_UNITS}
    counts = _counts(sold, end)
    hidden = _partly_hidden(sold, counts, end)
    found = {}
    for doc in docs:
        scope = scopes.get(doc.name)
        if not scope:
            found[doc.name] = SeenOccurrence(None, [_("Name the item: then its deliveries tell how often this happens.")])  # fmt: skip
        elif unseen or scope in hidden:
            found[doc.name] = SeenOccurrence(None, [_("You do not see all complaints and deliveries that count here, so that no rate is told.")])  # fmt: skip
        elif scope not in sold:
            found[doc.name] = SeenOccurrence(None, [_no_deliveries(scope)])
        elif not bands:
            found[doc.name] = SeenOccurrence(None, [_("No occurrence level has rates: enter From Rate and To Rate in the list Risk Occurrence.")])  # fmt: skip
        else:
            kind = types.get(doc.name)
            # This one is of that type once somebody agrees.
            count = max(_number(counts, scope, kind) + bool(kind and doc.complaint_type != kind), 1)
            reading = read_occurrence(count, units[scope], bands, rules[doc.company].basis)
            said = [_counted_words(scope, kind), *sentences_of(reading, bands)]
            found[doc.name] = SeenOccurrence(reading, said, _route(scope, kind, end))
    return found


def beside_field(doc: Document) -> dict[str, Any]:
    """The same for the form of one complaint: {value, known, said, route, bands: whether its level may be taken over}."""
    seen = seen_occurrences([doc], {doc.name: doc.complaint_type})[doc.name]
    value = usable("Risk Occurrence", seen.reading.proposed) if seen.reading else None
    return {"value": value, "known": bool(seen.reading), "said": seen.said, "route": seen.route}


def _scopes(docs: Sequence[Document], rules: Mapping[str | None, OccurrenceRule]) -> dict[str, _Scope]:
    groups = (
        groups_of("Item", "item_group") if any(rule.scope == "item_group" for rule in rules.values()) else {}
    )
    members: dict[str, set[str]] = defaultdict(set)
    for item, group in groups.items():
        members[group].add(item)
    found = {}
    for doc in docs:
        rule = rules[doc.company]
        start = getdate(add_days(getdate(), 1 - rule.days))
        if rule.scope == "batch" and doc.batch_no:
            found[doc.name] = _Scope(doc.company, doc.batch_no, "batch_no", frozenset({doc.batch_no}), _EVER, None)  # fmt: skip
        elif rule.scope == "item_group" and groups.get(doc.item_code or ""):
            group = groups[doc.item_code]
            found[doc.name] = _Scope(doc.company, group, "item_code", frozenset(members[group]), start, rule.days)  # fmt: skip
        elif doc.item_code:
            found[doc.name] = _Scope(doc.company, doc.item_code, "item_code", frozenset({doc.item_code}), start, rule.days)  # fmt: skip
    return found


def _units(scopes: Collection[_Scope], end: date) -> dict[_Scope, float]:
    """Units delivered less returned of each; as many queries for each of the two fields and each period."""
    sums: dict[tuple[str, date, str, str], float] = defaultdict(float)
    for field, start, values in _asked(scopes):
        for company, value, _day, out, back in delivered(("company", field), [(start, end)], only={field: values}):  # fmt: skip
            sums[field, start, company, value] += float(out) - float(back)
    return {
        scope: sum(sums.get((scope.field, scope.start, scope.company, value), 0.0) for value in scope.members)
        for scope in set(scopes)
    }


def _counts(scopes: Collection[_Scope], end: date, narrowed: bool = False) -> dict[tuple[str, date], _Count]:
    """(field, start) → (company, value, type) → complaints that are one."""
    complaint = frappe.qb.DocType("Complaint")
    found = {}
    for field, start, values in _asked(scopes):
        query = (
            frappe.qb.from_(complaint)
            .select(complaint.company, complaint[field], complaint.complaint_type, Count("*"))
            .where(complaint[field].isin(sorted(values)) & (complaint.received_at >= start))
            .where((complaint.received_at < add_days(end, 1)) & complaint.stage.notin(NO_COMPLAINT))
            .groupby(complaint.company, complaint[field], complaint.complaint_type)
        )
        rows = (permitted(query) if narrowed else query).run()
        found[field, start] = {(company, value, kind): count for company, value, kind, count in rows}
    return found


def _partly_hidden(scopes: Collection[_Scope], counts: dict[tuple[str, date], _Count], end: date) -> set[_Scope]:  # fmt: skip
    # A confidential complaint counts for everybody, and is told to nobody by that.
    if not scopes or not is_kept_besides(frappe.session.user):
        return set()
    with set_aside():
        seen = _counts(scopes, end, narrowed=True)
    return {scope for scope in scopes if _number(seen, scope, None) != _number(counts, scope, None)}


def _number(counts: dict[tuple[str, date], _Count], scope: _Scope, kind: str | None) -> int:
    return sum(
        count
        for (company, value, of_kind), count in counts.get((scope.field, scope.start), {}).items()
        if company == scope.company and value in scope.members and (not kind or of_kind == kind)
    )


def _asked(scopes: Collection[_Scope]) -> list[tuple[str, date, set[str]]]:
    values: dict[tuple[str, date], set[str]] = defaultdict(set)
    for scope in scopes:
        values[scope.field, scope.start] |= scope.members
    return [(field, start, wanted) for (field, start), wanted in sorted(values.items())]


def _counted_words(scope: _Scope, kind: str | None) -> str:
    if scope.days is None:
        return _("Complaints of type {0} about batch {1}:").format(_(kind), scope.key) if kind else _("Complaints about batch {0}:").format(scope.key)  # fmt: skip
    if kind:
        return _("Complaints of type {0} about {1} in {2} days:").format(_(kind), _(scope.key), scope.days)
    return _("Complaints about {0} in {1} days:").format(_(scope.key), scope.days)


def _no_deliveries(scope: _Scope) -> str:
    if scope.days is None:
        return _("No deliveries of batch {0} are known: judge the occurrence yourself.").format(scope.key)
    return _("No deliveries of {0} in the last {1} days are known: judge the occurrence yourself.").format(_(scope.key), scope.days)  # fmt: skip


def _route(scope: _Scope, kind: str | None, end: date) -> dict[str, list]:
    """A group is told by the Item Group of the complaints, which is that of their items when they were saved."""
    route: dict[str, list] = {"company": ["=", scope.company], "stage": ["not in", list(NO_COMPLAINT)]}
    if scope.days is not None:
        route["received_at"] = ["between", [str(scope.start), str(end)]]
    if scope.field == "item_code" and scope.members != {scope.key}:
        route["item_group"] = ["=", scope.key]
    else:
        route[scope.field] = ["=", scope.key]
    return route | ({"complaint_type": ["=", kind]} if kind else {})
