"""One complaint from registration to closed over REST alone, by six people; and no step of the way can be skipped."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_days, now_datetime, nowdate

from complaint_qms.constants import roles
from tests.desk import factory
from tests.desk.rest import Person

pytestmark = [pytest.mark.commits, pytest.mark.slow, pytest.mark.smoke]

PEOPLE = {
    "agent": (roles.AGENT,),
    "manager": (roles.MANAGER,),
    "investigator": (roles.INVESTIGATOR,),
    "quality": (roles.QUALITY_MANAGER,),
    "owner": (roles.ACTION_OWNER,),
    "accounts": (roles.ACCOUNTS_USER,),
}


@pytest.fixture
def people(server):
    """The six, each with an API key of their own."""
    made = {}
    for name, held in PEOPLE.items():
        user = frappe.get_doc("User", factory.user(*held))
        secret = frappe.generate_hash(length=15)
        user.api_key, user.api_secret = user.api_key or frappe.generate_hash(length=15), secret
        user.save(ignore_permissions=True)
        made[name] = Person(server, f"{user.api_key}:{secret}")
        made[name].user = user.name
    frappe.db.commit()
    return made


@pytest.fixture
def sale():
    """A customer's paid-for goods: Delivery Note and Sales Invoice over ten units."""
    buyer, note, invoice = factory.sold(10)
    frappe.db.commit()
    return buyer, note, invoice


def test_a_complaint_runs_to_its_end_and_no_step_can_be_skipped(people, sale):
    agent, manager, investigator = people["agent"], people["manager"], people["investigator"]
    quality, owner, accounts = people["quality"], people["owner"], people["accounts"]
    buyer, note, invoice = sale
    item = invoice.items[0].item_code

    # Registration: the same key registers once.
    data = {
        "subject": "Housing cracked after two days",
        "customer": buyer.name,
        "item_code": item,
        "delivery_note": note.name,
        "sales_invoice": invoice.name,
        "description": "The housing cracked although nobody dropped it.",
        "complaint_type": "Broken or Damaged",
        "expectation": "credit",
        "qty": 3,
        "channel": "API",
        "idempotency_key": frappe.generate_hash(length=20),
    }
    name = agent.call("complaint_qms.api.complaint.register", data=data)["name"]
    assert agent.call("complaint_qms.api.complaint.register", data=data)["name"] == name

    # Everything at once is refused, and the refusal names the gates.
    told = manager.refused("update", "Complaint", name, workflow_state="Closed")
    for gate in ("G1", "G2", "G4", "G5", "SOP"):
        assert f"{gate}:" in told

    # Triage (G1)
    agent.step(name, "Start Triage")
    assert "G1:" in manager.refused("step", name, "Investigate")
    assert "not open to you" in agent.refused("step", name, "Investigate")
    triage = {
        "is_complaint": "yes",
        "severity": "Serious",
        "occurrence": "Occasional",
        "reportable": "no",
        "triage_rationale": "Broken in normal use; nobody was hurt.",
        "complaint_owner": agent.user,
    }
    assert "SOP:" in manager.refused("step", name, "Investigate", **triage)  # the hand-over check is open
    tick(manager, name, "triage")
    assert manager.step(name, "Investigate", **triage)["stage"] == "investigate"
    stored = agent.read("Complaint", name)
    assert (stored["triage_decided_by"], stored["risk_level"]) == (manager.user, "Medium")

    # Investigation (G2) and its completion by somebody else (G6)
    assert "G2:" in investigator.refused("step", name, "Hand Over to Solution")
    study = manager.create(
        "Investigation", complaint=name, investigator=investigator.user, title="Cracked housing"
    )
    assert "G2:" in investigator.refused("step", name, "Hand Over to Solution")
    investigator.update("Investigation", study["name"], workflow_state="In Progress")
    assert "G2:" in investigator.refused(
        "update", "Investigation", study["name"], workflow_state="Pending Review"
    )
    found = {
        "problem": "Housing cracks at the boss",
        "findings": "<p>Weld line at the boss</p>",
        "outcome": "confirmed",
        "conclusion": "Mould temperature too low",
    }
    assert "G2:" in investigator.refused(
        "update", "Investigation", study["name"], workflow_state="Pending Review", **found
    )
    cause = investigator.create(
        "Root Cause",
        investigation=study["name"],
        title="Mould too cold",
        category="machine",
        method="5_why",
        description="<p>The mould heater failed</p>",
        verification_method="Cracks come and go with the heater",
        whys=[{"level": 1, "question": "Why did it crack?", "answer": "Weld line"}],
    )
    investigator.update(
        "Investigation",
        study["name"],
        workflow_state="Pending Review",
        **found,
    )
    assert "G2:" in quality.refused("update", "Investigation", study["name"], workflow_state="Completed")
    assert "needs the role" in investigator.refused("update", "Root Cause", cause["name"], status="verified")
    quality.update("Root Cause", cause["name"], status="verified")
    assert investigator.refused("update", "Investigation", study["name"], workflow_state="Completed")
    quality.update("Investigation", study["name"], workflow_state="Completed")
    tick(manager, name, "investigate")
    investigator.step(name, "Hand Over to Solution")

    # CAPA (G5, G6)
    capa = investigator.create("CAPA", title="Keep the mould warm", investigation=study["name"])["name"]
    assert "G5:" in investigator.refused("update", "CAPA", capa, workflow_state="Plan Review")
    investigator.update(
        "CAPA",
        capa,
        criterion="Half as many cracked housings per unit",
        metric="complaint_rate",
        min_exposure=1,
        actions=[
            {
                "action": "Replace the heater",
                "action_owner": owner.user,
                "due_date": add_days(nowdate(), 14),
            }
        ],
    )
    investigator.update("CAPA", capa, workflow_state="Plan Review")
    row = investigator.read("CAPA", capa)["actions"][0]["name"]
    assert "done only after the plan was approved" in owner.refused(
        "call", "complaint_qms.api.capa.complete_action", capa=capa, row=row, evidence_note="Done"
    )
    quality.update("CAPA", capa, workflow_state="Implementation")
    assert "G5:" in investigator.refused("update", "CAPA", capa, workflow_state="Verification")
    assert "Add the evidence" in owner.refused(
        "call", "complaint_qms.api.capa.complete_action", capa=capa, row=row
    )
    owner.call(
        "complaint_qms.api.capa.complete_action", capa=capa, row=row, evidence_note="Heater 4711 fitted"
    )
    assert "was fixed" in investigator.refused("update", "CAPA", capa, criterion="Something easier")
    investigator.update("CAPA", capa, workflow_state="Verification")
    assert "G5:" in quality.refused("update", "CAPA", capa, workflow_state="Effectiveness Check")
    quality.update(
        "CAPA",
        capa,
        workflow_state="Effectiveness Check",
        verification_note="Heater seen running",
        no_harm=1,
        no_harm_note="Part dimensions unchanged",
    )
    assert "G5:" in quality.refused(
        "update", "CAPA", capa, workflow_state="Closed", effect_conclusion="effective"
    )

    # Solution, answer and agreement (G4)
    assert "G4:" in agent.refused(
        "step", name, "Ask the Customer", reply="<p>We are sorry.</p>", remedy_required="yes"
    )
    settlement = agent.create(
        "Complaint Settlement",
        complaint=name,
        customer=buyer.name,
        company=invoice.company,
        currency=invoice.currency,
        sales_invoice=invoice.name,
        reason="Three cracked housings, credit agreed by phone",
        lines=[
            {
                "remedy": "credit",
                "item_code": item,
                "qty": 3,
                "sales_invoice": invoice.name,
                "sales_invoice_item": invoice.items[0].name,
            }
        ],
    )["name"]
    agent.step(name, "Ask the Customer", reply="<p>We are sorry.</p>", remedy_required="yes")
    assert "G4:" in agent.refused("step", name, "Execute")
    assert "G4:" in agent.refused("step", name, "Execute", customer_agreement="agreed")
    agent.step(name, "Execute", customer_agreement="agreed", reply_sent_at=str(now_datetime())[:19])

    # Settlement and its credit note (G4, G6)
    tick(agent, name, "execute")
    assert "G4:" in agent.refused("step", name, "Send to Review")
    assert agent.refused("update", "Complaint Settlement", settlement, docstatus=1)
    manager.update("Complaint Settlement", settlement, docstatus=1)
    agent.step(name, "Send to Review")
    closing = {"closing_decision": "justified", "closing_summary": "Cause removed, credit given."}
    assert "G4:" in manager.refused(
        "step", name, "Close", capa_required="yes", **closing
    )  # accounts are not done
    drafted = manager.read("Complaint Settlement", settlement)["documents"]
    assert [row["document_type"] for row in drafted] == ["Sales Invoice"]
    accounts.update("Sales Invoice", drafted[0]["document_name"], docstatus=1)
    credit = accounts.read("Sales Invoice", drafted[0]["document_name"])
    assert (credit["is_return"], credit["return_against"], credit["complaint"]) == (1, invoice.name, name)
    assert credit["total"] == -3 * invoice.items[0].rate

    # Closing (G4, G5)
    assert "G5:" in manager.refused("step", name, "Close", **closing)
    assert "G4:" in manager.refused("step", name, "Close", capa_required="yes")
    assert "not open to you" in agent.refused("step", name, "Close", capa_required="yes", **closing)
    closed = manager.step(name, "Close", capa_required="yes", **closing)
    assert (closed["stage"], closed["is_closed"]) == ("closed", True)

    # It stays as it is (G7).
    assert "cannot change any more" in manager.refused("update", "Complaint", name, subject="Something else")
    stored = manager.read("Complaint", name)
    assert (stored["closed_by"], stored["settlement_status"]) == (manager.user, "settled")
    assert [row["stage"] for row in stored["stage_log"]] == [
        "intake", "triage", "investigate", "solve", "confirm", "execute", "review", "closed",
    ]  # fmt: skip


def tick(person: Person, name: str, stage: str) -> None:
    """Tick the hand-over checks of a stage."""
    rows = person.read("Complaint", name)["checklist"]
    person.update(
        "Complaint",
        name,
        checklist=[{**row, "done": int(row["done"] or row["stage"] == stage)} for row in rows],
    )
