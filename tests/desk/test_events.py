"""What happened is said once and heard by whoever listens: in its transaction, or after it; never when it was taken back."""

from __future__ import annotations

from datetime import timedelta

import frappe
import pytest
from frappe.utils import now_datetime

from complaint_qms.constants.events import EVENTS, MOVED, REGISTERED
from complaint_qms.services import events
from complaint_qms.services.events import AFTER_COMMIT, BACK_OFF, IN_TRANSACTION, Event, announce, deliver
from tests.desk import factory

pytestmark = pytest.mark.usefixtures("site")
HERE = "tests.desk.test_events"
heard: list[Event] = []


def listen(found: list[Event]) -> None:
    heard.extend(found)


def fail(found: list[Event]) -> None:
    frappe.get_doc({"doctype": "ToDo", "description": "half done by a listener"}).insert()
    raise RuntimeError("the other system does not answer")


def who(found: list[Event]) -> None:
    heard.append(frappe.session.user)


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch):
    """Listeners by hook, in the place of the app's own."""
    heard.clear()
    table: dict[str, dict[str, list[str]]] = {IN_TRANSACTION: {}, AFTER_COMMIT: {}}
    real = frappe.get_hooks
    monkeypatch.setattr(
        frappe,
        "get_hooks",
        lambda hook=None, *more, **named: table[hook] if hook in table else real(hook, *more, **named),
    )
    attr = frappe.get_attr
    ours = {f"{HERE}.{listener.__name__}": listener for listener in (listen, fail, who)}
    monkeypatch.setattr(frappe, "get_attr", lambda name: ours.get(name) or attr(name))
    monkeypatch.setattr(frappe, "enqueue", lambda *args, **kwargs: None)
    return table


def event(kind: str = MOVED, name: str = "CMP-1", **data: object) -> Event:
    return Event(kind, "Complaint", name, data)


def kept() -> int:
    return frappe.db.count("QMS Event", {"listener": ("like", f"{HERE}%")})


def test_who_listens_in_the_transaction_hears_at_once_and_of_all_together(hooks):
    hooks[IN_TRANSACTION] = {MOVED: [f"{HERE}.listen"], REGISTERED: [f"{HERE}.listen"]}
    announce([event(), event(REGISTERED), event(name="CMP-2")])
    assert [(one.kind, one.name) for one in heard] == [
        ("moved", "CMP-1"),
        ("registered", "CMP-1"),
        ("moved", "CMP-2"),
    ]
    assert kept() == 0


def test_what_nobody_listens_to_asks_the_database_nothing(hooks, monkeypatch):
    asked = []
    monkeypatch.setattr(frappe.db, "sql", lambda *args, **kwargs: asked.append(args))
    announce([event() for _ in range(100)])
    assert asked == []


def test_who_waits_hears_when_it_is_final_and_once(hooks):
    hooks[AFTER_COMMIT] = {MOVED: [f"{HERE}.listen"]}
    announce([event(origin="triage", target="solve")])
    assert (heard, kept()) == ([], 1)
    assert deliver() == 1
    assert (heard[0].data, heard[0].by) == ({"origin": "triage", "target": "solve"}, "Administrator")
    assert (deliver(), kept(), len(heard)) == (0, 0, 1)


@pytest.mark.parametrize("point", [None, "middle"])
def test_what_was_taken_back_is_never_heard(hooks, point):
    hooks[AFTER_COMMIT] = {MOVED: [f"{HERE}.listen"]}
    frappe.db.savepoint(point or "whole")
    announce([event()])
    frappe.db.rollback(save_point=point or "whole")
    deliver()
    assert heard == []


def test_a_listener_that_fails_is_asked_again_leaves_nothing_behind_and_stops_no_other(hooks):
    hooks[AFTER_COMMIT] = {MOVED: [f"{HERE}.fail", f"{HERE}.listen"]}
    announce([event()])
    now = now_datetime() + timedelta(seconds=1)
    assert deliver(now) == 1
    assert len(heard) == 1
    assert not frappe.db.exists("ToDo", {"description": "half done by a listener"})
    row = frappe.get_last_doc("QMS Event", {"listener": f"{HERE}.fail"})
    assert (row.state, row.attempts, "does not answer" in row.error) == ("waiting", 1, True)
    for pause in BACK_OFF:
        assert deliver(now) == 0
        now += pause
    deliver(now)
    row.reload()
    assert (row.state, row.attempts) == ("given_up", len(BACK_OFF) + 1)
    assert deliver(now + timedelta(days=9)) == 0


class Killed(BaseException):
    """The end of a process, as far as a test can survive it."""


def test_a_listener_that_kills_its_process_stops_no_other_and_is_given_up(hooks, monkeypatch):
    """What a process has committed is what is there when it is gone."""

    def kill(_found):
        raise Killed

    hooks[AFTER_COMMIT] = {MOVED: [f"{HERE}.fail", f"{HERE}.listen"]}
    ours = frappe.get_attr
    monkeypatch.setattr(frappe, "get_attr", lambda name: kill if name == f"{HERE}.fail" else ours(name))
    monkeypatch.setattr(frappe.db, "commit", lambda: frappe.db.savepoint("committed"))
    announce([event()])
    row = frappe.get_last_doc("QMS Event", {"listener": f"{HERE}.fail"})
    other = frappe.get_last_doc("QMS Event", {"listener": f"{HERE}.listen"})
    frappe.db.set_value("QMS Event", other.name, "happened_at", now_datetime())
    now = now_datetime() + timedelta(seconds=1)
    for attempt, pause in enumerate((*BACK_OFF, BACK_OFF[-1]), 1):
        with pytest.raises(Killed):
            deliver(now)
        frappe.db.rollback(save_point="committed")
        row.reload()
        assert (row.state, row.attempts, row.next_attempt) == ("waiting", attempt, now + pause)
        deliver(now)  # the next process, at the same moment
        assert len(heard) == 1
        now += pause
    deliver(now)
    row.reload()
    assert (row.state, row.attempts, row.next_attempt) == ("given_up", len(BACK_OFF) + 1, None)
    assert "cut off" in row.error


def test_an_unknown_kind_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="No such kind"):
        announce([event("exploded")])


def test_every_listener_of_the_app_is_there_and_every_kind_is_known():
    for hook in (IN_TRANSACTION, AFTER_COMMIT):
        for kind, listeners in dict(frappe.get_hooks(hook) or {}).items():
            assert kind in EVENTS
            assert all(callable(frappe.get_attr(listener)) for listener in listeners)


def test_a_life_is_told(hooks):
    hooks[IN_TRANSACTION] = {kind: [f"{HERE}.listen"] for kind in EVENTS}
    doc = factory.complaint()
    handler = factory.user("Complaint Agent", email=f"{frappe.generate_hash(length=8)}@qms.example")
    doc.complaint_owner = handler
    doc.first_response_at = now_datetime()
    doc.save()
    told = [
        (one.kind, one.data.get("new")) for one in heard if one.name == doc.name and one.kind != "written"
    ]
    assert told[0] == ("registered", None)
    assert ("handed_over", handler) in told
    assert ("answered", None) in told


def test_a_write_past_a_document_says_what_it_was_and_why(hooks):
    from complaint_qms.services import writing

    hooks[IN_TRANSACTION] = {"written": [f"{HERE}.listen"]}
    doc = factory.complaint()
    heard.clear()
    writing.set_where("Complaint", [doc.name], {"settlement_status": "settled"}, "settlement")
    (one,) = heard
    assert one.data["new"] == {"settlement_status": "settled"}
    assert not one.data["old"]["settlement_status"]
    assert one.data["why"] == "settlement"


def test_the_job_starts_once_for_a_transaction(hooks):
    hooks[AFTER_COMMIT] = {MOVED: [f"{HERE}.listen"]}
    frappe.flags.qms_events_kept = False
    before = frappe.db.after_commit._functions.count(events._start)
    for _ in range(3):
        announce([event()])
    assert frappe.db.after_commit._functions.count(events._start) == before + 1


def test_listeners_act_as_administrator_whoever_started_the_job(hooks):
    hooks[AFTER_COMMIT] = {MOVED: [f"{HERE}.who"]}
    announce([event()])
    agent = factory.user("Complaint Agent", email=f"{frappe.generate_hash(length=8)}@qms.example")
    frappe.set_user(agent)
    deliver()
    assert (heard, frappe.session.user) == (["Administrator"], agent)


def test_a_listener_whose_mark_is_gone_stops_nobody(hooks, monkeypatch):
    real, asked = frappe.db.rollback, []

    def rollback(*, save_point=None, **more):
        asked.append(save_point)
        if save_point == "event":
            raise frappe.db.OperationalError(1305, "SAVEPOINT event does not exist")

    hooks[AFTER_COMMIT] = {MOVED: [f"{HERE}.fail", f"{HERE}.listen"]}
    announce([event()])
    monkeypatch.setattr(frappe.db, "rollback", rollback)
    assert deliver() == 1
    monkeypatch.setattr(frappe.db, "rollback", real)
    assert asked == ["event", None]
    assert len(heard) == 1
