"""Who logs in begins with their work, and nobody else is led there."""

from __future__ import annotations

import frappe
import pytest
import requests

from complaint_qms.constants import roles
from complaint_qms.constants.home import WORK
from complaint_qms.overrides import boot, login
from complaint_qms.services.people.home import home_of
from tests.desk import factory

TABLE = [
    ((roles.AGENT,), WORK),
    ((roles.MANAGER,), WORK),
    ((roles.INVESTIGATOR,), WORK),
    ((roles.REGULATORY,), WORK),
    ((roles.QUALITY_MANAGER,), WORK),
    ((roles.ACTION_OWNER,), WORK),
    ((roles.AUDITOR,), "Complaints"),
    ((roles.AUDITOR, roles.MANAGER), WORK),
    ((roles.AGENT, "Sales User"), WORK),
    ((roles.ACTION_OWNER, "Employee"), WORK),
    # Homes of their own
    ((roles.ACTION_OWNER, "Manufacturing User"), None),
    ((roles.QUALITY_MANAGER, "Stock User"), None),
    ((roles.MANAGER, roles.ACCOUNTS_MANAGER), None),
    ((roles.MANAGER, "System Manager"), None),
    ((roles.ACCOUNTS_USER,), None),
    ((roles.ACCOUNTS_MANAGER,), None),
    (("Sales User",), None),
    (("Employee",), None),
]


@pytest.mark.parametrize(("held", "home"), TABLE, ids=["+".join(held) for held, _home in TABLE])
def test_the_home_of_roles(held: tuple[str, ...], home: str | None) -> None:
    assert home_of(factory.person(*held)) == home


def test_every_role_of_the_app_has_a_home() -> None:
    assert {held[0] for held, home in TABLE if len(held) == 1 and home} == {
        *roles.OWN_ROLES,
        roles.QUALITY_MANAGER,
    }


@pytest.mark.parametrize(
    "choose",
    [
        lambda user: frappe.db.set_value("User", user, "default_workspace", "Complaints"),
        lambda user: frappe.db.set_value("User", user, "default_app", "erpnext"),
        lambda _user: frappe.db.set_value("Role", roles.AGENT, "home_page", "/app/complaint"),
    ],
    ids=["workspace", "app", "role"],
)
def test_what_the_site_or_the_person_chose_goes_first(choose) -> None:
    user = factory.person(roles.AGENT)
    choose(user)
    assert home_of(user) is None


@pytest.mark.commits
@pytest.mark.slow
def test_logging_in_leads_there(server: str) -> None:
    desk = "/desk" if frappe.__version__.startswith("16.") else "/app"
    wanted = {
        factory.person(roles.AGENT): f"{desk}/my-work-today",
        factory.person(roles.AUDITOR): f"{desk}/complaints",
        factory.person(roles.QUALITY_MANAGER): f"{desk}/my-work-today",
    }
    kept = [factory.person(roles.ACCOUNTS_USER), factory.person("System Manager")]
    frappe.db.commit()
    homes = {}
    for user in (*wanted, *kept):
        form = {"usr": user, "pwd": factory.PASSWORD}
        answer = requests.post(f"{server}/api/method/login", data=form, timeout=60)
        assert answer.status_code == 200
        homes[user] = answer.json()["home_page"]
    for user in kept:
        assert homes.pop(user).strip("/") in ("app", "desk")
    assert homes == wanted


def test_the_desk_opens_with_the_workspace() -> None:
    def opened(*held: str) -> dict | None:
        told = frappe._dict(user={"default_workspace": None})
        with factory.as_user(factory.person(*held)):
            boot.extend_bootinfo(told)
        return told["user"]["default_workspace"]

    shown = opened(roles.AGENT)
    assert (shown or {}).get("name") == ("Complaints" if frappe.__version__.startswith("15.") else None)
    assert opened("Sales User") is None


def enter(user: str) -> None:
    manager = frappe._dict(user=user, info=frappe._dict(default_workspace=None))
    login.on_session_creation(manager)
    assert manager.info.default_workspace is None


def load_desk(user: str) -> None:
    told = frappe._dict(user={"default_workspace": None})
    with factory.as_user(user):
        boot.extend_bootinfo(told)
    assert told["complaint_qms_words"]
    assert told["user"]["default_workspace"] is None


@pytest.mark.parametrize("log_fails", [False, True])
@pytest.mark.parametrize(("door", "come_in"), [(login, enter), (boot, load_desk)], ids=["login", "desk"])
def test_a_broken_home_keeps_nobody_out(door, come_in, log_fails: bool, monkeypatch) -> None:
    user = factory.person(roles.AGENT)
    logged: list[str] = []

    def fail(name: str) -> None:
        raise RuntimeError(f"no home of {name}")

    def log(title: str, message: str) -> None:
        logged.append(message)
        if log_fails:
            raise OSError

    monkeypatch.setattr(frappe, "__version__", "15.101.1")
    monkeypatch.setattr(door, "home_of", fail)
    monkeypatch.setattr(frappe, "log_error", log)
    come_in(user)
    (message,) = logged
    assert message.endswith("RuntimeError")
    assert user not in message
