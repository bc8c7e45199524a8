"""How staff are told by channels: who by which, from when on, tried again, given up, and twice by nobody."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import frappe
import pytest

from complaint_qms.api import given_up, notifications
from complaint_qms.constants import events, notify, roles
from complaint_qms.overrides.desk import search_link
from complaint_qms.services.notify import delivery
from complaint_qms.services.notify.outbox import Notice, send
from complaint_qms.services.notify.person import people_of
from complaint_qms.services.record.site_time import site_zone, stored
from tests.desk import factory
from tests.desk.notifying import NOW, SECRET, channel, playing, preference, rows, settings, states, tell
from tests.desk.ruled import log_of, rule

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


def test_the_site_says_for_roles_and_a_person_for_themselves(app, played, person):
    other = factory.person(roles.MANAGER)
    for user in (person, other):
        preference(user, wecom_user_id=user.split("@")[0])
    settings({"role": roles.MANAGER, "kind": events.HOLD_OVER, "channel": app.name})
    names = [factory.complaint().name for _one in range(2)]
    tell(person, names[0])
    tell(person, names[0], events.AT_RISK)
    assert states(app) == ["queued"]
    own = frappe.get_doc(notify.PREFERENCE, person)
    own.update({"own_choices": 1})
    own.append("choices", {"kind": events.AT_RISK, "channel": app.name})
    own.save()
    tell(person, names[1])
    tell(person, names[1], events.AT_RISK)
    tell(other, names[1])
    assert sorted((row.to_user, row.reference_name) for row in rows(app)) == sorted(
        [(person, names[0]), (person, names[1]), (other, names[1])]
    )
    assert delivery.send_waiting(app.name, NOW) == 2
    asked = {one.data["touser"]: one.data["text"]["content"] for one in played.asked_at("/cgi-bin/message")}
    assert set(asked) == {person.split("@")[0], other.split("@")[0]}
    mine = asked[person.split("@")[0]]
    assert all(name in mine for name in names)
    assert "A <b> & b" in mine
    assert "/complaint/" in mine
    assert set(states(app)) == {"sent"}


def test_who_wants_neither_notices_nor_mails_is_told_by_their_channel(app, person):
    frappe.db.set_value("Notification Settings", person, {"enabled": 0, "enable_email_notifications": 0})
    for many in ("@all", "a|b", "../x"):
        with pytest.raises(frappe.ValidationError, match="WeCom User ID"):
            preference(person, {"channel": app.name}, wecom_user_id=many)
    preference(person, {"channel": app.name}, wecom_user_id="ann")
    assert len(tell(person, factory.complaint().name)) == 1
    assert frappe.db.count("QMS Message", {"to_user": person}) == 1


def test_quiet_hours_keep_messages_back_in_the_persons_zone_and_send_them_together(app, played, person):
    frappe.db.set_value("User", person, "time_zone", "Asia/Shanghai")
    settings(quiet_from="22:00", quiet_to="7:00")
    severe = {"kind": events.GRAVE, "channel": app.name, "at_any_hour": 1}
    preference(person, {"channel": app.name}, severe, wecom_user_id="ann")
    names = [factory.complaint().name for _one in range(3)]
    quiet = stored(datetime(2024, 7, 1, 15, tzinfo=timezone.utc), site_zone())  # 23:00 in Shanghai
    over = stored(datetime(2024, 7, 1, 23, tzinfo=timezone.utc), site_zone())  # 7:00
    for name in names[:2]:
        tell(person, name, now=quiet)
    (known,) = people_of([person]).values()
    data = {"title": "Burnt", "severity": "Critical", "harm_level": "", "reasons": []}
    send([Notice(events.GRAVE, known, "Complaint", names[2], data)], quiet)
    assert sorted(row.next_attempt for row in rows(app)) == [quiet, over, over]
    assert delivery.send_waiting(app.name, quiet) == 1
    assert names[2] in played.asked[-1].data["text"]["content"]
    assert delivery.send_waiting(app.name, over - timedelta(seconds=1)) == 0
    tell(person, names[2], now=over)
    assert delivery.send_waiting(app.name, over) == 1
    text = played.asked[-1].data["text"]["content"]
    assert all(name in text for name in names)
    assert set(states(app)) == {"sent"}


def test_a_group_hears_of_severe_complaints_once_and_of_its_company_alone(played, person):
    robot = channel(notify.WECOM_ROBOT, played.url)
    theirs = channel(notify.SLACK, played.url, company=factory.other_company())
    settings(
        {"kind": events.GRAVE, "channel": robot.name, "at_any_hour": 1},
        {"channel": theirs.name},
        alerts=[{"severity": "Critical", "user": person}],
    )
    doc = factory.complaint(severity="Critical")
    doc.reload()
    doc.severity = "Catastrophic"
    doc.save()
    factory.complaint(severity="Minor")
    assert [(row.to_user, row.reference_name) for row in rows(robot)] == [(None, doc.name)]
    assert rows(theirs) == []
    assert delivery.send_waiting(robot.name) == 1
    assert doc.name in played.asked[-1].data["text"]["content"]
    assert delivery.send_waiting(robot.name) == 0


def test_tried_again_with_longer_pauses_given_up_and_asked_for_again(app, played, person):
    preference(person, {"channel": app.name}, wecom_user_id="ann")
    played.answers["/cgi-bin/message/send"] = (503, {}, b"down")
    tell(person, factory.complaint().name)
    now = NOW
    for attempt, pause in enumerate(notify.BACK_OFF, 1):
        assert delivery.send_waiting(app.name, now) == 0
        ((state, attempts, moment, error),) = [
            (row.state, row.attempts, row.next_attempt, row.error) for row in rows(app)
        ]
        assert (state, attempts, moment) == ("queued", attempt, now + pause)
        assert "503. down" in error
        now += pause
    delivery.send_waiting(app.name, now)
    assert states(app) == ["given_up"]
    with factory.as_user(person), pytest.raises(frappe.PermissionError):
        given_up.send_messages(names=[rows(app)[0].name])
    assert given_up.send_messages(names=[rows(app)[0].name]) == {"again": 1}
    played.answers_json("/cgi-bin/message/send", {"errcode": 0})
    assert delivery.send_waiting(app.name) == 1
    assert states(app) == ["sent"]
    # What will never work is not tried again, and says why.
    played.answers_json("/cgi-bin/message/send", {"errcode": 60011, "errmsg": "no privilege"})
    tell(person, factory.complaint().name)
    delivery.send_waiting(app.name, NOW)
    assert "60011" in next(row.error for row in rows(app) if row.state == "given_up")
    # Nor is what cannot be sent at all.
    frappe.db.set_value(notify.PREFERENCE, person, "wecom_user_id", None)
    tell(person, factory.complaint().name)
    delivery.send_waiting(app.name, NOW)
    assert any("WeCom User ID" in (row.error or "") for row in rows(app))


def test_who_may_not_see_it_any_more_is_not_told(app, played, person):
    preference(person, {"channel": app.name}, wecom_user_id="ann")
    tell(person, factory.complaint().name)
    other = factory.customer().name
    factory.make("User Permission", user=person, allow="Customer", for_value=other, apply_to_all_doctypes=1)
    assert delivery.send_waiting(app.name, NOW) == 0
    assert (states(app), played.asked) == (["expired"], [])


def test_a_test_says_what_the_service_says(played, person):
    robot = channel(notify.WECOM_ROBOT, played.url)
    assert notifications.send_test(robot.name)["ok"]
    played.answers_json("/hook", {"errcode": 93000, "errmsg": "invalid webhook url"})
    told = notifications.send_test(robot.name)
    assert (told["ok"], "invalid webhook url" in told["said"]) == (False, True)
    sms = frappe.get_doc(
        {"doctype": notify.CHANNEL, "title": factory.unique("SMS"), "service": notify.SMS}
    ).insert()
    assert "mobile number" in notifications.send_test(sms.name)["said"]
    frappe.db.set_value("User", "Administrator", "mobile_no", "+86 13800138000")
    assert "SMS Gateway URL" in notifications.send_test(sms.name)["said"]
    gateway = {
        "sms_gateway_url": f"{played.url}/sms",
        "message_parameter": "msg",
        "receiver_parameter": "to",
        "use_post": 1,
    }
    for name, value in gateway.items():
        frappe.db.set_single_value("SMS Settings", name, value)
    frappe.clear_document_cache("SMS Settings", "SMS Settings")
    played.answers["/sms"] = (200, {}, b"OK: 1")
    assert notifications.send_test(sms.name)["ok"]
    assert b"to=%2B8613800138000" in played.asked[-1].body
    with factory.as_user(person), pytest.raises(frappe.PermissionError):
        notifications.send_test(robot.name)


def test_secrets_are_told_to_nobody_and_wrong_entries_by_field(played, monkeypatch, person):
    robot = channel(notify.DINGTALK_ROBOT, played.url)
    stored = frappe.db.get_value(notify.CHANNEL, robot.name, "*", as_dict=True)
    assert not {SECRET, f"{played.url}/hook"} & {str(value) for value in stored.values()}
    robot.reload()
    robot.save()  # stars are what is stored
    assert robot.get_password("webhook_address") == f"{played.url}/hook"
    for url, said in (
        ("http://plm.example/hook", "Webhook Address"),
        ("https://192.168.1.7/hook", "own network"),
        ("https://a@b.example/", "Webhook Address"),
    ):
        with pytest.raises(frappe.ValidationError, match=said):
            channel(notify.SLACK, "", webhook_address=url)
    with pytest.raises(frappe.ValidationError, match="16 characters"):
        channel(notify.WEBHOOK, played.url, app_secret="short")
    with pytest.raises(frappe.ValidationError, match="reaches a group"):
        preference(person, {"channel": robot.name})
    app = channel(notify.WECOM_APP, played.url)
    # A stored secret goes to no other computer than the one that it was entered for.
    app.reload()
    app.service_address = "https://elsewhere.example"
    with pytest.raises(frappe.ValidationError, match="Secret: enter it anew"):
        app.save()
    app.reload()
    app.update({"service_address": "https://elsewhere.example", "app_secret": "another"}).save()
    app.service_address = f"{app.service_address}/gateway"
    app.save()
    robot.reload()
    robot.webhook_address = f"{played.url}/hook?another=1"
    robot.save()
    robot.webhook_address = "https://elsewhere.example/hook"
    with pytest.raises(frappe.ValidationError, match="Secret: enter it anew"):
        robot.save()
    with pytest.raises(frappe.ValidationError, match="WeCom User ID"):
        preference(person, {"channel": app.name})
    for row, said in (
        ({"channel": app.name}, "choose the Role"),
        ({"channel": robot.name, "role": roles.MANAGER}, "Leave Role empty"),
        ({"channel": robot.name, "kind": "handed_over"}, "groups are told of"),
    ):
        with pytest.raises(frappe.ValidationError, match=said):
            settings(row)
    with pytest.raises(frappe.ValidationError, match="enter both"):
        settings(quiet_from="22:00")
    with pytest.raises(frappe.ValidationError, match="Quiet To: enter a time"):
        settings(quiet_from="22:00", quiet_to="24:00")
    with pytest.raises(frappe.ValidationError, match="two different times"):
        settings(quiet_from="22:00", quiet_to="22:00")
    with pytest.raises(frappe.ValidationError, match="Mobile Number: “hello” is no telephone number"):
        preference(person, mobile_no="hello")


def test_how_somebody_is_told_is_their_own(app, person):
    name = preference(person, {"channel": app.name}, wecom_user_id="ann").name
    with factory.as_user(factory.person(roles.AGENT)):
        assert not frappe.has_permission(notify.PREFERENCE, "read", doc=name)
        assert frappe.get_list(notify.PREFERENCE) == []
        with pytest.raises(frappe.PermissionError):
            preference(person)
    with factory.as_user(person):
        assert app.name in [one["value"] for one in search_link(notify.CHANNEL, "")]
        assert not frappe.has_permission(notify.CHANNEL, "read", user=factory.person(roles.AGENT))
        assert notifications.open_own() == name
        doc = frappe.get_doc(notify.PREFERENCE, name)
        doc.own_quiet_hours = 1
        doc.save()


def test_a_rule_tells_a_group_and_persons_by_their_channel(app, played, person):
    robot = channel(notify.WECOM_ROBOT, played.url)
    preference(person, wecom_user_id="ann")
    what = {"do": "notify", "text": "Look at it."}
    mine = rule(
        {**what, "who": "group_of_channel", "notification_channel": robot.name},
        {**what, "who": "named_user", "user": person, "notification_channel": app.name},
    )
    doc = factory.complaint()
    assert [row["state"] for row in log_of(mine)] == ["done"]
    assert [delivery.send_waiting(one.name) for one in (robot, app)] == [1, 1]
    assert all(doc.name in one.data["text"]["content"] for one in played.asked if one.method == "POST")
    for wrong, said in (
        ({"who": "group_of_channel", "notification_channel": app.name}, "reaches persons"),
        ({"who": "named_user", "user": person, "notification_channel": robot.name}, "reaches a group"),
        ({"who": "group_of_channel"}, "choose the notification channel"),
    ):
        with pytest.raises(frappe.ValidationError, match=said):
            rule({**what, **wrong})
