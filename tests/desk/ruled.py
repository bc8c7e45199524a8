"""Rules for tests, and what the log keeps of them."""

from __future__ import annotations

import json

import frappe

from complaint_qms.constants import rules
from tests.desk import factory

MANY = {"fact": rules.COUNT, "args": {"by": "customer", "days": 30}, "op": ">", "value": 3}


def rule(*actions: dict, conditions: dict | None = None, **values: object):
    """A saved rule; adds a tag unless it is told to do something else."""
    return frappe.get_doc(
        {
            "doctype": rules.RULE,
            "title": factory.unique("Rule"),
            "when_event": rules.REGISTRATION,
            "conditions": json.dumps(conditions or {"all": []}),
            "actions": list(actions) or [{"do": "add_tag", "tag": "seen"}],
            **values,
        }
    ).insert()


def log_of(doc) -> list[dict]:
    rows = frappe.get_all(
        rules.LOG,
        {"rule": doc.name},
        ["name", "complaint", "state", "reason", "outcome", "rule_version"],
        order_by="creation asc, name asc",
    )
    return [dict(row) for row in rows]


def tags(doc) -> str:
    return frappe.db.get_value("Complaint", doc.name, "_user_tags") or ""
