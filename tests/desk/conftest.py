"""One connection to the test site; every test starts as Administrator and leaves the database as it found it."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator

import frappe
import pytest

from tests.conftest import bench_here
from tests.conftest import test_site as chosen_site


@pytest.fixture(scope="session", autouse=True)
def site() -> Iterator[str]:
    """Name of the connected test site."""
    sites_path = str(bench_here().sites)
    before = os.getcwd()
    os.chdir(sites_path)
    frappe.init(site=chosen_site(), sites_path=sites_path)
    if not frappe.conf.allow_tests:
        pytest.exit(
            f"the site {chosen_site()} does not allow tests (allow_tests in its config)", returncode=3
        )
    frappe.connect()
    frappe.local.untouched_flags = copy.deepcopy(dict(frappe.local.flags))
    yield chosen_site()
    frappe.destroy()
    os.chdir(before)


@pytest.fixture(autouse=True)
def undone(site: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Roll back what a test did.

    `frappe.db.commit` does nothing, so code under test that commits is undone as well. A test marked `commits` gets
    the real one (it needs other processes to see its records) and removes what it made.
    """
    fresh_request()
    commits = request.node.get_closest_marker("commits")
    if not commits:
        monkeypatch.setattr(frappe.db, "commit", lambda: None)
    yield
    frappe.db.rollback()
    fresh_request()


def fresh_request() -> None:
    """Forget what one web request would have kept in memory: user, flags, messages, cached documents."""
    frappe.local.flags = frappe._dict(copy.deepcopy(frappe.local.untouched_flags), in_test=True)
    frappe.local.message_log = []
    frappe.local.response = frappe._dict(docs=[])
    frappe.local.form_dict = frappe._dict()
    frappe.local.cache = {}
    frappe.local.role_permissions = {}
    frappe.local.valid_columns = {}
    frappe.local.new_doc_templates = {}
    frappe.local.jenv = None
    frappe.set_user("Administrator")
