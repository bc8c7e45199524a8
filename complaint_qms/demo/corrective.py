"""Investigations, root causes, CAPAs and reportability of the demo, each step by somebody who may take it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import frappe
from frappe.model.document import Document

from complaint_qms.demo.time_travel import at, working
from complaint_qms.services.capa import actions, effectiveness
from complaint_qms.services.lifecycle.guard import take_step

if TYPE_CHECKING:
    from complaint_qms.demo.cases import Life

_NOT_REPORTABLE = {
    "status": "not_reportable",
    "reason": "A bruise and a light burn that needed no treatment are no serious injury.",
}
_REPORTED = {
    "status": "reported",
    "reason": "The device showed a wrong value and a patient needed intensive care: serious injury.",
}


class Study:
    """The investigation of one complaint, and what follows from it."""

    def __init__(self, life: Life, investigator: str) -> None:
        self.life, self.users, self.investigator = life, life.users, investigator

    def run(self, findings: tuple, first: bool) -> None:
        """Open, investigate, find the cause, have it verified and completed; the first of its kind leads to a CAPA.

        Raises:
            Pending: the next step lies in the future; what was done so far stays.
        """
        life = self.life
        text, conclusion, cause, capa = findings
        doc = self.begin(text)
        life.until(working(life.moment, life.random.uniform(8, 40)))
        if first:
            self._cause(doc, *cause, conclusion)
        outcome = {"outcome": "confirmed"} if first else {"outcome": "inconclusive"}
        doc = self._move(
            doc,
            self.investigator,
            "Submit for Review",
            findings=f"<p>{text}</p>",
            conclusion=conclusion,
            meets_specification="no" if first else "unknown",
            checks=[{"check": "Visual", "method": "Eye, 10×", "result": text, "verdict": "does_not_conform"}],
            **outcome,
        )
        life.until(working(life.moment, life.random.uniform(2, 12)))
        doc = self._move(doc, self.users["quality"], "Complete")
        life.office.count("investigated")
        if first and capa:
            stages = ("effectiveness", "implement", "plan_review", "verify", "draft", "implement")
            number = life.office.counts.get("capas", 0)
            life.capa = Capa(life, doc, *capa).run(stages[number % len(stages)], short=number == 0)

    def begin(self, problem: str) -> Document:
        """Open the investigation and start it."""
        life = self.life
        doc = self._open(life.doc.subject)
        life.until(working(life.moment, life.random.uniform(3, 12)))
        return self._move(doc, self.investigator, "Start", problem=problem)

    def bad_lot(self) -> tuple[str, datetime]:
        """The investigation that finds the bad lot of gaskets: it traces batches, names the supplier, leads to a CAPA."""
        life = self.life
        doc = self._open("Leaks of kettles and flasks")
        life.until(working(life.moment, 3))
        problem = "Leaks at the seal, on batches of two products made in the same weeks."
        doc = self._move(
            doc, self.investigator, "Start", problem=problem, containment="Batches on hold in the warehouse."
        )
        life.until(working(life.moment, 30))
        why = (
            ("Why does it leak?", "The gasket does not follow the groove."),
            ("Why not?", "Its hardness is 74 Shore A where 60 ± 5 is specified."),
            ("Why is it so hard?", "One lot was cured too long at the supplier."),
            ("Why was it used?", "Incoming inspection checks size, not hardness."),
        )
        self._cause(
            doc,
            "Gasket lot too hard",
            "occurrence",
            "material",
            "supplier",
            "Supplier cured the lot too long.",
            whys=why,
        )
        conclusion = "One lot of gaskets is too hard; every batch made with it leaks sooner or later."
        doc = self._move(
            doc,
            self.investigator,
            "Submit for Review",
            findings="<p>All leaking pieces come from batches with the same lot of gaskets; hardness 74 Shore A.</p>",
            outcome="confirmed",
            conclusion=conclusion,
            meets_specification="no",
            contributing_party="Supplier of the gaskets",
            checks=[
                {
                    "check": "Hardness of gasket",
                    "method": "Shore A",
                    "result": "74, specified 60 ± 5",
                    "verdict": "does_not_conform",
                },
                {"check": "Size of gasket", "method": "Gauge", "result": "62.0 mm", "verdict": "conforms"},
            ],
        )
        life.until(working(life.moment, 6))
        doc = self._move(doc, self.users["quality"], "Complete")
        life.office.count("investigated")
        life.capa = Capa(life, doc, "Measure hardness of every lot of gaskets", "both").run(
            "effectiveness", short=True
        )
        return doc.name, life.moment

    def _open(self, title: str) -> Document:
        life = self.life
        with at(life.moment, life.users["manager"]):
            values = {"complaint": life.doc.name, "title": title, "investigator": self.investigator}
            values["due_date"] = (life.moment + timedelta(days=14)).date()
            return frappe.get_doc({"doctype": "Investigation", **values}).insert()

    def _move(self, doc: Document, user: str, action: str, **values: Any) -> Document:
        with at(self.life.moment, user):
            doc = frappe.get_doc("Investigation", doc.name)
            take_step(doc, action, values)
        return doc

    def _cause(
        self, study: Document, title: str, kind: str, category: str, origin: str, text: str, whys: tuple = ()
    ) -> None:
        """A root cause by the investigator, verified by the quality manager."""
        life = self.life
        whys = whys or (("Why did it happen?", text), ("Why was it not noticed?", "Nobody looks for it."))
        values = {
            "title": title,
            "investigation": study.name,
            "cause_type": kind,
            "category": category,
            "origin": origin,
            "method": "5_why",
            "description": f"<p>{text}</p>",
            "verification_method": "The fault comes and goes with the cause.",
            "whys": [{"level": level, "question": q, "answer": a} for level, (q, a) in enumerate(whys, 1)],
        }
        with at(life.moment, self.investigator):
            cause = frappe.get_doc({"doctype": "Root Cause", **values}).insert()
        with at(working(life.moment, 1), self.users["quality"]):
            cause = frappe.get_doc("Root Cause", cause.name)
            cause.status = "verified"
            cause.save()


class Capa:
    """A corrective action brought to the stage that is wanted, as far as the present allows."""

    def __init__(self, life: Life, study: Document, title: str, kind: str) -> None:
        self.life, self.users, self.study, self.title, self.kind = life, life.users, study, title, kind

    def run(self, stage: str, short: bool = False) -> str:
        """Name of the CAPA; `short`: its window for effectiveness is over soon."""
        life, moment = self.life, self.life.moment
        owner, quality, author = self.users["owner"], self.users["quality"], self.users["investigator"]
        days = {"window_days": 45, "baseline_days": 120} if short else {}
        values = {
            "title": self.title,
            "capa_type": self.kind,
            "investigation": self.study.name,
            "criterion": "Complaints of this kind per unit delivered fall to half or less.",
            "metric": "complaint_rate",
            "max_rate_ratio": 0.5,
            "min_exposure": 50,
            "actions": [
                {
                    "action": self.title,
                    "action_owner": owner,
                    "due_date": (moment + timedelta(days=21)).date(),
                },
                {
                    "action": "Train the people at the station",
                    "action_type": "preventive",
                    "action_owner": owner,
                    "due_date": (moment + timedelta(days=28)).date(),
                },
            ],
            **days,
        }
        with at(moment, author):
            doc = frappe.get_doc({"doctype": "CAPA", **values}).insert()
            # Its scope is the product and the kind of complaint, not the one batch.
            doc.update({"batch_no": None, "complaint_type": life.doc.complaint_type})
            doc.save()
        life.office.count("capas")
        way = (
            ("plan_review", 2, author, "Submit Plan", {}),
            ("implement", 5, quality, "Approve Plan", {}),
            ("done", 330 if short else 30, owner, "", {}),
            ("verify", 4, author, "Submit for Verification", {}),
            (
                "effectiveness",
                8,
                quality,
                "Verify",
                {
                    "verification_note": "Seen at the station.",
                    "no_harm": 1,
                    "no_harm_note": "No other property changed.",
                },
            ),
        )
        for reached, hours, user, action, changes in way:
            if stage == "draft":
                break
            moment = working(moment, hours)
            if moment > life.office.end:
                break
            with at(moment, user):
                self._step(doc.name, action, changes)
            if reached == stage:
                break
        return doc.name

    def _step(self, name: str, action: str, changes: dict[str, Any]) -> None:
        doc = frappe.get_doc("CAPA", name)
        if action:
            take_step(doc, action, changes)
            return
        for row in list(doc.actions):
            doc = frappe.get_doc("CAPA", name)
            actions.complete(doc, row.name, "Done; record in the shift book.", None)


def judge_effectiveness(users: dict[str, str], end: datetime) -> int:
    """Compute every CAPA whose window is over; the last is left for the quality manager to judge. Number computed."""
    over = frappe.get_all(
        "CAPA",
        filters={
            "stage": "effectiveness",
            "window_end": ("<", end.date()),
            "owner": ("in", list(users.values())),
        },
        pluck="name",
        order_by="window_end asc, name asc",
    )
    for name in over:
        with at(end, users["quality"]):
            effectiveness.compute(frappe.get_doc("CAPA", name))
    for name in over[:-1]:
        with at(end, users["quality"]):
            doc = frappe.get_doc("CAPA", name)
            if doc.verdict == "insufficient_data":
                continue
            action = "Close as Effective" if doc.verdict == "effective" else "Ineffective"
            take_step(
                doc,
                action,
                {"effect_conclusion": doc.verdict, "effect_note": "Judged by the computed rates."},
            )
    return len(over)


def assess_reportability(life: Life) -> None:
    """Regulatory decides for older events; for a recent one the assessment is still open, and the complaint waits."""
    open_still = not life.plan.field_case and (
        life.moment > life.office.end - timedelta(days=70) or not life.office.counts.get("assessed_open")
    )
    values = {
        "complaint": life.doc.name,
        "jurisdiction": "United States (FDA)",
        "rule_key": "us_803_30_day",
        "awareness_date": life.doc.awareness_date,
        "used_for_treatment": "yes",
        "met_specification": "no" if life.plan.field_case else "unknown",
    }
    with at(life.moment, life.users["regulatory"]):
        doc = frappe.get_doc({"doctype": "Reportability Assessment", **values}).insert()
    if open_still:
        life.office.count("assessed_open")
        life.plan.stop_at = "closed"
        return
    life.until(working(life.moment, 12))
    decision = _REPORTED if life.plan.field_case else _NOT_REPORTABLE
    with at(life.moment, life.users["regulatory"]):
        doc.reload()
        doc.update(decision)
        if life.plan.field_case:
            doc.submitted_on = life.moment.date()
            doc.submission_reference = f"3005550199-{life.moment.year}-00007"
        doc.save()
    with at(life.moment, life.users["regulatory" if life.plan.field_case else "manager"]):
        complaint = frappe.get_doc("Complaint", life.doc.name)
        complaint.reportable = "yes" if life.plan.field_case else "no"
        complaint.save()
