"""What a link field offers for severity and occurrence: by weight, with definitions, in the reader's language."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.api import risk
from complaint_qms.constants.risk import SEVERITIES
from complaint_qms.overrides.desk import search_link
from complaint_qms.services.risk.levels import LEVELS
from tests.desk import factory

AGENT = "Complaint Agent"


@pytest.mark.parametrize("doctype", LEVELS)
def test_levels_stand_in_the_order_of_their_weight_with_their_definition(doctype: str) -> None:
    with factory.as_user(factory.user(AGENT)):
        found = search_link(doctype, "", reference_doctype="Complaint")
    names = [row["value"] for row in found]
    ranks = dict(frappe.get_all(doctype, {"disabled": 0}, ["name", "rank"], as_list=True))
    assert names == sorted(ranks, key=ranks.get)
    told = dict(frappe.get_all(doctype, fields=["name", "description"], as_list=True))
    assert [row["description"] for row in found] == [told[name] or "" for name in names]
    assert any(told.values())


def test_they_are_found_by_their_name_in_either_language_and_not_when_out_of_use(monkeypatch) -> None:
    monkeypatch.setattr(frappe.local, "lang", "zh")
    chinese = frappe._("Serious")
    assert chinese != "Serious"
    for typed in ("serious", "SERI", chinese):
        assert "Serious" in [row["value"] for row in search_link("Risk Severity", typed)]
    frappe.db.set_value("Risk Severity", "Serious", "disabled", 1)
    assert "Serious" not in [row["value"] for row in search_link("Risk Severity", "")]
    assert len(search_link("Risk Severity", "")) == len(SEVERITIES) - 1


@pytest.mark.parametrize("filters", ["nonsense", [["x"]], 7])
def test_filters_that_cannot_be_used_are_refused_in_words(filters: object) -> None:
    with pytest.raises(frappe.ValidationError):
        search_link("Risk Severity", "", filters=filters)


def test_a_filter_of_the_field_narrows_the_choice() -> None:
    found = [row["value"] for row in search_link("Risk Severity", "", filters={"rank": [">", 2]})]
    assert "Serious" in found
    assert "Minor" not in found


def test_who_may_not_read_levels_is_offered_none() -> None:
    with factory.as_user("Guest"):
        with pytest.raises(frappe.PermissionError):
            search_link("Risk Severity", "")
        with pytest.raises(frappe.PermissionError):
            risk.offered(doctype="Risk Severity", txt="", searchfield="name", start=0, page_len=10)
