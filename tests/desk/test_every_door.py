"""Every whitelisted function of the app, called by a guest, a customer and each role about a confidential case: nothing of it leaks, and nothing is written by whoever may not."""

from __future__ import annotations

import inspect
import json
from typing import Any

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.constants.records import BY_DOCTYPE, PARENTS, SETTINGS
from complaint_qms.permissions import confidential
from tests.desk import factory
from tests.desk.test_every_right import PEOPLE, person
from tests.desk.test_fuzz_methods import CHANGING, functions
from tests.desk.test_sight import story
from tests.desk.wire import ask

pytestmark = pytest.mark.usefixtures("site")
READERS = (roles.AUDITOR, "Sales User", "Customer", "Guest", roles.MACHINE, roles.ACTION_OWNER)
"""They write nothing by any function but those by which anybody may bring in something of their own."""
OWN_DOORS = {  # what strangers, customers and people without a role are asked to send, and what is each person's own
    "complaint_qms.api.visitor": "a complaint of a visitor",
    "complaint_qms.api.portal": "a complaint of a customer",
    "complaint_qms.api.survey": "an answer to a survey",
    "complaint_qms.api.field_notice": "an answer to a notice",
    "complaint_qms.api.notifications": "how a person is told",
    "complaint_qms.api.complaint.register": "a complaint that another system registers",
}
SECRET = "Zanzibar-Quokka"


@pytest.fixture
def planted() -> dict[str, str]:
    """A confidential story whose every text holds a secret: DocType → name."""
    confidential.forget_confidential()
    told = story(subject=f"{SECRET}-subject", description=f"{SECRET}-description", complainant_name=f"{SECRET}-name", contact_email="zanzibar-quokka@secret.example", incident_place=f"{SECRET}-place")  # fmt: skip
    for doctype, name in told.items():
        title = "title" if frappe.get_meta(doctype).has_field("title") else None
        if title:
            frappe.db.set_value(doctype, name, title, f"{SECRET}-{frappe.scrub(doctype)}")
    doc = frappe.get_doc("Complaint", told["Complaint"])
    doc.add_comment("Comment", f"{SECRET}-comment")
    factory.make("Communication", subject=f"{SECRET}-mail", content=f"{SECRET}-mail", communication_type="Communication", reference_doctype="Complaint", reference_name=doc.name)  # fmt: skip
    doc.reload()
    doc.update({"confidential": 1, "confidential_reason": f"{SECRET}-reason"})
    doc.append("confidants", {"user": factory.user(roles.MANAGER, email="only-one@secret.example")})
    doc.save()
    return told


def arguments(told: dict[str, str]) -> dict[str, Any]:
    name = told["Complaint"]
    doc = frappe.get_doc("Complaint", name)
    return {
        "name": name, "complaint": name, "names": [name], "docs": [name], "doctype": "Complaint", "dt": "Complaint", "dn": name, "docname": name,
        "reference_doctype": "Complaint", "reference_name": name, "ref_doctype": "Complaint", "ref_docname": name, "source_doctype": "Complaint", "source_name": name,
        "capa": told["CAPA"], "investigation": told["Investigation"], "settlement": told["Complaint Settlement"], "row": frappe.get_doc("CAPA", told["CAPA"]).actions[0].name,
        "action": "Start Triage", "values": {}, "draft": {"subject": "x", "customer": doc.customer, "item_code": doc.item_code}, "data": {"subject": "x", "description": "x", "complainant_name": "x"},
        "company": doc.company, "chart": "Complaints by Type", "index": 0, "txt": SECRET, "text": SECRET, "searchfield": "name", "start": 0, "page_len": 20, "limit": 20,
        "filters": {}, "fields": ["subject"], "current_filters": [], "items": ["CAPA"], "tag": "Seen", "tags": ["Seen"], "field": "customer", "customer": doc.customer, "item_code": doc.item_code,
        "user": "Administrator", "reason": "x", "key": "x", "overwrite": [], "pack": "food", "query": "", "term": SECRET,
    }  # fmt: skip


def standing() -> tuple:
    """One number for each kind of record, in one query: how many there are, and when one was changed last."""
    tables = [doctype for doctype in PARENTS if BY_DOCTYPE[doctype].kind != SETTINGS and doctype not in ("Quality Audit Entry", "QMS Event")]  # fmt: skip
    tables += ["Comment", "File", "ToDo", "DocShare", "Tag Link", "Communication"]
    parts = [f"select '{doctype}', count(*), max(modified) from `tab{doctype}`" for doctype in tables]
    return frappe.db.sql(" union all ".join(parts))


@pytest.mark.parametrize("role", PEOPLE)
def test_nothing_leaks_and_nothing_is_written(role: str, planted: dict[str, str]) -> None:
    user, given = person(role), arguments(planted)
    leaks, written = [], []
    for name, function in sorted(functions().items()):
        if name in CHANGING:
            continue
        sent = {key: given[key] for key in inspect.signature(function).parameters if key in given}
        verb = "POST" if "POST" in frappe.allowed_http_methods_for_whitelisted_func[function] else "GET"
        watched = role in READERS and not {name, name.rpartition(".")[0]} & OWN_DOORS.keys()
        before = standing() if watched else ()
        frappe.db.savepoint("one_door")
        answer = ask(verb, f"/api/method/{name}", sent, user, keep=True)
        said = json.dumps(answer.body, default=str, ensure_ascii=False).casefold()
        if f"{SECRET}-".casefold() in said or f"{SECRET}@".casefold() in said:
            leaks.append(name)
        if watched and standing() != before:
            written.append(name)
        frappe.db.rollback(save_point="one_door")
        confidential.forget_confidential()
    assert (leaks, written) == ([], [])
