"""The search of the desk: which of our records it finds.

Frappe reads an app's list in the setup wizard alone, so a site that is set up already would never find a complaint. What a
site takes off its list later stays off.
"""

import frappe

_SETTINGS = "Global Search Settings"


def make_searchable() -> None:
    """Add what the site's list lacks, behind what is there."""
    settings = frappe.get_single(_SETTINGS)
    listed = {row.document_type for row in settings.allowed_in_global_search}
    missing = [doctype for doctype in _ours() if doctype not in listed]
    for doctype in missing:
        settings.append("allowed_in_global_search", {"document_type": doctype})
    if missing:
        settings.save(ignore_permissions=True)


def remove_from_search(doctypes: list[str]) -> None:
    """Take our records off the list again."""
    settings = frappe.get_single(_SETTINGS)
    kept = [row for row in settings.allowed_in_global_search if row.document_type not in doctypes]
    if len(kept) < len(settings.allowed_in_global_search):
        settings.set("allowed_in_global_search", kept)
        settings.save(ignore_permissions=True)


def _ours() -> list[str]:
    hooked = frappe.get_hooks("global_search_doctypes", app_name="complaint_qms")
    return [row["doctype"] for row in hooked.get("Default", [])]
