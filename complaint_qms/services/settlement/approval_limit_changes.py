"""Raising a limit takes two: for whoever raised it, it counts once somebody else has confirmed it.

The same holds for a role with a limit that people give themselves. Everybody else has the limit at once; what this stops
is one person who opens a gate and goes through it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, flt, now_datetime

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.people.session_users import acting
from complaint_qms.services.record import number_limits

# Whether without limit, and the amount: the greater pair allows more.
Amount = tuple[bool, float]
# Stamps of the two limits that are fields of the settings themselves
_OWN = (
    "self_approval_set_by",
    "self_approval_before",
    "self_approval_confirmed",
    "self_approval_confirmed_by",
)
_WINDOW = (
    "approval_window_set_by",
    "approval_window_before",
    "approval_window_confirmed",
    "approval_window_confirmed_by",
)
_STAMPS = ("set_by", "set_on", "amount_before", "unlimited_before", "confirmed", "confirmed_by")


def stamp_changes(settings: Document) -> None:
    """Stamp the limits that a save of the settings changes, and the confirmations it brings. What a request sends in the
    stamps is put back.

    Raises:
        frappe.PermissionError: somebody confirms what is their own.
    """
    if frappe.flags.in_install or frappe.flags.in_migrate:
        return
    before = settings.get_doc_before_save()
    stored = list(before.approval_limits) if before else []
    for row in settings.approval_limits:
        _keep_row(row, stored)
    _keep_own(settings, before)
    _keep_window(settings, before)
    _keep_grants(settings, before)


def amount_for(row: Document, user: str) -> Amount:
    """What a row of Approval Limits allows to a user: to whoever raised it, what it was before, until it is confirmed."""
    if is_pending(row, user):
        return bool(row.unlimited_before), flt(row.amount_before)
    return bool(row.unlimited), flt(row.max_amount)


def is_pending(row: Document, user: str) -> bool:
    """Whether a row waits for somebody else, as far as `user` is concerned."""
    return bool(row.set_by == user and not row.confirmed)


def own_limit(settings: Document, user: str) -> float:
    """Up to how much a user may submit settlements of their own."""
    pending = settings.self_approval_set_by == user and not settings.self_approval_confirmed
    return flt(settings.self_approval_before if pending else settings.self_approval_limit)


def window(settings: Document, user: str) -> int:
    """Days in which grants to a customer count together; to whoever shortened them, what they were, until confirmed."""
    pending = settings.approval_window_set_by == user and not settings.approval_window_confirmed
    days = cint(settings.approval_window_before if pending else settings.approval_window_days)
    return number_limits.within(SETTINGS, "approval_window_days", days)


def roles_pending(settings: Document, user: str) -> set[str]:
    """Roles that a user gave themselves and nobody has confirmed."""
    return {row.role for row in settings.role_grants if row.user == user and not row.confirmed}


def record_roles(user: str, roles: set[str], with_limits_of: str | None = None) -> None:
    """Write down which of the roles that a user got have a limit and were given by themselves; that somebody else gives
    them confirms it.

    Args:
        with_limits_of: role whose limits these roles are about to get.
    """
    if not roles:
        return
    settings = frappe.get_single(SETTINGS)
    changed = False
    limited = {row.role for row in settings.approval_limits}
    if with_limits_of in limited:
        limited |= roles
    for role in sorted(roles & limited):
        known = [row for row in settings.role_grants if (row.user, row.role) == (user, role)]
        if user not in acting():
            for row in known:
                row.update({"confirmed": 1, "confirmed_by": acting()[-1]})
            changed |= bool(known)
            continue
        if not known:
            known = [settings.append("role_grants", {"user": user, "role": role})]
        for row in known:
            row.update({"since": now_datetime(), "confirmed": 0, "confirmed_by": None})
        changed = True
        frappe.msgprint(
            _(
                "You gave yourself the role {0}. For settlements it counts once somebody else has confirmed it in {1}."
            ).format(frappe.bold(_(role)), _(SETTINGS)),
            indicator="orange",
        )
    if changed:
        settings.flags.role_grants_recorded = True
        settings.save(ignore_permissions=True)


def _keep_row(row: Document, stored: list[Document]) -> None:
    key = (row.role, row.company or "", bool(row.unlimited), flt(row.max_amount))
    same = next(
        (
            old
            for old in stored
            if key == (old.role, old.company or "", bool(old.unlimited), flt(old.max_amount))
        ),
        None,
    )
    if same:
        _keep_confirmation(row, same, _STAMPS, same.set_by, _("the limit of {0}").format(_(row.role)))
        return
    user = acting()[-1]
    new, had = (bool(row.unlimited), flt(row.max_amount)), _had(stored, user, row)
    unlimited, amount = min(new, had)
    row.update(
        {
            "set_by": user,
            "set_on": now_datetime(),
            "unlimited_before": int(unlimited),
            "amount_before": amount,
            "confirmed": 0,
            "confirmed_by": None,
        }
    )


def _had(stored: Iterable[Document], user: str, row: Document) -> Amount:
    """What the role allowed to `user` in the company of a row, before it was changed."""
    rows = [old for old in stored if old.role == row.role and (old.company or "") in ("", row.company or "")]
    return max((amount_for(old, user) for old in rows), default=(False, 0.0))


def _keep_own(settings: Document, before: Document | None) -> None:
    had = own_limit(before, acting()[-1]) if before else 0.0
    strict = min(flt(settings.self_approval_limit), had)
    _keep_scalar(settings, before, "self_approval_limit", _OWN, strict)


def _keep_window(settings: Document, before: Document | None) -> None:
    had = window(before, acting()[-1]) if before else 0
    _keep_scalar(
        settings, before, "approval_window_days", _WINDOW, max(cint(settings.approval_window_days), had)
    )


def _keep_scalar(
    settings: Document, before: Document | None, field: str, stamps: tuple[str, ...], strict: float
) -> None:
    """Stamp a limit that is one field of the settings; `strict`: what counts for its author until it is confirmed."""
    set_by, was, confirmed, confirmed_by = stamps
    if flt(settings.get(field)) == flt(before.get(field) if before else 0):
        setter = before.get(set_by) if before else None
        _keep_confirmation(settings, before or {}, stamps, setter, _(settings.meta.get_label(field)))
        return
    settings.update({set_by: acting()[-1], was: strict, confirmed: 0, confirmed_by: None})


def _keep_grants(settings: Document, before: Document | None) -> None:
    """The list is the server's; a request only confirms."""
    if settings.flags.role_grants_recorded:
        return
    sent = {(row.user, row.role): row for row in settings.role_grants}
    settings.set("role_grants", [])
    for old in before.role_grants if before else []:
        row = settings.append("role_grants", old.as_dict())
        given = sent.get((old.user, old.role))
        row.confirmed = given.confirmed if given else old.confirmed
        fields = ("user", "role", "since", "confirmed", "confirmed_by")
        _keep_confirmation(row, old, fields, old.user, _("the role {0}").format(_(old.role)))


def _keep_confirmation(
    row: Document, old: Any, fields: tuple[str, ...], setter: str | None, what: str
) -> None:
    """Put back the stamps of something unchanged; a tick that is new confirms it, in the name of the session's user."""
    tick, by = fields[-2:]
    confirms = bool(row.get(tick)) and not old.get(tick) and setter
    row.update({name: old.get(name) for name in fields})
    if not confirms:
        return
    if setter in acting():
        frappe.throw(
            _("Confirmed: {0} was set by you; somebody else confirms it.").format(what),
            frappe.PermissionError,
        )
    row.update({tick: 1, by: frappe.session.user})
