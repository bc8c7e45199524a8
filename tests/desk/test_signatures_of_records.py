"""Investigations and assessments are signed as complaints are; rules that contradict each other; what field actions kept themselves."""

from __future__ import annotations

import json

import frappe
import pytest

from complaint_qms.api import judgement
from complaint_qms.api import signatures as door
from complaint_qms.constants import roles
from complaint_qms.constants.signatures import SIGNATURE
from complaint_qms.exceptions import GateError
from complaint_qms.patches.v1_0 import signatures_of_field_actions
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.signatures.given import manifest
from tests.desk import factory
from tests.desk.recalls import Sold, running
from tests.desk.signed_steps import (
    ask_for,
    closer,
    kept,
    refused,
    regulate,
    rule,
    sign,
)


@pytest.fixture(autouse=True)
def regulated(site) -> None:
    regulate()


def test_investigations_capas_and_assessments_are_signed_too() -> None:
    study = factory.under_review(factory.at_stage("investigate"))
    person = closer()
    with factory.as_user(person):
        with pytest.raises(GateError, match="Approval of the investigation"):
            take_step(frappe.get_doc("Investigation", study.name), "Complete", {})
        sign(study, "Approval of the investigation", "completed", action="Complete")
    assert study.reload().stage == "completed"
    assert door.standing("Investigation", study.name)["given"][0]["holds"]
    event = factory.make(
        "Reportability Assessment",
        complaint=factory.in_triage().name,
        jurisdiction="FDA",
        rule_key="us_803_30_day",
    )
    with factory.as_user(factory.person(roles.REGULATORY, "System Manager")):
        action = "Decide “Not Reportable”"
        with pytest.raises(GateError, match="Decision on reportability"):
            judgement.judge(event.doctype, event.name, action, {"reason": "No harm"})
        event.reload().update({"status": "not_reportable", "reason": "No harm"})
        with pytest.raises(GateError, match="Decision on reportability"):
            event.save()
        sign(
            event, "Decision on reportability", "not_reportable", action=action, values={"reason": "No harm"}
        )
        assert event.reload().status == "not_reportable"
        assert door.standing(event.doctype, event.name)["given"][0]["holds"]
        refused(lambda: door.standing("Customer", "x"), "signed in no step")


def test_rules_that_contradict_each_other_are_refused_by_row() -> None:
    refused(
        lambda: ask_for(rule("A", roles.MANAGER), {**rule("B", roles.MANAGER), "stage": "completed"}),
        "row 2",
        "Closed",
    )
    refused(
        lambda: ask_for(rule("A", roles.MANAGER, 1), rule("A", roles.AUDITOR, 2)), "row 2", "alternatives"
    )
    refused(lambda: ask_for({**rule("A", roles.MANAGER), "stage": "duplicate"}), "Step To")


@pytest.mark.commits
def test_approvals_that_a_field_action_kept_itself_become_records_unchanged() -> None:
    doc = running(Sold())
    (row,) = kept(doc)
    given = manifest(row)
    frappe.db.sql_ddl("alter table `tabField Action` add column if not exists `signature` longtext")
    frappe.cache.delete_value("table_columns")
    frappe.db.sql(
        "update `tabField Action` set signature = %s where name = %s", (json.dumps(given), doc.name)
    )
    frappe.db.delete(SIGNATURE, {"document_name": doc.name})
    signatures_of_field_actions.execute()
    signatures_of_field_actions.execute()
    (moved,) = kept(doc)
    assert manifest(moved) == given
    assert door.standing(doc.doctype, doc.name)["given"][0]["holds"] is True
