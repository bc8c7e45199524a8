"""What an SOP asks at a hand-over: who may send back, and checks that a field, a file or a record shows to be done."""

from __future__ import annotations

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.lifecycle.overview import overview
from complaint_qms.services.sop import transfer
from tests.desk import factory

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def kind() -> str:
    name = factory.unique("Type")
    return factory.make("Complaint Type", complaint_type_name=name, type_key=factory.unique("type")).name


def sop(kind: str, **values: object) -> Document:
    return factory.make("Complaint SOP", sop_name=factory.unique("SOP"), complaint_type=kind, **values)


def missing(doc: Document, stage: str) -> list[tuple[str, str]]:
    """(field, sentence) of what an SOP asks before a step."""
    (step,) = [row for row in overview(doc)["next"] if row["to_stage"] == stage]
    return [(row["field"], row["message"]) for row in step["missing"] if row["gate"] == "SOP"]


def test_only_the_role_of_the_stage_sends_back_by_every_way(kind: str) -> None:
    duty = factory.make("Role", role_name=factory.unique("Duty")).name
    by = sop(kind, stages=[{"stage": "solve", "back_role": duty}])
    doc = factory.at_stage("solve", complaint_type=kind)
    assert doc.sop == by.name
    mine = factory.person(roles.MANAGER)
    chief = factory.person(roles.MANAGER, duty)
    back = next(row for row in overview(doc)["next"] if row["to_stage"] == "investigate")
    assert not back["blocked"], "the site itself may"
    with factory.as_user(mine):
        doc = frappe.get_doc("Complaint", doc.name)
        back = next(row for row in overview(doc)["next"] if row["to_stage"] == "investigate")
        assert f"only somebody with the role {duty} (" in back["blocked"]
        with pytest.raises(GateError, match=f"role {duty}"):
            take_step(doc, back["action"], {})
        doc.reload()
        doc.workflow_state = back["to_state"]
        with pytest.raises(GateError, match=f"role {duty}"):
            doc.save()
        doc.reload()
        take_step(
            doc, "Ask the Customer", {"reply": "Sorry", "remedy_required": "no", "no_remedy_reason": "Told"}
        )
    with factory.as_user(chief):
        doc = factory.at_stage("solve", complaint_type=kind)
        take_step(doc, back["action"], {})
        assert doc.stage == "investigate"


def test_a_field_a_file_and_a_record_show_that_a_check_is_done(kind: str) -> None:
    checks = [
        {"check": "Lot asked for", "proof": "field", "proof_field": "reported_lot"},
        {"check": "Photo is there", "proof": "file", "proof_file": "photo"},
        {"check": "CAPA is open", "proof": "record", "proof_record": "capa"},
        {"check": "Called back"},
    ]
    by = sop(kind, checks=[{"stage": "intake", "mandatory": 1, **row} for row in checks])
    same = transfer.from_file(transfer.as_file(by))
    assert [(row.proof, row.proof_field, row.proof_file, row.proof_record) for row in same.checks] == [
        (row.proof, row.proof_field, row.proof_file, row.proof_record) for row in by.checks
    ]
    doc = factory.complaint(complaint_type=kind)
    places = ["reported_lot", "evidence", "investigation_html", "checklist"]
    assert [field for field, _said in missing(doc, "triage")] == places
    assert missing(doc, "triage")[1][1] == (
        "The hand-over check “Photo is there” asks for a file of the kind “Photo”: add it under Evidence."
    )
    for row in doc.checklist:
        row.done = 1
    doc.save()
    assert [row.done for row in doc.checklist] == [0, 0, 0, 1], "nobody ticks what something else shows"
    with pytest.raises(GateError, match="Lot asked for"):
        take_step(doc, "Start Triage", {})
    doc.reload()
    doc.reported_lot = "L-1"
    doc.append("evidence", {"file": factory.upload().file_url, "kind": "document"})
    doc.save()
    assert [field for field, _said in missing(doc, "triage")] == ["evidence", "investigation_html"]
    doc.evidence[0].kind = "photo"
    doc.save()
    factory.capa(complaints=[{"complaint": doc.name}])
    assert missing(doc, "triage") == [], "also what was made since the complaint was saved"
    take_step(doc, "Start Triage", {})
    assert [row.done for row in doc.checklist] == [1, 1, 1, 1]
    assert doc.checklist[0].done_by == "Administrator"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"proof": "field", "proof_field": "closed_by"}, "no field of a complaint"),
        ({"proof": "field"}, "no field of a complaint"),
        ({"proof": "record"}, "choose the Kind of Record"),
    ],
)
def test_a_check_that_nobody_can_meet_is_refused(kind: str, row: dict, words: str) -> None:
    with pytest.raises(frappe.ValidationError, match=words):
        sop(kind, checks=[{"stage": "intake", "check": "This", **row}])
