"""Fields that somebody fills in say what they mean, for what, from when and up to where, unless their label says it all."""

from __future__ import annotations

import json
from collections.abc import Iterator

from scripts.bench import CHECKOUT

NOT_TYPED = ("Button", "Column Break", "Heading", "HTML", "Section Break", "Tab Break", "Table")
# Their labels say it all. What somebody adds elsewhere is described, or comes onto this list.
SELF_EXPLAINING = {
    "CAPA": "title company supplier risk_level",
    "CAPA Action": "action due_date start_date evidence",
    "CAPA Complaint": "complaint",
    "CAPA Related Change": "kind reference_doctype reference_name",
    "CAPA Root Cause": "root_cause",
    "Complaint": (
        "subject company customer contact_person contact_email contact_phone customer_address country territory"
        " item_code product_model batch_no serial_no upc qty uom manufacturing_date expiry_date sales_order"
        " delivery_note sales_invoice contract description incident_date incident_place expectation_note channel"
        " received_by department agreement_at agreement_note"
    ),
    "Complaint Channel": "channel_name icon description",
    "Complaint Chat Channel": "provider company photos videos audio documents",
    "Complaint Checklist Item": "done",
    "Complaint Evidence": "file kind caption received_at",
    "Complaint SOP": "sop_name description",
    "Complaint SOP Check": "stage",
    "Complaint SOP Stage": "stage",
    "Complaint Settlement": "complaint customer company posting_date",
    "Complaint Settlement Line": "item_code description qty sales_invoice delivery_note batch_no",
    "Complaint Type": "complaint_type_name description",
    "Field Action": ("title company investigation capa opened_on item_code serial_no supplier work_order"),
    "Field Action Text": "language reason hazard instruction",
    "Investigation": (
        "title company opened_on due_date item_code batch_no serial_no supplier sample_returned sample_received_on"
    ),
    "Investigation Check": "check result verdict evidence reference_doctype reference_name",
    "Investigation Complaint": "complaint",
    "Legal Hold": "company complaint customer item_code batch_no serial_no",
    "Management Review": "company",
    "Personal Data Request": "person_name email phone user",
    "Record Disposal": "company",
    "Reportability Assessment": "complaint used_for_treatment",
    "Risk Matrix": "matrix_name description",
    "Risk Matrix Cell": "severity occurrence risk_level color",
    "Risk Occurrence": "occurrence_name color description",
    "Risk Severity": "severity_name color description",
    "Root Cause": "title investigation item_code batch_no supplier workstation",
    "Root Cause Factor": "category cause sub_cause likely",
    "Root Cause Why": "question",
    "Signal Back-test": (
        "company by_item by_batch by_type by_supplier by_region by_channel by_customer by_customer_group by_model"
    ),
    "Signal Scan": (
        "company by_item by_batch by_type by_supplier by_region by_channel by_customer by_customer_group by_model"
    ),
}
# Of these the label alone never says in what, from when or up to where.
NUMBERS = ("Currency", "Duration", "Float", "Int", "Percent")
PLAIN_NUMBERS = {"Complaint.qty", "Complaint Settlement Line.qty"}


def typed_fields() -> Iterator[tuple[str, dict]]:
    """(DocType, field) of what somebody fills in."""
    for path in sorted((CHECKOUT / "complaint_qms" / "complaint_qms" / "doctype").glob("*/*.json")):
        doctype = json.loads(path.read_text("utf-8"))
        for field in doctype.get("fields", ()):
            if field["fieldtype"] not in NOT_TYPED and not (field.get("read_only") or field.get("hidden")):
                yield doctype["name"], field


def listed() -> set[str]:
    return {f"{doctype}.{name}" for doctype, names in SELF_EXPLAINING.items() for name in names.split()}


def test_every_field_that_is_filled_in_is_described_or_explains_itself() -> None:
    bare = {
        f"{doctype}.{field['fieldname']}" for doctype, field in typed_fields() if not field.get("description")
    }
    assert bare - listed() == set(), "describe them, or list them"
    assert listed() - bare == set(), "described by now, or gone: take them off the list"


def test_no_number_explains_itself() -> None:
    numbers = {f"{doctype}.{f['fieldname']}" for doctype, f in typed_fields() if f["fieldtype"] in NUMBERS}
    assert numbers & listed() == PLAIN_NUMBERS


def test_a_description_says_more_than_its_label() -> None:
    for doctype, field in typed_fields():
        told = field.get("description")
        if told:
            assert told.strip(".").lower() != field["label"].lower(), f"{doctype}.{field['fieldname']}"
            assert told[0].isupper() or told[0].isdigit(), told
            assert told.endswith((".", "?")), told
