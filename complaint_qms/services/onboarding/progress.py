"""The steps of the module onboarding with how each of them stands."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from complaint_qms.constants.onboarding import ONBOARDING
from complaint_qms.services.onboarding.checks import CHECKS, find_all

STEP = "Onboarding Step"


def may_set_up() -> bool:
    """Whether the user is one of those whom the onboarding is for; nobody where the site switched it off."""
    if not cint(frappe.get_system_settings("enable_onboarding")):
        return False
    allowed = frappe.get_cached_doc("Module Onboarding", ONBOARDING).get_allowed_roles()
    return frappe.session.user == "Administrator" or bool(set(allowed) & set(frappe.get_roles()))


def steps_now() -> dict[str, Any]:
    """Title, subtitle and each step: `name`, `title`, `description`, `action`, `done`, `skipped`, `told`, and where it is set
    (`route`, empty for who may not change it there; `field`, empty for all of it).

    What Frappe keeps of the steps is brought to what was found, so that its own screens say the same. Nothing is written
    while they agree.
    """
    doc = frappe.get_doc("Module Onboarding", ONBOARDING)
    order = [row.step for row in doc.steps if row.step in CHECKS]
    kept = {
        row.name: row
        for row in frappe.get_all(
            STEP,
            {"name": ("in", order)},
            ["name", "title", "description", "action_label", "is_complete", "is_skipped"],
            order_by="name asc",
        )
    }
    steps, standing = [], find_all()
    for name in order:
        found, row = standing[name], kept[name]
        steps.append(
            {
                "name": name,
                "title": _(row.title),
                "description": _(row.description or ""),
                "action": _(row.action_label or "Set Up"),
                "done": found.done,
                "skipped": bool(row.is_skipped) and not found.done,
                "told": found.told,
                "route": found.route if _may_change(found.doctype) else [],
                "field": found.at,
            }
        )
    _keep(doc, kept, steps)
    # The record of 16 has no subtitle.
    subtitle = _("What to set up before the first complaint. Each mark is read from the settings themselves.")
    return {"title": _(doc.title), "subtitle": subtitle, "steps": steps}


def skip_step(name: str, skip: bool) -> None:
    """Leave a step aside, or take it up again. It is not done by that."""
    frappe.db.set_value(STEP, name, "is_skipped", int(skip), update_modified=False)


def _may_change(doctype: str) -> bool:
    return frappe.has_permission(doctype, "create" if doctype == "Complaint" else "write")


def _keep(doc: Document, kept: dict[str, frappe._dict], steps: list[dict[str, Any]]) -> None:
    for done in (True, False):
        changed = [
            step["name"]
            for step in steps
            if step["done"] == done and bool(kept[step["name"]].is_complete) != done
        ]
        if changed:
            frappe.db.set_value(
                STEP, {"name": ("in", changed)}, "is_complete", int(done), update_modified=False
            )
            frappe.local.flags.commit = True  # also at the end of a GET
    complete = all(step["done"] or step["skipped"] for step in steps)
    if bool(doc.is_complete) != complete:
        doc.db_set("is_complete", int(complete), update_modified=False)
        frappe.local.flags.commit = True
