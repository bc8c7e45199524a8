"""Merging a complaint into the one that carries the case, and separating it again; no word is lost.

Chains end at the record that carries the case: who merges a complaint that others were merged into takes them along.
"""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.exceptions import GateError, TryAgainError
from complaint_qms.services import writing
from complaint_qms.services.lifecycle.guard import stage_wanted
from complaint_qms.services.lifecycle.links import ORIGINAL, facts_of_original, merged_into
from complaint_qms.services.people import assignment
from complaint_qms.services.record import timeline
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.timeline import Link, Text, line


def look(doc: Document) -> None:
    """Before the gates of a merge: the original as it is this moment, held so until this transaction ends; an ordinary
    read would see what was true when the transaction began.

    Who merges marks the original as changed (`tell_original`). A save of it that did not see the merge is refused by the
    framework, so what was merged into a complaint needs no lock of its own, which would stand in the way of merges that
    have nothing to do with it.

    Raises:
        TryAgainError: somebody else is about to merge the original into this one.
    """
    before, doc.flags.beside = doc.get_doc_before_save(), None
    if not before or before.stage == "duplicate" or not doc.duplicate_of or stage_wanted(doc) != "duplicate":
        return
    try:
        original = frappe.db.get_value(
            "Complaint", doc.duplicate_of, list(ORIGINAL.values()), as_dict=True, for_update=True
        )
    except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
        frappe.throw(
            _(
                "Somebody else is changing {0} or a complaint merged with it at this moment. Try again."
            ).format(escape_html(doc.name)),
            TryAgainError,
        )
    if original:
        doc.flags.beside = facts_of_original(original)


def keep_company(doc: Document) -> None:
    """The company of a complaint stays while others of that company rest on it.

    Raises:
        GateError: naming them.
    """
    before = doc.get_doc_before_save()
    if not before or not before.company or before.company == doc.company:
        return
    resting = merged_into([doc.name])[doc.name]
    if resting:
        frappe.throw(
            gate_code("G7") + _("{0} was merged into this complaint and belongs to {1}. Separate it before you change {2}.").format(
                escape_html(comma_list(resting)), escape_html(before.company), _(doc.meta.get_label("company"))
            ),
            GateError,
        )  # fmt: skip


def tell_original(doc: Document) -> None:
    """After a move: take along what rests on a merged complaint, and write into all timelines what became of whom."""
    before = doc.get_doc_before_save()
    if not before or before.stage == doc.stage:
        return
    this = Link("Complaint", doc.name)
    if doc.stage == "duplicate":
        original = Link("Complaint", doc.duplicate_of)
        # Whoever merges several gives one reason for all.
        why = Text(doc.flags.merge_reason) if doc.flags.merge_reason else None
        resting = merged_into([doc.name])[doc.name]
        writing.touch("Complaint", doc.duplicate_of)
        writing.set_with_version(
            "Complaint", resting, "duplicate_of", doc.name, doc.duplicate_of, "merged again"
        )
        along = line(
            "{0}, into which this complaint was merged, was itself merged into {1}: this one goes with it.",
            this,
            original,
        )
        timeline.note(
            "Complaint",
            dict.fromkeys(resting, along)
            | {
                doc.name: line("Merged into {0}, for this reason: {1}", original, why)
                if why
                else line("Merged into {0}.", original),
                doc.duplicate_of: line(
                    "{0} was recognised as a duplicate of this complaint, for this reason: {1}", this, why
                )
                if why
                else line("{0} was recognised as a duplicate of this complaint.", this),
            },
        )
    elif before.stage == "duplicate" and before.duplicate_of:
        assignment.resume_helpers(doc, before.closed_at)
        original = Link("Complaint", before.duplicate_of)
        why = Text(doc.reopen_reason) if doc.reopen_reason else None
        timeline.note(
            "Complaint",
            {
                doc.name: line("Separated from {0} again, for this reason: {1}", original, why)
                if why
                else line("Separated from {0} again.", original),
                before.duplicate_of: line(
                    "{0} is no longer a duplicate of this complaint, for this reason: {1}", this, why
                )
                if why
                else line("{0} is no longer a duplicate of this complaint.", this),
            },
        )
