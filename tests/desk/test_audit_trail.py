"""The audit trail: what is written with each change, who may read it and nobody may write it, and what a verification finds."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator

import frappe
import pytest
from frappe.model.rename_doc import rename_doc

from complaint_qms.constants import roles
from complaint_qms.constants.audit import ENTRY, RECORDED
from complaint_qms.controllers.record import Checked
from complaint_qms.engine.audit_entry import Apart
from complaint_qms.services import writing
from complaint_qms.services.compliance.audit_trail import sealing, verifying
from complaint_qms.services.evidence import disk
from complaint_qms.services.lifecycle.guard import take_step
from tests.desk import factory, tampering

pytestmark = pytest.mark.usefixtures("site")
ROUNDS = 500 if os.environ.get("QMS_FUZZ") == "all" else 2 * len(tampering.WAYS)
FIELDS = ("name", "kind", "happened_by", "way", "detail", "apart", "sequence", "transaction_id")


@pytest.fixture(autouse=True)
def own_head(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file with the head lies elsewhere: what a test links is rolled back, and its head with it."""
    monkeypatch.setattr(sealing, "head_path", lambda: tmp_path / "head.json")


def entries(doctype: str, name: str) -> list[frappe._dict]:
    found = frappe.get_all(
        ENTRY, {"document_type": doctype, "document_name": name}, FIELDS, order_by="name asc"
    )
    for entry in found:
        entry.detail, entry.apart = json.loads(entry.detail), Apart.read(entry.apart)
    return found


def outcome(**given: object) -> verifying.Outcome:
    return verifying.verify_trail(disk.sha256_of, **given)


def clear(entry: frappe._dict, field: str, table: str = "fields") -> list:
    return [entry.apart.shown(value) for value in entry.detail[table][field]]


class TestWhatIsWritten:
    def test_a_registration_is_one_whole_record(self):
        doc = factory.complaint(contact_email="jane@customer.example")
        first, *rest = entries("Complaint", doc.name)
        assert (first.kind, first.happened_by, first.way) == ("create", "Administrator", "command")
        assert first.detail["new"]["customer"] == doc.customer
        assert first.apart.shown(first.detail["new"]["contact_email"]) == "jane@customer.example"
        assert "jane@" not in json.dumps(first.detail)
        assert {entry.transaction_id for entry in (first, *rest)} == {first.transaction_id}

    def test_a_change_says_what_was_and_is_and_nothing_else(self):
        doc = factory.in_triage()
        before = len(entries("Complaint", doc.name))
        doc.update({"urgency": "critical", "closing_summary": "Seen"})
        doc.save()
        (entry,) = entries("Complaint", doc.name)[before:]
        assert entry.detail["fields"]["urgency"][1] == "critical"
        assert clear(entry, "closing_summary") == [None, "Seen"]
        assert "customer" not in entry.detail["fields"]
        doc.save()
        assert len(entries("Complaint", doc.name)) == before + 1

    def test_a_step_is_a_move(self):
        doc = factory.complaint()
        take_step(doc, "Start Triage", {})
        moves = [entry for entry in entries("Complaint", doc.name) if entry.kind == "move"]
        assert [entry.detail["fields"]["stage"] for entry in moves] == [["intake", "triage"]]

    def test_rows_that_come_change_and_go(self):
        doc = factory.capa()
        row = doc.actions[0]
        doc.actions[0].action = "Something else"
        doc.append(
            "actions", {"action": "One more", "action_owner": row.action_owner, "due_date": row.due_date}
        )
        doc.save()
        rows = entries("CAPA", doc.name)[-1].detail["rows"]["actions"]
        assert list(rows["~"]) == [row.name]
        assert len(rows["+"]) == 1

    def test_what_is_written_past_a_record_is_told_with_its_reason(self):
        doc = factory.complaint()
        writing.set_values("Complaint", doc.name, {"rating_comment": "Fine"}, "rated by the complainant")
        entry = entries("Complaint", doc.name)[-1]
        assert (entry.detail["why"], clear(entry, "rating_comment")) == (
            "rated by the complainant",
            [None, "Fine"],
        )
        row = doc.stage_log[0]
        writing.set_values(row.doctype, row.name, {"stage": "triage"}, "test")
        entry = entries("Complaint", doc.name)[-1]
        assert entry.detail["rows"]["stage_log"]["~"][row.name]["stage"] == ["intake", "triage"]

    def test_going_back_to_a_mark_takes_its_entries_along(self):
        doc = factory.complaint()
        before = len(entries("Complaint", doc.name))
        frappe.db.savepoint("here")
        doc.urgency = "critical"
        doc.save()
        assert len(entries("Complaint", doc.name)) > before
        frappe.db.rollback(save_point="here")
        assert len(entries("Complaint", doc.name)) == before
        assert outcome().found == 0

    def test_files_rights_settings_and_prints(self):
        doc = factory.complaint()
        file = factory.upload("Complaint", doc.name)
        told = entries("Complaint", doc.name)[-1]
        assert told.kind == "with_file"
        assert told.detail["of_file"]["evidence_sha256"] == disk.sha256_of(file.file_url)
        user = factory.user(roles.AGENT)
        account = frappe.get_doc("User", user)
        account.append("roles", {"role": roles.MANAGER})
        account.save()
        (added,) = entries("User", user)[-1].detail["rows"]["roles"]["+"].values()
        assert added["role"] == roles.MANAGER
        settings = frappe.get_single("Complaint QMS Settings")
        settings.survey_after_hours = (settings.survey_after_hours or 0) + 7
        settings.save()
        assert "survey_after_hours" in entries(settings.doctype, settings.doctype)[-1].detail["fields"]
        frappe.get_print("Complaint", doc.name)
        assert entries("Complaint", doc.name)[-1].kind == "print"

    def test_who_signed_in_as_somebody_else_stands_behind(self, monkeypatch):
        monkeypatch.setitem(frappe.session, "data", frappe._dict(impersonated_by="boss@here.example"))
        doc = factory.complaint()
        behind = frappe.get_all(ENTRY, {"document_name": doc.name}, pluck="acting_as", order_by="name asc")
        assert set(behind) == {"boss@here.example"}

    def test_every_recorded_doctype_goes_through_the_base_class(self):
        for doctype in RECORDED:
            assert issubclass(frappe.model.base_document.get_controller(doctype), Checked), doctype


class TestWhoMay:
    def test_nobody_writes_an_entry_by_any_door(self):
        doc = factory.complaint()
        name = entries("Complaint", doc.name)[0].name
        for user in ("Administrator", factory.user("System Manager", roles.QUALITY_MANAGER, roles.AUDITOR)):
            with factory.as_user(user):
                for door in (
                    lambda: frappe.get_doc({"doctype": ENTRY, "kind": "create"}).insert(ignore_permissions=True),
                    lambda: frappe.get_doc(ENTRY, name).save(ignore_permissions=True),
                    lambda: frappe.get_doc(ENTRY, name).db_set("kind", "change"),
                    lambda: frappe.delete_doc(ENTRY, name, force=True, ignore_permissions=True),
                    lambda: frappe.rename_doc(ENTRY, name, "other", force=True),
                    lambda: frappe.call("frappe.client.set_value", doctype=ENTRY, name=name, fieldname="kind", value="change"),
                    lambda: frappe.call("frappe.client.delete", doctype=ENTRY, name=name),
                ):  # fmt: skip
                    with pytest.raises((frappe.PermissionError, frappe.ValidationError)):
                        door()
        assert next(entry.name for entry in entries("Complaint", doc.name)) == name

    def test_auditors_and_quality_managers_read_it_within_their_restrictions(self):
        mine, other = factory.complaint(), factory.complaint()
        for role in (roles.AUDITOR, roles.QUALITY_MANAGER):
            user = factory.person(role, Customer=mine.customer)
            with factory.as_user(user):
                seen = frappe.get_list(ENTRY, {"document_type": "Complaint"}, pluck="document_name")
                assert set(seen) == {mine.name}
                assert frappe.get_doc(ENTRY, entries("Complaint", mine.name)[0].name).has_permission("read")
                assert not frappe.get_doc(ENTRY, entries("Complaint", other.name)[0].name).has_permission(
                    "read"
                )
        with factory.as_user(factory.person(roles.AGENT)), pytest.raises(frappe.PermissionError):
            frappe.get_list(ENTRY)


def story() -> tuple[str, str]:
    """A complaint with a file that has gone most of its way, and a CAPA."""
    doc = factory.at_stage("review")
    factory.upload("Complaint", doc.name)
    factory.capa()
    sealing.seal()
    return doc.name, entries("Complaint", doc.name)[-1].name


class TestVerification:
    def test_nothing_is_wrong_with_a_site_that_only_the_app_has_changed(self):
        story()
        found = outcome()
        assert found.sentences == []
        assert found.entries > 20
        assert found.tail == 0
        factory.complaint()
        assert (outcome().found, outcome().tail > 0) == (0, True)
        assert sealing.seal() > 0
        assert (outcome().tail, outcome().found) == (0, 0)
        assert sealing.seal() == 0

    def test_a_customer_of_another_name_is_the_same(self):
        doc = factory.complaint()
        rename_doc("Customer", doc.customer, factory.unique("Renamed"), ignore_permissions=True)
        assert outcome().sentences == []

    def test_a_word_of_the_vocabulary_is_renamed_and_deleted(self):
        word = factory.make("Risk Severity", severity_name=factory.unique("Level"), rank=90)
        renamed = rename_doc("Risk Severity", word.name, factory.unique("Other"), ignore_permissions=True)
        assert outcome().sentences == []
        frappe.delete_doc("Risk Severity", renamed, ignore_permissions=True)
        assert outcome().sentences == []

    def test_a_chain_that_was_written_anew_does_not_end_in_its_head(self):
        story()
        head = sealing.last_link()
        frappe.db.sql(
            f"update `tab{ENTRY}` set sequence = 0, previous_hash = '', hash = '' where sequence > 3"
        )
        last = frappe.get_all(ENTRY, {"sequence": 0}, pluck="name", order_by="name desc", limit=1)[0]
        frappe.db.sql(f"delete from `tab{ENTRY}` where name = %s", last)
        sealing.head_path().unlink()
        sealing.seal()
        assert "cut" in outcome(head=head).kinds

    def test_an_earlier_backup_is_told_by_the_head_outside(self):
        story()
        frappe.db.savepoint("backup")
        factory.complaint()
        sealing.seal()
        frappe.db.rollback(save_point="backup")
        assert list(outcome().kinds) == ["cut"]
        factory.complaint()
        sealing.seal()
        assert list(outcome().kinds) == ["cut"] or list(outcome().kinds) == ["head"]

    def test_another_key_is_told_once(self, monkeypatch):
        story()
        monkeypatch.setitem(frappe.local.conf, "encryption_key", "b" * 44)
        assert list(outcome().kinds) == ["key"]

    def test_entries_that_are_no_entries_any_more_end_in_sentences(self):
        story()
        for broken in ("", "[]", "{", '{"fields": 5}', '{"new": [1]}', '{"rows": {"stage_log": 1}}'):
            frappe.db.savepoint("broken")
            frappe.db.sql(f"update `tab{ENTRY}` set detail = %s where sequence = 5", broken)
            assert outcome().kinds["altered"] >= 1
            frappe.db.rollback(save_point="broken")


@pytest.fixture
def undone_bytes() -> Iterator[None]:
    yield
    tampering.undo_bytes()


@pytest.mark.slow
def test_random_tamperings_are_all_found(undone_bytes):
    story()
    assert outcome().found == 0
    dice = random.Random(1)
    missed = []
    for number in range(ROUNDS):
        way = tampering.WAYS[number % len(tampering.WAYS)]
        frappe.db.savepoint("tampering")
        what = way(dice)
        if not outcome().found:
            missed.append((way.__name__, what))
        frappe.db.rollback(save_point="tampering")
        tampering.undo_bytes()
    assert missed == []
    assert outcome().found == 0
