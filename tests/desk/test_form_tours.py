"""Tours of forms: each step stands at a field that somebody can see, in the order of the form."""

from __future__ import annotations

import frappe
import pytest

TOURS = ("Complaint", "Investigation", "CAPA", "Complaint Settlement")
MOST = 9


@pytest.mark.parametrize("doctype", TOURS)
def test_each_step_stands_at_a_field_in_the_order_of_the_form(doctype: str) -> None:
    tour = frappe.get_doc("Form Tour", doctype)
    assert (tour.reference_doctype, tour.module) == (doctype, "Complaint QMS")
    assert not tour.ui_tour, "it starts when it is asked for, not by itself"
    meta = frappe.get_meta(doctype)
    order = [field.fieldname for field in meta.fields]
    places = [order.index(step.fieldname) for step in tour.steps]
    assert places == sorted(places)
    assert 3 < len(places) <= MOST
    for step in tour.steps:
        field = meta.get_field(step.fieldname)
        assert not field.hidden
        assert 0 < len(step.description) < 160
        assert step.label == field.label


def test_whoever_sees_a_form_may_read_its_tour() -> None:
    roles = {row.role for row in frappe.get_meta("Form Tour").permissions if row.read}
    assert "Desk User" in roles
