"""Who leads investigations takes up what they make; a root cause tells what its verification lacks."""

from __future__ import annotations

import frappe
import pytest
from frappe.desk.form.load import getdoc

from complaint_qms.api import progress
from complaint_qms.constants import roles
from complaint_qms.constants.contributing import FIELD
from complaint_qms.services.work import judging
from tests.desk import factory


def made_by(*held: str, **values: object):
    with factory.as_user(factory.user(*held)):
        return factory.make("Investigation", complaint=factory_complaint(), title="x", **values)


def factory_complaint() -> str:
    with factory.as_user("Administrator"):
        return factory.complaint().name


class TestInvestigator:
    def test_an_investigator_takes_up_what_they_make(self):
        study = made_by(roles.INVESTIGATOR)
        assert study.investigator == study.owner
        assert study.owner in {row.user for row in study.get(FIELD)}

    def test_who_is_named_stays(self):
        named = factory.user(roles.INVESTIGATOR)
        assert made_by(roles.INVESTIGATOR, investigator=named).investigator == named

    @pytest.mark.parametrize("role", [roles.MANAGER, roles.QUALITY_MANAGER, "System Manager"])
    def test_others_leave_it_open(self, role: str):
        assert not made_by(role).investigator

    def test_administrator_leaves_it_open(self):
        assert not factory.make("Investigation", complaint=factory.complaint().name, title="x").investigator

    def test_who_may_not_work_on_it_is_not_named(self):
        complaint = factory_complaint()
        with factory.as_user(factory.person(roles.INVESTIGATOR, Customer=factory.customer().name)):
            study = frappe.new_doc("Investigation", complaint=complaint, title="x")
            study.insert(ignore_permissions=True)  # as a job or a rule of a site does
        assert not study.investigator

    def test_what_is_imported_is_history(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(frappe.flags, "in_import", True, raising=False)
        assert not made_by(roles.INVESTIGATOR).investigator

    def test_what_is_stored_is_nobodys_until_somebody_is_named(self):
        study = made_by(roles.MANAGER)
        with factory.as_user(factory.user(roles.INVESTIGATOR)):
            study = frappe.get_doc("Investigation", study.name)
            study.team = "Laboratory"
            study.save()
        assert not study.investigator


class TestStagesOfACause:
    @pytest.fixture
    def cause(self):
        study = factory.investigation()
        with factory.as_user(study.investigator):
            return factory.make("Root Cause", investigation=study.name, title="x", description="x")

    def seen_by(self, user: str, cause):
        with factory.as_user(user):
            return progress.overview(cause.name, "Root Cause")

    def wanted(self, overview) -> set[str]:
        return {row["field"] for step in overview["next"] for row in step["missing"]}

    def test_its_analyst_sees_what_is_missing_and_not_that_somebody_else_judges(self, cause):
        seen = self.seen_by(cause.analyst, cause)
        assert [(step["stage"], step["status"]) for step in seen["steps"]] == [
            ("draft", "now"),
            ("verified", "next"),
        ]
        assert self.wanted(seen) == {"method", "category", "verification_method"}

    def test_once_all_is_there_the_next_step_is_the_reviewers(self, cause):
        with factory.as_user(cause.analyst):
            cause.update({"method": "other", "category": "machine", "verification_method": "x"}).save()
        assert self.seen_by(cause.analyst, cause)["next"] == []
        (step,) = self.seen_by(factory.user(roles.QUALITY_MANAGER), cause)["next"]
        assert step["primary"]
        assert step["missing"] == []

    def test_a_manager_who_wrote_it_has_no_next_step_that_would_be_refused(self, cause):
        author = factory.user(roles.QUALITY_MANAGER)
        with factory.as_user(author):
            cause.reload().update({"description": "The heater broke."}).save()
        (step,) = self.seen_by(author, cause)["next"]
        assert not step["primary"]
        with factory.as_user(author):
            (told,) = [one for one in judging.offered(cause.reload()) if one["action"] == "Verify"]
        assert told["blocked"] == step["blocked"]
        assert "somebody else" in step["blocked"]

    def test_who_only_reads_has_no_step(self, cause):
        assert self.seen_by(factory.user(roles.AGENT), cause)["next"] == []

    def test_a_judged_cause_says_who_and_when(self):
        cause = factory.verified_cause(factory.investigation())
        seen = progress.overview(cause.name, "Root Cause")
        assert seen["is_closed"]
        assert seen["next"] == []
        assert seen["steps"][1]["by"] == "Administrator"
        assert seen["steps"][1]["left_at"] == cause.verified_at
        assert [step["status"] for step in seen["steps"]] == ["done", "done"]

    def test_it_comes_with_the_record(self, cause):
        frappe.local.response = frappe._dict(docs=[])
        getdoc("Root Cause", cause.name)
        (sent,) = frappe.local.response.docs
        assert sent.get("__onload").overview == progress.overview(cause.name, "Root Cause")

    def test_it_is_not_told_to_strangers(self, cause):
        with pytest.raises(frappe.PermissionError):
            self.seen_by(factory.user("Employee"), cause)

    def test_no_step_is_taken_past_its_judgement(self, cause):
        with pytest.raises(frappe.ValidationError, match="has no stages"):
            progress.take_step(cause.name, "Verify", doctype="Root Cause")
