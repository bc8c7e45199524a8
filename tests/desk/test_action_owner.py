"""The owner of an action has their own actions and what it takes to do them: of the CAPA around it they see nothing."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import now_datetime

from complaint_qms.api import capa as capa_api
from complaint_qms.constants import roles, work
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.work.today import my_work
from tests.desk import factory
from tests.desk.ways import Refused, gives, way_names

SHOWN = {
    "kind", "doctype", "name", "row", "subject", "title", "product", "missing", "field", "time", "group",
}  # fmt: skip


@pytest.fixture
def plan():
    """A CAPA being implemented, with an action of the action owner's and one of somebody else's."""
    other = factory.person(roles.ACTION_OWNER)
    actions = [
        {"action": task, "action_owner": owner, "due_date": "2030-01-01"}
        for task, owner in (("Fit a new heater", factory.user(roles.ACTION_OWNER)), ("Train the night shift", other))
    ]  # fmt: skip
    return factory.implemented_capa(actions=actions)


def test_they_find_their_own_action_and_nothing_else_of_the_capa(plan):
    owner = factory.user(roles.ACTION_OWNER)
    frappe.set_user(owner)
    rows = [row for row in my_work(owner, now_datetime())["rows"] if row["name"] == plan.name]
    assert [(row["kind"], row["row"], row["subject"]) for row in rows] == [
        (work.CAPA_ACTION, plan.actions[0].name, "Fit a new heater")
    ]
    assert (rows[0]["title"], set(rows[0]) - SHOWN) == (plan.title, set())


@pytest.mark.parametrize("way", way_names())
def test_no_way_in_leads_an_action_owner_to_the_capa(plan, way):
    assert not gives(way, factory.user(roles.ACTION_OWNER), plan.doctype, plan.name)


@pytest.mark.parametrize("kind", ["disabled", "auditor"])
def test_an_owner_who_cannot_act_any_more_holds_up_no_approval(kind):
    """Judged when they were named; what has become of them since is found where work is asked for."""
    gone = factory.person(roles.ACTION_OWNER)
    doc = factory.capa(actions=[{"action": "Fit it", "action_owner": gone, "due_date": "2030-01-01"}])
    with factory.as_user(factory.user(roles.INVESTIGATOR)):
        take_step(doc, "Submit Plan", {})
    if kind == "disabled":
        frappe.db.set_value("User", gone, "enabled", 0)
    else:
        frappe.get_doc("User", gone).update({"roles": [{"role": roles.AUDITOR}]}).save()
    take_step(doc, "Approve Plan", {})
    assert doc.stage == "implement"
    assert frappe.db.exists("ToDo", {"reference_name": doc.name, "allocated_to": gone, "status": "Open"})


def test_nor_to_the_rows_of_its_tables(plan):
    frappe.set_user(factory.user(roles.ACTION_OWNER))
    for table in ("CAPA Action", "CAPA Complaint", "CAPA Root Cause"):
        with pytest.raises(frappe.PermissionError):
            frappe.client.get_list(table, parent="CAPA", fields=["*"])


@pytest.fixture
def forget_rights():
    yield
    frappe.clear_cache(doctype="CAPA")


@pytest.mark.usefixtures("forget_rights")
def test_nor_does_a_right_that_a_site_gives_their_role(plan):
    frappe.permissions.add_permission("CAPA", roles.ACTION_OWNER)
    frappe.clear_cache(doctype="CAPA")
    frappe.set_user(factory.user(roles.ACTION_OWNER))
    assert frappe.get_list("CAPA", pluck="name", order_by="name") == []
    assert not frappe.has_permission("CAPA", "read", doc=plan.name)


def test_they_report_their_own_action_and_no_other(plan):
    mine, other = plan.actions
    frappe.set_user(factory.user(roles.ACTION_OWNER))
    with pytest.raises(frappe.PermissionError, match="Only the owner"):
        capa_api.complete_action(plan.name, other.name, evidence_note="Done as well")
    # Nor does a row of their own open another CAPA.
    with pytest.raises(frappe.PermissionError, match="Only the owner"):
        capa_api.complete_action("CAPA-0000-00000", mine.name, evidence_note="Done")
    told = capa_api.complete_action(plan.name, mine.name, evidence_note="Fitted on Monday")
    assert told == {"name": plan.name, "open_actions": 0}
    assert frappe.db.get_value("CAPA Action", mine.name, "status") == "done"


def test_a_refusal_is_one(plan):
    """The helper that asks every way in tells a refusal from an answer."""
    assert gives("form", "Administrator", plan.doctype, plan.name)
    assert issubclass(Refused, Exception)
