"""Nobody judges what they had a part in (G6), whoever saved it last and whoever is named on it now."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from complaint_qms.patches.v1_0 import contributors_of_records
from complaint_qms.services.compliance.contributors import authors
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.people.session_users import acting
from tests.desk import factory
from tests.desk.factory import as_user
from tests.desk.settling import APPROVER, approve, complaint_on, proposal, proposed, submitted


def judge() -> str:
    """Somebody who may write and judge every quality record."""
    return factory.person(roles.QUALITY_MANAGER, roles.MANAGER, roles.INVESTIGATOR)


def helper() -> str:
    return factory.user(roles.INVESTIGATOR)


def draft_investigation(by: str):
    about = factory.complaint()
    with as_user(by):
        doc = factory.make("Investigation", complaint=about.name, investigator=by)
        take_step(doc, "Start", {})
    return doc


def draft_cause(by: str):
    study = factory.investigation()
    with as_user(by):
        return factory.make(
            "Root Cause",
            investigation=study.name,
            title="Mould too cold",
            category="machine",
            method="other",
            description="Heater broke",
            verification_method="Switched on and off",
        )


def draft_capa(by: str):
    doc = frappe.copy_doc(factory.capa())
    doc.capa_owner = by
    with as_user(by):
        return doc.insert(ignore_permissions=True)


def pass_judgement(doc):
    """The deed that has to be somebody else's, once the record has been sent on."""
    if doc.doctype == "Root Cause":
        doc.status = "verified"
        doc.save()
    else:
        take_step(doc, {"Investigation": "Complete", "CAPA": "Approve Plan"}[doc.doctype], {})


def send_on(doc):
    if doc.doctype == "Investigation":
        take_step(doc, "Submit for Review", factory.FINDINGS)
    elif doc.doctype == "CAPA":
        take_step(doc, "Submit Plan", {})


KINDS = {
    "Investigation": (draft_investigation, "investigator", "is_is_not"),
    "Root Cause": (draft_cause, "analyst", "title"),
    "CAPA": (draft_capa, "capa_owner", "problem"),
}


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


def refused(doc, user):
    with as_user(user):
        doc.reload()
        with pytest.raises(GateError, match="G6"):
            pass_judgement(doc)
        doc.reload()


class TestAuthors:
    def test_a_borrowed_name_opens_nothing(self, kind):
        """Its author names somebody else, who submits it; the author still judges their own work."""
        write, field, _text = kind
        author = judge()
        doc = write(author)
        with as_user(author):
            doc.set(field, helper())
            doc.save()
        with as_user(helper()):
            doc.reload()
            send_on(doc)
        refused(doc, author)
        with as_user(judge()):
            doc.reload()
            pass_judgement(doc)

    def test_a_harmless_edit_of_a_third_person_opens_nothing(self, kind):
        write, field, text = kind
        author = judge()
        doc = write(author)
        with as_user(factory.person(roles.MANAGER, roles.INVESTIGATOR)):
            doc.reload()
            doc.update({text: "Another word", field: helper()})
            doc.save()
            send_on(doc)
        refused(doc, author)

    def test_whoever_wrote_a_word_does_not_judge_it(self, kind):
        write, _field, text = kind
        doc, editor = write(helper()), judge()
        with as_user(editor):
            doc.reload()
            doc.set(text, "A better word")
            doc.save()
        with as_user(helper()):
            doc.reload()
            send_on(doc)
        refused(doc, editor)

    def test_administrator_is_no_exception(self, kind):
        write, _field, _text = kind
        doc = write("Administrator")
        with as_user(helper()):
            doc.reload()
            send_on(doc)
        refused(doc, "Administrator")

    def test_whoever_was_answerable_once_does_not_judge(self, kind):
        write, field, _text = kind
        doc, once = write(helper()), judge()
        for name in (once, helper()):
            doc.set(field, name)
            doc.save()
        with as_user(helper()):
            doc.reload()
            send_on(doc)
        refused(doc, once)

    def test_versions_play_no_part(self, kind):
        write, field, _text = kind
        author = judge()
        doc = write(author)
        doc.set(field, helper())
        doc.save()
        frappe.db.delete("Version", {"ref_doctype": doc.doctype, "docname": doc.name})
        with as_user(helper()):
            doc.reload()
            send_on(doc)
        refused(doc, author)

    def test_what_a_request_says_of_them_does_not_count(self, kind):
        write, _field, text = kind
        author = judge()
        doc = write(author)
        with as_user(author):
            copy = frappe.copy_doc(doc)
            copy.update(
                {
                    "workflow_state": None,
                    "owner": helper(),
                    "contributors": [{"user": helper(), "part": "editor"}],
                }
            )
            copy.insert(ignore_permissions=True)
            assert [row.user for row in copy.contributors if row.part == "creator"] == [author]
            doc.update({"contributors": [], text: "Another word"})
            doc.save()
            assert author in authors(frappe.get_doc(doc.doctype, doc.name))
            doc.reload()
            doc.append("contributors", {"user": helper(), "part": "editor"})
            doc.save()
        assert helper() not in {row.user for row in doc.contributors if row.part == "editor"}

    def test_steps_and_planning_are_no_authorship(self):
        study, planner = draft_investigation(helper()), judge()
        with as_user(planner):
            study.reload()
            study.due_date = frappe.utils.add_days(frappe.utils.nowdate(), 30)
            study.save()
            send_back_and_forth(study)
            take_step(study, "Complete", {})
        assert (study.stage, study.completed_by) == ("completed", planner)

    def test_an_unchanged_save_is_no_authorship(self, kind):
        write, _field, _text = kind
        doc, reader = write(helper()), judge()
        with as_user(reader):
            sent = frappe.parse_json(frappe.as_json(frappe.get_doc(doc.doctype, doc.name)))
            frappe.get_doc(sent).save()
        assert reader not in authors(frappe.get_doc(doc.doctype, doc.name))

    def test_nobody_takes_an_ended_capa_for_their_own_by_its_lessons(self):
        doc = factory.capa_in_effect()
        doc.lessons = "Measure the heater"
        doc.save()
        assert "Administrator" not in authors(doc)

    def test_who_submits_for_verification_does_not_verify(self):
        doc, submitter = factory.implemented_capa(), judge()
        factory.finish_action(doc)
        with as_user(submitter):
            doc.reload()
            take_step(doc, "Submit for Verification", {})
            with pytest.raises(GateError, match="G6"):
                take_step(doc, "Verify", {"verification_note": "x", "no_harm": 1, "no_harm_note": "x"})

    def test_who_signs_in_as_somebody_else_is_asked_too(self, monkeypatch):
        author, colleague = judge(), judge()
        doc = draft_investigation(author)
        with as_user(helper()):
            doc.reload()
            send_on(doc)
        with as_user(colleague):
            monkeypatch.setitem(frappe.session, "data", frappe._dict(impersonated_by=author))
            assert acting() == [colleague, author]
            doc.reload()
            with pytest.raises(GateError, match="G6"):
                pass_judgement(doc)
            doc.reload()
            monkeypatch.setitem(frappe.session, "data", frappe._dict())
            pass_judgement(doc)


def send_back_and_forth(study):
    with as_user(helper()):
        study.reload()
        take_step(study, "Submit for Review", factory.FINDINGS)
    take_step(study, "Send Back", {})
    with as_user(helper()):
        study.reload()
        take_step(study, "Submit for Review", {})
    study.reload()


class TestHandOver:
    @pytest.mark.parametrize("doctype", ["Complaint", *KINDS])
    def test_only_a_manager_or_the_present_one_hands_over(self, doctype):
        present, other = factory.person(roles.AGENT, roles.INVESTIGATOR), factory.person(roles.INVESTIGATOR)
        stranger = factory.person(roles.AGENT, roles.INVESTIGATOR)
        doc = record_of(doctype, present)
        field = "complaint_owner" if doctype == "Complaint" else KINDS[doctype][1]
        with as_user(stranger):
            doc.reload()
            for value in (stranger, None):
                doc.set(field, value)
                with pytest.raises(frappe.PermissionError, match="hands this over"):
                    doc.save()
                doc.reload()
        for user, named in ((present, other), (factory.person(roles.MANAGER), present)):
            with as_user(user):
                doc.reload()
                doc.set(field, named)
                doc.save()
            told = frappe.get_all(
                "Comment",
                {"reference_name": doc.name, "comment_type": "Info", "owner": user},
                pluck="content",
                order_by="creation",
            )
            assert any(named in text for text in told)
        if doctype != "Complaint":
            handed = [row.user for row in doc.contributors if row.part == "handed_over"]
            assert handed == [present, user]

    def test_an_empty_place_is_filled_by_whoever_writes(self):
        doc = factory.complaint()
        with as_user(factory.person(roles.AGENT)):
            doc.reload()
            doc.complaint_owner = frappe.session.user
            doc.save()
        assert doc.complaint_owner


def record_of(doctype: str, present: str):
    if doctype == "Complaint":
        return factory.complaint(complaint_owner=present)
    return KINDS[doctype][0](present)


class TestSettlement:
    def test_whoever_wrote_a_figure_ever_does_not_submit(self):
        """An edit of somebody else, a cancelled original, a second account's last word: the author stays one."""
        author, editor = factory.person(*APPROVER), factory.person(*APPROVER)
        _buyer, _note, sale = factory.sold(10)
        about = complaint_on(sale)
        with as_user(author):
            doc = proposal(about, sale, {"item_code": sale.items[0].item_code, "qty": 2}).insert()
        with as_user(editor):
            doc.reload()
            doc.lines[0].qty = 3
            doc.save()
        assert doc.proposed_by == editor
        for user in (author, editor):
            with as_user(user), pytest.raises(frappe.PermissionError, match="G6"):
                frappe.get_doc(doc.doctype, doc.name).submit()
        approve(doc)
        with as_user(factory.user(*APPROVER)):
            doc.cancel()
            amended = frappe.copy_doc(doc)
            amended.update({"amended_from": doc.name, "docstatus": 0})
            amended.lines[0].qty = 1
            amended.insert()
        assert {author, editor} <= authors(amended)
        with as_user(author), pytest.raises(frappe.PermissionError, match="G6"):
            frappe.get_doc(amended.doctype, amended.name).submit()

    def test_a_new_reason_makes_nobody_a_proposer(self):
        _buyer, _note, sale = factory.sold(10)
        doc = proposed(sale, {"item_code": sale.items[0].item_code, "qty": 2})
        approver = factory.person(*APPROVER)
        with as_user(approver):
            doc.reload()
            doc.reason = "Agreed in writing."
            doc.save()
            doc.submit()
        assert doc.approved_by == approver

    def test_a_submitted_one_keeps_its_list(self):
        _buyer, _note, sale = factory.sold(10)
        doc = submitted(sale, {"item_code": sale.items[0].item_code, "qty": 2})
        kept = [row.as_dict() for row in doc.contributors]
        doc.set("contributors", [])
        with pytest.raises(frappe.UpdateAfterSubmitError):
            doc.save()
        assert [row.name for row in doc.reload().contributors] == [row.name for row in kept]


class TestUpgrade:
    @pytest.mark.parametrize("batch", [1, 500])
    def test_records_from_before_get_their_authors(self, kind, batch, monkeypatch):
        monkeypatch.setattr(contributors_of_records, "_BATCH", batch)
        write, field, text = kind
        author, editor, once = judge(), judge(), judge()
        doc = write(author)
        with as_user(editor):
            doc.reload()
            doc.set(text, "A better word")
            doc.save(ignore_version=False)
        doc.set(field, once)
        doc.save(ignore_version=False)
        doc.set(field, helper())
        doc.save(ignore_version=False)
        known = {(row.user, row.part) for row in doc.contributors}
        frappe.db.delete("Quality Contributor", {"parent": doc.name})
        contributors_of_records.execute()
        contributors_of_records.execute()
        doc.reload()
        found = [(row.user, row.part) for row in doc.contributors]
        assert len(found) == len(set(found))
        assert {row for row in known if row[1] in ("creator", "editor", "answerable")} <= set(found)
        doc.reload()
        doc.save()
