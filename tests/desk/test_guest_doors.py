"""Every door that is open to guests is known to the benchmark that knocks at it ten thousand times."""

from __future__ import annotations

import frappe
import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from complaint_qms.overrides import requests
from tests.benchmarks import guest_doors
from tests.conftest import fresh_request
from tests.desk import factory


def test_the_benchmark_knows_every_door_that_the_code_has():
    found = guest_doors.found()
    assert found.pop("others") == frozenset(), (
        "a door of a new kind: add it to tests/benchmarks/guest_doors.py"
    )
    assert {name: sorted(doors) for name, doors in found.items()} == {
        name: sorted(getattr(guest_doors, name)) for name in found
    }


def test_every_door_of_guests_takes_text_as_it_was_typed():
    """The framework would clean it as markup and change what was said; here it is escaped where it is shown."""
    guest_doors.import_doors()
    ours = [one for one in frappe.guest_methods if one.__module__.startswith("complaint_qms.")]
    assert len(ours) > 10
    assert [one.__name__ for one in ours if one not in frappe.xss_safe_methods] == []


def test_a_command_that_is_none_and_an_argument_of_the_framework_are_left_out_at_our_doors(site):
    """The framework looks a command up in a table, which stumbles over lists and objects."""
    assert "complaint_qms.overrides.requests.before_request" in frappe.get_hooks("before_request")
    method = "/api/method/complaint_qms.api.portal.rate"
    before = frappe.local.form_dict
    try:
        for path, is_ours in ((method, True), ("/complaints/[]", True), ("/complaint-survey", True), ("/api/method/ping", False)):  # fmt: skip
            for command in ([], ["a"], {"a": 1}, 7, None, "\ud800", "ping"):
                frappe.local.request = Request(EnvironBuilder(path).get_environ())
                frappe.local.form_dict = frappe._dict(cmd=command, fn="x", state="[]")
                requests.before_request()
                left = {"state", *(("cmd",) if command == "ping" else ())}
                assert {*frappe.local.form_dict} == (left if is_ours else {"cmd", "fn", "state"})
    finally:
        frappe.local.form_dict = before
        fresh_request()


@pytest.mark.parametrize(
    "sent",
    [
        {"doctype": "\ud800", "fields": "a.b"},
        {"doctype": "Complaint", "fields": "[" * 900 + "]" * 900},
        {"doctype": "Complaint", "filters": '{"a":' * 900 + "1" + "}" * 900},
    ],
    ids=["no letter", "deep list", "deep filters"],
)
def test_what_is_asked_of_no_doctype_or_too_deep_is_left_to_the_framework(sent, site):
    before = frappe.local.form_dict
    frappe.local.form_dict = frappe._dict(sent)
    try:
        with factory.as_user("Guest"):
            requests.check_request()
    finally:
        frappe.local.form_dict = before
