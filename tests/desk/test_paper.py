"""The print formats of the app: all that a record holds, in words, in the reader's language, under the site's letter head."""

from __future__ import annotations

import re
from io import BytesIO

import frappe
import pytest
from bs4 import BeautifulSoup
from frappe import _
from frappe.translate import print_language
from frappe.utils.pdf import get_pdf
from pypdf import PdfReader

from complaint_qms.constants import roles
from complaint_qms.constants.labels import WORDS
from complaint_qms.constants.paper import COLUMNS, LEFT_OUT, STATES
from complaint_qms.services.capa import effectiveness
from complaint_qms.services.paper.sheet import quality_record_sheet
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.printing import working_time
from tests.desk import factory
from tests.desk.factory.smallest import blank

ROGUE = "\"><img src=x onerror=alert(1)>'><svg onload=alert(1)>"
KEYS = {key for key in WORDS if "_" in key}
TOLD_APART = "These words stand in one field each."


@pytest.fixture
def complaint():
    doc = factory.at_stage("confirm")
    photo = factory.upload("Complaint", doc.name, file_name="cracked.png").file_url
    doc.append("evidence", {"file": photo, "kind": "photo", "caption": "The crack"})
    doc.append("evidence", {"file": factory.upload("Complaint", doc.name, file_name="bill.txt").file_url})
    doc.save()
    frappe.db.set_value(
        "Complaint Stage Log", {"parent": doc.name}, {"used_seconds": 12_600, "time_limit": 14_400}
    )
    return doc.name


@pytest.fixture
def records(complaint):
    plan = factory.capa_in_effect()
    cause = frappe.db.get_value("Root Cause", {"investigation": plan.investigation})
    buyer, _note, bill = factory.sold(3)
    sold = factory.complaint(customer=buyer.name, sales_invoice=bill.name)
    settlement = factory.make(
        "Complaint Settlement", complaint=sold.name, reason="Agreed by phone", **_line(sold, bill)
    )
    return {
        "Complaint": complaint,
        "CAPA": plan.name,
        "Investigation": plan.investigation,
        "Root Cause": cause,
        "Complaint Settlement": settlement.name,
        "Field Action": frappe.get_doc({"doctype": "Field Action", **blank("Field Action")}).insert().name,
    }


def _line(doc, bill):
    line = {"remedy": "credit", "sales_invoice": bill.name, "item_code": bill.items[0].item_code, "qty": 1}
    return {"customer": doc.customer, "company": doc.company, "lines": [line]}


def printed(doctype, name, language="en", **options):
    with print_language(language):
        options.setdefault("no_letterhead", 1)
        return BeautifulSoup(frappe.get_print(doctype, name, **options), "html.parser")


def test_each_prints_by_its_own_format_with_words_for_keys_and_durations(records):
    assert set(records) == set(STATES) == set(LEFT_OUT)
    for doctype, name in records.items():
        format_name = frappe.get_meta(doctype).default_print_format
        assert frappe.db.get_value("Print Format", format_name, ("doc_type", "disabled")) == (doctype, 0)
        for language in ("en", "zh"):
            paper = printed(doctype, name, language).select_one(".qr").get_text(" ", strip=True)
            assert not KEYS & set(re.findall(r"[a-z]+(?:_[a-z]+)+", paper)), doctype
            if doctype == "Complaint":
                with print_language(language):
                    expected = (word("confirm"), working_time(12_600), working_time(14_400))
                assert [shown for shown in expected if shown not in paper] == []
                assert not re.search(r"\(s\)|（秒）", paper)
                assert not re.search(r"\b(12600|14400)\b", paper)


def test_every_field_that_is_named_is_one():
    for doctype, fields in LEFT_OUT.items():
        meta = frappe.get_meta(doctype)
        assert all(meta.has_field(field) for field in (*fields, *STATES[doctype])), doctype
    for table, fields in COLUMNS.items():
        assert all(frappe.get_meta(table).has_field(field) for field in fields), table


def test_every_filled_field_of_the_form_is_on_it(complaint):
    doc = frappe.get_doc("Complaint", complaint)
    fields = [
        field
        for field in doc.meta.fields
        if field.fieldtype in ("Data", "Small Text") and not (field.hidden or field.print_hide)
        and field.fieldname not in LEFT_OUT["Complaint"]
    ]  # fmt: skip
    values = {field.fieldname: f"Told in {field.fieldname}" for field in fields}
    frappe.db.set_value("Complaint", doc.name, dict(values))
    frappe.clear_document_cache("Complaint", doc.name)
    paper = printed("Complaint", doc.name).get_text(" ", strip=True)
    assert [value for value in values.values() if value not in paper] == []


def test_photos_are_pictures_and_other_files_names(complaint):
    page = printed("Complaint", complaint)
    (picture,) = page.select(".qr-pictures img")
    assert picture["src"].startswith("/private/files/cracked")
    assert "The crack" in page.select_one(".qr-pictures").get_text()
    assert "bill" in page.select_one(".qr-rows").get_text()
    doc = frappe.get_doc("Complaint", complaint)
    frappe.db.set_value("Complaint Evidence", doc.evidence[0].name, "struck_out", 1)
    frappe.clear_document_cache("Complaint", doc.name)
    page = printed("Complaint", doc.name)
    assert not page.select(".qr-pictures img")
    assert "cracked" in page.select_one(".qr-rows s").get_text()


def test_stored_markup_is_text(records):
    for doctype, name in records.items():
        for each, key in ((doctype, "name"), *((f.options, "parent") for f in frappe.get_meta(doctype).get_table_fields())):  # fmt: skip
            values = {
                field.fieldname: ROGUE
                for field in frappe.get_meta(each).fields
                if field.fieldtype in ("Data", "Small Text", "Text", "Text Editor")
                and not field.is_virtual
                and field.fieldname not in ("idempotency_key", "type_key")
            }
            if values:
                frappe.db.set_value(each, {key: name}, values, update_modified=False)
        frappe.clear_document_cache(doctype, name)
        page = printed(doctype, name).select_one(".qr")
        assert not [one for one in page.find_all(True) if any(key.startswith("on") for key in one.attrs)]
        assert not page.select("svg, [src='x']")


def test_a_field_kept_from_the_reader_is_not_printed(complaint):
    frappe.db.set_value("Complaint", complaint, "harm_description", TOLD_APART)
    frappe.clear_document_cache("Complaint", complaint)
    assert TOLD_APART in printed("Complaint", complaint).get_text()
    frappe.make_property_setter(
        {"doctype": "Complaint", "fieldname": "harm_description", "property": "permlevel", "value": "7"}
    )
    frappe.clear_cache(doctype="Complaint")
    try:
        frappe.set_user(factory.user(roles.AGENT))
        assert TOLD_APART not in printed("Complaint", complaint).get_text()
    finally:
        frappe.set_user("Administrator")
        frappe.db.rollback()
        frappe.clear_cache(doctype="Complaint")


def test_no_complaint_is_a_figure_and_the_limit_of_another_metric_is_none(records):
    name = records["CAPA"]
    bare = {"before_count": 0, "after_count": 0, "after_exposure": 0, "max_count": 0, "max_rate_ratio": 0.5}
    for values, expected in (
        ({"metric": "complaint_rate", "computed_at": None}, {"Rate After / Before at Most": "0.5"}),
        (
            {"metric": "complaint_count", "computed_at": "2026-11-02 08:00:00"},
            {"Complaints After at Most": "0", "Complaints Before": "0", "Complaints After": "0", "Units Delivered After": "0"},
        ),
    ):  # fmt: skip
        frappe.db.set_value("CAPA", name, {**bare, **values})
        sheet = quality_record_sheet(frappe.get_doc("CAPA", name))
        facts = {fact["label"]: fact["value"] for part in sheet["sections"] for fact in part["facts"]}
        labels = (
            "Rate After / Before at Most",
            "Complaints After at Most",
            "Complaints Before",
            "Complaints After",
            "Units Delivered After",
        )
        assert {label: f"{float(facts[label]):g}" for label in labels if label in facts} == expected


def test_who_holds_a_link_with_a_key_reads_what_it_shows_and_nobody_else_without_rights(
    complaint, monkeypatch
):
    doc = frappe.get_doc("Complaint", complaint)
    frappe.set_user("Guest")
    assert not [section for section in quality_record_sheet(doc)["sections"] if section["facts"]]
    monkeypatch.setitem(frappe.form_dict, "key", "checked by the print view")
    assert [section for section in quality_record_sheet(doc)["sections"] if section["facts"]]


def test_documents_of_a_settlement_and_reasons_of_a_verdict_are_told_in_the_readers_words(records):
    row = {
        "document_type": "Sales Invoice",
        "document_name": "INV-1",
        "purpose": "credit_note",
        "document_status": "submitted",
    }
    settlement = frappe.get_doc("Complaint Settlement", records["Complaint Settlement"])
    settlement.append("documents", row).db_insert()
    plan = frappe.get_doc("CAPA", records["CAPA"])
    effectiveness.compute(plan)
    with print_language("zh"):
        expected = [_("Sales Invoice"), *map(word, ("credit_note", "submitted"))]
        reason = effectiveness.reason_in_words(plan)
    paper = printed("Complaint Settlement", settlement.name, "zh").select_one(".qr").get_text(" ", strip=True)
    assert [shown for shown in expected if shown not in paper] == []
    assert not re.search(r"Sales Invoice|credit_note|submitted", paper)
    assert reason != plan.verdict_reason
    assert reason in " ".join(printed("CAPA", plan.name, "zh").get_text().split())


def test_other_records_have_no_sheet():
    with pytest.raises(frappe.ValidationError):
        quality_record_sheet(frappe.get_doc("User", "Administrator"))


def test_the_letter_head_of_the_site_stands_above(complaint):
    head = frappe.get_doc(
        {"doctype": "Letter Head", "letter_head_name": factory.unique("Head"), "source": "HTML", "content": "<b>Our house</b>"}
    ).insert()  # fmt: skip
    page = printed("Complaint", complaint, no_letterhead=0, letterhead=head.name)
    assert page.select_one(".letter-head").get_text(strip=True) == "Our house"
    assert not printed("Complaint", complaint).select(".letter-head")


def test_a_pdf_has_the_same_words(complaint):
    with print_language("zh"):
        html = frappe.get_print("Complaint", complaint, no_letterhead=1)
    text = "".join(
        page.extract_text() for page in PdfReader(BytesIO(get_pdf(str(BeautifulSoup(html, "html.parser").select_one(".print-format"))))).pages
    )  # fmt: skip
    assert "客户确认" in text
