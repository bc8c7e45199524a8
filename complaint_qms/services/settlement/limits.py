"""Who may settle how much. Amounts are in company currency."""

from __future__ import annotations

from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, fmt_money

SETTINGS = "Complaint QMS Settings"


@dataclass(frozen=True)
class Limit:
    """What a user may submit in one company.

    Attributes:
        amount: highest total of one settlement; None without limit.
        own: highest total of a settlement the user proposed.
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


def refusal(doc: Document, user: str, limit: Limit | None = None) -> str | None:
    """Why `user` may not submit this settlement, with the remedy; None when they may.

    Args:
        limit: the user's limit in the settlement's company, when the caller knows it already.
    """
    limit = limit or limit_of(user, doc.company)
    total = flt(doc.base_total_amount)
    if limit.role is None:
        return _(
            "None of your roles has an approval limit in {0}. Ask somebody who has one to submit, or have a row added "
            "under Approval Limits in {1}."
        ).format(doc.company, _(SETTINGS))
    if limit.amount is not None and total > limit.amount:
        return _(
            "Total: {0} is above your approval limit of {1} (role {2}). Ask somebody with a higher limit to submit."
        ).format(_money(total, doc.company), _money(limit.amount, doc.company), _(limit.role))
    if doc.proposed_by == user and total > limit.own:
        return _(
            "Gate G6: you proposed this settlement ({0}), so somebody else has to submit it. Own settlements may be "
            "submitted up to {1}."
        ).format(_money(total, doc.company), _money(limit.own, doc.company))
    return None


def _money(amount: float, company: str) -> str:
    return fmt_money(amount, currency=frappe.get_cached_value("Company", company, "default_currency"))
