"""The escalation steps of an SOP: read as a ladder, and refused where nothing could come of them."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt

from complaint_qms.constants.escalation import (
    BY_ROLE,
    BY_USER,
    CALL,
    CONTENT,
    NAMELESS,
    PERCENT,
    REASSIGN,
)
from complaint_qms.constants.rules import CALLED, RULE
from complaint_qms.engine.sla.steps import Step
from complaint_qms.services.people.absence import absent_users
from complaint_qms.services.record.labels import word

_TABLE = "escalation_steps"


def ladder_of(sop: Document) -> dict[str, Step]:
    """Key → step, in the order of the table."""
    steps = (_step(row) for row in sop.get(_TABLE) or ())
    return {step.key: step for step in steps}


def tidy_ladder(sop: Document) -> None:
    """Take out of each step what another answer of its row has made meaningless, so that what is shown is what counts."""
    for row in sop.get(_TABLE):
        if row.clock != "stage":
            row.stage = None
        if row.moment == PERCENT:
            row.hours = 0
        else:
            row.percent = 0
        if row.action != CALL:
            row.rule = None
        if row.action in NAMELESS:
            row.recipient = row.role = row.user = row.backup = None
        elif row.recipient != BY_USER:
            row.user = None


def check_ladder(sop: Document) -> None:
    """Refuse steps that are never reached or reach nobody.

    Raises:
        frappe.ValidationError: naming the row and what to do.
    """
    timed = {row.stage for row in sop.stages if flt(row.time_limit) > 0}
    limits = {
        "response": flt(sop.first_response_time) > 0,
        "resolution": flt(sop.resolution_time) > 0,
        "stage": bool(timed),
    }
    known: dict[str, int] = {}
    for row in sop.get(_TABLE):
        if wrong := _objection(row, limits, timed):
            frappe.throw(wrong)
        key = _step(row).key
        if key in known:
            frappe.throw(
                _("Escalation Steps, row {0}: it says the same as row {1}. Remove one of them.").format(
                    row.idx, known[key]
                )
            )
        known[key] = row.idx
    _check_people(sop)
    _check_rules(sop)


def _objection(row: Document, limits: dict[str, bool], timed: set[str]) -> str | None:
    if row.moment == PERCENT and flt(row.percent) <= 0:
        return _("Escalation Steps, row {0}: enter the Percent at which it is taken.").format(row.idx)
    if row.moment != PERCENT and flt(row.hours) <= 0:
        return _("Escalation Steps, row {0}: enter the Time after which it is taken.").format(row.idx)
    if not limits[row.clock]:
        return _(
            "Escalation Steps, row {0}: the clock “{1}” has no limit. Enter one, or remove the step."
        ).format(row.idx, word(row.clock))
    if row.clock == "stage" and row.stage and row.stage not in timed:
        return _(
            "Escalation Steps, row {0}: stage {1} has no time limit. Enter one, or remove the step."
        ).format(row.idx, word(row.stage))
    if row.action == CALL and not row.rule:
        return _("Escalation Steps, row {0}: choose the Rule.").format(row.idx)
    if row.action in NAMELESS:
        return None
    if not row.recipient:
        return _("Escalation Steps, row {0}: choose Whom.").format(row.idx)
    if row.recipient == BY_ROLE and not row.role:
        return _("Escalation Steps, row {0}: choose the Role.").format(row.idx)
    if row.recipient == BY_USER and not row.user:
        return _("Escalation Steps, row {0}: choose the User.").format(row.idx)
    if row.action == REASSIGN and row.recipient == "handler":
        return _(
            "Escalation Steps, row {0}: the handler has the complaint already. Choose somebody else."
        ).format(row.idx)
    return None


def _check_people(sop: Document) -> None:
    """Users whom a step newly names can sign in and may see complaints, and change them where one is to handle them."""
    before = sop.get_doc_before_save()
    known = {(row.user, row.backup) for row in before.get(_TABLE)} if before else set()
    rows = [row for row in sop.get(_TABLE) if (row.user, row.backup) not in known]
    named = {user for row in rows for user in (row.user, row.backup) if user}
    gone = absent_users(named)
    for row in rows:
        needed = "write" if row.action == REASSIGN else "read"
        for user in filter(None, (row.user, row.backup)):
            if user in gone or not frappe.has_permission("Complaint", needed, user=user):
                frappe.throw(
                    _(
                        "Escalation Steps, row {0}: {1} cannot sign in or has no right to complaints. Choose somebody else."
                    ).format(row.idx, frappe.bold(escape_html(user)))
                )


def _check_rules(sop: Document) -> None:
    """Rules that a step newly calls are in use, start when they are called, and are asked of complaints of the SOP."""
    before = sop.get_doc_before_save()
    known = {row.rule for row in before.get(_TABLE)} if before and before.company == sop.company else set()
    rows = [row for row in sop.get(_TABLE) if row.rule and row.rule not in known]
    if not rows:
        return
    fields = ["name", "enabled", "when_event", "company"]
    found = frappe.get_all(RULE, {"name": ("in", [row.rule for row in rows])}, fields, order_by="name asc")
    rules = {rule.name: rule for rule in found}
    for row in rows:
        rule = rules.get(row.rule)
        if rule and (wrong := _objection_to(rule, sop)):
            frappe.throw(wrong.format(row.idx, frappe.bold(escape_html(row.rule))))


def _objection_to(rule: frappe._dict, sop: Document) -> str | None:
    if not rule.enabled:
        return _("Escalation Steps, row {0}: the rule {1} is not enabled. Enable it, or choose another one.")
    if rule.when_event != CALLED:
        return _(
            "Escalation Steps, row {0}: the rule {1} starts by itself. Choose one that starts when it is called."
        )
    if rule.company and sop.company and rule.company != sop.company:
        return _(
            "Escalation Steps, row {0}: the rule {1} is of another company than this SOP. Choose another one."
        )
    return None


def _step(row: Document) -> Step:
    values = {field: row.get(field) or "" for field in CONTENT if field not in ("percent", "hours")}
    return Step(amount=flt(row.percent if row.moment == PERCENT else row.hours, 3), **values)
