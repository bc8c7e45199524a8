"""The number of a gate (or “SOP”, for what a procedure asks) before a refusal: auditors and administrators look gates up by it, others need the sentence."""

from typing import Final

import frappe

from complaint_qms.constants.roles import AUDITOR

TOLD: Final = frozenset((AUDITOR, "System Manager"))


def gate_code(code: str) -> str:
    """`code` with a colon for who is told of gates, else nothing; goes before a translated sentence."""
    return f"{code}: " if TOLD.intersection(frappe.get_roles()) else ""
