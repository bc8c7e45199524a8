"""Questions of an assessment: asked in turn, answered by Regulatory Affairs, and what the answers do to deadline and decision."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_days, getdate

from complaint_qms.api import judgement
from complaint_qms.api import reportability as api
from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.work import judging
from tests.desk import factory
from tests.desk.factory import at_stage, complaint
from tests.desk.test_reporting_rule_sets import EU, FDA

pytestmark = pytest.mark.usefixtures("site")
SERIOUS = {
    "eu_marketed": "yes",
    "serious_incident": "yes",
    "eu_related": "yes",
    "eu_expected": "no",
    "public_health_threat": "no",
}


def ahead(days):
    return add_days(getdate(), days)


def opened(rule_set=EU, about=None, **values):
    about = about or complaint(awareness_date=getdate())
    return factory.make("Reportability Assessment", complaint=about.name, rule_set=rule_set, **values)


def answer_all(doc, answers):
    frappe.set_user(factory.user(roles.REGULATORY))
    for key, said in answers.items():
        api.answer(doc.name, key, said, f"Seen: {key}")
    return doc.reload()


class TestAsking:
    def test_one_after_another_with_name_and_time_and_the_outcome_in_words(self):
        doc = opened()
        frappe.set_user(factory.user(roles.REGULATORY))
        told = api.questions(doc.name)
        assert (told["next"]["key"], told["outcome"], told["answered"]) == ("eu_marketed", None, [])
        assert [key for key, _label in told["next"]["answers"]] == ["yes", "no"]
        for key, said in (SERIOUS | {"death_or_unanticipated_deterioration": "no"}).items():
            assert told["next"]["key"] == key
            told = api.answer(doc.name, key, said, "Seen")
        assert told["next"] is None
        assert told["outcome"]["kind"] == "must_report"
        assert told["outcome"]["clause"] == "Regulation (EU) 2017/745, Art. 87(3)"
        doc.reload()
        assert (doc.outcome, doc.rule_key, doc.deadline) == (
            "eu_87_15_day",
            "eu_87_15_day",
            ahead(15),
        )
        assert {(row.answered_by, row.remark) for row in doc.answers} == {(frappe.session.user, "Seen")}
        assert all(row.question and row.answered_at for row in doc.answers)

    def test_the_deadline_is_the_earliest_that_may_still_come_out(self):
        doc = opened()
        assert (doc.rule_key, doc.deadline) == ("eu_87_2_day", ahead(2))
        doc = answer_all(doc, SERIOUS)
        assert (doc.rule_key, doc.deadline) == ("eu_87_10_day", ahead(10))
        doc = answer_all(doc, {"death_or_unanticipated_deterioration": "no"})
        assert (doc.rule_key, doc.deadline) == ("eu_87_15_day", ahead(15))
        doc = answer_all(doc, {"public_health_threat": "yes"})
        assert (doc.rule_key, doc.deadline) == ("eu_87_2_day", ahead(2))

    def test_another_answer_leaves_out_what_is_not_asked_any_more_and_the_trail_keeps_it(self):
        doc = answer_all(opened(), SERIOUS | {"death_or_unanticipated_deterioration": "yes"})
        doc = answer_all(doc, {"serious_incident": "no"})
        assert [row.question_key for row in doc.answers] == ["eu_marketed", "serious_incident"]
        entries = frappe.get_all("Quality Audit Entry", {"document_name": doc.name}, "*", order_by="name")
        assert any("death_or_unanticipated_deterioration" in str(row) for row in entries)

    def test_known_harm_leaves_no_more_time_whatever_is_answered(self):
        doc = opened(about=complaint(awareness_date=getdate(), harm_level="death"))
        doc = answer_all(doc, SERIOUS)
        with pytest.raises(GateError, match="Reason for a Later Deadline"):
            api.answer(doc.name, "death_or_unanticipated_deterioration", "no")
        doc.reload()
        doc.append("answers", {"question_key": "death_or_unanticipated_deterioration", "answer": "no"})
        doc.basis_reason = "The death had another cause"
        doc.save()
        assert (doc.rule_key, doc.basis_reason) == ("eu_87_15_day", "The death had another cause")

    def test_graver_harm_that_becomes_known_shortens_an_open_one(self):
        about = complaint(awareness_date=getdate(), harm_level="serious")
        doc = answer_all(opened(about=about), SERIOUS | {"death_or_unanticipated_deterioration": "no"})
        frappe.set_user("Administrator")
        about.reload().harm_level = "death"
        about.save()
        doc.reload()
        assert (doc.rule_key, doc.deadline, doc.outcome) == (
            "eu_87_10_day",
            ahead(10),
            "eu_87_15_day",
        )

    @pytest.mark.parametrize("role", [roles.MANAGER, roles.QUALITY_MANAGER, roles.AGENT, roles.AUDITOR])
    def test_nobody_else_answers(self, role):
        doc = opened()
        frappe.set_user(factory.user(role))
        with pytest.raises(frappe.PermissionError):
            api.answer(doc.name, "eu_marketed", "yes")
        if role == roles.MANAGER:
            doc = frappe.get_doc(doc.doctype, doc.name)
            doc.append("answers", {"question_key": "eu_marketed", "answer": "yes"})
            with pytest.raises(frappe.PermissionError, match="answer the questions"):
                doc.save()
        assert api.questions(doc.name)["may_answer"] is False

    @pytest.mark.parametrize(
        ("key", "said", "told"),
        [
            ("eu_marketed", "unknown", "answer eu_marketed with yes or no"),
            ("eu_marketed", "perhaps", "choose Yes, No or Unknown"),
            ("serious_incident", "yes", "is not asked after"),
            ("no_such", "yes", "has no question no_such"),
            ("", "yes", "has no question"),
        ],
    )
    def test_an_answer_that_does_not_fit_is_refused(self, key, said, told):
        doc = opened()
        frappe.set_user(factory.user(roles.REGULATORY))
        with pytest.raises(frappe.ValidationError, match=told):
            api.answer(doc.name, key, said)

    def test_stamps_and_outcome_are_the_servers(self):
        doc = opened()
        frappe.set_user(factory.user(roles.REGULATORY))
        doc.reload()
        row = {
            "question_key": "eu_marketed",
            "answer": "yes",
            "answered_by": "Administrator",
            "question": "Mine",
        }
        doc.append("answers", row)
        doc.update({"outcome": "eu_trend", "outcome_kind": "no_report", "reminded": 3})
        doc.save()
        doc.reload()
        assert (doc.outcome, doc.outcome_kind, doc.reminded) == (None, None, 1)
        assert doc.answers[0].answered_by == frappe.session.user
        assert doc.answers[0].question.startswith("Has your company made")
        doc.append("answers", {"question_key": "eu_marketed", "answer": "no"})
        with pytest.raises(frappe.ValidationError, match="answered twice"):
            doc.save()

    def test_answers_stay_with_their_rules(self):
        doc = answer_all(opened(), {"eu_marketed": "yes"})
        doc.rule_set = FDA
        with pytest.raises(frappe.ValidationError, match="was answered under"):
            doc.save()
        frappe.set_user("Administrator")
        plain = factory.make(
            "Reportability Assessment",
            complaint=complaint().name,
            jurisdiction="Elsewhere",
            deadline=getdate(),
        )
        plain.append("answers", {"question_key": "eu_marketed", "answer": "yes"})
        with pytest.raises(frappe.ValidationError, match="choose the Rule Set"):
            plain.save()


class TestDeciding:
    def test_not_reportable_needs_the_questions_and_the_deliberation(self):
        doc = opened()
        frappe.set_user(factory.user(roles.REGULATORY))
        give = {"doctype": doc.doctype, "name": doc.name, "action": "Decide “Not Reportable”"}
        with pytest.raises(GateError, match="Answer the questions"):
            judgement.judge(**give, values={"reason": "No harm"})
        doc = answer_all(doc, SERIOUS | {"death_or_unanticipated_deterioration": "no"})
        with pytest.raises(GateError, match="The answers say that the event is reported"):
            judgement.judge(**give, values={"reason": "No harm"})
        (step,) = [row for row in judging.offered(doc) if row["to_stage"] == "not_reportable"]
        assert [row["field"] for row in step["missing"]] == ["answers", "reason"]
        doc = answer_all(doc, {"eu_related": "no"})
        with pytest.raises(GateError, match="Reason of the Decision"):
            judgement.judge(**give, values={"reason": ""})
        judgement.judge(**give, values={"reason": "The part that broke is not of the device"})
        doc.reload()
        assert (doc.status, doc.decided_by, doc.outcome) == (
            "not_reportable",
            frappe.session.user,
            "eu_not_related",
        )

    def test_what_was_decided_is_answered_no_more(self):
        doc = answer_all(opened(), {"eu_marketed": "no"})
        doc.update({"status": "not_reportable", "reason": "Not sold there"})
        doc.save()
        with pytest.raises(GateError, match="stands"):
            api.answer(doc.name, "eu_marketed", "yes")
        assert api.questions(doc.name)["may_answer"] is False

    def test_undecided_is_found_out_first(self):
        doc = opened(FDA)
        doc = answer_all(
            doc,
            {"us_marketed": "yes", "death_or_serious_injury": "no", "malfunction_likely_to_harm": "unknown"},
        )
        assert (doc.outcome_kind, doc.status) == ("ask_again", "open")
        doc.update({"status": "not_reportable", "reason": "x"})
        with pytest.raises(GateError, match="leave the event undecided"):
            doc.save()

    def test_a_report_may_go_out_before_all_is_answered(self):
        doc = opened()
        frappe.set_user(factory.user(roles.REGULATORY))
        doc.reload().update(
            {
                "status": "reported",
                "reason": "Death",
                "submitted_on": getdate(),
                "submission_reference": "A-1",
            }
        )
        doc.save()
        assert doc.status == "reported"

    def test_a_supplement_counts_from_new_information_and_asks_nothing(self):
        about = complaint(awareness_date=add_days(getdate(), -20))
        first = opened(FDA, about)
        frappe.set_user(factory.user(roles.REGULATORY))
        first.reload().update(
            {
                "status": "reported",
                "reason": "Injury",
                "submitted_on": getdate(),
                "submission_reference": "A-1",
            }
        )
        first.save()
        more = opened(FDA, about, rule_key="us_803_supplement", information_date=getdate())
        told = api.questions(more.name)
        assert (more.deadline, told["next"], told["outcome"]["kind"]) == (
            ahead(30),
            None,
            "supplement",
        )
        more.update({"status": "not_reportable", "reason": "It was known already"})
        more.save()


def test_several_on_one_complaint_and_an_open_one_holds_it_open():
    doc = at_stage("triage", awareness_date=getdate())
    eu, us = opened(EU, doc), opened(FDA, doc)
    answer_all(eu, {"eu_marketed": "no"}).update({"status": "not_reportable", "reason": "Not sold there"})
    eu.save()
    frappe.set_user("Administrator")
    with pytest.raises(GateError, match=us.name):
        take_step(doc, "Void", {"void_reason": "Entered twice"})
    answer_all(us, {"us_marketed": "no"}).update({"status": "not_reportable", "reason": "Not sold there"})
    us.save()
    frappe.set_user("Administrator")
    doc.reload()
    take_step(doc, "Void", {"void_reason": "Entered twice"})
    assert doc.stage == "void"


def test_one_subject_and_it_stays():
    about = complaint()
    for values in ({}, {"complaint": about.name, "signal": "CSG-x"}):
        with pytest.raises(frappe.ValidationError):
            factory.make("Reportability Assessment", rule_set=EU, awareness_date=getdate(), **values)
