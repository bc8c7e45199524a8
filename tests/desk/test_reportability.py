"""Reportable or not (G3): who decides, what takes it back, and that no way moves the clock to a later day."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_days, get_datetime, getdate, now_datetime

from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.work import judging
from tests.desk import factory
from tests.desk.factory import TRIAGED, at_stage, complaint, tick_all

LATER = (frappe.PermissionError, GateError)


def as_user(doc, *held):
    frappe.set_user(factory.user(*held))
    return frappe.get_doc(doc.doctype, doc.name)


def assessment(about, **values):
    case = {"complaint": about.name, "jurisdiction": "FDA", "rule_key": "us_803_30_day"}
    return factory.make("Reportability Assessment", **{**case, **values})


def investigated(**values):
    """A complaint that triage found reportable, under investigation."""
    doc = at_stage("triage", **values)
    tick_all(doc)
    take_step(doc, "Investigate", {**TRIAGED, "reportable": "yes"})
    return doc


def cleared(about):
    return assessment(about, status="not_reportable", reason="No harm")


def dated(values):
    """Days from today become dates."""
    return {
        name: add_days(getdate(), value) if isinstance(value, int) else value
        for name, value in values.items()
    }


class TestWhoDecides:
    @pytest.mark.parametrize("role", [roles.MANAGER, roles.REGULATORY, roles.QUALITY_MANAGER])
    @pytest.mark.parametrize("said", ["yes", "no"])
    def test_those_who_may_decide_and_their_name_stands_beside_it(self, role, said):
        doc = as_user(at_stage("triage"), role)
        doc.reportable = said
        doc.save()
        assert (doc.reportable_decided_by, bool(doc.reportable_since)) == (frappe.session.user, True)

    @pytest.mark.parametrize("role", [roles.AGENT, roles.INVESTIGATOR])
    @pytest.mark.parametrize("said", ["yes", "no"])
    def test_nobody_else(self, role, said):
        doc = as_user(at_stage("triage"), role)
        doc.reportable = said
        with pytest.raises(frappe.PermissionError, match="decide whether an event is reportable"):
            doc.save()

    def test_nor_with_the_registration(self):
        frappe.set_user(factory.user(roles.AGENT))
        with pytest.raises(frappe.PermissionError, match="decide whether an event is reportable"):
            complaint(complainant_name="A passer-by", reportable="no")

    def test_anybody_who_handles_it_raises_the_suspicion(self):
        doc = at_stage("triage")
        doc.reportable = "no"
        doc.save()
        doc = as_user(doc, roles.AGENT)
        doc.reportable = "assessing"
        doc.save()
        assert (doc.reportable, doc.reportable_decided_by) == ("assessing", None)
        doc.reportable = "no"
        with pytest.raises(frappe.PermissionError, match="decide whether an event is reportable"):
            doc.save()


class TestTakenBack:
    @pytest.mark.parametrize(
        "role", [roles.MANAGER, roles.REGULATORY, roles.QUALITY_MANAGER, "System Manager"]
    )
    @pytest.mark.parametrize("said", ["no", "assessing", None])
    def test_nobody_takes_it_back_without_an_assessment(self, role, said):
        doc = as_user(investigated(), role)
        doc.reportable = said
        with pytest.raises((GateError, frappe.PermissionError)):
            doc.save()

    @pytest.mark.parametrize("way", ["Back to Triage", "Hold"])
    def test_not_after_going_back_or_while_it_is_held(self, way):
        doc = investigated()
        take_step(doc, way, {"hold_reason": "Sample awaited"} if way == "Hold" else {})
        doc.reportable = "no"
        with pytest.raises(GateError, match="found reportable"):
            doc.save()

    @pytest.mark.parametrize(
        ("state", "values"),
        [
            ("Rejected", {"is_complaint": "no", "rejection_reason": "Praise"}),
            ("Merged", {"duplicate_of": None}),
            ("Void", {"void_reason": "Entered as a test"}),
        ],
    )
    def test_not_with_the_save_that_takes_the_complaint_out(self, state, values):
        doc = at_stage("triage")
        doc.update({"reportable": "yes", "triage_rationale": "Somebody was hurt"})
        doc.save()
        if "duplicate_of" in values:
            values = {"duplicate_of": complaint().name}
        doc.update({**values, "reportable": "no", "workflow_state": state})
        with pytest.raises(GateError, match="G3"):
            doc.save()

    def test_an_assessment_takes_it_back(self):
        doc = investigated()
        cleared(doc)
        doc = as_user(doc, roles.MANAGER)
        doc.reportable = "no"
        doc.save()
        assert doc.reportable_decided_by == frappe.session.user

    def test_not_one_from_before_it_was_found(self):
        doc = at_stage("triage")
        cleared(doc)
        tick_all(doc)
        take_step(doc, "Investigate", {**TRIAGED, "reportable": "yes"})
        doc.db_set("reportable_since", add_days(now_datetime(), 1))
        doc.reload()
        doc.reportable = "no"
        with pytest.raises(GateError, match="found reportable"):
            doc.save()

    def test_nor_while_another_is_open_or_was_reported(self):
        doc = investigated()
        cleared(doc)
        second = assessment(doc, jurisdiction="EU", rule_key="eu_87_15_day")
        doc.reportable = "no"
        with pytest.raises(GateError, match="found reportable"):
            doc.save()
        second.update(
            {"status": "reported", "reason": "Injury", "submitted_on": getdate(), "submission_reference": "1"}
        )
        second.save()
        doc.reload()
        doc.reportable = "no"
        with pytest.raises(GateError, match="found reportable"):
            doc.save()


class TestAwareness:
    """Of a complaint: an earlier day freely, a later one by Regulatory Affairs with a reason that is kept."""

    def test_an_earlier_day_is_anybodys_and_open_assessments_follow(self):
        doc = complaint()
        made = assessment(doc)
        doc = as_user(doc, roles.AGENT)
        doc.awareness_date = add_days(getdate(), -5)
        doc.save()
        made.reload()
        assert (made.awareness_date, made.deadline) == (doc.awareness_date, add_days(doc.awareness_date, 30))

    @pytest.mark.parametrize("role", [roles.AGENT, roles.MANAGER, roles.QUALITY_MANAGER])
    def test_a_later_day_is_not(self, role):
        doc = as_user(complaint(awareness_date=add_days(getdate(), -5)), role)
        doc.update({"awareness_date": getdate(), "awareness_reason": "Typing error"})
        with pytest.raises(frappe.PermissionError, match="Regulatory Affairs"):
            doc.save()

    def test_regulatory_affairs_need_a_reason_each_time(self):
        doc = as_user(complaint(awareness_date=add_days(getdate(), -9)), roles.REGULATORY)
        doc.awareness_date = add_days(getdate(), -5)
        with pytest.raises(GateError, match="Reason for a Later Awareness Date"):
            doc.save()
        doc.reload()
        doc.awareness_date = add_days(getdate(), -5)
        doc.awareness_reason = "The call of the 9th was about another unit"
        doc.save()
        doc.awareness_date = add_days(getdate(), -4)
        with pytest.raises(GateError, match="Reason for a Later Awareness Date"):
            doc.save()
        doc.reload()
        doc.awareness_reason = "Rewritten"
        doc.save()
        assert doc.awareness_reason == "The call of the 9th was about another unit"

    def test_nobody_brings_a_later_day_along_and_none_is_taken_away(self):
        frappe.set_user(factory.user(roles.AGENT))
        received = add_days(now_datetime(), -9)
        with pytest.raises(frappe.PermissionError, match="Regulatory Affairs"):
            complaint(complainant_name="X", received_at=received, awareness_date=getdate())
        doc = complaint(complainant_name="X", received_at=received)
        doc.awareness_date = None
        doc.save()
        assert doc.awareness_date == getdate(received)

    def test_it_follows_a_receipt_to_an_earlier_day_only(self):
        doc = complaint(received_at=add_days(now_datetime(), -9))
        doc.received_at = add_days(now_datetime(), -20)
        doc.save()
        early = getdate(add_days(now_datetime(), -20))
        assert doc.awareness_date == early
        doc.received_at = add_days(now_datetime(), -1)
        doc.save()
        assert doc.awareness_date == early

    def test_an_offset_in_what_was_sent_is_counted_in_the_time_of_the_site(self):
        moment = get_datetime("2026-01-02 00:30:00")
        doc = complaint(received_at="2026-01-02T00:30:00+14:00")
        assert doc.received_at != moment
        assert doc.awareness_date == getdate(doc.received_at)


class TestDeadline:
    """Of an assessment: one comparison, whatever moved it."""

    @pytest.fixture
    def made(self):
        doc = complaint(awareness_date=add_days(getdate(), -20))
        return assessment(doc, awareness_date=add_days(getdate(), -25), rule_key="eu_87_15_day")

    LATER = (
        {"awareness_date": -20},
        {"rule_key": "us_803_30_day"},
        {"rule_key": "us_803_supplement", "information_date": 0},
        {"rule_key": None, "deadline": 20},
        {"rule_key": "eu_87_field_action", "deadline": 20},
    )

    @pytest.mark.parametrize("values", LATER)
    def test_a_later_one_is_for_regulatory_affairs_with_a_reason(self, made, values):
        stands = made.deadline
        made = as_user(made, roles.MANAGER)
        made.update({**dated(values), "basis_reason": "It suits better"})
        with pytest.raises(frappe.PermissionError, match="Regulatory Affairs"):
            made.save()
        made = as_user(made, roles.REGULATORY)
        made.update(dated(values))
        with pytest.raises(GateError, match="Reason for a Later Deadline"):
            made.save()
        made.reload()
        made.update({**dated(values), "basis_reason": "The other rule applies"})
        made.save()
        assert getdate(made.deadline) > stands
        made.basis_reason = "Rewritten"
        made.save()
        assert made.basis_reason == "The other rule applies"

    @pytest.mark.parametrize(
        "values",
        [
            {"awareness_date": -30},
            {"rule_key": "eu_87_10_day"},
            {"rule_key": None, "deadline": -20},
        ],
    )
    def test_an_earlier_one_is_anybodys(self, made, values):
        stands = made.deadline
        made = as_user(made, roles.MANAGER)
        made.update(dated(values))
        made.save()
        assert getdate(made.deadline) < stands

    @pytest.mark.parametrize("days", [99, 1, -30])
    def test_one_typed_beside_a_rule_is_refused_and_not_put_back_in_silence(self, made, days):
        stands = made.deadline
        for values in ({}, {"rule_key": "eu_87_10_day"}, {"awareness_date": add_days(getdate(), -30)}):
            made.update({**values, "deadline": add_days(getdate(), days), "basis_reason": "It suits better"})
            with pytest.raises(
                frappe.ValidationError, match=r"^Deadline: rule eu_87_1\d_day sets it to .* empty Rule"
            ):
                made.save()
            made.reload()
            assert getdate(made.deadline) == stands
        made.update({"rule_key": "eu_87_10_day", "deadline": add_days(made.awareness_date, 10)})
        made.save()
        assert getdate(made.deadline) == getdate(add_days(made.awareness_date, 10))

    def test_one_sent_beside_the_rule_of_a_new_assessment_is_that_rules(self):
        doc = complaint(awareness_date=getdate())
        with pytest.raises(frappe.ValidationError, match="Deadline: rule us_803_30_day sets it to"):
            assessment(doc, deadline=add_days(getdate(), 29))
        assert assessment(doc, deadline=add_days(getdate(), 30)).deadline == add_days(getdate(), 30)

    def test_holidays_that_somebody_enters_lengthen_no_term(self):
        """21 CFR 803.3: Monday to Friday but for federal holidays; 27 November 2025 was Thanksgiving."""
        shut = factory.make(
            "Holiday List", holiday_list_name=factory.unique("Shut"), from_date="2025-11-01", to_date="2025-12-31",
            holidays=[{"holiday_date": add_days("2025-11-20", at), "description": "Shut"} for at in range(30)],
        )  # fmt: skip
        frappe.db.set_value("Company", factory.company(), "default_holiday_list", shut.name)
        frappe.clear_document_cache("Company", factory.company())
        doc = complaint(awareness_date="2025-11-21")
        made = assessment(doc, rule_key="us_803_5_day")
        assert getdate(made.deadline) == getdate("2025-12-01")
        frappe.clear_document_cache("Company", factory.company())

    def test_holidays_and_the_company_move_nothing_afterwards(self):
        company = factory.other_company()
        doc = complaint()
        made = assessment(doc, rule_key="us_803_5_day")
        stands = made.deadline
        days = [{"holiday_date": add_days(stands, -at), "description": "Shut"} for at in range(5)]
        shut = factory.make(
            "Holiday List", holiday_list_name=factory.unique("Shut"), from_date=add_days(stands, -9),
            to_date=add_days(stands, 9), holidays=days,
        )  # fmt: skip
        for name in (factory.company(), company):
            frappe.db.set_value("Company", name, "default_holiday_list", shut.name)
            frappe.clear_document_cache("Company", name)
        made.relation_to_event = "The housing broke"
        made.save()
        assert getdate(made.deadline) == getdate(stands)
        doc.reload()
        doc.company = company
        doc.save()
        made.reload()
        made.relation_to_event = "The housing broke in the hand"
        made.save()
        assert (made.company, getdate(made.deadline)) == (company, getdate(stands))
        frappe.clear_document_cache("Company", company)
        frappe.clear_document_cache("Company", factory.company())

    def test_a_first_one_has_no_more_time_than_the_rules_give(self):
        doc = complaint()
        frappe.set_user(factory.user(roles.MANAGER))
        for values in (
            {"rule_key": "us_803_supplement", "information_date": getdate()},
            {"rule_key": None, "jurisdiction": "Elsewhere", "deadline": add_days(getdate(), 31)},
        ):
            with pytest.raises(frappe.PermissionError, match="Regulatory Affairs"):
                assessment(doc, **values)
        assessment(doc, rule_key=None, jurisdiction="Elsewhere", deadline=add_days(getdate(), 30))

    def test_a_second_one_leaves_the_first_where_it_is(self):
        doc = at_stage("triage")
        first = assessment(doc, rule_key="eu_87_2_day")
        assessment(doc, rule_key="eu_87_15_day").update({"status": "not_reportable", "reason": "No harm"})
        with pytest.raises(GateError, match=first.name):
            take_step(doc, "Void", {"void_reason": "Entered twice"})

    def test_a_report_is_not_sent_tomorrow(self):
        with pytest.raises(frappe.ValidationError, match="Submitted On lies in the future"):
            assessment(
                complaint(), status="reported", reason="Injury", submission_reference="1",
                submitted_on=add_days(getdate(), 1),
            )  # fmt: skip

    def test_the_decision_behind_a_complaint_that_has_ended_stands(self):
        doc = at_stage("triage")
        made = cleared(doc)
        take_step(doc, "Void", {"void_reason": "Entered twice"})
        made = as_user(made, roles.REGULATORY)
        made.status = "open"
        with pytest.raises(GateError, match=f"Complaint {doc.name} has ended"):
            made.save()


@pytest.mark.parametrize(
    "values",
    [
        {"status": "not_reportable", "reason": "\u200b"},
        {"status": "reported", "reason": "\ufeff", "submission_reference": "1"},
        {"status": "reported", "reason": "Injury", "submission_reference": "\u200b"},
    ],
)
def test_characters_that_nobody_sees_decide_nothing(values):
    opened = assessment(investigated(), status="open")
    with pytest.raises(GateError, match="G3"):
        opened.update({"submitted_on": getdate(), **values}).save()


def test_a_decision_names_what_it_lacks_before_it_is_taken():
    doc = factory.complaint(awareness_date=frappe.utils.add_days(frappe.utils.getdate(), -1))
    case = factory.make("Reportability Assessment", complaint=doc.name, jurisdiction="EU", rule_key="eu_87_2_day",
                        awareness_date=doc.awareness_date)  # fmt: skip
    with factory.as_user(factory.user(roles.REGULATORY)):
        offered = judging.offered(frappe.get_doc(case.doctype, case.name))
    assert {step["to_stage"]: [row["field"] for row in step["missing"]] for step in offered} == {
        "reported": ["reason", "submitted_on", "submission_reference"],
        "not_reportable": ["reason"],
    }
