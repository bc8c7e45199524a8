"""What a complainant sees of a complaint, by a secret link or in the portal: in plain words, of their own complaint alone.

Nothing that was written inside the company is shown: no reasons, no names of colleagues, no complaint of somebody else.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.correspondence import ANSWER
from complaint_qms.constants.inbox import DOCTYPE as INBOX
from complaint_qms.constants.inbox import MAIL, OPEN, PAGE, PORTAL
from complaint_qms.constants.visitor import STEPS
from complaint_qms.services.correspondence.addresses import addresses_of_complainant, bare
from complaint_qms.services.correspondence.promise import promise_told
from complaint_qms.services.correspondence.standing import (
    STEP_NAMES,
    IsOwn,
    instant,
    sentence_at,
    sentence_of,
    stage_of_message,
    step_of,
    told_stage,
)
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.text_cleaning import as_typed
from complaint_qms.services.visitor import rating, solutions, talk


def steps() -> list[dict[str, str]]:
    """The way of a complaint: [{key, name}]."""
    return [{"key": key, "name": STEP_NAMES[key]()} for key in STEPS]


def of_item(name: str) -> dict[str, Any]:
    """The same of a message that is no complaint yet, was put away, or was put on a complaint that its sender is not told of."""
    item = frappe.db.get_value(INBOX, name, ["received_at", "text", "state"], as_dict=True)
    stage = stage_of_message(item.state)
    return {
        "number": name,
        "received": instant(item.received_at),
        "steps": steps(),
        "step": step_of(stage, None),
        "sentence": sentence_of(stage, waits=False),
        "promised": None,
        "about": [],
        "told": item.text or "",
        "messages": [],
        "question": None,
        "solution": None,
        "earlier": [],
        "rating": None,
        "can_write": False,
    }


def refuse_message(name: str) -> None:
    """Say why nothing can be written about a message that is no complaint.

    Raises:
        frappe.ValidationError: always.
    """
    state = frappe.db.get_value(INBOX, name, "state")
    if state in OPEN:
        refuse(_("We have not read your complaint yet. Try again in a while."))
    refuse(sentence_of(stage_of_message(state), waits=False))


def of_complaint(complaint: Document, is_own: IsOwn | None = None) -> dict[str, Any]:
    """How a complaint stands: {number, received, step, steps, sentence, promised (a day), about, told, messages,
    question, solution, earlier, rating, can_write}; `earlier` are solutions that were told before, and what the complainant said to each.

    Args:
        is_own: asked of the original of a merged complaint; its stage is told where it is, and without this argument always.
    """
    stage = told_stage(complaint, is_own)
    said = talk.talk_of(complaint)
    solution, earlier = solutions.solutions_of(complaint, said)
    return {
        "number": complaint.name,
        "received": instant(complaint.received_at),
        "steps": steps(),
        "step": step_of(stage, complaint.held_stage),
        "sentence": sentence_at(complaint, stage),
        "promised": promise_told(complaint),
        "about": _about(complaint),
        "told": _told(complaint),
        "messages": [
            {
                "mine": row["mine"],
                "at": instant(row["at"]),
                "text": row["text"],
                "files": row["files"],
            }
            for row in said
            # Solutions and the words on them stand by themselves.
            if row["kind"] != ANSWER and not row["word"]
        ],
        "question": talk.open_question(complaint, said),
        "solution": solution and _at(solution),
        "earlier": [_at(one) for one in earlier],
        "rating": rating.standing(complaint),
        "can_write": True,
    }


def _at(solution: dict[str, Any]) -> dict[str, Any]:
    """A solution with its moments for a browser."""
    moments = {name: instant(solution[name]) for name in ("at", "said_at") if solution[name]}
    return {**solution, **moments}


def _told(complaint: Document) -> str:
    """What the complainant wrote themselves; what others wrote or entered for them is in their words."""
    if complaint.source_doctype != INBOX or not complaint.source_name:
        return ""
    item = frappe.db.get_value(INBOX, complaint.source_name, ["road", "sender_address", "text"], as_dict=True)
    if not item:
        return ""
    own = item.road in (PAGE, PORTAL) or (
        item.road == MAIL and bare(item.sender_address) in addresses_of_complainant(complaint)
    )
    return (item.text or "") if own else ""


def _about(complaint: Document) -> list[str]:
    """Product, its numbers and the document by which it was sold, as far as they are known."""
    pair = _("{0}: {1}")
    known = (
        (complaint.item_name or complaint.product_model, "{0}"),
        (complaint.batch_no, pair.format(_("Batch"), "{0}")),
        (complaint.serial_no, pair.format(_("Serial number"), "{0}")),
        (complaint.delivery_note, _("Delivery {0}")),
        (complaint.sales_invoice, _("Invoice {0}")),
        (complaint.sales_order, _("Order {0}")),
    )
    return [said.format(as_typed(value)) for value, said in known if value]
