"""The scheduler's door to signal scans."""

import frappe

from complaint_qms.services.signals import schedule


def scan_when_due() -> None:
    """Start the scans that the settings ask for, of companies that have none as of the day that is due."""
    schedule.start_due()
    frappe.db.commit()
