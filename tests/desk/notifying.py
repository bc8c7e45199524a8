"""How tests of messages to staff are furnished: a service that takes them, channels, choices, and what becomes of a message."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import frappe
import pytest

from complaint_qms.constants import events, notify
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.notify.outbox import Notice, send
from complaint_qms.services.notify.person import people_of
from tests.chat_service import Service, service
from tests.desk import factory

NOW = datetime(2024, 7, 1, 23)
SECRET = "a-long-secret-of-both-sides"


@contextmanager
def playing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service of this computer that takes what WeCom and a robot are sent."""
    monkeypatch.setitem(frappe.local.conf, notify.OWN_NETWORKS, ["127.0.0.1"])
    with service() as found:
        found.answers_json("/cgi-bin/gettoken", {"errcode": 0, "access_token": "T", "expires_in": 7200})
        found.answers_json("/cgi-bin/message/send", {"errcode": 0, "msgid": "m"})
        found.answers_json("/hook", {"errcode": 0})
        yield found


def channel(kind: str, url: str, **values):
    more = {"app_id": "corp", "agent_id": "7", "service_address": url}
    if kind in notify.TO_GROUPS:
        more = {"webhook_address": f"{url}/hook"}
    title = factory.unique("Channel")
    return frappe.get_doc(
        {"doctype": notify.CHANNEL, "title": title, "service": kind, "app_secret": SECRET, **more, **values}
    ).insert()


def settings(*choices: dict, **values) -> None:
    doc = frappe.get_single(SETTINGS)
    doc.set("notification_choices", [])
    for row in choices:
        doc.append("notification_choices", row)
    doc.update(values)
    doc.save()


def preference(user: str, *choices: dict, **values):
    rows = {"choices": list(choices), "own_choices": 1} if choices else {}
    return frappe.get_doc({"doctype": notify.PREFERENCE, "user": user, **rows, **values}).insert()


def tell(user: str, name: str, kind: str = events.HOLD_OVER, now: datetime = NOW) -> list[Notice]:
    (person,) = people_of([user]).values()
    data = {"complaint": {"name": name, "subject": "A <b> & b", "stage": "triage"}, "steps": ()}
    return send([Notice(kind, person, "Complaint", name, data)], now)


def rows(of) -> list[frappe._dict]:
    fields = ["name", "to_user", "state", "attempts", "next_attempt", "error", "reference_name"]
    return frappe.get_all(
        "QMS Message", {"notification_channel": of.name}, fields, order_by="creation asc, name asc"
    )


def states(of) -> list[str]:
    return [row.state for row in rows(of)]
