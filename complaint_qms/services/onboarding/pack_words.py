"""What a pack would change, in the reader's words."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, format_duration

from complaint_qms.services.onboarding.packs import NEW, SAME, UPDATE, YOURS, Item
from complaint_qms.services.record.labels import word

_MOST = 280  # characters of a long text that are shown


def introduce(pack: dict[str, Any]) -> dict[str, Any]:
    """What somebody chooses a pack by."""
    return {
        "key": pack["key"],
        "title": _(pack["title"]),
        "description": _(pack["description"]),
        "sources": [_(source) for source in pack["sources"]],
    }


def describe_item(item: Item) -> dict[str, Any]:
    """A record of a pack with what it does, and field by field what is there and what would be."""
    meta = frappe.get_meta(item.doctype)
    parts = [part for part in (item.then or {}) if part not in ("type_key",)]
    return {
        "key": item.key,
        "kind": _(item.doctype),
        "name": _(item.name),
        "change": item.change,
        "fields": [
            {
                "label": _(meta.get_label(part), context=item.doctype),
                "now": _shown(item.doctype, part, item.now.get(part)) if item.now else "",
                "then": _shown(item.doctype, part, item.then[part]),
            }
            for part in parts
            if item.then[part] not in (None, "", [])
        ],
    }


def tell_counts(counts: dict[str, int]) -> str:
    """One sentence on what applying a pack did."""
    if not counts[NEW] and not counts[UPDATE]:
        return _("Nothing was changed: all of it is there already, or is as you have it.")
    return _("{0} made, {1} brought up to date, {2} left as you have them.").format(
        counts[NEW], counts[UPDATE], counts[YOURS] + counts[SAME]
    )


def _shown(doctype: str, part: str, value: Any) -> str:
    if part == "stages":
        return "\n".join(
            f"{word(row['stage'])}: {_duration(row['time_limit'])}, {_(row['responsible_role'])}"
            for row in value
        )
    if part == "checks":
        return "\n".join(
            f"{word(row['stage'])}: {_(row['check'])}" + (" *" if row["mandatory"] else "") for row in value
        )
    field = frappe.get_meta(doctype).get_field(part)
    if field and field.fieldtype == "Duration":
        return _duration(value)
    if field and field.fieldtype == "Check":
        return _("Yes") if value else _("No")
    if field and field.fieldtype in ("Link", "Small Text") and part != "keywords":
        return _(value or "")
    text = frappe.utils.strip_html(str(value or "")) if part == "response" else str(value or "")
    return text if len(text) <= _MOST else f"{text[:_MOST]} …"


def _duration(value: Any) -> str:
    return format_duration(flt(value), hide_days=True) if value else ""
