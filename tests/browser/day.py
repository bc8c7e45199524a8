"""The records of one day, from a call to a credit note, made without a browser; and the screens on which each role works."""

from __future__ import annotations

from typing import NamedTuple

import frappe
from frappe.utils import add_days, nowdate

from complaint_qms.constants import roles
from complaint_qms.constants.board import BOARD
from complaint_qms.services.capa import effectiveness
from complaint_qms.services.lifecycle.guard import take_step
from tests.browser.chinese import names
from tests.desk import factory, settling

# What people write is Chinese here, so that a word in Latin letters on a Chinese screen is the desk's own.
SUBJECT = "外壳两天后开裂"
TEXT = "三个外壳开裂，没有跌落过。"


class Day(NamedTuple):
    """Names of the records of a day."""

    triage: str
    investigated: str
    confirmed: str
    settled: str
    investigation: str
    cause: str
    capa: str
    acting: str
    proposed: str
    settlement: str
    credit_note: str
    assessment: str
    names: tuple[str, ...]
    """Names of customers, products, people and companies in them."""


class Screen(NamedTuple):
    """A screen: its words in a report of failures, its address, the step whose dialog is opened on it, what stands on it once it is
    drawn, whether it is the app's own, and whether it has charts of the framework's: one that lies hidden or is being drawn while the
    window changes its width stumbles, so that these screens are shown at one width, and the desk loaded anew for the next."""

    name: str
    address: str
    step: str = ""
    drawn: str = ""
    own: bool = True
    charts: bool = False


def make_day(people: dict[str, str]) -> Day:
    """A case at each of its stages, committed.

    Args:
        people: role → user, each the one who works on what is theirs.
    """
    agent, manager = people[roles.AGENT], people[roles.MANAGER]
    sale = factory.sold(10)[2]
    triage = settling.complaint_on(
        sale, subject=SUBJECT, description=TEXT, expectation="credit", item_code=sale.items[0].item_code
    )
    photo = factory.upload("Complaint", triage.name, file_name="裂纹.png").file_url
    triage.append("evidence", {"file": photo, "kind": "photo", "caption": "裂纹"})
    triage.save()
    take_step(triage, "Start Triage", {})
    decided = {**factory.TRIAGED, "triage_rationale": TEXT, "complaint_owner": agent}

    def moved(*steps: tuple[str, dict]):
        doc = settling.complaint_on(
            sale, subject=SUBJECT, description=TEXT, item_code=sale.items[0].item_code
        )
        for action, values in steps:
            factory.tick_all(doc)
            take_step(doc, action, values)
        return doc

    investigated = moved(("Start Triage", {}), ("Investigate", decided))
    confirmed = moved(
        ("Start Triage", {}),
        ("Solve Directly", decided | {"no_investigation_reason": TEXT}),
        ("Ask the Customer", {"reply": TEXT, "remedy_required": "no", "no_remedy_reason": TEXT}),
    )
    words = {"problem": TEXT, "findings": TEXT, "conclusion": TEXT, "title": SUBJECT}
    study = factory.investigation(investigated, **words)
    cause = factory.verified_cause(study)
    frappe.db.set_value(
        "Root Cause", cause.name, {"title": SUBJECT, "description": TEXT, "verification_method": TEXT}
    )
    with factory.as_user(study.investigator):
        take_step(study, "Start", {})
    plan = {"investigation": study.name, "title": SUBJECT, "criterion": TEXT, "complaint_type": "Leak",
            "actions": [{"action": TEXT, "action_type": "corrective", "action_owner": people[roles.ACTION_OWNER], "due_date": add_days(nowdate(), 10)}]}  # fmt: skip
    acting = factory.implemented_capa(**plan)
    capa = factory.capa_in_effect(
        title=SUBJECT, criterion=TEXT, metric="complaint_count", max_count=9, window_days=30
    )
    capa.db_set({"window_start": add_days(nowdate(), -40), "window_end": add_days(nowdate(), -10)})
    capa.reload()
    effectiveness.compute(capa)
    line = {"sales_invoice_item": sale.items[0].name, "item_code": sale.items[0].item_code, "qty": 1, "rate": factory.RATE,
            "amount": factory.RATE}  # fmt: skip
    with factory.as_user(agent):
        proposed = settling.proposal(
            frappe.get_doc("Complaint", confirmed.name), sale, line, reason=TEXT
        ).insert()
        settled_on = settling.complaint_on(sale, subject=SUBJECT, description=TEXT)
        settlement = settling.proposal(settled_on, sale, line, reason=TEXT).insert()
    with factory.as_user(manager):
        settlement = frappe.get_doc(settlement.doctype, settlement.name)
        settlement.submit()
    risky = factory.complaint(subject=SUBJECT, description=TEXT, awareness_date=nowdate())
    assessment = factory.make("Reportability Assessment", complaint=risky.name, jurisdiction="EU", rule_key="eu_87_15_day",
                              awareness_date=nowdate())  # fmt: skip
    frappe.db.commit()
    return Day(
        triage.name, investigated.name, confirmed.name, settled_on.name, study.name, cause.name, capa.name, acting.name, proposed.name,
        settlement.name, settlement.documents[0].document_name, assessment.name, (*names(), *people.values()),
    )  # fmt: skip


def screens(day: Day) -> dict[str, list[Screen]]:
    """Role → the screens of its day, in order."""
    work = Screen("My Work Today", "my-work-today", drawn=".cq-work > *")
    workspace = Screen("Workspace", "complaints", drawn=".frappe-chart", charts=True)

    def complaint(name: str, step: str = "") -> Screen:
        return Screen(f"Complaint{' · ' + step if step else ''}", f"complaint/{name}", step)

    settlement, credit = f"complaint-settlement/{day.settlement}", f"sales-invoice/{day.credit_note}"
    return {
        roles.AGENT: [
            work, Screen("List of complaints", "complaint/view/list"),
            Screen("New complaint", "complaint/new"), complaint(day.confirmed, "Execute"), Screen("Settlement", settlement),
        ],
        roles.MANAGER: [
            workspace, work, Screen("Board", f"complaint/view/kanban/{BOARD}"), complaint(day.triage, "Investigate"),
            Screen("Proposed settlement", f"complaint-settlement/{day.proposed}"), Screen("Risk matrix", "query-report/Complaint Risk Matrix", drawn=".dt-cell", charts=True),
            Screen("SOP report", "query-report/SOP Performance by Stage", drawn=".dt-cell", charts=True),
        ],
        roles.INVESTIGATOR: [
            work, complaint(day.investigated), Screen("Investigation", f"investigation/{day.investigation}", "Submit for Review"),
            Screen("Root cause", f"root-cause/{day.cause}"), Screen("CAPA", f"capa/{day.acting}"),
        ],
        roles.QUALITY_MANAGER: [work, Screen("CAPA", f"capa/{day.capa}"), Screen("List of CAPAs", "capa/view/list")],
        roles.ACTION_OWNER: [work],
        roles.REGULATORY: [work, Screen("Assessment", f"reportability-assessment/{day.assessment}")],
        roles.ACCOUNTS_USER: [work, Screen("Credit note", credit, own=False), Screen("Settlement", settlement), complaint(day.settled)],
        roles.AUDITOR: [complaint(day.investigated), Screen("Register", "query-report/Complaint Register", drawn=".dt-cell", charts=True)],
    }  # fmt: skip
