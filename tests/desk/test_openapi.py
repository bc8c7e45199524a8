"""The OpenAPI document is a true one: valid, made of the DocTypes, and what the server answers is what it says."""

from __future__ import annotations

import frappe
import pytest
import schemathesis
from frappe.model.document import Document
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis.errors import Unsatisfiable
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode, checks

from complaint_qms.constants import roles
from complaint_qms.services.openapi.document import openapi_document
from complaint_qms.services.openapi.doors import DOORS, RAW, SCHEMAS
from tests.desk import factory
from tests.desk.wire import ask

PATH = "/api/method/complaint_qms.api.openapi.document"


@pytest.fixture
def told() -> dict:
    return openapi_document()


def test_it_is_valid(told):
    assert not [error.message for error in OpenAPIV31SpecValidator(told).iter_errors()]


def test_it_is_served_to_who_registers_complaints():
    for role, status in ((roles.AGENT, 200), (roles.INVESTIGATOR, 403)):
        answer = ask("GET", PATH, user=factory.user(role))
        assert answer.status == status
        if status == 200:
            assert answer.body["openapi"] == "3.1.0"
    assert ask("GET", PATH, user="Guest").status == 403
    assert ask("POST", PATH, user=factory.user(roles.AGENT)).status == 403


def test_every_door_is_there_with_its_arguments(told):
    assert len(told["paths"]) == len(DOORS)
    step = told["paths"]["/api/method/complaint_qms.api.complaint.take_step"]["post"]
    body = step["requestBody"]["content"]["application/json"]["schema"]
    assert (list(body["properties"]), body["required"]) == (
        ["name", "action", "values", "doctype"],
        ["name", "action"],
    )
    names = told["paths"]["/api/method/complaint_qms.api.intake.products"]["get"]["parameters"]
    assert [(one["name"], one["required"]) for one in names] == [
        ("txt", True),
        ("customer", False),
        ("company", False),
    ]
    assert all(
        {"200", "401", "403", "417"} <= set(one["responses"])
        for way in told["paths"].values()
        for one in way.values()
    )


SOLVED = {"reply": "Sorry", "customer_agreement": "agreed", "harm_level": "none"}


def solvable() -> Document:
    """A complaint whose SOP lets it be solved at once."""
    kind = factory.make("Complaint Type", complaint_type_name=factory.unique("Type")).name
    allowed = {
        "allow_at_once": 1,
        "at_once_severity": "Minor",
        "at_once_reason": "They are counted.",
        "round_the_clock": 1,
    }
    factory.make("Complaint SOP", sop_name=factory.unique("SOP"), complaint_type=kind, **allowed)
    return factory.complaint(complaint_type=kind, severity="Minor", product_model="none")


def answers(told: dict) -> dict[str, object]:
    """Door → what it answered, each asked for something that fills as much of the answer as can be."""
    phone = "+86 139 8765 4327"
    factory.contact(factory.customer().name, phone_nos=[{"phone": phone, "is_primary_mobile_no": 1}])
    item = factory.item(item_name=factory.unique("Kettle"), barcodes=[{"barcode": "9506000134352"}])
    text = {"subject": "Kettle", "description": f"<p>{item.item_name} burned my hand</p>"}
    triage, study = factory.in_triage(), factory.investigation()
    cause = factory.make(
        "Root Cause",
        investigation=study.name,
        title="Mould too cold",
        category="machine",
        method="other",
        description="x",
        verification_method="x",
    )
    sent: dict[str, list[dict]] = {
        "complaint.register": [{"data": text}],
        "complaint.register_many": [{"data": [text | {"idempotency_key": factory.unique("key")}, {}]}],
        "intake.parties": [{"txt": phone}, {"txt": "Customer"}],
        "intake.products": [{"txt": "(01)09506000134352"}, {"txt": item.name}],
        "intake.look": [
            {"data": text | {"contact_phone": phone, "complainant_name": "A."}, "propose_handler": 1}
        ],
        "complaint.overview": [
            {"name": triage.name},
            *({"name": one.name, "doctype": one.doctype} for one in (study, cause, factory.capa())),
        ],
        "complaint.take_step": [{"name": factory.complaint().name, "action": "Start Triage"}],
        "at_once.solve": [{"name": solvable().name, "values": SOLVED, "medium": "Phone", "given": "apology"}],
        "answers.note": [{"name": triage.name, "kind": "Answer", "medium": "Phone", "said": "Sorry."}],
    }
    user = factory.user(roles.AGENT, roles.MANAGER)
    found = {}
    for door in DOORS:
        for values in sent.get(door.path.removeprefix("complaint_qms.api."), []):
            way = "POST" if door.verb == "post" else "GET"
            answer = ask(way, f"/api/method/{door.path}", values, user=user)
            assert answer.status == 200, (door.path, answer.said)
            found.setdefault(door.path, []).append(answer.body)
    return found


def test_every_answer_is_told_of_in_full(told):
    """Schemas are closed: what the server answers beyond them is noticed here."""
    open_ones = [
        name for name, of in SCHEMAS.items() if name != "Error" and of["additionalProperties"] is not False
    ]
    assert not open_ones
    found = answers(told)
    assert {door.path for door in DOORS if door.path != RAW} == found.keys()
    for path, bodies in found.items():
        for way in told["paths"][f"/api/method/{path}"].values():
            schema = way["responses"]["200"]["content"]["application/json"]["schema"]
            validator = Draft202012Validator({**schema, "components": told["components"]})
            for body in bodies:
                said = {key: value for key, value in body.items() if not key.startswith("_")}
                assert [error.message[:300] for error in validator.iter_errors(said)] == [], path
    looked = found["complaint_qms.api.intake.look"][0]["message"]["candidates"]
    assert looked["who"]
    assert looked["what"]


def test_fields_say_what_they_take(told):
    fields = told["components"]["schemas"]["Complaint"]["properties"]
    assert fields["subject"]["maxLength"] == 140
    assert set(fields["urgency"]["enum"]) == {"low", "normal", "high", "critical", "", None}
    assert fields["qty"]["type"] == ["number", "null"]
    assert fields["received_at"]["format"] == "date-time"
    assert fields["customer"]["x-links-to"] == "Customer"
    assert set(fields["evidence"]["items"]["properties"]) >= {"file", "kind"}
    assert fields["idempotency_key"]["minLength"] == 1
    assert not {"stage", "workflow_state", "naming_series", "closed_by", "sla_status"} & set(fields)


def test_a_field_that_the_site_adds_is_in_it():
    field = {
        "dt": "Complaint",
        "fieldname": "shop_order",
        "label": "Shop Order",
        "fieldtype": "Data",
        "length": 20,
    }
    meta = frappe.get_meta("Complaint")
    meta.fields.append(frappe._dict(field, parent="Complaint"))
    try:
        assert (
            openapi_document()["components"]["schemas"]["Complaint"]["properties"]["shop_order"]["maxLength"]
            == 20
        )
    finally:
        meta.fields.pop()


EACH = 4


@pytest.mark.slow
@pytest.mark.commits
def test_the_server_answers_as_it_says(server):
    """schemathesis: requests made from the document, right ones and wrong ones, and each answer held against it."""
    user = frappe.get_doc("User", factory.user(roles.AGENT, roles.MANAGER))
    user.api_key, user.api_secret = frappe.generate_hash(length=15), "secret-of-the-test"
    user.save(ignore_permissions=True)
    known = factory.complaint().name
    frappe.db.commit()
    headers = {"Authorization": f"token {user.api_key}:secret-of-the-test"}
    held = [
        checks.not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
    ]
    asked = []

    def send(case):
        # What is no JSON at all the framework answers itself, with 500, before any app is asked.
        assume(not isinstance(case.body, bytes | str))
        for values in (case.body, case.query):
            if isinstance(values, dict) and isinstance(values.get("name"), str) and len(asked) % 2:
                values["name"] = known
        response = case.call(base_url=server, headers=headers, timeout=60)
        asked.append(response.status_code)
        case.validate_response(response, checks=held)

    for found in schemathesis.openapi.from_dict(openapi_document()).get_all_operations():
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                requests = found.ok().as_strategy(generation_mode=mode)
                play = given(requests)(send)
                settings(
                    max_examples=EACH,
                    deadline=None,
                    database=None,
                    derandomize=True,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                )(play)()
            except Unsatisfiable:  # a door without arguments has no wrong ones
                assert found.ok().path.endswith("openapi.document")
    assert len(asked) >= EACH * len(DOORS)
    assert {200, 417} <= set(asked)
