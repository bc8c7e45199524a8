"""Sample procedures by trade: SOPs, complaint types, what severities mean, templates. One file a pack (`fixtures/sop_packs/`).

What a pack wrote is remembered by a digest of each field, so that it can tell its own words from those that the company has
written since: its own are brought up to date, the company's stay unless somebody says otherwise.

SOPs for grave complaints fit by severity alone, so only those of the pack whose SOP is the default are in use: another pack's
are switched off when this one takes the default over, and this one's come switched off where the company keeps its own default.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import frappe
from frappe import _

from complaint_qms.constants import risk, vocabulary
from complaint_qms.constants.correspondence import KIND_FIELD, LANGUAGE_FIELD
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.compliance.settings_in_use import ended_record_with
from complaint_qms.services.onboarding import pack_site
from complaint_qms.services.sop import at_once

NEW, SAME, UPDATE, YOURS, OFF, DENIED = "new", "same", "update", "yours", "off", "denied"
"""What applying a pack does to a record: makes it, nothing, brings it up to date, leaves it as the company has it, switches
it off, leaves it because the user may not write it."""

GONE, RESTS, UNUSABLE, TAKEN, JUDGED = "gone", "rests", "unusable", "taken", "judged"
"""Why a record is not what somebody may expect: the company deleted it, it comes switched off because another SOP is the
default, the default cannot be one that is missing or switched off, another template is proposed instead, an ended record
was judged by a level, which keeps its words."""
STAYS: Final = (UNUSABLE, JUDGED)
"""Reasons for which a record stays whatever somebody says."""

_WRITTEN: Final = "sop_packs_written"
_SOP: Final = "Complaint SOP"
_DEFAULT: Final = f"{SETTINGS}/{SETTINGS}"
# DocType → its part of a pack, and the field that names a record
_PARTS: Final = {
    "Complaint Type": ("types", "complaint_type_name"),
    _SOP: ("sops", "sop_name"),
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
        exists: whether the site has it.
        ours: whether it says what a pack wrote last.
        now: field → what the site has, of those that differ.
        then: field → what the pack has.
        why: one of the reasons above, and the record it speaks of.
    """

    doctype: str
    name: str
    values: dict[str, Any]
    change: str
    exists: bool = True
    ours: bool = False
    now: dict[str, Any] = field(default_factory=dict)
    then: dict[str, Any] = field(default_factory=dict)
    why: tuple[str, str] = ("", "")

    @property
    def key(self) -> str:
        return f"{self.doctype}/{self.name}"


def read_packs() -> dict[str, dict[str, Any]]:
    """Key → pack, by title."""
    folder = Path(frappe.get_app_path("complaint_qms", "fixtures", "sop_packs"))
    packs = [json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")]
    return {pack["key"]: pack for pack in sorted(packs, key=lambda pack: pack["title"])}


def compare(pack: dict[str, Any], overwrite: Collection[str] = ()) -> list[Item]:
    """What applying a pack would do, record by record, the default SOP last.

    Args:
        overwrite: keys of records that the company changed and that take the pack's words all the same.
    """
    memory, usual = _memory(), pack["sops"][0]["sop_name"]
    rows = {doctype: _rows(pack, doctype) for doctype in _PARTS}
    others = _grave_of_others(pack)
    sites = {
        doctype: pack_site.read(doctype, (others if doctype == _SOP else {}) | rows[doctype])
        for doctype in _PARTS
    }
    sop = _compared(_SOP, usual, rows[_SOP][usual], sites[_SOP], memory)
    default = _default(sop, sites[_SOP], memory, overwrite)
    leads = default.change in (SAME, UPDATE) or (default.change == YOURS and _taken_over(default, overwrite))
    graves = [grave["sop_name"] for grave in pack["sops"][1:]]
    for name in graves:
        if leads or sites[_SOP].stored(name, ()) is None:
            rows[_SOP][name]["enabled"] = int(leads)
    items = [
        _compared(doctype, name, values, sites[doctype], memory)
        for doctype in _PARTS
        for name, values in rows[doctype].items()
    ]
    if leads:
        items += _switched_off(others, sites[_SOP], memory)
    else:
        rests = (RESTS, default.now["default_sop"])
        items = [
            replace(item, why=rests) if item.change == NEW and item.name in graves else item for item in items
        ]
    return [*_proposed(items), default]


def apply_pack(
    pack: dict[str, Any], overwrite: Collection[str] = (), shown: str | None = None
) -> dict[str, int]:
    """Bring a pack onto the site; how many records were made, brought up to date, left and so on. Again, it changes nothing.

    Args:
        overwrite: keys of records that the company changed and that take the pack's words all the same.
        shown: mark of what the user was shown (`mark_of`); None for a caller who looked at nothing.

    Raises:
        frappe.ValidationError: something else would happen than what was shown.
    """
    # Who applies at the same moment waits here. What is read below has to be newer than the lock: a transaction that read
    # before would see the site as it was then.
    frappe.db.commit()
    frappe.db.get_value("DocType", SETTINGS, "name", for_update=True)
    if shown is not None and shown != mark_of(compare(pack)):
        frappe.throw(
            _("Something has changed since this list was shown. Look at the list once more, then apply it.")
        )
    memory = _memory()
    counts = dict.fromkeys((NEW, UPDATE, SAME, YOURS, OFF, DENIED), 0)
    for item in compare(pack, overwrite):
        change = UPDATE if item.change == YOURS and _taken_over(item, overwrite) else item.change
        counts[change] += 1
        if change in (NEW, UPDATE, OFF):
            _write(item)
        if change in (NEW, UPDATE, OFF) or (change == SAME and item.ours):
            memory[item.key] = _remembered(memory.get(item.key), item.values)
    frappe.db.set_single_value(SETTINGS, _WRITTEN, json.dumps(memory, sort_keys=True), update_modified=False)
    return counts


def mark_of(items: list[Item]) -> str:
    """Mark by which it is known whether applying does what was shown."""
    return _digest([(item.key, item.change, item.now, item.then, item.why) for item in items])


def pack_templates() -> list[str]:
    """Names of the Email Templates that packs bring."""
    return [row["name"] for pack in read_packs().values() for row in pack["templates"]]


def _rows(pack: dict[str, Any], doctype: str) -> dict[str, dict[str, Any]]:
    """Name → values of the records of a DocType that a pack brings."""
    part, name = _PARTS[doctype]
    rows = {row[name]: {key: value for key, value in row.items() if key != name} for row in pack[part]}
    if doctype == "Complaint Type":
        parents = pack_site.groups({row["parent_complaint_type"] for row in rows.values()})
        for values in rows.values():
            values["parent_complaint_type"] = parents[values["parent_complaint_type"]]
    if doctype == _SOP and not at_once.may_decide():
        # Nobody's name stands beside what they may not decide; whoever may gets it by applying the pack again.
        rows = {
            key: {part: value for part, value in values.items() if part not in at_once.DECIDED}
            for key, values in rows.items()
        }
    return rows


def _grave_of_others(pack: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Name → values of the SOPs for grave complaints that the other packs bring."""
    return {
        sop["sop_name"]: {key: value for key, value in sop.items() if key != "sop_name"}
        for other in read_packs().values()
        if other["key"] != pack["key"]
        for sop in other["sops"][1:]
    }


def _compared(
    doctype: str, name: str, values: dict[str, Any], site: pack_site.Site, memory: dict[str, Any]
) -> Item:
    key, stored = f"{doctype}/{name}", site.stored(name, values)
    if stored is None:
        # Applied once and gone since: the company took it away.
        change, why = (YOURS, (GONE, "")) if key in memory else (NEW, ("", ""))
        return Item(doctype, name, values, change if site.may_create else DENIED, False, then=values, why=why)
    ours = _untouched(memory[key], doctype, stored) if key in memory else _is_seed(doctype, name, stored)
    differing = [part for part in values if stored[part] != pack_site.comparable(values[part])]
    if not differing:
        return Item(doctype, name, values, SAME, ours=ours and key in memory)
    judged = doctype == "Risk Severity" and stored["description"] and ended_record_with(doctype, name)
    change = UPDATE if ours and not judged else YOURS
    return Item(
        doctype,
        name,
        values,
        change if site.may_write(name) else DENIED,
        ours=ours,
        why=(JUDGED, judged) if judged else ("", ""),
        now={part: stored[part] for part in differing},
        then={part: values[part] for part in differing},
    )


def _default(usual: Item, sops: pack_site.Site, memory: dict[str, Any], overwrite: Collection[str]) -> Item:
    """The SOP of complaints that no other one fits, in the settings; one that is missing or out of use is not set."""
    values = {"default_sop": usual.name}
    stored = {"default_sop": frappe.db.get_single_value(SETTINGS, "default_sop", cache=False) or ""}
    seeded = stored["default_sop"] in ("", vocabulary.DEFAULT_SOP_NAME)
    ours = _untouched(memory[_DEFAULT], SETTINGS, stored) if _DEFAULT in memory else seeded
    if stored == values:
        return Item(SETTINGS, SETTINGS, values, SAME, ours=ours and _DEFAULT in memory)
    usable = (
        sops.enabled(usual.name) if usual.exists else usual.change == NEW or _taken_over(usual, overwrite)
    )
    change, why = (UPDATE if ours and usable else YOURS), ("", "") if usable else (UNUSABLE, usual.name)
    return Item(SETTINGS, SETTINGS, values, change, ours=ours, now=stored, then=values, why=why)


def _switched_off(
    others: dict[str, dict[str, Any]], sops: pack_site.Site, memory: dict[str, Any]
) -> list[Item]:
    """SOPs of other packs that would take grave complaints away from this one's: those that still fit by severity alone."""
    named = frappe.get_all(
        "Complaint Type", {"default_sop": ("in", list(others))}, pluck="default_sop", order_by="name asc"
    )
    items = []
    for name, values in others.items():
        key = f"{_SOP}/{name}"
        if key not in memory or not sops.enabled(name) or sops.narrowed(name):
            continue
        stored = sops.stored(name, [*values, "enabled"])
        ours = name not in named and _untouched(memory[key], _SOP, stored)
        change = (OFF if ours else YOURS) if sops.may_write(name) else DENIED
        items.append(
            Item(_SOP, name, {"enabled": 0}, change, ours=ours, now={"enabled": 1}, then={"enabled": 0})
        )
    return items


def _proposed(items: list[Item]) -> list[Item]:
    """The items, with a word at each new template that another one stands before."""
    new = {item.name for item in items if item.doctype == "Email Template" and item.change == NEW}
    first = pack_site.first_templates() if new else {}
    return [
        replace(item, why=(TAKEN, first[kind]))
        if item.name in new and (kind := (item.values[KIND_FIELD], item.values[LANGUAGE_FIELD])) in first
        else item
        for item in items
    ]


def _taken_over(item: Item, overwrite: Collection[str]) -> bool:
    return item.key in overwrite and item.change == YOURS and item.why[0] not in STAYS


def _write(item: Item) -> None:
    """Make a record, or give it the pack's values; hours, company and whether the usual SOP is in use stay the company's."""
    doc = frappe.get_doc(item.doctype, item.name) if item.exists else frappe.new_doc(item.doctype)
    doc.update(item.values)
    if item.exists:
        doc.save()
        return
    name = _PARTS[item.doctype][1]
    doc.set(name, item.name)
    if item.doctype == _SOP:
        doc.enabled = item.values.get("enabled", 1)
        doc.set("working_hours", _HOURS)
    doc.insert(set_name=item.name)
    if doc.get("company"):
        # Frappe put in that of whoever applies; a pack is for every company.
        doc.company = None
        doc.save()


def _is_seed(doctype: str, name: str, stored: dict[str, Any]) -> bool:
    """Whether a record still says what came with the app."""
    if doctype != "Risk Severity":
        return False
    shipped = {row["name"]: row["description"] for row in risk.SEVERITIES}
    return stored == {"description": shipped.get(name)}


def _untouched(remembered: dict[str, str] | str, doctype: str, stored: dict[str, Any]) -> bool:
    """Whether a record says what was written last. A field that came to the packs later is the company's when it is filled."""
    if isinstance(remembered, str):  # one digest of all fields, as it was kept at first
        return remembered == _digest({part: value for part, value in stored.items() if part != "enabled"})
    meta = frappe.get_meta(doctype)
    return all(
        _digest(value) == remembered[part]
        if part in remembered
        else value in (pack_site.default_of(meta, part), "", 0.0, [])
        for part, value in stored.items()
    )


def _remembered(before: dict[str, str] | str | None, values: dict[str, Any]) -> dict[str, str]:
    old = before if isinstance(before, dict) else {}
    return old | {part: _digest(pack_site.comparable(value)) for part, value in values.items()}


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _memory() -> dict[str, Any]:
    return json.loads(frappe.db.get_single_value(SETTINGS, _WRITTEN, cache=False) or "{}")
