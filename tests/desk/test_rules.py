"""Rules without code: what they do when something happens, what they may not do, and what the log keeps of it."""

from __future__ import annotations

from datetime import timedelta

import frappe
import pytest
from frappe.utils import add_days, now_datetime, nowdate

from complaint_qms.constants import events, roles, rules
from complaint_qms.constants.correspondence import BY_RULE
from complaint_qms.engine.rules import Asked
from complaint_qms.services.correspondence import by_itself
from complaint_qms.services.events import Event, announce
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.rules import history, leftovers, log, runner, webhooks
from tests.chat_service import service
from tests.desk import factory
from tests.desk.factory import batch, complaint, customer, person
from tests.desk.mailbox import delivering
from tests.desk.ruled import MANY, log_of, rule, tags

UNANSWERED = ("reply", "reply_sent_at", "first_response_at")
pytestmark = pytest.mark.usefixtures("site")


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
        assert row["reason"] == f"Customer Group: {group}; Severity: Critical"
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

    def test_once_for_each_asks_the_log_as_it_is_behind_a_lock(self, monkeypatch):
        for once_per in ("customer", "complaint"):
            rule(once_per=once_per, quiet_days=30)
        asked, run = [], frappe.db.sql
        monkeypatch.setattr(
            frappe.db,
            "sql",
            lambda query, *args, **more: asked.append(str(query)) or run(query, *args, **more),
        )
        complaint()
        locking = [
            query for query in asked if query.upper().startswith("SELECT") and "FOR UPDATE" in query.upper()
        ]
        tables = [kind for query in locking for kind in (rules.LOG, rules.RULE) if f"`tab{kind}`" in query]
        assert tables == [rules.RULE, rules.LOG]

    def test_a_name_of_any_length_is_kept_quiet_about_and_for_as_long_as_the_rule_says(self):
        who = customer(customer_name=(factory.unique("Long") + " " + "x" * 140)[:140])
        forever, a_year = (rule(once_per="customer", quiet_days=days) for days in (0, 365))
        for _time in range(2):
            complaint(customer=who.name)
        assert [len(log_of(mine)) for mine in (forever, a_year)] == [1, 1]
        long_ago = now_datetime() - timedelta(days=800)
        for mine in (forever, a_year):
            (row,) = log_of(mine)
            frappe.db.set_value(
                rules.LOG, row["name"], {"creation": long_ago, "fired_at": long_ago}, update_modified=False
            )
        log.clear(730)
        assert [len(log_of(mine)) for mine in (forever, a_year)] == [1, 0]

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

    def test_what_a_rule_writes_is_no_answer_and_goes_to_people_alone(self, monkeypatch):
        template = frappe.get_doc(
            {
                "doctype": "Email Template",
                "__newname": factory.unique("Words"),
                "subject": "We are at it",
                "response": "<p>About {{ name }}</p>",
            }
        ).insert()
        mine = rule({"do": "message_customer", "email_template": template.name}, when_event=rules.CALLED)
        with delivering(monkeypatch):
            doc = factory.at_stage("solve", contact_email="ann@customer.example")
            before = frappe.db.get_value("Complaint", doc.name, UNANSWERED)
            runner.run_named(mine.name, [doc.name])
            assert [row["state"] for row in log_of(mine)] == [rules.DONE], log_of(mine)
            assert frappe.db.get_value("Complaint", doc.name, UNANSWERED) == before == (None, None, None)
            (message,) = frappe.get_all(
                "Communication",
                {"reference_name": doc.name, "sent_or_received": "Sent"},
                ["name", "complaint_message", "recipients", "content"],
            )
            assert message.complaint_message == BY_RULE
            assert (message.recipients, message.content) == (
                "ann@customer.example",
                f"<p>About {doc.name}</p>",
            )
            queued = frappe.get_all("Email Queue", {"communication": message.name}, pluck="message")
            assert ["Auto-Submitted: auto-generated" in mail for mail in queued] == [True]
            monkeypatch.setattr(by_itself, "MOST", 1)
            colleague = factory.complaint(contact_email=person(roles.AGENT))
            quiet = frappe.get_doc(
                {
                    "doctype": "Complaint Channel",
                    "channel_name": factory.unique("Way"),
                    "channel_key": factory.unique("way").lower().replace(" ", "_"),
                    "no_messages": 1,
                }
            ).insert()
            silent = factory.complaint(contact_email="bob@customer.example", channel=quiet.name)
            for other in (doc, colleague, silent):
                runner.run_named(mine.name, [other.name])
            refused = [row for row in log_of(mine) if row["state"] == rules.FAILED]
            said = {row["complaint"]: row["outcome"] for row in refused}
        assert "has had 1 automatic messages within a day" in said[doc.name]
        assert "has no address of a customer" in said[colleague.name]
        assert "No Automatic Messages" in said[silent.name]

    def test_one_that_cannot_be_asked_keeps_no_other_from_it_and_nothing_is_done_without_the_log(
        self, monkeypatch
    ):
        docs = [complaint() for _ in range(3)]
        keep, bad = log.keep_firings, docs[1].name

        def keeping(results: list[log.Result]) -> None:
            if any(result.firing.complaint == bad for result in results):
                raise ValueError("cannot be stored")
            keep(results)

        monkeypatch.setattr(log, "keep_firings", keeping)
        monkeypatch.setattr(frappe.db, "commit", lambda: None)
        daily = rule(when_event=rules.DAILY, once_per="complaint")
        leftovers.ask_daily()
        assert {docs[0].name, docs[2].name} <= {row["complaint"] for row in log_of(daily)}
        assert [("seen" in tags(doc)) for doc in docs] == [True, False, True]
        assert frappe.db.exists("Error Log", {"reference_doctype": "Complaint", "reference_name": bad})
        urgent = {"all": [{"field": "urgency", "op": "=", "value": "high"}]}
        changed = rule({"do": "add_tag", "tag": "changed"}, when_event=rules.CHANGE, conditions=urgent)
        for doc in docs[:2]:
            doc.reload()
            doc.urgency = "high"
            doc.save()
        assert [row["complaint"] for row in log_of(changed)] == [docs[0].name]
        assert [("changed" in tags(doc)) for doc in docs[:2]] == [True, False]
        assert frappe.db.get_value("Complaint", bad, "urgency") == "high", "the save stays"

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
        monkeypatch.setattr(webhooks, "sleep", lambda _seconds: None)
        monkeypatch.setattr(frappe.db, "commit", lambda: None)
        with service() as played:
            values = {
                "webhook_doctype": "Complaint",
                "webhook_docevent": "on_update",
                "enabled": 0,
                "request_url": f"{played.url}/complaints",
                "request_method": "POST",
                "request_structure": "JSON",
                "webhook_json": '{"complaint": "{{ doc.name }}"}',
            }
            hook = frappe.get_doc({"doctype": "Webhook", **values}).insert(set_name=factory.unique("Hook"))
            mine = rule({"do": "call_webhook", "webhook": hook.name})
            answers = iter([200, 503, 503, 200, 403, 302])
            moved = {"Location": f"{played.url}/moved"}
            played.answers["/complaints"] = lambda _asked: (next(answers), moved, b"said")

            def fires() -> str:
                doc = complaint()
                assert log_of(mine)[-1]["state"] == rules.WAITING
                assert leftovers.do_waiting() == 1
                return doc.name

            fires()
            assert played.asked == [], "in the own network, which the site's configuration does not open"
            assert "“complaint_qms_own_networks” in site_config.json" in log_of(mine)[-1]["outcome"]
            monkeypatch.setitem(frappe.local.conf, "complaint_qms_own_networks", ["127.0.0.1"])
            names = [fires() for _one in range(4)]
            assert [one.data["complaint"] for one in played.asked_at("/complaints")] == [
                name for name, calls in zip(names, (1, 3, 1, 1), strict=True) for _call in range(calls)
            ]
            assert not played.asked_at("/moved")
            states = [row["state"] for row in log_of(mine)]
            assert states == [rules.FAILED, rules.DONE, rules.DONE, rules.FAILED, rules.FAILED]
            assert "403. said" in log_of(mine)[3]["outcome"]
            assert frappe.db.count("Webhook Request Log", {"webhook": hook.name}) == 7
