"""Complaints that are ready for a signed step, and who signs them."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.api import signatures as door
from complaint_qms.constants import roles
from complaint_qms.constants.signatures import SIGNATURE
from tests.desk import factory

CLOSING = "Approval of the closing"
CLOSED = {
    "closing_decision": "justified",
    "capa_required": "no",
    "no_capa_reason": "Once",
    "closing_summary": "Told.",
}


def ask_for(*rows: dict) -> None:
    """Have the settings ask for these signatures."""
    settings = frappe.get_doc("Complaint QMS Settings")
    settings.set("signature_rules", list(rows))
    settings.save()


def rule(meaning: str, role: str, order: int = 1, **more: object) -> dict:
    return {
        "record_type": "Complaint", "stage": "closed", "meaning": meaning, "role": role, "signing_order": order,
        "is_another_signer": 1, **more,
    }  # fmt: skip


def closer(*more: str) -> str:
    return factory.person(roles.MANAGER, roles.QUALITY_MANAGER, *more)


def ready(**values: object) -> Document:
    """A complaint in its final review, with all that closing asks for."""
    doc = factory.at_stage("review", **values)
    factory.tick_all(doc)
    doc.update(CLOSED)
    doc.save()
    return doc


def sign(doc: Document, meaning: str = CLOSING, stage: str = "closed", **more: object) -> dict:
    told = {"password": factory.PASSWORD, "user_id": frappe.session.user, **more}
    return door.sign(doc.doctype, doc.name, stage, meaning, **told)


def kept(doc: Document) -> list[frappe._dict]:
    return frappe.get_all(SIGNATURE, {"document_name": doc.name}, ["*"], order_by="creation asc")


def tried(doc: Document, kind: str) -> list[dict]:
    rows = frappe.get_all(
        "Quality Audit Entry", {"document_name": doc.name, "kind": kind}, pluck="detail", order_by="name asc"
    )
    return [json.loads(row)["signing"] for row in rows]


def refused(act, *words: str) -> None:
    with pytest.raises(frappe.ValidationError) as told:
        act()
    assert not [word for word in words if word not in str(told.value)], str(told.value)


def regulate() -> None:
    """Have the site sign the steps that regulated industries sign, and count no tries of another test."""
    for key in ("login_failed_count", "login_failed_time"):
        frappe.cache.delete_value(key)
    settings = frappe.get_doc("Complaint QMS Settings")
    settings.sign_regulated_steps = 1
    settings.save()
