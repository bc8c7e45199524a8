"""Whoever writes a record can choose what its fields name: no link field answers “Not permitted” on the way through a form."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import frappe
import pytest
from frappe.core.doctype.docfield.docfield import DocField
from frappe.permissions import get_all_perms

from complaint_qms.constants import roles
from complaint_qms.constants.records import PARENTS
from complaint_qms.overrides.desk import search_link, search_widget
from complaint_qms.patches.v1_0 import grant_choice
from complaint_qms.permissions import choices
from complaint_qms.permissions.choices import NARROWED_BY
from complaint_qms.setup.rights import CHOICE
from tests.desk import factory, framework, portal, ways

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
        assert "77" not in str(row).replace(made.name, "")


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


def test_choices_by_name_stay_within_the_companies_a_user_is_kept_to() -> None:
    """A user permission on what a choice belongs to holds as it does for who may read it."""
    mine, other = factory.company(), factory.other_company()
    accounts = {
        company: frappe.db.get_value("Account", {"company": company, "account_name": "Sales"})
        for company in (mine, other)
    }
    kept, free = factory.person(roles.QUALITY_MANAGER, Company=mine), factory.person(roles.QUALITY_MANAGER)
    with factory.as_user(kept):
        assert not frappe.has_permission("Account", "read")
        assert set(offered("Account", "Sales -")) & set(accounts.values()) == {accounts[mine]}
        assert offered("Company", "") == [mine]
        assert checked("Account", accounts[mine]).get("name")
        assert not checked("Account", accounts[other]).get("name")
    with factory.as_user(free):
        assert set(accounts.values()) <= set(offered("Account", "Sales -"))
        assert checked("Account", accounts[other]).get("name")


@pytest.mark.parametrize("strict", [0, 1])
@pytest.mark.parametrize("applies_to", [None, "Contract", "Customer", "Complaint"])
def test_a_restriction_by_what_a_choice_names_holds_where_it_applies(
    applies_to: str | None, strict: int
) -> None:
    frappe.db.set_single_value("System Settings", "apply_strict_user_permissions", strict)
    frappe.clear_document_cache("System Settings", "System Settings")
    territory = factory.make("Territory", territory_name=factory.unique("Territory")).name
    elsewhere = factory.make("Territory", territory_name=factory.unique("Elsewhere")).name
    inside, outside = factory.customer(territory=territory), factory.customer(territory=elsewhere)
    without = factory.customer()
    frappe.db.set_value("Customer", without.name, "territory", None)
    user = factory.person(roles.INVESTIGATOR)
    factory.make(
        "User Permission",
        user=user,
        allow="Territory",
        for_value=territory,
        apply_to_all_doctypes=int(applies_to is None),
        applicable_for=applies_to,
    )
    found = set(restricted("Customer", user)) & {inside.name, without.name, outside.name}
    if applies_to in (None, "Customer"):
        assert found == ({inside.name} if strict else {inside.name, without.name})
    else:
        assert found == {inside.name, without.name, outside.name}


def test_what_another_app_asks_holds_for_choices_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, unseen = factory.supplier(), factory.supplier()
    asked = {"permission_query_conditions": {"Supplier": ["complaint_qms.permissions.query.only_one"]}}
    monkeypatch.setattr("complaint_qms.permissions.query.only_one", only_one, raising=False)
    get_hooks = frappe.get_hooks
    monkeypatch.setattr(
        frappe,
        "get_hooks",
        lambda hook=None, *args, **more: asked.get(hook) or get_hooks(hook, *args, **more),
    )
    monkeypatch.setitem(SEEN, "Supplier", seen.name)
    with factory.as_user(factory.person(roles.INVESTIGATOR)):
        assert offered("Supplier", "") == [seen.name]
        assert not checked("Supplier", unseen.name).get("name")


SEEN: dict[str, str] = {}


def only_one(user: str, doctype: str) -> str:
    """What another app may ask for suppliers."""
    return f"`tabSupplier`.`name` = {frappe.db.escape(SEEN['Supplier'])}"


def restricted(doctype: str, user: str) -> list[str]:
    with factory.as_user(user):
        return [row[0] for row in choices.names(doctype, "", {}, 0, 5000)]


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


HEARD: list[object] = []


@frappe.whitelist()
def custom_query(doctype, txt, searchfield, start, page_len, filters, **more):
    """A query of another app, which reads its filters without asking whether there are any."""
    HEARD.append(filters)
    return [[filters.get("team") or "nobody"]] if isinstance(filters, dict) else [["rows"]]


@pytest.mark.parametrize(
    ("sent", "heard"),
    [
        ({}, {}),
        ("{}", {}),
        ([], []),
        ("[]", []),
        ({"team": "A"}, {"team": "A"}),
        ('{"team": "A"}', {"team": "A"}),
        ([["team", "=", "A"]], [["team", "=", "A"]]),
        (None, framework.NO_FILTERS),
        ("", framework.NO_FILTERS),
    ],
)
def test_a_query_of_another_app_gets_its_filters_as_they_were_sent(
    monkeypatch: pytest.MonkeyPatch, sent: object, heard: object
) -> None:
    HEARD.clear()
    query = "erpnext.assets.doctype.asset_maintenance.asset_maintenance.get_team_members"
    monkeypatch.setattr(query, custom_query)
    search_link("User", "", query=query, filters=sent)
    search_widget("User", "", query=query, filters=sent)
    assert [heard, heard] == HEARD


def test_a_query_that_may_not_be_called_is_refused_in_one_sentence() -> None:
    frappe.clear_messages()
    with factory.as_user(factory.person(roles.AGENT)), pytest.raises(frappe.ValidationError):
        search_link("User", "", query="frappe.model.rename_doc.rename_doc")
    assert len(frappe.get_message_log()) == 1


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


def own_fields() -> Iterator[tuple[str, str, DocField]]:
    """(form, table, Link field) of every record of the app, whoever writes it."""
    for form in PARENTS:
        meta = frappe.get_meta(form)
        for table in (meta, *(frappe.get_meta(field.options) for field in meta.get_table_fields())):
            for field in table.get_link_fields():
                yield form, table.name, field


@pytest.mark.parametrize("search", [search_link, search_widget])
def test_no_request_lifts_user_permissions_that_the_field_does_not(
    monkeypatch: pytest.MonkeyPatch, search: Callable
) -> None:
    heard: list[bool] = []

    def framework_search(*_args: object, **_values: object) -> list:
        heard.append(bool(_args[-1]))
        return []

    monkeypatch.setattr(f"frappe.desk.search.{search.__name__}", framework_search)
    ignoring = set()
    for form, table, field in own_fields():
        if field.ignore_user_permissions:
            ignoring.add((table, field.fieldname))
        for reference in {form, table}:
            heard.clear()
            asked = {"reference_doctype": reference, "link_fieldname": field.fieldname}
            search(field.options, "", ignore_user_permissions=True, **asked)
            assert heard == [bool(field.ignore_user_permissions)], (reference, field.fieldname)
            search(field.options, "", ignore_user_permissions=False, **asked)
            assert heard.pop() is False
    # What somebody stands for, and whom a stage asks, hides no record from whoever is kept to a territory, a group or a department.
    standing_for = {
        ("Complaint Handler Match", f"for_{what}") for what in ("item_group", "language", "territory")
    }
    assert ignoring == {
        ("Complaint Type", "parent_complaint_type"),
        ("Complaint SOP Stage", "for_department"),
        ("Complaint", "topic"),  # a weekly job finds it: no complaint comes and goes with it
        *standing_for,
    }
    search("Customer", "", ignore_user_permissions=True, reference_doctype="Contract")
    assert heard.pop() is True, "fields of other apps are theirs to say"


@pytest.mark.parametrize("form", ["Complaint", "Complaint Settlement"])
def test_a_restricted_user_is_told_no_further_names(form: str) -> None:
    mine, other = factory.customer(), factory.customer()
    user = factory.person(roles.AGENT, Customer=mine.name)
    with factory.as_user(user):
        for name, found in ((mine.name, True), (other.name, False)):
            told = offered("Customer", name, reference_doctype=form, ignore_user_permissions=True)
            assert (name in told) is found


def test_the_desk_is_told_what_its_reader_opens_none_of() -> None:
    assert choices.not_read() == [], "Administrator opens all"
    with factory.as_user(factory.user(roles.INVESTIGATOR)):
        told = choices.not_read()
        assert {"User", "Contact"} <= set(told), "Contact: none but their own"
        assert not {"Customer", "Item", "Batch", "Complaint"} & set(told)


@pytest.mark.parametrize("search", [search_link, search_widget])
def test_levels_are_refused_in_words_to_who_may_not_read_them(search: Callable) -> None:
    with factory.as_user(portal.login()), pytest.raises(frappe.PermissionError):
        search("Risk Severity", "")
    assert frappe.local.response.get("type") != "page"
