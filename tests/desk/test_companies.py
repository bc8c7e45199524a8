"""People of one company neither see nor use the records of another."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.patches.v1_0 import company_of_causes_and_assessments
from complaint_qms.services.intake import context
from complaint_qms.services.lifecycle.guard import take_step
from tests.desk import factory
from tests.desk.factory import capa, complaint, investigation, verified_cause

ROLES = (roles.AGENT, roles.MANAGER, roles.INVESTIGATOR, roles.QUALITY_MANAGER, roles.REGULATORY)


@pytest.fixture
def elsewhere():
    """Another company."""
    return factory.other_company()


@pytest.fixture
def fenced(elsewhere):
    """A person with every role of the app whom a user permission keeps to the other company."""
    user = factory.user(*ROLES, email="fenced-in@qms.example")
    factory.make("User Permission", user=user, allow="Company", for_value=elsewhere)
    return user


def assessment(about):
    return factory.make(
        "Reportability Assessment", complaint=about.name, jurisdiction="FDA", rule_key="us_803_30_day"
    )


def test_what_hangs_on_a_complaint_is_listed_only_as_far_as_one_may_list_it(elsewhere, fenced):
    theirs = complaint(company=elsewhere)
    plan = capa()
    study = frappe.get_doc("Investigation", plan.investigation)
    # Links from before the rule that both must be of one company.
    for doctype, parent, field in (("Investigation Complaint", study, "covered_complaints"), ("CAPA Complaint", plan, "complaints")):  # fmt: skip
        row = frappe.get_doc({"doctype": doctype, "parent": parent.name, "parenttype": parent.doctype, "parentfield": field, "complaint": theirs.name})  # fmt: skip
        row.db_insert()
    linked = context.context(theirs)["linked"]
    assert [row["name"] for row in linked["investigations"]] == [study.name]
    assert [row["name"] for row in linked["capas"]] == [plan.name]
    frappe.set_user(fenced)
    linked = context.context(frappe.get_doc("Complaint", theirs.name))["linked"]
    assert (linked["investigations"], linked["capas"]) == ([], [])


def drafts(about, study, cause, company):
    """A new record of each kind that starts from records of the first company."""
    return {
        "Investigation": {"complaint": about.name, "company": company},
        "Root Cause": {"investigation": study.name, "title": "x", "description": "x"},
        "CAPA": {"investigation": study.name, "title": "x", "company": company},
        "Reportability Assessment": {
            "complaint": about.name,
            "jurisdiction": "FDA",
            "rule_key": "us_803_30_day",
        },
    }


@pytest.mark.parametrize("doctype", ["Investigation", "Root Cause", "CAPA", "Reportability Assessment"])
def test_nothing_starts_from_a_record_that_one_may_not_read(doctype, elsewhere, fenced):
    about = complaint()
    study = investigation(about)
    values = drafts(about, study, verified_cause(study), elsewhere)[doctype]
    frappe.set_user(fenced)
    with pytest.raises(frappe.PermissionError):
        frappe.get_doc({"doctype": doctype, **values}).insert()


@pytest.mark.parametrize("doctype", ["Investigation", "CAPA"])
def test_nothing_starts_from_a_record_of_another_company(doctype, elsewhere):
    about = complaint()
    study = investigation(about)
    values = drafts(about, study, None, elsewhere)[doctype]
    with pytest.raises(frappe.ValidationError, match="belongs to the company"):
        frappe.get_doc({"doctype": doctype, **values}).insert()


def test_a_stored_record_does_not_move_to_a_source_of_another_company(elsewhere, fenced):
    own = complaint(company=elsewhere)
    study = investigation(own)
    about = complaint()
    frappe.set_user(fenced)
    study = frappe.get_doc("Investigation", study.name)
    study.append("covered_complaints", {"complaint": about.name})
    with pytest.raises(frappe.PermissionError):
        study.save()


def test_a_complaint_is_merged_only_into_one_that_one_may_read_and_of_its_company(elsewhere, fenced):
    original, own = complaint(), complaint(company=elsewhere)
    take_step(own, "Start Triage", {})
    before = frappe.db.count("Comment", {"reference_name": original.name})
    frappe.set_user(fenced)
    own = frappe.get_doc("Complaint", own.name)
    with pytest.raises(frappe.PermissionError, match="may not read"):
        take_step(own, "Merge into Another", {"duplicate_of": original.name})
    frappe.set_user("Administrator")
    own.reload()
    with pytest.raises(frappe.ValidationError, match="belongs to the company"):
        take_step(own, "Merge into Another", {"duplicate_of": original.name})
    assert frappe.db.count("Comment", {"reference_name": original.name}) == before


def test_causes_and_assessments_belong_to_a_company(elsewhere, fenced):
    here, there = complaint(), complaint(company=elsewhere)
    made = {}
    for about in (here, there):
        cause = factory.make(
            "Root Cause", investigation=investigation(about).name, title="x", description="x"
        )
        made[about.name] = (cause, assessment(about))
    for about in (here, there):
        assert [doc.company for doc in made[about.name]] == [about.company] * 2
    cause, duty = made[here.name]
    for doc in (cause, duty):  # what a request sends is put back
        doc.company = elsewhere
        doc.save()
        assert doc.company == here.company
    frappe.set_user(fenced)
    for doctype, mine, other in (
        ("Root Cause", made[there.name][0], cause),
        ("Reportability Assessment", made[there.name][1], duty),
    ):
        seen = frappe.get_list(doctype, pluck="name", limit=0)
        assert mine.name in seen
        assert other.name not in seen
        assert not frappe.get_doc(doctype, other.name).has_permission("read")


def test_an_investigation_belongs_to_the_company_of_its_complaint(elsewhere):
    """The framework fills in the user's own company before anybody looks."""
    assert investigation(complaint(company=elsewhere)).company == elsewhere


def test_assessments_follow_their_complaint_into_another_company(elsewhere):
    about = complaint()
    duty = assessment(about)
    about.reload()
    about.company = elsewhere
    about.save()
    assert frappe.db.get_value(duty.doctype, duty.name, "company") == elsewhere


def test_older_causes_and_assessments_get_their_company():
    about = complaint()
    cause = factory.make("Root Cause", investigation=investigation(about).name, title="x", description="x")
    duty = assessment(about)
    for doc in (cause, duty):
        doc.db_set("company", None)
    company_of_causes_and_assessments.execute()
    for doc in (cause, duty):
        assert frappe.db.get_value(doc.doctype, doc.name, "company") == about.company


def listed(doctype, parent):
    """Names of rows as a client asks for them."""
    from frappe.client import get_list

    return {row["name"] for row in get_list(doctype, parent=parent, fields=["name"], limit_page_length=0)}


def test_rows_are_listed_with_their_records_only(elsewhere, fenced):
    plan, here, there = capa(), complaint(), complaint(company=elsewhere)
    frappe.set_user(fenced)
    assert not {row.name for row in plan.actions} & listed("CAPA Action", "CAPA")
    seen = listed("Complaint Stage Log", "Complaint")
    assert {row.name for row in frappe.get_doc("Complaint", there.name).stage_log} <= seen
    assert not {row.name for row in here.reload().stage_log} & seen


def test_whoever_may_read_all_lists_all_rows():
    plan = capa()
    frappe.set_user(factory.user(roles.QUALITY_MANAGER))
    assert {row.name for row in plan.actions} <= listed("CAPA Action", "CAPA")


def test_every_table_of_the_app_is_restricted():
    tables = frappe.get_all(
        "DocType", {"module": "Complaint QMS", "istable": 1}, pluck="name", order_by="name"
    )
    hooked = frappe.get_hooks("permission_query_conditions")
    assert tables
    assert [
        name for name in tables if "complaint_qms.permissions.rows.query" not in hooked.get(name, [])
    ] == []


def test_an_agent_shares_nothing_with_people_without_a_role():
    about = complaint()
    stranger = factory.user(email="no-role@qms.example")
    frappe.set_user(factory.user(roles.AGENT))
    with pytest.raises(frappe.PermissionError):
        frappe.share.add("Complaint", about.name, stranger, read=1, write=1)
