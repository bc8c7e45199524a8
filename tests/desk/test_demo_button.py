"""Loading the demo and taking it back from the desk: who may, where it is refused, and that a failure leaves nothing."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import partial

import frappe
import pytest
from click.testing import CliRunner
from rq.job import JobStatus

from complaint_qms import commands
from complaint_qms.api import demo as door
from complaint_qms.constants import roles
from complaint_qms.demo import background, company, registry
from complaint_qms.services.importing import run_lock
from complaint_qms.services.onboarding import demo_state, own_work
from complaint_qms.services.record.error_text import said
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
    yield jobs
    frappe.cache.delete_keys("complaint_qms_demo")


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A site without anything of its own; what it holds is hidden from the question."""
    monkeypatch.setattr(own_work, "has_own_complaints", lambda: False)
    for doctype in own_work.entered():
        frappe.db.delete(doctype)


def mark(state: str) -> None:
    """A demo as the registry tells of one."""
    registry._write([("Customer", "Demo Customer", None)])
    if state == demo_state.FINISHED:
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


@pytest.mark.parametrize("doctype", sorted(own_work._ENTERED))
def test_a_site_with_work_of_its_own_is_refused_from_the_desk_and_the_command(
    empty, doctype: str, queued: list[str]
) -> None:
    assert own_work.entered() == []
    row = frappe.get_doc({"doctype": doctype, "name": "Own", "company": factory.company()})
    row.update(own_work._ENTERED[doctype])
    row.db_insert()
    with pytest.raises(own_work.OwnWork, match=f"work of its own .{doctype}"):
        door.load()
    with pytest.raises(own_work.OwnWork, match=doctype):
        company.make("Secret-Demo7", tell=lambda _text: None)
    assert not queued
    frappe.db.set_value(doctype, row.name, {"is_cancelled": 1} if "Entry" in doctype else {"docstatus": 2})
    assert own_work.entered() == []


@pytest.mark.parametrize(
    ("state", "words"), [(demo_state.FINISHED, "already"), (demo_state.BROKEN, "interrupted")]
)
def test_a_site_with_a_demo_is_refused(empty, state: str, words: str, queued: list[str]) -> None:
    mark(state)
    with pytest.raises(frappe.ValidationError, match=words):
        door.load()
    assert not queued


@pytest.mark.parametrize("call", [door.load, door.remove], ids=["load", "remove"])
def test_a_second_click_starts_nothing(
    empty, call, queued: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_lock, "is_running", lambda _name: True)
    with pytest.raises(frappe.ValidationError, match="being loaded or removed"):
        call()
    assert not queued


def test_nothing_is_removed_where_there_is_no_demo(queued: list[str]) -> None:
    with pytest.raises(frappe.ValidationError, match="no demo"):
        door.remove()
    assert not queued


@pytest.mark.parametrize("state", [demo_state.FINISHED, demo_state.BROKEN])
def test_a_demo_is_removed_whole_or_interrupted(state: str, queued: list[str]) -> None:
    mark(state)
    door.remove()
    assert queued == ["complaint_qms.demo.background.remove_demo"]
    background.remove_demo("Administrator", "en")
    assert demo_state.state_of_demo() == ""
    assert "removed" in door.progress()["text"]


def test_two_jobs_do_one_work(empty, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second finds the first at work, and leaves it alone."""

    told: list[str] = []

    def taken(_name, *, overtaken: str):
        told.append(overtaken)
        raise run_lock.Overtaken(overtaken)

    monkeypatch.setattr(run_lock, "exclusive_run", taken)
    monkeypatch.setattr(company, "make", lambda *_args, **_more: pytest.fail("it was loaded twice"))
    background.load_demo("Administrator", "en")
    assert told == ["The demo is being loaded or removed. Wait until that is done."], "and of no import"


def test_a_complaint_that_came_meanwhile_stops_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    factory.complaint()
    monkeypatch.setattr(company, "make", lambda *_args, **_more: pytest.fail("it was loaded"))
    background.load_demo("Administrator", "zh")
    told = door.progress()
    assert told["error"]
    assert "已有自己的投诉" in told["text"]


class Job:
    """A job as the queue tells of one."""

    def __init__(self, status: JobStatus, seconds: int = 0) -> None:
        moment = datetime.now(timezone.utc) - timedelta(seconds=seconds)
        self.status, self.started_at, self.enqueued_at = status, moment, moment.replace(tzinfo=None)
        self.deleted = False

    def get_status(self) -> JobStatus:
        return self.status

    def delete(self) -> None:
        self.deleted = True


# State of the job in the queue, since when, what it told last → whether a second click is refused
QUEUED_JOBS = [
    (JobStatus.QUEUED, 0, demo_state.WAITING, True),
    (JobStatus.QUEUED, 9000, demo_state.WAITING, True),
    (JobStatus.STARTED, 0, demo_state.WAITING, True),  # the lock comes in a moment
    (JobStatus.STARTED, 200, demo_state.WAITING, True),
    (JobStatus.STARTED, 9000, demo_state.WAITING, False),
    (JobStatus.STARTED, 9, demo_state.AT_WORK, False),  # it had the lock and lost it: killed
    (JobStatus.STARTED, 9, demo_state.DONE, False),
    (JobStatus.FAILED, 0, demo_state.WAITING, False),
    (JobStatus.FINISHED, 0, demo_state.DONE, False),
]


@pytest.mark.parametrize(("status", "seconds", "stage", "refused"), QUEUED_JOBS)
def test_a_job_that_lives_is_left_alone_and_a_dead_one_replaced(
    empty, monkeypatch, status: JobStatus, seconds: int, stage: str, refused: bool, queued: list[str]
) -> None:
    job = Job(status, seconds)
    monkeypatch.setattr(demo_state, "get_job", lambda _id: job)
    monkeypatch.setattr(demo_state, "get_workers", lambda _queue: ["a worker"])
    demo_state.tell_progress("…", stage)
    assert door.progress()["under_way"] == refused
    if refused:
        with pytest.raises(frappe.ValidationError, match="being loaded or removed"):
            door.load()
    else:
        door.load()
    assert (job.deleted, bool(queued)) == (not refused, not refused)


def test_a_job_that_nothing_takes_up_says_so(empty, monkeypatch: pytest.MonkeyPatch) -> None:
    workers: list[str] = []
    job = Job(JobStatus.QUEUED, 60)
    monkeypatch.setattr(demo_state, "get_job", lambda _id: job)
    monkeypatch.setattr(demo_state, "get_workers", lambda _queue: workers)
    demo_state.tell_progress("Waiting", demo_state.WAITING)
    assert "No background worker runs" in door.progress()["text"]
    with pytest.raises(frappe.ValidationError, match="No background worker runs"):
        door.load()
    workers.append("a worker")
    assert door.progress()["text"] == "Waiting"
    workers.clear()
    job.enqueued_at = datetime.now(timezone.utc)
    assert door.progress()["text"] == "Waiting"


def test_a_click_is_answered_with_a_job_that_waits(empty) -> None:
    """The queue has it only when the request is committed."""
    assert {"under_way": True, "error": False}.items() <= door.load().items()


@pytest.mark.parametrize(
    ("state", "stage"), [(demo_state.BROKEN, "at work"), ("", "at work"), ("", "waiting")]
)
def test_a_killed_job_is_no_success(state: str, stage: str) -> None:
    if state:
        mark(state)
    demo_state.tell_progress("20 of 160 complaints", stage)
    told = door.progress()
    assert (told["under_way"], told["error"]) == (False, True)
    assert ("Remove it, then load it again" if state else "Start it again") in told["text"]


def test_a_second_job_does_not_talk_over_the_success_of_the_first(empty, monkeypatch) -> None:
    mark(demo_state.FINISHED)
    monkeypatch.setattr(company, "make", lambda *_args, **_more: pytest.fail("it was loaded twice"))
    demo_state.tell_progress("The demo is loaded: 160 complaints.", demo_state.DONE)
    background.load_demo("Administrator", "en")
    assert {"text": "The demo is loaded: 160 complaints.", "error": False}.items() <= door.progress().items()
    demo_state.tell_progress("Waiting", demo_state.WAITING)
    background.load_demo("Administrator", "en")
    assert {"text": "The demo is on this site already.", "error": False}.items() <= door.progress().items()
    background.remove_demo("Administrator", "en")
    removed = door.progress()["text"]
    background.remove_demo("Administrator", "en")
    assert door.progress()["text"] == removed


REASONS = {
    "deadlock": (frappe.QueryDeadlockError("Deadlock of Ms Miller found"), "Deadlock"),
    "refusal": (frappe.LinkExistsError(["These lean on it:", "<b>Complaint</b> C-1 names X"]), "These lean on it: Complaint C-1 names X"),
}  # fmt: skip


@pytest.mark.parametrize("why", [RuntimeError("out of ink"), frappe.ValidationError("no ink is left")])
@pytest.mark.parametrize(("obstacle", "words"), REASONS.values(), ids=REASONS)
def test_a_failure_that_cannot_be_taken_back_says_both_and_the_remedy(
    empty, why: Exception, obstacle: Exception, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args, **_more) -> None:
        mark(demo_state.BROKEN)
        raise why

    def refuse() -> None:
        raise obstacle

    monkeypatch.setattr(company, "make", fail)
    monkeypatch.setattr(company, "remove", refuse)
    logged: list[str] = []
    monkeypatch.setattr(frappe, "log_error", lambda title, message: logged.append(message))
    with monkeypatch.context() as patched:
        patched.setattr(frappe.db, "rollback", lambda **_more: None)  # what was committed stays, as in a job
        background.load_demo("Administrator", "en")
    told = door.progress()
    assert (told["state"], told["error"]) == (demo_state.BROKEN, True)
    assert str(why) in told["text"]
    assert words in told["text"]
    assert "Part of it stays" in told["text"]
    assert told["text"].endswith("Remove the demo, then load it again.")
    assert "nothing was changed" not in told["text"]
    assert not set("[]<>") & set(told["text"])
    assert [type(error).__name__ in entry for error, entry in zip((why, obstacle), logged, strict=True)] == [
        True,
        True,
    ]
    assert not any(name in entry for entry in logged for name in ("Miller", "C-1"))


def test_a_refused_removal_is_told_in_sentences() -> None:
    name = factory.customer().name
    registry._write([("Customer", name, None)])
    registry.finish()
    made = factory.complaint(customer=name)
    background.remove_demo("Administrator", "en")
    told = door.progress()
    assert told["error"]
    assert f"Remove or change them first: Complaint {made.name} names {name}" in told["text"]
    assert not set("[]'<>") & set(told["text"].replace("demo's", "demos"))


def test_the_command_prints_a_refused_removal_and_the_way_past_own_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusal = frappe.LinkExistsError(["These lean on it:", "Complaint C-1 names X"])
    own = own_work.OwnWork("This site has work of its own.")

    def fail(error: Exception) -> None:
        raise error

    monkeypatch.setattr(company, "remove", lambda **_more: fail(refusal))
    monkeypatch.setattr(company, "make", lambda *_args, **_more: fail(own))
    for call in ("init", "connect", "destroy", "set_user"):
        monkeypatch.setattr(frappe, call, lambda *_args, **_more: None)
    monkeypatch.setattr(commands, "get_site", lambda _context: frappe.local.site)
    context = frappe._dict(sites=[frappe.local.site], profile=False)
    runner = CliRunner()
    removed = runner.invoke(commands.demo, ["--remove"], obj=context)
    loaded = runner.invoke(commands.demo, [], obj=context)
    assert (removed.exit_code, loaded.exit_code) == (1, 1)
    assert removed.output.strip() == "These lean on it: Complaint C-1 names X"
    assert loaded.output.strip() == "This site has work of its own. Add --force to mix demo data into it."


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("one"), "one"),
        (frappe.ValidationError(["<b>a</b> &amp; b", "c"]), "a & b c"),
        (KeyError("k"), "'k'"),
        (RuntimeError(), "RuntimeError"),
        (frappe.ValidationError([]), "ValidationError"),
    ],
)
def test_what_an_error_says(error: Exception, text: str) -> None:
    assert said(error) == text


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
    mark(demo_state.FINISHED)
    demo_state.show_password(loader, "Secret-Demo7")
    with factory.as_user(other):
        assert door.progress()["password"] is None
    with factory.as_user(loader):
        assert door.progress()["password"] == "Secret-Demo7"
