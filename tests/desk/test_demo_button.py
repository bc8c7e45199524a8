"""Loading the demo and taking it back from the desk: who may, where it is refused, and that a failure leaves nothing."""

from __future__ import annotations

from functools import partial

import frappe
import pytest

from complaint_qms.api import demo as door
from complaint_qms.constants import roles
from complaint_qms.demo import background, company, registry
from complaint_qms.services.importing import run_lock
from complaint_qms.services.onboarding import demo_state
from tests.desk import factory
from tests.desk.test_demo import SMALLEST, counts

DOORS = (door.load, door.remove, door.progress)


@pytest.fixture(autouse=True)
def queued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Jobs that were asked for, instead of the queue; what was told is forgotten."""
    jobs: list[str] = []

    def note(method, **_given) -> None:
        if str(method).startswith("complaint_qms.demo."):
            jobs.append(method)

    monkeypatch.setattr(frappe, "enqueue", note)
    monkeypatch.setattr(demo_state, "get_job", lambda _id: None)
    monkeypatch.setattr(demo_state, "get_job_status", lambda _id: None)
    yield jobs
    frappe.cache.delete_keys("complaint_qms_demo")


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A site without anything of its own; what it holds is hidden from the question."""
    monkeypatch.setattr(demo_state, "has_own_complaints", lambda: False)
    frappe.db.delete("GL Entry")


def mark(state: str) -> None:
    """A demo as the registry tells of one."""
    registry._write([("Customer", "Demo Customer", None)])
    if state == registry.FINISHED:
        registry.finish()


@pytest.mark.parametrize("role", [roles.MANAGER, roles.QUALITY_MANAGER, roles.AGENT, "Sales User", "All"])
@pytest.mark.parametrize("call", DOORS, ids=lambda call: call.__name__)
def test_it_is_for_system_managers(call, role: str, queued: list[str]) -> None:
    with factory.as_user(factory.person(role)), pytest.raises(frappe.PermissionError):
        call()
    assert not queued


def test_an_empty_site_gets_it(empty, queued: list[str]) -> None:
    with factory.as_user(factory.person("System Manager")):
        assert door.load()["state"] == ""
    assert queued == ["complaint_qms.demo.background.load_demo"]


def test_a_site_with_complaints_is_refused(queued: list[str]) -> None:
    factory.complaint()
    with pytest.raises(frappe.ValidationError, match="complaints of its own"):
        door.load()
    assert not queued


def test_a_site_whose_books_are_in_use_is_refused(empty, queued: list[str]) -> None:
    frappe.get_doc({"doctype": "GL Entry", "company": factory.company(), "debit": 1}).db_insert()
    with pytest.raises(frappe.ValidationError, match="books"):
        door.load()
    assert not queued


@pytest.mark.parametrize(("state", "words"), [(registry.FINISHED, "already"), ("broken", "interrupted")])
def test_a_site_with_a_demo_is_refused(empty, state: str, words: str, queued: list[str]) -> None:
    mark(state)
    with pytest.raises(frappe.ValidationError, match=words):
        door.load()
    assert not queued


@pytest.mark.parametrize("call", [door.load, door.remove], ids=["load", "remove"])
def test_a_second_click_starts_nothing(
    empty, call, queued: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_lock, "is_held", lambda _name: True)
    with pytest.raises(frappe.ValidationError, match="being loaded or removed"):
        call()
    assert not queued


def test_nothing_is_removed_where_there_is_no_demo(queued: list[str]) -> None:
    with pytest.raises(frappe.ValidationError, match="no demo"):
        door.remove()
    assert not queued


@pytest.mark.parametrize("state", [registry.FINISHED, "broken"])
def test_a_demo_is_removed_whole_or_interrupted(state: str, queued: list[str]) -> None:
    mark(state)
    door.remove()
    assert queued == ["complaint_qms.demo.background.remove_demo"]
    background.remove_demo("Administrator", "en")
    assert registry.state_of_demo() == ""
    assert "removed" in door.progress()["text"]


def test_two_jobs_do_one_work(empty, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second finds the first at work, and leaves it alone."""

    def taken(_name):
        raise run_lock.Overtaken

    monkeypatch.setattr(run_lock, "held", taken)
    monkeypatch.setattr(company, "make", lambda *_args, **_more: pytest.fail("it was loaded twice"))
    background.load_demo("Administrator", "en")


def test_a_complaint_that_came_meanwhile_stops_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    factory.complaint()
    monkeypatch.setattr(company, "make", lambda *_args, **_more: pytest.fail("it was loaded"))
    background.load_demo("Administrator", "zh")
    told = door.progress()
    assert told["error"]
    assert "已有自己的投诉" in told["text"]


@pytest.mark.slow
def test_a_failure_leaves_nothing(empty, monkeypatch: pytest.MonkeyPatch) -> None:
    before = counts()
    monkeypatch.setattr(company, "make", partial(company.make, size=SMALLEST))

    def fail(*_args) -> None:
        raise RuntimeError("out of ink")

    monkeypatch.setattr(company, "run_year", fail)
    monkeypatch.setattr(frappe.db, "rollback", lambda **_more: None)  # what was committed stays, as in a job
    background.load_demo("Administrator", "en")
    told = door.progress()
    assert (told["state"], told["error"]) == ("", True)
    assert "out of ink" in told["text"]
    assert {table: n for table, n in counts().items() if n != before.get(table)} == {}


def test_the_password_is_told_to_who_loaded_it_alone() -> None:
    loader, other = factory.person("System Manager"), factory.person("System Manager")
    mark(registry.FINISHED)
    demo_state.show_password(loader, "Secret-Demo7")
    with factory.as_user(other):
        assert door.progress()["password"] is None
    with factory.as_user(loader):
        assert door.progress()["password"] == "Secret-Demo7"
