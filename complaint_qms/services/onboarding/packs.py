"""Sample procedures by trade: SOPs, complaint types, what severities mean, templates. One file a pack (`fixtures/sop_packs/`).

What a pack wrote is remembered by a digest, so that it can tell its own words from those that the company has written since: its
own are brought up to date, the company's stay unless somebody says otherwise.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.utils import flt

from complaint_qms.constants import risk, vocabulary
from complaint_qms.constants.settings import SETTINGS

NEW, SAME, UPDATE, YOURS = "new", "same", "update", "yours"
"""What applying a pack does to a record: makes it, nothing, brings it up to date, leaves it as the company has it."""

_WRITTEN: Final = "sop_packs_written"
# DocType → its part of a pack, and the field that names a record
_PARTS: Final = {
    "Complaint Type": ("types", "complaint_type_name"),
    "Complaint SOP": ("sops", "sop_name"),
    "Risk Severity": ("severities", "severity_name"),
    "Email Template": ("templates", "name"),
}
# Field that a pack gives no value to and a new record needs: when somebody works.
_HOURS: Final = [
    {"workday": day, "start_time": start, "end_time": end}
    for day in vocabulary.WORKDAYS
    for start, end in vocabulary.SHIFTS
]


@dataclass(frozen=True)
class Item:
    """One record that a pack brings.

    Attributes:
        key: DocType and name, as one text.
        change: what applying does to it.
        now: field → what the site has, of those that differ.
        then: field → what the pack has.
    """

    doctype: str
    name: str
    values: dict[str, Any]
    change: str
    now: dict[str, Any] = field(default_factory=dict)
    then: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.doctype}/{self.name}"


def read_packs() -> dict[str, dict[str, Any]]:
    """Key → pack, by title."""
    folder = Path(frappe.get_app_path("complaint_qms", "fixtures", "sop_packs"))
    packs = [json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")]
    return {pack["key"]: pack for pack in sorted(packs, key=lambda pack: pack["title"])}


def compare(pack: dict[str, Any]) -> list[Item]:
    """What applying a pack would do, record by record, the default SOP last."""
    written = _digests()
    items = [
        _compared(doctype, row[name], {key: value for key, value in row.items() if key != name}, written)
        for doctype, (part, name) in _PARTS.items()
        for row in pack[part]
    ]
    return [*items, _default(pack, written)]


def apply_pack(pack: dict[str, Any], overwrite: list[str]) -> dict[str, int]:
    """Bring a pack onto the site; how many records were made, brought up to date and left. Again, it changes nothing.

    Args:
        overwrite: keys of records that the company changed and that take the pack's words all the same.
    """
    # Who applies at the same moment waits here, and then finds it done.
    frappe.db.get_value("DocType", SETTINGS, "name", for_update=True)
    items, digests = compare(pack), _digests()
    counts = {NEW: 0, UPDATE: 0, SAME: 0, YOURS: 0}
    for item in items:
        change = UPDATE if item.change == YOURS and item.key in overwrite else item.change
        counts[change] += 1
        if change == YOURS:
            continue
        if change in (NEW, UPDATE):
            _write(item)
        digests[item.key] = _digest(item.values)
    frappe.db.set_single_value(SETTINGS, _WRITTEN, json.dumps(digests, sort_keys=True), update_modified=False)
    return counts


def pack_templates() -> list[str]:
    """Names of the Email Templates that packs bring."""
    return [row["name"] for pack in read_packs().values() for row in pack["templates"]]


def _compared(doctype: str, name: str, values: dict[str, Any], written: dict[str, str]) -> Item:
    key = f"{doctype}/{name}"
    if doctype == "Complaint Type":
        values = values | {"parent_complaint_type": _parent(values["parent_complaint_type"])}
    if not frappe.db.exists(doctype, name):
        # Applied once and gone since: the company took it away.
        return Item(doctype, name, values, YOURS if key in written else NEW, then=values)
    stored = _stored(frappe.get_doc(doctype, name), values)
    differing = [part for part in values if stored[part] != _plain(values[part])]
    if not differing:
        return Item(doctype, name, values, SAME)
    ours = _digest(stored) == written[key] if key in written else _is_seed(doctype, name, stored)
    return Item(
        doctype,
        name,
        values,
        UPDATE if ours else YOURS,
        {part: stored[part] for part in differing},
        {part: values[part] for part in differing},
    )


def _default(pack: dict[str, Any], written: dict[str, str]) -> Item:
    """The SOP of complaints that no other one fits, in the settings; one that the company put out of use is not set."""
    key, name = f"{SETTINGS}/{SETTINGS}", pack["sops"][0]["sop_name"]
    values, stored = (
        {"default_sop": name},
        {"default_sop": frappe.db.get_single_value(SETTINGS, "default_sop") or ""},
    )
    if stored == values:
        return Item(SETTINGS, SETTINGS, values, SAME)
    seeded = stored["default_sop"] in ("", vocabulary.DEFAULT_SOP_NAME)
    ours = _digest(stored) == written[key] if key in written else seeded
    usable = not frappe.db.exists("Complaint SOP", {"name": name, "enabled": 0})
    return Item(SETTINGS, SETTINGS, values, UPDATE if ours and usable else YOURS, stored, values)


def _write(item: Item) -> None:
    """Make a record, or give it the pack's values; hours, company and whether it is in use stay the company's."""
    exists = item.doctype == SETTINGS or frappe.db.exists(item.doctype, item.name)
    doc = frappe.get_doc(item.doctype, item.name) if exists else frappe.new_doc(item.doctype)
    doc.update(item.values)
    if exists:
        doc.save()
        return
    name = _PARTS[item.doctype][1]
    doc.set(name, item.name)
    if item.doctype == "Complaint SOP":
        doc.enabled = 1
        doc.set("working_hours", _HOURS)
    # A template's text comes with the app, and who applies a pack need not be one who writes templates.
    doc.insert(set_name=item.name, ignore_permissions=item.doctype == "Email Template")
    if doc.get("company"):
        # Frappe put in that of whoever applies; a pack is for every company.
        doc.company = None
        doc.save()


def _parent(name: str) -> str | None:
    """The group of that name, or the top of a tree that has been planted otherwise."""
    if frappe.db.exists("Complaint Type", {"name": name, "is_group": 1}):
        return name
    return frappe.db.get_value("Complaint Type", {"is_group": 1}, "name", order_by="lft asc")


def _stored(doc: Document, values: dict[str, Any]) -> dict[str, Any]:
    """Of a record, what a pack has values for."""
    found = {}
    for part, value in values.items():
        if isinstance(value, list):
            keys = value[0] if value else {}
            found[part] = [{key: row.get(key) for key in keys} for row in doc.get(part)]
        else:
            found[part] = doc.get(part)
    return {part: _plain(value) for part, value in found.items()}


def _plain(value: Any) -> Any:
    """A value without the differences that the database makes: no value, a number as another type."""
    if isinstance(value, list):
        return [{key: _plain(inner) for key, inner in row.items()} for row in value]
    if isinstance(value, bool | int | float):
        return flt(value)
    return (value or "").strip() if isinstance(value, str | None) else value


def _is_seed(doctype: str, name: str, stored: dict[str, Any]) -> bool:
    """Whether a record still says what came with the app."""
    if doctype != "Risk Severity":
        return False
    shipped = {row["name"]: row["description"] for row in risk.SEVERITIES}
    return stored == {"description": shipped.get(name)}


def _digest(values: dict[str, Any]) -> str:
    plain = {part: _plain(value) for part, value in values.items()}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _digests() -> dict[str, str]:
    return json.loads(frappe.db.get_single_value(SETTINGS, _WRITTEN, cache=False) or "{}")
