"""A recall from the scope to its end: who holds it, who approves, notices once each, answers without a login, reminders, a mock recall."""

from __future__ import annotations

import json
import re

import frappe
import pytest
from frappe.model.document import Document
from frappe.utils import add_days, getdate, now_datetime, nowdate

from complaint_qms.api import field_action as desk
from complaint_qms.api import field_notice as door
from complaint_qms.api import signatures
from complaint_qms.constants import roles
from complaint_qms.exceptions import GateError
from complaint_qms.services.field_action import delivery, notice_text, notices, paper, reminders
from complaint_qms.services.field_action.report import FieldActions
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.work.today import my_work
from tests.desk import factory
from tests.desk.mailbox import Mailbox
from tests.desk.recalls import TEXTS, Sold, approve, investigator, planned, quality_manager, running, told_of
from tests.desk.visiting import guest
from tests.desk.wire import ask

SECRET = re.compile(r"/field-notice\?_lang=(\w+)#([A-Za-z0-9_-]{32})")
LOOK = "/api/method/complaint_qms.api.field_notice.look"


pytestmark = pytest.mark.usefixtures("mailbox")


def told(doc: Document, mailbox: Mailbox) -> dict[str, str]:
    """Address → secret of its notice, after all are sent."""
    with factory.as_user(investigator()):
        desk.send_notices(doc.name)
    notices.send_waiting()
    before = len(mailbox.mails)
    mailbox.send_queued()
    delivery.follow_queue()
    return {
        mail["To"]: SECRET.search(mail.get_body(("html",)).get_content())[2]
        for mail in mailbox.mails[before:]
    }


def customers(doc: Document) -> dict[str, dict]:
    return {one["customer"]: one for one in desk.customers_of(doc.name)["customers"]}


def refused(act, *words: str) -> None:
    with pytest.raises(frappe.ValidationError) as refusal:
        act()
    frappe.clear_messages()
    assert all(word in str(refusal.value) for word in words), refusal.value


@pytest.mark.smoke
def test_the_scope_is_kept_as_seen_and_compared_when_it_is_computed_again(sold: Sold) -> None:
    doc = planned(sold)
    seen = customers(doc)
    rows = {name: one["quantities"][0] for name, one in seen.items()}
    assert {
        name: (row["delivered"], row["returned"], row["at_risk"], row["lots"]) for name, row in rows.items()
    } == {
        sold.ada: (10, 4, 6, sold.batch),
        sold.bo: (5, 0, 5, sold.batch),
        sold.cy: (2, 0, 2, sold.batch),
    }
    assert {name: one["state"] for name, one in seen.items()} == {
        sold.ada: "to_be_told",
        sold.bo: "to_be_told",
        sold.cy: "no_contact",
    }
    assert (doc.scope_customers, doc.scope_not_shown, doc.scope_by) == (3, 0, investigator())
    sold.chain.sell(sold.bo, ("F1", 7))
    with factory.as_user(investigator()):
        changes = desk.compute_scope(doc.name)["changes"]
        assert [(one["customer"], one["was"], one["now"]) for one in changes] == [(sold.bo, 5, 12)]
        other = factory.customer().name
        refused(lambda: desk.add_customer(doc.name, other, " ", 3), "Reason")
        refused(lambda: desk.add_customer(doc.name, "nobody", "r", 0), "Customer", "Quantity")
        refused(
            lambda: desk.add_customer(doc.name, other, "Got a sample", 2.5),
            "Quantity",
            "whole numbers",
            "pieces",
        )
        desk.add_customer(doc.name, other, "Got a sample", 3)
        refused(lambda: desk.add_customer(doc.name, other, "Got a sample", 3), "already")
        refused(lambda: desk.leave_out(seen[sold.cy]["name"], ""), "Reason")
        desk.leave_out(seen[sold.cy]["name"], "Never opened")
        refused(lambda: desk.leave_out(seen[sold.cy]["name"], "Again"), "left out already")
        doc.reload()
        refused(
            lambda: take_step(doc, "Submit for Approval", {**TEXTS, "action_class": "Class IX"}), "Class I"
        )
    figures = desk.customers_of(doc.name)["figures"]
    assert (figures["customers"], figures["units"][0]["at_risk"]) == (3, 6 + 12 + 3)
    with factory.as_user(factory.user(roles.AUDITOR)):
        assert desk.customers_of(doc.name)["may_enter"] is False
        with pytest.raises(frappe.PermissionError):
            desk.compute_scope(doc.name)
        with pytest.raises(frappe.PermissionError):
            desk.leave_out(seen[sold.bo]["name"], "x")
    assert FieldActions({}).run()[1][0]["customers"] == 3
    until_today = FieldActions({"to_date": nowdate()})
    assert doc.name in {row["name"] for row in until_today.rows()}
    frappe.db.set_value("Field Action", doc.name, "opened_on", None)
    assert doc.name not in {row["name"] for row in until_today.rows()}


def test_a_corrected_scope_forgets_what_it_named_until_it_runs(sold: Sold) -> None:
    """What nobody has any more would be told to customers, and be missing at the end for ever."""
    chain = sold.chain
    chain.new_item("OTHER")
    chain.new_lot("O1", "OTHER")
    chain.buy("O1", 50, factory.supplier().name)
    chain.sell(sold.ada, ("O1", 3))
    code, serial = factory.item(serial=True, price=None).name, factory.serials(1)
    factory.receive(factory.Line(code, qty=1, serials=serial))
    doc = planned(sold)
    with factory.as_user(investigator()):
        added = factory.customer().name
        desk.add_customer(doc.name, added, "Got a sample", 4)
        doc.reload()
        doc.batch_no = chain.lots["O1"]
        doc.save()
        seen = customers(doc)
        assert [(row["item_code"], row["at_risk"], row["lots"]) for row in seen[sold.ada]["quantities"]] == [
            (chain.items["OTHER"], 3, chain.lots["O1"])
        ]
        assert [row["at_risk"] for row in seen[added]["quantities"]] == [4], "what was entered by hand stays"
        by_hand = frappe.get_doc("Field Action Customer", seen[added]["name"])
        by_hand.quantities[0].item_code = doc.item_code
        assert doc.batch_no in notice_text.fields(doc, by_hand, "", "", "en")["quantities"]
        doc.serial_no = serial[0]
        refused(doc.save, "Batch", "Serial No", code, chain.items["OTHER"])
        # A second start would be traced by nobody, and a notice name goods that there are none of.
        doc.reload()
        assert doc.item_code == chain.items["OTHER"]
        doc.supplier_lot = "LOT-1"
        refused(doc.save, "Batch", "Supplier Lot", "starts from one of them")
        doc.reload()
        doc.item_code = code
        refused(doc.save, "Item", "Batch", doc.batch_no, chain.items["OTHER"])
        assert (seen[sold.bo]["state"], seen[sold.bo]["quantities"]) == ("left_out", [])
    going = running(sold)
    row = customers(going)[sold.bo]
    with factory.as_user(investigator()):
        desk.record_quantities(row["name"], [{"row": 1, "destroyed": 5}])
    sold.chain.take_back(sold.second, "F1", 2)
    with factory.as_user(investigator()):
        panel = desk.compute_scope(going.name)
    told = next(one for one in panel["customers"] if one["customer"] == sold.bo)["quantities"][0]
    assert (told["recovered"], told["over"]) == (2, 2)
    assert panel["figures"]["units"][0]["open"] == 8, "what Bo says twice does not stand for the others"


def test_somebody_else_approves_with_a_signature_and_what_is_signed_stands_still(sold: Sold) -> None:
    doc = planned(sold)
    helper = factory.user(roles.QUALITY_MANAGER, email="second.quality@x.example")
    with factory.as_user(helper):
        desk.leave_out(customers(doc)[sold.cy]["name"], "Never opened")
    doc.reload()
    regulatory = factory.user(roles.REGULATORY)
    with factory.as_user(investigator()):
        take_step(doc, "Submit for Approval", TEXTS)
        with pytest.raises(frappe.ValidationError):
            approve(doc.name)
    with factory.as_user(helper), pytest.raises(GateError, match="somebody else signs"):
        approve(doc.name)
    manager = quality_manager()
    assert any(row["name"] == doc.name for row in work_of(manager)), "it waits for who approves"
    assert told_of(doc, regulatory) == ["moved"]
    with factory.as_user(manager):
        refused(lambda: approve(doc.name, "wrong"), "Your Password")
        with pytest.raises(GateError, match="signature"):
            take_step(frappe.get_doc("Field Action", doc.name), "Sign and Approve", {})
        approve(doc.name)
        doc.reload()
        assert (doc.stage, doc.approved_by) == ("under_way", manager)
        assert sorted(told_of(doc, regulatory)) == ["field_action_approved", "moved"]
        signed = frappe.parse_json(doc.approved_scope)["by_hand"]
        assert [(one["customer"], one["left_out"]) for one in signed] == [(sold.cy, "Never opened")]
        assert [one["holds"] for one in signatures.standing("Field Action", doc.name)["given"]] == [True]
        doc.hazard = "Nothing"
        with pytest.raises(GateError, match="Hazard"):
            doc.save()
    frappe.db.set_value("Field Action", doc.name, "hazard", "Nothing")
    assert [one["holds"] for one in signatures.standing("Field Action", doc.name)["given"]] == [False]


def work_of(user: str) -> list[dict]:
    with factory.as_user(user):
        return [row for row in my_work(user, now_datetime())["rows"] if row["kind"] == "field_action"]


def test_each_contact_is_told_once_in_their_language_and_what_fails_is_sent_again(
    sold: Sold, mailbox: Mailbox
) -> None:
    refused(lambda: desk.send_notices(planned(sold).name), "under way")
    doc = running(sold)
    frappe.get_doc({"doctype": "Email Unsubscribe", "email": "b@x.example", "global_unsubscribe": 1}).insert()
    with factory.as_user(investigator()):
        desk.send_notices(doc.name)
    notices.send_waiting()
    assert customers(doc)[sold.bo]["state"] == "to_be_told", "a mail in the queue tells nobody"
    with factory.as_user(quality_manager()):
        refused(lambda: desk.leave_out(customers(doc)[sold.bo]["name"], "x"), "in the queue")
    tokens = told(doc, mailbox)
    assert customers(doc)[sold.bo]["state"] == "notice_sent"
    assert sorted(tokens) == ["a1@x.example", "a2@x.example", "b@x.example"]
    assert told(doc, mailbox) == {}, "nobody is told twice"
    chinese = (
        next(mail for mail in mailbox.mails if mail["To"] == "b@x.example").get_body(("html",)).get_content()
    )
    sent = [mail.get_body((kind,)).get_content() for mail in mailbox.mails for kind in ("html", "plain")]
    assert not any("unsubscribe_url" in text or "Leave this conversation" in text for text in sent)
    assert "您需要做的" in chinese
    assert all(word in chinese for word in ("把手断裂", "烫伤", "停止使用。"))
    assert not any(word in chinese for word in ("Handle breaks", "Burns", "Stop using it."))
    english = next(mail for mail in mailbox.mails if mail["To"] == "a1@x.example")
    assert "Stop using it." in english.get_body(("html",)).get_content()
    assert guest(lambda: door.look(tokens["b@x.example"]))["hazard"] == "烫伤"
    day = getdate(frappe.db.get_value("Delivery Note", sold.second, "posting_date"))
    assert f"{day.year}年{day.month}月{day.day}日" in chinese
    assert "停止使用。" in desk.preview(doc.name, "zh")["page"]
    assert sold.batch in chinese
    assert "&lt;b&gt;寄回" in chinese
    kept = frappe.get_all("Communication", {"reference_name": doc.name}, pluck="content")
    assert kept
    assert not any(secret in text for secret in tokens.values() for text in kept)
    assert {one["state"] for one in notices.notices_of(doc.name)} == {"sent"}
    failed = notices.notices_of(doc.name)[0]
    queued = frappe.get_value("Email Queue", {"communication": failed["communication"]})
    frappe.db.set_value(
        "Email Queue", queued, {"status": "Error", "error": "Trace\nSMTPRefused: no such user"}
    )
    frappe.db.set_value("Field Action Notice", failed["name"], "state", "queued")
    delivery.follow_queue()
    assert frappe.db.get_value("Field Action Notice", failed["name"], ["state", "error"]) == (
        "failed",
        "no such user",
    )
    with factory.as_user(factory.user(roles.AUDITOR)):
        for unknown in (failed["name"], "no such notice"):
            with pytest.raises(frappe.PermissionError):
                desk.send_again(unknown)
    with factory.as_user(factory.user(roles.AGENT)):
        desk.send_again(failed["name"])
        refused(lambda: desk.send_again(failed["name"]), "did not fail")
    assert notices.send_waiting() == 1
    mailbox.send_queued()
    assert mailbox.mails[-1]["To"] == failed["sent_to"]
    delivery.follow_queue()
    # Ada's contacts are gone: nobody can remind her by mail, so she is phoned; Cy could never be written to.
    frappe.db.delete("Dynamic Link", {"link_doctype": "Customer", "link_name": sold.ada})
    assert reminders.remind_due(add_days(now_datetime(), 30)) == 3
    rows = customers(doc)
    to_phone = [bool(rows[name]["to_phone_since"]) for name in (sold.ada, sold.bo, sold.cy)]
    assert to_phone == [True, False, True]


def test_a_link_takes_an_answer_and_tells_strangers_nothing(sold: Sold, mailbox: Mailbox) -> None:
    doc = running(sold)
    tokens = told(doc, mailbox)
    other = told(running(sold), mailbox)
    secret = tokens["a1@x.example"]
    seen = guest(lambda: door.look(secret))
    assert (seen["number"], seen["quantities"][0]["at_risk"], seen["acknowledged"]) == (doc.name, 6, False)
    assert customers(doc)[sold.ada]["state"] == "notice_opened"
    for rows in ([{"row": 1, "still_held": 7}], [{"row": 2}], [{"row": 1, "used": -1}], [{"row": 1, "used": float("nan")}], ["x"], [{"row": 1}, {"row": 1}], [{"row": 1, "still_held": 1, "to_return": 2}], [{"row": 1, "used": "3"}], {"row": 1, "used": 3}, '{"1": 3}'):  # fmt: skip
        refused(lambda rows=rows: guest(lambda: door.answer(secret, "Ann", rows)))
    refused(lambda: guest(lambda: door.answer(secret, " ", [], "x" * 1001)), "Your Name", "1001")
    tasks, name = (
        {"reference_name": doc.name, "description": ("like", "%from a friend%")},
        "<script>alert(1)</script>",
    )
    guest(lambda: door.answer(secret, name))
    more = [{"row": 1, "still_held": 4, "destroyed": 5}]
    for _time in range(2):
        guest(lambda: door.answer(secret, "Ann", more, "Two from a friend"))
        assert frappe.db.count("ToDo", tasks) == 1, "who has more says so, and somebody looks into it"
    guest(lambda: door.answer(secret, name, [{"row": 1, "still_held": 3, "to_return": 3, "destroyed": 2}]))
    guest(lambda: door.answer(secret, name, json.dumps([{"row": 1, "still_held": 1, "destroyed": 5}])))
    row = customers(doc)[sold.ada]
    assert (
        row["state"],
        row["road"],
        row["quantities"][0]["destroyed"],
        row["quantities"][0]["to_return"],
    ) == ("acknowledged", "by_link", 5, 0)
    html = frappe.get_print("Field Action", doc.name, "Field Action Report")
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "alert(1)" in frappe.db.get_value("Field Action Customer", row["name"], "answered_by_name")
    history = " ".join(frappe.get_all("Comment", {"reference_name": doc.name}, pluck="content"))
    assert "Destroyed: 2 instead of 5" in history, "what a customer takes back stays in the history"
    assert customers(doc)[sold.bo]["state"] == "notice_sent"
    assert guest(lambda: door.look(other["a1@x.example"]))["number"] != doc.name
    said = set()
    frappe.db.set_value(
        "Field Action Notice",
        {"token_hash": notices.token_hash(tokens["b@x.example"])},
        "expires_on",
        add_days(now_datetime(), -1),
    )
    for wrong in (
        secret[:-1] + ("B" if secret.endswith("A") else "A"),
        "",
        "x" * 5000,
        "' or 1=1 --",
        tokens["b@x.example"],
        notices.token_hash(secret),
    ):
        with pytest.raises((frappe.DoesNotExistError, frappe.ValidationError)) as refusal:
            guest(lambda wrong=wrong: door.look(wrong))
        said.add(str(refusal.value))
    frappe.clear_messages()
    assert said == {"This link is not valid, or not any more."}
    with factory.as_user(quality_manager()):
        take_step(doc.reload(), "Cancel Field Action", {"cancel_reason": "By mistake"})
    with pytest.raises(frappe.DoesNotExistError, match="has ended"):
        guest(lambda: door.answer(secret, "Ann"))
    frappe.clear_messages()
    seen = guest(lambda: door.look(secret))
    assert (seen["over"], seen["withdrawn"], seen.get("instruction")) == (True, True, None)
    assert sold.batch in seen["goods"][0]
    assert {"phone", "email"} & {*seen["contact"]}
    answers = [ask("POST", LOOK, {"token": f"guess-{number}"}, user="Guest").status for number in range(125)]
    assert (answers[0], answers[-1]) == (404, 429), "one address guesses a few times an hour"


def test_who_does_not_answer_is_reminded_then_phoned_and_the_end_asks_for_the_target(
    sold: Sold, mailbox: Mailbox
) -> None:
    doc = running(sold, reminder_days=2, most_reminders=1)
    told(doc, mailbox)
    assert reminders.remind_due(now_datetime()) == 1, "who has no address is to be phoned at once"
    soon, later = add_days(now_datetime(), 6), add_days(now_datetime(), 12)
    assert reminders.remind_due(soon) == 2
    assert reminders.remind_due(soon) == 0, "asked again nothing is done twice"
    notices.send_waiting()
    mailbox.send_queued()
    assert sum("Reminder" in mail["Subject"] or "提醒" in mail["Subject"] for mail in mailbox.mails) == 3
    assert reminders.remind_due(later) == 2
    assert reminders.remind_due(later) == 0
    assert (
        frappe.db.count(
            "ToDo",
            {"reference_type": "Field Action", "reference_name": doc.name, "allocated_to": doc.handler},
        )
        == 2
    )
    rows = customers(doc)
    with factory.as_user(factory.user(roles.AGENT)):
        desk.log_call(rows[sold.cy]["name"], False)
        refused(lambda: desk.log_call(rows[sold.cy]["name"], True, " "), "Who Answered")
        for name in (sold.ada, sold.bo, sold.cy):
            desk.log_call(rows[name]["name"], True, "Ann", "told")
        refused(
            lambda: desk.record_quantities(rows[sold.bo]["name"], [{"row": 1, "recovered": 4, "used": 2}]),
            "6",
            "5",
        )
        desk.record_quantities(rows[sold.bo]["name"], [{"row": 1, "recovered": 4, "used": 1}], "By courier")
        desk.record_quantities(rows[sold.cy]["name"], [{"row": 1, "destroyed": 2}])
    assert customers(doc)[sold.cy]["calls"] == 2
    (table,) = [table for part in paper.sections(doc) for table in part["tables"] if len(table["heads"]) == 9]
    assert all("Email" in row[2] or "Phone" in row[2] for row in table["rows"]), table
    sold.chain.take_back(sold.first, "F1", 3)
    with factory.as_user(investigator()):
        desk.compute_scope(doc.name)
    row = customers(doc)[sold.ada]["quantities"][0]
    assert (row["at_risk"], row["recovered"]) == (6, 3), "what came back since is recovered"
    doc.reload()
    assert (doc.acknowledged_share, doc.accounted_share) == (100, 76.9)
    end = {"conclusion": "All reached", "below_target_reason": "Three are lost"}
    with factory.as_user(investigator()):
        leader = frappe.get_doc("Field Action", doc.name)
        leader.below_target_reason = "Written by who leads it"
        with pytest.raises(GateError, match="Below Target"):
            leader.save()
    with factory.as_user(quality_manager()):
        refused(
            lambda: take_step(
                frappe.get_doc("Field Action", doc.name), "End Field Action", {"conclusion": "x"}
            ),
            "target",
        )
        take_step(doc, "End Field Action", end)
    assert doc.reload().stage == "ended"
    assert doc.ended_by == quality_manager()
    with pytest.raises(frappe.ValidationError):
        desk.log_call(rows[sold.bo]["name"], True)
