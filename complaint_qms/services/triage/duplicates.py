"""For each of many complaints the one that it may be told twice with, or most nearly tells the same story as.

The same as stands beside a form (`services/intake/similar.py`), for a whole page in a constant number of queries.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.query_builder import Order
from pypika.terms import ValueWrapper

from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.engine.phone_number import PHONE_END
from complaint_qms.services.intake import similar
from complaint_qms.services.record import match_keys
from complaint_qms.services.record.bulk_read import gathered, readable

_SAME: Final = ("serial_no", "sales_order", "delivery_note", "sales_invoice")
_WHOSE: Final = ("phone", "email")
_PER_VALUE: Final = 20
_CANDIDATES: Final = 12
_SHARED_WORDING: Final = 3
"""Text keys in common, of twelve, from which on a wording is looked at."""
_WORTH_TELLING: Final = 0.55
_MOST_ORIGINALS: Final = 5
Pairs = dict[str, Counter[str]]


def duplicates_of(docs: Sequence[Document]) -> dict[str, dict[str, Any]]:
    """Name → {name, kind, score, reasons, subject, stage, …} of the likeliest other complaint that the user may read, for
    those that have one worth telling of."""
    near = _near(docs)
    names = {name for found in near.values() for name in found}
    rows = similar.read_rows(readable("Complaint", names))
    found = {}
    for doc in docs:
        others = [rows[name] for name in near.get(doc.name, ()) if name in rows]
        best = similar.most_alike(doc, {similar.WORDING: others}, limit=1) if others else []
        if best and (best[0]["kind"] == similar.TOLD_TWICE or best[0]["score"] >= _WORTH_TELLING):
            found[doc.name] = best[0]
    return found


def originals_of(docs: Sequence[Document], limit: int = _MOST_ORIGINALS) -> list[dict[str, Any]]:
    """Open complaints that may carry the case of these, of them or of others that the user may read; what was told twice first."""
    near = _near(docs)
    rows = similar.read_rows(readable("Complaint", {name for found in near.values() for name in found}))
    best: dict[str, dict[str, Any]] = {}
    for doc in docs:
        others = [rows[name] for name in near.get(doc.name, ()) if name in rows]
        open_others = [row for row in others if row.get("stage") not in COMPLAINT_ENDED]
        for found in similar.most_alike(doc, {similar.WORDING: open_others}) if open_others else []:
            known = best.get(found["name"])
            if not known or _rank(found) > _rank(known):
                best[found["name"]] = found
    return sorted(best.values(), key=_rank, reverse=True)[:limit]


def _rank(found: dict[str, Any]) -> tuple[bool, float]:
    return found["kind"] == similar.TOLD_TWICE, found["score"]


def _near(docs: Sequence[Document]) -> dict[str, list[str]]:
    """Name → those that have most in common with it; what has a number or its caller in common goes first."""
    shared: Pairs = defaultdict(Counter)
    keys = _own_keys([doc.name for doc in docs])
    for column in match_keys.TEXT_COLUMNS:
        _add(shared, _with_value(match_keys.DOCTYPE, column, _by_value(keys, column)), 1)
    _add(shared, _with_value(match_keys.DOCTYPE, "email", _by_value(keys, "email")), _SHARED_WORDING)
    phones = _by_value(keys, "phone", lambda phone: phone[:PHONE_END])
    _add(shared, _with_value(match_keys.DOCTYPE, "phone", phones, begins=True), _SHARED_WORDING)
    for field in _SAME:
        values = _by_value({doc.name: doc for doc in docs}, field)
        _add(shared, _with_value("Complaint", field, values), len(match_keys.TEXT_COLUMNS))
    return {
        name: [other for other, weight in found.most_common(_CANDIDATES) if weight >= _SHARED_WORDING]
        for name, found in shared.items()
    }


def _own_keys(names: list[str]) -> dict[str, dict[str, Any]]:
    fields = ["name", *match_keys.TEXT_COLUMNS, *_WHOSE]
    rows = frappe.get_all(match_keys.DOCTYPE, {"name": ("in", names)}, fields, order_by="name asc")
    return {row["name"]: row for row in rows}


def _by_value(
    rows: dict[str, Any], field: str, part: Callable[[Any], Any] = lambda value: value
) -> dict[Any, list[str]]:
    found = defaultdict(list)
    for name, row in rows.items():
        if value := row.get(field):
            found[part(value)].append(name)
    return found


def _with_value(
    doctype: str, field: str, values: dict[Any, list[str]], *, begins: bool = False
) -> Iterable[tuple[str, str]]:
    """(name, other) of the newest complaints with the same value, each through the index of the field; one query.

    Args:
        begins: theirs begin with the value.
    """
    table, places = frappe.qb.DocType(doctype), list(values)
    column = table[field]
    queries = {
        str(place): frappe.qb.from_(table)
        .select(table.name, ValueWrapper(place).as_("place"))
        .where(column.like(f"{value}%") if begins else column == value)
        .orderby(table.name, order=Order.desc)
        .limit(_PER_VALUE)
        for place, value in enumerate(places)
    }
    for rows in gathered(queries).values():
        for row in rows:
            yield from ((name, row["name"]) for name in values[places[row["place"]]] if name != row["name"])


def _add(shared: Pairs, pairs: Iterable[tuple[str, str]], weight: int) -> None:
    for name, other in pairs:
        shared[name][other] += weight
