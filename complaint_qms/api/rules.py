"""Rules without code over the wire: what they can be made of, a rule in words, and a rule tried on the past."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from complaint_qms.api.arguments import checked, read_by_the_framework, read_parts
from complaint_qms.constants.rules import MOST_DAYS_TRIED, RULE
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.record.input_validation import read_object, refuse
from complaint_qms.services.rules import catalogue, checking, rule_text, threshold_trial, trial


@frappe.whitelist(methods=["GET", "POST"])
@checked
def vocabulary() -> dict[str, Any]:
    """What conditions are about and how they compare: see services.rules.catalogue."""
    frappe.has_permission(RULE, "read", throw=True)
    return catalogue.vocabulary()


@frappe.whitelist(methods=["POST"])
@checked
def describe(rule: Any) -> dict[str, Any]:
    """A rule in words, saved or not.

    Returns:
        {words, actions: [words of each]}
    """
    frappe.has_permission(RULE, "read", throw=True)
    sent = _rule(rule)
    with read_by_the_framework("rule"):  # nothing of it has been checked yet
        return {
            "words": rule_text.rule_in_words(sent),
            "actions": [rule_text.act_in_words(row) for row in sent["actions"]],
        }


@frappe.whitelist(methods=["POST"])
@checked
def try_on_past(rule: Any, days: int) -> dict[str, Any]:
    """What a rule, saved or not, would have done in the last days; writes nothing: see services.rules.trial."""
    frappe.has_permission(RULE, "write", throw=True)
    frappe.has_permission("Complaint", "read", throw=True)
    _check_days(days)
    sent = _rule(rule)
    with read_by_the_framework("rule"):
        doc = frappe.get_doc({**sent, "doctype": RULE})
        checking.check_rule(doc)
    return trial.on_the_past(doc.as_dict(), days, now_datetime())


@frappe.whitelist(methods=["POST"])
@checked
def try_threshold_on_past(row: Any, days: int) -> dict[str, Any]:
    """When a row of the thresholds, saved or not, would have risen in the last days; writes nothing: see services.rules.threshold_trial.

    Args:
        row: {by, measure, at_least, days, fewest, company}, as an object or as its JSON text.
    """
    frappe.has_permission(SETTINGS, "write", throw=True)
    frappe.has_permission("Complaint", "read", throw=True)
    _check_days(days)
    sent = read_object(row, _("Send the row as an object in “row”."))
    with read_by_the_framework("row"):
        return threshold_trial.on_the_past(sent, days, now_datetime())


def _check_days(days: int) -> None:
    if not 1 <= days <= MOST_DAYS_TRIED:
        refuse(_("Days Back: enter a whole number from 1 to {0}.").format(MOST_DAYS_TRIED))


def _rule(sent: Any) -> dict[str, Any]:
    """A rule as the form holds it.

    Raises:
        frappe.ValidationError: it is none.
    """
    read = read_parts("rule", sent)
    if not isinstance(read, dict):
        refuse(_("“{0}” has to be a list or an object, or its JSON text.").format("rule"))
    actions = read.get("actions") or []
    if not isinstance(actions, list) or not all(isinstance(row, dict) for row in actions):
        refuse(_("“{0}” has to be a list or an object, or its JSON text.").format("actions"))
    return {**read, "actions": actions}
