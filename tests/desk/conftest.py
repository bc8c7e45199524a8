"""Every desk test starts as Administrator on the test site and leaves the database as it found it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.conftest import fresh_request

if TYPE_CHECKING:
    from tests.desk.mailbox import Mailbox
    from tests.desk.recalls import Sold


@pytest.fixture(autouse=True)
def undone(site: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Roll back what a test did.

    `frappe.db.commit` does nothing, so code under test that commits is undone as well. A test marked `commits` gets
    the real one (it needs other processes to see its records); the site is put back as it was found afterwards.
    """
    import frappe  # not above: this file is also read where no bench is

    from complaint_qms.services.record import gate_codes
    from tests.as_found import as_found, changed_user
    from tests.unshared_cache import keep_changed_documents

    fresh_request()
    with ExitStack() as stack:
        if request.node.get_closest_marker("commits"):
            stack.enter_context(as_found(request.getfixturevalue("keeper")))
        else:
            monkeypatch.setattr(frappe.db, "commit", lambda: None)
            keep_changed_documents(monkeypatch)
        # Tests tell refusals from each other by the number of their gate, whoever meets them.
        monkeypatch.setattr(gate_codes, "TOLD", frozenset(("All",)))
        monkeypatch.setattr(frappe, "set_user", partial(changed_user, frappe.set_user))
        yield
        frappe.db.rollback()
        frappe.db.rollback()  # what a request that was refused wrote once its transaction was over
        # Frappe's count of connections gives the connection a second for each statement, for good.
        frappe.db.set_execution_timeout(0)
        # The lists that the app keeps may hold what is rolled back; the next test, and a web server, would believe them.
        frappe.cache.delete_keys("complaint_qms_")
        frappe.defaults.clear_defaults_cache()
    fresh_request()


@pytest.fixture
def mailbox(site: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """Mails that leave are caught, and nobody has called too often yet."""
    import frappe  # not above: this file is also read where no bench is

    from tests.desk.mailbox import delivering

    frappe.cache.delete_keys("rl:")
    with delivering(monkeypatch) as box:
        yield box
    frappe.cache.delete_keys("rl:")


@pytest.fixture
def sold(site: str) -> Sold:
    """A batch that three customers hold."""
    from tests.desk.recalls import Sold

    return Sold()
