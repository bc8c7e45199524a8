"""What the record says for the elements of a report, as text; dates as YYYY-MM-DD, words in English as the forms ask for them.

Of persons only what a form needs is taken over: of a patient a number and no name, of the reporter the name where the form asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import cstr, getdate
from frappe.utils.user import get_user_fullname

from complaint_qms.constants.regulatory_report import CLASSIFICATIONS, HARM_WORDS, LATER, REPORT
from complaint_qms.constants.reportability import RULE_SET
from complaint_qms.constants.signals import SIGNAL
from complaint_qms.services.record.tags import without_tags

_COMPANY = ("company_name", "phone_no", "email")
_OF_COMPLAINT = {
    "event_date": "incident_date",
    "device_name": "item_name",
    "model": "product_model",
    "catalogue_number": "item_code",
    "serial_number": "serial_no",
    "udi": "udi",
    "expiry_date": "expiry_date",
    "manufacture_date": "manufacturing_date",
    "country": "country",
}
_KIND_WORDS = {
    "initial": "Initial",
    "follow_up_report": "Follow-up",
    "supplementary": "Supplement",
    "final_report": "Final",
}


def facts_for(report: Document) -> dict[str, str]:
    """Fact → text, of those that the record knows. A constant number of queries."""
    assessment = frappe.get_doc("Reportability Assessment", report.assessment)
    facts = {
        "report_number": report.name or "",
        "report_date": cstr(getdate()),
        "type_of_report": _KIND_WORDS[report.report_kind],
        "follow_up_type": _KIND_WORDS[report.report_kind] if report.report_kind in LATER else "",
        "awareness_date": cstr(assessment.awareness_date),
        "reportability_date": cstr(getdate(assessment.decided_at)) if assessment.decided_at else cstr(assessment.awareness_date),
        "classification": _classification(assessment),
        "submitter": "Manufacturer",
        "authority": cstr(frappe.db.get_value(RULE_SET, assessment.rule_set, "authority")) if assessment.rule_set else "",
        "authority_reference": _reference_before(report),
        "tests": cstr(assessment.relation_to_event),
        **_of_company(report.company),
        **(_of_complaint(report.complaint) if report.complaint else _of_signal(report.signal)),
    }  # fmt: skip
    return {key: text.strip() for key, text in facts.items() if text and text.strip()}


def _classification(assessment: Document) -> str:
    """By the rule that the answers ended in, or that was entered by hand. One that only holds the shortest term until all is answered says nothing."""
    rule = cstr(assessment.rule_key)
    if assessment.rule_set and assessment.outcome != rule:
        return ""
    return next((said for part, said in CLASSIFICATIONS.items() if rule.endswith(f"_{part}")), "")


def _of_complaint(name: str) -> dict[str, str]:
    doc = frappe.get_doc("Complaint", name)
    facts = {fact: cstr(doc.get(field)) for fact, field in _OF_COMPLAINT.items()}
    customer = frappe.db.get_value("Customer", doc.customer, "customer_name") if doc.customer else ""
    reporter = [doc.complainant_name or customer, doc.address_text, doc.contact_phone, doc.contact_email]
    study = _investigation(name)
    return {
        **facts,
        "patient_identifier": name,
        "event_or_problem": "Adverse event" if doc.harm_level in ("death", "serious", "minor") else "Product problem",
        "event_outcome": HARM_WORDS.get(doc.harm_level or "", ""),
        "reportable_event": {"death": "Death", "serious": "Serious injury"}.get(doc.harm_level or "", "Malfunction"),
        "narrative": _joined([doc.subject, _plain(doc.description), doc.harm_description], "\n"),
        "brand_name": cstr(doc.item_name or doc.product_model or doc.item_code),
        "lot_number": cstr(doc.batch_no or doc.reported_lot),
        "quantity": _joined([cstr(doc.qty or ""), doc.uom], " "),
        "place": _joined([doc.country, doc.incident_place]),
        "reporter": _joined(reporter),
        "reporter_organisation": cstr(customer),
        "report_source": cstr(doc.channel),
        "device_returned": _returned(study),
        "evaluation": _plain(study.get("findings")) if study else "",
        "conclusion": cstr(study.get("conclusion")) if study else "",
        "root_cause": _causes(name),
        "remedial_action": _actions(name),
        "field_actions": _joined(frappe.get_all("Field Action", {"complaint": name, "is_mock": 0}, pluck="name", order_by="name asc")),
    }  # fmt: skip


def _of_signal(name: str) -> dict[str, str]:
    doc = frappe.get_doc(SIGNAL, name)
    known = (
        f"{doc.observed} complaints from {doc.since} to {doc.until}, {round(doc.expected or 0, 1)} expected."
    )
    return {
        "patient_identifier": name,
        "event_or_problem": "Product problem",
        "narrative": _joined([doc.title, known], "\n"),
        "brand_name": cstr(doc.item_code or doc.product_model),
        "device_name": cstr(frappe.db.get_value("Item", doc.item_code, "item_name")) if doc.item_code else "",
        "catalogue_number": cstr(doc.item_code),
        "lot_number": cstr(doc.batch_no or doc.reported_lot),
        "event_date": cstr(doc.since),
    }


def _of_company(name: str | None) -> dict[str, str]:
    row = frappe.db.get_value("Company", name, _COMPANY, as_dict=True) if name else None
    if not row:
        return {}
    address = _address(name)
    user = frappe.session.user
    mail = cstr(frappe.db.get_value("User", user, "email"))
    return {
        "company_name": cstr(row.company_name),
        "company_address": address,
        "manufacturer": _joined([row.company_name, address]),
        "contact_office": _joined([row.company_name, address]),
        "contact_phone": cstr(row.phone_no),
        "contact_name": cstr(get_user_fullname(user)),
        "contact_ways": _joined([mail or row.email, row.phone_no]),
    }


def _address(company: str) -> str:
    """The address of a company, as ERPNext keeps it."""
    link, address = frappe.qb.DocType("Dynamic Link"), frappe.qb.DocType("Address")
    fields = ("address_line1", "address_line2", "pincode", "city", "state", "country")
    query = (
        frappe.qb.from_(address)
        .inner_join(link)
        .on((link.parent == address.name) & (link.parenttype == "Address"))
    )
    query = query.select(*(address[field] for field in fields)).where(
        (link.link_doctype == "Company") & (link.link_name == company)
    )
    found = query.where(address.disabled == 0).orderby(address.name).limit(1).run(as_dict=True)
    return _joined(found[0][field] for field in fields) if found else ""


def _investigation(complaint: str) -> Mapping[str, Any] | None:
    fields = ["findings", "conclusion", "sample_returned", "sample_received_on"]
    about = {"complaint": complaint, "stage": ("!=", "void")}
    rows = frappe.get_all("Investigation", about, fields, order_by="creation desc", limit=1)
    return rows[0] if rows else None


def _returned(study: Mapping[str, Any] | None) -> str:
    if not study:
        return ""
    return (
        _joined(["Returned to manufacturer", cstr(study["sample_received_on"])])
        if study["sample_returned"]
        else "Not returned"
    )


def _causes(complaint: str) -> str:
    about = {"complaint": complaint, "status": "verified"}
    rows = frappe.get_all("Root Cause", about, ["title", "description"], order_by="name asc")
    return _joined((f"{row.title}: {_plain(row.description)}" for row in rows), "\n")


def _actions(complaint: str) -> str:
    capa, row, action = (frappe.qb.DocType(name) for name in ("CAPA", "CAPA Complaint", "CAPA Action"))
    query = (
        frappe.qb.from_(action)
        .inner_join(capa)
        .on((action.parent == capa.name) & (capa.stage != "void"))
        .inner_join(row)
        .on(row.parent == capa.name)
        .select(action.action, action.status)
        .distinct()
        .where(row.complaint == complaint)
    )
    found = query.where(action.status != "cancelled").orderby(capa.name).orderby(action.idx).run()
    return _joined((f"{text} ({status})" for text, status in found), "\n")


def _reference_before(report: Document) -> str:
    return (
        cstr(frappe.db.get_value(REPORT, report.previous_report, "authority_reference"))
        if report.previous_report
        else ""
    )


def _plain(html: str | None) -> str:
    broken = (html or "").replace("</p>", "</p>\n").replace("</li>", "</li>\n")
    return unescape(without_tags(broken)).strip()


def _joined(parts: Iterable[Any], between: str = ", ") -> str:
    return between.join(dict.fromkeys(text for part in parts if (text := cstr(part).strip())))
