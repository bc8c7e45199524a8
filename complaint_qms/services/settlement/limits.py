"""Who may settle how much. Amounts are in company currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import flt, fmt_money

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.settlement import DOCTYPE


@dataclass(frozen=True)
class Limit:
    """What a user may submit in one company.

    Attributes:
        amount: highest total of a complaint's settlements; None without limit.
        own: highest total of those of them that the user proposed.
        role: role the limit comes from; None when no role of the user has one.
    """

    amount: float | None
    own: float
    role: str | None


def limit_of(user: str, company: str) -> Limit:
    """The highest limit among the user's roles counts; a row without company holds for every company."""
    settings = frappe.get_single(SETTINGS)
    roles = set(frappe.get_roles(user))
    rows = [
        row for row in settings.approval_limits if row.role in roles and row.company in (None, "", company)
    ]
    own = flt(settings.self_approval_limit)
    if not rows:
        return Limit(0.0, own, None)
    best = max(rows, key=lambda row: (bool(row.unlimited), flt(row.max_amount)))
    return Limit(None if best.unlimited else flt(best.max_amount), own, best.role)


@dataclass(frozen=True)
class Granted:
    """What was granted on a complaint before, in company currency.

    Attributes:
        total: of all its submitted settlements.
        own: the part of it that each user both proposed and submitted.
    """

    total: float
    own: dict[str, float]


def granted_on(
    complaints: Collection[str], *, without: str | None = None, locked: bool = False
) -> dict[str, Granted]:
    """What was granted on each complaint; one query. A limit holds for the complaint, not for each of its settlements.

    Args:
        without: settlement that does not count.
        locked: see `remaining.load`.
    """
    table = frappe.qb.DocType(DOCTYPE)
    query = (
        frappe.qb.from_(table)
        .select(table.name, table.complaint, table.proposed_by, table.approved_by, table.base_total_amount)
        .where(table.complaint.isin(sorted(complaints) or [""]) & (table.docstatus == 1))
        .orderby(table.name, order=Order.asc)
    )
    rows = (query.for_update() if locked else query).run(as_dict=True)
    found = {}
    for complaint in complaints:
        mine = [row for row in rows if row.complaint == complaint and row.name != without]
        own: dict[str, float] = defaultdict(float)
        for row in mine:
            if row.proposed_by == row.approved_by:
                own[row.approved_by] += flt(row.base_total_amount)
        found[complaint] = Granted(sum(flt(row.base_total_amount) for row in mine), dict(own))
    return found


def refusal(doc: Document, user: str, granted: Granted, limit: Limit | None = None) -> str | None:
    """Why `user` may not submit this settlement, with the remedy; None when they may.

    Args:
        granted: what was granted on its complaint before.
        limit: the user's limit in the settlement's company, when the caller knows it already.
    """
    limit = limit or limit_of(user, doc.company)
    total, cent = flt(doc.base_total_amount), 0.005
    own = granted.own.get(user, 0.0)
    if limit.role is None:
        return _(
            "None of your roles has an approval limit in {0}. Ask somebody who has one to submit, or have a row added "
            "under Approval Limits in {1}."
        ).format(doc.company, _(SETTINGS))
    if limit.amount is not None and total + granted.total > limit.amount + cent:
        if granted.total:
            return _(
                "Total: {0} with the {1} granted on {2} already is above your approval limit of {3} (role {4}). Ask "
                "somebody with a higher limit to submit."
            ).format(
                _money(total, doc.company),
                _money(granted.total, doc.company),
                doc.complaint,
                _money(limit.amount, doc.company),
                _(limit.role),
            )
        return _(
            "Total: {0} is above your approval limit of {1} (role {2}). Ask somebody with a higher limit to submit."
        ).format(_money(total, doc.company), _money(limit.amount, doc.company), _(limit.role))
    if doc.proposed_by == user and total + own > limit.own + cent:
        if own:
            return _(
                "Gate G6: you proposed this settlement ({0}) and submitted your own ones over {1} on {2} already, so "
                "somebody else has to submit it. Own settlements may be submitted up to {3}."
            ).format(
                _money(total, doc.company),
                _money(own, doc.company),
                doc.complaint,
                _money(limit.own, doc.company),
            )
        return _(
            "Gate G6: you proposed this settlement ({0}), so somebody else has to submit it. Own settlements may be "
            "submitted up to {1}."
        ).format(_money(total, doc.company), _money(limit.own, doc.company))
    return None


def _money(amount: float, company: str) -> str:
    return fmt_money(amount, currency=frappe.get_cached_value("Company", company, "default_currency"))
