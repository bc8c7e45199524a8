"""Complaints whose term is over: proposed by one person, approved by another, removed whole, with a tombstone that the trail verifies."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.utils import add_days, getdate, nowdate

from complaint_qms.api import retention as api
from complaint_qms.api.work import mine
from complaint_qms.constants import roles
from complaint_qms.constants.audit import DISPOSE, ENTRY
from complaint_qms.constants.disposal import CONNECTED, DEPENDENT, OVER
from complaint_qms.constants.retention import DISPOSAL, LEGAL_HOLD
from complaint_qms.exceptions import GateError
from complaint_qms.services import writing
from complaint_qms.services.compliance.audit_trail import recording
from complaint_qms.services.compliance.audit_trail.verifying import verify_trail
from complaint_qms.services.compliance.retention import class_of, fill_in_missing, of_complaint
from complaint_qms.services.disposal import removal, running
from complaint_qms.services.disposal.connected import cases_of
from complaint_qms.services.evidence import disk
from complaint_qms.services.lifecycle.guard import take_step
from tests.desk import factory
from tests.desk.factory import as_user, person
from tests.desk.test_history_kept import closed


def over(*docs):
    """Let the term of complaints be over, and everything that rests on them be old."""
    for doc in docs:
        received = add_days(nowdate(), -9000)
        writing.set_values("Complaint", doc.name, {"received_at": received, "retain_until": add_days(nowdate(), -1), "manufacturing_date": None, "expiry_date": None}, "test")  # fmt: skip
        for case in cases_of([doc.name]):
            for kind, name in case.linked:
                frappe.db.set_value(kind, name, {"creation": received, "modified": received}, update_modified=False)  # fmt: skip
    frappe.db.set_single_value("Complaint QMS Settings", "expected_life_years", 0)


def voided():
    """A complaint that was entered by mistake, and said so."""
    doc = factory.complaint()
    take_step(doc, "Void", {"void_reason": "Entered twice"})
    over(doc)
    return doc


def proposal(user=None, **values):
    about = {"reason": "Retention schedule 2026", "company": factory.company(), "term_over_before": nowdate()}
    with as_user(user or person(roles.QUALITY_MANAGER)):
        return factory.make(DISPOSAL, **about | values)


def state_of(doc, complaint):
    return next((row.state for row in frappe.get_doc(DISPOSAL, doc.name).records if row.complaint == complaint), None)  # fmt: skip


def done(monkeypatch, *docs):
    """A disposal that was proposed, approved and done."""
    monkeypatch.setattr(running, "start_disposal", lambda _name: None)
    doc = proposal()
    with as_user(doc.owner):
        api.propose(doc.name)
    with as_user(person(roles.QUALITY_MANAGER)):
        api.approve(doc.name)
    frappe.db.commit()
    running.run_disposal(doc.name)
    doc.reload()
    return doc


class TestTerms:
    def test_a_complaint_that_ends_has_its_class_and_its_term(self):
        doc = closed()
        assert (doc.retention_class, doc.retain_until) == ("product", of_complaint(doc))
        assert getdate(doc.retain_until) > getdate()

    def test_one_about_a_reportable_event_is_of_its_class(self):
        doc = factory.complaint()
        doc.reportable = "yes"
        assert class_of(doc) == "event"
        assert of_complaint(doc) >= of_complaint(factory.complaint())

    def test_what_ended_before_terms_were_reckoned_gets_one(self):
        doc = closed()
        writing.set_values("Complaint", doc.name, {"retain_until": None, "retention_class": None}, "test")
        assert fill_in_missing() >= 1
        doc.reload()
        assert (doc.retention_class, getdate(doc.retain_until)) == ("product", of_complaint(doc))

    def test_of_each_kind_of_record_it_is_known_when_it_is_over(self):
        assert set(OVER) == set(CONNECTED)
        for kind, (field, values) in OVER.items():
            options = set((frappe.get_meta(kind).get_field(field).options or "").split()) if field != "docstatus" else {0, 1, 2}  # fmt: skip
            assert set(values) <= options, kind


class TestProposal:
    def test_it_lists_what_is_over_and_says_why_the_rest_stays(self):
        gone, young, open_one = voided(), closed(), factory.complaint()
        over(open_one)
        held = voided()
        factory.make(LEGAL_HOLD, reason="Lawsuit", company=held.company, complaint=held.name)
        doc = proposal()
        told = {row.complaint: row for row in doc.records}
        assert told[gone.name].state == "to_dispose"
        assert told[held.name].state == "kept_on"
        assert "CLH-" in told[held.name].why_kept
        assert not {young.name, open_one.name} & set(told)
        assert doc.complaints == sum(row.state == "to_dispose" for row in doc.records)

    def test_what_rests_on_it_and_is_open_keeps_it(self):
        doc = voided()
        hold = frappe.new_doc("Quality Hold")
        hold.update(
            {"name": factory.unique("CQH"), "complaint": doc.name, "company": doc.company, "status": "held"}
        )
        hold.db_insert()
        told = next(row for row in proposal().records if row.complaint == doc.name)
        assert (told.state, hold.name in told.why_kept) == ("kept_on", True)

    def test_complaints_that_are_linked_go_together_or_not_at_all(self):
        first, second = voided(), voided()
        writing.set_values("Complaint", first.name, {"duplicate_of": second.name}, "test")
        factory.make(LEGAL_HOLD, reason="Lawsuit", company=second.company, complaint=second.name)
        told = {row.complaint: row for row in proposal().records}
        assert told[first.name].state == "kept_on"
        assert second.name in told[first.name].why_kept

    @pytest.mark.parametrize(
        ("values", "told"), [({"reason": " "}, "Reason"), ({"term_over_before": "2099-01-01"}, "Term Over Before")]
    )  # fmt: skip
    def test_what_is_missing_is_named(self, values, told):
        with pytest.raises(frappe.ValidationError, match=told):
            proposal(**values)

    @pytest.mark.parametrize(
        "role", [roles.AGENT, roles.INVESTIGATOR, roles.AUDITOR, roles.REGULATORY, "System Manager"]
    )
    def test_other_roles_propose_nothing(self, role):
        with pytest.raises(frappe.PermissionError):
            proposal(person(role))

    def test_what_the_server_writes_is_not_sent(self):
        doc = proposal()
        doc.update({"status": "disposing", "approved_by": "Administrator", "proposed_by": "Guest"})
        doc.append("records", {"complaint": closed().name, "state": "to_dispose"})
        with as_user(doc.owner):
            doc.save()
        assert (doc.status, doc.approved_by, doc.proposed_by) == ("draft", None, None)
        assert not any(row.complaint == closed().name for row in doc.records)

    def test_there_has_to_be_something_to_let_go(self):
        doc = proposal(company=factory.other_company())
        with as_user(doc.owner), pytest.raises(GateError, match="No complaint may go"):
            api.propose(doc.name)


class TestTwoPeople:
    def test_whoever_wrote_or_proposed_it_does_not_approve(self, monkeypatch):
        monkeypatch.setattr(running, "start_disposal", lambda _name: None)
        voided()
        writer, proposer, other = (person(roles.QUALITY_MANAGER) for _ in range(3))
        doc = proposal(writer)
        with as_user(other), pytest.raises(GateError, match="does not wait for approval"):
            api.approve(doc.name)
        with as_user(proposer):
            api.propose(doc.name)
        for user in (writer, proposer):
            with as_user(user), pytest.raises(GateError, match="somebody else"):
                api.approve(doc.name)
        with as_user(person(roles.MANAGER)), pytest.raises(GateError, match="approved by"):
            api.approve(doc.name)
        with as_user(other):
            assert doc.name in {row["name"] for row in mine()["rows"]}
            assert api.approve(doc.name)["status"] == "disposing"
        with as_user(writer):
            assert doc.name not in {row["name"] for row in mine()["rows"]}

    def test_what_is_rejected_stays(self, monkeypatch):
        gone = voided()
        doc = proposal()
        with as_user(doc.owner):
            api.propose(doc.name)
            doc.reload()
            doc.reason = "Another"
            with pytest.raises(GateError, match="stays as it was proposed"):
                doc.save()
        with as_user(person(roles.QUALITY_MANAGER)):
            with pytest.raises(GateError, match="write why"):
                api.reject(doc.name, "")
            assert api.reject(doc.name, "The schedule changed")["status"] == "disposal_rejected"
            with pytest.raises(GateError):
                api.approve(doc.name)
        running.run_disposal(doc.name)
        assert frappe.db.exists("Complaint", gone.name)


class TestRemoval:
    def full(self):
        """A closed complaint with all that hangs on one."""
        doc = closed()
        file = factory.upload("Complaint", doc.name)
        doc.add_comment("Comment", "Called Mrs Miller back")
        mail = factory.make("Communication", subject="Mrs Miller", content="It leaks", reference_doctype="Complaint", reference_name=doc.name)  # fmt: skip
        over(doc)
        return doc, file, mail

    def test_nothing_of_it_stays_but_the_tombstone(self, monkeypatch):
        doc, file, mail = self.full()
        path = disk.path_of(disk.local(file.file_url))
        run = done(monkeypatch)
        assert (run.status, state_of(run, doc.name)) == ("disposed", "removed")
        for kind, name in (("Complaint", doc.name), ("File", file.name), ("Communication", mail.name)):
            assert not frappe.db.exists(kind, name)
        assert not path.exists()
        assert naming(doc.name) == []
        row = next(row for row in run.records if row.complaint == doc.name)
        assert len(row.sha256) == 64
        (stone,) = frappe.get_all(ENTRY, {"kind": DISPOSE, "document_type": "Complaint", "document_name": doc.name}, pluck="detail")  # fmt: skip
        told = json.loads(stone)["disposal"]
        assert (told["sha256"], told["class"], told["by"]) == (row.sha256, "product", run.name)
        assert (told["proposed_by"], told["approved_by"]) == (run.proposed_by, run.approved_by)
        left = "".join(str(one) for one in frappe.get_all(ENTRY, {"document_name": doc.name}, ["detail", "apart"], as_list=True))  # fmt: skip
        assert "Miller" not in left

    def test_the_trail_verifies_and_counts_it(self, monkeypatch):
        self.full()
        before = verify_trail(disk.sha256_of)
        done(monkeypatch)
        after = verify_trail(disk.sha256_of)
        assert after.sentences == before.sentences
        assert after.disposed > before.disposed

    def test_whatever_rests_on_it_goes_with_it(self, monkeypatch):
        known = verify_trail(disk.sha256_of).sentences
        doc, resting = voided(), []
        for kind in (kind for kind in CONNECTED if frappe.get_meta(kind).has_field("complaint")):
            field, values = OVER[kind]
            one = frappe.new_doc(kind)
            one.update({"name": factory.unique("R"), "complaint": doc.name, field: values[0]})
            one.db_insert()
            recording.created([one])
            resting.append((kind, one.name))
        for kind, field, of in DEPENDENT:
            if of == "Complaint" and field != "name":
                one = frappe.new_doc(kind)
                one.update({"name": factory.unique("D"), field: doc.name})
                one.db_insert()
                resting.append((kind, one.name))
        over(doc)
        run = done(monkeypatch)
        row = next(row for row in run.records if row.complaint == doc.name)
        assert row.state == "removed", row.why_kept
        assert [one for one in resting if frappe.db.exists(*one)] == []
        assert naming(doc.name) == []
        assert verify_trail(disk.sha256_of).sentences == known

    def test_a_number_is_not_given_again(self, monkeypatch):
        doc = voided()
        done(monkeypatch)
        assert factory.complaint().name > doc.name

    def test_what_was_held_meanwhile_stays(self, monkeypatch):
        monkeypatch.setattr(running, "start_disposal", lambda _name: None)
        doc = voided()
        run = proposal()
        with as_user(run.owner):
            api.propose(run.name)
        with as_user(person(roles.QUALITY_MANAGER)):
            api.approve(run.name)
        factory.make(LEGAL_HOLD, reason="Lawsuit", company=doc.company, complaint=doc.name)
        running.run_disposal(run.name)
        assert state_of(run, doc.name) == "kept_on"
        assert frappe.db.exists("Complaint", doc.name)

    @pytest.mark.commits
    def test_what_is_killed_in_the_middle_leaves_nothing_half_done(self, monkeypatch):
        doc, file, mail = self.full()
        path = disk.path_of(disk.local(file.file_url))

        def killed(*_args):
            raise RuntimeError("the worker is gone")

        frappe.db.commit()
        with monkeypatch.context() as patched:
            patched.setattr(removal, "_let_go", killed)
            run = done(monkeypatch)
        assert (run.status, state_of(run, doc.name)) == ("disposing", "to_dispose")
        for kind, name in (("Complaint", doc.name), ("File", file.name), ("Communication", mail.name)):
            assert frappe.db.exists(kind, name)
        assert path.exists()
        # Gone between the commit and the disk: the address waits on the row for the next run.
        with monkeypatch.context() as patched:
            patched.setattr(running, "_tell", killed)
            with pytest.raises(RuntimeError):
                running.run_disposal(run.name)
        assert (state_of(run, doc.name), path.exists()) == ("removed", True)
        running.run_disposal(run.name)
        run.reload()
        assert (run.status, state_of(run, doc.name), path.exists()) == ("disposed", "removed", False)
        assert not any(row.left_files for row in run.records)


def naming(name):
    """(DocType, field) of whatever still names a record of the app by a link, besides what tells that it is gone."""
    found = []
    for source, owner in (("DocField", "parent"), ("Custom Field", "dt")):
        rows = frappe.get_all(
            source, {"fieldtype": "Link", "options": "Complaint"}, [f"{owner} as kind", "fieldname"]
        )
        for row in rows:
            if frappe.db.table_exists(row.kind) and frappe.db.exists(row.kind, {row.fieldname: name}):
                found.append((row.kind, row.fieldname))
    for kind, fields in (("Comment", "reference"), ("Version", "ref"), ("ToDo", "reference")):
        column = {"Comment": "reference_name", "Version": "docname", "ToDo": "reference_name"}[kind]
        if frappe.db.exists(kind, {column: name}):
            found.append((kind, fields))
    return found
