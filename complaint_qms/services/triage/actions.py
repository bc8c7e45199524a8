"""What somebody decided in the triage table, row by row: each is saved or refused by itself, by the rules of the form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, format_datetime, get_fullname, now_datetime

from complaint_qms.constants import triage
from complaint_qms.constants.stages import COMPLAINT_EARLY
from complaint_qms.message_log import messages_withheld
from complaint_qms.services.intake import proposals
from complaint_qms.services.intake.proposal_answers import IGNORED, stored_proposals
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.record.bulk_read import readable
from complaint_qms.services.record.input_validation import read_values, refuse
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.scalars import is_storable
from complaint_qms.services.transactions import roll_back_to
from complaint_qms.services.triage import undo
from complaint_qms.services.triage.table import rows_of
from complaint_qms.services.work.loading import documents_of

_MARK: Final = "triage_row"
Entry = dict[str, Any]


def save(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Save the rows, in the order they come; one that is refused stops no other.

    Args:
        entries: {name, modified: as the sender saw it, values: {field: value}, ignored: [field], step: "", "reject" or "undo"}; with
            "undo" the sender's last change is taken back, whatever the values say.

    Returns:
        For each {name, done: whether it was saved, before: {field: value before}, said: [why not], changed: {by, at} where
        somebody else saved it meanwhile, row: as it stands now, None where it has left the table}.
    """
    results = [_one(entry) for entry in entries]
    names = readable("Complaint", (result["name"] for result in results))
    wanted = [name for name in dict.fromkeys(result["name"] for result in results) if name in names]
    docs = [doc for doc in documents_of("Complaint", wanted) if doc.stage in COMPLAINT_EARLY]
    rows = {row["name"]: row for row in rows_of(docs, now_datetime())}
    return [result | {"row": rows.get(result["name"])} for result in results]


def check_entries(sent: Any) -> list[Entry]:
    """The entries of a request.

    Raises:
        frappe.ValidationError: they are no list of rows, or more than one page.
    """
    if not isinstance(sent, list) or not all(_is_entry(entry) for entry in sent):
        refuse(
            _("Send the rows as a list in “rows”, each with the name of its complaint and what to change.")
        )
    if len(sent) > triage.PAGE:
        refuse(_("Send at most {0} rows at once.").format(triage.PAGE))
    return sent


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and all(isinstance(entry.get(key), str) and is_storable(entry[key]) for key in ("name", "modified"))
        and isinstance(entry.get("values", {}), dict)
        and all(is_storable(field) for field in entry.get("values", {}))
        and isinstance(entry.get("ignored", []), list)
        and entry.get("step", "") in triage.STEPS
    )


def _one(entry: Entry) -> dict[str, Any]:
    result: dict[str, Any] = {"name": entry["name"], "done": False, "before": {}, "said": [], "changed": None}
    frappe.db.savepoint(_MARK)
    # What a row was refused for stands in its row; what went well needs no message.
    with messages_withheld() as told:
        try:
            doc = _opened(entry["name"])
            if str(doc.modified) != entry["modified"]:
                raise frappe.TimestampMismatchError
            result |= {"before": _do(doc, entry), "done": True}
        except frappe.TimestampMismatchError:
            roll_back_to(_MARK)
            result |= _meanwhile(entry["name"])
        except (frappe.ValidationError, frappe.PermissionError, frappe.DoesNotExistError) as error:
            roll_back_to(_MARK)
            no_right = _("You have no right to change this complaint.")
            result["said"] = told.texts() or [str(error) or no_right]
    return result


def _opened(name: str) -> Document:
    """Raises:
    frappe.ValidationError: there is none, or not for this user; one sentence for both, which tells nothing of numbers.
    """
    if frappe.db.exists("Complaint", name):
        doc = frappe.get_doc("Complaint", name)
        if frappe.has_permission("Complaint", "write", doc):
            return doc
    frappe.throw(_("You have no right to change {0}, or it does not exist.").format(escape_html(name)))


def _do(doc: Document, entry: Entry) -> dict[str, Any]:
    """Save one; what the changed fields held before."""
    if doc.stage not in COMPLAINT_EARLY:
        frappe.throw(_("{0} is in {1} by now.").format(escape_html(doc.name), word(doc.stage)))
    if entry.get("step") == triage.UNDO:
        return undo.undo(doc)
    allowed = (*triage.ENTERED, *triage.REJECTION) if entry.get("step") else triage.ENTERED
    if others := sorted(set(entry.get("values", {})) - set(allowed)):
        frappe.throw(
            _("{0} is not entered in this table. Open the complaint.").format(escape_html(", ".join(others)))
        )
    values = read_values("Complaint", entry.get("values", {}))
    before = {field: doc.get(field) for field in values}
    proposals.refresh(doc)
    _ignore(doc, entry.get("ignored", []))
    if entry.get("step") != triage.REJECT:
        doc.update(values)
        doc.save()
        undo.remember(doc, doc.get_doc_before_save())
        return before
    if doc.stage == "intake":
        guard.step_to(doc, "triage", {})
    guard.step_to(doc, "rejected", {"is_complaint": "no", **values})
    return before


def _ignore(doc: Document, fields: list[Any]) -> None:
    found = stored_proposals(doc)
    for field in fields:
        if isinstance(field, str) and field in found:
            found[field] |= {"state": IGNORED}
    doc.proposals = json.dumps(found, ensure_ascii=False)


def _meanwhile(name: str) -> dict[str, Any]:
    by, at = frappe.db.get_value("Complaint", name, ["modified_by", "modified"]) or ("", None)
    who, when = get_fullname(by), format_datetime(at)
    sentence = _("{0} changed it meanwhile ({1}). Nothing of yours was saved: look at it again.")
    return {"changed": {"by": who, "at": at}, "said": [sentence.format(escape_html(who), when)]}
