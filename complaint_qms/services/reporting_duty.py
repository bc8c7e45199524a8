"""Deadline of a reportability assessment, counted by the engine from awareness or from what its rule names."""

from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import format_date, getdate

from complaint_qms.constants import roles
from complaint_qms.constants.reportability import RULES
from complaint_qms.engine.reportability import Rule, deadline, rules_from_data
from complaint_qms.services.lifecycle import GateError

# The event a rule counts from → field of the assessment with its day.
_DAY_ZERO = {"awareness": "awareness_date", "new_information": "information_date"}


def rules() -> dict[str, Rule]:
    """The reporting rules by key."""
    return {rule.key: rule for rule in rules_from_data(RULES)}


def set_deadline(doc: Document) -> None:
    """Set the deadline of an assessment from its rule; one without a rule keeps the date that was entered.

    Work days leave out weekends and the company's holiday list.

    Raises:
        frappe.ValidationError: the rule is unknown, the day it counts from is missing, or there is neither a rule nor a
            date.
    """
    rule = rules().get(doc.rule_key or "")
    if doc.rule_key and not rule:
        frappe.throw(
            _("G3: there is no reporting rule {0}. Choose one of {1}.").format(
                doc.rule_key, ", ".join(sorted(rules()))
            )
        )
    if rule and rule.days is not None:
        field = _DAY_ZERO[rule.counts_from]
        if not doc.get(field):
            frappe.throw(
                _("G3: the deadline of rule {0} counts from {1}. Enter that date.").format(
                    rule.key, _(doc.meta.get_label(field))
                )
            )
        doc.deadline = deadline(
            getdate(doc.get(field)), rule.days, rule.unit, holidays=_holidays(doc.complaint)
        )
    elif not doc.deadline:
        frappe.throw(_("G3: choose the Rule that sets the deadline, or enter the Deadline."))


def check_dates(doc: Document) -> None:
    """Nobody knows of tomorrow, and information is new only after the event was known.

    Raises:
        frappe.ValidationError: a date that cannot be.
    """
    if doc.awareness_date and getdate(doc.awareness_date) > getdate():
        frappe.throw(_("Awareness Date lies in the future. Enter when the company first knew of the event."))
    if not doc.information_date:
        return
    if getdate(doc.information_date) > getdate():
        frappe.throw(_("New Information On lies in the future. Enter when the new information arrived."))
    if doc.awareness_date and getdate(doc.information_date) < getdate(doc.awareness_date):
        frappe.throw(_("New Information On is before Awareness Date. Correct one of them."))


def check_awareness(doc: Document) -> None:
    """The company knew of the event no later than its complaint says.

    Raises:
        frappe.ValidationError: a later date, which would move the deadline.
    """
    known = frappe.db.get_value("Complaint", doc.complaint, "awareness_date")
    if known and getdate(doc.awareness_date) > getdate(known):
        frappe.throw(
            _("G3: the complaint was known on {0}: Awareness Date cannot be later.").format(
                format_date(known)
            )
        )


def check_withdrawn(complaint: Document) -> None:
    """Taking back that an event is reportable needs Regulatory Affairs, or their finished assessment that says so.

    Raises:
        GateError: neither.
    """
    before = complaint.get_doc_before_save()
    if not before or before.reportable != "yes" or before.stage in ("intake", "triage"):
        return
    decided = {"complaint": complaint.name, "status": "not_reportable"}
    if (
        frappe.session.user == "Administrator"
        or roles.REGULATORY in frappe.get_roles()
        or frappe.db.exists("Reportability Assessment", decided)
    ):
        return
    frappe.throw(
        _(
            "G3: this event was found reportable. Only {0} takes that back, or their assessment that decides so."
        ).format(_(roles.REGULATORY)),
        GateError,
    )


def _holidays(complaint: str) -> frozenset[date]:
    company = frappe.db.get_value("Complaint", complaint, "company")
    holiday_list = company and frappe.get_cached_value("Company", company, "default_holiday_list")
    if not holiday_list:
        return frozenset()
    return frozenset(
        frappe.get_all(
            "Holiday", filters={"parent": holiday_list}, pluck="holiday_date", order_by="holiday_date asc"
        )
    )
