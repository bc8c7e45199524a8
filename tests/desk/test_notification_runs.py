"""Runs that send what waits by a channel: twice by nobody, held up by nobody else, and at once."""

from __future__ import annotations

from datetime import timedelta

import frappe
import pytest

from complaint_qms.constants import notify, roles
from complaint_qms.services.notify import delivery, outbox
from tests.desk import factory
from tests.desk.notifying import NOW, channel, playing, preference, rows, tell

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def played(monkeypatch):
    with playing(monkeypatch) as found:
        yield found


@pytest.fixture
def app(played):
    return channel(notify.WECOM_APP, played.url)


@pytest.fixture
def person() -> str:
    return factory.person(roles.MANAGER)


def test_two_workers_send_nothing_twice_and_a_killed_one_loses_nothing(app, played, person, monkeypatch):
    preference(person, {"channel": app.name}, wecom_user_id="ann")
    tell(person, factory.complaint().name)
    others = []

    def second(_channel, _notice):
        others.append(delivery.send_waiting(app.name, NOW))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "send_by", second)
        with pytest.raises(KeyboardInterrupt):
            delivery.send_waiting(app.name, NOW)
    assert others == [0]
    assert [(row.state, row.attempts) for row in rows(app)] == [("queued", 1)]
    assert delivery.send_waiting(app.name, NOW + notify.LEASE - timedelta(seconds=1)) == 0
    assert delivery.send_waiting(app.name, NOW + notify.LEASE) == 1
    assert len(played.asked_at("/cgi-bin/message")) == 1


def test_one_that_fails_is_left_alone_and_holds_up_no_other(app, played, monkeypatch):
    people = [factory.person(roles.MANAGER) for _one in range(notify.MOST_FAILURES + 2)]
    for user in people:
        preference(user, {"channel": app.name}, wecom_user_id="ann")
        tell(user, factory.complaint().name)
    played.answers["/cgi-bin/message/send"] = (500, {}, b"")
    delivery.send_waiting(app.name, NOW)
    assert len(played.asked_at("/cgi-bin/message")) == notify.MOST_FAILURES
    assert sorted(row.attempts for row in rows(app)) == [0, 0, 1, 1]
    frappe.db.after_commit.reset()
    asked = []
    monkeypatch.setattr(frappe, "enqueue", lambda method, **job: asked.append((method, job["channel"])))
    delivery.enqueue_channels(NOW)
    assert asked == [], "only what is committed is found by a job"
    frappe.db.after_commit.run()
    assert asked == [(outbox._DELIVER, app.name)]  # each channel is a job of its own


def test_what_is_refused_for_one_reader_holds_up_no_other(app, played, monkeypatch):
    """Numbers that the service does not know, and a fault of the code, say nothing of the service."""
    people = [factory.person(roles.MANAGER) for _one in range(notify.MOST_FAILURES + 3)]
    for user in people:
        preference(user, {"channel": app.name}, wecom_user_id=user)
        tell(user, factory.complaint().name)
    fault, unknown = people[0], people[1 : notify.MOST_FAILURES + 1]
    real = delivery.send_by

    def send_by(channel, notice):
        if notice.to == fault:
            raise TypeError(notice.to)
        real(channel, notice)

    def answer(asked):
        refused = asked.data["touser"] in unknown
        said = {"errcode": 81013, "errmsg": "user invalid"} if refused else {"errcode": 0}
        return 200, {"Content-Type": "application/json"}, frappe.as_json(said).encode()

    monkeypatch.setattr(delivery, "send_by", send_by)
    played.answers["/cgi-bin/message/send"] = answer
    assert delivery.send_waiting(app.name, NOW) == 2
    found = {row.to_user: row.state for row in rows(app)}
    assert [found[user] for user in people] == ["queued", "given_up", "given_up", "sent", "sent"]


def test_what_a_run_leaves_is_sent_at_once_by_a_further_one(app, played, monkeypatch):
    """A run that goes on is asked for in vain while it lasts; it asks for another where something is due at its end."""
    people = sorted(factory.person(roles.MANAGER) for _one in range(3))
    for user in people:
        preference(user, {"channel": app.name}, wecom_user_id=user)
    late = factory.complaint().name
    tell(people[0], factory.complaint().name)
    asked, further = [], []
    real = delivery.send_by

    def send_by(channel, notice):
        real(channel, notice)
        if not asked:  # written while the first call lasts
            tell(people[1], late)
        asked.append(notice.to)

    def run(**more) -> int:
        frappe.db.after_commit.reset()
        told = delivery.send_waiting(app.name, NOW, **more)
        with monkeypatch.context() as patch:
            patch.setattr(frappe, "enqueue", lambda _method, **job: further.append(job))
            further.clear()
            frappe.db.after_commit.run()
        return told

    monkeypatch.setattr(delivery, "send_by", send_by)
    assert (run(), asked) == (1, people[:1])
    ids = {job["is_further"]: job["job_id"] for job in further}
    assert ids[True] != ids[False], "the job that runs has its id"
    assert all(job["deduplicate"] for job in further)
    assert (run(is_further=True), asked, further) == (1, people[:2], [])
    # A run that has spent its time, or finds what another worker is sending
    tell(people[2], late)
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "BUDGET", -1)
        assert (run(is_further=True), [job["is_further"] for job in further]) == (0, [False])
        patch.undo()
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_claimed", lambda *_about: [])
        assert (run(), further) == (0, []), "it would go round and round"
    played.answers["/cgi-bin/message/send"] = (503, {}, b"")
    for user in people[:2]:
        tell(user, factory.complaint().name)
    assert (run(), further) == (0, []), "what fails is left alone until the next look"
