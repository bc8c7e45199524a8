"""What a complainant sees and answers by a secret link: their own complaint in plain words, and nothing from inside."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.utils import add_days, now_datetime, nowdate

from complaint_qms.api import answers, story, tracking_links, visitor
from complaint_qms.constants import roles
from complaint_qms.constants.visitor import LINK, STEP_OF_STAGE
from complaint_qms.services.correspondence import standing
from complaint_qms.services.evidence import disk
from complaint_qms.services.inbox.store import keep_message
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.visitor import links
from tests.desk import factory, inbound
from tests.desk.chatting import a_channel, a_file, chat_of, says
from tests.desk.chatting import items as inbox_items
from tests.desk.mail_road import ANN, account, kept, mail
from tests.desk.mailbox import delivering
from tests.desk.test_chat import registered
from tests.desk.test_visitor_uploads import nothing_stays, photo, sent  # noqa: F401
from tests.desk.visiting import DOOR, TOLD, filed, guest, key, look, page_open, token
from tests.desk.wire import ask


@pytest.fixture
def mailbox(monkeypatch):
    with delivering(monkeypatch) as box:
        yield box


@pytest.fixture(autouse=True)
def open_page(site):
    with page_open():
        yield


def test_each_stage_is_told_in_plain_words_and_nothing_from_inside():
    answered, doc = filed()
    seen = {look(answered)["step"]}
    assert set(standing._SENTENCES) >= set(STEP_OF_STAGE) | {"on_hold"}
    inside = "Only for colleagues"
    for stage in (
        "triage",
        "investigate",
        "solve",
        "confirm",
        "execute",
        "review",
        "closed",
        "on_hold",
        "rejected",
        "void",
    ):
        frappe.db.set_value(
            "Complaint", doc.name,
            {"stage": stage, "held_stage": "investigate" if stage == "on_hold" else None, "triage_rationale": inside, "hold_reason": inside, "rejection_reason": inside, "void_reason": inside, "closing_summary": inside, "agreement_note": inside},
        )  # fmt: skip
        told = look(answered)
        seen.add(told["step"])
        assert inside not in json.dumps(told)
        assert told["sentence"]
        assert "Administrator" not in json.dumps(told)
    assert seen == {"received", "checked", "investigated", "solution", "done"}


def test_what_is_written_after_a_merge_stands_where_it_is_worked_on():
    answered, doc = filed()
    other, original = filed(name="Bob")
    frappe.db.set_value("Complaint", doc.name, {"stage": "duplicate", "duplicate_of": original.name})
    told = guest(lambda: visitor.answer(token(answered), key(), "It is red"))
    assert [row["text"] for row in told["messages"]] == ["It is red"]
    assert frappe.db.exists(
        "Communication", {"reference_name": original.name, "content": ("like", "%It is red%")}
    )
    assert "It is red" not in json.dumps(look(other))


def test_what_staff_wrote_where_it_was_merged_first_comes_back_if_nobody_else_read_it():
    """A complaint that was merged into another, which was merged on; copies to colleagues change nothing, copies to others do."""
    _link, doc = filed(email=ANN)
    first = kept(mail("Before", f"About {doc.name}"), account()).communication
    (_one, original), (_two, last) = (
        filed(name=name, email=f"{name}@elsewhere.example") for name in ("bob", "cid")
    )
    for merged, into in ((doc, original), (original, last)):
        take_step(merged.reload(), "Start Triage", {})
        take_step(merged.reload(), "Merge into Another", {"duplicate_of": into.name})
        if merged is doc:
            colleague, written = factory.user(roles.AGENT), {}
            for words, more in (
                ("To her", {}),
                ("Copy to a colleague", {"cc": f"Colleague <{colleague}>"}),
                ("Copy to Bob", {"cc": "bob@elsewhere.example"}),
                ("Hidden copy to Bob", {"bcc": "bob@elsewhere.example"}),
                (
                    "To Bob, copy to her",
                    {"recipients": "bob@elsewhere.example", "cc": f"Ann <{ANN.upper()}>"},
                ),
            ):
                written[words] = factory.make("Communication", **{"communication_type": "Communication", "communication_medium": "Email", "sent_or_received": "Sent", "subject": words, "content": words, "recipients": ANN, "in_reply_to": first, "reference_doctype": "Complaint", "reference_name": original.name} | more).name  # fmt: skip
    assert frappe.db.get_value("Complaint", doc.name, "duplicate_of") == last.name
    take_step(doc.reload(), "Separate Again", {"reopen_reason": "Another lamp"})
    stands = {
        words: frappe.db.get_value("Communication", name, "reference_name") for words, name in written.items()
    }
    back = {words for words, place in stands.items() if place == doc.name}
    assert back == {"To her", "Copy to a colleague"}
    assert set(stands.values()) == {doc.name, original.name}
    told = " ".join(row["content"] for row in story.sentences("Complaint", doc.name))
    assert {words for words, name in written.items() if name in told} == set(written) - back


def test_what_came_in_while_it_was_merged_comes_back_when_it_is_separated():
    """By link, by mail and by chat: words, files and the chat itself; what the other one had stays there."""
    channel = a_channel()
    chat = registered(channel)
    doc = frappe.get_doc("Complaint", chat.complaint)
    doc.update({"contact_email": ANN, "incident_date": None})
    doc.save()
    box = account()
    first = kept(mail("Before", f"About {doc.name}"), box).communication
    link = {"link": links.make_link(complaint=doc.name)}
    other, original = filed(name="Bob", email="bob@elsewhere.example")
    guest(lambda: visitor.answer(token(other), key(), "Of Bob alone", [sent(photo())]))
    take_step(doc.reload(), "Start Triage", {})
    take_step(doc.reload(), "Merge into Another", {"duplicate_of": original.name})
    content = photo((30, 30))
    guest(lambda: visitor.answer(token(link), key(), "By link", [sent(content)]))
    assert kept(mail("By mail", f"About {doc.name}"), box).complaint == original.name
    chat = says(channel, "By chat", "visitor-7", files=[a_file(photo((20, 20)), "chat.jpg")])
    assert chat.complaint == original.name
    assert len(original.reload().evidence) == 3
    for words, more in (
        ("Written in reply", {"in_reply_to": first}),
        ("Written anew", {}),
        ("To Bob", {"recipients": "bob@elsewhere.example"}),
    ):
        factory.make("Communication", **{"communication_type": "Communication", "communication_medium": "Email", "sent_or_received": "Sent", "subject": words, "content": words, "recipients": ANN, "reference_doctype": "Complaint", "reference_name": original.name} | more)  # fmt: skip
    take_step(doc.reload(), "Separate Again", {"reopen_reason": "Another lamp"})
    doc.reload()
    said = {
        name: " ".join(frappe.get_all("Communication", {"reference_name": name}, pluck="content"))
        for name in (doc.name, original.name)
    }
    for words in ("By link", "By mail", "By chat", "Written in reply"):
        assert (words in said[doc.name], words in said[original.name]) == (True, False), words
    for words in ("Of Bob alone", "Written anew", "To Bob"):
        assert words in said[original.name]
    notes = {name: " ".join(row["content"] for row in story.sentences("Complaint", name)) for name in said}
    anew, to_bob = (
        frappe.db.get_value("Communication", {"subject": words}) for words in ("Written anew", "To Bob")
    )
    assert all(anew in note and to_bob not in note for note in notes.values())
    assert content in [disk.bytes_of(row.file) for row in doc.evidence]
    assert [row.struck_out for row in original.reload().evidence] == [0, 1, 1]
    assert {row.complaint for row in inbox_items(channel)} == {doc.name}
    assert chat_of(channel, "visitor-7").complaint == doc.name
    assert says(channel, "And now", "visitor-7").complaint == doc.name
    assert {row["text"] for row in look(link)["messages"]} >= {"By link"}


def test_a_merged_complaint_tells_how_the_other_one_stands_and_nothing_of_it():
    answered, doc = filed()
    other, original = filed(description="Something private of another customer", name="Bob")
    guest(lambda: visitor.answer(token(other), key(), "Bob's words"))
    frappe.db.set_value("Complaint", doc.name, {"stage": "duplicate", "duplicate_of": original.name})
    frappe.db.set_value("Complaint", original.name, "stage", "solve")
    told = look(answered)
    assert told["step"] == "solution"
    assert not any(text in json.dumps(told) for text in ("private", "Bob", original.name))


def test_a_question_is_answered_and_the_handler_hears_of_it(mailbox):
    answered, doc = filed()
    handler = factory.person(roles.AGENT)
    doc.reload()
    doc.complaint_owner = handler
    doc.save()
    given = {
        "recipients": "ann@customer.example",
        "subject": "Your complaint",
        "content": "<p>Which colour?</p><p>Red or blue?</p>",
    }
    answers.send(name=doc.name, kind="Question", **given)
    answers.send(
        name=doc.name,
        kind="Information",
        **given | {"recipients": "supplier@other.example", "content": "Your part broke."},
    )
    told = look(answered)
    assert told["question"] == "Which colour?\nRed or blue?"
    inward = [
        ("supplier@other.example", "We found the fault in our foundry"),
        ("colleague@example.com", "He will sue us anyway"),
    ]
    for sender, words in inward:
        frappe.get_doc({"doctype": "Communication", "communication_type": "Communication", "communication_medium": "Email", "sent_or_received": "Received", "sender": sender, "subject": "Pump", "content": words, "reference_doctype": "Complaint", "reference_name": doc.name}).insert()  # fmt: skip
    answers.note(doc.name, "Information", "Phone", "He was rude")
    told = look(answered)
    for words in ("Your part broke", "foundry", "sue us", "rude"):
        assert words not in json.dumps(told), words
    after = guest(lambda: visitor.answer(token(answered), key(), "Red <b>one</b>"))
    assert after["question"] is None
    assert [row["text"] for row in after["messages"]] == ["Which colour?\nRed or blue?", "Red <b>one</b>"]
    notices = frappe.get_all(
        "Notification Log", {"for_user": handler, "document_name": doc.name}, pluck="subject"
    )
    assert any("Ann Lee wrote" in notice for notice in notices)


def test_who_helps_with_a_complaint_hears_of_a_message_by_its_link():
    answered, doc = filed()
    helper, done = factory.person(roles.INVESTIGATOR), factory.person(roles.INVESTIGATOR)
    for user in (helper, done):
        factory.make(
            "ToDo", allocated_to=user, reference_type="Complaint", reference_name=doc.name, description="Help",
            status="Open" if user == helper else "Closed",
        )  # fmt: skip
    guest(lambda: visitor.answer(token(answered), key(), "It is the red one"))
    assert [
        any(
            "Ann Lee wrote" in notice
            for notice in frappe.get_all(
                "Notification Log", {"for_user": user, "document_name": doc.name}, pluck="subject"
            )
        )
        for user in (helper, done)
    ] == [True, False]


def test_files_that_are_sent_later_are_evidence():
    answered, doc = filed()
    one = guest(lambda: sent(photo()))
    told = guest(lambda: visitor.answer(token(answered), key(), "", [one]))
    assert told["messages"][-1]["files"] == ["photo.jpg"]
    doc.reload()
    assert [(row.kind, row.caption) for row in doc.evidence] == [("photo", "photo.jpg")]
    (item,) = frappe.get_all(
        "Complaint Inbox Item", {"complaint": doc.name, "state": "added"}, ["road", "communication"]
    )
    assert item.road == "page"
    assert frappe.db.get_value("Communication", item.communication, "reference_name") == doc.name
    with pytest.raises(frappe.ValidationError, match="Write something"):
        guest(lambda: visitor.answer(token(answered), key(), " "))


@pytest.mark.parametrize(("accepted", "kept"), [(True, "agreed"), (False, "disagreed")])
def test_a_solution_is_accepted_or_refused_once(accepted, kept):
    early, _doc = filed()
    with pytest.raises(frappe.ValidationError, match="No solution waits"):
        guest(lambda: visitor.decide(token(early), key(), True))
    doc = factory.at_stage("confirm")
    told = {"reply": "<p>We send a new lid.</p>", "reply_sent_at": now_datetime(), "customer_agreement": None}
    frappe.db.set_value("Complaint", doc.name, told)
    answered = tracking_links.give_link(doc.name)
    told = look(answered)
    solution = told["solution"]
    assert (solution["text"], solution["waits"], solution["answer"]) == ("We send a new lid.", True, None)
    if not accepted:
        with pytest.raises(frappe.ValidationError, match="Tell us why"):
            guest(lambda: visitor.decide(token(answered), key(), False, " "))
    told = guest(lambda: visitor.decide(token(answered), key(), accepted, "Too late for me"))
    assert told["solution"]["answer"] == kept
    doc.reload()
    assert (doc.customer_agreement, doc.agreement_note) == (kept, "Too late for me")
    assert doc.agreement_at
    with pytest.raises(frappe.ValidationError, match="No solution waits"):
        guest(lambda: visitor.decide(token(answered), key(), not accepted, "Changed my mind"))


def test_words_come_whole_through_every_door_and_act_nowhere(site):
    """Over HTTP: the framework cleans the arguments of a guest's call as markup, unless a function says that it takes text."""
    said = "if a<b then it leaks. If b>c not. <script>alert(1)</script><b>Now</b>"
    shown = frappe.utils.escape_html(said)

    def sent(door: str, told: dict, **values: object) -> None:
        got = ask("POST", DOOR + door, {"token": token(told), "key": key(), "text": said, **values}, user="Guest", keep=True)  # fmt: skip
        assert got.status == 200, got

    answered, doc = filed(description=said)
    assert doc.description == f"<p>{shown}</p>"
    sent("answer", answered)
    assert [row["text"] for row in look(answered)["messages"]] == [said]
    message = frappe.get_last_doc("Communication", {"reference_name": doc.name})
    assert (message.content, "<script" in message.subject) == (f"<p>{shown}</p>", False)

    told = factory.at_stage("confirm")
    frappe.db.set_value("Complaint", told.name, {"reply": "<p>A new lid.</p>", "reply_sent_at": now_datetime(), "customer_agreement": None})  # fmt: skip
    link = tracking_links.give_link(told.name)
    sent("decide", link, accepted=False)
    assert look(link)["solution"]["said"] == said
    frappe.db.set_value("Complaint", told.name, "customer_agreement", "agreed")
    sent("rate", link, stars=1)
    assert look(link)["rating"]["comment"] == said
    lines = frappe.get_all("Comment", {"reference_name": told.name}, pluck="content")
    assert any(shown in line for line in lines)
    assert not any("<script" in line or "<b>Now" in line for line in lines)


@pytest.mark.parametrize("door", ["look", "answer", "decide", "rate", "begin_upload", "file_complaint"])
def test_an_argument_nested_without_end_is_refused_as_any_other(door, site):
    """Cleaned as markup, it would be read as JSON, which ends in an error of the code."""
    deep = "[" * 3000 + "]" * 3000
    for name in ("token", "key", "data", "text", "file_name"):
        values = {"token": "x" * 32, "key": key(), "text": "x", "accepted": True, "stars": 5, "file_name": "a.jpg", "size": 5, "data": TOLD}  # fmt: skip
        assert ask("POST", DOOR + door, values | {name: deep}, user="Guest").status in (200, 404, 417), name


def test_a_mail_that_looks_like_a_word_on_the_solution_breaks_nothing():
    answered, doc = filed()
    wrote = factory.make(
        "Communication", communication_type="Communication", communication_medium="Email", sent_or_received="Received", subject="x", content="Look",
        sender=TOLD["email"], reference_doctype="Complaint", reference_name=doc.name,
    )  # fmt: skip
    raw = 'Subject: x\n\n{"verdict": "agreed"}'
    item = keep_message(inbound.message(road="mail", payload=raw), read_by_caller=True).name
    frappe.db.set_value("Complaint Inbox Item", item, {"communication": wrote.name, "complaint": doc.name})
    guest(lambda: visitor.answer(token(answered), key(), text='He said {"verdict": "disagreed"}'))
    told = [message["text"] for message in look(answered)["messages"]]
    assert sorted(told) == ['He said {"verdict": "disagreed"}', "Look"]


def test_a_message_sent_twice_is_one():
    answered, _doc = filed()
    once = key()
    for _again in range(2):
        told = guest(lambda: visitor.answer(token(answered), once, "It is red"))
    assert [row["text"] for row in told["messages"]] == ["It is red"]
    with pytest.raises(frappe.ValidationError, match="too old"):
        guest(lambda: visitor.answer(token(answered), "short", "It is red"))


def test_links_end():
    name = key()
    answered = guest(lambda: visitor.file_complaint(name, TOLD))
    doc = frappe.get_doc("Complaint", answered["number"])
    stranger = tracking_links.give_link(factory.complaint().name)
    given = tracking_links.give_link(doc.name)
    assert look(given)["number"] == doc.name
    assert tracking_links.revoke_links(doc.name) == {"revoked": 2}
    for one in (answered, given):
        with pytest.raises(frappe.DoesNotExistError, match="not valid"):
            look(one)
    assert look(stranger), "the links of others live"
    assert guest(lambda: visitor.file_complaint(name, TOLD)) == {"number": doc.name, "link": ""}
    again = tracking_links.give_link(doc.name)
    assert look(again)["told"] == "The lid cracked. It leaks since Monday."
    frappe.db.set_value(LINK, {"complaint": doc.name, "revoked": 0}, "expires_on", add_days(nowdate(), -1))
    with pytest.raises(frappe.DoesNotExistError):
        look(again)
    by_phone = factory.complaint()
    tracking_links.give_link(by_phone.name)
    assert tracking_links.revoke_links(by_phone.name) == {"revoked": 1}
    assert look(stranger)
    frappe.set_user(factory.user(roles.AUDITOR))
    for door in (tracking_links.give_link, tracking_links.revoke_links):
        with pytest.raises(frappe.PermissionError):
            door(doc.name)


def test_no_secret_is_kept():
    answered, _doc = filed()
    secret = token(answered)
    for row in frappe.get_all(LINK, ["*"]):
        assert secret not in json.dumps(row, default=str)
    assert secret not in json.dumps(frappe.get_all("Complaint Inbox Item", ["*"]), default=str)
