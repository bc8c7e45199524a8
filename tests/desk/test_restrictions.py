"""What keeps somebody from a complaint keeps them from all that tells of it, whatever list, count or text it stands in."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import global_search

from complaint_qms.api import complaint as api
from complaint_qms.constants import roles
from complaint_qms.constants.records import QUALITY_RECORDS, RECORDS
from complaint_qms.permissions import records
from complaint_qms.services.reporting import figures
from tests.desk import factory, ways
from tests.desk.factory import complaint


def assessment(doc):
    return factory.make(
        "Reportability Assessment", complaint=doc.name, jurisdiction="FDA", rule_key="us_803_30_day"
    )


def sees(user, doc):
    """Whether the user's list and the record itself say so; both have to say the same."""
    frappe.set_user(user)
    listed = bool(frappe.get_list(doc.doctype, {"name": doc.name}, order_by="name"))
    opened = frappe.has_permission(doc.doctype, "read", doc=doc.name)
    frappe.set_user("Administrator")
    assert listed == opened
    return listed


@pytest.fixture
def kept():
    """A manager kept to the customer of the first of two complaints; and the two."""
    own, other = complaint(), complaint()
    return factory.person(roles.MANAGER, Customer=own.customer), own, other


def test_the_table_names_every_link_between_confidential_records():
    """A record that comes to name another one has to say so, or it shows what the other hides."""
    found = {}
    for doctype in (record.doctype for record in RECORDS if record.names):
        meta = frappe.get_meta(doctype)
        rows = [("", meta)] + [
            (field.options, frappe.get_meta(field.options)) for field in meta.get_table_fields()
        ]
        found[doctype] = {
            (row, field.fieldname, field.options)
            for row, row_meta in rows
            for field in row_meta.get_link_fields()
            if field.options in QUALITY_RECORDS and field.options != doctype
        }
    # It follows the complaints of its signal (`permissions/assessment.py`): a signal follows the assessment that it names.
    found["Reportability Assessment"].remove(("", "signal", "Complaint Signal"))
    assert found == {record.doctype: set(record.names) for record in RECORDS if record.names}


@pytest.mark.parametrize(
    "doctype", ["Customer", "Company", "Territory", "Item", "Item Group", "Department", "Supplier"]
)
def test_each_restriction_of_a_complaint_reaches_what_follows_from_it(doctype):
    field = {"Item": "item_code"}.get(doctype, frappe.scrub(doctype))
    docs = [complaint() for _ in range(2)]
    values = {
        "Company": lambda: factory.other_company(),
        "Customer": lambda: factory.customer().name,
        "Item": lambda: factory.item().name,
        "Supplier": lambda: factory.supplier().name,
    }.get(doctype, lambda: another(doctype))  # fmt: skip
    cases = [assessment(doc) for doc in docs]
    named = [values() for _ in docs]
    for doc, value in zip(docs, named, strict=True):
        doc.db_set(field, value)
    for case, doc in zip(cases, docs, strict=True):
        case.db_set("company", doc.company)
    user = factory.person(roles.MANAGER, **{doctype: named[0]})
    assert [sees(user, case) for case in cases] == [True, False]


def another(doctype):
    tree = {"Territory": "territory_name", "Item Group": "item_group_name", "Department": "department_name"}
    values = {tree[doctype]: factory.unique(doctype)}
    if doctype == "Department":
        values["company"] = factory.company()
    return factory.make(doctype, **values).name


def test_a_complaint_without_a_customer_is_hidden_only_by_strict_restrictions(kept):
    user, _, _ = kept
    case = assessment(complaint(complainant_name="A stranger"))
    assert sees(user, case)
    frappe.db.set_single_value("System Settings", "apply_strict_user_permissions", 1)
    frappe.clear_document_cache("System Settings", "System Settings")
    assert not sees(user, case)


def test_one_hidden_complaint_hides_the_record_that_names_it(kept):
    user, own, other = kept
    action = {"action": "Mend it", "action_owner": factory.user(roles.INVESTIGATOR), "due_date": "2030-01-01"}
    of_both = factory.make("CAPA", title="Both", company=own.company, actions=[action],
                           complaints=[{"complaint": own.name}, {"complaint": other.name}])  # fmt: skip
    of_own = factory.make("CAPA", title="Own", company=own.company, actions=[action], complaints=[{"complaint": own.name}])  # fmt: skip
    of_none = factory.make("CAPA", title="None", company=own.company, actions=[action])
    assert [sees(user, doc) for doc in (of_both, of_own, of_none)] == [False, True, True]
    frappe.set_user(user)
    subjects = frappe.client.get_list(
        "CAPA Complaint", parent="CAPA", fields=["complaint"], limit_page_length=0
    )
    assert {own.name} <= {row.complaint for row in subjects}
    assert other.name not in {row.complaint for row in subjects}


def test_what_a_request_leaves_out_opens_nothing(kept):
    """The framework judges a save by what was sent: a record sent without its complaints tells of none."""
    user, _, other = kept
    action = {"action": "Mend it", "action_owner": factory.user(roles.INVESTIGATOR), "due_date": "2030-01-01"}
    capa = factory.make("CAPA", title="Other", company=other.company, actions=[action], complaints=[{"complaint": other.name}])  # fmt: skip
    sent = capa.as_dict() | {"complaints": []}
    with pytest.raises(ways.Refused):
        ways.call(user, "frappe.desk.form.save.savedocs", "POST", doc=frappe.as_json(sent), action="Save")
    sent = other.as_dict() | {"customer": kept[1].customer}
    with pytest.raises(ways.Refused):
        ways.call(user, "frappe.desk.form.save.savedocs", "POST", doc=frappe.as_json(sent), action="Save")


class TestLinkedFields:
    ASKED = (
        ("Root Cause", {"fields": ["name", "complaint.description"]}),
        ("Root Cause", {"fields": ["name", "complaint.description as text"]}),
        ("Complaint", {"fields": ["name", "duplicate_of.description"]}),
        ("Complaint", {"fields": ["name", "covered_by_investigation.findings"]}),
        ("Sales Invoice", {"fields": ["name", "complaint.description"]}),
        ("CAPA Complaint", {"fields": ["complaint.description"], "parent": "CAPA"}),
        ("Complaint", {"fields": ["name"], "filters": [["duplicate_of.description", "like", "%x%"]]}),
        ("Complaint", {"fields": ["name"], "filters": {"duplicate_of.subject": "x"}}),
        ("Complaint", {"fields": ["name"], "order_by": "duplicate_of.subject asc"}),
        ("Complaint", {"fields": ["name", "duplicate_of"], "expand": ["duplicate_of"]}),
        ("Complaint", {"fields": ["name", "source_name"], "expand": ["source_name"]}),
    )

    @pytest.mark.parametrize(("doctype", "asked"), ASKED)
    def test_who_sees_only_some_reads_them_in_the_records_alone(self, kept, doctype, asked):
        user = kept[0]
        factory.user(roles.MANAGER, "Sales User", "Accounts User", email=user)
        with pytest.raises(ways.Refused, match="only some"):
            ways.rest(user, "GET", doctype, **asked)
        with pytest.raises(ways.Refused, match="only some"):
            ways.call(user, "frappe.client.get_list", doctype=doctype, **asked)

    def test_no_spelling_and_no_other_door_gets_round_it(self, kept):
        user = kept[0]
        hidden_name = '["name", "\\u0063omplaint.description"]'
        for values in ({"fields": hidden_name}, {"fields": "name,complaint.description"}):
            with pytest.raises(ways.Refused, match="only some"):
                ways.rest(user, "GET", "Root Cause", **values)
        with pytest.raises(ways.Refused, match="only some"):
            ways.call(
                user, "frappe.desk.calendar.get_events", doctype="Complaint", start="2020-01-01", end="2030-01-01",
                field_map={"start": "received_at", "end": "received_at", "title": "duplicate_of.description"},
            )  # fmt: skip

    def test_who_sees_all_may_ask(self):
        case = assessment(complaint(subject="Handle off"))
        asked = {"fields": ["name", "complaint.subject"], "filters": {"name": case.name}}
        found = ways.rest(factory.person(roles.MANAGER), "GET", "Reportability Assessment", **asked)
        assert found == [{"name": case.name, "subject": "Handle off"}]

    def test_a_value_with_a_point_is_no_field(self, kept):
        user, own, _ = kept
        filters = [["subject", "not like", "%duplicate_of.pdf%"], ["name", "=", own.name]]
        assert ways.rest(user, "GET", "Complaint", filters=filters) == [{"name": own.name}]

    def test_fields_of_other_records_stay_open(self, kept):
        user, own, _ = kept
        asked = {"fields": ["customer.customer_name"], "filters": {"name": own.name}}
        factory.user(roles.MANAGER, "Sales User", email=user)
        assert ways.rest(user, "GET", "Complaint", **asked)


class TestAround:
    """What the framework keeps about a record, and counts of records."""

    @pytest.fixture
    def keeper(self, kept):
        """Somebody who manages the system, kept to the first customer."""
        _, own, other = kept
        tag = factory.unique("Tag")
        factory.make("Tag", name=tag)
        for doc in (own, other):
            doc.add_comment("Comment", "A word on it")
            factory.make(
                "Tag Link", document_type="Complaint", document_name=doc.name, tag=tag, title=doc.subject
            )
            factory.make("Version", ref_doctype="Complaint", docname=doc.name, data="{}")
            factory.make("Communication", communication_type="Communication", subject="Mail", content="Text",
                         reference_doctype="Complaint", reference_name=doc.name)  # fmt: skip
            factory.make("ToDo", description="Do", reference_type="Complaint", reference_name=doc.name)
        return factory.person("System Manager", roles.MANAGER, Customer=own.customer), own, other

    @pytest.mark.parametrize(
        ("doctype", "field"),
        [("Comment", "reference_name"), ("Tag Link", "document_name"), ("Version", "docname"),
         ("Communication", "reference_name"), ("ToDo", "reference_name")],
    )  # fmt: skip
    def test_it_is_seen_with_the_record(self, keeper, doctype, field):
        user, own, other = keeper
        names = {doc.name: frappe.db.get_value(doctype, {field: doc.name}) for doc in (own, other)}
        found = ways.rest(user, "GET", doctype, fields=[field], filters=[[field, "in", list(names)]])
        assert {row[field] for row in found} == {own.name}
        assert ways.gives("rest", user, doctype, names[own.name])
        assert not ways.gives("rest", user, doctype, names[other.name])

    def test_a_stranger_finds_no_title_by_a_tag(self, keeper):
        stranger = factory.person("Sales User")
        assert (
            ways.rest(
                stranger, "GET", "Tag Link", fields=["title"], filters={"document_name": keeper[2].name}
            )
            == []
        )

    def test_connections_count_what_the_user_sees(self, kept):
        user, own, other = kept
        item = factory.item().name
        for doc in (own, other):
            doc.db_set("item_code", item)
        for who, count in ((user, 1), (factory.person(roles.MANAGER), 2)):
            found = ways.call(who, "frappe.desk.notifications.get_open_count", doctype="Item", name=item)
            row = next(row for row in found["count"]["external_links_found"] if row["doctype"] == "Complaint")
            assert row["count"] == count

    def test_a_chart_shows_nobody_what_another_saw(self, kept):
        user, own, other = kept
        chart = factory.make(
            "Dashboard Chart", chart_name=factory.unique("Chart"), chart_type="Group By", document_type="Complaint",
            group_by_type="Count", group_by_based_on="customer", filters_json="[]", type="Bar", is_public=1,
        )  # fmt: skip
        door = "frappe.desk.doctype.dashboard_chart.dashboard_chart.get"
        seen = ways.call(factory.person(roles.MANAGER), door, chart_name=chart.name)["labels"]
        assert len(set(seen) & {own.customer, other.customer}) >= 1 or len(seen) > 1
        assert ways.call(user, door, chart_name=chart.name)["labels"] == [own.customer]

    def test_a_follower_sees_what_is_followed(self, kept):
        user, own, other = kept
        frappe.db.set_value("User", user, "document_follow_notify", 1)
        for doc, refused in ((own, False), (other, True)):
            follow = frappe.get_doc({"doctype": "Document Follow", "ref_doctype": "Complaint", "ref_docname": doc.name, "user": user})  # fmt: skip
            if refused:
                with pytest.raises(frappe.PermissionError):
                    follow.insert(ignore_permissions=True)
            else:
                assert follow.insert(ignore_permissions=True)


class TestScreens:
    def test_a_sign_that_means_something_to_the_database_is_a_letter_in_a_name(self):
        buyer = factory.make(
            "Customer", customer_name=f"100 % {factory.unique('Ltd')}", customer_type="Company"
        )
        doc = complaint(customer=buyer.name)
        user = factory.person(roles.MANAGER, Customer=buyer.name)
        frappe.set_user(user)
        assert sum(figures.open_by_stage()["datasets"][0]["values"]) == 1
        panel = api.context(doc.name)
        assert panel["past_complaints"] == {"total": 0, "open": 0}

    @pytest.mark.parametrize(
        "name", ["50% Off", "100 % 'A' \"B\"", r"5\% \\ 9%s", "满减 50％ 50%%", "'%'", '""%(x)s']
    )
    def test_every_way_to_a_list_finds_it_alike(self, name):
        buyer = factory.make(
            "Customer", customer_name=f"{name} {factory.unique('Ltd')}", customer_type="Company"
        ).name
        doc, other = complaint(customer=buyer), complaint()
        studies = [factory.investigation(one) for one in (doc, other)]
        user = factory.person(roles.MANAGER, Customer=buyer)
        frappe.set_user(user)
        for kind, own in (("Complaint", doc.name), ("Investigation", studies[0].name)):
            assert frappe.get_list(kind, pluck="name", order_by="name") == [own]
            assert frappe.get_list(kind, {"name": ("like", "%")}, pluck="name", order_by="name") == [own]
        # The framework counts with a text of its own, which on 16 misreads a backslash in its own part of it.
        assert ways.call(user, "frappe.desk.reportview.get_count", doctype="Investigation", filters="[]") == 1
        # Reports write it into their own text, with values beside it or without.
        table, condition = "`tabInvestigation`", records.query(user, "Investigation")
        assert frappe.db.sql(f"select name from {table} where {condition}") == ((studies[0].name,),)
        asked = f"select name from {table} where name like %(like)s and {condition}"
        assert frappe.db.sql(asked, {"like": "%"}) == ((studies[0].name,),)

    def test_the_panel_names_no_record_that_is_hidden(self, kept):
        user, own, other = kept
        item = factory.item().name
        for doc in (own, other):
            doc.db_set("item_code", item)
        assert other.name in frappe.as_json(api.context(own.name))
        frappe.set_user(user)
        panel = api.context(own.name)
        assert other.name not in frappe.as_json(panel)


def test_the_search_of_the_desk_finds_what_the_user_sees(kept):
    user, own, other = kept
    word = frappe.generate_hash(length=12)
    row = {"doctype": "Complaint", "content": f"Subject : {word}", "published": 0, "title": "x", "route": ""}
    try:
        for doc in (own, other):
            global_search.sync_value(row | {"name": doc.name})
        for who, names in (
            (user, {own.name}),
            (factory.person(roles.MANAGER), {own.name, other.name}),
            (factory.person(roles.ACTION_OWNER), set()),
        ):
            found = ways.call(who, "frappe.utils.global_search.search", text=word)
            assert {hit["name"] for hit in found} == names
        found = ways.call("Guest", "frappe.utils.global_search.web_search", text=word)
        assert found == []
        with pytest.raises(ways.Refused):
            ways.call("Guest", "frappe.utils.global_search.search", text=word)
    finally:
        # This table knows no transactions.
        frappe.db.delete("__global_search", {"name": ("in", [own.name, other.name])})


def test_none_of_our_records_is_published_by_the_search():
    assert not frappe.db.count("DocType", {"name": ("in", QUALITY_RECORDS), "allow_guest_to_view": 1})
