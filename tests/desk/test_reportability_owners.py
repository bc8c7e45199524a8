"""Who answers for an assessment: told before its deadline, once each; and assessments of a signal instead of a complaint."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_days, getdate, now_datetime

from complaint_qms.constants import events, roles
from complaint_qms.constants.signals import DISMISSED, SIGNAL
from complaint_qms.exceptions import GateError
from complaint_qms.services.reportability.reminders import remind_of_deadlines
from complaint_qms.services.reporting.reportability_report import ReportabilityReport
from complaint_qms.services.signals import deciding
from complaint_qms.services.work.today import my_work
from tests.desk import factory
from tests.desk.factory import complaint
from tests.desk.test_reporting_rule_sets import EU, FDA

pytestmark = pytest.mark.usefixtures("site")
ASSESSMENT = "Reportability Assessment"


def opened(**values):
    about = complaint(awareness_date=getdate())
    return factory.make(ASSESSMENT, **{"complaint": about.name, "rule_set": FDA, **values})


def somebody(role):
    return factory.user(role, email=f"{frappe.generate_hash(length=8)}@qms.example")


def heard(name):
    rows = frappe.get_all(
        "QMS Message", {"reference_name": name, "kind": events.ASSESSMENT_DUE, "channel": "desk"}, ["to_user", "text"], order_by="creation"
    )  # fmt: skip
    return [(row.to_user, row.text) for row in rows]


def remind(monkeypatch, day):
    monkeypatch.setattr(frappe.db, "commit", lambda: None)
    return remind_of_deadlines(day)


class TestReminders:
    def test_each_is_told_once_to_who_answers_for_it_and_once_it_has_passed_to_all(self, monkeypatch):
        mine, other, quality = (
            somebody(roles.REGULATORY),
            somebody(roles.REGULATORY),
            somebody(roles.QUALITY_MANAGER),
        )
        doc = answered(opened(assessor=mine))
        due = getdate(doc.deadline)
        for ahead, told in ((9, 0), (5, 1), (4, 0), (1, 1), (0, 0)):
            before = len(heard(doc.name))
            remind(monkeypatch, add_days(due, -ahead))
            assert len(heard(doc.name)) - before == told, ahead
        assert {user for user, _text in heard(doc.name)} == {mine}
        assert "Days left: 5" in heard(doc.name)[0][1]
        remind(monkeypatch, add_days(due, 1))
        late = heard(doc.name)[2:]
        assert {mine, other, quality} <= {user for user, _text in late}
        assert all("is still open" in text for _user, text in late)
        assert len({user for user, _text in late}) == len(late)
        remind(monkeypatch, add_days(due, 2))
        assert len(heard(doc.name)) == len(late) + 2

    def test_without_somebody_all_of_regulatory_affairs_hear(self, monkeypatch):
        user = somebody(roles.REGULATORY)
        doc = answered(opened())
        remind(monkeypatch, add_days(doc.deadline, -3))
        assert user in {told for told, _text in heard(doc.name)}

    def test_another_deadline_is_told_anew_and_what_is_decided_is_not(self, monkeypatch):
        doc = answered(opened(assessor=somebody(roles.REGULATORY)))
        remind(monkeypatch, add_days(doc.deadline, -5))
        doc.reload()
        assert doc.reminded == 1
        doc.awareness_date = add_days(doc.awareness_date, -1)
        doc.save()
        assert doc.reminded == 0
        doc.update(
            {"status": "reported", "reason": "Injury", "submitted_on": getdate(), "submission_reference": "1"}
        )
        doc.save()
        told = len(heard(doc.name))
        remind(monkeypatch, add_days(doc.deadline, 3))
        assert len(heard(doc.name)) == told


def answered(doc):
    """Found reportable within 30 days."""
    frappe.set_user("Administrator")
    for key, said in (("us_marketed", "yes"), ("death_or_serious_injury", "yes"), ("us_not_caused", "no"), ("authority_request", "no"), ("unreasonable_risk_action", "no")):  # fmt: skip
        doc.append("answers", {"question_key": key, "answer": said})
    doc.save()
    return doc


def test_my_work_holds_what_i_answer_for_what_nobody_does_and_what_is_late():
    me, other = somebody(roles.REGULATORY), somebody(roles.REGULATORY)
    mine, theirs, nobodys = opened(assessor=me), opened(assessor=other), opened()
    late = factory.make(
        ASSESSMENT,
        complaint=complaint(awareness_date=add_days(getdate(), -40)).name,
        rule_set=FDA,
        assessor=other,
    )
    with factory.as_user(me):
        rows = {row["name"] for row in my_work(me, now_datetime())["rows"] if row["kind"] == "assessment"}
    assert {mine.name, nobodys.name, late.name} <= rows
    assert theirs.name not in rows


def signal(*cases):
    """A rise that was found, past the scan that finds one."""
    doc = frappe.get_doc(
        {"doctype": SIGNAL, "title": "Handles break", "company": factory.company(), "state": "new", "observed": 9, "expected": 3}
    )  # fmt: skip
    doc.set_new_name()
    doc.db_insert()
    for name in cases:
        frappe.get_doc(
            {
                "doctype": "Signal Complaint",
                "parent": doc.name,
                "parenttype": SIGNAL,
                "parentfield": "complaints",
                "complaint": name,
            }
        ).db_insert()
    return doc


class TestSignals:
    def test_an_assessment_of_a_signal_has_its_company_and_counts_from_its_day(self):
        about = signal(complaint().name)
        doc = factory.make(ASSESSMENT, signal=about.name, rule_set=EU)
        assert (doc.company, doc.awareness_date) == (about.company, getdate(about.creation))
        with pytest.raises(frappe.ValidationError, match="The signal was known on"):
            late(about)
        with pytest.raises(frappe.ValidationError, match="one of them"):
            factory.make(ASSESSMENT, signal=about.name, complaint=complaint().name, rule_set=EU)
        doc.signal = signal().name
        with pytest.raises(GateError, match="belongs to signal"):
            doc.save()

    def test_nobody_decides_about_a_signal_while_one_is_open(self):
        about = signal(complaint().name)
        doc = factory.make(ASSESSMENT, signal=about.name, rule_set=EU)
        wanted = deciding.SignalDecision(DISMISSED, "A campaign asked for it")
        with pytest.raises(GateError, match=doc.name):
            deciding.decide_signal(about.name, wanted)
        doc.append("answers", {"question_key": "eu_marketed", "answer": "no"})
        doc.update({"status": "not_reportable", "reason": "Not sold there"})
        doc.save()
        assert deciding.decide_signal(about.name, wanted).state == "decided"

    def test_who_may_not_see_a_complaint_of_the_signal_sees_no_assessment_of_it(self):
        open_to, hidden = complaint(), complaint()
        user = factory.user(roles.REGULATORY, email=f"{frappe.generate_hash(length=8)}@qms.example")
        factory.make("User Permission", user=user, allow="Customer", for_value=open_to.customer)
        seen = factory.make(ASSESSMENT, signal=signal(open_to.name).name, rule_set=EU)
        unseen = factory.make(ASSESSMENT, signal=signal(open_to.name, hidden.name).name, rule_set=EU)
        with factory.as_user(user):
            listed = frappe.get_list(
                ASSESSMENT, {"name": ("in", [seen.name, unseen.name])}, pluck="name", order_by="name"
            )
            assert listed == [seen.name]
            assert frappe.get_doc(ASSESSMENT, seen.name).has_permission("read")
            assert not frappe.get_doc(ASSESSMENT, unseen.name).has_permission("read")


def late(about):
    frappe.db.set_value(SIGNAL, about.name, "creation", add_days(now_datetime(), -3))
    return factory.make(ASSESSMENT, signal=about.name, rule_set=EU, awareness_date=getdate())


def test_the_report_names_the_clause_that_sets_the_deadline():
    asked = opened()
    by_hand = opened(rule_set="", jurisdiction="United States (FDA)", rule_key="us_803_30_day")
    rows = {row["name"]: row["rule_key"] for row in ReportabilityReport({"show": "open"}).rows()}
    assert rows[asked.name].startswith("21 CFR 803.")
    assert rows[by_hand.name] == "21 CFR 803.50"
