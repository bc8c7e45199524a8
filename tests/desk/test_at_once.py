"""Solving a complaint at once: only where its SOP allows it, by every way in, with its trace, and never by one person alone."""

from __future__ import annotations

from typing import Any

import frappe
import pytest
from frappe.model.document import Document
from frappe.model.workflow import apply_workflow
from frappe.utils import get_datetime, now_datetime

from complaint_qms.api import at_once as api
from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from complaint_qms.services.intake import preview
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.lifecycle.overview import overview
from complaint_qms.services.reporting.sop_performance import SopPerformance
from tests.desk import at_once_sop, factory

pytestmark = pytest.mark.usefixtures("site")

TOLD = {
    "reply": "The lamp is dimmed with the left key.",
    "customer_agreement": "agreed",
    "harm_level": "none",
}
ENDING = {
    "closing_decision": "justified",
    "closing_summary": "Told how.",
    "capa_required": "no",
    "no_capa_reason": "x",
}
STEP = "Solve at Once"


@pytest.fixture
def kind() -> str:
    return at_once_sop.some_type()


sop = at_once_sop.make


def easy(kind: str, **values: Any) -> Document:
    words = {"subject": "How to dim the lamp", "description": "They cannot find the key."}
    return factory.complaint(
        **{**words, "complaint_type": kind, "severity": "Minor", "product_model": "Lamp", **values}
    )


def solve(doc: Document, **more: Any) -> dict[str, Any]:
    values = {**TOLD, **{key: more.pop(key) for key in list(more) if key not in ("medium", "at", "given")}}
    return api.solve(doc.name, values, **{"medium": "Phone", "given": "explanation", **more})


def refused(act: Any) -> dict[str, str]:
    """Field → sentence of each thing that a refusal names."""
    frappe.local.response.pop("missing", None)
    with pytest.raises(GateError):
        act()
    return {row["field"] or row["gate"]: row["message"] for row in frappe.local.response["missing"]}


def run_workflow(active: int) -> None:
    frappe.db.set_value("Workflow", "Complaint", "is_active", active)
    frappe.clear_cache(doctype="Complaint")
    frappe.clear_document_cache("Workflow", "Complaint")


def offers(doc: Document) -> bool:
    return any(row["action"] == STEP for row in overview(frappe.get_doc("Complaint", doc.name))["next"])


def test_one_talk_is_the_whole_way_and_a_second_person_closes(kind: str) -> None:
    by = sop(
        kind,
        first_response_time=3600,
        stages=[{"stage": stage, "time_limit": 3600} for stage in ("intake", "triage", "solve", "review")],
        checks=[{"stage": "triage", "check": "Lot asked for", "mandatory": 1}],
    )
    assert (by.at_once_decided_by, by.at_once_role) == ("Administrator", roles.AGENT)
    agent, boss = factory.person(roles.AGENT), factory.person(roles.MANAGER)
    with factory.as_user(agent):
        told = preview.look({"complaint_type": kind, "severity": "Minor", "subject": "How to dim it"})[1]
        assert told["at_once"]
        assert told["not_at_once"] == []
        grave = {"complaint_type": kind, "severity": "Serious", "description": "It burned my hand."}
        told = preview.look(grave)[1]
        assert (told["at_once"], len(told["not_at_once"])) == (False, 2)
        assert told["not_at_once"][1].startswith(
            "The text tells of harm: first somebody with the role Complaint Manager or"
        )
        doc = easy(kind)
        assert offers(doc)
        (step,) = [row for row in overview(doc)["next"] if row["action"] == STEP]
        assert (step["kind"], step["primary"]) == ("side", False), "it is no next step"
        assert {"reply", "reply_sent_at", "customer_agreement", "harm_level"} <= {*step["fields"]}
        assert not {"is_complaint", "triage_rationale", "no_investigation_reason"} & {*step["fields"]}
        # From a list, where nobody is asked anything, it is not offered.
        door = frappe.override_whitelisted_method("frappe.model.workflow.get_common_transition_actions")
        listed = frappe.get_attr(door)(docs=[doc.as_dict()], doctype="Complaint")
        assert (STEP in listed, "Start Triage" in listed) == (False, True)
        solve(doc)
        doc.reload()
        assert (doc.stage, doc.at_once_sop, doc.complaint_owner) == ("review", by.name, agent)
    said = f"By SOP {by.name}, version 1: {at_once_sop.WHY}"
    assert (doc.is_complaint, doc.triage_decided_by, doc.triage_rationale) == ("yes", agent, said)
    assert (doc.no_investigation_reason, doc.no_investigation_decided_by) == (said, "Administrator")
    assert get_datetime(doc.no_investigation_decided_at) == get_datetime(by.at_once_decided_at)
    assert (doc.reportable, doc.reportable_decided_by) == ("no", "Administrator")
    assert get_datetime(doc.reportable_since) == get_datetime(by.at_once_decided_at), "when its author did"
    assert (doc.remedy_required, doc.no_remedy_reason) == ("no", "Given at once: Explanation")
    note = frappe.get_last_doc("Communication", {"reference_name": doc.name, "communication_medium": "Phone"})
    assert TOLD["reply"] in note.content
    assert (doc.reply_sent_by, doc.response_status) == (agent, "met")
    assert doc.first_response_at == doc.reply_sent_at
    # The log knows which stages were visited, and what was passed over by which SOP.
    assert [(row.stage, bool(row.left_at)) for row in doc.stage_log] == [("intake", True), ("review", False)]
    assert doc.stage_log[0].status == "met"
    passed = f"Solved at once as SOP {by.name}, version 1, allows; passed over: Triage; Investigation; Solution; Confirmation; Execution"
    assert doc.stage_log[1].reason == passed
    assert any(passed in row["text"] for row in told_of(doc))
    assert (doc.stage_status, bool(doc.stage_due)) == ("on_track", True), "the clock of the review runs"
    assert [row["status"] for row in overview(doc)["steps"]][:3] == ["done", "skipped", "skipped"]
    assert [row.check for row in doc.checklist] == [], "checks of stages that are passed over are not asked"
    with factory.as_user(boss):
        doc = frappe.get_doc("Complaint", doc.name)
        take_step(doc, "Close", ENDING)
        share = next(
            row for row in SopPerformance({"sop": by.name}).summary() if row["label"] == "Solved at Once"
        )
        assert share["value"] == "100.0%"
        take_step(doc, "Reopen", {"reopen_reason": "It flickers."})
    assert (doc.stage, doc.at_once_sop, doc.no_investigation_reason) == ("investigate", None, None)
    assert not any(doc.get(name) for name in ("reportable", "reportable_since", "reportable_decided_by"))
    assert (doc.triage_rationale, doc.is_complaint, doc.triage_decided_by) == (None, "yes", agent)
    missing = next(row for row in overview(doc)["next"] if row["to_stage"] == "solve")["missing"]
    assert "no_investigation_reason" in {row["field"] for row in missing}


def told_of(doc: Document) -> list[dict[str, Any]]:
    return [
        {"text": frappe.utils.strip_html(row.content)}
        for row in frappe.get_all(
            "Comment", {"reference_name": doc.name, "comment_type": "Info"}, ["content"], order_by="creation"
        )
    ]


def test_who_solved_it_does_not_close_it_whatever_roles_they_hold(kind: str) -> None:
    sop(kind)
    both = factory.person(roles.AGENT, roles.MANAGER)
    with factory.as_user(both):
        doc = easy(kind)
        solve(doc)
        doc.reload()
        with pytest.raises(GateError, match="somebody else has to review and close"):
            take_step(doc, "Close", ENDING)
        # Taken back to be solved anew, it is no complaint that was solved at once, and needs a reason of its own.
        doc.reload()
        take_step(doc, "Investigate Again", {})
        assert (doc.at_once_sop, doc.no_investigation_reason) == (None, None)


def test_what_somebody_decided_themselves_keeps_their_words_and_name(kind: str) -> None:
    by = sop(kind)
    boss, agent = factory.person(roles.MANAGER), factory.person(roles.AGENT)
    doc = easy(kind)
    with factory.as_user(boss):
        doc.update({"no_investigation_reason": "Looked at in May.", "triage_rationale": "Seen"})
        doc.update({"is_complaint": "yes"}).save()
    with factory.as_user(agent):
        solve(doc)
    with factory.as_user(boss):
        doc = frappe.get_doc("Complaint", doc.name)
        assert (doc.no_investigation_decided_by, doc.reportable_decided_by) == (boss, "Administrator")
        doc.update({"reportable": "assessing", "awareness_date": frappe.utils.today()}).save()
        take_step(doc, "Investigate Again", {})
    assert (doc.at_once_sop, doc.at_once_given) == (None, None)
    assert (doc.no_investigation_reason, doc.no_investigation_decided_by) == ("Looked at in May.", boss)
    assert (doc.triage_rationale, doc.triage_decided_by, doc.reportable) == ("Seen", boss, "assessing")
    # What was prepared and not decided is told, and not put under the name of the SOP's author.
    doc = easy(kind, no_investigation_reason="Heard it <b>often</b>.")
    doc.db_set("no_investigation_decided_by", None)
    with factory.as_user(agent):
        solve(doc)
    doc.reload()
    assert (doc.no_investigation_reason, doc.no_investigation_decided_by) == (
        f"By SOP {by.name}, version 1: {at_once_sop.WHY}",
        "Administrator",
    )
    assert any("Heard it" in row["text"] for row in told_of(doc))


def test_nobody_gets_round_it_by_writing_less_in_the_same_save(kind: str) -> None:
    sop(kind)
    doc = easy(kind)
    with factory.as_user(factory.person(roles.MANAGER)):
        doc.update({"severity": "Serious"}).save()
    with factory.as_user(factory.person(roles.AGENT)):
        frappe.db.savepoint("refusal")
        found = refused(lambda: solve(doc, severity="Minor"))
        assert "Severity Serious is not solved at once" in found["severity"]
        frappe.db.rollback(save_point="refusal")
        doc.reload()
        doc.update({"severity": "Minor", "description": "It burned my hand."}).save()
        frappe.db.savepoint("refusal")
        found = refused(lambda: solve(doc, description="Which key?"))
        assert "The text tells of harm" in found["reportable"]
        frappe.db.rollback(save_point="refusal")
    assert frappe.db.get_value("Complaint", doc.name, ("stage", "description")) == (
        "intake",
        "It burned my hand.",
    )


@pytest.mark.parametrize(
    ("grave", "less", "field", "words"),
    [
        ({"severity": "Serious"}, {"severity": "Minor"}, "severity", "Severity was Serious before"),
        ({"harm_level": "minor"}, {"harm_level": "none"}, "harm_level", "It was recorded before"),
        ({"description": "It burned my hand."}, {"description": "Which key?"}, "reportable", "tells of harm"),
    ],
)
def test_nobody_gets_round_it_by_writing_less_before(
    kind: str, grave: dict[str, str], less: dict[str, str], field: str, words: str
) -> None:
    sop(kind)
    agent, manager = factory.person(roles.AGENT), factory.person(roles.MANAGER)
    doc = easy(kind, **grave)
    with factory.as_user(agent):
        doc.update(less).save(ignore_version=False)
        frappe.db.savepoint("refusal")
        assert words in refused(lambda: solve(doc))[field]
        frappe.db.rollback(save_point="refusal")
        assert any(words in why for why in overview(frappe.get_doc("Complaint", doc.name))["not_at_once"])
    # What a rule writes, as Administrator, judges nothing.
    doc.reload()
    doc.update(grave).save(ignore_version=False)
    doc.update(less).save(ignore_version=False)
    with factory.as_user(agent):
        frappe.db.savepoint("refusal")
        assert words in refused(lambda: solve(frappe.get_doc("Complaint", doc.name)))[field]
        frappe.db.rollback(save_point="refusal")
    # What somebody judges whose part that is, they answer for.
    with factory.as_user(manager):
        for values in (grave, less):
            doc.reload()
            doc.update(values).save(ignore_version=False)
    with factory.as_user(agent):
        assert solve(doc)["stage"] == "review"


def test_each_thing_that_is_missing_or_speaks_against_it_is_named(kind: str) -> None:
    sop(kind)
    doc = easy(kind)
    for given, field, words in (
        ({"severity": "Serious"}, "severity", "Severity Serious is not solved at once"),
        ({"severity": ""}, "severity", "Choose the severity"),
        ({"harm_level": "minor"}, "harm_level", "Somebody was harmed"),
        ({"harm_level": ""}, "harm_level", "Answer whether anybody was harmed"),
        ({"reportable": "assessing"}, "reportable", "may be reportable"),
        ({"reply": ""}, "reply", "Write the solution"),
        ({"reply": "", "no_reply_reason": "Anonymous"}, "reply", "Write the solution"),
        ({"medium": ""}, "reply_sent_at", "Enter when the customer was told"),
        ({"customer_agreement": ""}, "customer_agreement", "Record what the customer answered"),
        ({"customer_agreement": "disagreed"}, "customer_agreement", "Only what"),
        ({"customer_agreement": "no_answer", "agreement_note": "x"}, "customer_agreement", "Only what"),
        ({"product_model": ""}, "product_model", "Name the product"),
        ({"given": ""}, "remedy_required", "Decide whether the customer gets a remedy"),
        ({"given": "", "remedy_required": "yes"}, "settlement_html", "Propose a settlement"),
        ({"is_complaint": "no", "triage_rationale": "A question"}, "is_complaint", "not a complaint"),
    ):
        frappe.db.savepoint("refusal")
        found = refused(lambda given=given: solve(doc, **given))
        assert words in found[field], (given, found)
        frappe.db.rollback(save_point="refusal")
    for values, field, words in (
        ({"severity": "Serious"}, "severity", "Severity Serious is not solved at once"),
        ({"description": "It burned my hand."}, "reportable", "The text tells of harm"),
        (
            {"description": "Beim Wechseln hat sich ein Kunde die Hand verbrannt."},
            "reportable",
            "The text tells of harm",
        ),
        ({"harm_level": "minor"}, "harm_level", "Somebody was harmed"),
    ):
        doc.reload()
        doc.update({"severity": "Minor", "harm_level": "", "description": "The key.", **values})
        doc.save()
        assert not offers(doc)
        # Whoever would do it is told why not here.
        assert any(words in why for why in overview(doc)["not_at_once"])
        assert words in refused(lambda: solve(doc))[field]
    for ways, words in (({"given": "money"}, "there is no “money”"), ({"medium": "Pigeon"}, "“Pigeon”")):
        with pytest.raises(frappe.ValidationError, match=words):
            solve(doc, **ways)
    doc.db_set({"settlement_status": "proposed", "remedy_required": "yes"})
    with pytest.raises(frappe.ValidationError, match="a settlement says what the customer gets"):
        solve(doc, given="apology")
    assert doc.get_value("remedy_required") == "yes"


def test_an_sop_says_whether_and_who_and_every_way_in_asks_it(kind: str) -> None:
    by = sop(kind, allow_at_once=0)
    doc = easy(kind)
    assert not offers(doc)
    assert "does not allow" in refused(lambda: solve(doc))["sop"]
    full = {
        **TOLD,
        "is_complaint": "yes",
        "reportable": "no",
        "triage_rationale": "x",
        "complaint_owner": "Administrator",
        "no_investigation_reason": "x",
        "remedy_required": "no",
        "no_remedy_reason": "x",
        "reply_sent_at": now_datetime(),
    }

    def framework() -> None:
        one = frappe.get_doc("Complaint", doc.name).update(full)
        apply_workflow(one.as_dict(), STEP)

    def state() -> None:
        one = frappe.get_doc("Complaint", doc.name).update(full)
        one.workflow_state = "Final Review"
        one.save()

    def stage() -> None:
        one = frappe.get_doc("Complaint", doc.name).update(full)
        one.stage = "review"
        run_workflow(0)
        try:
            one.save()
        finally:
            run_workflow(1)

    for way in (framework, state, stage):
        assert "does not allow" in refused(way)["sop"], way.__name__
    born = {
        "doctype": "Complaint",
        "subject": "x",
        "description": "x",
        "complainant_name": "x",
        "company": doc.company,
        "complaint_type": kind,
        "workflow_state": "Final Review",
        **full,
    }
    with pytest.raises(frappe.ValidationError):
        frappe.get_doc(born).insert()
    # What an SOP has decided is its own: a request claims neither the permission nor the names.
    sent = frappe.get_doc("Complaint", doc.name)
    sent.at_once_sop, sent.no_investigation_decided_by = by.name, "Administrator"
    sent.save()
    assert (sent.at_once_sop, sent.no_investigation_decided_by) == (None, None)
    duty = factory.make("Role", role_name=factory.unique("Duty")).name
    by.update({**at_once_sop.ALLOWED, "at_once_role": duty}).save()
    with factory.as_user(factory.person(roles.AGENT)):
        assert not offers(doc)
        assert overview(doc)["not_at_once"] == [], "it is nothing of theirs"
        assert f"role {duty}" in refused(lambda: solve(doc))["SOP"]
    with factory.as_user(factory.person(roles.AGENT, duty)):
        assert offers(doc)
        solve(doc)
    other = easy(kind)
    with factory.as_user(factory.person(roles.INVESTIGATOR, duty)), pytest.raises(GateError, match="no step"):
        solve(other)


def test_a_complaint_in_triage_and_a_mail_that_went_out(kind: str) -> None:
    sop(kind)
    doc = easy(kind)
    take_step(doc, "Start Triage", {})
    doc.update({"reply": "Use the left key.", "reply_sent_at": now_datetime()})
    doc.save()
    api.solve(doc.name, {"customer_agreement": "agreed", "harm_level": "none"}, given="information")
    doc.reload()
    assert (doc.stage, doc.reply) == ("review", "Use the left key.")
    assert [row.stage for row in doc.stage_log] == ["intake", "triage", "review"]
    assert not frappe.db.exists("Communication", {"reference_name": doc.name})
    told = easy(kind)
    told.update({"reply": "x", "reply_sent_at": now_datetime()}).save()
    with pytest.raises(frappe.ValidationError, match="“Pigeon”"):
        api.solve(told.name, TOLD, medium="Pigeon")
    # A reply that was written before and is told on the phone is noted as what was said.
    doc = easy(kind, reply="Use the right key.")
    answers = {"customer_agreement": "agreed", "harm_level": "none"}
    api.solve(doc.name, answers, medium="Phone", given="information")
    note = frappe.get_last_doc("Communication", {"reference_name": doc.name})
    assert ("Use the right key." in note.content, note.communication_medium) == (True, "Phone")
