"""What the effect of a CAPA is measured on was fixed with its plan, whatever becomes of the tree of complaint types."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_days, now_datetime

from complaint_qms.api import capa as capa_api
from complaint_qms.constants.vocabulary import ROOT_TYPE
from complaint_qms.patches.v1_0 import added_types_of_capas, measured_types_of_capas
from tests.desk import factory
from tests.desk.test_capa_window import over


def new_type(below=ROOT_TYPE, group=0):
    name = factory.unique("Type")
    return factory.make(
        "Complaint Type", complaint_type_name=name, parent_complaint_type=below, is_group=group
    ).name


@pytest.fixture
def tree():
    """A group with one type below it, and a group beside it."""
    group, beside = new_type(group=1), new_type(group=1)
    return frappe._dict(group=group, leaf=new_type(group), beside=beside)


def measured_on(complaint_type, **values):
    item = factory.item().name
    doc = over(
        factory.capa_in_effect(
            window_days=30, metric="complaint_count", max_count=0, min_exposure=1, item_code=item,
            complaint_type=complaint_type, **values,
        )
    )  # fmt: skip
    return doc


def complain(doc, complaint_type):
    """A complaint of the CAPA's item in the middle of its window."""
    at = add_days(doc.window_start, 5)
    factory.complaint(item_code=doc.item_code, complaint_type=complaint_type, received_at=f"{at} 10:00:00")


def counted(doc):
    capa_api.compute_effectiveness(doc.name)
    return frappe.db.get_value("CAPA", doc.name, "after_count")


def move(name, below):
    doc = frappe.get_doc("Complaint Type", name)
    doc.parent_complaint_type = below
    doc.save()


def test_a_type_moved_out_of_the_branch_still_counts(tree):
    doc = measured_on(tree.group)
    complain(doc, tree.leaf)
    assert counted(doc) == 1
    move(tree.leaf, tree.beside)
    assert counted(doc) == 1
    assert frappe.db.get_value("CAPA", doc.name, "measured_types").split("\n") == sorted(
        (tree.group, tree.leaf)
    )


def test_one_moved_in_does_not(tree):
    stranger = new_type(tree.beside)
    doc = measured_on(tree.group)
    complain(doc, stranger)
    move(stranger, tree.group)
    assert counted(doc) == 0


@pytest.mark.parametrize("deep", [False, True])
def test_one_added_below_since_does(tree, deep):
    doc = measured_on(tree.group)
    added = new_type(new_type(tree.group, group=1)) if deep else new_type(tree.group)
    frappe.db.set_value("CAPA", doc.name, "plan_approved_at", add_days(now_datetime(), -1))
    complain(doc, added)
    assert counted(doc) == 1


def test_one_added_below_and_moved_out_since_still_counts(tree):
    doc = measured_on(tree.group)
    added = new_type(tree.group)
    complain(doc, added)
    move(added, tree.beside)
    assert counted(doc) == 1


def test_one_added_elsewhere_since_and_moved_in_does_not(tree):
    doc = measured_on(tree.group)
    stranger = new_type(tree.beside)
    frappe.db.set_value("CAPA", doc.name, "plan_approved_at", add_days(now_datetime(), -1))
    complain(doc, stranger)
    move(stranger, tree.group)
    assert counted(doc) == 0


def test_one_added_since_the_effect_was_judged_changes_nothing(tree):
    doc = measured_on(tree.group)
    doc.db_set("stage", "closed", update_modified=False)
    kept = doc.measured_types
    new_type(tree.group)
    assert frappe.db.get_value("CAPA", doc.name, "measured_types") == kept


def test_capas_of_before_keep_the_types_that_were_added_since(tree):
    doc = measured_on(tree.group)
    deep = new_type(tree.group, group=1)
    deeper = new_type(deep)
    doc.db_set(
        {"measured_types": doc.measured_types, "plan_approved_at": add_days(now_datetime(), -1)},
        update_modified=False,
    )
    frappe.db.set_value("Complaint Type", tree.leaf, "creation", add_days(now_datetime(), -2))
    for _ in range(2):
        added_types_of_capas.execute()
        kept = frappe.db.get_value("CAPA", doc.name, "measured_types").split("\n")
        assert kept == sorted((tree.group, tree.leaf, deep, deeper))


def test_one_renamed_is_followed(tree):
    doc = measured_on(tree.group)
    complain(doc, tree.leaf)
    named = factory.unique("Renamed")
    frappe.rename_doc("Complaint Type", tree.leaf, named)
    assert named in frappe.db.get_value("CAPA", doc.name, "measured_types").split("\n")
    assert counted(doc) == 1


@pytest.mark.parametrize("into", [True, False])
def test_one_is_not_merged_with_what_is_not_measured(tree, into):
    doc, stranger = measured_on(tree.group), new_type()
    old, new = (tree.leaf, stranger) if into else (stranger, tree.leaf)
    with pytest.raises(frappe.ValidationError, match=f"is not merged: {doc.name} measures its effect"):
        frappe.rename_doc("Complaint Type", old, new, merge=True)


def test_two_that_are_measured_together_are_merged(tree):
    other = new_type(tree.group)
    doc = measured_on(tree.group)
    complain(doc, other)
    frappe.rename_doc("Complaint Type", other, tree.leaf, merge=True)
    assert frappe.db.get_value("CAPA", doc.name, "measured_types").split("\n") == sorted(
        (tree.group, tree.leaf)
    )
    assert counted(doc) == 1


def test_nobody_writes_the_types_and_a_plan_made_anew_takes_the_branch_of_then(tree):
    doc = measured_on(tree.group)
    kept = doc.measured_types
    doc.measured_types = tree.beside
    doc.save()
    assert doc.measured_types == kept
    doc._start_over()
    assert doc.measured_types is None


def test_capas_of_before_get_their_branch_of_today(tree):
    doc, all_of_them = measured_on(tree.group), measured_on(tree.group)
    all_of_them.db_set({"complaint_type": None, "measured_types": None}, update_modified=False)
    doc.db_set("measured_types", None, update_modified=False)
    for _ in range(2):
        measured_types_of_capas.execute()
    kept = frappe.db.get_value("CAPA", doc.name, "measured_types").split("\n")
    assert kept == sorted((tree.group, tree.leaf))
    assert not frappe.db.get_value("CAPA", all_of_them.name, "measured_types")
