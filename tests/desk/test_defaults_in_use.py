"""What a site names as its default holds only while it is in use and for the company of the complaint."""

from __future__ import annotations

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.constants.risk import DEFAULT_MATRIX_NAME
from complaint_qms.constants.vocabulary import DEFAULT_SOP_NAME
from complaint_qms.patches.v1_0 import seeded_for_every_company
from complaint_qms.services.risk import matrix as risk
from complaint_qms.services.sop import procedure
from complaint_qms.setup import seed
from tests.desk import factory


def sop(**values: object) -> str:
    """A copy of the first SOP of the site, fitting nothing by itself."""
    copy = frappe.copy_doc(
        frappe.get_doc("Complaint SOP", frappe.get_all("Complaint SOP", order_by="creation asc")[0].name)
    )
    copy.update(
        {
            "sop_name": factory.unique("SOP"),
            "complaint_type": None,
            "severity": None,
            "company": None,
            "is_default": 0,
            "enabled": 1,
        }
    )
    copy.update(values)
    return for_all(copy.insert(), values)


def matrix(**values: object) -> str:
    copy = frappe.copy_doc(
        frappe.get_doc("Risk Matrix", frappe.get_all("Risk Matrix", order_by="creation asc")[0].name)
    )
    copy.update(
        {"matrix_name": factory.unique("Matrix"), "company": None, "is_default": 0, "disabled": 0, **values}
    )
    return for_all(copy.insert(), values)


def for_all(doc: Document, values: dict[str, object]) -> str:
    """Frappe gives a new record the user's company where it has none: taken back, unless it was wanted."""
    doc.company = values.get("company")
    return doc.save().name


def settings(**values: object) -> None:
    frappe.get_doc("Complaint QMS Settings").update(values).save()


def complaint(**values: object):
    return frappe.new_doc("Complaint", company=factory.company(), **values)


@pytest.fixture(autouse=True)
def nothing_fits():
    """Every SOP of the site is switched off, so that only defaults are left."""
    for name in frappe.get_all("Complaint SOP", filters={"enabled": 1}, pluck="name", order_by="name asc"):
        frappe.db.set_value("Complaint SOP", name, "enabled", 0)
    procedure.forget_sops()


def test_a_default_sop_is_taken_while_it_is_enabled():
    name, other = sop(), sop(is_default=1)
    settings(default_sop=name)
    assert procedure.choose_sop(complaint()) == name
    frappe.get_doc("Complaint SOP", name).update({"enabled": 0}).save()
    assert procedure.choose_sop(complaint()) == other


def test_a_default_sop_of_another_company_is_not_taken():
    name = sop(company=factory.company(), severity="Negligible")
    settings(default_sop=name)
    assert procedure.choose_sop(complaint(severity="Serious")) == name
    elsewhere = complaint(severity="Serious")
    elsewhere.company = "Elsewhere"
    assert procedure.choose_sop(elsewhere) is None


def test_a_default_sop_that_is_switched_off_is_refused():
    name = sop(enabled=0)
    with pytest.raises(frappe.ValidationError, match=r"Default SOP: .* is out of use"):
        settings(default_sop=name)
    kind = frappe.get_doc("Complaint Type", "Leak")
    kind.default_sop = name
    with pytest.raises(frappe.ValidationError, match="is out of use"):
        kind.save()


def test_a_default_matrix_is_taken_while_it_is_in_use():
    before, name = risk.matrix_for(None), matrix()
    settings(default_risk_matrix=name)
    assert risk.matrix_for("Elsewhere") == name
    frappe.get_doc("Risk Matrix", name).update({"disabled": 1}).save()
    assert risk.matrix_for("Elsewhere") == before


@pytest.mark.parametrize(
    ("wrong", "told"), [({"disabled": 1}, "is out of use"), ({"company": True}, "belongs to")]
)
def test_a_default_matrix_out_of_use_is_refused(wrong, told):
    name = matrix(**{key: factory.company() if key == "company" else value for key, value in wrong.items()})
    with pytest.raises(frappe.ValidationError, match=rf"Default Risk Matrix: .* {told}"):
        settings(default_risk_matrix=name)


def test_a_first_vocabulary_is_for_every_company():
    frappe.defaults.set_user_default("company", factory.company())
    plain = frappe.new_doc("Complaint SOP")
    assert plain.company == factory.company(), "what Frappe does, and seeding has to undo"
    name = factory.unique("SOP")
    rows = frappe.get_doc("Complaint SOP", sop()).as_dict()
    seed._make("Complaint SOP", name, sop_name=name, stages=rows.stages, working_hours=rows.working_hours)
    assert not frappe.db.get_value("Complaint SOP", name, "company")


def test_the_patch_takes_the_company_off_what_nobody_changed():
    untouched = frappe.get_doc("Complaint SOP", DEFAULT_SOP_NAME)
    untouched.db_set({"company": factory.company(), "modified": untouched.creation}, update_modified=False)
    edited = frappe.get_doc("Risk Matrix", DEFAULT_MATRIX_NAME)
    edited.company = factory.company()
    edited.save()
    seeded_for_every_company.execute()
    assert not frappe.db.get_value("Complaint SOP", untouched.name, "company")
    assert frappe.db.get_value("Risk Matrix", edited.name, "company") == factory.company()
