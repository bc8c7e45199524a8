"""Assessments of a signal: since when its rise was known, and that nobody decides about it while one is open."""

from __future__ import annotations

from datetime import date

import frappe
from frappe import _
from frappe.utils import escape_html, getdate

from complaint_qms.constants.signals import SIGNAL
from complaint_qms.exceptions import GateError
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.language import comma_list


def known_of_signal(signal: str | None) -> date | None:
    """The day on which a scan found it."""
    found = frappe.db.get_value(SIGNAL, signal, "creation") if signal else None
    return getdate(found) if found else None


def check_signal_assessed(signal: str) -> None:
    """Whether a rise is reported is decided before what else follows from it.

    Raises:
        GateError: naming the assessments that are open.
    """
    waiting = frappe.get_all(
        "Reportability Assessment", {"signal": signal, "status": "open"}, pluck="name", order_by="name asc"
    )
    if waiting:
        frappe.throw(
            gate_code("G3")
            + _("Reportability assessment {0} of this signal is still open: finish it first.").format(
                escape_html(comma_list(waiting))
            ),
            GateError,
        )
