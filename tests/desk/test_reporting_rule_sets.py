"""Rule sets of reportability on a real site: versions, who releases them, and that assessments keep theirs."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_days, getdate

from complaint_qms.api import reportability as api
from complaint_qms.constants import roles
from complaint_qms.constants.reportability import RULE_SET
from complaint_qms.exceptions import GateError
from complaint_qms.services.record.language import speaking
from complaint_qms.services.reportability import questionnaire, rule_sets
from tests.desk import factory
from tests.desk.factory import complaint

FDA, EU, CHINA = "FDA 21 CFR 803", "EU MDR Art. 87 and 88", "China NMPA Device Adverse Events"
pytestmark = pytest.mark.usefixtures("site")


def as_regulatory():
    frappe.set_user(factory.user(roles.REGULATORY))


def draft(**values):
    """A small set of a jurisdiction of its own."""
    rows = {
        "rule_set_name": factory.unique("Rules"), "jurisdiction_key": f"t_{frappe.generate_hash(length=8)}", "jurisdiction": "Testland",
        "authority": "TA", "regulation": "Act 1", "work_days": "weekdays",
        "questions": [{"question_key": "harm", "question": "Was somebody harmed?", "on_yes": "report", "on_no": "nothing"}],
        "outcomes": [
            {"outcome_key": "report", "kind": "must_report", "statement": "Report it.", "clause": "1", "term": "in_days", "days": 5, "unit": "work"},
            {"outcome_key": "nothing", "kind": "no_report", "statement": "Nothing.", "clause": "2"},
        ],
    }  # fmt: skip
    return factory.make(RULE_SET, **{**rows, **values})


def assessment(rule_set, **values):
    known = values.pop("known", None) or getdate()
    with factory.as_user("Administrator"):
        about = complaint(awareness_date=known)
    return factory.make("Reportability Assessment", complaint=about.name, rule_set=rule_set, **values)


class TestShipped:
    def test_two_are_in_force_and_the_others_wait_to_be_confirmed(self):
        rows = frappe.get_all(
            RULE_SET, {"version": 1}, ["jurisdiction_key", "status", "is_preset"], order_by="name"
        )
        standing = {
            row.jurisdiction_key: (row.status, row.is_preset)
            for row in rows
            if not row.jurisdiction_key.startswith("t_")
        }
        assert {key for key, row in standing.items() if row == ("in_force", 0)} == {"us_fda", "eu_mdr"}
        assert {key for key, row in standing.items() if row == ("draft", 1)} == {
            "uk_mhra", "cn_nmpa", "eu_food", "us_food", "uk_fca", "us_cfpb",
        }  # fmt: skip

    def test_each_stands_as_it_was_shipped_and_is_sound(self):
        for shipped in rule_sets.shipped_sets():
            doc = frappe.get_doc(RULE_SET, shipped["rule_set_name"])
            assert [one.question_key for one in doc.questions] == [
                one["question_key"] for one in shipped["questions"]
            ]
            assert rule_sets.faults_of(doc) == (
                []
                if doc.work_days != "holiday_list"
                else ["Choose the Holiday List that work days leave out."]
            )

    def test_a_preset_that_nobody_confirmed_does_not_count(self):
        with pytest.raises(frappe.ValidationError, match="is not in force"):
            assessment(CHINA)
        as_regulatory()
        api.release(CHINA, "Text of 13 August 2018, read on samr.gov.cn")
        made = assessment(CHINA)
        assert (made.rule_key, made.jurisdiction) == ("cn_group_event", "China (NMPA)")
        assert made.deadline == getdate()


class TestVersions:
    def test_a_released_one_is_never_edited_and_a_new_version_replaces_it(self):
        as_regulatory()
        first = draft()
        assert api.release(first.name, "Act 1 of 2020") == "in_force"
        first.reload()
        assert (first.released_by, first.release_note) == (frappe.session.user, "Act 1 of 2020")
        for change in (
            lambda: first.outcomes[0].set("days", 9),
            lambda: first.set("authority", "Other"),
            lambda: first.set("questions", first.questions[:0]),
        ):
            change()
            with pytest.raises(GateError, match="Make a new version"):
                first.save()
            first.reload()
        held = assessment(first.name)
        second = frappe.get_doc(RULE_SET, api.make_version(first.name))
        assert (second.name, second.version, second.previous_version) == (f"{first.name} v2", 2, first.name)
        assert (second.status, second.released_by, second.release_note) == ("draft", None, None)
        second.outcomes[0].days = 3
        second.save()
        with pytest.raises(frappe.ValidationError, match="is the draft of this jurisdiction"):
            api.make_version(first.name)
        api.release(second.name, "Act 1 as amended 2026")
        assert frappe.db.get_value(RULE_SET, first.name, "status") == "replaced"
        held.reload().relation_to_event = "None"
        held.save()
        api.answer(held.name, "harm", "yes")
        held.reload()
        assert held.rule_set == first.name
        assert held.deadline == add_work_days(getdate(), 5)
        with pytest.raises(frappe.ValidationError, match="is not in force"):
            assessment(first.name)
        assert assessment(second.name).deadline == add_work_days(getdate(), 3)

    def test_a_withdrawn_one_is_chosen_no_more(self):
        as_regulatory()
        doc = draft()
        with pytest.raises(frappe.ValidationError, match="is not in force"):
            api.withdraw(doc.name)
        api.release(doc.name, "Act 1")
        held = assessment(doc.name)
        assert api.withdraw(doc.name) == "withdrawn"
        with pytest.raises(frappe.ValidationError, match="is not in force"):
            assessment(doc.name)
        assert api.answer(held.name, "harm", "no")["outcome"]["kind"] == "no_report"

    @pytest.mark.parametrize("role", [roles.MANAGER, roles.QUALITY_MANAGER, roles.AGENT, "System Manager"])
    def test_nobody_else_writes_or_releases(self, role):
        doc = draft()
        frappe.set_user(factory.user(role))
        for call in (
            lambda: draft(),
            lambda: frappe.get_doc(RULE_SET, doc.name).save(),
            lambda: api.release(doc.name, "x"),
            lambda: api.make_version(FDA),
            lambda: api.withdraw(FDA),
        ):
            with pytest.raises(frappe.PermissionError):
                call()

    def test_what_the_server_writes_is_not_sent_along(self):
        as_regulatory()
        doc = draft(
            status="in_force", version=9, released_by="Administrator", is_preset=1, holidays="2026-01-01"
        )
        assert (doc.status, doc.version, doc.released_by, doc.is_preset, doc.holidays) == (
            "draft",
            1,
            None,
            0,
            None,
        )

    def test_nothing_is_deleted_or_renamed(self):
        doc = draft()
        for call in (
            lambda: frappe.delete_doc(RULE_SET, doc.name),
            lambda: frappe.rename_doc(RULE_SET, doc.name, "Other"),
        ):
            with pytest.raises(frappe.ValidationError):
                call()


class TestReleaseIsRefused:
    @pytest.mark.parametrize(
        ("values", "told"),
        [
            ({"questions": []}, "There is no question"),
            (
                {
                    "questions": [
                        {"question_key": "harm", "question": "?", "on_yes": "report", "on_no": "gone"}
                    ]
                },
                "gone is neither",
            ),
            (
                {
                    "questions": [
                        {"question_key": "harm", "question": "?", "on_yes": "report", "on_no": "harm"}
                    ]
                },
                "comes again",
            ),
            (
                {
                    "questions": [
                        {"question_key": "harm", "question": "?", "on_yes": "report", "on_no": "report"}
                    ]
                },
                "nothing is never reached",
            ),
            ({"work_days": "holiday_list"}, "Choose the Holiday List"),
        ],
    )
    def test_for_what_is_wrong_with_it(self, values, told):
        as_regulatory()
        doc = draft(**values) if "questions" not in values or values["questions"] else draft()
        if not values.get("questions", True):
            doc.set("questions", [])
            doc.save()
        doc.run_method("onload")
        assert any(told in line for line in doc.get_onload("faults"))
        with pytest.raises(frappe.ValidationError, match=told):
            api.release(doc.name, "Act 1")

    @pytest.mark.parametrize("row", [{"term": None}, {"days": 0}, {"unit": None}, {"days": 99999}])
    def test_for_an_outcome_without_a_time_limit(self, row):
        as_regulatory()
        doc = draft()
        doc.outcomes[0].update(row)
        doc.save()
        with pytest.raises(frappe.ValidationError, match="Outcome report"):
            api.release(doc.name, "Act 1")

    def test_without_a_word_on_what_it_was_compared_with(self):
        as_regulatory()
        doc = draft()
        with pytest.raises(frappe.ValidationError, match="Compared With"):
            api.release(doc.name, " \u200b")

    @pytest.mark.parametrize("key", ["", "No", "1a", "a b", "a-b", "<b>", "a" * 99])
    def test_a_key_is_a_plain_word(self, key):
        as_regulatory()
        with pytest.raises(frappe.ValidationError):
            draft(outcomes=[{"outcome_key": key, "kind": "no_report", "statement": "x", "clause": "x"}])


def test_a_rule_set_is_read_through_in_the_language_of_its_reader():
    doc = draft()
    answers = questionnaire.read_through(doc)[0]["answers"]
    assert answers == [("Yes", "Report it. · 1"), ("No", "Nothing. · 2")]
    with speaking("zh"):
        first = questionnaire.read_through(frappe.get_doc(RULE_SET, EU))[0]
    assert not first["question"].isascii()
    assert first["answers"][0] == ("是", "转到第 2 题")


def test_a_holiday_list_counts_as_it_was_when_the_rules_were_released():
    as_regulatory()
    known = getdate("2026-03-02")  # a Monday
    with factory.as_user("Administrator"):
        shut = factory.make(
            "Holiday List", holiday_list_name=factory.unique("Bank"), from_date="2026-01-01", to_date="2026-12-31",
            holidays=[{"holiday_date": "2026-03-04", "description": "Bank holiday"}],
        )  # fmt: skip
    doc = draft(work_days="holiday_list", holiday_list=shut.name)
    api.release(doc.name, "Act 1")
    assert frappe.db.get_value(RULE_SET, doc.name, "holidays") == "2026-03-04"
    with factory.as_user("Administrator"):
        shut.append("holidays", {"holiday_date": "2026-03-05", "description": "Shut"})
        shut.save()
    made = assessment(doc.name, known=known)
    assert made.deadline == getdate("2026-03-10")  # Tue, Thu, Fri, Mon, Tue


def add_work_days(day, days):
    while days:
        day = add_days(day, 1)
        days -= day.weekday() < 5
    return day
