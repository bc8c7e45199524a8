"""My Work Today: what waits for a person, in which order, and what it costs to find out."""

from __future__ import annotations

from datetime import datetime

import frappe
import pytest
from frappe.permissions import add_user_permission
from frappe.utils import add_days, getdate, now_datetime

from complaint_qms.api import work as api
from complaint_qms.constants import roles, work
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.work.today import my_work
from tests.desk import factory, settling
from tests.desk.factory import complaint, in_triage, person

WEDNESDAY = "2026-01-07 09:00:00"  # a first response is due at 14:00, at risk from 12:00 on


@pytest.fixture(autouse=True)
def shows_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much work lies on the site already, it crowds out none of a test's."""
    monkeypatch.setattr(work, "MOST", 1_000_000)
    monkeypatch.setattr(work, "CANDIDATES", 1_000_000)


def rows_of(user: str, *names: str, now: datetime | None = None, kind: str | None = None) -> dict[str, dict]:
    """The user's rows about these records, of one kind of work where it is given, in the order of the page."""
    frappe.set_user(user)
    found = my_work(user, now or now_datetime())["rows"]
    frappe.set_user("Administrator")
    return {row["name"]: row for row in found if row["name"] in names and kind in (None, row["kind"])}


class TestComplaints:
    @pytest.mark.parametrize(
        ("clock", "group", "status", "left", "share"),
        [
            ("2026-01-07 10:00:00", work.GROUP_TODAY, "on_track", 3 * 3600, 0.25),
            ("2026-01-07 13:30:00", work.GROUP_TODAY, "at_risk", 1800, 0.875),
            ("2026-01-07 15:00:00", work.GROUP_OVERDUE, "overdue", -3600, 1.25),
            ("2026-01-06 10:00:00", work.GROUP_WEEK, "on_track", 4 * 3600, 0.0),
            ("2025-12-20 10:00:00", work.GROUP_LATER, "on_track", 4 * 3600, 0.0),
        ],
    )
    def test_the_clock_that_runs_out_first_says_where_it_stands(self, clock, group, status, left, share):
        doc = complaint(received_at=WEDNESDAY)
        row = rows_of(person(roles.AGENT), doc.name, now=datetime.fromisoformat(clock))[doc.name]
        assert (row["group"], row["action"], row["missing"]) == (group, "Start Triage", 0)
        time = row["time"]
        assert (time["clock"], str(time["due"])) == ("response", "2026-01-07 14:00:00")
        assert (time["status"], time["left"], time["share"]) == (status, left, share)

    def test_what_runs_out_first_is_on_top(self):
        late, first = complaint(received_at="2026-01-08 09:00:00"), complaint(received_at=WEDNESDAY)
        found = rows_of(person(roles.AGENT), late.name, first.name, now=datetime(2026, 1, 6, 10))
        assert list(found) == [first.name, late.name]

    def test_the_day_is_the_viewers(self, monkeypatch):
        monkeypatch.setattr(
            "complaint_qms.services.record.site_time.get_system_timezone", lambda: "Europe/Berlin"
        )
        doc, user = complaint(received_at=WEDNESDAY), person(roles.AGENT)
        frappe.db.set_value("User", user, "time_zone", "Pacific/Auckland")
        frappe.clear_document_cache("User", user)
        # At noon of Wednesday in Berlin it is Thursday in Auckland; 14:00 is Thursday there as well.
        assert rows_of(user, doc.name, now=datetime(2026, 1, 7, 10))[doc.name]["group"] == work.GROUP_WEEK
        assert (
            rows_of(user, doc.name, now=datetime(2026, 1, 7, 12, 30))[doc.name]["group"] == work.GROUP_TODAY
        )

    def test_a_handler_who_cannot_take_the_step_waits_for_those_who_can(self):
        agent, manager = person(roles.AGENT), person(roles.MANAGER)
        doc = in_triage(complaint_owner=agent)
        row = rows_of(agent, doc.name)[doc.name]
        assert (row["group"], row["action"]) == (work.GROUP_WAITING, None)
        assert row["waits_for"] == {"roles": [roles.MANAGER, roles.QUALITY_MANAGER]}
        row = rows_of(manager, doc.name)[doc.name]
        assert (row["action"], row["waits_for"]) == ("Investigate", None)
        assert row["missing"] > 1
        assert row["field"] == "is_complaint"
        assert row["first_missing"] == "Decide whether this is a complaint."

    def test_a_handler_with_the_role_spares_the_others(self):
        mine, other = person(roles.MANAGER), person(roles.MANAGER)
        doc = in_triage(complaint_owner=mine)
        assert rows_of(mine, doc.name)
        assert not rows_of(other, doc.name)

    def test_a_stage_may_name_a_person(self):
        user = person(roles.REGULATORY)
        doc = in_triage()
        sop = frappe.get_doc("Complaint SOP", doc.sop)
        next(row for row in sop.stages if row.stage == "triage").responsible_user = user
        sop.save()
        assert rows_of(user, doc.name)[doc.name]["group"] == work.GROUP_WAITING  # takes no step out of triage
        assert not rows_of(person(roles.MANAGER), doc.name)

    def test_a_hold_waits_until_its_day(self):
        user = person(roles.MANAGER)
        doc = in_triage(complaint_owner=user)
        now = now_datetime()
        until = add_days(now, 2).date()
        take_step(doc, "Hold", {"hold_reason": "Sample is on its way.", "hold_until": until})
        row = rows_of(user, doc.name, now=now)[doc.name]
        assert (row["group"], row["waits_for"]) == (work.GROUP_WAITING, {"text": "Sample is on its way."})
        row = rows_of(user, doc.name, now=add_days(now, 2))[doc.name]
        assert (row["group"], row["action"], row["waits_for"]) == (work.GROUP_TODAY, "Resume", None)
        assert rows_of(user, doc.name, now=add_days(now, 3))[doc.name]["group"] == work.GROUP_OVERDUE

    def test_what_has_ended_is_no_work(self):
        user = person(roles.MANAGER)
        doc = in_triage(complaint_owner=user)
        take_step(doc, "Void", {"void_reason": "A test"})
        assert not rows_of(user, doc.name)


class TestOtherWork:
    def test_an_investigation_is_its_investigators_and_then_a_reviewers(self):
        mine, reviewer = person(roles.INVESTIGATOR), person(roles.QUALITY_MANAGER)
        now = now_datetime()
        due = add_days(now, 20).date()
        study = factory.investigation(investigator=mine, due_date=due)
        row = rows_of(mine, study.name, now=now)[study.name]
        assert (row["action"], row["missing"], row["group"], row["time"]["days"]) == (
            "Start",
            0,
            work.GROUP_LATER,
            20,
        )
        assert row["customer_name"].startswith("Customer ")
        assert not rows_of(reviewer, study.name)
        take_step(study, "Start", {})
        done = {"problem": "x", "findings": "x", "outcome": "not_confirmed", "conclusion": "x"}
        take_step(study, "Submit for Review", done)
        assert rows_of(mine, study.name)[study.name]["group"] == work.GROUP_WAITING
        row = rows_of(reviewer, study.name)[study.name]
        assert (row["missing"], row["waits_for"]) == (0, None)

    def test_a_settlement_waits_for_those_who_may_approve_it(self):
        _, note, bill = factory.sold(2)
        doc = settling.proposed(bill, {"sales_invoice_item": bill.items[0].name, "item_code": bill.items[0].item_code,
                                       "qty": 1, "rate": factory.RATE, "amount": factory.RATE})  # fmt: skip
        row = rows_of(person(roles.MANAGER), doc.name)[doc.name]
        assert (row["amount"], row["complaint"], row["subject"]) == (100.0, doc.complaint, "Cracked housing")
        assert row["time"]["clock"] == "response"
        assert not rows_of(doc.proposed_by, doc.name)
        assert not rows_of(person(roles.AGENT), doc.name)
        assert note.customer == row["customer"]

    def test_an_action_waits_for_its_owner_alone(self):
        mine, other = person(roles.ACTION_OWNER), person(roles.ACTION_OWNER)
        now = now_datetime()
        capa = approved_capa(mine, now)
        row = rows_of(mine, capa.name, now=now)[capa.name]
        assert (row["kind"], row["subject"], row["missing"], row["time"]["days"]) == (
            "capa_action",
            "Fit a stop",
            1,
            -1,
        )
        assert row["group"] == work.GROUP_OVERDUE
        assert not rows_of(other, capa.name)

    def test_a_capa_is_its_owners_and_then_waits_for_who_judges_it(self):
        mine, judge = person(roles.INVESTIGATOR), person(roles.QUALITY_MANAGER)
        now = now_datetime()
        capa = approved_capa(mine, now, capa_owner=mine)
        row = rows_of(mine, capa.name, now=now, kind=work.CAPA)[capa.name]
        # It lacks causes and an evidence, which no dialog takes in.
        assert (row["action"], row["field"], row["waits_for"]) == (None, "root_causes", None)
        assert (row["group"], row["time"]["days"]) == (work.GROUP_OVERDUE, -1)
        assert not rows_of(judge, capa.name, kind=work.CAPA)

        at(capa, "verify")
        assert rows_of(mine, capa.name, kind=work.CAPA)[capa.name]["waits_for"] == {
            "roles": [roles.QUALITY_MANAGER]
        }
        row = rows_of(judge, capa.name, kind=work.CAPA)[capa.name]
        assert (row["action"], row["field"], row["waits_for"]) == (None, "root_causes", None)
        # Who is to judge and did it themselves is told so.
        capa.db_set("capa_owner", judge)
        row = rows_of(judge, capa.name, kind=work.CAPA)[capa.name]
        assert (row["group"], "somebody else has to verify" in row["waits_for"]["text"]) == (
            work.GROUP_WAITING,
            True,
        )

    def test_effectiveness_waits_for_its_window(self):
        mine, judge = person(roles.INVESTIGATOR), person(roles.QUALITY_MANAGER)
        capa = approved_capa(mine, capa_owner=mine)
        now = now_datetime()
        at(capa, "effectiveness", window_start=add_days(now, -30).date(), window_end=now.date())
        assert not rows_of(judge, capa.name, now=now, kind=work.CAPA)
        row = rows_of(mine, capa.name, now=now, kind=work.CAPA)[capa.name]
        assert (row["group"], row["time"]["days"]) == (work.GROUP_WAITING, 1)
        assert row["waits_for"] == {"roles": [roles.QUALITY_MANAGER]}
        at(capa, "effectiveness", window_end=add_days(now, -1).date())
        row = rows_of(judge, capa.name, now=now, kind=work.CAPA)[capa.name]
        assert (row["group"], row["action"]) == (work.GROUP_TODAY, work.COMPUTE)

    def test_a_root_cause_is_its_analysts_until_somebody_can_verify_it(self):
        mine, judge = person(roles.INVESTIGATOR), person(roles.QUALITY_MANAGER)
        now = now_datetime()
        study = factory.investigation(investigator=mine, due_date=add_days(now, 3).date())
        frappe.set_user(mine)
        cause = factory.make(
            "Root Cause", investigation=study.name, title="Too thin", description="x", analyst=mine
        )
        row = rows_of(mine, cause.name, now=now)[cause.name]
        assert (row["action"], row["field"], row["time"]["days"]) == (None, "method", 3)
        assert not rows_of(judge, cause.name)
        frappe.set_user(mine)
        cause.update({"description": "The wall is too thin.", "method": "other", "category": "material"})
        cause.save()
        assert rows_of(mine, cause.name)[cause.name]["waits_for"] == {"roles": [roles.QUALITY_MANAGER]}
        row = rows_of(judge, cause.name)[cause.name]
        assert (row["action"], row["field"], row["missing"]) == ("Verify", "verification_method", 0)
        assert not rows_of(person(roles.INVESTIGATOR), cause.name)
        # Who wrote it last cannot verify it, so it does not wait for them.
        cause.db_set("content_by", judge)
        assert not rows_of(judge, cause.name)

    def test_reportability_waits_for_regulatory_affairs_by_its_deadline(self):
        doc = complaint(awareness_date=add_days(getdate(), -1))
        case = factory.make("Reportability Assessment", complaint=doc.name, jurisdiction="EU", rule_key="eu_87_2_day",
                            awareness_date=add_days(getdate(), -1))  # fmt: skip
        row = rows_of(person(roles.REGULATORY), case.name)[case.name]
        assert (row["complaint"], row["subject"], row["time"]["day"]) == (
            doc.name,
            doc.subject,
            getdate(case.deadline),
        )
        assert not rows_of(person(roles.MANAGER), case.name)
        frappe.db.set_value("Reportability Assessment", case.name, "status", "not_reportable")
        assert not rows_of(person(roles.REGULATORY), case.name)

    def test_it_says_of_which_work_there_is_more_than_it_shows(self, monkeypatch):
        monkeypatch.setattr(work, "MOST", 2)
        user = person(roles.ACTION_OWNER)
        capas = [approved_capa(user) for _ in range(2)]
        frappe.set_user(user)
        assert my_work(user, now_datetime())["more"] == []
        frappe.set_user("Administrator")
        approved_capa(user)
        frappe.set_user(user)
        found = my_work(user, now_datetime())
        assert found["more"] == [work.CAPA_ACTION]
        assert [row["name"] for row in found["rows"]] == [capa.name for capa in capas]


def at(capa, stage: str, **values) -> None:
    """A CAPA set to a stage past its gates, which other tests go through."""
    workflow = frappe.get_doc("Workflow", {"document_type": "CAPA", "is_active": 1})
    state = next(row.state for row in workflow.states if row.update_value == stage)
    capa.db_set({"stage": stage, "workflow_state": state, **values})


def approved_capa(owner: str, now: datetime | None = None, **values):
    """A CAPA whose plan is approved, with one action that was due the day before `now`."""
    now = now or now_datetime()
    capa = factory.make(
        "CAPA",
        title="Stop the lid",
        company=factory.company(),
        **{"capa_owner": factory.user(roles.INVESTIGATOR), **values},
        actions=[
            {"action": "Fit a stop", "action_type": "corrective", "action_owner": owner, "status": "open",
             "start_date": add_days(now, -8), "due_date": add_days(now, -1)},
        ],
    )  # fmt: skip
    at(capa, "implement")
    return capa


class TestPermissions:
    def test_it_shows_nothing_the_viewer_may_not_read(self):
        user = person(roles.AGENT)
        seen, hidden = complaint(), complaint()
        assert set(rows_of(user, seen.name, hidden.name)) == {seen.name, hidden.name}
        add_user_permission("Customer", seen.customer, user)
        assert set(rows_of(user, seen.name, hidden.name)) == {seen.name}

    def test_a_handler_who_lost_the_role_sees_nothing(self):
        user = person(roles.AGENT)
        doc = in_triage(complaint_owner=user)
        factory.user(roles.ACTION_OWNER, email=user)
        assert not rows_of(user, doc.name)

    def test_a_stranger_is_refused(self):
        frappe.set_user(person("Sales User"))
        with pytest.raises(frappe.PermissionError, match="None of your roles"):
            api.mine()

    def test_the_door_answers_for_the_caller(self):
        doc, user = complaint(), person(roles.AGENT)
        frappe.set_user(user)
        assert doc.name in {row["name"] for row in api.mine()["rows"]}


def queries(user: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """(statements, rows) of one look at the work of `user`; the first look fills what is kept between requests."""
    count = 0
    original = frappe.db.sql

    def counting(*args, **kwargs):
        nonlocal count
        count += 1
        return original(*args, **kwargs)

    frappe.set_user(user)
    my_work(user, now_datetime())
    with monkeypatch.context() as patch:
        patch.setattr(frappe.db, "sql", counting)
        rows = my_work(user, now_datetime())["rows"]
    frappe.set_user("Administrator")
    return count, len(rows)


def test_its_cost_does_not_grow_with_the_number_of_complaints(monkeypatch):
    user = person(roles.MANAGER, roles.INVESTIGATOR)

    def more(number: int) -> None:
        for _ in range(number):
            doc = in_triage(complaint_owner=user)
            study = factory.investigation(doc, investigator=user)
            factory.make(
                "Root Cause", investigation=study.name, title="Too thin", description="x", analyst=user
            )
            approved_capa(user, capa_owner=user)

    more(2)
    few, before = queries(user, monkeypatch)
    more(10)
    many, after = queries(user, monkeypatch)
    assert after == before + 50
    assert many == few
