"""Who may do what by what the app ships: the permissions in its DocTypes' own files, the one source of them. Plain Python, without a site."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import complaint_qms
from complaint_qms.constants.records import BY_DOCTYPE, PARENTS, STAGED

LETTERS: Final = {
    "select": "o",
    "read": "r",
    "write": "w",
    "create": "c",
    "delete": "d",
    "submit": "s",
    "cancel": "x",
    "amend": "a",
    "print": "p",
    "email": "m",
    "report": "t",
    "export": "e",
    "import": "i",
    "share": "h",
}
"""Right → its letter in tables."""
_FOLDER: Final = Path(complaint_qms.__file__).parent / "complaint_qms" / "doctype"


class Holder(NamedTuple):
    """Whose rights a row of permissions gives, and to which fields."""

    role: str
    level: int
    own_alone: bool


def shipped_rights() -> dict[str, dict[Holder, frozenset[str]]]:
    """DocType with a life of its own → holder → rights, for every one of the app's."""
    return {doctype: rights_in(_shipped(doctype)["permissions"]) for doctype in PARENTS}


def rights_in(rows: Iterable[Mapping[str, Any] | Any]) -> dict[Holder, frozenset[str]]:
    """The same of rows of permissions, of a file or of a site; several of one holder add up."""
    found: dict[Holder, frozenset[str]] = {}
    for row in rows:
        holder = Holder(row.get("role"), int(row.get("permlevel") or 0), bool(row.get("if_owner")))
        found[holder] = found.get(holder, frozenset()) | {right for right in LETTERS if row.get(right)}
    return found


def levels_of(doctype: str) -> dict[int, list[str]]:
    """Permission level above 0 → labels of the fields that have it, of a DocType and of its tables' rows."""
    found: dict[int, list[str]] = {}
    for field in _shipped(doctype)["fields"]:
        if level := field.get("permlevel"):
            found.setdefault(level, []).append(field.get("label") or field["fieldname"])
        # Rows of other apps' tables (working days) have none.
        if field["fieldtype"] in ("Table", "Table MultiSelect") and field["options"] in BY_DOCTYPE:
            for row_level, labels in levels_of(field["options"]).items():
                found.setdefault(row_level, []).extend(f"{field.get('label')}: {label}" for label in labels)
    return found


class ShippedStep(NamedTuple):
    """A step of a record: what it is called, from which states to which, and the roles that take it."""

    action: str
    states: tuple[str, ...]
    to: tuple[str, ...]
    roles: tuple[str, ...]


def steps_of(doctype: str) -> list[ShippedStep]:
    """The steps of a DocType's workflow as it is shipped, in its order; none without one."""
    if doctype not in STAGED:
        return []
    found: dict[str, list[Mapping[str, Any]]] = {}
    for way in json.loads((_folder(doctype) / "workflow.json").read_text("utf-8"))["transitions"]:
        found.setdefault(way["action"], []).append(way)
    return [
        ShippedStep(
            action,
            tuple(dict.fromkeys(way["from"] for way in ways)),
            tuple(dict.fromkeys(way["to"] for way in ways)),
            tuple(dict.fromkeys(role for way in ways for role in way["roles"])),
        )
        for action, ways in found.items()
    ]


def letters(rights: Iterable[str]) -> str:
    """Rights as their letters, in the order of the table."""
    held = set(rights)
    return "".join(letter for right, letter in LETTERS.items() if right in held)


def _shipped(doctype: str) -> dict[str, Any]:
    folder = _folder(doctype)
    return json.loads((folder / f"{folder.name}.json").read_text("utf-8"))


def _folder(doctype: str) -> Path:
    return _FOLDER / doctype.lower().replace(" ", "_").replace("-", "_")
