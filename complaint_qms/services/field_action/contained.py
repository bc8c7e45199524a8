"""What is done already about the goods of a complaint or an investigation: holds in force and field actions that have not ended."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import Count, Min
from pypika.functions import Concat
from pypika.queries import QueryBuilder
from pypika.terms import Case, Criterion, ExistsCriterion, Term, ValueWrapper

from complaint_qms.constants.containment import HELD, HOLD, LOTS
from complaint_qms.constants.field_action import CUSTOMER, DOCTYPE, QUANTITY
from complaint_qms.integrations.erpnext.lots import known_lots
from complaint_qms.integrations.erpnext.party_search import like
from complaint_qms.services.record.bulk_read import gathered, readable, values_of

OWN: Final = "own"
BECAUSE: Final = "because"
ITEM: Final = "item"
_CLOSENESS: Final = (OWN, BECAUSE, ITEM)
_OPEN: Final = ("draft", "scope", "approval", "under_way")
_ACTIONS: Final = "actions"
_COLUMNS: Final = ("name", "relation", "at", "who", "said", "number", "batch", "serial", "kind", "degree", "stage")  # fmt: skip
_MOST: Final = 20


def contained(doc: Document) -> dict[str, list[dict[str, Any]]]:
    """Within what the session's user may read, the nearest first. One query; one more for each kind of which there is something, and for people.

    Args:
        doc: a complaint, or an investigation, which is asked by its own goods and its complaints.

    Returns:
        holds: [{relation, number, lot_type, lot, since} and, for who may read the hold, {hold, by, reason}]; `relation` is "own" (of the
            record's batch or serial number), "because" (because of the record, other lots) or "item" (other lots of its item), `lot` the
            first of `number` lots.
        actions: [{relation, name, title, action_type, action_class, stage, since, by}].
    """
    found = gathered(_queries(doc))
    actions = sorted(found.pop(_ACTIONS, ()), key=_nearest)
    holds: dict[str, dict[str, Any]] = {}
    # A hold counts by what is nearest: its other lots and the item say nothing more.
    for row in sorted((row for rows in found.values() for row in rows), key=_nearest):
        holds.setdefault(row["name"], row)
    seen, seen_actions = readable(HOLD, holds), readable(DOCTYPE, (row["name"] for row in actions))
    told = [row for row in holds.values() if row["relation"] == OWN or row["name"] in seen]
    shown, shown_actions = told[:_MOST], [row for row in actions if row["name"] in seen_actions][:_MOST]
    who = {row["who"] for row in (*shown_actions, *(row for row in shown if row["name"] in seen))}
    people = values_of("User", who, "full_name")
    return {
        "holds": [_hold(row, row["name"] in seen, people) for row in shown],
        "actions": [_action(row, people) for row in shown_actions],
    }


def _nearest(row: dict[str, Any]) -> tuple[Any, ...]:
    return _CLOSENESS.index(row["relation"]), row["at"], row["name"]


def _hold(row: dict[str, Any], is_readable: bool, people: dict[str, str]) -> dict[str, Any]:
    told = {
        "relation": row["relation"],
        "number": row["number"],
        "lot_type": "Serial No" if row["serial"] else "Batch",
        "lot": row["serial"] or row["batch"],
        "since": row["at"],
    }
    # That goods are held everybody is told who meets them; why and by whom, who may read the hold.
    if is_readable:
        told |= {"hold": row["name"], "by": people.get(row["who"]) or row["who"], "reason": row["said"]}
    return told


def _action(row: dict[str, Any], people: dict[str, str]) -> dict[str, Any]:
    return {
        "relation": row["relation"],
        "name": row["name"],
        "title": row["said"],
        "action_type": row["kind"],
        "action_class": row["degree"],
        "stage": row["stage"],
        "since": row["at"],
        "by": people.get(row["who"]) or row["who"] or "",
    }


def _queries(doc: Document) -> dict[str, QueryBuilder]:
    item, batch, serial = (doc.get(field) or "" for field in ("item_code", "batch_no", "serial_no"))
    if serial and not batch and (lot := known_lots((), [serial]).get(("Serial No", serial))):
        # A batch is held with all of its units.
        item, batch = item or lot.item, lot.batch
    row, hold, action = (frappe.qb.DocType(name) for name in (LOTS, HOLD, DOCTYPE))
    found, own = {}, []
    if batch:
        whole = row.serial_no.isnull() | (row.serial_no == "")
        found["batch"] = _held((row.batch_no == batch) & whole, OWN)
        own.append(action.batch_no == batch)
    if serial:
        found["serial"] = _held(row.serial_no == serial, OWN)
        own.append(action.serial_no == serial)
    if own and doc.get("customer"):
        own.append(_is_in_scope(action, doc.customer, filter(None, (batch, serial))))
    if item:
        found["item"] = _held(row.item_code == item, ITEM)
    found["because"] = _held(_names(hold, doc), BECAUSE)
    found[_ACTIONS] = _open_actions(action, own, _names(action, doc), item)
    return found


def _names(record: Any, doc: Document) -> Criterion:
    """A hold or an action that is because of the record."""
    if doc.doctype == "Complaint":
        return record.complaint == doc.name
    complaints = {doc.complaint, *(row.complaint for row in doc.covered_complaints)} - {None, ""}
    of_it = record.investigation == doc.name
    return of_it | record.complaint.isin(sorted(complaints)) if complaints else of_it


def _held(wanted: Criterion, relation: str) -> QueryBuilder:
    row, hold = frappe.qb.DocType(LOTS), frappe.qb.DocType(HOLD)
    columns = {
        "name": hold.name, "relation": ValueWrapper(relation), "at": hold.held_at, "who": hold.held_by, "said": hold.reason,
        "number": Count("*"), "batch": Min(row.batch_no), "serial": Min(row.serial_no),
    }  # fmt: skip
    return (
        frappe.qb.from_(row)
        .inner_join(hold)
        .on((hold.name == row.parent) & (row.parenttype == HOLD))
        .select(*_selected(columns))
        # Those in force are few, whatever was held in years.
        .where((row.is_held == 1) & (hold.status == HELD) & wanted)
        .groupby(hold.name, hold.held_at, hold.held_by, hold.reason)
    )


def _open_actions(action: Any, own: list[Criterion], because: Criterion, item: str) -> QueryBuilder:
    """No mock recalls: nobody is told of them."""
    relation, asked = Case(), [*own, because]
    if own:
        relation = relation.when(Criterion.any(own), OWN)
    if item:
        asked.append(action.item_code == item)
    columns = {
        "name": action.name, "relation": relation.when(because, BECAUSE).else_(ITEM), "at": action.creation, "who": action.handler,
        "said": action.title, "number": ValueWrapper(1), "kind": action.action_type, "degree": action.action_class, "stage": action.stage,
    }  # fmt: skip
    open_ones = action.stage.isin(_OPEN) & (action.is_mock == 0)
    return frappe.qb.from_(action).select(*_selected(columns)).where(open_ones & Criterion.any(asked))


def _selected(columns: dict[str, Term]) -> list[Term]:
    return [columns.get(name, ValueWrapper("")).as_(name) for name in _COLUMNS]


def _is_in_scope(action: Any, customer: str, lots: Iterable[str]) -> Criterion:
    """The customer stands in the scope of an action with one of these lots."""
    told, line = frappe.qb.DocType(CUSTOMER), frappe.qb.DocType(QUANTITY)
    named = [Concat(", ", line.lots, ", ").like(f"%, {like(lot)[1:-1]}, %") for lot in lots]
    rows = (
        frappe.qb.from_(told).inner_join(line).on((line.parent == told.name) & (line.parenttype == CUSTOMER))
    )
    of_it = (told.field_action == action.name) & (told.customer == customer) & (told.is_left_out == 0)
    return ExistsCriterion(rows.select(1).where(of_it & Criterion.any(named)))
