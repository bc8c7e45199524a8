"""Rules without code: what they do when something happens, what they may not do, and what the log keeps of it."""

from __future__ import annotations

import json
from datetime import timedelta

import frappe
import pytest
from frappe.utils import add_days, now_datetime, nowdate

from complaint_qms.api import rules as api
from complaint_qms.constants import events, roles, rules
from complaint_qms.engine.rules import Asked
from complaint_qms.services.events import Event, announce
from complaint_qms.services.rules import history, leftovers, runner
from complaint_qms.setup.seed import seed_rules
from tests.desk import factory
from tests.desk.factory import as_user, batch, complaint, customer, person

pytestmark = pytest.mark.usefixtures("site")

MANY = {"fact": rules.COUNT, "args": {"by": "customer", "days": 30}, "op": ">", "value": 3}


def rule(*actions: dict, conditions: dict | None = None, **values: object):
    """A saved rule; adds a tag unless it is told to do something else."""
    return frappe.get_doc(
        {
            "doctype": rules.RULE,
            "title": factory.unique("Rule"),
            "when_event": rules.REGISTRATION,
            "conditions": json.dumps(conditions or {"all": []}),
            "actions": list(actions) or [{"do": "add_tag", "tag": "seen"}],
            **values,
        }
    ).insert()


def log_of(doc) -> list[dict]:
    rows = frappe.get_all(
        rules.LOG,
        {"rule": doc.name},
        ["name", "complaint", "state", "reason", "outcome", "rule_version"],
        order_by="creation asc, name asc",
    )
    return [dict(row) for row in rows]


def tags(doc) -> str:
    return frappe.db.get_value("Complaint", doc.name, "_user_tags") or ""


class TestConditions:
    def test_fields_of_complaint_and_customer_nest_and_the_reason_is_kept(self):
        group = frappe.db.get_value("Customer", customer().name, "customer_group")
        mine = rule(
            conditions={
                "all": [
                    {"field": "customer.customer_group", "op": "in", "value": [group]},
                    {
                        "any": [
                            {"field": "severity", "op": "=", "value": "Critical"},
                            {"not": {"any": [{"field": "subject", "op": "contains", "value": "handle"}]}},
                        ]
                    },
                ]
            }
        )
        mild, severe = complaint(severity="Minor"), complaint(severity="Critical")
        assert ("seen" in tags(severe), "seen" in tags(mild)) == (True, False)
        (row,) = log_of(mine)
        assert (row["complaint"], row["state"], row["rule_version"]) == (severe.name, rules.DONE, 1)
        assert (
            row["reason"] == f"Customer: Customer Group: {group}; Severity: Critical"
            or group in row["reason"]
        )
        assert "Severity: Critical" in row["reason"]
        assert "Tag “seen” added" in row["outcome"]
        said = frappe.get_all(
            "Comment", {"reference_name": severe.name, "content": ("like", f"%{mine.name}%")}, pluck="content"
        )
        assert len(said) == 1

    def test_the_fourth_complaint_of_a_customer_in_thirty_days_once_a_month(self):
        who, manager = customer(), person(roles.MANAGER)
        frappe.db.set_value("Customer", who.name, "account_manager", manager)
        frappe.clear_document_cache("Customer", who.name)
        task = {"do": "create_task", "who": "account_manager", "text": "Call them", "due_days": 2}
        mine = rule(
            {"do": "add_tag", "tag": "hot"},
            task,
            conditions={"all": [MANY]},
            once_per="customer",
            quiet_days=30,
        )
        old = complaint(customer=who.name)
        frappe.db.set_value("Complaint", old.name, "received_at", now_datetime() - timedelta(days=40))
        docs = [complaint(customer=who.name) for _ in range(5)]
        complaint()
        (row,) = log_of(mine)
        assert row["complaint"] == docs[3].name
        assert "4 complaints with the same Customer in 30 days" in row["reason"]
        todo = frappe.get_all(
            "ToDo", {"reference_name": docs[3].name}, ["allocated_to", "description", "date"]
        )
        assert [(one.allocated_to, one.description, str(one.date)) for one in todo] == [
            (manager, "Call them", str(add_days(nowdate(), 2)))
        ]
        assert not frappe.db.get_value("Complaint", docs[3].name, "complaint_owner"), (
            "helps, and handles nothing"
        )
        frappe.db.set_value(rules.LOG, row["name"], "fired_at", now_datetime() - timedelta(days=31))
        complaint(customer=who.name)
        assert len(log_of(mine)) == 2

    def test_others_are_counted_only_where_the_fields_leave_it_open(self, monkeypatch):
        asked = []
        counted = history.counted_now
        monkeypatch.setattr(history, "counted_now", lambda *args: asked.append(args) or counted(*args))
        rule(conditions={"all": [{"field": "severity", "op": "=", "value": "Critical"}, MANY]})
        rule(conditions={"all": [{"field": "severity", "op": "=", "value": "Critical"}, MANY]})
        complaint(severity="Minor")
        assert [list(facts) for facts, *_rest in asked] == [[]]
        complaint(severity="Critical")
        assert len({history.fact_key(fact) for fact in asked[1][0]}) == 1
        assert len(asked) == 2, "one query for both rules"

    def test_many_complaints_are_counted_as_one_is(self, monkeypatch):
        who = customer()
        docs = [complaint(customer=who.name) for _ in range(4)]
        records = [frappe._dict(company=doc.company, customer=doc.customer) for doc in [*docs, complaint()]]
        fact = Asked(rules.COUNT, MANY["args"])
        for few in (10, 0):
            monkeypatch.setattr(history, "_FEW", few)
            (count,) = history.counted_now([fact], records, now_datetime()).values()
            assert [count(record, now_datetime()) for record in records] == [4, 4, 4, 4, 1]

    def test_a_change_fires_when_it_comes_to_hold_and_not_at_each_save(self):
        mine = rule(
            when_event=rules.CHANGE, conditions={"all": [{"field": "urgency", "op": "=", "value": "high"}]}
        )
        doc = complaint()
        assert log_of(mine) == []
        for values in ({"urgency": "high"}, {"incident_place": "Rome"}):
            doc.update(values)
            doc.save()
        assert [row["complaint"] for row in log_of(mine)] == [doc.name]

    def test_moves_and_daily_rules_and_rules_that_are_called(self):
        moved = rule(
            when_event="on_move", conditions={"all": [{"field": "stage", "op": "=", "value": "triage"}]}
        )
        daily = rule(when_event=rules.DAILY, once_per="complaint")
        called = rule(when_event=rules.CALLED)
        doc = factory.in_triage()
        assert [row["complaint"] for row in log_of(moved)] == [doc.name]
        assert log_of(daily) == log_of(called) == []
        for _day in range(2):
            runner.ask(rules.DAILY, [doc.name], now_datetime())
        announce(
            [Event(events.RULE_CALLED, "Complaint", doc.name, {"rule": called.name, "reason": "Step 3"})]
        )
        assert len(log_of(daily)) == 1
        assert [row["reason"] for row in log_of(called)] == ["Step 3"]

    def test_of_another_company_switched_off_or_stopped_it_does_nothing(self):
        off = rule(enabled=0)
        other = rule(company=factory.other_company())
        first = rule(run_order=1, stop_after=1, conditions={"all": [{"field": "urgency", "op": "is set"}]})
        last = rule(run_order=2)
        complaint(urgency="high")
        assert [len(log_of(one)) for one in (off, other, first, last)] == [0, 0, 1, 0]


class TestActions:
    def test_the_form_gets_back_what_a_rule_set(self):
        rule({"do": "set", "field": "urgency", "value": "critical"})
        doc = complaint(urgency="low")
        assert doc.urgency == "critical"
        doc.subject = "Still to be saved"
        doc.save()
        assert frappe.db.get_value("Complaint", doc.name, ("urgency", "modified_by")) == (
            "critical",
            "Administrator",
        )

    def test_handler_notice_check_investigation_and_capa(self):
        handler, told = person(roles.AGENT), person(roles.MANAGER)
        mine = rule(
            {"do": "assign", "who": "named_user", "user": handler},
            {"do": "notify", "who": "named_user", "user": told, "text": "Look at this"},
            {"do": "add_check", "text": "Ask for a photo", "mandatory": 1},
            {"do": "start_investigation"},
            {"do": "open_capa"},
            once_per="complaint",
        )
        product = factory.item(has_batch_no=1)
        lot = batch(product.name)
        docs = [complaint(item_code=product.name, batch_no=lot.name) for _ in range(2)]
        assert [row["state"] for row in log_of(mine)] == [rules.DONE] * 2, log_of(mine)
        doc = frappe.get_doc("Complaint", docs[0].name)
        assert doc.complaint_owner == handler
        assert [(row.check, row.mandatory) for row in doc.checklist if row.check == "Ask for a photo"] == [
            ("Ask for a photo", 1)
        ]
        assert frappe.db.exists(
            "QMS Message", {"to_user": told, "reference_name": doc.name, "kind": "rule_notice"}
        )
        (study,) = frappe.get_all("Investigation", {"batch_no": lot.name}, pluck="name")
        assert [row.complaint for row in frappe.get_doc("Investigation", study).covered_complaints] == [
            docs[1].name
        ]
        assert frappe.db.count("CAPA Complaint", {"complaint": ("in", [one.name for one in docs])}) == 2
        doc.save()
        assert any(row.check == "Ask for a photo" for row in doc.checklist), "a save keeps it"

    def test_what_fails_is_said_keeps_the_save_and_the_other_actions(self):
        mine = rule(
            {"do": "create_task", "who": "account_manager", "text": "Call"},
            {"do": "add_tag", "tag": "still"},
        )
        doc = complaint()
        (row,) = log_of(mine)
        assert row["state"] == rules.PARTLY
        assert "has no account manager who can act" in row["outcome"]
        assert "still" in tags(doc)
        assert frappe.local.message_log == []

    def test_a_gate_refuses_a_rule_as_it_refuses_people(self):
        doc = factory.at_stage("triage")
        frappe.get_doc("Complaint", doc.name)
        mine = rule(
            {"do": "set", "field": "urgency", "value": "low"},
            when_event="on_move",
            conditions={"all": [{"field": "stage", "op": "=", "value": "rejected"}]},
        )
        factory.tick_all(doc)
        from complaint_qms.services.lifecycle.guard import take_step

        take_step(
            doc,
            "Reject",
            {
                "is_complaint": "no",
                "reportable": "no",
                "rejection_reason": "A question",
                "triage_rationale": "x",
            },
        )
        (row,) = log_of(mine)
        assert row["state"] == rules.FAILED, row
        assert "ended" in row["outcome"].lower() or "closed" in row["outcome"].lower(), row["outcome"]
        assert frappe.db.get_value("Complaint", doc.name, "stage") == "rejected"

    def test_rules_that_set_off_one_another_come_to_an_end(self):
        one = rule(
            {"do": "set", "field": "urgency", "value": "high"},
            when_event=rules.CHANGE,
            conditions={"all": [{"field": "urgency", "op": "=", "value": "low"}]},
        )
        two = rule(
            {"do": "set", "field": "urgency", "value": "low"},
            when_event=rules.CHANGE,
            conditions={"all": [{"field": "urgency", "op": "=", "value": "high"}]},
        )
        doc = complaint(urgency="normal")
        doc.urgency = "low"
        doc.save()
        assert [len(log_of(mine)) for mine in (one, two)] == [1, 1]

    def test_what_a_transaction_has_no_room_for_is_done_by_a_job(self, monkeypatch):
        monkeypatch.setattr(rules, "MOST_ACTIONS", 0)
        mine = rule()
        doc = complaint()
        assert [row["state"] for row in log_of(mine)] == [rules.WAITING]
        assert "seen" not in tags(doc)
        monkeypatch.setattr(frappe.db, "commit", lambda: None)
        assert leftovers.do_waiting() == 1
        assert "seen" in tags(doc)
        assert [row["state"] for row in log_of(mine)] == [rules.DONE]

    def test_a_webhook_is_called_by_a_job_with_what_the_framework_sends(self, monkeypatch):
        hook = frappe.get_doc(
            {
                "doctype": "Webhook",
                "name": factory.unique("Hook"),
                "webhook_doctype": "Complaint",
                "webhook_docevent": "on_update",
                "enabled": 0,
                "request_url": "https://plm.example/complaints",
                "request_method": "POST",
                "request_structure": "JSON",
                "webhook_json": '{"complaint": "{{ doc.name }}"}',
            }
        ).insert(set_name=factory.unique("Hook"))
        called = []

        class Answer:
            text = "fine"

            def raise_for_status(self) -> None:
                if len(called) > 1:
                    raise ValueError("503")

        def request(**sent: object) -> Answer:
            called.append(sent)
            return Answer()

        from frappe.integrations.doctype.webhook import webhook

        monkeypatch.setattr(webhook.requests, "request", request)
        monkeypatch.setattr(webhook, "sleep", lambda _seconds: None)
        monkeypatch.setattr(frappe.db, "commit", lambda: None)
        mine = rule({"do": "call_webhook", "webhook": hook.name})
        docs = [complaint(), complaint()]
        assert called == []
        assert [row["state"] for row in log_of(mine)] == [rules.WAITING] * 2
        assert leftovers.do_waiting() == 2
        assert json.loads(called[0]["data"]) == {"complaint": docs[0].name}
        assert sorted(row["state"] for row in log_of(mine)) == [rules.DONE, rules.FAILED]


class TestSaving:
    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"actions": []}, "Actions"),
            ({"conditions": {"all": [{"any": [{"field": "severity", "op": "=", "value": ""}]}]}}, "Condition 1.1: enter a value for Severity."),
            ({"conditions": {"all": [{"field": "severity", "op": "=", "value": "Terrible"}]}}, "there is no Risk Severity “Terrible”"),
            ({"conditions": {"all": [{"field": "urgency", "op": "=", "value": "soon"}]}}, "“soon” is no choice"),
            ({"conditions": {"all": [{"field": "nothing", "op": "=", "value": 1}]}}, "Condition 1: choose what it is about."),
            ({"conditions": {"all": [{"field": "qty", "op": "between", "value": [5, 1]}]}}, "smaller number first"),
            ({"conditions": {"all": [{**MANY, "args": {"by": "customer", "days": 0}}]}}, "from 1 to 3650"),
            ({"conditions": {"all": [{**MANY, "value": "many"}]}}, "enter how many complaints"),
            ({"conditions": "{"}, "is no JSON"),
            ({"conditions": "[1]"}, "Build them anew"),
            ({"actions": [{"do": "create_task", "who": "named_user", "text": "x"}]}, "row 1 (Create a task): choose the user."),
            ({"actions": [{"do": "set", "field": "urgency", "value": "soon"}]}, "“soon” is no choice"),
            ({"actions": [{"do": "add_tag"}]}, "fill in Tag"),
            ({"when_event": rules.DAILY}, "again and again"),
            ({"run_order": 10000}, "Order"),
        ],
    )  # fmt: skip
    def test_what_cannot_work_is_refused_in_words(self, values, said):
        if isinstance(values.get("conditions"), dict):
            values = {**values, "conditions": json.dumps(values["conditions"])}
        doc = rule()
        doc.update(values)
        with pytest.raises(frappe.ValidationError) as error:
            doc.save()
        shown = str(error.value) + json.dumps(frappe.local.message_log, ensure_ascii=False)
        assert said in shown.replace('\\"', '"'), shown

    def test_managers_write_rules_agents_read_them_and_the_log_follows_sight(self):
        mine = rule()
        doc = complaint()
        with as_user(person(roles.MANAGER)):
            frappe.get_doc(rules.RULE, mine.name).save()
            assert api.vocabulary()["fields"]
        agent = person(roles.AGENT)
        with as_user(agent):
            with pytest.raises(frappe.PermissionError):
                frappe.get_doc(rules.RULE, mine.name).save()
            with pytest.raises(frappe.PermissionError):
                api.try_on_past({"title": "x"}, 30)
            assert [row["complaint"] for row in log_of(mine)] == [doc.name]
        assert mine.version == 1
        assert frappe.db.get_value(rules.RULE, mine.name, "version") == 2

    def test_those_that_ship_are_off_and_can_be_switched_on(self):
        seed_rules()
        for shipped in rules.SHIPPED:
            doc = frappe.get_doc(rules.RULE, shipped["title"])
            assert not doc.enabled
            doc.enabled = 1
            doc.save()
            assert api.describe(doc.as_dict(no_nulls=True))["words"].startswith("When")


class TestThePast:
    def test_counts_are_of_that_day_and_nothing_is_written(self):
        who, today = customer(), now_datetime()
        docs = [complaint(customer=who.name) for _ in range(6)]
        # The four of May are within 30 days of one another, the fifth is not, and neither is today's.
        for doc, days in zip(docs, (200, 195, 190, 185, 100, 0), strict=True):
            frappe.db.set_value("Complaint", doc.name, "received_at", today - timedelta(days=days))
        mine = {
            "title": "Not saved",
            "when_event": rules.REGISTRATION,
            "conditions": {"all": [MANY, {"field": "customer", "op": "=", "value": who.name}]},
            "actions": [{"do": "add_tag", "tag": "hot"}, {"do": "open_capa"}],
        }
        before = {
            kind: frappe.db.count(kind)
            for kind in (rules.RULE, rules.LOG, "CAPA", "Tag Link", "Comment", "Version", "QMS Event", "ToDo")
        }
        writes = frappe.db.transaction_writes
        found = api.try_on_past(mine, 365)
        assert frappe.db.transaction_writes == writes
        assert before == {kind: frappe.db.count(kind) for kind in before}
        assert (found["fired"], [row["complaint"] for row in found["rows"]]) == (1, [docs[3].name])
        assert "4 complaints with the same Customer in 30 days" in found["rows"][0]["reason"]
        assert [(row["words"], row["count"]) for row in found["actions"]] == [
            ("add the tag “hot”", 1),
            ("open a CAPA", 1),
        ]
        assert [row["fired"] for row in found["months"]] == [1]
        quiet = {
            **mine,
            "conditions": {"all": [{"field": "customer", "op": "=", "value": who.name}]},
            "once_per": "customer",
            "quiet_days": 30,
        }
        told = api.try_on_past(quiet, 365)
        assert (told["fired"], told["silenced"]) == (3, 3)

    @pytest.mark.parametrize("when", list(rules.WHEN))
    def test_every_kind_can_be_tried(self, when):
        doc = factory.in_triage()
        doc.db_set({"response_due": now_datetime() - timedelta(days=1), "modified": now_datetime()})
        mine = {
            "title": "x",
            "when_event": when,
            "once_per": "complaint",
            "actions": [{"do": "open_capa"}],
            "conditions": {"all": [{"field": "description", "op": "contains", "value": "broke"}]},
        }
        found = api.try_on_past(mine, 1096)
        assert found["fired"] <= found["asked"]
        if when in (rules.REGISTRATION, rules.DAILY, "on_move", "on_overdue"):
            assert doc.name in [row["complaint"] for row in found["rows"]]

    def test_a_restricted_manager_sees_their_own(self):
        from frappe.permissions import add_user_permission

        theirs, others = complaint(), complaint()
        manager = person(roles.MANAGER)
        add_user_permission("Customer", theirs.customer, manager)
        mine = {"title": "x", "when_event": rules.REGISTRATION, "actions": [{"do": "open_capa"}]}
        with as_user(manager):
            names = [row["complaint"] for row in api.try_on_past(mine, 30)["rows"]]
        assert theirs.name in names
        assert others.name not in names
