"""Reports to authorities that wait for a person: to be completed, reviewed by somebody else, submitted."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants import roles, work
from complaint_qms.constants.regulatory_report import DRAFTED, REPORT, REVIEWED
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import labelled
from complaint_qms.services.reportability.regulatory_reports import missing_elements
from complaint_qms.services.work.loading import Found, documents_of
from complaint_qms.services.work.timing import Viewer, date_of

_REVIEWERS: Final = {roles.REGULATORY, roles.QUALITY_MANAGER}


def authority_report_work(viewer: Viewer) -> Found:
    """Complete drafts of others for whoever may review them; for Regulatory Affairs also their own that lack something, and those that were reviewed
    and not yet submitted. By the deadline of the assessment."""
    if not _REVIEWERS & viewer.roles or not frappe.has_permission(REPORT):
        return [], False
    names = frappe.get_list(
        REPORT, {"status": ("in", (DRAFTED, REVIEWED))}, pluck="name", order_by="drafted_at asc, name asc", limit=work.MOST + 1
    )  # fmt: skip
    docs = documents_of(REPORT, names[: work.MOST])
    due = values_of("Reportability Assessment", (doc.assessment for doc in docs), "deadline")
    subjects = values_of("Complaint", (doc.complaint for doc in docs), "subject")
    rows = []
    for doc in docs:
        if told := _asked(doc, viewer):
            about = {
                "subject": subjects.get(doc.complaint) or doc.jurisdiction,
                "complaint": doc.complaint or doc.signal,
            }
            time = date_of(due.get(doc.assessment), doc.drafted_at, viewer.today)
            rows.append(
                {
                    "kind": work.AUTHORITY_REPORT,
                    "doctype": REPORT,
                    "name": doc.name,
                    **about,
                    **told,
                    "time": time,
                }
            )
    return rows, len(names) > work.MOST  # fmt: skip


def _asked(doc: Document, viewer: Viewer) -> dict[str, Any] | None:
    """What a report asks of the viewer; None where it waits for somebody else."""
    which = labelled(word(doc.report_form), word(doc.report_kind))
    if doc.status == REVIEWED:
        if roles.REGULATORY not in viewer.roles:
            return None
        return {"missing": 0, "first_missing": which, "ask": "submit"}
    lacking, is_mine = missing_elements(doc), viewer.user in (doc.drafted_by, doc.changed_by)
    if not lacking and not is_mine:
        return {"missing": 0, "first_missing": which, "ask": "review"}
    if lacking and is_mine and roles.REGULATORY in viewer.roles:
        return {"missing": len(lacking), "first_missing": _("{0} elements are still empty").format(len(lacking)), "ask": "complete"}  # fmt: skip
    return None
