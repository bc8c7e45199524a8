"""What jobs remember from one run to the next: rows among the framework's defaults, written past their cache.

`frappe.db.set_default` empties every cache of the site, with the counts of rate limits in them: nothing for what runs every few minutes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import frappe
from frappe.utils import now_datetime

SITE: Final = "__default"
_TABLE: Final = "DefaultValue"
_COLUMNS: Final = ("name", "creation", "modified", "owner", "modified_by", "parent", "parenttype", "parentfield", "defkey", "defvalue")  # fmt: skip
_AUTHOR: Final = "Administrator"


def mark_of(key: str, group: str = SITE) -> str | None:
    """What is remembered, of the database."""
    return frappe.db.get_value(_TABLE, {"parent": group, "defkey": key}, "defvalue")


def set_mark(key: str, value: str, group: str = SITE) -> None:
    """Remember it in place of what was."""
    name = frappe.db.get_value(_TABLE, {"parent": group, "defkey": key}, "name")
    if name:
        table = frappe.qb.DocType(_TABLE)
        frappe.qb.update(table).set(table.defvalue, value).where(table.name == name).run()
        return
    now = now_datetime()
    # Named after its key: of two that remember it first at the same moment one row stays.
    row = (f"{group}-{key}", now, now, _AUTHOR, _AUTHOR, group, SITE, "system_defaults", key, value)
    frappe.db.bulk_insert(_TABLE, _COLUMNS, [row], ignore_duplicates=True)


def drop_marks(keys: Iterable[str], group: str = SITE) -> None:
    """Remember these no more."""
    wanted = sorted(set(keys))
    if wanted:
        frappe.db.delete(_TABLE, {"parent": group, "defkey": ("in", wanted)})
