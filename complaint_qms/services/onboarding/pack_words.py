"""What a pack would change, in the reader's words."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import flt

from complaint_qms.services.onboarding.packs import (
    DENIED,
    GONE,
    JUDGED,
    NEW,
    OFF,
    RESTS,
    SAME,
    STAYS,
    TAKEN,
    UNUSABLE,
    UPDATE,
    YOURS,
    Item,
)
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list, labelled, sentence_list

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
    shown = [part for part in item.then if item.now or item.then[part] not in (None, "", [])]
    return {
        "key": item.key,
        "kind": _(item.doctype),
        "name": _(item.name),
        "change": item.change,
        "note": _note(item),
        "take": _take(item),
        "fields": [
            {
                "label": _(meta.get_label(part), context=item.doctype),
                "now": _shown(item.doctype, part, item.now[part]) if item.now else "",
                "then": _shown(item.doctype, part, item.then[part]),
            }
            for part in shown
        ],
    }


def tell_counts(counts: dict[str, int]) -> str:
    """What applying a pack did."""
    written = counts[NEW] + counts[UPDATE] + counts[OFF]
    told = [
        _("{0} made, {1} brought up to date, {2} left as you have them.").format(
            counts[NEW], counts[UPDATE], counts[YOURS] + counts[SAME]
        )
        if written
        else _("Nothing was changed: all of it is there already, or is as you have it.")
    ]
    if counts[OFF]:
        told.append(_("{0} of another trade switched off.").format(counts[OFF]))
    if counts[DENIED]:
        told.append(_("{0} not written, because you may not change them.").format(counts[DENIED]))
    return sentence_list(told)


def _note(item: Item) -> str:
    why, name = item.why
    if item.change == DENIED:
        return _("You may not write this. The rest is applied; a System Manager can add it later.")
    if item.then == {"enabled": 0} and item.now == {"enabled": 1}:
        return _("It belongs to another trade and would take complaints of this severity.")
    notes = {
        GONE: _("You deleted it."),
        RESTS: _("It comes switched off, because {0} stays the default SOP.").format(_(name)),
        UNUSABLE: _("{0} is missing or switched off, so it cannot be the default SOP.").format(_(name)),
        JUDGED: _("{0} has ended and was judged by it, so its words stay.").format(name),
        TAKEN: _("{0} is proposed first: it is marked for the same message and language.").format(name),
    }
    return notes.get(why, "")


def _take(item: Item) -> str:
    """What ticking a record does that the company has its own way; nothing where it cannot be ticked."""
    if item.change != YOURS or item.why[0] in STAYS:
        return ""
    if item.why[0] == GONE:
        return _("Make it again")
    if item.then == {"enabled": 0}:
        return _("Switch it off")
    return _("Replace it with the sample")


def _shown(doctype: str, part: str, value: Any) -> str:
    return _told(doctype, part, value) or _("(empty)")


def _told(doctype: str, part: str, value: Any) -> str:
    if part == "stages":
        return "\n".join(_stage(**row) for row in value)
    if part == "checks":
        return "\n".join(_check(**row) for row in value)
    field = frappe.get_meta(doctype).get_field(part)
    if field and field.fieldtype == "Duration":
        return _duration(value)
    if field and field.fieldtype == "Check":
        return _("Yes", context="Complaint QMS") if value else _("No", context="Complaint QMS")
    if field and field.fieldtype in ("Link", "Small Text") and part != "keywords":
        return _(value or "")
    text = frappe.utils.strip_html(str(value or "")) if part == "response" else str(value or "")
    return text if len(text) <= _MOST else f"{text[:_MOST]} …"


def _duration(value: Any) -> str:
    """A time limit in whole words: "1 hour", "36 hours", "1 h 30 min"."""
    if not value:
        return ""
    hours, minutes = divmod(round(flt(value) / 60), 60)
    if not hours:
        return _("1 minute") if minutes == 1 else _("{0} minutes").format(minutes)
    if minutes:
        return _("{0} h {1} min").format(hours, minutes)
    return _("1 hour") if hours == 1 else _("{0} hours", context="Complaint").format(hours)


def _stage(stage: str, time_limit: Any, responsible_role: str, **_rest: Any) -> str:
    return labelled(word(stage), comma_list([_duration(time_limit), _(responsible_role)]))


def _check(stage: str, check: str, mandatory: Any, **_rest: Any) -> str:
    said = _(check)
    return labelled(word(stage), _("{0} (mandatory)").format(said) if mandatory else said)
