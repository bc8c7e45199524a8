"""The stage bar leads to what is missing, a refused step says why beside its fields, and a phone needs no sideways
scrolling."""

from __future__ import annotations

import re

import frappe
import pytest
from frappe.model.document import Document
from frappe.utils import strip_html
from playwright.sync_api import expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk
from tests.desk import factory, settling

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def complaint(site: str) -> str:
    """A complaint in triage, about which triage has decided nothing yet."""
    doc = factory.in_triage(complaint_type=None, item_code=factory.item().name, expectation="exchange")
    frappe.db.commit()
    return doc.name


@pytest.fixture
def manager(login, person, complaint: str) -> Desk:
    desk = Desk(login(person(roles.MANAGER)))
    desk.open("Complaint", complaint)
    expect(desk.form.locator(".cq-missing a").first).to_be_visible()
    expect(desk.form.locator(".cq-gate")).to_have_count(0)
    return desk


def test_a_missing_thing_leads_to_its_field(manager: Desk) -> None:
    manager.form.locator('.cq-missing a[data-missing-field="severity"]').click()
    expect(manager.form.locator(".form-tabs .nav-link.active")).to_have_text(re.compile(r"^\s*Triage\s*$"))
    expect(manager.form.locator('[data-fieldname="severity"] input:visible')).to_be_focused()


def test_the_form_has_one_primary_step_and_no_second_menu_of_the_same(manager: Desk) -> None:
    expect(manager.primary).to_have_text("Investigate")
    expect(manager.page.locator(".page-container:visible .actions-btn-group")).to_be_hidden()
    manager.page.locator(
        ".page-container:visible .inner-group-button[data-label='More%20Steps'] button"
    ).click()
    entries = manager.page.locator(".inner-group-button[data-label='More%20Steps'] .dropdown-item:visible")
    assert {"Solve Directly", "Reject", "Hold"} <= {text.strip() for text in entries.all_inner_texts()}


def test_saving_what_has_no_changes_takes_no_step(login, person) -> None:
    """The framework's Ctrl+S presses the primary button, whatever it is."""
    doc = factory.complaint(description="The lid cracked.")
    frappe.db.commit()
    desk = Desk(login(person(roles.AGENT)))
    desk.open("Complaint", doc.name)
    expect(desk.primary).to_have_text("Start Triage")
    desk.page.keyboard.press("Control+s")
    expect(desk.page.locator(".desk-alert", has_text="No changes in document")).to_be_visible()
    assert desk.value("stage") == "intake"
    desk.step("Start Triage", "triage")


def test_an_investigator_chooses_a_supplier_by_name(login, person) -> None:
    supplier = factory.supplier()
    study = factory.investigation()
    frappe.db.commit()
    desk = Desk(login(person(roles.INVESTIGATOR)))
    desk.open("Investigation", study.name)
    desk.put(desk.form, supplier=supplier.name)
    desk.page.wait_for_function("name => cur_frm.doc.supplier === name", arg=supplier.name)
    desk.save()
    frappe.db.rollback()
    assert frappe.db.get_value("Investigation", study.name, "supplier") == supplier.name


def test_keys_are_shown_as_words(manager: Desk) -> None:
    manager.tab("Case")
    options = manager.form.locator('[data-fieldname="expectation"] select option').all_inner_texts()
    assert options == ["", "Refund", "Exchange", "Repair", "Credit", "Apology", "Information", "Other"]
    shown = manager.page.locator(".page-container:visible .layout-main-section").inner_text()
    assert not re.search(r"\b(on_track|at_risk|on_hold|partly_justified|no_answer)\b", shown)
    manager.tab("Closure")
    stages = manager.form.locator(
        '[data-fieldname="checklist"] .grid-body [data-fieldname="stage"] .static-area'
    )
    expect(stages.first).to_have_text("Triage")


def test_a_phone_needs_no_sideways_scrolling(login, person, complaint: str) -> None:
    desk = Desk(login(person(roles.MANAGER), **PHONE))
    desk.open("Complaint", complaint)
    expect(desk.form.locator(".cq-steps")).to_be_visible()
    for tab in ("Case", "Triage", "SOP Clock"):
        desk.tab(tab)
        wide = desk.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, tab


def test_a_refused_step_says_what_is_missing(server: str, browser, person, complaint: str) -> None:
    # A refusal is an answer with an error status, which Chromium notes on its console: hence a page of its own.
    page = browser.new_context(base_url=server).new_page()
    page.request.post("/api/method/login", form={"usr": person(roles.MANAGER), "pwd": factory.PASSWORD})
    desk = Desk(page)
    desk.open("Complaint", complaint)
    expect(desk.primary).to_have_text("Investigate")
    desk.primary.click()
    desk.put(desk.dialog, severity="Serious")
    desk.confirm()
    refusal = desk.dialog.locator(".cq-dialog-refusal.is-shown")
    expect(refusal).to_contain_text("Decide whether this is a complaint.")
    expect(refusal.locator(".cq-gate")).to_have_count(0)
    expect(refusal).not_to_contain_text("Choose the severity.")
    refusal.locator('[data-missing-field="triage_rationale"]').click()
    expect(desk.dialog.locator('[data-fieldname="triage_rationale"] textarea')).to_be_focused()
    page.context.close()
    frappe.db.rollback()
    assert frappe.db.get_value("Complaint", complaint, ["stage", "severity"]) == ("triage", None)


def with_a_settlement() -> tuple[Document, Document, Document]:
    """A complaint in triage with a settlement proposed, and the invoice that both are about."""
    _order, _delivery, invoice = factory.sold()
    doc = factory.in_triage(customer=invoice.customer, sales_invoice=invoice.name)
    line = {"sales_invoice": invoice.name, "item_code": invoice.items[0].item_code, "qty": 1}
    settlement = settling.proposal(doc, invoice, line).insert()
    frappe.db.commit()
    return doc, settlement, invoice


def test_a_dialog_that_is_left_for_a_field_keeps_what_was_typed(login, person) -> None:
    doc, settlement, _invoice = with_a_settlement()
    desk = Desk(login(person(roles.MANAGER)))
    desk.open("Complaint", doc.name)
    expect(desk.primary).to_have_text("Investigate")
    desk.create("Reject", group="More Steps")
    desk.put(desk.dialog, is_complaint="no", rejection_reason="A question about the price.")
    record = desk.dialog.locator(".cq-missing-record")
    expect(record).to_have_text(settlement.name)
    assert record.get_attribute("target") == "_blank", "it opens beside the dialog"
    desk.dialog.locator('[data-missing-field="settlement_html"]').click()
    expect(desk.page.locator(".modal.show:visible")).to_have_count(0)
    desk.page.evaluate("cur_frm.set_value('incident_place', 'Oslo').then(() => cur_frm.save())")
    typed = desk.dialog.locator('[data-fieldname="rejection_reason"] textarea')
    expect(typed, "it comes back once something was saved").to_have_value("A question about the price.")
    desk.dialog.locator(".btn-modal-close").click()
    expect(desk.page.locator(".modal.show:visible")).to_have_count(0)
    desk.create("Reject", group="More Steps")
    expect(desk.dialog.locator('[data-fieldname="rejection_reason"] textarea')).to_have_value(
        "A question about the price."
    )
    expect(desk.dialog.locator('[data-fieldname="is_complaint"] select')).to_have_value("no")


SAVED = """async (docs) => {
    for (const doc of docs) {
        await frappe.model.with_doctype(doc.doctype);
        $(document).trigger("save", [doc]);
    }
    cur_frm.refresh();
}"""


def leave_for_a_field(desk: Desk) -> None:
    desk.create("Reject", group="More Steps")
    desk.put(desk.dialog, is_complaint="no")
    desk.dialog.locator("[data-missing-field]").last.dispatch_event("click")
    expect(desk.page.locator(".modal.show:visible")).to_have_count(0)


def test_a_dialog_comes_back_for_what_belongs_to_its_record_alone(login, person) -> None:
    doc, settlement, invoice = with_a_settlement()
    user = person(roles.MANAGER)
    frappe.db.set_value("Complaint", doc.name, "complaint_owner", user)
    frappe.db.commit()
    desk = Desk(login(user))
    desk.open("Complaint", doc.name)
    expect(desk.primary).to_have_text("Investigate")
    of_this = {"doctype": "Complaint Settlement", "name": settlement.name, "complaint": doc.name}
    other = {"doctype": "Complaint Settlement", "name": "Another", "complaint": "Another Complaint"}
    strangers = [other, {"doctype": "ToDo", "name": "t"}, {"doctype": "User", "name": user}]
    leave_for_a_field(desk)
    desk.page.evaluate(SAVED, strangers)
    desk.settle()
    expect(desk.page.locator(".modal.show:visible"), "they are about something else").to_have_count(0)
    task = {"doctype": "ToDo", "name": "t", "reference_type": "Complaint", "reference_name": doc.name}
    for linked in (of_this, task, {"doctype": "Sales Invoice", "name": invoice.name}):
        desk.page.evaluate(SAVED, [linked])
        expect(desk.dialog.locator('[data-fieldname="is_complaint"] select')).to_have_value("no")
        desk.dialog.locator(".btn-modal-close").click()
        expect(desk.page.locator(".modal.show:visible")).to_have_count(0)
        leave_for_a_field(desk)
    desk.page.evaluate("frappe.set_route('List', 'Complaint Settlement')")
    expect(desk.page.locator(".frappe-list:visible").first).to_be_visible()
    desk.go_to("Complaint", doc.name)
    desk.page.evaluate(SAVED, [of_this])
    desk.settle()
    expect(desk.page.locator(".modal.show:visible"), "it was another visit").to_have_count(0)


def test_the_number_of_a_gate_is_for_who_looks_it_up(login, person, complaint: str) -> None:
    desk = Desk(login(person(roles.MANAGER, "System Manager")))
    desk.open("Complaint", complaint)
    expect(desk.form.locator(".cq-missing .cq-gate").first).to_have_text("G1")


LINKS = """() => [...cur_frm.$wrapper[0].querySelectorAll(".form-layout a[href], .cq-context a[href]")]
    .filter((link) => getComputedStyle(link).display !== "none").map((link) => {
    const [slug, ...name] = link.pathname.split("/").slice(2).map(decodeURIComponent);
    const { doctype } = frappe.router.routes[slug] || {};
    return doctype && name.length && name[0] !== "view" ? [doctype, name.join("/")] : null;
}).filter(Boolean)"""


def test_every_link_that_is_shown_opens(login, person) -> None:
    _customer, note, invoice = factory.sold(with_batch=True)
    ann = factory.contact(note.customer)
    handler = person(roles.AGENT)
    doc = factory.in_triage(
        customer=note.customer, delivery_note=note.name, sales_invoice=invoice.name, contact_person=ann.name,
        item_code=note.items[0].item_code, complaint_owner=handler,
    )  # fmt: skip
    frappe.db.commit()
    for role in (roles.AGENT, roles.INVESTIGATOR, roles.REGULATORY, roles.AUDITOR):
        desk = Desk(login(person(role)))
        desk.open("Complaint", doc.name)
        expect(desk.page.locator(".cq-context .cq-context-name"), role).to_be_visible()
        links = desk.page.evaluate(LINKS)
        assert ["Customer", note.customer] in links, role
        for doctype, name in links:
            answer = desk.page.request.get(f"/api/resource/{doctype}/{name}")
            assert answer.status == 200, (role, doctype, name)


def test_on_a_phone_the_state_is_whole_beside_title_and_buttons(login, person) -> None:
    case = factory.at_stage(
        "confirm", subject="The handle of the larger pot breaks off when it is lifted full"
    )
    frappe.db.commit()
    desk = Desk(login(person(roles.MANAGER), **PHONE))
    desk.open("Complaint", case.name)
    head = desk.page.locator(".page-container:visible .page-head")
    expect(desk.primary).to_have_text("Execute")
    desk.settle()
    for label in ("Close", "Complete", "Submit for Verification"):
        desk.primary.evaluate("(button, label) => { button.textContent = label; }", label)
        pill = head.locator(".indicator-pill").bounding_box()
        assert pill["x"] + pill["width"] <= 390, label
        assert head.locator(".indicator-pill").evaluate("pill => pill.scrollWidth <= pill.clientWidth"), label
        for button in head.locator(".page-actions button:visible").all():
            box = button.bounding_box()
            beside = box["x"] >= pill["x"] + pill["width"]
            below = box["y"] >= pill["y"] + pill["height"]
            assert beside or below, label
            assert box["x"] + box["width"] <= 390, label


def test_who_it_may_be_is_taken_over_by_one_click(login, person) -> None:
    """What stands beside the form is asked for without it; the panel fetches it once it is in sight, and once a version."""
    customer = factory.customer().name
    phone = f"+86 139 {int(frappe.generate_hash(length=6), 16) % 10**8:08d}"
    factory.contact(customer, phone_nos=[{"phone": phone, "is_primary_mobile_no": 1}])
    doc = factory.complaint(customer=None, complainant_name="A. L.", contact_phone=phone)
    frappe.db.commit()
    desk = Desk(login(person(roles.AGENT)))
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    desk.open("Complaint", doc.name)
    chip = desk.page.locator(".page-container:visible .cq-candidates .cq-choice").first
    chip.click()
    expect(
        desk.page.locator(".page-container:visible [data-fieldname='customer'] input").first
    ).to_have_value(customer)
    assert sum("complaint.candidates" in url for url in asked) == 1
    desk.save()
    expect(desk.page.locator(".page-container:visible .cq-context-name")).to_contain_text(customer)
    frappe.db.rollback()
    assert frappe.db.get_value("Complaint", doc.name, "customer") == customer


def test_a_field_is_drawn_when_its_tab_is_opened_and_holds_its_value_before(
    manager: Desk, complaint: str
) -> None:
    other = factory.in_triage(
        complaint_type=None, closing_summary="Told by the other one.", description="The other lid."
    ).name
    frappe.db.commit()
    drawn = "field => cur_frm.get_field(field).$wrapper.find('textarea').length"
    page = manager.page
    manager.tab("Case")
    page.evaluate("cur_frm.set_value('closing_summary', 'The lid was cracked.')")
    assert page.evaluate("cur_frm.get_field('closing_summary').disp_status") == "Write"
    assert page.evaluate("cur_frm.get_field('closing_summary').get_value()") == "The lid was cracked."
    assert page.evaluate(drawn, "closing_summary") == 0
    # A script of the site may ask for the input at any time.
    assert page.evaluate("cur_frm.get_field('capa_required').$input.val()") in ("", None)
    assert page.evaluate("cur_frm.get_field('checklist').grid.wrapper.length") == 1
    manager.tab("Closure")
    text = manager.form.locator('[data-fieldname="closing_summary"] textarea')
    expect(text).to_have_value("The lid was cracked.")
    expect(manager.form.locator('[data-fieldname="checklist"] .rows .grid-row').first).to_be_visible()
    # What lies in a folded part of an opened tab waits for that.
    assert page.evaluate(drawn, "hold_reason") == 0
    manager.form.locator('[data-fieldname="exit_section"] .section-head').click()
    expect(manager.form.locator('[data-fieldname="hold_reason"] textarea')).to_be_visible()
    manager.save()
    # The next record shows its own, also where the one before was drawn; what stands beside it is asked for once, before it is there.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    manager.go_to("Complaint", other)
    expect(page.locator(".page-container:visible .cq-context section").first).to_be_visible()
    manager.tab("Closure")
    expect(text).to_have_value("Told by the other one.")
    rows = page.evaluate("cur_frm.get_field('checklist').grid.grid_rows.map((row) => row.doc.parent)")
    assert set(rows) == {other}
    around = [url for url in asked if "complaint.opened" in url]
    assert len(around) == 1
    assert "?name=" in around[0]
    # What is below the window follows by itself, and before anybody types.
    manager.tab("Case")
    manager.go_to("Complaint", complaint)
    manager.tab("Case")
    below = "cur_frm.get_field('description').section.cq_below"
    page.wait_for_function(below)
    manager.go_to("Complaint", other)
    told = manager.form.locator('[data-fieldname="description"] .ql-editor[contenteditable="true"]')
    expect(told).to_have_text("The other lid.")
    page.evaluate("window.requestIdleCallback = () => {}")
    manager.go_to("Complaint", complaint)
    assert page.evaluate("cur_frm.get_field('description').cq_waits")
    expect(told).to_have_text("The other lid.")
    manager.form.locator('[data-fieldname="subject"] input').focus()
    expect(told).not_to_have_text("The other lid.")
    assert told.inner_text().strip() == strip_html(frappe.db.get_value("Complaint", complaint, "description"))
    # A form that was left and is opened again is laid out as late below the window, and is as high before.
    section = "cur_frm.get_field('description').section.wrapper[0]"
    looks = f"getComputedStyle({section}).contentVisibility"
    page.evaluate("frappe.set_route('List', 'ToDo', 'List')")
    expect(page.locator('.page-container[data-page-route="List/ToDo/List"]')).to_be_visible()
    manager.go_to("Complaint", other)
    assert page.evaluate(looks) == "hidden"
    assert page.evaluate(
        f"Math.abs({section}.getBoundingClientRect().height - parseFloat({section}.style.getPropertyValue('--cq-height'))) < 1"
    )
    manager.form.locator('[data-fieldname="subject"] input').focus()
    assert page.evaluate(looks) == "visible"
