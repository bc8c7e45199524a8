"""Who takes on complaints: how many, which ones, and who was given one last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.permissions import get_doctype_roles
from frappe.utils import cint, escape_html, get_datetime

from complaint_qms.constants import roles
from complaint_qms.constants.assigning import FITS, HANDLER, MATCH, SKILL
from complaint_qms.permissions.auditor import is_auditor
from complaint_qms.services import writing
from complaint_qms.services.people.absence import absent_users
from complaint_qms.services.people.assignees import unable
from complaint_qms.services.people.role_holders import roles_of

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class RosterMember:
    """Somebody who takes on complaints.

    Attributes:
        name: of their record.
        capacity: open complaints at most; 0: as many as come.
        given_at: when they were given one by itself; None: never.
        fits: field of `constants/assigning.py` → what they stand for.
    """

    user: str
    name: str = ""
    enabled: bool = True
    capacity: int = 0
    given_at: datetime | None = None
    fits: dict[str, frozenset[str]] = field(default_factory=dict)

    def stands_for(self, name: str, values: Iterable[str]) -> bool:
        """Whether they stand for one of the values."""
        return not self.fits.get(name, frozenset()).isdisjoint(values)

    def has_room(self, open_now: int) -> bool:
        """Whether they take one more beside so many."""
        return not self.capacity or open_now < self.capacity


def members(users: Iterable[str]) -> dict[str, RosterMember]:
    """User → what is known of them; two queries. Who has no record takes on whatever comes."""
    return _read(users, lock=False)


def held_members(doctype: str, name: str, users: Iterable[str]) -> dict[str, RosterMember]:
    """The same of those who belong to a role or department: until the end of the transaction nobody else gives them anything, and what
    others have given them meanwhile is seen. Whoever has no record gets one, but for those who can take on nothing: they stand in no turn."""
    # One lock ahead of those on the records, or two who enlist the same people would wait for each other.
    frappe.db.get_value(doctype, name, "name", for_update=True)
    wanted = sorted(set(users))
    gone = absent_users(wanted)
    enlist(user for user in wanted if user not in gone and not is_auditor(user))
    return _read(wanted, lock=True)


def enlist(users: Iterable[str]) -> None:
    """Give those a record who have none. They may have left: what became of their work is written there."""
    wanted = sorted(set(users))
    known = set(frappe.get_all(HANDLER, {"user": ("in", wanted or [""])}, pluck="user", order_by="name asc"))
    for user in wanted:
        if user not in known:
            doc = frappe.get_doc({"doctype": HANDLER, "user": user, "enabled": 1})
            doc.flags.by_itself = True
            doc.insert(ignore_permissions=True, ignore_if_duplicate=True)


def give(member: RosterMember, among: Iterable[RosterMember], now: datetime) -> None:
    """Write down that a member who is locked was given a complaint: nobody of these was given one later."""
    last = max((get_datetime(one.given_at) for one in among if one.given_at), default=now)
    writing.set_values(HANDLER, member.name, {"given_at": max(now, last + _TICK)}, "was given a complaint")


def check_member(handler: Document) -> None:
    """Refuse a record that a person makes of somebody who can take on nothing, and rows that say nothing.

    Raises:
        frappe.ValidationError: naming field or row.
    """
    if handler.is_new() and not handler.flags.by_itself:
        if sentence := unable(handler.user):
            frappe.throw(sentence.format(_("User"), frappe.bold(escape_html(handler.user))))
        if frappe.db.get_value("User", handler.user, "user_type") == "Website User":
            frappe.throw(
                _("{0} is no user of the desk. Choose somebody of the staff.").format(
                    escape_html(handler.user)
                )
            )
    _check_right(handler)
    known: dict[tuple[str, ...], int] = {}
    for row in handler.fits:
        row.skill = (row.skill or "").strip()
        if not any(row.get(name) for name in (SKILL, *FITS)):
            frappe.throw(
                _(
                    "Which Complaints Fit, row {0}: enter a product line, region, language or skill, or remove the row."
                ).format(row.idx)
            )
        said = tuple((row.get(name) or "").casefold() for name in (SKILL, *FITS))
        if said in known:
            frappe.throw(
                _("Which Complaints Fit, row {0}: it says the same as row {1}. Remove one of them.").format(
                    row.idx, known[said]
                )
            )
        known[said] = row.idx


def _check_right(handler: Document) -> None:
    """Whom a person says to take complaints has a role that works on them."""
    if not cint(handler.enabled) or handler.flags.by_itself or not _newly_takes(handler):
        return
    able = {*get_doctype_roles("Complaint", "write")}
    if not roles_of([handler.user])[handler.user] & able:
        frappe.throw(
            _(
                "User: {0} has no role that may work on complaints. Give them one, such as {1}, or untick Takes Complaints."
            ).format(frappe.bold(escape_html(handler.user)), _(roles.AGENT))
        )


def _newly_takes(handler: Document) -> bool:
    before = handler.get_doc_before_save()
    return not before or not cint(before.enabled) or before.user != handler.user


def _read(users: Iterable[str], lock: bool) -> dict[str, RosterMember]:
    wanted = sorted(set(users))
    if not wanted:
        return {}
    table = frappe.qb.DocType(HANDLER)
    query = frappe.qb.from_(table).select(
        table.name, table.user, table.enabled, table.capacity, table.given_at
    )
    # Rows that are locked are found by their key: a look through the table would lock those of others.
    # A record is called as its user was called when it was made, and one that others have just made is not seen before it is locked.
    names = (
        frappe.get_all(HANDLER, {"user": ("in", wanted)}, pluck="name", order_by="name asc") if lock else []
    )
    query = query.where(table.name.isin({*wanted, *names}) if lock else table.user.isin(wanted)).orderby(
        table.name
    )
    rows = (query.for_update() if lock else query).run(as_dict=True)
    fits = _fits_of([row.name for row in rows])
    found = {
        row.user: RosterMember(
            row.user, row.name, bool(row.enabled), cint(row.capacity), row.given_at, fits.get(row.name, {})
        )
        for row in rows
    }
    return {user: found.get(user) or RosterMember(user) for user in wanted}


def _fits_of(names: list[str]) -> dict[str, dict[str, frozenset[str]]]:
    fields = (SKILL, *FITS)
    rows = frappe.get_all(
        MATCH,
        {"parent": ("in", names or [""]), "parenttype": HANDLER},
        ["parent", *fields],
        order_by="parent asc, idx asc",
    )
    found: dict[str, dict[str, set[str]]] = {}
    for row in rows:
        for name in fields:
            if row[name]:
                value = row[name].casefold() if name == SKILL else row[name]
                found.setdefault(row.parent, {}).setdefault(name, set()).add(value)
    return {
        parent: {name: frozenset(values) for name, values in fits.items()} for parent, fits in found.items()
    }
