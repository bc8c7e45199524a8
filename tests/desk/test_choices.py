"""Whoever writes a record can choose what its fields name: no link field answers “Not permitted” on the way through a form."""

from __future__ import annotations

from collections.abc import Iterator

import frappe
import pytest
from frappe.desk.search import search_link
from frappe.permissions import get_all_perms

from complaint_qms.constants import roles
from complaint_qms.patches.v1_0 import grant_choice
from complaint_qms.setup.rights import CHOICE
from tests.desk import factory, framework, ways

WRITERS = (roles.AGENT, roles.MANAGER, roles.INVESTIGATOR, roles.REGULATORY, roles.QUALITY_MANAGER)


# What is shown beside a name by the search of a link field.
BESIDE = {"Territory": {"parent_territory", "territory_manager"}}
# Amounts, terms or persons' addresses: the framework's lists do not keep them from who may choose.
_OFFERED_TO_NOBODY = {
    "Account",
    "Company",
    "Contract",
    "Customer",
    "Delivery Note",
    "Item",
    "Sales Invoice",
    "Sales Order",
    "Serial No",
    "Supplier",
    "Workstation",
}


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
