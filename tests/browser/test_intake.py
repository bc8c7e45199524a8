"""Short intake: a complaint on one screen, by few clicks, with nothing lost."""

from __future__ import annotations

import re
from pathlib import Path

import frappe
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk
from tests.desk import factory

TOLD = "The lid broke after two days. Please refund."
CLICKS = (
    """() => { window.cq_clicks = 0; addEventListener("pointerdown", () => window.cq_clicks++, true); }"""
)
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def agent(login, person) -> Desk:
    return at_intake(Desk(login(person(roles.AGENT))))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "label.png"
    Image.new("RGB", (40, 30), "blue").save(path)
    return path


def at_intake(desk: Desk) -> Desk:
    desk.visit("/app/complaint/new")
    desk.wait_for_form("Complaint")
    expect(short(desk)).to_be_visible()
    return desk


def short(desk: Desk) -> Locator:
    return desk.page.locator(".page-container:visible .cq-intake")


def choose(desk: Desk, box: str, typed: str, wanted: str) -> None:
    field = short(desk).locator(f'[data-fieldname="{box}"] input')
    if not field.evaluate("box => box === document.activeElement"):
        field.click()
    desk.page.keyboard.type(typed)
    short(desk).locator(f'[data-at="{box}"] li', has_text=wanted).first.click()
    desk.settle()


def solved_at_once() -> str:
    """A complaint type that an SOP lets solve at once."""
    kind = factory.make(
        "Complaint Type", complaint_type_name=factory.unique("Advice"), default_severity="Minor"
    )
    factory.make(
        "Complaint SOP",
        sop_name=factory.unique("SOP"),
        complaint_type=kind.name,
        round_the_clock=1,
        allow_at_once=1,
        at_once_severity="Minor",
        at_once_reason="They are counted.",
    )
    frappe.db.commit()
    return kind.name


def stored(name: str, *fields: str) -> frappe._dict:
    frappe.db.rollback()
    return frappe.db.get_value("Complaint", name, fields, as_dict=True)


def test_a_known_customer_with_a_photo_takes_eight_clicks_at_most(agent: Desk, photo: Path) -> None:
    customer, note, _invoice = factory.sold(with_batch=True)
    batch = note.items[0].batch_no or frappe.db.get_value("Batch", {"item": note.items[0].item_code})
    frappe.db.commit()
    expect(short(agent).locator('[data-fieldname="who"] input')).to_be_focused()
    agent.page.evaluate(CLICKS)
    choose(
        agent,
        "who",
        customer.customer_name if hasattr(customer, "customer_name") else customer,
        str(note.customer_name),
    )
    choose(agent, "product", "", note.name)
    expect(short(agent).locator('[data-at="told-product"]')).to_contain_text(batch)
    short(agent).locator("textarea").first.click()
    agent.page.keyboard.type(TOLD)
    with agent.page.expect_file_chooser() as chooser:
        short(agent).locator(".cq-take-photo").click()
    chooser.value.set_files(photo)
    expect(short(agent).locator(".cq-photo")).to_have_count(1)
    short(agent).locator(".cq-choice", has_text="Refund").click()
    agent.settle()
    agent.page.get_by_role("button", name="Save", exact=True).click()
    agent.page.wait_for_function("() => cur_frm && !cur_frm.is_new()")
    assert agent.page.evaluate("window.cq_clicks") <= 8
    agent.settle()
    expect(agent.form.locator(".cq-headline")).to_be_visible()
    expect(short(agent)).to_have_count(0)
    name = str(agent.value("name"))
    doc = stored(
        name, "customer", "delivery_note", "item_code", "batch_no", "subject", "expectation", "description"
    )
    assert (doc.customer, doc.delivery_note, doc.batch_no) == (note.customer, note.name, batch)
    assert (doc.subject, doc.expectation) == ("The lid broke after two days.", "refund")
    assert TOLD in doc.description
    evidence = frappe.get_all("Complaint Evidence", {"parent": name}, ["file", "sha256"])
    assert len(evidence) == 1
    assert evidence[0].file.startswith("/private/")
    assert evidence[0].sha256


def test_a_stranger_is_taken_by_name_and_a_refusal_keeps_all(server: str, browser, person) -> None:
    # A refusal is an answer with an error status, which Chromium notes on its console: hence a page of its own.
    page = browser.new_context(base_url=server).new_page()
    page.request.post("/api/method/login", form={"usr": person(roles.AGENT), "pwd": factory.PASSWORD})
    agent = at_intake(Desk(page))
    name = factory.unique("Otto")
    agent.put(short(agent), who=name, product="The blue lamp", happened="It hums.", contact_phone="no number")
    agent.page.keyboard.press("Control+s")
    message = agent.page.locator(".msgprint-dialog, .modal.show:visible", has_text="no number").first
    expect(message).to_be_visible()
    agent.dismiss(agent.dialog)
    expect(short(agent)).to_be_visible()
    assert agent.value("complainant_name") == name
    assert agent.value("product_model") == "The blue lamp"
    expect(short(agent).locator("textarea").first).to_have_value("It hums.")
    agent.put(short(agent), contact_phone="0221 998877")
    saved = agent.save()
    doc = stored(saved, "complainant_name", "product_model", "contact_phone", "subject", "customer")
    assert (doc.complainant_name, doc.product_model, doc.subject) == (name, "The blue lamp", "It hums.")
    assert (doc.contact_phone, doc.customer) == ("0221 998877", None)
    page.context.close()


def test_the_whole_form_has_what_was_typed_and_the_other_way_round(agent: Desk) -> None:
    agent.put(short(agent), happened="It hums.\nAll night.", subject="A humming lamp")
    agent.page.get_by_role("button", name="All Fields").click()
    expect(short(agent)).to_be_hidden()
    expect(agent.form.locator('[data-fieldname="description"] .ql-editor:not(.read-mode)')).to_have_text(
        re.compile("hums.*All night", re.S)
    )
    agent.put(agent.form, subject="A lamp that hums")
    # The form takes a value over a moment after the cursor has left it; nobody clicks so soon.
    agent.page.wait_for_function("() => cur_frm.doc.subject === 'A lamp that hums'")
    agent.page.get_by_role("button", name="Short Form").click()
    expect(short(agent).locator('[data-fieldname="subject"] input')).to_have_value("A lamp that hums")
    agent.put(short(agent), happened="It hums and smokes.")
    assert agent.value("subject") == "A lamp that hums", "what somebody wrote is not written over"
    assert "smokes" in str(agent.value("description"))


def test_a_late_look_at_the_short_form_undoes_nothing_in_the_whole_one(agent: Desk) -> None:
    """Half a second after the last key the framework asks a control for its value, wherever somebody is by then."""
    subject = short(agent).locator('[data-fieldname="subject"] input')
    subject.fill("A humming lamp")
    subject.evaluate("box => $(box).trigger('change')")
    agent.page.wait_for_function("() => cur_frm.doc.subject === 'A humming lamp'")
    agent.page.evaluate(
        """async () => {
            $(".page-container:visible .cq-intake [data-fieldname=subject] input").trigger("input");
            cur_frm.cq_intake.turn();
            await cur_frm.set_value("subject", "A lamp that hums");
            await new Promise((done) => setTimeout(done, 900));
        }"""
    )
    assert agent.value("subject") == "A lamp that hums"
    agent.page.get_by_role("button", name="Short Form").click()
    expect(subject).to_have_value("A lamp that hums")


def test_another_choice_takes_back_what_the_first_one_filled_in(agent: Desk) -> None:
    _customer, first, _invoice = factory.sold()
    _customer, second, _invoice = factory.sold()
    frappe.db.commit()
    choose(agent, "product", first.name, first.name)
    expect(short(agent).locator('[data-at="told-who"]')).to_contain_text(first.customer)
    short(agent).locator('[data-clear="delivery_note"]').click()
    agent.settle()
    assert not agent.value("item_code")
    field = short(agent).locator('[data-fieldname="product"] input')
    field.fill("")
    choose(agent, "product", second.name, second.name)
    expect(short(agent).locator('[data-at="told-product"]')).to_contain_text(second.items[0].item_code)
    assert agent.value("customer") == second.customer


def test_another_caller_leaves_nothing_of_the_first_but_what_was_typed(agent: Desk) -> None:
    first, second = factory.customer(), factory.customer()
    ann = factory.contact(
        first.name,
        first_name=factory.unique("Ann"),
        phone_nos=[{"phone": "+49 30 5556677", "is_primary_mobile_no": 1}],
    )
    frappe.db.commit()
    choose(agent, "who", ann.first_name, ann.first_name)
    agent.page.wait_for_function(
        "email => cur_frm.doc.contact_email === email", arg=ann.email_ids[0].email_id
    )
    short(agent).locator('[data-clear="contact_person"]').click()
    agent.settle()
    assert not agent.value("contact_person"), "what somebody took out is not filled in again"
    assert agent.value("contact_phone") == "+49 30 5556677"
    agent.put(short(agent), contact_phone="0221 998877")
    short(agent).locator('[data-fieldname="who"] input').fill("")
    choose(agent, "who", second.customer_name, second.customer_name)
    agent.page.wait_for_function("name => cur_frm.doc.complainant_name === name", arg=second.customer_name)
    assert agent.value("customer") == second.name
    assert agent.value("contact_email") != ann.email_ids[0].email_id
    assert agent.value("contact_phone") == "0221 998877"


def test_a_photo_that_is_chosen_while_the_server_answers_is_kept(agent: Desk, photo: Path) -> None:
    with agent.page.expect_file_chooser() as chooser:
        short(agent).locator(".cq-take-photo").click()
    # While the camera is open, what was typed is read.
    agent.page.evaluate("cur_frm.cq_intake.put({ subject: 'It hums' }, true)")
    agent.settle()
    chooser.value.set_files(photo)
    expect(short(agent).locator(".cq-photo")).to_have_count(1)
    # A picture that is taken away while it is fetched is missed on the console.
    agent.page.wait_for_function(
        "() => [...document.querySelectorAll('.cq-photo img')].every((one) => one.complete)"
    )
    short(agent).locator("[data-drop]").click()
    expect(short(agent).locator(".cq-photo")).to_have_count(0)
    agent.settle()
    frappe.db.rollback()
    assert not frappe.db.exists(
        "File", {"file_name": ("like", "label%"), "owner": agent.page.evaluate("frappe.session.user")}
    )


def test_nothing_is_saved_while_a_file_is_on_its_way(agent: Desk, photo: Path) -> None:
    held = []
    agent.page.route("**/api/method/upload_file", lambda route: held.append(route))
    agent.put(short(agent), happened="It hums and hums.")
    short(agent).locator("input[type=file]").set_input_files(photo)
    expect(short(agent).locator(".cq-uploads")).to_contain_text("1 of 1")
    agent.page.keyboard.press("Control+s")
    expect(agent.dialog).to_contain_text("still being uploaded")
    assert agent.page.evaluate("cur_frm.is_new()")
    agent.dismiss(agent.dialog)
    held[0].continue_()
    expect(short(agent).locator(".cq-photo")).to_have_count(1)
    name = agent.save()
    assert frappe.db.count("Complaint Evidence", {"parent": name}) == 1


def test_a_text_with_a_layout_is_left_to_the_whole_form(agent: Desk) -> None:
    html = "<p>It <b>hums</b></p><ul><li>all night</li></ul>"
    agent.page.evaluate(
        "html => cur_frm.set_value('description', html).then(() => cur_frm.cq_intake.show())", html
    )
    box = short(agent).locator("textarea").first
    expect(box).to_have_value(re.compile("hums"))
    expect(box).not_to_be_editable()
    assert "<b>hums</b>" in str(agent.value("description"))


def test_what_others_called_themselves_is_text(agent: Desk) -> None:
    name = f"{factory.unique('Shop')} <img src=x onerror=window.cq_acted=1>"
    factory.complaint(customer=None, complainant_name=name, contact_phone="0221-4455667")
    frappe.db.commit()
    choose(agent, "who", "0221 4455667", "Shop")
    agent.page.wait_for_timeout(500)
    assert agent.page.evaluate("window.cq_acted") is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_on_a_phone_nothing_is_cut_off(login, person, language: str) -> None:
    user = person(roles.AGENT)
    frappe.db.set_value("User", user, "language", language)
    frappe.db.commit()
    phone = at_intake(Desk(login(user, viewport={"width": 390, "height": 844}, has_touch=True)))
    assert phone.page.evaluate(WIDER) <= 0
    for control in short(phone).locator(".frappe-control:visible, .cq-take-photo").all():
        box = control.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    expect(short(phone)).to_contain_text({"en": "Who is complaining?", "zh": "谁在投诉？"}[language])


def test_a_simple_complaint_is_solved_at_once_by_ten_clicks_at_most(server: str, browser, person) -> None:
    # On a page of its own, for the refusal.
    page = browser.new_context(base_url=server).new_page()
    page.request.post("/api/method/login", form={"usr": person(roles.AGENT), "pwd": factory.PASSWORD})
    agent = Desk(page)
    kind = solved_at_once()
    agent.visit("/app/complaint")
    new = agent.page.locator(".page-container:visible .primary-action")
    expect(new).to_be_visible()
    agent.page.evaluate(CLICKS)
    new.click()
    expect(short(agent).locator('[data-fieldname="who"] input')).to_be_focused()
    agent.page.keyboard.type("Otto Kern")
    agent.put(short(agent), product="none", happened="Which key dims the lamp?", complaint_type=kind)
    short(agent).locator(".cq-at-once").click()
    dialog = agent.page.locator(".modal.show .cq-dialog-way")
    expect(dialog).to_be_visible()
    asked = agent.dialog
    # What is refused stays in the dialog, and says what is missing.
    asked.locator('[data-fieldname="harm_level"] select').select_option("none")
    reply = asked.locator('[data-fieldname="reply"] .ql-editor[contenteditable="true"]')
    reply.click()
    agent.page.keyboard.type("The left one.")
    asked.get_by_role("button", name="Solve at Once").click()
    expect(asked.locator(".cq-dialog-refusal")).to_contain_text("Record what the customer answered.")
    expect(reply).to_have_text("The left one.")
    asked.locator('[data-fieldname="customer_agreement"] select').select_option("agreed")
    asked.get_by_role("button", name="Solve at Once").click()
    agent.page.wait_for_function("() => cur_frm && cur_frm.doc.stage === 'review'")
    assert agent.page.evaluate("window.cq_clicks") <= 10
    doc = stored(str(agent.value("name")), "stage", "reply", "complainant_name", "first_response_at")
    assert (doc.stage, doc.complainant_name) == ("review", "Otto Kern")
    assert "The left one." in doc.reply
    assert doc.first_response_at
    page.context.close()


def test_the_dialog_is_for_the_complaint_that_was_saved_and_asks_no_moment_that_a_mail_told(
    agent: Desk,
) -> None:
    kind = solved_at_once()
    other = factory.complaint(subject="Which fuse", complaint_type=kind, severity="Minor")
    other.update({"reply": "The red one.", "reply_sent_at": frappe.utils.now_datetime()}).save()
    frappe.db.commit()
    agent.put(short(agent), product="none", happened="Which key dims the lamp?", complaint_type=kind)
    # The server is slow, and meanwhile somebody looks at another complaint: one form shows both.
    agent.page.evaluate(
        """name => { cur_frm.save = function () {
            delete this.save; frappe.set_route("Form", "Complaint", name); return new Promise(() => {}); } }""",
        other.name,
    )
    short(agent).locator(".cq-at-once").click()
    agent.wait_for_form("Complaint", other.name)
    expect(agent.page.locator(".inner-group-button .dropdown-item", has_text="Solve at Once")).to_have_count(
        1
    )
    expect(agent.page.locator(".modal.show")).to_have_count(0)
    agent.create("Solve at Once", group="More Steps")
    expect(agent.dialog.locator('select[data-fieldname="given"]')).to_be_visible()
    asked = agent.dialog.locator('[data-fieldname="reply_sent_at"], [data-fieldname="medium"]')
    expect(asked).to_have_count(0)
