"""What customers say of how their complaint was handled: asked once, by a link that counts once, and looked after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import frappe
import pytest
from frappe.utils import add_days, add_to_date, get_datetime, getdate, now_datetime

from complaint_qms.api import survey as door
from complaint_qms.api import work
from complaint_qms.services.reporting.satisfaction import Satisfaction
from complaint_qms.services.survey import sending
from complaint_qms.services.visitor import rating
from tests.desk import factory
from tests.desk.chatting import a_channel, turns
from tests.desk.mailbox import Mailbox, delivering
from tests.desk.test_chat import registered
from tests.desk.visiting import guest, key
from tests.desk.wire import ask

ANN = "ann@customer.example"
SECRET = re.compile(r"/complaint-survey\?_lang=\w+#([A-Za-z0-9_-]{32})")
SURVEY = "Complaint Survey"
DOOR = "/api/method/complaint_qms.api.survey."


@pytest.fixture(autouse=True)
def mailbox(site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    frappe.cache.delete_keys("rl:")
    with delivering(monkeypatch) as box:
        switched(survey_enabled=1, survey_after_hours=24, survey_pause_days=30, survey_valid_days=14, low_score=2, second_look="follow_up")  # fmt: skip
        frappe.db.set_single_value("Complaint QMS Settings", "survey_since", add_days(now_datetime(), -90))
        frappe.clear_document_cache("Complaint QMS Settings", "Complaint QMS Settings")
        yield box
    frappe.cache.delete_keys("rl:")


def switched(**values: object) -> None:
    settings = frappe.get_doc("Complaint QMS Settings")
    settings.update(values)
    settings.save()


def closed(hours: float = 30, **values: object) -> frappe.model.document.Document:
    doc = factory.complaint(
        **{"contact_email": ANN, "complainant_name": "Ann Lee", "language": "en"} | values
    )
    ended = {
        "stage": "closed",
        "workflow_state": "Closed",
        "closed_at": add_to_date(now_datetime(), hours=-hours),
        "reply_sent_at": now_datetime(),
    }
    frappe.db.set_value("Complaint", doc.name, ended)
    return doc.reload()


def asked(mailbox: Mailbox, **values: object) -> tuple[frappe.model.document.Document, str]:
    """A complaint whose customer was asked, and the secret of their link."""
    doc = closed(**values)
    assert sending.send_due() == 1
    mailbox.send_queued()
    return doc, SECRET.search(mailbox.last())[1]


def say(token: str, csat: int = 5, by: str | None = None, **values: object) -> dict:
    return guest(lambda: door.answer(token, by or key(), csat, **values))


def of(doc: frappe.model.document.Document) -> frappe.model.document.Document:
    return frappe.get_last_doc(SURVEY, {"complaint": doc.name})


def test_a_customer_is_asked_once_after_some_hours_and_not_too_often(mailbox: Mailbox) -> None:
    customer = factory.customer().name
    first = closed(customer=customer)
    assert sending.send_due(add_to_date(first.closed_at, hours=23)) == 0
    assert [sending.send_due() for _time in range(2)] == [1, 0]
    second = closed(customer=customer, contact_email="bob@customer.example")
    third = closed(customer=None)  # the same address
    assert sending.send_due() == 0
    frappe.db.set_value(SURVEY, {"complaint": first.name}, "sent_at", add_days(now_datetime(), -31))
    assert sending.send_due() == 2
    assert {row.complaint for row in frappe.get_all(SURVEY, fields=["complaint"])} >= {
        second.name,
        third.name,
    }
    reopened = closed(contact_email="eve@customer.example")
    assert sending.send_due() == 1
    frappe.db.set_value("Complaint", reopened.name, "reopen_count", 1)
    frappe.db.set_value(SURVEY, {"complaint": reopened.name}, "sent_at", add_days(now_datetime(), -40))
    assert sending.send_due() == 1, "another end is another question"
    switched(survey_enabled=0)
    closed(contact_email="tom@customer.example")
    assert sending.send_due() == 0
    switched(survey_enabled=1)
    assert sending.send_due() == 0, "whose complaint was closed before surveys were sent is not asked"


def test_an_answer_is_on_the_survey_the_complaint_and_the_timeline_and_counts_once(mailbox: Mailbox) -> None:
    doc, token = asked(mailbox, item_code=None, product_model="Lamp 7")
    assert guest(lambda: door.look(token)) == {"number": doc.name, "about": "Lamp 7", "company": doc.company}
    message = frappe.get_last_doc(
        "Communication", {"reference_name": doc.name, "complaint_message": "Survey"}
    )
    assert token not in message.content
    mine = key()
    for _again in range(2):  # the first answer was lost on its way
        assert say(token, 4, by=mine, nps=9, solved="yes", comment=" Quick <b>help</b> ") == {"taken": True}
    row = of(doc)
    assert (row.state, row.road, row.csat, row.nps, row.solved, row.comment) == ("answered", "survey", 4, "9", "yes", "Quick <b>help</b>")  # fmt: skip
    assert not row.second_look
    doc.reload()
    assert (doc.customer_rating, doc.rating_comment) == (4, "Quick <b>help</b>")
    lines = frappe.get_all(
        "Comment", {"reference_name": doc.name, "content": ("like", "%4 of 5%")}, pluck="content"
    )
    assert len(lines) == 1
    assert "<b>" not in lines[0]
    assert frappe.db.count(SURVEY, {"complaint": doc.name}) == 1


def test_a_comment_comes_whole_over_http_and_acts_nowhere(mailbox: Mailbox) -> None:
    said = "if a<b then it leaks. If b>c not. <script>alert(1)</script>"
    doc, token = asked(mailbox)
    sent = {"token": token, "key": key(), "csat": 1, "comment": said}
    assert ask("POST", DOOR + "answer", {**sent, "key": "[" * 3000 + "]" * 3000}, user="Guest").status == 417
    assert ask("POST", DOOR + "answer", sent, user="Guest", keep=True).status == 200
    assert (of(doc).comment, doc.reload().rating_comment) == (said, said)
    lines = frappe.get_all("Comment", {"reference_name": doc.name}, pluck="content")
    lines += frappe.get_all("Notification Log", {"document_name": doc.name}, pluck="subject")
    lines += frappe.get_all("ToDo", {"reference_name": ("in", (doc.name, of(doc).name))}, pluck="description")
    assert any(frappe.utils.escape_html(said) in line for line in lines)
    assert not any("<script" in line for line in lines)


def test_links_that_were_tampered_with_are_over_used_or_guessed_are_refused_alike(mailbox: Mailbox) -> None:
    doc, token = asked(mailbox)
    frappe.db.set_value(SURVEY, of(doc).name, "answered_at", None)
    spoiled = [token[:-1] + ("A" if token[-1] != "A" else "B"), token.swapcase(), token + "x", "x" * 32, "", "x" * 500, "' or 1=1 -- "]  # fmt: skip
    answers = [refused(one) for one in spoiled]
    frappe.db.set_value(SURVEY, of(doc).name, "expires_on", now_datetime())
    answers += [refused(token)]
    frappe.db.set_value(SURVEY, of(doc).name, "expires_on", add_days(now_datetime(), 1))
    say(token, 5)
    answers += [refused(token)]
    assert {str(one) for one in answers} == {str(answers[0])}
    assert answers[0] == [(404, "This link is not valid, or not any more.")] * 2
    doc.reload()
    assert doc.customer_rating == 5


def refused(token: str) -> list[tuple[int, str]]:
    found = []
    for name, more in (("look", {}), ("answer", {"key": key(), "csat": 99, "solved": "perhaps"})):
        answer = ask("POST", DOOR + name, {"token": token, **more}, user="Guest")
        assert not answer.traceback, answer.body
        found.append((answer.status, answer.said))
    return found


def test_what_is_no_answer_is_refused_by_name_and_the_link_stays_good(mailbox: Mailbox) -> None:
    doc, token = asked(mailbox)
    for more, said in (
        ({"csat": 0}, "one to five"),
        ({"csat": 6}, "one to five"),
        ({"csat": 5, "nps": 11}, "0 to 10"),
        ({"csat": 5, "solved": "perhaps"}, "yes or no"),
        ({"csat": 5, "comment": "x" * 1001}, "at most 1000"),
        ({"csat": 5, "key": "short"}, "too old"),
    ):
        answer = ask("POST", DOOR + "answer", {"token": token, "key": key(), **more}, user="Guest")
        assert (answer.status, said in answer.said) == (417, True), (more, answer.said)
    for wrong in ("five", None, [5], 2.5, 10**30):
        answer = ask("POST", DOOR + "answer", {"token": token, "key": key(), "csat": wrong}, user="Guest")
        assert answer.status == 417, wrong
        assert not answer.traceback
    assert ask("GET", DOOR + f"look?token={token}", user="Guest").status == 403
    assert of(doc).state == "sent"
    assert say(token, 5)


def test_who_is_not_content_is_followed_up_by_the_handlers_superior(mailbox: Mailbox) -> None:
    boss, agent = factory.user("Complaint Manager"), factory.user("Complaint Agent")
    factory.employee(agent, reports_to=factory.employee(boss).name)
    doc, token = asked(mailbox, complaint_owner=agent)
    say(token, 4, solved="no", comment="It leaks again")
    row = of(doc)
    assert (row.second_look, row.follow_up_by) == ("follow_up", boss)
    assert getdate(row.follow_up_due) > getdate()
    assert doc.reload().stage == "closed"
    assert {one.to_user for one in frappe.get_all("QMS Message", {"kind": "surveyed"}, ["to_user"])} >= {
        boss,
        agent,
    }
    with factory.as_user(boss):
        (task,) = [one for one in work.mine()["rows"] if one["kind"] == "follow_up"]
        assert (task["name"], task["complaint"]) == (row.name, doc.name)
        assert "It leaks again" in task["first_missing"]
        with pytest.raises(frappe.ValidationError, match="What Was Done"):
            door.finish_follow_up(row.name, " ")
    with factory.as_user(agent), pytest.raises(frappe.PermissionError):
        door.finish_follow_up(row.name, "Never mind")
    with factory.as_user(boss):
        door.finish_follow_up(row.name, "Called her, sent a new one")
        assert not [one for one in work.mine()["rows"] if one["kind"] == "follow_up"]
        with pytest.raises(frappe.ValidationError, match="No follow-up"):
            door.finish_follow_up(row.name, "Again")
    assert of(doc).follow_up_done_by == boss


def test_a_complaint_is_opened_again_where_the_settings_say_so_and_else_followed_up(mailbox: Mailbox) -> None:
    switched(second_look="reopen")
    doc, token = asked(mailbox)
    say(token, 1, nps=0, comment="Broken again")
    doc.reload()
    assert (doc.stage, doc.reopen_count, doc.customer_rating) == ("investigate", 1, 0)
    assert "Broken again" in doc.reopen_reason
    row = of(doc)
    assert (row.second_look, row.csat, row.nps) == ("reopened", 1, "0")
    other, token = asked(mailbox, contact_email="bob@customer.example")
    frappe.db.set_value("Complaint", other.name, "stage", "execute")
    say(token, 1)
    assert of(other).second_look == "follow_up"


def test_stars_that_come_another_way_are_a_survey_as_well_and_use_up_the_link(mailbox: Mailbox) -> None:
    doc, token = asked(mailbox)
    rating.enter(doc, 2, "Slow", "portal")
    row = of(doc)
    assert (row.state, row.road, row.csat, row.second_look) == ("answered", "portal", 2, "follow_up")
    with pytest.raises(frappe.DoesNotExistError):
        guest(lambda: door.look(token))
    never = closed(contact_email="bob@customer.example")
    rating.enter(never, 5, "", "page")
    assert (of(never).csat, of(never).sent_at) == (5, None)
    assert sending.send_due() == 0, "who has said it is not asked"


def test_who_complained_in_a_chat_is_asked_there_where_no_mail_reaches_them(mailbox: Mailbox) -> None:
    channel = a_channel()
    for address in (None, "chatting@customer.example"):
        chat = registered(channel, frappe.generate_hash(length=8))
        values = {
            "stage": "closed",
            "closed_at": add_to_date(now_datetime(), hours=-30),
            "contact_email": address,
        }
        frappe.db.set_value("Complaint", chat.complaint, values)
        assert sending.send_due() == 1
        survey = frappe.get_last_doc(SURVEY, {"complaint": chat.complaint})
        assert survey.sent_to.startswith("chat:") if not address else survey.sent_to == address
        asked = [turn for turn in turns(chat, "assistant") if SECRET.search(turn.text)]
        assert bool(asked) == (not address)


def test_a_survey_is_as_open_as_its_complaint_and_nobody_writes_it(mailbox: Mailbox) -> None:
    doc, _token = asked(mailbox)
    name = of(doc).name
    manager = factory.user("Complaint Manager")
    shown = ask("GET", f"/api/resource/{SURVEY}/{name}", user=manager)
    assert shown.status == 200
    for method in ("PUT", "DELETE"):
        assert ask(method, f"/api/resource/{SURVEY}/{name}", {"csat": 5}, user=manager).status == 403
    assert (
        ask("POST", f"/api/resource/{SURVEY}", {"complaint": doc.name, "csat": 5}, user=manager).status == 403
    )
    assert ask("GET", f"/api/resource/{SURVEY}/{name}", user=factory.user("CAPA Action Owner")).status == 403
    assert get_datetime(of(doc).expires_on) - now_datetime() > timedelta(days=13)


def test_the_report_counts_answers_rates_and_recommendations_by_what_is_asked_for(mailbox: Mailbox) -> None:
    company = factory.other_company()
    agent, customer = factory.user("Complaint Agent"), factory.customer().name
    given = [(5, "10", "yes"), (4, "9", "yes"), (3, "7", "yes"), (1, "3", "no")]
    for at, (csat, nps, solved) in enumerate(given):
        doc = closed(
            company=company,
            contact_email=f"c{at}@customer.example",
            complaint_owner=agent,
            customer=customer if at < 2 else None,
        )
        survey(
            doc,
            csat=csat,
            nps=nps,
            solved=solved,
            state="answered",
            sent_at="2026-03-0" + str(at + 1),
            answered_at="2026-03-09",
        )
    survey(doc, state="sent", sent_at="2026-04-02")
    survey(doc, state="answered", csat=5, answered_at="2026-04-03")
    asked = {"company": company, "from_date": "2026-03-01", "to_date": "2026-04-30"}
    rows = {row["key"]: row for row in Satisfaction(asked).run()[1]}
    march, april = rows[202603], rows[202604]
    assert (march["asked"], march["answers"], march["rate"], march["mean"], march["satisfied"]) == (
        4,
        4,
        100,
        3.25,
        50,
    )
    assert (march["nps"], march["scored"], march["unsolved"]) == (25, 4, 1)
    assert (march["lower"], march["upper"]) == (15, 85)
    assert (april["asked"], april["answers"], april["rate"], april["nps"]) == (1, 1, 0, None)
    by = {row["key"]: row for row in Satisfaction({**asked, "by": "customer"}).run()[1]}
    assert (by[customer]["answers"], by[""]["answers"]) == (2, 3)
    (row,) = Satisfaction({**asked, "by": "handler"}).run()[1]
    assert (row["key"], row["answers"]) == (agent, 5)
    with factory.as_user(factory.person("Complaint Manager", Company=factory.company())):
        assert not Satisfaction(asked).run()[1]
    assert not Satisfaction(
        {**asked, "to_date": "2026-03-02", "from_date": "2026-02-01", "by": "nothing"}
    ).tallies.get(202604)


def survey(doc: frappe.model.document.Document, **values: object) -> None:
    frappe.get_doc({"doctype": SURVEY, **sending.kept_of(doc), **values}).insert()
