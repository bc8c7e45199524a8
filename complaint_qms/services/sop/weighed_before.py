"""What a complaint said before somebody wrote less: its severity, its harm and its words, as its versions tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import frappe
from frappe.model.document import Document

from complaint_qms.constants import roles
from complaint_qms.services.people.session_users import may
from complaint_qms.services.record.version_text import word_key

JUDGES: Final = tuple(dict.fromkeys((*roles.INVESTIGATION_JUDGES, *roles.REPORTABILITY_JUDGES)))
"""Who judges how grave a complaint is: what they changed, they answer for."""
_WEIGHED: Final = ("severity", "harm_level", "subject", "description")


Earlier = Mapping[str, list[str]]
"""Field → what stood in it before, newest first."""


def weighed_before(docs: Iterable[Document]) -> dict[str, Earlier]:
    """Complaint → what stood in its fields before, up to the last change that a judge made; two queries for any number.

    Nothing for a judge, who may weigh a complaint anew, and nothing for one that is not stored yet.
    """
    names = [doc.name for doc in docs if not doc.is_new()]
    if not names or may(*JUDGES):
        return {}
    versions = frappe.get_all(
        "Version",
        {"ref_doctype": "Complaint", "docname": ("in", names)},
        ["docname", "owner", "data"],
        order_by="creation desc, name desc",
    )
    changes = [(row, field, old) for row in versions for field, old in _changes(row.data)]
    judges = _judges_among({row.owner for row, *_rest in changes})
    earlier: dict[str, dict[str, list[str]]] = {name: {} for name in names}
    settled: set[tuple[str, str]] = set()
    for row, field, old in changes:
        if row.owner in judges:
            settled.add((row.docname, field))
        elif (row.docname, field) not in settled and old:
            # A version holds the word of a choice, in the language of who saved.
            earlier[row.docname].setdefault(field, []).append(word_key(old) if field == "harm_level" else old)
    return earlier


def _changes(data: str) -> list[tuple[str, str]]:
    changed = (frappe.parse_json(data) or {}).get("changed") or ()
    return [(field, old) for field, old, *_new in changed if field in _WEIGHED]


def _judges_among(users: set[str]) -> set[str]:
    """Those who judge; not Administrator, in whose name rules and the server itself write."""
    if not users:
        return set()
    held = {"parenttype": "User", "parent": ("in", sorted(users)), "role": ("in", JUDGES)}
    return set(frappe.get_all("Has Role", held, pluck="parent", order_by="parent asc")) - {"Administrator"}
