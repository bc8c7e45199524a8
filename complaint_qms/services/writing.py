"""Lines in the story of records that somebody else's step changed: comments and versions, one statement a kind."""

import json
from datetime import datetime
from typing import Any

import frappe
from frappe.utils import now_datetime


def note(doctype: str, texts: dict[str, str], now: datetime | None = None, author: str | None = None) -> None:
    """Write a line into the timeline of each record of `texts` (name → text, markup that is safe to show)."""
    author = author or frappe.session.user
    rows = [
        {
            "comment_type": "Info",
            "content": text,
            "reference_doctype": doctype,
            "reference_name": name,
            "comment_email": author,
            "comment_by": author,
        }
        for name, text in texts.items()
    ]
    insert("Comment", rows, now or now_datetime(), author)


def set_field(doctype: str, names: list[str], field: str, old: Any, new: Any) -> None:
    """Change one field of several records past their controllers, each with a version that says so."""
    if not names:
        return
    table, now = frappe.qb.DocType(doctype), now_datetime()
    query = frappe.qb.update(table).set(table[field], new).where(table.name.isin(names))
    query.set(table.modified, now).set(table.modified_by, frappe.session.user).run()
    insert(
        "Version",
        [
            {
                "ref_doctype": doctype,
                "docname": name,
                "data": json.dumps({"changed": [[field, old, new]], "added": [], "removed": [], "row_changed": []}),
            }
            for name in names
        ],
        now,
        frappe.session.user,
    )  # fmt: skip
    keys = [frappe.get_document_cache_key(doctype, name) for name in names]
    # Deleted any earlier, the kept copies would be made anew from what is not committed yet.
    frappe.db.after_commit.add(lambda: frappe.cache.delete_value(keys))


def touch(doctype: str, name: str) -> None:
    """Mark a record as changed: who is about to save a copy of before has to read it again."""
    table = frappe.qb.DocType(doctype)
    query = frappe.qb.update(table).set(table.modified, now_datetime())
    query.set(table.modified_by, frappe.session.user).where(table.name == name).run()
    key = frappe.get_document_cache_key(doctype, name)
    frappe.db.after_commit.add(lambda: frappe.cache.delete_value(key))


def insert(doctype: str, rows: list[dict[str, Any]], now: datetime, author: str) -> None:
    """Insert records that need no controller, all at once; every row has the same fields."""
    if not rows:
        return
    common = {"creation": now, "modified": now, "owner": author, "modified_by": author}
    values = [(frappe.generate_hash(length=10), *common.values(), *row.values()) for row in rows]
    frappe.db.bulk_insert(doctype, ["name", *common, *rows[0]], values)
