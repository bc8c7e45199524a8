"""One settlement is drafted once: under double clicks, retries and parallel submits."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants.settlement import DOCTYPE
from complaint_qms.integrations.erpnext.remaining import lock

ATTEMPTS = 4


def lock_drafting() -> None:
    """One settlement of the site is drafted at a time, until its transaction ends.

    Counting returns with locking reads also locks the gaps in which others insert theirs; two drafts at once would
    block each other even for different invoices. ERPNext's naming series let one document through at a time anyhow.
    """
    lock("DocType", [DOCTYPE])


def finish(doc: Document, step: Callable[[], Document]) -> Document:
    """Run `step`, the save that submits or cancels; again when the database gave it up for a deadlock or a long wait.

    A second click or a retry finds the step already done and gets the settled document back instead of an error.
    Only when nothing else was written in the transaction: a caller's own work must not be lost silently.
    """
    if frappe.db.transaction_writes or doc.flags.trying_again:
        # Before the settlement's own row is locked: whoever drafts already may have to read it.
        lock_drafting()
        return step()
    sent, target = doc.as_dict(), int(doc.docstatus)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            if attempt > 1:
                return _again(doc, sent)
            lock_drafting()
            return step()
        except frappe.TimestampMismatchError:
            frappe.db.rollback()
            stored = frappe.db.get_value(
                doc.doctype, doc.name, ["docstatus", "shortfall_reason"], as_dict=True
            )
            if stored.docstatus != target or (stored.shortfall_reason or "") != (doc.shortfall_reason or ""):
                raise
            frappe.clear_messages()
            doc.reload()
            frappe.msgprint(
                _("{0} was submitted or cancelled a moment ago.").format(escape_html(doc.name)), alert=True
            )
            return doc
        except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
            frappe.db.rollback()
            time.sleep(0.1 * attempt)
    frappe.throw(
        _(
            "Others are working on the same invoices or settling at this moment. Nothing was changed: try again."
        ),
        title=_("Settlement Not Submitted"),
    )


def _again(doc: Document, sent: dict) -> Document:
    """Save a fresh copy of what was sent: the first attempt has left its marks on `doc`."""
    fresh = frappe.get_doc(copy.deepcopy(sent))
    fresh.flags.update(trying_again=True, ignore_permissions=doc.flags.ignore_permissions)
    fresh.save()
    doc.reload()
    return doc
