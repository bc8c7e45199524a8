"""Notices by the customer's own channel, what becomes of each, and what the customer and staff say one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import frappe
import pytest
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime

from complaint_qms.api import field_action as desk
from complaint_qms.api import field_notice as door
from complaint_qms.constants import notify, roles
from complaint_qms.constants.field_action import CHANNEL_FIELD
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.exceptions import GateError
from complaint_qms.services.correspondence import working_days
from complaint_qms.services.field_action import delivery, notices, reminders
from complaint_qms.services.field_action.report import FieldActions
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.notify import delivery as outbox_delivery
from tests.chat_service import Service
from tests.desk import factory
from tests.desk.mailbox import Mailbox
from tests.desk.notifying import channel, playing
from tests.desk.recalls import CHINESE, Sold, investigator, quality_manager, running
from tests.desk.visiting import guest
from tests.desk.wire import ask

LINK = re.compile(r"/field-notice\?_lang=\w+#([A-Za-z0-9_-]{32})")
NUMBER, MOBILE = "+49 151 2345678", "+8613912345678"
API = "/api/method/complaint_qms.api."


pytestmark = pytest.mark.usefixtures("mailbox")


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with playing(monkeypatch) as service:
        service.answers_json("/v21.0/corp/messages", {"messages": [{"id": "w1"}]})
        yield service


def customers(doc: Document) -> dict[str, dict]:
    return {one["customer"]: one for one in desk.customers_of(doc.name)["customers"]}


def history(doc: Document) -> str:
    about = {"reference_name": doc.name, "comment_type": "Info"}
    return "\n".join(frappe.get_all("Comment", about, pluck="content", order_by="creation"))


def sent(doc: Document) -> None:
    with factory.as_user(investigator()):
        desk.send_notices(doc.name)
    notices.send_waiting()


def mobile(customer: str, number: str, **more: object) -> Document:
    return factory.make(
        "Contact",
        first_name="Mobile",
        phone_nos=[{"phone": number, "is_primary_mobile_no": 1}],
        links=[{"link_doctype": "Customer", "link_name": customer}],
        **more,
    )


def states(doc: Document) -> dict[str, tuple[str, str]]:
    return {one["sent_to"]: (one["service"], one["state"]) for one in notices.notices_of(doc.name)}


def test_days_of_a_company_are_whole_ones_on_which_somebody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    holidays = frozenset({date(2026, 6, 5)})  # a Friday
    monkeypatch.setattr(working_days, "company_holidays", {"Ours": holidays, None: frozenset()}.get)
    for hour in (0, 8, 23):
        monday = datetime(2026, 6, 1, hour, 30)
        assert working_days.company_working_day(None, monday, 5) == date(2026, 6, 8)
        assert working_days.company_working_day("Ours", monday, 4) == date(2026, 6, 8)
        assert working_days.company_working_day(None, monday + timedelta(days=5), 1) == date(2026, 6, 8)


def test_each_customer_is_told_by_their_own_channel_and_what_became_of_it_is_said(
    sold: Sold, mailbox: Mailbox, played: Service
) -> None:
    by_number = channel(notify.WHATSAPP, played.url, access_token="T", template="notice")
    frappe.db.set_single_value(SETTINGS, "field_notice_channel", by_number.name)
    frappe.clear_document_cache(SETTINGS, SETTINGS)
    frappe.db.set_value("Customer", sold.bo, CHANNEL_FIELD, by_number.name)
    mobile(sold.bo, MOBILE, email_ids=[{"email_id": "b2@x.example", "is_primary": 1}])
    mobile(sold.cy, NUMBER)
    mobile(sold.cy, NUMBER.replace(" ", "-"))
    doc = running(sold)
    rows = customers(doc)
    assert rows[sold.cy]["state"] == "to_be_told", "who has a mobile number alone is written to"
    assert [rows[name]["notice_channel"] for name in (sold.ada, sold.bo, sold.cy)] == [None, by_number.name, by_number.name]  # fmt: skip
    text = desk.preview(doc.name, "zh")["text"]
    assert CHINESE["instruction"].split()[0] in text
    sent(doc)
    assert states(doc) == {
        "a1@x.example": ("email", "queued"), "a2@x.example": ("email", "queued"), "b@x.example": ("email", "queued"),
        MOBILE: ("whatsapp", "queued"), NUMBER: ("whatsapp", "queued"),
    }, "one number written in two ways is told once"  # fmt: skip
    assert customers(doc)[sold.cy]["state"] == "to_be_told", "what waits tells nobody"
    about = {"notification_channel": by_number.name}
    held = frappe.get_all("QMS Message", about, ["text", "link"])
    assert not any(LINK.search(row.text) for row in held)
    assert all(LINK.search(row.link) for row in held)
    for _time in range(3):
        outbox_delivery.send_waiting(by_number.name)
    delivery.follow_queue()
    asked = {one.data["to"]: one.data["template"] for one in played.asked_at("/v21.0/corp/messages")}
    assert sorted(asked) == ["4915123456" + "78", "8613912345678"]
    said = asked["8613912345678"]["components"][0]["parameters"][0]["text"]
    assert "停止使用" in said
    assert asked["8613912345678"]["language"]["code"] == "zh_CN"
    token = LINK.search(said)[1]
    assert guest(lambda: door.look(token))["hazard"] == "烫伤"
    assert set(frappe.get_all("QMS Message", about, pluck="link")) == {None}, "nobody else is let in by it"
    assert (states(doc)[MOBILE], states(doc)[NUMBER]) == (("whatsapp", "sent"), ("whatsapp", "sent"))
    assert customers(doc)[sold.cy]["state"] == "notice_sent"
    assert "WhatsApp" in frappe.get_print("Field Action", doc.name, "Field Action Report")
    assert reminders.remind_due(add_days(now_datetime(), 30)) == 3, (
        "Ada is phoned: of her mails none has left"
    )
    assert frappe.db.count("Field Action Notice", {"field_action": doc.name, "number": 1, "service": "whatsapp"}) == 2  # fmt: skip


def test_a_channel_that_fails_is_said_and_another_way_is_tried(sold: Sold, played: Service) -> None:
    by_number = channel(notify.WHATSAPP, played.url, access_token="T")
    frappe.db.set_value("Customer", sold.bo, CHANNEL_FIELD, by_number.name)
    frappe.db.delete("Contact", {"email_id": "b@x.example"})
    mobile(sold.bo, MOBILE, email_ids=[{"email_id": "b@x.example", "is_primary": 1}])
    doc = running(sold)
    played.answers_json("/v21.0/corp/messages", {"error": {"code": 131047, "message": "Re-engagement"}}, 400)
    sent(doc)
    outbox_delivery.send_waiting(by_number.name)
    delivery.follow_queue()
    failed = next(one for one in notices.notices_of(doc.name) if one["sent_to"] == MOBILE)
    assert failed["state"] == "failed"
    assert "131047" in failed["error"]
    assert customers(doc)[sold.bo]["state"] == "notice_failed"
    given_up = frappe.get_all("QMS Message", {"notification_channel": by_number.name}, pluck="name")
    assert outbox_delivery.send_again(given_up, now_datetime()) == 0, "its link is gone"
    frappe.db.set_value("Customer", sold.bo, CHANNEL_FIELD, None)
    with factory.as_user(factory.user(roles.AGENT)):
        desk.send_again(failed["name"])
    assert notices.send_waiting() == 1
    assert states(doc)["b@x.example"] == ("email", "queued")
    with pytest.raises(frappe.ValidationError, match="SMS or WhatsApp"):
        frappe.get_single(SETTINGS).update(
            {"field_notice_channel": channel(notify.SLACK, played.url).name}
        ).save()
    frappe.clear_messages()


def test_no_notice_waits_for_ever(sold: Sold, monkeypatch: pytest.MonkeyPatch) -> None:
    doc = running(sold)

    def fail(*_args: object, **_more: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken, factory.as_user(investigator()):
        broken.setattr(notices.notice_text, "notice_said", fail)
        broken.setattr(
            frappe.db, "rollback", lambda save_point=None: None
        )  # the test's own transaction goes on
        desk.send_notices(doc.name)
        assert notices.send_waiting() == 0
    failed = notices.notices_of(doc.name)
    assert {one["state"] for one in failed} == {"failed"}
    assert all("Error Log" in one["error"] for one in failed)
    with factory.as_user(investigator()):
        for one in failed:
            desk.send_again(one["name"])
    assert notices.send_waiting() == 3
    mails = [one["communication"] for one in notices.notices_of(doc.name)]
    frappe.db.delete("Email Queue", {"communication": ("in", mails)})
    frappe.db.set_value("Communication", mails[0], "delivery_status", "Sent")
    delivery.follow_queue()
    found = {one["communication"]: (one["state"], one["error"]) for one in notices.notices_of(doc.name)}
    assert found.pop(mails[0]) == ("sent", None)
    assert all(state == "failed" and "not in the queue" in error for state, error in found.values())


def test_what_staff_entered_stays_when_the_customer_says_something_else(
    sold: Sold, monkeypatch: pytest.MonkeyPatch
) -> None:
    doc = running(sold)
    monkeypatch.setattr(notices.secrets, "token_urlsafe", lambda size: frappe.generate_hash(length=32))
    tokens: list[str] = []
    monkeypatch.setattr(notices, "token_hash", lambda token: tokens.append(token) or hashed(token))
    hashed = door.answering.token_hash
    frappe.db.delete("Contact", {"email_id": ("in", ("a2@x.example", "b@x.example"))})
    sent(doc)
    (token,) = tokens
    row = lambda: customers(doc)[sold.ada]["quantities"][0]  # noqa: E731
    guest(lambda: door.answer(token, "Ann", [{"row": 1, "still_held": 2, "destroyed": 4}], "From the shelf"))
    assert (row()["still_held"], row()["destroyed"]) == (2, 4)
    guest(lambda: door.answer(token, "Ann", []))
    assert (row()["still_held"], row()["destroyed"]) == (0, 0), "what is sent takes the place of all that was"
    assert customers(doc)[sold.ada]["remark"] == "From the shelf", "a remark stays until there is another"
    staff, name = factory.user(roles.AGENT), customers(doc)[sold.ada]["name"]
    with factory.as_user(staff):
        for rows in ([], [{"row": 1}]):
            desk.record_quantities(name, rows, "Called <b>back</b>")
            with pytest.raises(frappe.ValidationError, match="or a note"):
                desk.record_quantities(name, rows)
    frappe.clear_messages()
    one = customers(doc)[sold.ada]
    assert (one["note"], one["quantities_by"], one["quantities_at"]) == (
        "Called <b>back</b>",
        None,
        None,
    )
    guest(
        lambda: door.answer(token, "Ann", [{"row": 1, "still_held": 1, "destroyed": 2}], "<i>Behind</i> it")
    )
    assert (row()["still_held"], row()["destroyed"]) == (1, 2), "a note switches off nothing that they say"
    with factory.as_user(factory.user(roles.AGENT)):
        desk.record_quantities(customers(doc)[sold.ada]["name"], [{"row": 1, "recovered": 1, "destroyed": 5}], "Seen there")  # fmt: skip
    for _time in range(2):
        guest(lambda: door.answer(token, "Ann", [{"row": 1, "used": 5}], "All used"))
    one = customers(doc)[sold.ada]
    told = history(doc)
    for words in (
        "Recovered: 1 instead of 0",
        "Destroyed: 5 instead of 2",
        "Still Held: 0 instead of 1",
        ": Seen there",
    ):
        assert words in told
    for remark in ("From the shelf", "&lt;i&gt;Behind&lt;/i&gt; it", "All used"):
        assert told.count(f"remarks by the link: {remark}") == 1, told
    assert "<b>back" not in told
    assert "All used" in frappe.get_print("Field Action", doc.name, "Field Action Report")
    assert (row()["recovered"], row()["destroyed"], row()["used"]) == (1, 5, 0)
    assert (row()["said_used"], row()["said_destroyed"]) == (5, 0)
    assert (one["quantities_by"], one["note"], one["remark"]) == (factory.user(roles.AGENT), "Seen there", "All used")  # fmt: skip
    assert frappe.db.count("ToDo", {"reference_name": doc.name, "description": ("like", "%other quantities%")}) == 1  # fmt: skip
    seen = guest(lambda: door.look(token))
    assert (seen["entered"], seen["remark"], seen["quantities"][0]["used"]) == (True, "All used", 5)
    report = next(line for line in FieldActions({}).rows() if line["name"] == doc.name)
    assert (report["accounted_share"], report["removed_share"]) == (46.1, 46.1)
    with pytest.raises(frappe.ValidationError, match="“recovered”"):
        guest(lambda: door.answer(token, "Ann", [{"row": 1, "recovered": 5}]))
    frappe.clear_messages()
    with factory.as_user(quality_manager()):
        end = {"conclusion": "Over", "below_target_reason": "Two are lost"}
        take_step(frappe.get_doc("Field Action", doc.name), "End Field Action", end)
    company = frappe.get_cached_value("Company", doc.company, ["phone_no", "email"], as_dict=True)
    seen = guest(lambda: door.look(token))
    assert (seen["over"], seen["withdrawn"], seen["instruction"][:4]) == (True, False, "Stop")
    assert seen["contact"].get("phone", "") == (company.phone_no or "")


def test_who_answers_or_is_left_out_while_a_notice_waits_gets_none(sold: Sold, mailbox: Mailbox) -> None:
    doc = running(sold)
    rows = customers(doc)
    with factory.as_user(investigator()):
        assert desk.send_notices(doc.name) == {"notices": 3}
        desk.log_call(rows[sold.ada]["name"], True, "Ann")
        with pytest.raises(GateError, match="without a part"):
            desk.leave_out(rows[sold.bo]["name"], "Got none")
    with factory.as_user(quality_manager()):
        desk.leave_out(rows[sold.bo]["name"], "Got none")
    assert notices.send_waiting() == 0
    assert {one["state"] for one in notices.notices_of(doc.name)} == {"not_needed"}
    with factory.as_user(investigator()):
        desk.take_back(rows[sold.bo]["name"])
        assert desk.send_notices(doc.name) == {"notices": 1}, "who is taken in again is told"
    assert notices.send_waiting() == 1


def test_what_has_not_left_when_the_action_is_over_is_withdrawn(
    sold: Sold, mailbox: Mailbox, played: Service
) -> None:
    by_number = channel(notify.WHATSAPP, played.url, access_token="T")
    frappe.db.set_value("Customer", sold.bo, CHANNEL_FIELD, by_number.name)
    frappe.db.delete("Contact", {"email_id": "b@x.example"})
    for number in (MOBILE, NUMBER):
        mobile(sold.bo, number)
    doc = running(sold)
    sent(doc)
    mails = {one["sent_to"]: one["communication"] for one in notices.notices_of(doc.name)}
    leaving = {"communication": mails["a2@x.example"]}
    frappe.db.set_value("Email Queue", leaving, "status", "Sending")
    claimed = {"attempts": 1, "next_attempt": add_days(now_datetime(), 1)}
    frappe.db.set_value("QMS Message", {"to_address": NUMBER}, claimed)
    with factory.as_user(quality_manager()):
        take_step(
            frappe.get_doc("Field Action", doc.name), "Cancel Field Action", {"cancel_reason": "Wrong batch"}
        )
    assert {to: state for to, (_service, state) in states(doc).items()} == {
        "a1@x.example": "taken_back", MOBILE: "taken_back", "a2@x.example": "queued", NUMBER: "queued",
    }  # fmt: skip
    said = next(one["error"] for one in notices.notices_of(doc.name) if one["sent_to"] == "a1@x.example")
    assert said == "Withdrawn before it left: the field action was cancelled."
    assert "Notices withdrawn before they left: 2" in history(doc)
    assert "could not be withdrawn: 2" in history(doc)
    assert frappe.db.get_value("Communication", mails["a1@x.example"], "delivery_status") == "Expired"
    assert frappe.db.get_value("QMS Message", {"to_address": MOBILE}, ["state", "link"]) == ("expired", None)
    # The mail server and the service did not take what they were just given.
    frappe.db.set_value("Email Queue", leaving, {"status": "Not Sent", "retry": 1})
    frappe.db.set_value("QMS Message", {"to_address": NUMBER}, "error", "Out of order")
    assert notices.send_waiting() == 0
    assert {state for _service, state in states(doc).values()} == {"taken_back"}
    mailbox.send_queued()
    outbox_delivery.send_waiting(by_number.name, add_days(now_datetime(), 2))
    assert (mailbox.mails, played.asked_at("/v21.0/corp/messages")) == ([], [])


def test_what_was_withdrawn_at_the_end_is_sent_once_it_is_opened_again(sold: Sold, mailbox: Mailbox) -> None:
    doc = running(sold)
    sent(doc)
    with factory.as_user(quality_manager()):
        end = {"conclusion": "Over", "below_target_reason": "All are lost"}
        take_step(frappe.get_doc("Field Action", doc.name), "End Field Action", end)
        assert {state for _service, state in states(doc).values()} == {"taken_back"}
        assert "Notices withdrawn before they left: 3" in history(doc)
        take_step(frappe.get_doc("Field Action", doc.name), "Reopen", {})
    assert desk.customers_of(doc.name)["unsent"] == 2
    sent(doc)
    assert desk.customers_of(doc.name)["unsent"] == 0
    mailbox.send_queued()
    delivery.follow_queue()
    assert states(doc) == dict.fromkeys(("a1@x.example", "a2@x.example", "b@x.example"), ("email", "sent"))
    assert len(mailbox.mails) == 3, "none of those that were withdrawn leaves"


def test_what_is_no_argument_is_refused_by_its_name(sold: Sold) -> None:
    doc = running(sold)
    name = frappe.db.get_value("Field Action Customer", {"field_action": doc.name, "customer": sold.cy})
    for call, body in (
        ("field_action.log_call", {"customer": name, "reached": 0, "acknowledged_at": "2026-01-01"}),
        ("field_action.record_quantities", {"customer": name, "quantities": [{"row": 1, "at_risk": 0}]}),
        ("field_action.send_notices", {"name": doc.name, "ignore_permissions": 1}),
        ("field_notice.answer", {"token": "x" * 32, "name": "Ann", "recorded_by": "Administrator"}),
    ):
        answer = ask("POST", API + call, body)
        assert answer.status == 417, call
        forged = {*body} & {"acknowledged_at", "ignore_permissions", "recorded_by"} or {"at_risk"}
        assert f"“{forged.pop()}”" in answer.said
    assert ask("POST", API + "field_action.send_notices", {"name": doc.name, "_lang": "zh"}).status == 200
