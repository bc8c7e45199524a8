"""Where somebody begins when they log in."""

from __future__ import annotations

import frappe
from frappe.permissions import AUTOMATIC_ROLES

from complaint_qms.constants.home import BESIDE, ELSEWHERE, HOMES, SIDE_HOMES


def home_of(user: str) -> str | None:
    """Page or workspace of the app that is the home of `user`; None for who has another one, or none.

    A home that the site or the person chose goes first: the default workspace or app of the user, the default app of
    the site, the home page of one of their roles.
    """
    held = set(frappe.get_roles(user)) - {*AUTOMATIC_ROLES, *BESIDE}
    if user in ("Administrator", "Guest") or held & set(ELSEWHERE):
        return None
    found = [HOMES[role] for role in HOMES if role in held]
    if not found and held <= set(SIDE_HOMES):
        found = [SIDE_HOMES[role] for role in SIDE_HOMES if role in held]
    return found[0] if found and not _chosen(user, held) else None


def _chosen(user: str, roles: set[str]) -> bool:
    chosen = frappe.db.get_value("User", user, ["default_workspace", "default_app"])
    return bool(
        any(chosen or ())
        or frappe.get_system_settings("default_app")
        or frappe.db.exists("Role", {"name": ("in", sorted(roles)), "home_page": ("is", "set")})
    )
