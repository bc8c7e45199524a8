"""Counts, cards, exports and previews of the framework: each shows of two complaints the one the user may see."""

from __future__ import annotations

from types import SimpleNamespace

import frappe
import pytest

from complaint_qms.constants import roles
from tests.desk import factory, framework, portal, ways
from tests.desk.wire import ask


@pytest.fixture
def case():
    """Two complaints about one item, and a manager who is kept to the customer of the first."""
    item = factory.item().name
    own, other = (factory.complaint(item_code=item) for _ in range(2))
    for doc in (own, other):
        factory.make("ToDo", description="Do", reference_type="Complaint", reference_name=doc.name,
                     allocated_to=factory.user(roles.AGENT))  # fmt: skip
    user = factory.person(roles.MANAGER, Customer=own.customer)
    return SimpleNamespace(
        user=user, item=item, own=own, other=other, filters=[["Complaint", "item_code", "=", item]]
    )


def test_linked_documents(case):
    found = ways.call(case.user, "frappe.desk.form.linked_with.get", doctype="Item", docname=case.item)
    assert [row["name"] for row in found["Complaint"]] == [case.own.name]


def test_the_check_of_a_link_says_of_a_hidden_record_what_it_says_of_none(case):
    door = framework.LINK_CHECK
    for fields in ([], ["subject"]):
        asked = {"doctype": "Complaint", framework.LINK_CHECK_FIELDS: fields}
        own = ways.call(case.user, door, docname=case.own.name, **asked)
        assert (own["name"], own.get("subject")) == (case.own.name, case.own.subject if fields else None)
        hidden, none = (ways.call(case.user, door, docname=name, **asked) for name in (case.other.name, "No"))
        assert hidden == none
        assert not hidden.get("name")
    assert frappe.local.message_log == []


def test_the_connections_of_a_hidden_record_are_refused_in_words(case):
    asked = {"doctype": "Complaint", "name": case.other.name}
    answer = ask("POST", "/api/method/frappe.desk.notifications.get_open_count", asked, case.user)
    told = f"{answer.said} {answer.body['_error_message']}"
    assert (answer.status, case.other.name in told) == (403, True)


def test_open_tasks_are_seen_with_the_record(case):
    door = "erpnext.crm.utils.get_open_activities"
    found = ways.call(case.user, door, ref_doctype="Complaint", ref_docname=case.own.name)
    assert [task["description"] for task in found["tasks"]] == ["Do"]
    for user in (case.user, factory.person("Sales User")):
        with pytest.raises(ways.Refused):
            ways.call(user, door, ref_doctype="Complaint", ref_docname=case.other.name)


def test_a_number_card(case):
    card = {"document_type": "Complaint", "function": "Count"}
    door = "frappe.desk.doctype.number_card.number_card.get_result"
    assert ways.call(case.user, door, doc=card, filters=case.filters) == 1
    assert ways.call(factory.person(roles.MANAGER), door, doc=card, filters=case.filters) == 2


@pytest.mark.parametrize("field", ["customer", "assigned_to"])
def test_the_side_bar_of_a_list(case, field):
    asked = {"doctype": "Complaint", "current_filters": case.filters, "field": field}
    for user, counted in ((case.user, 1), (factory.person(roles.MANAGER), 2)):
        found = ways.call(user, "frappe.desk.listview.get_group_by_count", **asked)
        named = [row for row in found if field == "customer" or row["name"] == factory.user(roles.AGENT)]
        assert sum(row["count"] for row in named) == counted


def test_a_calendar(case):
    found = ways.call(
        case.user, "frappe.desk.calendar.get_events", doctype="Complaint", start="2020-01-01", end="2099-01-01",
        field_map={"start": "received_at", "end": "received_at", "title": "subject"}, filters=case.filters,
    )  # fmt: skip
    assert [row["name"] for row in found] == [case.own.name]


def test_an_export_of_data(case):
    ways.call(
        case.user, "frappe.core.doctype.data_export.exporter.export_data", "POST", doctype="Complaint", with_data=1,
        select_columns={"Complaint": ["subject", "item_code"]}, filters={"item_code": case.item},
    )  # fmt: skip
    sent = frappe.local.response.result
    assert (case.own.name in sent, case.other.name in sent) == (True, False)


def test_tagged_records(case):
    for doc in (case.own, case.other):
        ways.call("Administrator", "frappe.desk.doctype.tag.tag.add_tag", "POST", tag="Twice", dt="Complaint", dn=doc.name)  # fmt: skip
    found = ways.call(
        case.user, "frappe.desk.doctype.tag.tag.get_tagged_docs", doctype="Complaint", tag="%Twice%"
    )
    assert [row[0] for row in found] == [case.own.name]


def test_the_title_of_a_link(case, monkeypatch):
    monkeypatch.setattr(frappe.get_meta("Complaint"), "show_title_field_in_link", 1)
    door = "frappe.desk.search.get_link_title"
    titles = [
        ways.call(case.user, door, doctype="Complaint", docname=doc.name) for doc in (case.own, case.other)
    ]
    assert titles[1] == case.other.name


def test_the_search_shows_what_the_searcher_would_find_in_a_list(case, monkeypatch):
    about = {"reference_doctype": "Complaint", "reference_name": case.other.name}
    task = factory.make("ToDo", description="Kettle drips", reference_type="Complaint",
                        reference_name=case.other.name, allocated_to=factory.user(roles.AGENT)).name  # fmt: skip
    mail = factory.make("Communication", subject="Kettle", content="It drips", **about).name
    word = factory.make("Comment", comment_type="Comment", content="Kettle", **about).name
    own = factory.make("ToDo", description="Kettle", allocated_to=case.user).name
    buyer = portal.login()
    rows = [
        frappe._dict(doctype=kind, name=name, content="Kettle drips", rank=1)
        for kind, name in (
            ("ToDo", task),
            ("Communication", mail),
            ("Comment", word),
            ("Complaint", case.other.name),
            ("Complaint", case.own.name),
            ("ToDo", own),
        )
    ]
    monkeypatch.setattr("frappe.utils.global_search.search", lambda *asked: list(rows))
    door = "complaint_qms.overrides.desk.search"
    hooked = frappe.get_hooks("override_whitelisted_methods")["frappe.utils.global_search.search"]
    assert hooked[-1] == door

    def found(user):
        return [row["name"] for row in ways.call(user, door, text="Kettle")]

    assert found(case.user) == [case.own.name, own]
    assert found(buyer) == []
    assert found(factory.user(roles.AGENT))[0] == task
    assert len(found("Administrator")) == len(rows)
