"""Every desk test starts as Administrator on the test site and leaves the database as it found it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import fresh_request


@pytest.fixture(autouse=True)
def undone(site: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Roll back what a test did.

    `frappe.db.commit` does nothing, so code under test that commits is undone as well. A test marked `commits` gets
    the real one (it needs other processes to see its records) and removes what it made.
    """
    import frappe  # not above: this file is also read where no bench is

    fresh_request()
    if not request.node.get_closest_marker("commits"):
        monkeypatch.setattr(frappe.db, "commit", lambda: None)
    yield
    frappe.db.rollback()
    fresh_request()
