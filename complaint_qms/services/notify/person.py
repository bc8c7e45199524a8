"""Somebody who can be told something."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import frappe
from frappe.query_builder.functions import Coalesce


@dataclass(frozen=True)
class Person:
    """``notices``, ``mails``: what the person wants to get, in the desk and by mail."""

    user: str
    email: str
    full_name: str
    language: str
    time_zone: str | None
    notices: bool
    mails: bool


def people_of(users: Iterable[str]) -> dict[str, Person]:
    """User → person, for those of `users` who are enabled; one query."""
    wanted = sorted(set(users))
    if not wanted:
        return {}
    user, settings = frappe.qb.DocType("User"), frappe.qb.DocType("Notification Settings")
    rows = (
        frappe.qb.from_(user)
        .left_join(settings)
        .on(settings.name == user.name)
        .select(
            user.name,
            user.email,
            user.full_name,
            user.language,
            user.time_zone,
            Coalesce(settings.enabled, 1).as_("notices"),
            Coalesce(settings.enable_email_notifications, 1).as_("mails"),
        )
        .where(user.name.isin(wanted) & (user.enabled == 1))
        .orderby(user.name)
        .run(as_dict=True)
    )
    return {
        row.name: Person(
            row.name,
            row.email or row.name,
            row.full_name or row.name,
            row.language or frappe.local.lang,
            row.time_zone,
            bool(int(row.notices)),
            bool(int(row.mails)),
        )
        for row in rows
    }
