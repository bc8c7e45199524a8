"""Answering the customer from the complaint: the composer, a noted call, and the dialog of a step beside it."""

from __future__ import annotations

from collections.abc import Iterator

import frappe
import pytest
from frappe.installer import update_site_config
from frappe.utils import add_to_date, get_datetime
from playwright.sync_api import expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk
from tests.desk import factory

ANN = "ann@customer.example"


@pytest.fixture
def solved(site: str) -> str:
    doc = factory.at_stage(
        "solve", contact_email=ANN, complainant_name="Ann Lee", language="en", product_model="Lamp 7"
    )
    factory.tick_all(doc)
    frappe.db.commit()
    return doc.name


@pytest.fixture
def agent(login, person, solved: str) -> Desk:
    desk = Desk(login(person(roles.AGENT)))
    desk.open("Complaint", solved)
    return desk


@pytest.fixture
def no_account(agent: Desk, solved: str) -> Iterator[None]:
    """The site has nothing to send mails with; that mails are muted makes up for nothing."""
    told_to_the_server(agent, solved, mail_server="")
    yield
    told_to_the_server(agent, solved, mail_server="localhost")


def told_to_the_server(desk: Desk, name: str, *, mail_server: str) -> None:
    """Change what the site sends with, and wait for the server: Frappe 16 reads the settings once a minute."""
    update_site_config("mail_server", mail_server)
    compose = f"/api/method/complaint_qms.api.answers.compose?name={name}"
    for _ in range(100):
        if bool(desk.page.request.get(compose).json()["message"].get("no_account")) != bool(mail_server):
            return
        desk.page.wait_for_timeout(1000)
    pytest.fail("the server does not learn of the setting")


def stored(name: str, *fields: str) -> frappe._dict:
    frappe.db.rollback()
    return frappe.db.get_value("Complaint", name, fields, as_dict=True)


def composer(desk: Desk) -> None:
    expect(desk.dialog.locator(".ql-editor").first).to_contain_text("Ann Lee")
    desk.settle()


def test_an_answer_is_written_sent_and_counted_without_losing_what_is_typed(agent: Desk, solved: str) -> None:
    agent.tab("Answer")
    agent.put(agent.form, agreement_note="She called twice.")
    agent.create("Write to the Customer", group="Answer")
    composer(agent)
    assert agent.dialog.locator('[data-fieldname="recipients"] input').first.input_value() == ANN
    text = agent.dialog.locator(".ql-editor").first
    expect(text).to_contain_text("we have looked into your complaint")
    text.press("Control+End")
    agent.page.keyboard.type("You get a new lamp.")
    agent.page.wait_for_timeout(500)
    agent.confirm()
    expect(agent.page.locator(".desk-alert", has_text=ANN)).to_be_visible()
    now = stored(solved, "reply", "reply_sent_at", "reply_sent_by")
    assert "You get a new lamp." in now.reply
    assert now.reply_sent_at
    assert now.reply_sent_by == agent.page.evaluate("frappe.session.user")
    assert frappe.db.exists("Email Queue", {"reference_name": solved})
    assert agent.value("agreement_note") == "She called twice."
    agent.save()
    assert stored(solved, "agreement_note").agreement_note == "She called twice."


def test_a_refused_mail_keeps_the_text_and_so_does_a_closed_dialog(
    server: str, browser, person, solved: str
) -> None:
    # A refusal is an answer with an error status, which Chromium notes on its console: hence a page of its own.
    page = browser.new_context(base_url=server).new_page()
    page.request.post("/api/method/login", form={"usr": person(roles.AGENT), "pwd": factory.PASSWORD})
    agent = Desk(page)
    agent.open("Complaint", solved)
    agent.create("Write to the Customer", group="Answer")
    composer(agent)
    agent.dialog.locator(".ql-editor").first.press("Control+End")
    agent.page.keyboard.type("Half a thought")
    agent.dialog.locator('[data-fieldname="recipients"] input').first.fill("nobody")
    agent.page.wait_for_timeout(500)
    agent.confirm()
    refusal = agent.page.locator(".modal.show").filter(has_text="is no mail address")
    expect(refusal).to_be_visible()
    agent.dismiss(refusal)
    expect(agent.dialog.locator(".ql-editor").first).to_contain_text("Half a thought")
    agent.page.keyboard.press("Escape")
    expect(agent.page.locator(".modal.show:visible")).to_have_count(0)
    agent.create("Write to the Customer", group="Answer")
    expect(agent.dialog.locator(".ql-editor").first).to_contain_text("Half a thought")
    page.context.close()
    assert not stored(solved, "reply_sent_at").reply_sent_at


def test_another_kind_brings_its_own_text(agent: Desk) -> None:
    agent.create("Write to the Customer", group="Answer")
    composer(agent)
    agent.put(agent.dialog, kind="Question")
    text = agent.dialog.locator(".ql-editor").first
    expect(text).to_contain_text("the batch or serial number on the label")
    expect(text).not_to_contain_text("we have looked into your complaint")
    expect(agent.dialog.locator(".cq-counts")).to_have_text("Asks the customer. It is no reply yet.")
    agent.dialog.get_by_role("button", name="Preview").click()
    page = agent.page.frame_locator(".cq-mail-preview")
    expect(page.locator("body")).to_contain_text("Dear Ann Lee")


def test_a_call_is_noted_in_two_clicks(agent: Desk, solved: str) -> None:
    agent.create("Note a Call or Visit", group="Answer")
    expect(agent.dialog.locator('[data-fieldname="kind"] select')).to_have_value("Answer")
    agent.put(agent.dialog, said="She gets\na <new> lamp.")
    agent.confirm()
    expect(agent.page.locator(".desk-alert", has_text="Noted")).to_be_visible()
    assert "She gets<br>a &lt;new&gt; lamp." in stored(solved, "reply").reply
    expect(agent.page.locator(".new-timeline")).to_contain_text("a <new> lamp.")


def test_a_call_of_yesterday_counts_from_when_it_was(agent: Desk, solved: str) -> None:
    received, called = (
        add_to_date(get_datetime(), days=-days).replace(second=0, microsecond=0) for days in (2, 1)
    )
    frappe.db.set_value("Complaint", solved, "received_at", received, update_modified=False)
    frappe.db.commit()
    agent.create("Note a Call or Visit", group="Answer")
    expect(agent.dialog.locator('[data-fieldname="kind"] select')).to_have_value("Answer")
    typed = agent.page.evaluate("at => frappe.datetime.str_to_user(at)", str(called))
    agent.put(agent.dialog, at=typed, said="She gets a new lamp.")
    agent.confirm()
    expect(agent.page.locator(".desk-alert", has_text="Noted")).to_be_visible()
    assert stored(solved, "reply_sent_at").reply_sent_at == called


def test_the_dialog_of_a_step_waits_while_the_reply_is_sent(agent: Desk, solved: str) -> None:
    expect(agent.primary).to_have_text("Ask the Customer")
    agent.primary.click()
    agent.put(
        agent.dialog, reply="You get a new lamp.", remedy_required="no", no_remedy_reason="None is due."
    )
    agent.dialog.get_by_role("button", name="Write and Send It").click()
    composer(agent)
    expect(agent.dialog.locator(".ql-editor").first).to_contain_text("You get a new lamp.")
    agent.confirm()
    expect(agent.page.locator(".modal.show:visible")).to_have_count(1)
    expect(agent.dialog.locator('[data-fieldname="no_remedy_reason"] textarea')).to_have_value("None is due.")
    agent.confirm()
    agent.page.wait_for_function("() => cur_frm.doc.stage === 'confirm'")
    now = stored(solved, "stage", "reply_sent_at", "no_remedy_reason")
    assert (now.stage, now.no_remedy_reason) == ("confirm", "None is due.")
    assert now.reply_sent_at


@pytest.mark.usefixtures("no_account")
def test_without_an_account_it_says_so_and_the_answer_can_still_be_noted(agent: Desk) -> None:
    agent.create("Write to the Customer", group="Answer")
    expect(agent.dialog).to_contain_text("there is no outgoing mail account")
    agent.confirm()
    expect(agent.dialog.locator('[data-fieldname="said"] textarea')).to_be_visible()


def test_who_may_not_write_to_customers_is_not_offered_it(login, person, solved: str) -> None:
    desk = Desk(login(person(roles.AUDITOR)))
    desk.open("Complaint", solved)
    group = desk.page.locator(".page-container:visible .inner-group-button[data-label='Answer']")
    expect(group).to_have_count(0)
