"""The first hour: each step of the onboarding is done when the thing is really set, and not when somebody says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import frappe
import pytest
from frappe.utils import add_days, today

from complaint_qms.api import onboarding as door
from complaint_qms.constants import onboarding, roles
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.onboarding import checks
from tests.desk import factory

SHIPPED = Path(frappe.get_app_path("complaint_qms", "complaint_qms", "onboarding_step"))
SOP = "Standard Procedure"
MOST_QUERIES = 20  # of one look, however many companies there are


def steps() -> dict[str, dict]:
    return {step["name"]: step for step in door.steps()["steps"]}


def everybody() -> None:
    for group in onboarding.NEEDED_ROLES:
        factory.person(group[0])


@pytest.fixture(autouse=True)
def only_accounts_send(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test site has something to send mails with by its configuration."""
    monkeypatch.setitem(frappe.local.conf, "mail_server", None)


def nobody_holds(role: str) -> None:
    frappe.db.delete("Has Role", {"role": role, "parenttype": "User"})


def mail(**values) -> None:
    for name in frappe.get_all("Email Account", {"default_outgoing": 1}, pluck="name", order_by="name asc"):
        frappe.db.set_value("Email Account", name, "default_outgoing", 0)
    account = {"enable_outgoing": 1, "default_outgoing": 1, "awaiting_password": 0} | values
    doc = frappe.get_doc(
        {"doctype": "Email Account", "email_id": "desk@qms.example", "email_account_name": "Desk"}
    )
    doc.update(account)
    doc.db_insert()


def holidays(to: str) -> None:
    name = frappe.generate_hash(length=8)
    doc = frappe.get_doc(
        {
            "doctype": "Holiday List",
            "holiday_list_name": name,
            "from_date": add_days(to, -300),
            "to_date": to,
            "holidays": [{"holiday_date": to, "description": "Day"}],
        }
    ).insert()
    frappe.db.set_value("Company", {"is_group": 0}, "default_holiday_list", doc.name)
    sop_value("holiday_list", None)


def sop_value(field: str, value: object) -> None:
    frappe.db.set_value("Complaint SOP", SOP, field, value)
    frappe.clear_document_cache("Complaint SOP", SOP)


def setting(field: str, value: object) -> None:
    frappe.db.set_single_value(SETTINGS, field, value)
    frappe.clear_document_cache(SETTINGS, SETTINGS)


def account(**values) -> str:
    company = factory.company()
    expense = frappe.db.get_value(
        "Account", {"company": company, "root_type": "Expense", "is_group": 0, "disabled": 0}, "name"
    )
    for field, value in values.items():
        frappe.db.set_value("Account", expense, field, value)
    return expense


def register() -> None:
    factory.complaint()


def only_of_the_demo() -> None:
    for name in frappe.get_all("Complaint", pluck="name", order_by="name asc"):
        row = {"doctype": "Complaint Demo Record", "document_type": "Complaint", "document_name": name}
        doc = frappe.get_doc(row)
        doc.name = frappe.generate_hash(length=10)
        doc.db_insert()


def no_limits() -> None:
    frappe.db.delete("Settlement Approval Limit", {"parent": SETTINGS})
    frappe.clear_document_cache(SETTINGS, SETTINGS)


# Step, what sets it, what takes it back
CASES: list[tuple[str, Callable, Callable]] = [
    (onboarding.ROLES, everybody, lambda: nobody_holds(roles.REGULATORY)),
    (onboarding.ROLES, everybody, lambda: frappe.db.set_value("User", {"user_type": "System User", "name": ("!=", "Administrator")}, "enabled", 0)),
    (onboarding.MAIL, mail, lambda: frappe.db.set_value("Email Account", "Desk", "enable_outgoing", 0)),
    (onboarding.MAIL, mail, lambda: frappe.db.set_value("Email Account", "Desk", "awaiting_password", 1)),
    (onboarding.CALENDAR, lambda: holidays(add_days(today(), 30)), lambda: holidays(add_days(today(), -1))),
    (onboarding.CALENDAR, lambda: holidays(add_days(today(), 30)), lambda: frappe.db.set_value("Company", {"is_group": 0}, "default_holiday_list", None)),
    (onboarding.CALENDAR, lambda: sop_value("round_the_clock", 1), lambda: (sop_value("round_the_clock", 0), holidays(add_days(today(), -1)))),
    (onboarding.LIMITS, lambda: sop_value("first_response_time", 7200), lambda: sop_value("first_response_time", 4 * 3600)),
    (onboarding.LIMITS, lambda: sop_value("first_response_time", 7200), lambda: sop_value("resolution_time", 0)),
    (onboarding.APPROVAL, everybody, no_limits),
    (onboarding.APPROVAL, everybody, lambda: (nobody_holds(roles.MANAGER), nobody_holds(roles.ACCOUNTS_MANAGER))),
    (onboarding.GOODWILL, lambda: setting("goodwill_account", account()), lambda: setting("goodwill_account", None)),
    (onboarding.GOODWILL, lambda: setting("goodwill_account", account()), lambda: account(disabled=1)),
    (onboarding.INTAKE, lambda: setting("default_channel", "Phone"), lambda: frappe.db.set_value("Complaint Channel", "Phone", "enabled", 0)),
    (onboarding.INTAKE, lambda: setting("default_channel", "Phone"), lambda: frappe.db.set_value("Complaint Type", {"is_group": 0}, "disabled", 1)),
    (onboarding.FIRST_COMPLAINT, register, only_of_the_demo),
]  # fmt: skip


@pytest.mark.parametrize(
    ("step", "put", "take"), CASES, ids=[f"{c[0][14:]}-{n}" for n, c in enumerate(CASES)]
)
def test_a_step_is_done_while_the_thing_is_set(step: str, put: Callable, take: Callable) -> None:
    if step == onboarding.FIRST_COMPLAINT:
        only_of_the_demo()
        assert not steps()[step]["done"]
    put()
    found = steps()[step]
    assert found["done"], found["told"]
    assert frappe.db.get_value("Onboarding Step", step, "is_complete") == 1
    take()
    lost = steps()[step]
    assert not lost["done"]
    assert lost["told"] != found["told"]
    assert frappe.db.get_value("Onboarding Step", step, "is_complete") == 0


def test_every_step_has_cases_and_a_check_and_ships() -> None:
    shipped = {json.loads(path.read_text("utf-8"))["name"] for path in SHIPPED.glob("*/*.json")}
    assert shipped == set(onboarding.STEPS) == set(checks.CHECKS) == {step for step, _put, _take in CASES}
    assert list(steps()) == list(onboarding.STEPS)


def test_one_person_with_every_role_is_told_that_a_second_is_needed() -> None:
    for group in onboarding.NEEDED_ROLES:
        for role in group:
            nobody_holds(role)
    factory.person(*(group[0] for group in onboarding.NEEDED_ROLES))
    found = steps()[onboarding.ROLES]
    assert not found["done"]
    assert "second" in found["told"]


def test_who_is_named_missing_is_named_in_words() -> None:
    nobody_holds(roles.ACCOUNTS_USER)
    nobody_holds(roles.ACCOUNTS_MANAGER)
    assert "Accounts User or Accounts Manager" in steps()[onboarding.ROLES]["told"]


def test_a_tick_from_outside_does_not_stay() -> None:
    setting("goodwill_account", None)
    frappe.db.set_value("Onboarding Step", onboarding.GOODWILL, "is_complete", 1)
    assert not steps()[onboarding.GOODWILL]["done"]
    assert frappe.db.get_value("Onboarding Step", onboarding.GOODWILL, "is_complete") == 0


def test_skipping_is_no_doing() -> None:
    setting("goodwill_account", None)
    answer = door.skip(step=onboarding.GOODWILL, skipped=True)
    step = {row["name"]: row for row in answer["steps"]}[onboarding.GOODWILL]
    assert (step["done"], step["skipped"]) == (False, True)
    assert not steps()[onboarding.GOODWILL]["done"]
    door.skip(step=onboarding.GOODWILL, skipped=False)
    assert not steps()[onboarding.GOODWILL]["skipped"]


def test_a_step_of_another_app_is_not_skipped_here() -> None:
    other = frappe.get_doc(
        {"doctype": "Onboarding Step", "title": "Step of Another App", "action": "Watch Video"}
    )
    other.name = other.title
    other.db_insert()
    with pytest.raises(frappe.ValidationError, match=f"no step .*{other.name}"):
        door.skip(step=other.name, skipped=True)
    assert not frappe.db.get_value("Onboarding Step", other.name, "is_skipped")


@pytest.mark.parametrize("role", ["System Manager", roles.MANAGER, roles.QUALITY_MANAGER])
def test_it_is_for_who_may_set_things_up(role: str) -> None:
    with factory.as_user(factory.person(role)):
        assert len(door.steps()["steps"]) == len(onboarding.STEPS)


@pytest.mark.parametrize(
    "role",
    [roles.AGENT, roles.INVESTIGATOR, roles.REGULATORY, roles.AUDITOR, roles.ACTION_OWNER, "Sales User"],
)
def test_it_is_for_nobody_else(role: str) -> None:
    with factory.as_user(factory.person(role)):
        assert door.steps() is None
        with pytest.raises(frappe.PermissionError):
            door.skip(step=onboarding.GOODWILL, skipped=True)


def test_a_way_is_offered_to_who_may_go_it() -> None:
    nobody_holds(roles.REGULATORY)
    with factory.as_user(factory.person(roles.MANAGER)):
        assert not steps()[onboarding.ROLES]["route"]
    with factory.as_user(factory.person("System Manager")):
        assert steps()[onboarding.ROLES]["route"] == ["List", "User"]


def test_every_way_leads_somewhere() -> None:
    for step in steps().values():
        kind, doctype, *name = step["route"]
        assert kind in ("Form", "List", "Tree")
        assert frappe.db.exists("DocType", doctype)
        if kind == "Form" and not name[0].startswith("new-"):
            assert frappe.db.exists(doctype, name[0])


def test_a_site_switches_it_off() -> None:
    frappe.db.set_single_value("System Settings", "enable_onboarding", 0)
    frappe.clear_document_cache("System Settings", "System Settings")
    frappe.local.system_settings = None
    try:
        assert door.steps() is None
    finally:
        frappe.db.rollback()
        frappe.clear_document_cache("System Settings", "System Settings")
        frappe.local.system_settings = None


def test_the_workspace_begins_with_it() -> None:
    page = frappe.get_doc("Workspace", "Complaints")
    first = json.loads(page.content)[0]
    assert first["data"]["custom_block_name"] == "Complaint QMS Setup"
    block = frappe.get_doc("Custom HTML Block", "Complaint QMS Setup")
    allowed = frappe.get_doc("Module Onboarding", onboarding.ONBOARDING).get_allowed_roles()
    assert {row.role for row in block.roles} == set(allowed)


@pytest.mark.parametrize("more", [0, 3])
def test_one_look_reads_the_procedures_once(more: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(more):
        company = frappe.get_doc(
            {"doctype": "Company", "company_name": f"Branch {number}", "abbr": f"B{number}"}
        )
        company.name = company.company_name
        company.db_insert()
    companies = frappe.db.count("Company", {"is_group": 0})
    steps()
    asked: list[str] = []
    choose = checks.procedure.choose_sop
    monkeypatch.setattr(checks.procedure, "choose_sop", lambda doc: asked.append(doc.company) or choose(doc))
    sql, queries = frappe.db.sql, []
    monkeypatch.setattr(frappe.db, "sql", lambda query, *args, **more: queries.append(str(query)) or sql(query, *args, **more))  # fmt: skip
    steps()
    assert len(asked) == len(set(asked)) == companies
    assert len(queries) <= MOST_QUERIES, "\n".join(queries)
    assert not [query for query in queries if not query.lstrip().lower().startswith("select")]


def test_a_look_is_written_only_where_something_differs() -> None:
    """A GET is committed at its end only when that is asked for."""
    setting("goodwill_account", None)
    steps()
    for value, wanted in ((0, None), (1, True)):
        frappe.db.set_value("Onboarding Step", onboarding.GOODWILL, "is_complete", value)
        frappe.local.flags.commit = None
        steps()
        assert frappe.local.flags.commit is wanted
    frappe.local.flags.commit = None
    assert "GET" in frappe.allowed_http_methods_for_whitelisted_func[door.steps]
