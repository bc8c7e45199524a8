"""What a record of each DocType of the app needs to be taken, and nothing more: values for requests."""

from __future__ import annotations

import frappe

from tests.desk import factory, settling

SUBJECT = {"subject": "Handle broken", "description": "It broke.", "complainant_name": "A passer-by"}
NUMBERED = ("CAPA", "Complaint", "Complaint Import", "Complaint Settlement", "Field Action", "Investigation", "Reportability Assessment", "Root Cause")  # fmt: skip
WORDS = (
    "Complaint Channel",
    "Complaint SOP",
    "Complaint Type",
    "Risk Matrix",
    "Risk Occurrence",
    "Risk Severity",
)


def company() -> dict[str, str]:
    return {"company": factory.company()}


def blank(doctype: str) -> dict:
    """What a record of the DocType needs besides its name."""
    if doctype == "Complaint":
        return {**SUBJECT, **company()}
    if doctype == "Complaint Import":
        return company()
    if doctype == "Complaint Settlement":
        invoice = factory.sold(10)[2]
        return settling.proposal(settling.complaint_on(invoice), invoice, {"qty": 2}).as_dict(no_nulls=True)
    about = factory.complaint().name
    study = factory.investigation(frappe.get_doc("Complaint", about))
    return {
        "Investigation": {"complaint": about, "title": "x", "investigator": "Administrator"},
        "Reportability Assessment": {"complaint": about, "jurisdiction": "us_fda", "status": "open", "deadline": "2030-01-01", "basis_reason": "By hand", "awareness_date": "2026-01-05"},
        "Root Cause": {"investigation": study.name, "title": "x", "category": "machine", "method": "other", "description": "d", "analyst": "Administrator"},
        "Field Action": {"complaint": about, "title": "x", "handler": "Administrator"},
        "CAPA": {"investigation": study.name, "title": "x", "capa_owner": "Administrator"},
    }[doctype]  # fmt: skip


def word(doctype: str, name: object) -> dict:
    """A record of a vocabulary, as small as it may be."""
    field = frappe.get_meta(doctype).autoname.removeprefix("field:")
    if doctype == "Risk Matrix":
        model = frappe.copy_doc(
            frappe.get_doc("Risk Matrix", frappe.get_all("Risk Matrix", pluck="name", order_by="name")[0])
        )
        return {**model.as_dict(no_nulls=True), "is_default": 0, field: name}  # fmt: skip
    more = {
        "Complaint Channel": {"channel_key": frappe.generate_hash(length=8)},
        "Risk Severity": {"rank": 77},
        "Risk Occurrence": {"rank": 77},
    }
    return {field: name, **more.get(doctype, {})}
