"""Lists show due date and handler first, and what is due next of each record."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.utils import add_days, getdate, now_datetime

from complaint_qms.api import board as api
from complaint_qms.constants import roles
from complaint_qms.constants.list_columns import COLUMNS
from complaint_qms.patches.v1_0 import columns_of_lists
from complaint_qms.services.work.board import due_of_capas
from complaint_qms.setup.list_views import make_list_views
from tests.desk import factory, settling


class TestColumns:
    @pytest.mark.parametrize("doctype", COLUMNS)
    def test_each_is_a_column_that_the_list_may_show(self, doctype: str):
        shown = {field.fieldname for field in frappe.get_meta(doctype).fields if field.in_list_view}
        assert set(COLUMNS[doctype]) <= shown
        settings = frappe.get_doc("List View Settings", doctype)
        assert [row["fieldname"] for row in json.loads(settings.fields)] == [
            "status_field",
            *COLUMNS[doctype],
        ]
        # Frappe's choices of a number end at ten; 16 asks for none.
        assert 4 <= int(settings.get("total_fields") or 4) <= 10

    def test_a_site_keeps_its_own(self):
        own = frappe.get_doc("List View Settings", "CAPA")
        own.update({"fields": "[]"}).save()
        make_list_views()
        assert frappe.db.get_value("List View Settings", "CAPA", "fields") == "[]"

    def test_a_site_that_has_the_app_gets_them_once(self):
        frappe.db.delete("List View Settings", {"name": ("in", list(COLUMNS))})
        columns_of_lists.execute()
        columns_of_lists.execute()
        assert set(frappe.get_all("List View Settings", pluck="name", order_by="name")) >= set(COLUMNS)


class TestDue:
    def test_of_a_capa_it_is_the_first_open_action(self):
        doc = factory.implemented_capa()
        assert api.times([doc.name], "CAPA") == {
            doc.name: {"due": getdate(doc.actions[0].due_date), "status": "on_track"}
        }
        late = add_days(now_datetime(), 11)
        assert due_of_capas([doc.name], late)[doc.name]["status"] == "overdue"
        frappe.db.set_value("CAPA Action", doc.actions[0].name, "status", "done")
        assert api.times([doc.name], "CAPA") == {}

    def test_while_it_is_planned_nothing_is_due(self):
        assert api.times([factory.capa().name], "CAPA") == {}

    def test_of_a_capa_in_effect_it_is_the_end_of_the_window(self):
        doc = factory.capa_in_effect().reload()
        assert api.times([doc.name], "CAPA")[doc.name]["due"] == doc.window_end

    def test_of_a_proposed_settlement_it_is_its_complaints(self):
        _buyer, _note, sale = factory.sold(10)
        doc = settling.proposed(sale, {"item_code": sale.items[0].item_code, "qty": 1})
        told = api.times([doc.name], "Complaint Settlement")
        assert told == {doc.name: api.times([doc.complaint])[doc.complaint]}
        assert told[doc.name]["due"]
        frappe.db.set_value("Complaint Settlement", doc.name, "docstatus", 1)
        assert api.times([doc.name], "Complaint Settlement") == {}

    def test_only_what_one_may_read_is_told(self):
        doc = factory.implemented_capa()
        frappe.set_user(factory.user(roles.ACTION_OWNER))
        with pytest.raises(frappe.PermissionError):
            api.times([doc.name], "CAPA")

    @pytest.mark.parametrize("doctype", ["User", "Investigation", "CAPA Action"])
    def test_of_other_records_none_is_told(self, doctype: str):
        with pytest.raises(frappe.ValidationError, match="no due dates"):
            api.times(["x"], doctype)
