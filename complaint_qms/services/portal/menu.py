"""The entry of the portal in the menu of ERPNext's own, which the framework makes of the hook `standard_portal_menu_items`."""

from __future__ import annotations

from typing import Final

import frappe
from frappe.model.document import Document

from complaint_qms.services.portal import access

_SETTINGS: Final = "Portal Settings"
_DOCTYPE: Final = "Complaint"


def show_entry(is_open: bool) -> None:
    """Show or hide the entry, as the settings say that are being saved."""
    _set_shown(is_open)


def hide_while_closed() -> None:
    """After the framework has made the entry, which it does once; what a site made of it since stays."""
    if not access.is_portal_open():
        _set_shown(False)


def remove_entry() -> None:
    """Take the entry out, when the app leaves the site."""
    portal = frappe.get_doc(_SETTINGS)
    kept = [row for row in portal.menu if row.reference_doctype != _DOCTYPE]
    if len(kept) < len(portal.menu):
        portal.menu = kept
        _save(portal)


def _set_shown(shown: bool) -> None:
    portal = frappe.get_doc(_SETTINGS)
    rows = [row for row in portal.menu if row.reference_doctype == _DOCTYPE and bool(row.enabled) != shown]
    for row in rows:
        row.enabled = int(shown)
    if rows:
        _save(portal)


def _save(portal: Document) -> None:
    portal.flags.ignore_permissions = True
    portal.save()
