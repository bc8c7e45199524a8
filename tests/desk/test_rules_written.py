"""Rules without code: what is refused when they are saved, who writes them, and what they would have done in the past."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta

import frappe
import pytest
from frappe.permissions import add_user_permission
from frappe.utils import now_datetime

from complaint_qms.api import rules as api
from complaint_qms.constants import roles, rules
from complaint_qms.setup.seed import seed_rules
from tests.desk import factory
from tests.desk.factory import as_user, complaint, customer, person
from tests.desk.ruled import MANY, log_of, rule, tags

pytestmark = pytest.mark.usefixtures("site")


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


@pytest.mark.parametrize("sent", [
    {"conditions": "[" * 5000}, {"when_event": ["a"]}, {"actions": [{"do": ["x"]}]}, {"conditions": {"field": ["x"], "op": ["y"]}},
    {"actions": [{"do": "set", "field": ["x"], "value": {"a": 1}}]}, {"once_per": ["x"], "actions": [{"do": "notify", "who": ["x"], "text": 5}]},
])  # fmt: skip
def test_a_rule_that_is_none_is_refused_in_words(sent):
    for ask in (lambda: api.describe(sent), lambda: api.try_on_past(sent, 30)):
        with suppress(frappe.ValidationError):  # and nothing else
            ask()


def test_a_task_goes_to_nobody_who_may_not_see_the_complaint():
    stranger = person(roles.AGENT, Customer=factory.customer().name)
    doc = rule({"do": "create_task", "who": "named_user", "user": stranger, "text": "Call the customer"})
    made = complaint(customer=factory.customer().name)
    assert not frappe.db.exists("ToDo", {"reference_name": made.name, "allocated_to": stranger})
    assert "may see the complaint" in log_of(doc)[0]["outcome"]
    visitor = frappe.get_doc({"doctype": "User", "email": f"{frappe.generate_hash(length=8)}@customer.example", "first_name": "V", "user_type": "Website User", "send_welcome_email": 0}).insert()  # fmt: skip
    with pytest.raises(frappe.ValidationError, match="no user of the desk"):
        rule({"do": "create_task", "who": "named_user", "user": visitor.name, "text": "Call"})
    with pytest.raises(frappe.ValidationError, match="no comma"):
        rule({"do": "add_tag", "tag": "a,b"})

    def test_empty_conditions_are_none(self):
        made = rule({"do": "open_capa"}, conditions="")
        assert frappe.db.get_value(rules.RULE, made.name, "conditions") is None
        made.conditions = ""
        made.save()


class TestThePast:
    def test_counts_are_of_that_day_and_nothing_is_written(self, monkeypatch):
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
        told = [row["fired"] for row in found["months"]]
        assert (sum(told), len(told)) == (1, 13), "a month in which nothing happened is shown as well"
        quiet = {
            **mine,
            "conditions": {"all": [{"field": "customer", "op": "=", "value": who.name}]},
            "once_per": "customer",
            "quiet_days": 30,
        }
        told = api.try_on_past(quiet, 365)
        assert (told["fired"], told["silenced"], told["is_cut"]) == (3, 3, False)
        monkeypatch.setattr(rules, "MOST_TRIED", 2)
        few = api.try_on_past({**quiet, "once_per": "", "quiet_days": 0}, 365)
        assert (few["asked"], few["fired"], few["is_cut"]) == (2, 2, True)
        assert {row["complaint"] for row in few["rows"]} <= {docs[4].name, docs[5].name}

    def test_what_could_not_be_done_is_not_promised(self):
        manager = person(roles.AGENT)
        managed, plain = customer(account_manager=manager), customer()
        tag = factory.unique("Told")
        for values in ({"customer": managed.name}, {"customer": plain.name}, {"customer": plain.name}):
            complaint(subject=tag, **values)
        task = {"do": "create_task", "who": rules.ACCOUNT_MANAGER, "text": "Call the customer."}
        nobody = {"do": "notify", "who": rules.ROLE, "role": roles.REGULATORY, "text": "Look."}
        mine = {
            "title": "Not saved",
            "when_event": rules.REGISTRATION,
            "conditions": {"all": [{"field": "subject", "op": "=", "value": tag}]},
            "actions": [task, {"do": "open_capa"}, nobody],
        }
        frappe.db.delete("Has Role", {"role": roles.REGULATORY})
        first, second, third = api.try_on_past(mine, 30)["actions"]
        no_manager = "The customer has no account manager who can act. Enter one on the customer."
        assert (first["count"], first["cannot"]) == (1, [{"why": no_manager, "count": 2}])
        assert (second["count"], second["cannot"]) == (3, [])
        assert (third["count"], third["cannot"][0]["count"]) == (0, 3)
        assert "Nobody has the role" in third["cannot"][0]["why"]

    def test_a_text_with_merge_fields_is_refused(self):
        with pytest.raises(frappe.ValidationError, match=r"Actions, row 1 .*no merge fields"):
            rule({"do": "add_check", "text": "Call {{ customer_name }}"})

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
        theirs, others = complaint(), complaint()
        manager = person(roles.MANAGER)
        add_user_permission("Customer", theirs.customer, manager)
        mine = {"title": "x", "when_event": rules.REGISTRATION, "actions": [{"do": "open_capa"}]}
        with as_user(manager):
            names = [row["complaint"] for row in api.try_on_past(mine, 30)["rows"]]
        assert theirs.name in names
        assert others.name not in names


def test_a_tag_of_ours_is_set_in_the_language_of_the_site(monkeypatch):
    known = frappe.db.get_default
    monkeypatch.setattr(
        frappe.db, "get_default", lambda key, *more: "zh" if key == "lang" else known(key, *more)
    )
    (ours,) = rules.SHIPPED_TAGS
    rule({"do": "add_tag", "tag": ours}, {"do": "add_tag", "tag": "hot"})
    assert {"重点关注", "hot"} <= set(tags(complaint()).split(","))
