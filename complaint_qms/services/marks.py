"""What jobs remember from one run to the next: rows among the framework's defaults, written past their cache.

`frappe.db.set_default` empties every cache of the site, with the counts of rate limits in them: nothing for what runs every few minutes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import frappe
from frappe.utils import now_datetime

_SITE: Final = "__default"
_TABLE: Final = "DefaultValue"
_COLUMNS: Final = ("name", "creation", "modified", "owner", "modified_by", "parent", "parenttype", "parentfield", "defkey", "defvalue")  # fmt: skip
_AUTHOR: Final = "Administrator"


def mark_of(key: str) -> str | None:
    """What is remembered, of the database."""
    return frappe.db.get_value(_TABLE, {"parent": _SITE, "defkey": key}, "defvalue")


def set_mark(key: str, value: str) -> None:
    """Remember it in place of what was."""
    name = frappe.db.get_value(_TABLE, {"parent": _SITE, "defkey": key}, "name")
    if name:
        table = frappe.qb.DocType(_TABLE)
        frappe.qb.update(table).set(table.defvalue, value).where(table.name == name).run()
        return
    # Named after its key: of two that remember it first at the same moment one row stays.
    _insert(f"{_SITE}-{key}", _SITE, key, value)


def drop_marks(keys: Iterable[str]) -> None:
    """Remember these no more."""
    frappe.db.delete(_TABLE, {"parent": _SITE, "defkey": ("in", sorted(set(keys)))})


def add_note(group: str, value: str) -> None:
    """One more of a group: a row of its own, so that nobody who notes something waits for who works it off, or loses it to them."""
    name = frappe.generate_hash(length=20)
    _insert(name, group, name, value)


def notes_of(group: str) -> list[frappe._dict]:
    """(name, defvalue, creation) of what is noted, oldest first."""
    return frappe.get_all(
        _TABLE, {"parent": group}, ["name", "defvalue", "creation"], order_by="creation asc, name asc"
    )


def drop_notes(names: Iterable[str]) -> None:
    """What was worked off."""
    wanted = sorted(set(names))
    if wanted:
        frappe.db.delete(_TABLE, {"name": ("in", wanted)})


def _insert(name: str, group: str, key: str, value: str) -> None:
    now = now_datetime()
    row = (name, now, now, _AUTHOR, _AUTHOR, group, _SITE, "system_defaults", key, value)
    frappe.db.bulk_insert(_TABLE, _COLUMNS, [row], ignore_duplicates=True)
