"""Whoever writes a record can choose what its fields name: no link field answers “Not permitted” on the way through a form."""

from __future__ import annotations

from collections.abc import Iterator

import frappe
import pytest
from frappe.permissions import get_all_perms

from complaint_qms.constants import roles
from complaint_qms.overrides.desk import search_link
from complaint_qms.patches.v1_0 import grant_choice
from complaint_qms.permissions.choices import NARROWED_BY
from complaint_qms.setup.rights import CHOICE
from tests.desk import factory, framework, ways

WRITERS = (roles.AGENT, roles.MANAGER, roles.INVESTIGATOR, roles.REGULATORY, roles.QUALITY_MANAGER)


# What is shown beside a name by the search of a link field.
BESIDE = {"Territory": {"parent_territory", "territory_manager"}}
# Sales, whose rows hold prices: who may not see them takes them over from where they are known.
_OFFERED_TO_NOBODY = {"Delivery Note", "Sales Invoice", "Sales Order"}


def link_fields() -> Iterator[tuple[str, str, str]]:
    """(DocType, name of the field with its table, DocType of its choices) of what the session's user may write."""
    own = frappe.get_all("DocType", {"module": "Complaint QMS", "istable": 0}, pluck="name", order_by="name")
    for doctype in own:
        if not frappe.has_permission(doctype, "write"):
            continue
        meta = frappe.get_meta(doctype)
        for table in (meta, *(frappe.get_meta(field.options) for field in meta.get_table_fields())):
            for field in table.fields:
                if field.fieldtype == "Link" and not field.read_only and not field.hidden:
                    yield doctype, f"{table.name}.{field.fieldname}", field.options


def refused() -> set[str]:
    """DocTypes of the choices that answer “Not permitted”."""
    found = set()
    for doctype, _field, options in link_fields():
        try:
            search_link(options, "", reference_doctype=doctype)
        except frappe.PermissionError:
            found.add(options)
    return found


@pytest.mark.parametrize("role", WRITERS)
def test_every_link_field_of_what_a_role_writes_offers_choices(role: str) -> None:
    with factory.as_user(factory.person(role)):
        assert len(list(link_fields())) > 10
        assert refused() <= _OFFERED_TO_NOBODY


@pytest.mark.parametrize("doctype", ["Supplier", "Workstation"])
def test_an_investigator_chooses_by_name_what_erpnext_does_not_show_them(doctype: str) -> None:
    made = factory.supplier() if doctype == "Supplier" else workstation()
    with factory.as_user(factory.person(roles.INVESTIGATOR)):
        assert not frappe.has_permission(doctype, "read")
        assert made.name in offered(doctype, made.name[:8], reference_doctype="Root Cause")
        more = {framework.LINK_CHECK_FIELDS: '["owner", "hour_rate"]'}
        assert checked(doctype, made.name, **more) == {"name": made.name}
        assert not checked(doctype, "Nobody knows this").get("name")


def test_choices_by_name_tell_nothing_else() -> None:
    made = workstation(hour_rate_labour=77)
    with factory.as_user(factory.person(roles.INVESTIGATOR)):
        for cost in (77, 78):
            assert offered("Workstation", made.name, filters={"hour_rate_labour": cost}) == [made.name]
            assert offered("Workstation", made.name, filters=[["hour_rate_labour", "=", cost]]) == [made.name]
        (row,) = search_link("Workstation", made.name)
        assert set(row) <= {"value", "label", "description"}
        assert "77" not in str(row)


def test_choices_by_name_stay_within_the_users_restrictions_and_what_is_in_use() -> None:
    mine, other, gone = factory.supplier(), factory.supplier(), factory.supplier(disabled=1)
    user = factory.person(roles.INVESTIGATOR)
    with factory.as_user(user):
        assert {mine.name, other.name} <= set(offered("Supplier", "Supplier"))
        assert gone.name not in offered("Supplier", gone.name)
    frappe.get_doc(
        {"doctype": "User Permission", "user": user, "allow": "Supplier", "for_value": mine.name}
    ).insert()
    with factory.as_user(user):
        assert offered("Supplier", "") == [mine.name]
        assert not checked("Supplier", other.name).get("name")


def test_who_writes_nothing_of_ours_is_refused_as_before() -> None:
    with factory.as_user(factory.person("Stock User")), pytest.raises(frappe.PermissionError):
        search_link("Contract", "")
    with factory.as_user(factory.person(roles.AUDITOR)), pytest.raises(frappe.PermissionError):
        search_link("Workstation", "")


def test_a_form_narrows_what_is_chosen_by_name() -> None:
    account = factory.company_value("default_income_account")
    with factory.as_user(factory.person(roles.QUALITY_MANAGER)):
        assert account in offered("Account", account, filters={"company": factory.company(), "is_group": 0})
        assert offered("Account", account, filters={"company": "Another"}) == []
        assert offered("Account", account, filters={"is_group": 1}) == []
        assert account in offered("Account", account, filters={"root_type": ["in", ["Expense", "Income"]]})
        assert offered("Account", account, filters={"root_type": ["in", ["Asset"]]}) == []


def test_every_field_to_narrow_by_exists() -> None:
    for doctype, fields in NARROWED_BY.items():
        assert all(frappe.get_meta(doctype).has_field(field) for field in fields), doctype


def checked(doctype: str, name: str, **more: object) -> dict:
    return ways.call(frappe.session.user, framework.LINK_CHECK, doctype=doctype, docname=name, **more)


def offered(doctype: str, text: str, **more: object) -> list[str]:
    return [row["value"] for row in search_link(doctype, text, page_length=50, **more)]


def workstation(**values: object):
    return factory.make("Workstation", workstation_name=factory.unique("Press"), **values)


@pytest.mark.parametrize("role", list(CHOICE))
def test_choosing_is_no_reading(role: str) -> None:
    factory_user = factory.person(role)
    for doctype in CHOICE[role]:
        rights = [row for row in get_all_perms(role) if row.parent == doctype and not row.permlevel]
        assert [(row.select, row.create, row.write, row.export) for row in rights] == [(1, 0, 0, 0)], doctype
    with factory.as_user(factory_user):
        assert not [
            doctype
            for doctype in CHOICE[role]
            if doctype != "Batch" and frappe.has_permission(doctype, "read")
        ]


def test_nothing_is_seen_through_a_name_but_what_it_is_searched_by() -> None:
    for doctype in sorted({doctype for chosen in CHOICE.values() for doctype in chosen}):
        meta = frappe.get_meta(doctype)
        fields = {name for name in meta.get_search_fields() if name not in ("name", meta.title_field)}
        assert fields <= BESIDE.get(doctype, set()), doctype
        amounts = {field.fieldname for field in meta.fields if field.fieldtype == "Currency"}
        assert amounts <= {"smallest_currency_fraction_value"}, doctype


def test_a_chosen_name_is_taken_by_the_form() -> None:
    with factory.as_user(factory.person(roles.AGENT)):
        found = ways.call(frappe.session.user, framework.LINK_CHECK, doctype="UOM", docname="Nos")
        assert found.get("name") == "Nos"


def test_an_older_site_gets_it_once() -> None:
    row = {"parent": "UOM", "role": roles.AGENT, "permlevel": 0}
    frappe.db.delete("Custom DocPerm", row)
    frappe.clear_cache(doctype="UOM")
    grant_choice.execute()
    grant_choice.execute()
    assert frappe.db.count("Custom DocPerm", row) == 1
    assert frappe.db.get_value("Custom DocPerm", row, ["select", "read"]) == (1, 0)
