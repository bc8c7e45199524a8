"""Outside systems are told what happens: signed, once it is final, without a word of anybody, again where they do not listen."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from complaint_qms.api import connectors as api
from complaint_qms.constants import events, notify, roles
from complaint_qms.constants.connectors import CALL, CONNECTOR, SENT_EVENTS
from complaint_qms.integrations.messaging.signed_webhook import is_signed
from complaint_qms.services.connectors import calls
from complaint_qms.services.events import Event, announce
from complaint_qms.services.inbox import reasons
from tests.desk import factory
from tests.desk.chatting import SECRET, own_secret
from tests.outside_system import answers, in_turn, outside_system

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def played(monkeypatch):
    monkeypatch.setitem(frappe.conf, notify.OWN_NETWORKS, ["127.0.0.1"])
    with outside_system() as found:
        found.plays["/hook"] = answers(b"thanks", 200, Content_Type="text/plain")
        yield found


def told(url: str, *kinds: str, **values):
    given = {
        "doctype": CONNECTOR,
        "title": factory.unique("HUB"),
        "purpose": "send_events",
        "enabled": 1,
        "base_url": url,
        "path": "/hook",
        "secret": own_secret(),
        "headers": '{"X-Site": "qms"}',
        "events": [{"event": f"event_{kind}"} for kind in kinds],
    }
    return frappe.get_doc(given | values).insert()


def work(**later) -> list[frappe._dict]:
    calls.call_due(now=add_to_date(now_datetime(), seconds=10, **later))
    return frappe.get_all(CALL, fields=["*"], order_by="next_attempt asc, creation asc, name asc")


def test_what_happens_is_told_signed_and_without_a_word_of_anybody(played):
    hub = told(played.url, "registered", "moved", "held")
    about = factory.complaint(subject="Anna Schmidt was hurt", description="Call Anna at 030 1234567")
    batch = factory.batch(factory.item(batch=True).name)
    hold = frappe.get_doc(
        doctype="Quality Hold", reason="Anna found it cracked", complaint=about.name, lots=[{"batch_no": batch.name, "item_code": batch.item}]
    ).insert()  # fmt: skip
    assert not played.asked  # nobody waits for a system
    rows = work()
    sent = [one.data for one in played.asked]
    assert [(one["event"], one["doctype"], one["name"]) for one in sent] == [
        ("registered", "Complaint", about.name),
        ("held", "Quality Hold", hold.name),
    ]
    assert sent[1]["data"] == {"lots": [batch.name]}
    assert sent[0]["company"] == about.company
    assert sent[0]["happened_at"][:10] == str(about.creation)[:10]
    assert "Anna" not in json.dumps(sent) + json.dumps(rows, default=str)
    for asked in played.asked:
        assert is_signed(
            [hub.get_password("secret")], asked.headers, asked.body, float(asked.headers["x-timestamp"])
        )
        assert asked.headers["x-site"] == "qms"
    assert {(row.connector, row.state, row.status) for row in rows} == {(hub.name, "done", 200)}
    assert SECRET not in json.dumps(rows, default=str)
    # Whoever may not see the hold does not see what was told of it.
    assert [(row.complaint, row.quality_hold, row.company) for row in rows] == [
        (about.name, None, about.company),
        (None, hold.name, about.company),
    ]
    test = api.test(hub.name, "")
    assert test["works"]
    assert played.asked[-1].data["event"] == "test"


def test_who_is_told_what(played):
    """Each connector its events and its company; what was rolled back or imported nobody."""
    other = factory.other_company()
    here, there = (
        told(played.url, "moved", company=factory.company()),
        told(played.url, "moved", company=other),
    )
    off = told(played.url, "moved", enabled=0)
    about = factory.complaint()
    moved = Event(events.MOVED, "Complaint", about.name, {"origin": "intake", "target": "triage", "handed_to": "anna@example.com"})  # fmt: skip
    frappe.db.savepoint("happening")
    announce([moved])
    frappe.db.rollback(save_point="happening")
    assert not frappe.db.exists(CALL)
    announce([moved, Event(events.REGISTERED, "Complaint", about.name, {"by_import": True})])
    (row,) = frappe.get_all(CALL, ["connector", "complaint", "message"])
    assert (row.connector, row.complaint) == (here.name, about.name)
    assert json.loads(row.message)["data"] == {"origin": "intake", "target": "triage"}
    abroad = factory.complaint(company=other)
    announce([Event(events.MOVED, "Complaint", abroad.name, {"origin": "intake", "target": "triage"})])
    assert [row.connector for row in frappe.get_all(CALL, {"complaint": abroad.name}, ["connector"])] == [there.name]  # fmt: skip
    assert not frappe.db.exists(CALL, {"connector": off.name})
    here.reload()
    here.update({"events": [{"event": "event_registered"}]}).save()
    announce([moved, Event(events.REGISTERED, "Complaint", about.name, {"by_import": True})])
    assert frappe.db.count(CALL) == 2
    assert {f"event_{kind}" for kind in events.EVENTS} >= set(SENT_EVENTS)


def test_who_does_not_listen_is_told_again_and_given_up_to_a_person(played):
    played.plays["/hook"] = in_turn(answers({}, 503), answers({}, 410), answers({}, 202))
    told(played.url, "moved")
    announce([Event(events.MOVED, "Complaint", factory.complaint().name, {"origin": "a", "target": "b"})])
    (row,) = work()
    assert (row.state, row.attempts) == ("waiting", 1)
    (row,) = work(minutes=2)
    assert (row.state, row.status) == ("failed", 410)
    assert "refused with 410" in reasons.in_words(row.error)
    with factory.as_user(factory.user(roles.MANAGER)):
        assert api.try_again([row.name]) == 1
    (row,) = work(minutes=5)
    assert (row.state, row.status) == ("done", 202)
    assert {one.data["id"] for one in played.asked} == {row.name}
    assert len({one.body for one in played.asked}) == 1


def test_what_people_enter_is_refused_with_its_remedy(played):
    for values, said in (
        ({"secret": "short"}, "at least 16 characters"),
        ({"secret": ""}, "Secret: enter it"),
        ({"base_url": ""}, "System Address: enter it"),
        ({"base_url": "http://169.254.169.254"}, "begins with https://"),
        ({"events": []}, "choose at least one"),
        ({"events": [{"event": "event_held"}] * 2}, "stands twice"),
        ({"path": "/{{ item_code }}"}, "no merge field"),
        (
            {
                "purpose": "ask_facts",
                "about": "item_code",
                "access": "signature",
                "mapping": [{"label": "A", "path": "$.a"}],
            },
            "is for what is sent without",
        ),
    ):
        with pytest.raises(frappe.ValidationError, match=said):
            told(played.url, "moved", **values)
    hub = told(played.url, "moved")
    hub.reload()
    hub.base_url = "https://evil.example"
    with pytest.raises(frappe.ValidationError, match="enter it anew"):
        hub.save()
