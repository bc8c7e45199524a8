"""The visitors' pages and doors are the same by whatever address they are asked for."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import CallbackManager
from frappe.website.serve import get_response
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from complaint_qms.overrides import visitor_pages
from tests.conftest import fresh_request
from tests.desk.visiting import page_open
from tests.desk.wire import ask

NAME = "complaint_qms.api.visitor.new_challenge"
SPELLINGS = (
    "/complaint", "/complaint/", "/complaint.html", "/complaint/index", "/complaint/index.html", "//complaint", "/complaint/track", "/complaint/track/",
    "/complaint/track.html", "/complaint//track",
)  # fmt: skip


@pytest.fixture(autouse=True)
def open_page(site):
    with page_open():
        yield


def page(path: str, **given: str):
    """The answer to a request for a page, with what the app adds to it."""
    fresh_request()
    request = Request(EnvironBuilder(path, query_string=given).get_environ())
    request.after_response = CallbackManager()
    frappe.local.request, frappe.local.form_dict = request, frappe._dict(given)
    frappe.set_user("Guest")
    try:
        response = get_response(request.path)
        visitor_pages.after_request(response, request)
    finally:
        frappe.set_user("Administrator")
        fresh_request()
    return response


@pytest.mark.parametrize("path", SPELLINGS)
def test_each_spelling_that_leads_to_a_page_is_framed_by_nobody_else(path):
    response = page(path)
    assert response.status_code in (200, 301, 302, 404)
    if "cv-page" in response.get_data(as_text=True):
        assert response.headers["Content-Security-Policy"] == "frame-ancestors 'self'"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/complaint/x",
        "/complaint/track/x",
        "/complaint/a/b",
        "/complaint/%00",
        "/complaint/\U0001f600",
        f"/complaint/{'x' * 300}",
        f"/complaint/{'x/' * 3000}",
        f"/complaints/{'x' * 5000}",
        "/complaint/new-complaint-1",
        "/complaints/new/x",
        "/complaints/x/y",
        "/complaints/new/../x",
    ],
)
def test_what_is_no_page_is_not_there(path):
    answer = page(path)
    # The portal has a page for the number of any complaint, which asks strangers to log in.
    assert answer.status_code in ((200, 404) if path.startswith("/complaints") else (404,))
    assert "Traceback" not in answer.get_data(as_text=True)


def test_a_page_that_a_site_puts_beside_ours_is_shown():
    frappe.get_doc(
        {
            "doctype": "Web Page",
            "title": "Help",
            "route": "complaint/help",
            "published": 1,
            "content_type": "HTML",
            "main_section_html": "<p>How to complain</p>",
        }
    ).insert()
    assert "How to complain" in page("/complaint/help").get_data(as_text=True)


def test_other_pages_of_the_site_keep_their_own():
    assert "Content-Security-Policy" not in page("/login").headers


def test_a_page_that_is_closed_says_so_and_whom_to_write_to_and_is_framed_by_nobody_either():
    settings = frappe.get_doc("Complaint QMS Settings")
    company = settings.page_company or settings.default_company or frappe.get_all("Company", pluck="name")[0]
    values = {"email": "care@acme.example", "phone_no": "+49 30 1234", "website": "javascript:alert(1)"}
    frappe.db.set_value("Company", company, values)
    frappe.db.set_single_value("Complaint QMS Settings", {"page_enabled": 0, "page_company": company})
    frappe.clear_document_cache("Complaint QMS Settings")
    answer = page("/complaint.html")
    assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'self'"
    said = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "not taken on this page at the moment" in said
    assert 'href="mailto:care@acme.example"' in said
    assert 'href="tel:+49301234"' in said
    assert 'href="javascript' not in said
    assert "cv-form" not in said
    frappe.db.set_value("Company", company, dict.fromkeys(values))
    assert "instead" not in page("/complaint").get_data(as_text=True)


def test_both_versions_of_the_api_are_one_count():
    calls = [f"/api/method/{NAME}", f"/api/v2/method/{NAME}", f"/api/v1/method/{NAME}"]
    told = [
        ask("POST", calls[number % 3], {"cmd": f"x{number}"}, user="Guest").status for number in range(121)
    ]
    assert told == [200] * 120 + [429]
