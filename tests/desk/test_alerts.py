"""Severe and harmful complaints: whom the settings name is told at once, each person once for each complaint."""

from __future__ import annotations

import frappe
import pytest
from frappe.permissions import add_user_permission

from complaint_qms.constants import events, roles
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.patches.v1_0 import priority_of_open_complaints, ratings_and_alerts, ratings_of_occurrences
from complaint_qms.services.classifier import scoring
from tests.desk import factory
from tests.desk.factory import as_user, complaint, person
from tests.desk.test_classifier import unread


@pytest.fixture
def named() -> str:
    return person(roles.MANAGER)


@pytest.fixture
def alerts(named):
    """Function: the rows of the settings, each for the person named here unless it says otherwise."""

    def put(*rows: dict) -> None:
        settings = frappe.get_single(SETTINGS)
        settings.alerts = []
        for row in rows:
            settings.append("alerts", {"user": named, **row} if "role" not in row else row)
        settings.save()

    put({"severity": "Critical", "harm_level": "serious"})
    return put


def told(doc) -> list[dict]:
    return frappe.get_all(
        "QMS Message",
        {"reference_name": doc.name, "kind": events.GRAVE},
        ["to_user", "channel", "state", "text"],
        order_by="channel asc, to_user asc",
    )


def users(doc) -> list[str]:
    return [row.to_user for row in told(doc) if row.channel == "desk"]


class TestWhen:
    def test_a_severe_complaint_is_told_in_the_desk_and_by_mail_as_it_is_registered(self, alerts, named):
        doc = complaint(severity="Critical")
        assert [(row.to_user, row.channel) for row in told(doc)] == [(named, "desk"), (named, "email")]
        assert doc.name in told(doc)[0].text
        assert frappe.db.get_value("Complaint", doc.name, "alerted_at")

    def test_a_mild_one_is_not(self, alerts):
        doc = complaint(severity="Minor", harm_level="minor")
        assert told(doc) == []
        assert not frappe.db.get_value("Complaint", doc.name, "alerted_at")

    @pytest.mark.parametrize(
        "values", [{"severity": "Catastrophic"}, {"harm_level": "death"}, {"harm_level": "serious"}]
    )
    def test_judging_it_so_later_tells_once(self, alerts, named, values):
        doc = complaint(severity="Minor")
        for change in (values, {"severity": "Critical"}):
            doc.reload()
            doc.update(change)
            doc.save()
        assert users(doc) == [named]

    def test_whoever_judged_it_is_not_told_of_their_own_judgement(self, alerts, named):
        doc = complaint(severity="Minor")
        with as_user(named):
            other = frappe.get_doc("Complaint", doc.name)
            other.severity = "Critical"
            other.save()
        assert users(doc) == []
        assert not frappe.db.get_value("Complaint", doc.name, "alerted_at")

    def test_harm_that_is_known_later_reaches_whoever_is_named_for_harm(self, alerts, named):
        regulatory = person(roles.REGULATORY)
        alerts({"severity": "Critical"}, {"harm_level": "serious", "user": regulatory})
        doc = complaint(severity="Critical")
        assert users(doc) == [named]
        doc.reload()
        doc.harm_level = "death"
        doc.save()
        assert sorted(users(doc)) == sorted([named, regulatory])

    def test_who_wants_to_be_told_of_nothing_is_not_said_to_have_been(self, alerts, named):
        wishes = frappe.get_doc("Notification Settings", named)
        wishes.enabled = wishes.enable_email_notifications = 0
        wishes.save(ignore_permissions=True)
        doc = complaint(severity="Critical")
        assert told(doc) == []
        assert not frappe.db.get_value("Complaint", doc.name, "alerted_at")

    def test_a_request_cannot_say_that_it_was_told(self, alerts, named):
        doc = complaint(severity="Minor", alerted_at="2020-01-01 00:00:00")
        doc.reload()
        assert not doc.alerted_at
        doc.update({"severity": "Critical", "alerted_at": "2020-01-01 00:00:00"})
        doc.save()
        assert users(doc) == [named]

    @pytest.mark.parametrize("rule", [{"harm_level": "serious"}, {"severity": "Critical"}])
    def test_words_of_a_text_tell_before_anybody_has_judged(self, alerts, named, rule):
        """Of harm, and of the severity that they stand for."""
        alerts(rule)
        burned = complaint(
            description="The kettle exploded, my wife was hospitalized with severe burns.", severity="Minor"
        )
        mild = complaint(description="The lamp got my hand a small cut. No hospital.", severity=None)
        for doc in (burned, mild):
            unread(doc)
        scoring.read_unread()
        unread(burned)
        scoring.read_unread()
        assert users(burned) == [named], "once"
        assert "severe burn" in told(burned)[0].text
        assert told(mild) == []


class TestWho:
    def test_the_company_of_a_row_counts(self, alerts, named):
        alerts({"severity": "Critical", "company": factory.other_company()})
        assert users(complaint(severity="Critical")) == []

    def test_a_role_is_everybody_who_holds_it_and_may_see_the_complaint(self, alerts):
        seeing, blind = person(roles.REGULATORY), person(roles.REGULATORY)
        add_user_permission("Customer", factory.customer().name, blind)
        alerts({"harm_level": "serious", "role": roles.REGULATORY})
        found = users(complaint(harm_level="serious"))
        assert seeing in found
        assert blind not in found

    def test_nobody_twice_whom_two_rows_name(self, alerts, named):
        alerts({"severity": "Critical"}, {"harm_level": "serious"})
        assert users(complaint(severity="Critical", harm_level="death")) == [named]

    def test_without_rows_nobody_is_told(self, alerts):
        alerts()
        assert told(complaint(severity="Catastrophic")) == []

    @pytest.mark.parametrize(
        "row", [{"severity": "Critical", "user": None}, {"severity": None, "harm_level": None}]
    )
    def test_a_row_that_says_too_little_is_refused(self, alerts, row):
        with pytest.raises(frappe.ValidationError, match="row 1"):
            alerts(row)

    def test_a_new_site_tells_managers_and_regulatory_affairs(self):
        from complaint_qms.setup.seed import seed_alerts

        settings = frappe.new_doc(SETTINGS)
        settings.alerts = []
        seed_alerts(settings)
        assert {row.role for row in settings.alerts} == {roles.MANAGER, roles.REGULATORY}


class TestPriority:
    def test_it_is_read_off_severity_occurrence_and_detection(self):
        doc = complaint(severity="Serious", occurrence="Occasional")
        assert doc.action_priority == "high"  # 8, 4, and 10 for what nobody found
        doc.detection = 3
        doc.save()
        assert doc.action_priority == "medium"
        doc.occurrence = None
        doc.save()
        assert not doc.action_priority

    @pytest.mark.parametrize("rating", [11, 99])
    def test_another_detection_is_refused(self, rating):
        with pytest.raises(frappe.ValidationError, match="1 to 10"):
            complaint(detection=rating)

    def test_a_severity_without_a_rating_has_no_priority(self):
        level = factory.make("Risk Severity", severity_name=factory.unique("Level"), rank=9)
        assert not complaint(severity=level.name, occurrence="Occasional").action_priority
        level.fmea_rating = 10
        level.save()
        assert complaint(severity=level.name, occurrence="Occasional").action_priority == "high"

    def test_a_request_cannot_set_it(self):
        assert (
            complaint(severity="Minor", occurrence="Improbable", action_priority="high").action_priority
            == "low"
        )

    def test_a_rating_beyond_ten_is_refused(self):
        with pytest.raises(frappe.ValidationError, match="1 to 10"):
            factory.make("Risk Severity", severity_name=factory.unique("Level"), rank=9, fmea_rating=11)

    def test_an_open_complaint_follows_the_rating_of_its_level(self):
        level = factory.make("Risk Severity", severity_name=factory.unique("Level"), rank=9, fmea_rating=8)
        doc = complaint(severity=level.name, occurrence="Occasional")
        assert doc.action_priority == "high"
        level.fmea_rating = 1
        level.save()
        assert frappe.db.get_value("Complaint", doc.name, "action_priority") == "low"

    def test_an_occurrence_is_rated_by_its_own_rating_else_by_its_rates(self):
        level = factory.make(
            "Risk Occurrence", occurrence_name=factory.unique("Level"), rank=9, rate_from=1e-6
        )
        severity = factory.make("Risk Severity", severity_name=factory.unique("Level"), rank=9, fmea_rating=4)
        doc = complaint(severity=severity.name, occurrence=level.name, detection=4)
        assert doc.action_priority == "medium"  # 4, 6, 4: anywhere above one in a million is no 10
        for rating, priority in ((3, "low"), (8, "medium"), (0, "medium")):
            level.fmea_rating = rating
            level.save()
            assert frappe.db.get_value("Complaint", doc.name, "action_priority") == priority
        level.fmea_rating = 11
        with pytest.raises(frappe.ValidationError, match="1 to 10"):
            level.save()

    def test_shipped_occurrences_of_an_older_site_get_their_rating_unless_the_site_changed_their_rates(self):
        shipped, changed = "Frequent", "Probable"
        frappe.db.set_value("Risk Occurrence", {"name": ("in", (shipped, changed))}, "fmea_rating", 0)
        frappe.db.set_value("Risk Occurrence", changed, "rate_to", 0.5)
        ratings_of_occurrences.execute()
        assert frappe.db.get_value("Risk Occurrence", shipped, "fmea_rating") == 8
        assert not frappe.db.get_value("Risk Occurrence", changed, "fmea_rating")

    def test_complaints_from_before_get_their_priority_unless_they_have_ended(self):
        doc, ended = (complaint(severity="Serious", occurrence="Occasional") for _ in range(2))
        for one, stage in ((doc, "intake"), (ended, "closed")):
            frappe.db.set_value("Complaint", one.name, {"action_priority": None, "stage": stage})
        priority_of_open_complaints.execute()
        assert frappe.db.get_value("Complaint", doc.name, "action_priority") == "high"
        assert not frappe.db.get_value("Complaint", ended.name, "action_priority")


class TestPatch:
    def test_settings_with_an_old_wrong_value_get_the_rows_all_the_same(self, alerts):
        alerts()
        frappe.db.set_single_value(SETTINGS, {"default_sop": None, "default_risk_matrix": "No such matrix"})
        ratings_and_alerts.execute()
        rows = frappe.get_single(SETTINGS).alerts
        assert {(row.role, row.severity, row.harm_level) for row in rows} == {
            (roles.MANAGER, "Critical", "serious"),
            (roles.REGULATORY, None, "serious"),
        }
