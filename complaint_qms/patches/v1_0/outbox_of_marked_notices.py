"""Notices whose mail was still to be sent carried a mark in their index; they become messages of the outbox."""

from datetime import timedelta

import frappe
from frappe.utils import now_datetime

from complaint_qms.constants.records import QUALITY_RECORDS

_KINDS = {
    1: "escalated",
    2: "overdue",
    3: "at_risk",
    4: "hold_over",
    5: "investigation_reopened",
    6: "cause_rejected",
    7: "evidence_lost",
}


def execute():
    log, now = frappe.qb.DocType("Notification Log"), now_datetime()
    marked = log.document_type.isin(QUALITY_RECORDS) & (log.idx > 0)
    rows = (
        frappe.qb.from_(log)
        .select(log.for_user, log.subject, log.document_type, log.document_name, log.idx)
        .where(marked & (log.modified >= now - timedelta(days=1)))
        .run(as_dict=True)
    )
    for row in rows:
        frappe.get_doc(
            {
                "doctype": "QMS Message",
                "kind": _KINDS.get(row.idx, "overdue"),
                "channel": "email",
                "to_user": row.for_user,
                "text": row.subject,
                "reference_doctype": row.document_type,
                "reference_name": row.document_name,
                "state": "queued",
                "next_attempt": now,
            }
        ).insert(ignore_permissions=True, ignore_links=True)
    frappe.qb.update(log).set(log.idx, 0).where(marked).run()
