"""The customers of a field action follow its scope: who holds what, and whom to write to."""

from __future__ import annotations

import json
from typing import Any, Final

from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from complaint_qms.integrations.erpnext.customer_contacts import people_of
from complaint_qms.services.field_action import customers
from complaint_qms.services.field_action.notice_text import amount_text
from complaint_qms.services.field_action.ways import Ways
from complaint_qms.services.record import timeline
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.timeline import Text, line
from complaint_qms.services.record.unit_words import unit_word

_NOTHING: Final[dict[str, Any]] = {"lines": [], "deliveries": []}


def follow_scope(action: Document) -> None:
    """After the scope was computed: its customers are there with what they hold, those who hold nothing any more are left out."""
    scope = json.loads(action.scope)
    held = {one["customer"]: one for one in scope["customers"] if one["customer"]}
    there = {doc.customer: doc for doc in customers.all_of(action.name, is_locked=True)}
    wanted = {name for name, one in held.items() if any(line["held"] > 0 for line in one["lines"])}
    people, ways = people_of(wanted | set(there)), Ways()
    is_running, gone = action.stage == "under_way", []
    for name in sorted(wanted | set(there)):
        doc = there.get(name)
        if not doc and name in wanted:
            doc = customers.new_customer(action, name, people.get(name))
        if not doc:
            continue
        gone += _take_lines(doc, held.get(name, _NOTHING), is_running=is_running)
        is_gone = name not in wanted and not doc.is_added and not is_running
        if is_gone != bool(doc.is_left_out) and not doc.left_out_by:
            doc.is_left_out = int(is_gone)
            doc.left_out_reason = _("Holds nothing of it any more.") if is_gone else None
        customers.take_contact(doc, people.get(name), ways)
        customers.store(doc)
    customers.refresh_figures(action.name)
    if gone:
        timeline.note_on(
            action,
            line("The scope does not name any more, and it stays until the end: {0}", Text(comma_list(gone))),
        )


def _take_lines(doc: Document, held: dict[str, Any], *, is_running: bool) -> list[str]:
    """What the genealogy says now; what it named before and does not any more, in words. Until the action runs that is taken away.
    Once it runs, what came back since counts as recovered, what was delivered since is added, and nobody is forgotten who was told."""
    gone = _drop_lines(doc, {told["item_code"] for told in held["lines"]}, is_running=is_running)
    rows = {row.item_code: row for row in doc.quantities}
    for told in held["lines"]:
        row = rows.get(told["item_code"]) or doc.append(
            "quantities",
            {"item_code": told["item_code"], "returned": told["returned"] if not is_running else 0},
        )
        if _by_hand(doc, row) and not row.lots:
            row.returned = 0
        row.update(
            {
                "item_name": told["item_name"],
                "uom": told["uom"],
                "lots": ", ".join(told["lots"]),
                "delivered": told["delivered"],
            }
        )
        if is_running:
            row.recovered = max(flt(row.recovered), flt(told["returned"]) - flt(row.returned))
        else:
            row.returned = told["returned"]
        row.at_risk = max(flt(row.delivered) - flt(row.returned), 0)
        back = [
            one["document"]
            for one in held["deliveries"]
            if one["item_code"] == row.item_code and one["qty"] < 0
        ]
        row.return_document = ", ".join(dict.fromkeys(back))[:140] or None
    if held["deliveries"] or not is_running:
        doc.deliveries = json.dumps(held["deliveries"], ensure_ascii=False)
    return gone


def _drop_lines(doc: Document, told: set[str], *, is_running: bool) -> list[str]:
    gone = [row for row in doc.quantities if row.item_code not in told and not _by_hand(doc, row)]
    if is_running:
        return [
            f"{doc.customer_name or doc.customer}: {amount_text(row.at_risk)} {unit_word(row.uom)} {row.item_name or row.item_code}"
            for row in gone
            if flt(row.at_risk)
        ]
    for row in gone:
        doc.remove(row)
    for place, row in enumerate(doc.quantities, 1):
        row.idx = place
        if row.item_code not in told:
            row.lots = row.return_document = None
    return []


def _by_hand(doc: Document, row: Document) -> bool:
    """Whether somebody said that the customer has it, by adding the customer."""
    return bool(doc.is_added) and row.idx == 1
