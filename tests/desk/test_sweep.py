"""The sweep of the SOP clocks: each step once, the right people told, cost bounded, kill-safe."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import frappe
import pytest
from frappe.permissions import add_user_permission

from complaint_qms.jobs import sweep as door
from complaint_qms.services.notify import digest, sentences
from complaint_qms.services.sop import escalation
from tests.desk import factory

NOW = datetime(2024, 7, 2, 12, 0)
HOUR = timedelta(hours=1)
CLOCKS = ("response", "stage", "resolution")


@pytest.fixture(autouse=True)
def nothing_else_is_due() -> None:
    """Complaints that are on the site already stay out of the count."""
    complaint = frappe.qb.DocType("Complaint")
    frappe.qb.update(complaint).set(complaint.next_check_at, None).where(complaint.next_check_at <= NOW).run()


def sop(**values: object) -> str:
    defaults = {
        "sop_name": factory.unique("SOP"),
        "round_the_clock": 1,
        "first_response_time": 3600,
        "stages": [{"stage": "triage", "time_limit": 3600}],
    }
    return factory.make("Complaint SOP", **defaults | values).name


def complaint(owner: str | None = None, **values: object) -> str:
    """A complaint in the database, past its controller. `stage=(warn, due, status)` and so on set the clocks."""
    doc = frappe.new_doc("Complaint")
    doc.name = factory.unique("CMP")
    doc.update({"subject": "Cracked <housing>", "company": factory.company(), "stage": "triage"})
    doc.complaint_owner = owner
    steps = []
    for clock in CLOCKS:
        warn, due, status = values.pop(clock, (None, None, ""))
        doc.update({f"{clock}_warn_at": warn, f"{clock}_due": due, f"{clock}_status": status})
        steps += [m for m, at in ((warn, "on_track"), (due, "at_risk")) if m and status in ("on_track", at)]
    doc.sla_status = "on_track"
    doc.next_check_at = min(steps, default=None)
    doc.update(values)
    doc.db_insert()
    return doc.name


def state(name: str) -> tuple:
    fields = ["response_status", "stage_status", "resolution_status", "sla_status", "next_check_at"]
    return frappe.db.get_value("Complaint", name, [*fields, "escalation_level"])


def told(name: str, channel: str = "desk") -> list[tuple[str, str]]:
    """Who was told what of a complaint."""
    rows = frappe.get_all(
        "QMS Message",
        {"reference_doctype": "Complaint", "reference_name": name, "channel": channel},
        ["to_user", "kind"],
        order_by="to_user, kind",
    )
    return [(row.to_user, row.kind) for row in rows]


def story(name: str) -> list[str]:
    return frappe.get_all(
        "Comment",
        filters={"reference_name": name, "comment_type": "Info"},
        pluck="content",
        order_by="creation",
    )


def person(*roles: str) -> str:
    return factory.user(*roles or ("Complaint Agent",), email=f"{frappe.generate_hash(length=8)}@qms.example")


def test_at_risk_reminds_the_handler() -> None:
    handler = person()
    name = complaint(handler, stage=(NOW - HOUR, NOW + HOUR, "on_track"))
    assert escalation.sweep(NOW) == escalation.Sweep(changed=1, at_risk=1)
    assert state(name) == ("", "at_risk", "", "at_risk", NOW + HOUR, 0)
    assert told(name) == [(handler, "at_risk")]
    assert story(name) == []


def test_overdue_goes_to_the_superior() -> None:
    superior, handler = person("Complaint Manager"), person()
    chief = factory.employee(superior)
    factory.employee(handler, reports_to=chief.name)
    name = complaint(
        handler, resolution=(NOW - 2 * HOUR, NOW, "at_risk"), stage=(None, NOW + HOUR, "on_track")
    )
    found = escalation.sweep(NOW)
    assert (found.changed, found.overdue) == (1, 1)
    assert state(name) == ("", "on_track", "overdue", "overdue", NOW + HOUR, 1)
    assert told(name) == sorted([(handler, "overdue"), (superior, "escalated")])
    assert len(story(name)) == 1
    assert "Escalated to" in story(name)[0]
    assert frappe.db.get_value("User", superior, "full_name") in story(name)[0]


def test_who_does_not_see_the_company_is_not_told_for_a_role() -> None:
    stranger, colleague = person("Complaint Manager"), person("Complaint Manager")
    # Straight into its table: making a company alters other tables, which ends the test's transaction.
    elsewhere = factory.unique("Elsewhere")
    frappe.get_doc({"doctype": "Company", "name": elsewhere, "company_name": elsewhere}).db_insert()
    add_user_permission("Company", elsewhere, stranger)
    # One that holds for another kind of record only says nothing about complaints.
    add_user_permission("Company", elsewhere, colleague, applicable_for="Sales Order")
    name = complaint(person(), resolution=(NOW - 2 * HOUR, NOW, "at_risk"))
    escalation.sweep(NOW)
    informed = {user for user, _ in told(name)}
    assert colleague in informed
    assert stranger not in informed


def test_once_only() -> None:
    handler = person()
    name = complaint(handler, stage=(NOW - HOUR, NOW, "on_track"))
    escalation.sweep(NOW)
    before = (told(name), story(name), state(name))
    assert escalation.sweep(NOW) == escalation.Sweep()
    assert escalation.sweep(NOW + 100 * HOUR) == escalation.Sweep()
    assert (told(name), story(name), state(name)) == before


def test_each_step_of_a_clock_once_in_its_turn() -> None:
    handler = person()
    name = complaint(handler, stage=(NOW, NOW + HOUR, "on_track"))
    assert escalation.sweep(NOW - timedelta(microseconds=1)).changed == 0
    assert escalation.sweep(NOW).at_risk == 1
    assert escalation.sweep(NOW + HOUR / 2).changed == 0
    assert escalation.sweep(NOW + HOUR).overdue == 1
    assert state(name)[4] is None
    assert [kind for user, kind in told(name) if user == handler] == ["at_risk", "overdue"]


def test_a_late_sweep_says_overdue_at_once() -> None:
    handler = person()
    name = complaint(handler, stage=(NOW - 2 * HOUR, NOW - HOUR, "on_track"))
    found = escalation.sweep(NOW)
    assert (found.at_risk, found.overdue) == (0, 1)
    assert [kind for user, kind in told(name) if user == handler] == ["overdue"]


def test_a_hold_that_was_to_end_reminds_the_handler_once() -> None:
    handler = person()
    held = complaint(
        handler, hold_until=NOW.date(), resolution=(NOW - HOUR, None, "paused"), next_check_at=NOW
    )
    frappe.db.set_value("Complaint", held, "stage", "on_hold", update_modified=False)
    assert escalation.sweep(NOW) == escalation.Sweep(changed=1, hold_over=1)
    assert told(held) == [(handler, "hold_over")]
    assert (state(held)[2], state(held)[4]) == ("paused", None)
    assert escalation.sweep(NOW + 100 * HOUR) == escalation.Sweep()


def test_two_clocks_of_a_complaint_make_one_notice() -> None:
    handler = person()
    name = complaint(
        handler,
        response=(NOW - HOUR, NOW - HOUR, "on_track"),
        stage=(NOW - HOUR, NOW + HOUR, "on_track"),
        resolution=(NOW + 2 * HOUR, NOW + 3 * HOUR, "on_track"),
    )
    found = escalation.sweep(NOW)
    assert (found.at_risk, found.overdue) == (1, 1)
    assert [kind for user, kind in told(name) if user == handler] == ["overdue"]
    assert state(name) == ("overdue", "at_risk", "on_track", "overdue", NOW + HOUR, 1)
    subject = frappe.db.get_value("Notification Log", {"document_name": name, "for_user": handler}, "subject")
    assert "First response, due" in subject
    assert "Triage, due" in subject
    assert "Cracked &lt;housing&gt;" in subject


def test_clocks_that_do_not_run_are_left_alone() -> None:
    name = complaint(
        person(),
        response=(NOW - 2 * HOUR, NOW - HOUR, "met"),
        stage=(NOW - HOUR, None, "paused"),
        resolution=(NOW - HOUR, NOW + HOUR, "on_track"),
    )
    escalation.sweep(NOW)
    assert state(name)[:5] == ("met", "paused", "at_risk", "at_risk", NOW + HOUR)


def test_the_statement_follows_the_rule_for_every_mixture_of_clocks() -> None:
    """Random warnings, due times and standings around the moment, against the rule written a second time."""
    dice = random.Random(3)
    tick = timedelta(microseconds=1)
    times = [None, NOW - 2 * HOUR, NOW - tick, NOW, NOW + tick, NOW + HOUR]
    running = ("on_track", "at_risk", "overdue")

    def rule(warn: datetime | None, due: datetime | None, status: str) -> tuple[str, datetime | None]:
        if status not in running:
            return status, None
        ahead = [moment for moment in (warn, due) if moment and moment > NOW]
        if due and due <= NOW:
            return "overdue", None
        return "at_risk" if warn and warn <= NOW else status, min(ahead, default=None)

    expected = {}
    for _ in range(120):
        clocks = {}
        for name in CLOCKS:
            warn, due, status = (
                dice.choice(times),
                dice.choice(times),
                dice.choice(("", "met", "paused", *running)),
            )
            clocks[name] = (None if warn and due and warn > due else warn, due, status)
        name = complaint(None, **clocks)
        frappe.db.set_value("Complaint", name, "next_check_at", NOW, update_modified=False)
        results = [rule(*clocks[clock]) for clock in CLOCKS]
        steps = [step for _status, step in results if step]
        expected[name] = (*(status for status, _step in results), min(steps, default=None))
    assert escalation.sweep(NOW).changed == len(expected)
    assert {name: (*state(name)[:3], state(name)[4]) for name in expected} == expected


def test_nobody_owns_it() -> None:
    role = factory.make("Role", role_name=factory.unique("Triage")).name
    up = factory.make("Role", role_name=factory.unique("Up")).name
    clerk, boss = person(role), person(up)
    procedure = sop(stages=[{"stage": "triage", "responsible_role": role, "escalate_to_role": up}])
    name = complaint(None, stage=(NOW, NOW, "on_track"), sop=procedure)
    escalation.sweep(NOW)
    assert told(name) == sorted([(clerk, "overdue"), (boss, "escalated")])


def test_the_sop_s_role_steps_in_for_a_missing_superior() -> None:
    role = factory.make("Role", role_name=factory.unique("Up")).name
    boss, gone, handler = person(role), person(role), person()
    factory.employee(handler, reports_to=factory.employee(gone).name)
    frappe.db.set_value("User", gone, "enabled", 0)
    name = complaint(handler, stage=(NOW, NOW, "on_track"), sop=sop(escalation_role=role))
    escalation.sweep(NOW)
    assert told(name) == sorted([(handler, "overdue"), (boss, "escalated")])


def test_the_responsible_user_of_the_stage_is_reminded() -> None:
    clerk = person()
    procedure = sop(stages=[{"stage": "triage", "responsible_user": clerk}])
    name = complaint(None, stage=(NOW, NOW + HOUR, "on_track"), sop=procedure)
    escalation.sweep(NOW)
    assert told(name) == [(clerk, "at_risk")]


@pytest.fixture
def outgoing(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    sent: list[dict] = []
    monkeypatch.setattr(frappe, "sendmail", lambda **kwargs: sent.append(kwargs))
    monkeypatch.setattr(digest, "_can_send", lambda: True)
    return sent


def test_one_digest_mail_per_person(outgoing: list[dict]) -> None:
    superior, handler = person(), person()
    factory.employee(handler, reports_to=factory.employee(superior).name)
    late = [complaint(handler, stage=(NOW, NOW - n * HOUR, "on_track")) for n in range(3)]
    near = complaint(handler, stage=(NOW, NOW + HOUR, "on_track"))
    escalation.sweep(NOW)
    assert outgoing == []
    assert digest.send(NOW) == 2
    assert digest.send(NOW) == 0, "mailed once"
    by_address = {mail["recipients"][0]: mail for mail in outgoing}
    assert set(by_address) == {superior, handler}
    assert by_address[handler]["subject"] == "Complaints: 3 overdue, 1 at risk"
    assert by_address[superior]["subject"] == "Complaints: 3 overdue, 0 at risk"
    groups = dict(by_address[handler]["args"]["groups"])
    assert {line["url"].rsplit("/", 1)[1] for line in groups["Overdue"]} == {
        name.replace(" ", "%20") for name in late
    }
    assert len(groups["Time is running out"]) == 1
    assert groups["Escalated to you"] == []
    text = frappe.render_template("templates/emails/complaint_clock_digest.html", by_address[handler]["args"])
    assert "Cracked &lt;housing&gt;" in text
    assert near in text


def test_a_long_digest_is_cut(outgoing: list[dict], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "ROWS", 2)
    handler = person()
    for _ in range(5):
        complaint(handler, stage=(NOW, NOW + HOUR, "on_track"))
    escalation.sweep(NOW)
    digest.send(NOW)
    (mail,) = outgoing
    assert sum(len(lines) for _heading, lines in mail["args"]["groups"]) == 2
    assert mail["args"]["more"] == 3


def test_a_mail_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = sorted([person(), person()])
    sent = []

    def sendmail(**kwargs: object) -> None:
        if kwargs["recipients"] == [bad]:
            frappe.get_doc({"doctype": "ToDo", "description": "half done"}).insert()
            raise ValueError("bad address")
        sent.append(kwargs["recipients"])

    monkeypatch.setattr(frappe, "sendmail", sendmail)
    monkeypatch.setattr(digest, "_can_send", lambda: True)
    for user in (bad, good):
        complaint(user, stage=(NOW, NOW + HOUR, "on_track"))
    escalation.sweep(NOW)
    assert digest.send(NOW) == 1
    assert digest.send(NOW) == 0
    assert sent == [[good]]
    assert not frappe.db.exists("ToDo", {"description": "half done"})
    assert frappe.db.exists("Error Log", {"method": ("like", f"%{bad}%")})


def test_a_kill_before_the_mail_keeps_it_for_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def sendmail(**kwargs: object) -> None:
        raise Killed

    monkeypatch.setattr(digest, "_can_send", lambda: True)
    handler = person()
    complaint(handler, stage=(NOW, NOW + HOUR, "on_track"))
    escalation.sweep(NOW)
    frappe.db.savepoint("swept")
    monkeypatch.setattr(frappe, "sendmail", sendmail)
    with pytest.raises(Killed):
        digest.send(NOW)
    frappe.db.rollback(save_point="swept")
    sent = []
    monkeypatch.setattr(frappe, "sendmail", lambda **kwargs: sent.append(kwargs["recipients"]))
    assert digest.send(NOW) == 1
    assert sent == [[handler]]


@pytest.mark.parametrize("can_send", [False, True])
def test_without_an_account_to_send_from_nothing_fails(
    can_send: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sendmail(**kwargs: object) -> None:
        assert can_send
        frappe.throw("Please set up an account", frappe.OutgoingEmailError)

    monkeypatch.setattr(frappe, "sendmail", sendmail)
    monkeypatch.setattr(digest, "_can_send", lambda: can_send)
    handler = person()
    complaint(handler, stage=(NOW, NOW + HOUR, "on_track"))
    escalation.sweep(NOW)
    assert digest.send(NOW) == 0
    assert frappe.local.message_log == []
    assert not frappe.db.exists("Error Log", {"method": ("like", f"%{handler}%")})


def test_who_wants_mails_only_and_who_wants_none(outgoing: list[dict]) -> None:
    by_mail, quiet = person(), person()
    frappe.db.set_value("Notification Settings", by_mail, "enabled", 0)
    frappe.db.set_value("Notification Settings", quiet, {"enabled": 0, "enable_email_notifications": 0})
    names = [complaint(user, stage=(NOW, NOW + HOUR, "on_track")) for user in (by_mail, quiet)]
    escalation.sweep(NOW)
    digest.send(NOW)
    assert [mail["recipients"] for mail in outgoing] == [[by_mail]]
    assert [told(name) for name in names] == [[], []]
    assert [told(name, "email") for name in names] == [[(by_mail, "at_risk")], []]
    assert not frappe.db.exists("Notification Log", {"for_user": ("in", (by_mail, quiet))})


def test_no_mail_when_the_site_wants_none(outgoing: list[dict]) -> None:
    frappe.db.set_single_value("Complaint QMS Settings", "notify_by_email", 0)
    frappe.clear_document_cache("Complaint QMS Settings", "Complaint QMS Settings")
    complaint(person(), stage=(NOW, NOW + HOUR, "on_track"))
    escalation.sweep(NOW)
    assert digest.send(NOW) == 0
    assert outgoing == []


def test_words_in_the_reader_s_language_and_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    handler = person()
    frappe.db.set_value("User", handler, {"language": "de", "time_zone": "Asia/Shanghai"})
    monkeypatch.setattr(
        "complaint_qms.services.record.site_time.get_system_timezone", lambda: "America/New_York"
    )
    seen = set()
    monkeypatch.setattr(sentences, "_", lambda text: seen.add(frappe.local.lang) or text)
    name = complaint(handler, stage=(NOW, datetime(2024, 7, 2, 20, 15), "on_track"))
    escalation.sweep(NOW)
    (subject,) = frappe.get_all("Notification Log", {"document_name": name}, pluck="subject", order_by="name")
    assert "03" in subject.split("due")[1], "the next morning in Shanghai"
    assert "08:15" in subject
    assert "de" in seen
    assert frappe.local.lang != "de"


def test_batches_are_committed_one_by_one_and_a_kill_repeats_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    handler = person()
    names = [complaint(handler, stage=(NOW, NOW + (n + 1) * HOUR, "on_track")) for n in range(5)]
    commits = []

    class Killed(BaseException):
        pass

    def commit() -> None:
        commits.append(len([name for name in names if told(name)]))
        frappe.db.savepoint("committed")

    frappe.db.savepoint("committed")
    monkeypatch.setattr(frappe.db, "commit", commit)
    real = escalation.announce

    def announce(events: object) -> None:
        real(events)
        if len(commits) == 1:
            raise Killed  # in the second batch, after everything was written and before it is committed

    monkeypatch.setattr(escalation, "announce", announce)
    with pytest.raises(Killed):
        escalation.sweep(NOW, batch=2)
    frappe.db.rollback(save_point="committed")
    assert commits == [2]
    assert sum(state(name)[1] == "at_risk" for name in names) == 2
    monkeypatch.setattr(escalation, "announce", real)
    monkeypatch.setattr(frappe.db, "commit", lambda: None)
    assert escalation.sweep(NOW, batch=2).changed == 3
    assert [told(name) for name in names] == [[(handler, "at_risk")]] * 5


def test_the_number_of_queries_does_not_grow_with_what_is_due() -> None:
    def queries(count: int) -> int:
        handlers = [person() for _ in range(3)]
        for n in range(count):
            complaint(handlers[n % 3], stage=(NOW, NOW, "on_track"), sop=sop())
        asked = []
        real = frappe.db.sql
        frappe.db.sql = lambda *args, **kwargs: asked.append(args) or real(*args, **kwargs)
        try:
            assert escalation.sweep(NOW).changed == count
        finally:
            frappe.db.sql = real
        return len(asked)

    queries(1)  # what is kept from the first time on is read here
    few = queries(3)
    assert queries(30) == few


def test_the_door_only_puts_a_job_into_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(frappe, "enqueue", lambda *args, **kwargs: asked.append((args, kwargs)))
    door.sweep_clocks()
    ((method,), options) = asked[0]
    assert frappe.get_attr(method) is escalation.run
    assert options["deduplicate"]
    assert options["job_id"]


def test_the_present_moment_is_the_site_s(monkeypatch: pytest.MonkeyPatch) -> None:
    name = complaint(person(), stage=(NOW, frappe.utils.now_datetime() + HOUR, "on_track"))
    asked = []
    monkeypatch.setattr(frappe, "enqueue", lambda *args, **kwargs: asked.append(args))
    escalation.run()
    assert state(name)[1] == "at_risk"
    assert asked == [(digest.send,)]
    monkeypatch.setattr(digest, "_can_send", lambda: False)
    digest.send()
    escalation.run()
    assert len(asked) == 1, "no job for no mail"
