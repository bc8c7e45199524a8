"""Who may settle how much. Amounts are in company currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import flt, fmt_money, now_datetime

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.settlement import DOCTYPE
from complaint_qms.services.compliance.contributors import authors, authors_of
from complaint_qms.services.people.role_holders import roles_of
from complaint_qms.services.people.session_users import acting
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.settlement import approval_limit_changes

WINDOW_DAYS = 90  # where the settings say nothing


@dataclass(frozen=True)
class Limit:
    """What a user may submit in one company.

    Attributes:
        amount: highest total of what is granted; None without limit.
        own: highest total of those of them that the user proposed or wrote on.
        role: role the limit comes from; None when no role of the user has one.
        pending: role whose limit the user raised, or gave themselves, and that nobody else has confirmed yet.
    """

    amount: float | None
    own: float
    role: str | None
    pending: str | None = None


def limit_of(user: str, company: str) -> Limit:
    """The highest limit among the user's roles counts; a row without company holds for every company."""
    return _limit_of(user, company, frappe.get_single(SETTINGS), frappe.get_roles(user))


def limits_of(users: Collection[str], company: str) -> dict[str, Limit]:
    """The same for many system users at once; one query for their roles."""
    settings = frappe.get_single(SETTINGS)
    held = roles_of(users)
    return {user: _limit_of(user, company, settings, held[user]) for user in users}


@dataclass(frozen=True)
class Granted:
    """What was granted before a settlement: on its complaint, or to its customer in the days that the settings name.

    A limit holds for what comes together, not for each settlement or complaint: otherwise one invoice with several
    complaints, or one customer with several invoices, would be granted the limit several times.
    """

    complaint: str | None
    customer: str | None
    days: int
    rows: tuple[frappe._dict, ...] = ()

    def counting(self, user: str, role: str | None) -> tuple[frappe._dict, ...]:
        """Settlements that count against the limit of `user`: all of the complaint; of others what they or people with
        the same role's limit granted."""
        return tuple(
            row for row in self.rows
            if row.complaint == self.complaint or row.approved_by == user or (role and row.approved_role == role)
        )  # fmt: skip

    def own(self, user: str) -> tuple[frappe._dict, ...]:
        """Settlements that `user` both proposed, or wrote on, and submitted."""
        return tuple(row for row in self.rows if row.approved_by == user and user in row.authors)


def granted_before(asked: Iterable[Document | frappe._dict], *, locked: bool = False) -> list[Granted]:
    """What was granted before each of some settlements (name, complaint, customer, company); one query, one more for who wrote them.

    Args:
        locked: see `remaining.load`.
    """
    asked, days = list(asked), window_days()
    since = now_datetime() - timedelta(days=days)
    rows = _granted(
        {doc.customer for doc in asked if doc.customer}, {doc.complaint for doc in asked}, since, locked
    )
    of_customer: dict[str, list[frappe._dict]] = defaultdict(list)
    for row in rows:
        of_customer[row.customer].append(row)
    found = []
    for doc in asked:
        mine = tuple(
            row for row in of_customer[doc.customer]
            if row.name != doc.name and row.company == doc.company
            and (row.complaint == doc.complaint or (days and row.approved_at and row.approved_at >= since))
        )  # fmt: skip
        found.append(Granted(doc.complaint, doc.customer, days, mine))
    return found


def window_days() -> int:
    """Days in which what was granted to a customer counts together; 0: it counts by complaint only."""
    settings = frappe.get_single(SETTINGS)
    if settings.approval_window_days is None:
        return WINDOW_DAYS
    return max(approval_limit_changes.window(settings, user) for user in acting())


def total_of(rows: Iterable[frappe._dict]) -> float:
    return sum(flt(row.base_total_amount) for row in rows)


def refusal(doc: Document, user: str, granted: Granted, limit: Limit | None = None) -> str | None:
    """Why `user` may not submit this settlement, with the remedy; None when they may.

    Args:
        granted: what was granted before it.
        limit: the user's limit in the settlement's company, when the caller knows it already.
    """
    limit = limit or limit_of(user, doc.company)
    reason = _refusal(doc, user, granted, limit)
    if reason and limit.pending:
        return f"{reason} " + _(
            "The role {0} or its limit was set by yourself; for you it counts once somebody else has confirmed it in {1}."
        ).format(_(limit.pending), _(SETTINGS))
    return reason


def is_own(doc: Document, user: str) -> bool:
    """Whether a user, or who has signed in in their name, proposed a settlement or changed what it grants, ever."""
    own = {doc.proposed_by, *authors(doc)}
    return any(name in own for name in (acting() if user == frappe.session.user else (user,)))


def _limit_of(user: str, company: str, settings: Document, held: Iterable[str]) -> Limit:
    taken = approval_limit_changes.roles_pending(settings, user)
    roles = set(held) - taken
    rows = [
        row for row in settings.approval_limits if row.role in roles and row.company in (None, "", company)
    ]
    own = approval_limit_changes.own_limit(settings, user)
    waiting = [*sorted(taken), *(row.role for row in rows if approval_limit_changes.is_pending(row, user))]
    pending = waiting[0] if waiting else None
    if not rows:
        return Limit(0.0, own, None, pending)
    best = max(rows, key=lambda row: approval_limit_changes.amount_for(row, user))
    unlimited, amount = approval_limit_changes.amount_for(best, user)
    return Limit(None if unlimited else amount, own, best.role, pending)


def _refusal(doc: Document, user: str, granted: Granted, limit: Limit) -> str | None:
    total, cent = flt(doc.base_total_amount), 0.005
    if limit.role is None:
        return _(
            "None of your roles has an approval limit in {0}. Ask somebody who has one to submit, or have a row added "
            "under Approval Limits in {1}."
        ).format(doc.company, _(SETTINGS))
    before, own = granted.counting(user, limit.role), granted.own(user)
    if limit.amount is not None and total + total_of(before) > limit.amount + cent:
        return _above_limit(doc, granted, before, limit)
    if is_own(doc, user) and total + total_of(own) > limit.own + cent:
        return _own(doc, granted, own, limit)
    return None


def _granted(
    customers: Collection[str], complaints: Collection[str | None], since: object, locked: bool
) -> list[frappe._dict]:
    """Customer and company of a complaint stay while it has settlements, so all of a complaint are of its customer."""
    if not customers:
        return []
    table = frappe.qb.DocType(DOCTYPE)
    fields = ("name", "complaint", "customer", "company", "proposed_by", "approved_by", "approved_role")
    recent = table.approved_at >= since
    of_complaints = table.complaint.isin(sorted(filter(None, complaints)) or [""])
    query = (
        frappe.qb.from_(table)
        .select(*[table[name] for name in fields], table.approved_at, table.base_total_amount)
        .where(table.customer.isin(sorted(customers)) & (table.docstatus == 1) & (recent | of_complaints))
        .orderby(table.name, order=Order.asc)
    )
    rows = (query.for_update() if locked else query).run(as_dict=True)
    wrote = authors_of(DOCTYPE, (row.name for row in rows))
    for row in rows:
        row.authors = {row.proposed_by, *wrote[row.name]}
    return rows


def _above_limit(doc: Document, granted: Granted, before: tuple[frappe._dict, ...], limit: Limit) -> str:
    total, most, role = (
        _money(doc.base_total_amount, doc.company),
        _money(limit.amount, doc.company),
        _(limit.role),
    )
    if not before:
        return _(
            "Total: {0} is above your approval limit of {1} (role {2}). Ask somebody with a higher limit to submit."
        ).format(total, most, role)
    sum_before = _money(total_of(before), doc.company)
    if _on_complaint(granted, before):
        return _(
            "Total: {0} with the {1} granted on {2} already is above your approval limit of {3} (role {4}). Ask "
            "somebody with a higher limit to submit."
        ).format(total, sum_before, doc.complaint, most, role)
    return _(
        "Total: {0} with the {1} granted to {2} in {3} days is above your approval limit of {4} (role {5}). Ask "
        "somebody with a higher limit to submit."
    ).format(total, sum_before, granted.customer, granted.days, most, role)


def _own(doc: Document, granted: Granted, own: tuple[frappe._dict, ...], limit: Limit) -> str:
    total, most = _money(doc.base_total_amount, doc.company), _money(limit.own, doc.company)
    if not own:
        return gate_code("G6") + _(
            "You proposed or wrote this settlement ({0}), so somebody else has to submit it. Own settlements may be "
            "submitted up to {1}."
        ).format(total, most)
    sum_before = _money(total_of(own), doc.company)
    if _on_complaint(granted, own):
        return gate_code("G6") + _(
            "You proposed or wrote this settlement ({0}) and submitted your own ones over {1} on {2} already, so "
            "somebody else has to submit it. Own settlements may be submitted up to {3}."
        ).format(total, sum_before, doc.complaint, most)
    return gate_code("G6") + _(
        "You proposed or wrote this settlement ({0}) and submitted your own ones over {1} for {2} in {3} days, so "
        "somebody else has to submit it. Own settlements may be submitted up to {4}."
    ).format(total, sum_before, granted.customer, granted.days, most)


def _on_complaint(granted: Granted, rows: tuple[frappe._dict, ...]) -> bool:
    return all(row.complaint == granted.complaint for row in rows)


def _money(amount: float, company: str) -> str:
    return fmt_money(flt(amount), currency=frappe.get_cached_value("Company", company, "default_currency"))
