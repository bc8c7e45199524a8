"""The lives of the demo's complaints: registered through the one door, moved by the real steps, each by who may."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import frappe
from frappe.model.document import Document

from complaint_qms.demo import corrective
from complaint_qms.demo.enclosures import Correspondence, photos
from complaint_qms.demo.planning import (
    ASKED,
    DRAFTED,
    FOR_CUSTOMER,
    OFFERED,
    PROPOSED,
    REJECTED,
    STUDIED,
    Plan,
)
from complaint_qms.demo.settling import reject, settle
from complaint_qms.demo.stories import (
    DETAILS,
    DETAILS_ZH,
    FIELD_PLACE,
    LEAK,
    MONITOR,
    NOT_A_COMPLAINT,
    REPLIES,
    REPLY_ZH,
    STUDIES,
    Story,
)
from complaint_qms.demo.supply import Sale
from complaint_qms.demo.time_travel import at, into_office, working
from complaint_qms.services.intake import register
from complaint_qms.services.lifecycle.guard import take_step

CHANNELS = ("Phone", "Phone", "Email", "Email", "Web Form", "WeCom", "On Site", "Distributor")
# Working hours that a stage takes, from and to; now and then one takes much longer than its limit.
HOURS = {
    "triage": (0.3, 3.0),
    "investigate": (1.0, 7.0),
    "solve": (14.0, 58.0),
    "confirm": (2.0, 20.0),
    "execute": (4.0, 34.0),
    "review": (3.0, 36.0),
    "closed": (1.0, 14.0),
}
SLOW_SHARE, SLOW_FACTOR = 0.09, 2.6
WITHOUT_STUDY = "The cause is known from earlier cases and no product is suspected."
ITEM_FREE = ("Late Delivery", "No Answer or Call-back", "Overcharged", "Invoice Wrong or Missing")


class Pending(Exception):
    """The next step of a life lies in the future."""


@dataclass
class Office:
    """Who works on the complaints, and what they know by now.

    Attributes:
        users: key of a person → user.
        end: the real present; nothing happens after it.
        study: Investigation on the bad lot, once it is completed.
        studied: types that have an investigation of their own already, with how many.
        counts: what was made, by kind.
    """

    company: str
    users: dict[str, str]
    random: Random
    end: datetime
    study: str | None = None
    study_done: datetime | None = None
    studied: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


def live(office: Office, plan: Plan) -> None:
    """Register a complaint and move it as far as its plan and the present let it come."""
    doc, moment = _register(office, plan)
    life = Life(office, plan, doc, moment)
    with contextlib.suppress(Pending):
        {"reject": life.reject, "duplicate": life.repeat, "void": life.void}.get(plan.ending, life.close)()
    office.count(life.doc.stage)


def _register(office: Office, plan: Plan) -> tuple[Document, datetime]:
    random, story, sale = office.random, plan.story, plan.sale
    chinese = bool(story and story.chinese) or (
        not story and frappe.db.get_value("Customer", sale.customer, "language") == "zh"
    )
    agent = office.users["agent_zh" if chinese else "agent"]
    if story:
        subject, text, wants = story.subject, story.text, story.wants
    else:
        subject, text = NOT_A_COMPLAINT[2] if chinese else random.choice(NOT_A_COMPLAINT[:2])
        wants = "information"
    more = random.choice(DETAILS_ZH if chinese else DETAILS)
    data: dict[str, Any] = {
        "subject": subject,
        "company": office.company,
        "customer": sale.customer,
        "description": f"<p>{text}</p><p>{more}</p>" if story and not plan.field_case else f"<p>{text}</p>",
        "expectation": wants,
        "contact_person": frappe.get_cached_value("Customer", sale.customer, "customer_primary_contact"),
        "channel": "WeChat" if chinese and random.random() < 0.4 else random.choice(CHANNELS),
        "urgency": story.urgency if story else "low",
        "received_at": plan.received,
        "language": "zh" if chinese else None,
    }
    if story:
        data |= _about(story, sale, random, plan.received)
    if plan.field_case:
        place = f"{FIELD_PLACE}, {sale.customer}"
        data |= {"channel": "On Site", "incident_place": place, "incident_date": plan.received.date()}
    if plan.left_open in FOR_CUSTOMER:
        data["channel"] = "Email"
    now = into_office(plan.received + timedelta(minutes=random.randint(6, 80)))
    with at(now, agent):
        if story:
            data["evidence"] = photos(story, sale, data, random)
        doc = register.register({key: value for key, value in data.items() if value is not None}, now=now)
    return doc, now


def _about(story: Story, sale: Sale, random: Random, received: datetime) -> dict[str, Any]:
    """What the complaint says about product and sale."""
    about: dict[str, Any] = {"complaint_type": story.complaint_type, "sales_invoice": sale.sales_invoice}
    if story.complaint_type in ITEM_FREE:
        return about
    about |= {"item_code": sale.item_code, "batch_no": sale.batch, "delivery_note": sale.delivery_note}
    about["incident_date"] = max(
        (received - timedelta(days=random.randint(0, 5))).date(), sale.delivered.date()
    )
    if sale.item_code == MONITOR and sale.serials:
        about |= {"serial_no": random.choice(sale.serials), "qty": 1}
    else:
        about["qty"] = max(1, min(int(sale.qty), random.randint(1, 9)))
    if story.wants in ("credit", "refund"):
        about["claimed_amount"] = round(about["qty"] * sale.rate, 2)
    return about


class Life:
    """One complaint on its way; every step is taken by the person whose turn it is, at its moment."""

    def __init__(self, office: Office, plan: Plan, doc: Document, moment: datetime) -> None:
        self.office, self.plan, self.doc, self.moment = office, plan, doc, moment
        self.users, self.random, self.story = office.users, office.random, plan.story
        self.agent = doc.received_by
        factor = SLOW_FACTOR if self.random.random() < SLOW_SHARE else 1.0
        self.mails = Correspondence(doc, chinese=doc.language == "zh")
        with at(moment, self.agent):
            self.mails.write_in()
        self.slow_stage = self.random.choice(list(HOURS)) if factor > 1 else None
        if plan.left_open:  # it comes as far as it is to come
            self.slow_stage = None

    def wait(self, stage: str) -> None:
        """Let the time pass that the stage before `stage` takes."""
        if self.plan.stop_at == stage:
            raise Pending
        low, high = HOURS[stage]
        hours = self.random.uniform(low, high) * (SLOW_FACTOR if stage == self.slow_stage else 1)
        self.until(working(self.moment, hours))

    def until(self, moment: datetime) -> None:
        if moment > self.office.end:
            raise Pending
        self.moment = max(moment, self.moment)

    def step(self, user: str, action: str, **values: Any) -> None:
        """Take a step as `user`, the hand-over checks ticked."""
        with at(self.moment, user):
            self.doc = frappe.get_doc("Complaint", self.doc.name)
            for row in self.doc.checklist:
                row.done = 1
            take_step(self.doc, action, values)

    def triage(self, action: str = "", **values: Any) -> None:
        self.wait("triage")
        self.step(self.agent, "Start Triage", first_response_at=self.moment)
        with at(self.moment, self.agent):
            self.mails.acknowledge(self.agent)
        self.wait("investigate")
        if action:
            self.step(self.users["manager"], action, **values)

    # Ends ------------------------------------------------------------------------------------------------------------

    def reject(self) -> None:
        self.triage(
            "Reject",
            is_complaint="no",
            reportable="no",
            triage_rationale="A question, nothing is wrong with a product or a delivery.",
            rejection_reason="Answered by mail; the customer knows how to file a complaint.",
        )

    def repeat(self) -> None:
        """The customer writes a second time before anybody has looked at the first complaint."""
        again = working(self.moment, 3)
        self.until(again + timedelta(hours=2))
        doc, moment = _register(self.office, replace(self.plan, received=again))
        self.office.count("repeated")
        second = Life(self.office, self.plan, doc, moment)
        try:
            second.triage()
            second.step(second.agent, "Merge into Another", duplicate_of=self.doc.name)
        finally:
            self.office.count(second.doc.stage)
        self.until(second.moment)
        self.close()

    def void(self) -> None:
        self.wait("triage")
        self.step(
            self.users["manager"], "Void", void_reason="Entered twice by mistake while the line was bad."
        )

    def close(self) -> None:
        story = self.story
        self.triage()
        if self.plan.left_open == ASKED:
            with at(self.moment, self.agent):
                self.mails.ask(self.agent)
            raise Pending
        harmed = story.complaint_type == "Safety or Harm"
        values = {
            "is_complaint": "yes",
            "severity": story.severity,
            "occurrence": self._occurrence(),
            "harm_level": story.harm,
            "reportable": "assessing" if harmed else "no",
            "triage_rationale": "Harm to a person; checked against the reporting duties."
            if harmed
            else "Goes against what was promised; nobody is in danger.",
            "complaint_owner": self.agent,
        }
        remedy = self._remedy()
        self._look_into(values)
        if self.plan.ending == "hold":
            self.hold()
        self.wait("confirm")
        self._answer(remedy)
        if self.plan.left_open == OFFERED:
            raise Pending
        if self.plan.left_open == REJECTED:
            self.until(working(self.moment, 3))
            reject(self.settlement, self.users["manager"], self.moment)
            raise Pending
        self.wait("execute")
        with at(self.moment, self.agent):
            self.mails.thank(self.random)
        self.step(self.agent, "Execute", customer_agreement="agreed", reply_sent_at=self.moment)
        if remedy:
            self._settle()
        self.wait("review")
        self.step(self.agent, "Send to Review")
        if harmed:
            corrective.assess_reportability(self)
        self.wait("closed")
        self.step(self.users["manager"], "Close", **self._closing())

    def hold(self) -> None:
        self.until(working(self.moment, self.random.uniform(1, 6)))
        back = (self.moment + timedelta(days=self.random.randint(9, 30))).date()
        self.step(
            self.agent,
            "Hold",
            hold_reason="Waits for the sample that the customer sends back.",
            hold_until=back,
        )
        raise Pending

    # Parts -----------------------------------------------------------------------------------------------------------

    def _occurrence(self) -> str:
        """Most are judged as often as their kind happens; some a step more or less."""
        scale = ("Improbable", "Remote", "Occasional", "Probable", "Frequent")
        place = scale.index(self.story.occurrence) + self.random.choice((-1, 0, 0, 0, 1))
        return scale[min(max(place, 0), 4)]

    def _look_into(self, values: dict[str, Any]) -> None:
        """Triage decides for an investigation where the product is suspected, and how it is answered."""
        office, story, manager = self.office, self.story, self.users["manager"]
        self.capa = None
        if self.plan.left_open == STUDIED:
            self.step(manager, "Investigate", **values)
            corrective.Study(self, self.users["investigator"]).begin(STUDIES[story.complaint_type][0])
            raise Pending
        if self.plan.sale.batch and story in LEAK:
            self.step(manager, "Investigate", **values)
            self._leak()
            return
        known = office.studied.get(story.complaint_type, 0)
        if story.complaint_type in STUDIES and known < 3 and not self.plan.left_open:
            office.studied[story.complaint_type] = known + 1
            self.step(manager, "Investigate", **values)
            study = corrective.Study(self, self.users["investigator" if known % 2 else "investigator_2"])
            study.run(STUDIES[story.complaint_type], first=known == 0)
            self.wait("solve")
            self.step(study.investigator, "Hand Over to Solution")
            return
        self.step(manager, "Solve Directly", **values, no_investigation_reason=WITHOUT_STUDY)

    def _leak(self) -> None:
        office = self.office
        if not office.study:
            study = corrective.Study(self, self.users["investigator"])
            office.study, office.study_done = study.bad_lot()
            self.step(study.investigator, "Hand Over to Solution")
            return
        self.wait("solve")
        self.until(working(office.study_done, 2))
        self.step(
            self.users["investigator"],
            "Hand Over to Solution",
            covered_by_investigation=office.study,
            coverage_rationale="Same fault, and the batch contains the same lot of gaskets.",
        )

    def _remedy(self) -> str:
        """Remedy that will be settled; most complaints end with an answer alone."""
        if not self.doc.item_code or (self.random.random() > 0.3 and not self.plan.left_open):
            return ""
        return {"credit": "credit", "refund": "credit", "exchange": "replacement"}.get(self.story.wants, "")

    def _answer(self, remedy: str) -> None:
        """Reply to the customer, with the settlement proposed when there is a remedy."""
        if remedy:
            with at(self.moment, self.agent):
                self.settlement = settle(self.doc, self.plan.sale, remedy)
        values = {"remedy_required": "yes"} if remedy else {
            "remedy_required": "no", "no_remedy_reason": "The customer asked for an explanation only."
        }  # fmt: skip
        reply = REPLY_ZH if self.story.chinese else REPLIES[remedy]
        self.step(self.agent, "Ask the Customer", reply=reply, **values)
        with at(self.moment, self.agent):
            self.mails.answer(self.agent, reply)

    def _settle(self) -> None:
        """The manager submits the settlement, accounts the document it drafted."""
        if self.plan.left_open == PROPOSED:
            raise Pending
        self.until(working(self.moment, self.random.uniform(1, 6)))
        with at(self.moment, self.users["manager"]):
            settlement = frappe.get_doc("Complaint Settlement", self.settlement)
            settlement.submit()
        if self.plan.left_open == DRAFTED:
            raise Pending
        self.until(working(self.moment, self.random.uniform(1, 9)))
        with at(self.moment, self.users["accounts"]):
            for row in frappe.get_doc("Complaint Settlement", self.settlement).documents:
                frappe.get_doc(row.document_type, row.document_name).submit()
        self.office.count("settled")

    def _closing(self) -> dict[str, Any]:
        cause = frappe.db.exists("Root Cause", {"complaint": self.doc.name, "status": "verified"})
        judged = self.random.choices(("justified", "partly_justified", "not_justified"), (7, 2, 1))[0]
        values = {
            "closing_decision": "justified" if self.plan.field_case else judged,
            "closing_summary": "Answered, settled as agreed, and the customer is content.",
            "capa_required": "yes" if self.capa else "no",
        }
        if cause and not self.capa:
            values["no_capa_reason"] = "Single case; the cause was removed on the spot."
        return values
