"""Electronic signatures of complaints: needed on every way in, whose turn it is, how a signer proves who they are, what they are bound to."""

from __future__ import annotations

import json
from datetime import datetime

import frappe
import pyotp
import pytest
from frappe import twofactor
from frappe.desk.doctype.kanban_board.kanban_board import update_order_for_single_card
from frappe.model.workflow import apply_workflow, bulk_workflow_approval

from complaint_qms.api import signatures as door
from complaint_qms.constants import roles
from complaint_qms.constants.board import BOARD
from complaint_qms.constants.signatures import SIGNATURE
from complaint_qms.engine.sop.signing import seal
from complaint_qms.exceptions import GateError
from complaint_qms.services.lifecycle.guard import step_to, take_step
from complaint_qms.services.lifecycle.overview import overview
from complaint_qms.services.paper.sheet import quality_record_sheet
from complaint_qms.services.signatures.given import manifest
from tests.desk import factory
from tests.desk.signed_steps import (
    CLOSED,
    CLOSING,
    ask_for,
    closer,
    kept,
    ready,
    refused,
    regulate,
    rule,
    sign,
    tried,
)


@pytest.fixture(autouse=True)
def regulated(site) -> None:
    regulate()


@pytest.mark.smoke
def test_a_step_is_taken_with_its_signature_which_shows_who_when_and_what_for() -> None:
    doc, person = ready(), closer()
    with factory.as_user(person):
        step = next(one for one in overview(doc)["next"] if one["to_stage"] == "closed")
        assert (step["missing"], step["signature"]["moves"]) == ([], True)
        answer = sign(doc, action=step["action"], values={"closing_summary": "Explained."})
    assert doc.reload().stage == "closed"
    assert (doc.closed_by, doc.closing_summary) == (person, "Explained.")
    assert answer["wanted"] == []
    (row,) = kept(doc)
    name = frappe.utils.get_fullname(person)
    assert (row.user, row.full_name, row.meaning, row.stage) == (person, name, CLOSING, "closed")
    assert datetime.fromisoformat(row.time_stamp).utcoffset() is not None
    assert (row.first_in_session, row.identified_by, bool(row.step_taken_at)) == (1, "by_password", True)
    assert row.seal == seal(manifest(row))
    (shown,) = answer["given"]
    assert (shown["name"], shown["holds"], shown["is_former"]) == (name, True, False)
    assert tried(doc, "sign") == [{"meaning": CLOSING, "signature": row.name}]
    section = next(
        one for one in quality_record_sheet(doc)["sections"] if one["title"] == "Electronic Signatures"
    )
    assert section["tables"][0]["rows"][0][:2] == [CLOSING, name]


def test_no_way_in_takes_the_step_without_its_signature() -> None:
    """Workflow buttons one by one and in bulk, REST, the board, a save of the form, an import, a job."""
    doc, person = ready(), closer()
    action = next(one["action"] for one in overview(doc)["next"] if one["to_stage"] == "closed")
    state = next(one["to_state"] for one in overview(doc)["next"] if one["to_stage"] == "closed")

    def save_with(**values: object) -> None:
        frappe.get_doc("Complaint", doc.name).update(values).save()

    with factory.as_user(person):
        for way in (
            lambda: take_step(frappe.get_doc("Complaint", doc.name), action, {}),
            lambda: step_to(frappe.get_doc("Complaint", doc.name), "closed", {}),
            lambda: apply_workflow(frappe.get_doc("Complaint", doc.name).as_dict(), action),
            lambda: save_with(workflow_state=state),
            lambda: frappe.client.set_value("Complaint", doc.name, "workflow_state", state),
            lambda: frappe.client.save({**frappe.get_doc("Complaint", doc.name).as_dict(), "workflow_state": state}),
            lambda: update_order_for_single_card(BOARD, doc.name, doc.workflow_state, state, 0, 0),
        ):  # fmt: skip
            frappe.db.savepoint("way")
            with pytest.raises(GateError, match=CLOSING):
                way()
            frappe.db.rollback(save_point="way")
    save_with(stage="closed")  # a stage that is sent moves nothing
    with pytest.raises(GateError, match=CLOSING):
        save_with(workflow_state=state)  # as Administrator, as jobs and rules do
    assert frappe.db.get_value("Complaint", doc.name, "stage") == "review"
    assert kept(doc) == []


@pytest.mark.commits
def test_steps_of_many_records_at_once_are_signed_by_nobody() -> None:
    doc, person = ready(), closer()
    frappe.db.commit()
    with factory.as_user(person):
        bulk_workflow_approval(json.dumps([doc.name]), "Complaint", "Close")
    assert frappe.db.get_value("Complaint", doc.name, "stage") == "review"
    frappe.clear_messages()


def test_nobody_makes_changes_or_deletes_a_signature() -> None:
    doc = ready()
    with factory.as_user(closer()):
        sign(doc, action="Close")
    (row,) = kept(doc)
    stored = frappe.get_doc(SIGNATURE, row.name)
    copied = {**row, "name": None, "doctype": SIGNATURE, "flags": {"is_given": True}, "__islocal": 1}
    for user in ("Administrator", closer(), factory.person(roles.AUDITOR)):
        with factory.as_user(user):
            for act in (
                lambda: frappe.get_doc(copied).insert(),
                lambda: frappe.client.insert(copied),
                lambda: frappe.client.set_value(SIGNATURE, row.name, "meaning", "Another"),
                lambda: stored.update({"meaning": "Another"}).save(),
                lambda: stored.db_set("meaning", "Another"),
                lambda: frappe.delete_doc(SIGNATURE, row.name, force=True),
                lambda: frappe.rename_doc(SIGNATURE, row.name, "another"),
            ):
                frappe.db.savepoint("act")
                with pytest.raises((frappe.PermissionError, frappe.ValidationError)):
                    act()
                frappe.db.rollback(save_point="act")
    assert kept(doc) == [row]


def test_who_signs_proves_it_and_failures_are_told_and_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    doc, person = ready(), closer()
    with factory.as_user(person):
        refused(lambda: sign(doc, password="wrong"), "Your Password", person)
        refused(lambda: sign(doc, password=""), "Your Password")
        refused(lambda: sign(doc, user_id=""), "Your User ID")
        refused(lambda: sign(doc, user_id="somebody@else.example"), "Your User ID")
        assert [one["why"] for one in tried(doc, "sign_failed")] == [
            "password",
            "password",
            "user_id",
            "user_id",
        ]
        assert not frappe.get_all(
            "Quality Audit Entry", {"detail": ("like", "%wrong%"), "kind": "sign_failed"}
        )
        for _time in range(30):
            with pytest.raises(frappe.ValidationError) as told:
                sign(doc, password="wrong")
            if "locked" in str(told.value):
                break
        refused(lambda: sign(doc), "locked", person)
        assert tried(doc, "sign_failed")[-1]["why"] == "locked"
    other = closer()
    with factory.as_user(other):
        frappe.db.delete("__Auth", {"doctype": "User", "name": other})
        refused(lambda: sign(doc), "another service", "administrator")
    behind = closer()
    with factory.as_user(behind):
        monkeypatch.setitem(frappe.session, "data", frappe._dict(impersonated_by="Administrator"))
        refused(lambda: sign(doc), "Nobody signs in the name of somebody else")
    assert kept(doc) == []
    assert doc.reload().stage == "review"


def test_later_signatures_of_a_session_ask_for_the_password_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, person = ready(), ready(), closer()
    with factory.as_user(person):
        monkeypatch.setattr(frappe.session, "sid", "a session of its own")
        assert door.asked() == {"user_id": True, "code": "", "sends_code": False}
        sign(first)
        assert door.asked()["user_id"] is False
        sign(second, user_id="")
        refused(lambda: sign(second, user_id="else"), "no signature")
        monkeypatch.setattr(frappe.session, "sid", "the next session")
        assert door.asked()["user_id"] is True
    assert [row.first_in_session for row in (*kept(first), *kept(second))] == [1, 0]


def test_a_second_factor_is_asked_for_where_the_user_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    doc, person = ready(), closer()
    monkeypatch.setattr(twofactor, "should_run_2fa", lambda user: user == person)
    monkeypatch.setattr(twofactor, "get_verification_method", lambda: "OTP App")
    with factory.as_user(person):
        assert door.asked()["code"] == "OTP App"
        refused(lambda: sign(doc), "Verification Code")
        refused(lambda: sign(doc, code="abc"), "Verification Code")
        refused(
            lambda: door.send_code("Complaint", doc.name, "closed", CLOSING, factory.PASSWORD),
            "authenticator app",
        )
        monkeypatch.setattr(twofactor, "get_verification_method", lambda: "Email")
        sent: list[str] = []

        def send(_user: str, token: int, secret: str) -> dict:
            sent.append(pyotp.HOTP(secret).at(token))
            return {"token_delivery": True}

        monkeypatch.setattr(twofactor, "get_verification_obj", send)
        refused(lambda: door.send_code("Complaint", doc.name, "closed", CLOSING, "wrong"), "Your Password")
        door.send_code("Complaint", doc.name, "closed", CLOSING, factory.PASSWORD)
        sign(doc, code=sent[0])
        assert kept(doc)[0].identified_by == "by_password_and_code"
        secret = twofactor.get_otpsecret_for_(person)
        monkeypatch.setattr(twofactor, "get_verification_method", lambda: "OTP App")
        other, third = ready(), ready()
        # The same code, whatever the clock says meanwhile.
        code = pyotp.TOTP(secret).now()
        monkeypatch.setattr(pyotp.TOTP, "verify", lambda _self, given: given == code)
        sign(other, code=code)
        refused(lambda: sign(third, code=code), "Verification Code")
    assert len(kept(other)) == 1
    assert kept(third) == []


def test_signers_keep_their_order_and_do_not_stand_for_each_other() -> None:
    ask_for(
        rule("Reviewed", roles.MANAGER, 1),
        rule("Approved", roles.QUALITY_MANAGER, 2),
        rule("Approved", roles.REGULATORY, 2),
    )
    doc, both, other = ready(), closer(), factory.person(roles.REGULATORY)
    with factory.as_user(other):
        refused(lambda: sign(doc, "Approved"), "signed after", "Reviewed")
        refused(lambda: sign(doc, "Reviewed"), "one of these roles", roles.MANAGER)
        refused(lambda: sign(doc, "Anything"), "needs no signature")
    with factory.as_user(both):
        wanted = door.standing("Complaint", doc.name)["wanted"]
        assert [(one["meaning"], one["is_mine"], one["moves"]) for one in wanted] == [
            ("Reviewed", True, False),
            ("Approved", False, False),
        ]
        refused(lambda: sign(doc, "Reviewed", action="Close"), "Approved")
        assert kept(doc) == []
        sign(doc, "Reviewed")
        refused(lambda: sign(doc, "Approved", action="Close"), "You have signed", "Reviewed")
    with factory.as_user(other):
        sign(doc, "Approved")
    with factory.as_user(closer()):
        take_step(doc.reload(), "Close", {})
    assert doc.stage == "closed"
    assert [bool(row.step_taken_at) for row in kept(doc)] == [True, True]


def test_who_had_a_part_does_not_sign_where_the_rule_says_so() -> None:
    ask_for(rule("Approved", roles.QUALITY_MANAGER, is_without_part=1))
    person = closer()
    with factory.as_user(person):
        doc = factory.complaint()
    for action, changes in (
        ("Start Triage", {}),
        ("Solve Directly", {**factory.TRIAGED, "no_investigation_reason": "Known cause"}),
        ("Ask the Customer", {"reply": "Sorry", "remedy_required": "no", "no_remedy_reason": "Information"}),
        ("Execute", {"reply_sent_at": frappe.utils.now_datetime(), "customer_agreement": "agreed"}),
        ("Send to Review", {}),
    ):
        factory.tick_all(doc)
        take_step(doc, action, changes)
    with factory.as_user(person):
        refused(lambda: sign(doc, "Approved"), "You had a part")


def test_any_later_edit_shows_and_what_was_reopened_is_signed_anew() -> None:
    doc, person = ready(), closer()
    with factory.as_user(person):
        sign(doc)
        doc.reload().closing_summary = "Something else"
        doc.save()
        assert [one["holds"] for one in door.standing("Complaint", doc.name)["given"]] == [False]
        with pytest.raises(GateError, match="before the record was changed"):
            take_step(doc.reload(), "Close", {})
        sign(doc, action="Close")
        given = door.standing("Complaint", doc.name)["given"]
        assert [(one["holds"], one["is_former"]) for one in given] == [(True, False), (False, True)]
        take_step(doc.reload(), "Reopen", {"reopen_reason": "It broke again"})
    while doc.stage != "review":
        step = next(one for one in overview(doc)["next"] if one["primary"] or one["kind"] == "forward")
        factory.tick_all(doc)
        take_step(
            doc,
            step["action"],
            {
                "investigate": {},
                "solve": {"no_investigation_reason": "Known cause"},
                "confirm": {"reply": "Sorry", "remedy_required": "no", "no_remedy_reason": "Information"},
                "execute": {"reply_sent_at": frappe.utils.now_datetime(), "customer_agreement": "agreed"},
            }.get(step["to_stage"], {}),
        )
    doc.update(CLOSED)
    doc.save()
    with factory.as_user(closer()):
        with pytest.raises(GateError, match=CLOSING):
            take_step(doc.reload(), "Close", {})
        sign(doc, action="Close")
    frappe.db.set_value("Complaint", doc.name, "closing_summary", "Past the app")
    shown = door.standing("Complaint", doc.name)["given"][0]
    assert (shown["holds"], shown["is_former"]) == (False, False)
    said = json.dumps(quality_record_sheet(doc.reload())["sections"], default=str)
    assert "No longer holds: the record was changed after." in said
    frappe.db.set_value("Complaint", doc.name, "closing_summary", "Told.")
    assert door.standing("Complaint", doc.name)["given"][0]["holds"] is True
