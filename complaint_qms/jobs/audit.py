"""The scheduler's door to the audit trail."""

import frappe

JOB_ID = "complaint_qms_audit_trail"
MAIL_ID = "complaint_qms_audit_head"
STAMP_ID = "complaint_qms_time_stamp"


def seal_entries() -> None:
    """Put the linking of what was written since into the queue; while one waits or runs there, no second one is added."""
    frappe.enqueue(
        "complaint_qms.services.compliance.audit_trail.sealing.seal",
        queue="short",
        job_id=JOB_ID,
        deduplicate=True,
    )


def mail_head() -> None:
    """Put the daily mail of the head into the queue."""
    frappe.enqueue(
        "complaint_qms.services.compliance.audit_trail.head_mail.mail_head",
        queue="short",
        job_id=MAIL_ID,
        deduplicate=True,
    )


def stamp_head() -> None:
    """Put the time stamp of the head into the queue."""
    frappe.enqueue(
        "complaint_qms.services.compliance.audit_trail.time_stamps.stamp_when_due",
        queue="long",
        job_id=STAMP_ID,
        deduplicate=True,
    )
