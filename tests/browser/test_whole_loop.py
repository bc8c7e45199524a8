"""One complaint, from a sold invoice to its closing with credit note and effective CAPA, clicked by the people whose
work it is: each step in no more clicks than it takes today, everything typed is in the record afterwards, and on each screen
where a step ends nothing is cut, nothing lies upon another, every link opens, and no English word of ours is Chinese's."""

from __future__ import annotations

import re

import frappe
import pytest
from frappe.utils import add_days, nowdate
from playwright.sync_api import expect

from complaint_qms.constants import roles
from tests.browser.counting import Counting, counted
from tests.desk import factory

pytestmark = pytest.mark.slow

# To complain about an invoice, an agent must be allowed to see ERPNext's sales documents.
SALES = ("Sales User", "Stock User", roles.ACCOUNTS_USER)


@pytest.fixture
def invoice():
    """A sale of 100 units, delivered and invoiced 70 days ago; 100 more left five days ago."""
    item = factory.item()
    long_ago, lately = add_days(nowdate(), -70), add_days(nowdate(), -5)
    factory.receive(factory.Line(item.name, 200), posting_date=add_days(nowdate(), -80))
    buyer = factory.customer()
    note = factory.delivery(buyer.name, factory.Line(item.name, 100), posting_date=long_ago)
    factory.delivery(buyer.name, factory.Line(item.name, 100), posting_date=lately)
    made = factory.invoice_of(note.name)
    frappe.db.commit()
    return made


# Each language and each size once.
WALKS = {
    "en-desktop": ("en", {}),
    "zh-phone": ("zh", {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}),
}


@pytest.fixture
def enter(login, person, walk: str):
    """Function: the desk of a person with these roles; the first one comes in by the login page."""
    came: list[str] = []
    language, window = WALKS[walk]

    def desk(*held: str) -> Counting:
        came.append(person(*held))
        frappe.db.set_value("User", came[-1], "language", language)
        frappe.db.commit()
        return Counting(login(came[-1], typed=len(came) == 1, once=True, **window), came[-1], language)

    return desk


@pytest.mark.parametrize("walk", WALKS)
def test_one_complaint_goes_round_the_whole_loop(enter, invoice, person) -> None:
    agent = enter(roles.AGENT, *SALES)
    name = register(agent, invoice)

    manager = enter(roles.MANAGER)
    triage(manager, name, person(roles.AGENT, *SALES))

    investigator, quality = enter(roles.INVESTIGATOR), enter(roles.QUALITY_MANAGER)
    investigation = start_investigation(manager, name, person(roles.INVESTIGATOR))
    cause = investigate(investigator, investigation)
    complete_investigation(quality, investigation, cause)
    hand_over_to_solution(investigator, name)

    capa = plan_capa(investigator, investigation, person(roles.ACTION_OWNER))
    approve_plan(quality, capa)
    complete_action(enter(roles.ACTION_OWNER), capa)
    send_to_verification(investigator, capa)
    verify(quality, capa)

    settlement = propose_settlement(agent, name, invoice)
    answer_the_customer(agent, name)
    submit_settlement(manager, settlement)
    credit_note = send_to_review(agent, name, settlement)
    submit_credit_note(enter(roles.ACCOUNTS_MANAGER), credit_note)
    close(manager, name)

    age(name, capa)
    judge_effectiveness(quality, capa)

    frappe.db.rollback()
    closed = frappe.get_doc("Complaint", name)
    assert (closed.stage, closed.settlement_status, closed.customer_agreement) == (
        "closed",
        "settled",
        "agreed",
    )
    assert [row.stage for row in closed.stage_log] == [
        "intake", "triage", "investigate", "solve", "confirm", "execute", "review", "closed",
    ]  # fmt: skip
    assert frappe.db.get_value("CAPA", capa, ["stage", "verdict"]) == ("closed", "effective")
    credit = frappe.get_doc("Sales Invoice", credit_note)
    assert (credit.docstatus, credit.is_return, credit.return_against) == (1, 1, invoice.name)
    assert credit.complaint == name


@counted(5)
def register(agent: Counting, invoice) -> str:
    """“Create → Complaint” on the invoice: what the invoice knows is there, the rest is typed."""
    agent.go_to("Sales Invoice", invoice.name)
    agent.create("Complaint")
    agent.page.wait_for_url(re.compile("/(app|desk)/complaint/new-"))
    agent.wait_for_form("Complaint")
    assert agent.value("sales_invoice") == invoice.name
    assert agent.value("customer") == invoice.customer
    assert agent.value("item_code") == invoice.items[0].item_code
    agent.put(
        agent.form,
        subject="Housing cracked after two days",
        complaint_type="Broken or Damaged",
        expectation="credit",
        qty="3",
        happened="Three housings cracked although nobody dropped them.",
    )
    name = agent.save()
    expect(agent.form.locator(".cq-headline")).to_contain_text(name)
    expect(agent.form.locator(".cq-step.is-now")).to_contain_text(agent.say("Intake"))
    agent.step("Start Triage", "triage")
    return name


@counted(9)
def triage(manager: Counting, name: str, handler: str) -> None:
    manager.go_to("Complaint", name)
    expect(manager.form.locator(".cq-missing a").first).to_be_visible()
    manager.step(
        "Investigate",
        "investigate",
        is_complaint="yes",
        severity="Serious",
        occurrence="Occasional",
        reportable="no",
        complaint_owner=handler,
        triage_rationale="Broken in normal use; nobody was hurt.",
    )
    expect(manager.form.locator(".cq-risk").first).to_contain_text(manager.say("Medium"))


@counted(4)
def start_investigation(manager: Counting, name: str, investigator: str) -> str:
    manager.tab("Investigation")
    manager.form.get_by_role("button", name=manager.say("New Investigation")).click()
    manager.page.wait_for_url(re.compile("/(app|desk)/investigation/new-"))
    manager.wait_for_form("Investigation")
    assert manager.value("complaint") == name
    manager.put(manager.form, investigator=investigator)
    return manager.save()


@counted(10)
def investigate(investigator: Counting, investigation: str) -> str:
    investigator.go_to("Investigation", investigation)
    investigator.step("Start", "in_progress")
    investigator.tab("Work")
    investigator.put(
        investigator.form,
        problem="The housing cracks at the screw boss.",
        findings="A weld line runs through the boss of every cracked part.",
    )
    investigator.save()
    investigator.create("Root Cause")
    investigator.page.wait_for_url(re.compile("/(app|desk)/root-cause/new-"))
    investigator.wait_for_form("Root Cause")
    investigator.put(
        investigator.form,
        title="Mould too cold",
        category="machine",
        method="5_why",
        description="The mould heater had failed.",
        verification_method="Cracks come and go with the heater.",
    )
    investigator.add_row("whys", answer="A weld line weakens the boss.")
    investigator.add_row("whys", answer="The mould was too cold.")
    expect(investigator.form.locator(".cq-why.is-root")).to_contain_text("too cold")
    cause = investigator.save()
    investigator.go_to("Investigation", investigation)
    investigator.step(
        "Submit for Review",
        "review",
        outcome="confirmed",
        conclusion="The mould was too cold because its heater failed.",
    )
    return cause


@counted(4)
def complete_investigation(quality: Counting, investigation: str, cause: str) -> None:
    quality.go_to("Root Cause", cause)
    expect(quality.primary).to_have_text(quality.say("Verify"))
    quality.primary.click()
    quality.confirm()
    quality.page.wait_for_function("() => cur_frm.doc.status === 'verified' && !cur_frm.is_dirty()")
    quality.go_to("Investigation", investigation)
    quality.step("Complete", "completed")


@counted(3)
def hand_over_to_solution(investigator: Counting, name: str) -> None:
    investigator.go_to("Complaint", name)
    investigator.step("Hand Over to Solution", "solve")


@counted(11)
def plan_capa(investigator: Counting, investigation: str, owner: str) -> str:
    investigator.go_to("Investigation", investigation)
    investigator.create("CAPA")
    investigator.page.wait_for_url(re.compile("/(app|desk)/capa/new-"))
    investigator.wait_for_form("CAPA")
    investigator.put(investigator.form, title="Keep the mould warm")
    investigator.tab("Plan")
    due = investigator.page.evaluate("date => frappe.datetime.str_to_user(date)", add_days(nowdate(), 14))
    investigator.add_row(
        "actions", action="Replace the heater", action_type="corrective", action_owner=owner, due_date=due
    )
    expect(investigator.form.locator(".cq-gantt")).to_contain_text("Replace the heater")
    investigator.put(
        investigator.form,
        criterion="No cracked housing among at least 50 units delivered.",
        metric="complaint_count",
        baseline_days="60",
        window_days="9",
        min_exposure="50",
    )
    assert investigator.value("max_rate_ratio") == 0.5
    capa = investigator.save()
    investigator.step("Submit Plan", "plan_review")
    return capa


@counted(1)
def approve_plan(quality: Counting, capa: str) -> None:
    quality.go_to("CAPA", capa)
    quality.step("Approve Plan", "implement")


@counted(2)
def complete_action(owner: Counting, capa: str) -> None:
    """The owner has no sight of the CAPA: the action waits on “My Work Today”, and goes from there once it is done."""
    owner.visit("/app/my-work-today")
    task = owner.page.locator(f'.cq-task[data-key*="{capa}"]')
    row = owner.page.locator(".cq-task-row", has=task)
    expect(row).to_contain_text(owner.say("Report as Done"))
    task.click()
    owner.put(owner.dialog, evidence_note="Heater 4711 fitted and running.")
    owner.confirm()
    expect(task).to_have_count(0)


@counted(1)
def send_to_verification(investigator: Counting, capa: str) -> None:
    investigator.go_to("CAPA", capa)
    investigator.step("Submit for Verification", "verify")


@counted(3)
def verify(quality: Counting, capa: str) -> None:
    quality.go_to("CAPA", capa)
    quality.step(
        "Verify",
        "effectiveness",
        verification_note="Heater seen running; mould at 80 °C.",
        no_harm="1",
        no_harm_note="Dimensions of ten parts unchanged.",
    )


@counted(2)
def propose_settlement(agent: Counting, name: str, invoice) -> str:
    agent.go_to("Complaint", name)
    agent.tab("Settlement")
    agent.form.get_by_role("button", name=agent.say("New Settlement")).click()
    agent.page.wait_for_url(re.compile("/(app|desk)/complaint-settlement/new-"))
    agent.wait_for_form("Complaint Settlement")
    agent.page.wait_for_function("() => (cur_frm.doc.lines || []).some((line) => line.sales_invoice_item)")
    assert agent.value("sales_invoice") == invoice.name
    agent.put(agent.form, reason="Three cracked housings; credit agreed by phone.")
    return agent.save()


@counted(4)
def answer_the_customer(agent: Counting, name: str) -> None:
    agent.go_to("Complaint", name)
    agent.step(
        "Ask the Customer", "confirm", reply="We are sorry. We credit three housings.", remedy_required="yes"
    )
    sent = agent.page.evaluate("frappe.datetime.str_to_user(frappe.datetime.now_datetime())")
    agent.step("Execute", "execute", reply_sent_at=sent, customer_agreement="agreed")


@counted(2)
def submit_settlement(manager: Counting, settlement: str) -> None:
    manager.go_to("Complaint Settlement", settlement)
    expect(manager.primary).to_have_text(manager.say("Submit"))
    manager.primary.click()
    manager.dialog.locator(".btn-modal-primary:visible").click()
    manager.page.wait_for_function("() => cur_frm.doc.docstatus === 1")
    manager.settle()


@counted(4)
def send_to_review(agent: Counting, name: str, settlement: str) -> str:
    agent.go_to("Complaint", name)
    agent.step("Send to Review", "review")
    frappe.db.rollback()
    [drafted] = frappe.get_doc("Complaint Settlement", settlement).documents
    agent.tab("Settlement")
    expect(agent.form.locator('[data-fieldname="settlement_html"] .cq-linked')).to_contain_text(
        drafted.document_name
    )
    return drafted.document_name


@counted(2)
def submit_credit_note(accounts: Counting, credit_note: str) -> None:
    accounts.go_to("Sales Invoice", credit_note)
    if accounts.page.evaluate(
        "cur_frm.is_dirty()"
    ):  # ERPNext's form may round the posting time when it opens
        accounts.save()
    expect(accounts.primary).to_have_text(accounts.say("Submit"))
    accounts.primary.click()
    accounts.confirm()
    accounts.page.wait_for_function("() => cur_frm.doc.docstatus === 1")
    accounts.settle()


@counted(2)
def close(manager: Counting, name: str) -> None:
    manager.go_to("Complaint", name)
    manager.step(
        "Close",
        "closed",
        capa_required="yes",
        closing_decision="justified",
        closing_summary="Cause removed, three housings credited.",
    )
    closed = manager.say("Closed")  # which a phone on 16 shows as a dot of that name
    pill = f'.page-head .indicator-pill:is([title="{closed}"], :has-text("{closed}"))'
    expect(manager.page.locator(f".page-container:visible {pill}").first).to_be_visible()


def age(name: str, capa: str) -> None:
    """Nobody waits for weeks in a test: let the complaint and the action lie back, and the window be over."""
    frappe.db.rollback()
    frappe.db.set_value("Complaint", name, "received_at", f"{add_days(nowdate(), -60)} 10:00:00")
    frappe.db.set_value(
        "CAPA", capa, {"window_start": add_days(nowdate(), -10), "window_end": add_days(nowdate(), -1)}
    )
    frappe.db.set_value("CAPA Action", {"parent": capa}, "done_on", add_days(nowdate(), -40))
    frappe.db.commit()


@counted(3, phone=4)
def judge_effectiveness(quality: Counting, capa: str) -> None:
    quality.go_to("CAPA", capa)
    quality.press("Compute Effectiveness")
    quality.page.wait_for_function("() => cur_frm.doc.verdict === 'effective'")
    quality.settle()
    expect(quality.form.locator(".cq-effect-panel")).to_contain_text(
        quality.page.evaluate("complaint_qms.labels.label('effective')")
    )
    quality.step("Close as Effective", "closed", effect_conclusion="effective")
