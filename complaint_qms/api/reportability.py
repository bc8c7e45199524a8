"""Reportability over the wire: questions answered one by one, and versions of the rules behind them."""

from typing import Any

import frappe

from complaint_qms.api.arguments import checked
from complaint_qms.constants.reportability import RULE_SET
from complaint_qms.services.reportability import questionnaire, rule_sets

_ASSESSMENT = "Reportability Assessment"


@frappe.whitelist(methods=["GET", "POST"])
@checked
def questions(name: str) -> dict[str, Any] | None:
    """The questions of an assessment, what was answered, and the outcome; see `questionnaire.shown_questions`."""
    doc = frappe.get_doc(_ASSESSMENT, name)
    doc.check_permission("read")
    return questionnaire.shown_questions(doc)


@frappe.whitelist(methods=["POST"])
@checked
def answer(name: str, question: str, answer: str, remark: str = "") -> dict[str, Any] | None:
    """Answer the question that is asked next, or an earlier one otherwise; what is asked then."""
    doc = frappe.get_doc(_ASSESSMENT, name)
    doc.check_permission("write")
    questionnaire.give_answer(doc, question, answer, remark)
    return questionnaire.shown_questions(doc)


@frappe.whitelist(methods=["POST"])
@checked
def release(name: str, note: str) -> str:
    """Put a draft of the rules into force; `note`: with which text of the law it was compared. Its status then."""
    frappe.has_permission(RULE_SET, "write", throw=True)
    return rule_sets.release_rules(name, note).status


@frappe.whitelist(methods=["POST"])
@checked
def withdraw(name: str) -> str:
    """Take the rules of a jurisdiction out of force. Their status then."""
    frappe.has_permission(RULE_SET, "write", throw=True)
    return rule_sets.withdraw_rules(name).status


@frappe.whitelist(methods=["POST"])
@checked
def make_version(name: str) -> str:
    """Make a draft of what a version says; its name."""
    frappe.has_permission(RULE_SET, "create", throw=True)
    return rule_sets.make_rules_version(name).name
