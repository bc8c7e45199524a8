"""A record as the entries of its trail leave it, to be compared with what is stored.

``detail`` of an entry: ``new`` {field: value} of a whole record, ``fields`` {field: [old, new]} of a change, ``gone`` of one that
was deleted, ``to`` the name that it has instead, and ``rows`` {table: {"+": {row: {field: value}}, "-": {row: {field: value}}, "~": {row: {field: [old, new]}}}} of the rows of its tables.
Empty values of a whole record are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from complaint_qms.engine.audit_entry import Apart

Fields = dict[str, Any]
Place = tuple[str, str, str]
"""(table, row, field); table and row are empty for a field of the record itself."""
Same = Callable[[Place, "Kept", Any], bool]
_EMPTY: Final = (None, "", 0, "0")


@dataclass(frozen=True)
class Kept:
    """A value and the name of the entry that said so last; empty where none did."""

    value: Any
    since: str


@dataclass
class State:
    """What the entries say of a record. ``rows``: table → row → field."""

    exists: bool = False
    whole_since: str = ""
    fields: dict[str, Kept] = field(default_factory=dict)
    rows: dict[str, dict[str, dict[str, Kept]]] = field(default_factory=dict)

    def begin(self, at: str) -> None:
        self.exists, self.whole_since, self.fields, self.rows = True, at, {}, {}


def is_empty(value: Any) -> bool:
    return value in _EMPTY


def apply(state: State, detail: Mapping[str, Any], apart: Apart, at: str, same: Same) -> list[Place]:
    """Take the entry of the name `at` into a state; where it found something else than the entries before it have left.

    Args:
        same: whether a value that was kept is the given one.
    """
    other: list[Place] = []
    if "gone" in detail or ("to" in detail and "new" not in detail):
        state.begin(at)
        state.exists = False
        return other
    if "new" in detail:
        state.begin(at)
        state.fields = _kept(detail["new"], apart, at)
    _change(state.fields, detail.get("fields") or {}, ("", ""), apart, at, same, other)
    for table, told in (detail.get("rows") or {}).items():
        rows = state.rows.setdefault(table, {})
        for row in told.get("-") or {}:
            if rows.pop(row, None) is None:
                other.append((table, row, ""))
        for row, values in (told.get("+") or {}).items():
            rows[row] = _kept(values, apart, at)
        for row, values in (told.get("~") or {}).items():
            if row not in rows:
                other.append((table, row, ""))
            _change(rows.setdefault(row, {}), values, (table, row), apart, at, same, other)
    return other


def differing(
    state: State, fields: Fields, rows: Mapping[str, Mapping[str, Fields]], same: Same
) -> list[Place]:
    """Where what is stored is not what the entries say."""
    found = [("", "", name) for name in _other(state.fields, fields, ("", ""), same)]
    for table in state.rows.keys() | rows.keys():
        kept, stored = state.rows.get(table, {}), rows.get(table, {})
        found += [(table, row, "") for row in kept.keys() ^ stored.keys()]
        for row in kept.keys() & stored.keys():
            found += [(table, row, name) for name in _other(kept[row], stored[row], (table, row), same)]
    return sorted(found)


def _kept(values: Mapping[str, Any], apart: Apart, at: str) -> dict[str, Kept]:
    return {name: Kept(apart.shown(value), at) for name, value in values.items()}


def _change(
    kept: dict[str, Kept], changes: Mapping[str, Any], place: tuple[str, str], apart: Apart, at: str, same: Same, other: list[Place]
) -> None:  # fmt: skip
    for name, (old, new) in changes.items():
        before = kept.get(name)
        if before is not None and not same((*place, name), before, apart.shown(old)):
            other.append((*place, name))
        kept[name] = Kept(apart.shown(new), at)


def _other(kept: Mapping[str, Kept], stored: Fields, place: tuple[str, str], same: Same) -> list[str]:
    return [
        name for name in stored if not same((*place, name), kept.get(name) or Kept(None, ""), stored[name])
    ]
