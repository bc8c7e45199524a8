"""A site that is set up already finds complaints in the desk's search, and stops finding them when the app leaves."""

from __future__ import annotations

import frappe

from complaint_qms.setup import search
from complaint_qms.setup.leftovers import our_doctypes

OURS = [
    "Complaint",
    "CAPA",
    "Complaint Inbox Item",
    "Complaint Signal",
    "Field Action",
    "Investigation",
    "Legal Hold",
    "Quality Hold",
    "Root Cause",
]


def listed():
    return frappe.get_all("Global Search DocType", pluck="document_type", order_by="idx asc")


def test_an_installed_site_lists_our_records():
    assert set(OURS) <= set(listed())


def test_they_are_added_once_and_taken_back():
    before = listed()
    search.make_searchable()
    assert listed() == before
    search.remove_from_search(our_doctypes())
    assert listed() == [name for name in before if name not in OURS]
    search.make_searchable()
    assert sorted(listed()) == sorted(before)


def test_what_is_listed_has_something_to_be_found_by():
    assert [name for name in OURS if not frappe.get_meta(name).get_global_search_fields()] == []
