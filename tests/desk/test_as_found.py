"""A test that commits leaves the site as it found it."""

from __future__ import annotations

from pathlib import Path

import frappe
import pytest
from frappe.utils.data import get_system_timezone

from complaint_qms.services.lifecycle.guard import take_step
from tests.as_found import AsFound, as_found
from tests.conftest import fresh_request
from tests.desk import factory

pytestmark = pytest.mark.commits


def test_what_a_test_commits_is_taken_back(keeper: AsFound) -> None:
    with as_found(keeper):
        pass  # what tests that do not commit left in tables that know no transactions, such as the error log, goes first
    rows = keeper.counts()
    bio = frappe.db.get_value("User", "Administrator", "bio")
    with as_found(keeper):
        buyer, _, invoice = factory.sold(3, with_batch=True)
        doc = factory.complaint(customer=buyer.name, sales_invoice=invoice.name)
        take_step(doc, "Start Triage", {})
        doc.add_comment("Comment", "seen")
        file = factory.upload("Complaint", doc.name)
        factory.user("Complaint Agent", email="left-behind@qms.example")
        frappe.db.set_value("User", "Administrator", "bio", "Changed", update_modified=False)
        frappe.db.delete("Risk Matrix Cell")
        frappe.db.commit()
        path = Path(file.get_full_path())
        grown = {table for table, count in keeper.counts().items() if count > rows.get(table, 0)}
        assert grown >= {
            "tabComplaint",
            "tabSales Invoice",
            "tabGL Entry",
            "tabComment",
            "tabFile",
            "tabUser",
        }
        assert path.exists()
    assert keeper.counts() == rows
    assert keeper.changed() == []
    assert frappe.db.get_value("User", "Administrator", "bio") == bio
    assert not frappe.db.exists("Complaint", doc.name)
    assert not frappe.get_cached_value("Customer", buyer.name, "name")
    assert not path.exists()


def test_what_comes_too_late_is_told(keeper: AsFound, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that writes after the site was put back makes the test fail."""
    put_back = keeper.connection.commit

    def late() -> None:
        put_back()
        with keeper.connection.cursor() as cursor:
            cursor.execute("insert into tabSeries (name, current) values ('TOO-LATE-', 1)")
        put_back()

    def write() -> None:
        with as_found(keeper):
            frappe.db.set_value("User", "Administrator", "bio", "Changed")
            frappe.db.commit()

    with monkeypatch.context() as patch:
        patch.setattr(keeper.connection, "commit", late)
        with pytest.raises(AssertionError, match="not as it was found: tabSeries"):
            write()
    assert keeper.restore() == []


@pytest.mark.parametrize("table", ["Workspace", "Workspace Link"])
def test_a_workspace_that_was_changed_is_read_again(keeper: AsFound, table: str) -> None:
    """A server keeps those that no test touched, which it reads for each person who comes."""
    name = frappe.get_all("Workspace Link", {"parenttype": "Workspace"}, pluck="parent", limit=1)[0]
    before = frappe.get_cached_doc("Workspace", name)
    with as_found(keeper):
        if table == "Workspace":
            frappe.db.set_value("Workspace", name, "icon", "changed")
        else:
            frappe.db.delete("Workspace Link", {"parent": name})
            frappe.clear_document_cache("Workspace", name)
        frappe.db.commit()
        now = frappe.get_cached_doc("Workspace", name)
        assert (now.icon, len(now.links)) != (before.icon, len(before.links))
    now = frappe.get_cached_doc("Workspace", name)
    assert (now.icon, len(now.links)) == (before.icon, len(before.links))
    with as_found(keeper):
        factory.make("ToDo", description="of no workspace")
        frappe.db.commit()
    assert frappe.cache.exists(f"document_cache::Workspace::{name}")


def test_a_test_does_not_know_the_settings_of_the_one_before_it() -> None:
    """Frappe keeps the settings of the site for as long as a request lasts: with another time zone, goods leave before they came."""
    zone = get_system_timezone()
    frappe.db.set_single_value("System Settings", "time_zone", "Pacific/Kiritimati")
    assert get_system_timezone() == "Pacific/Kiritimati" != zone
    frappe.db.rollback()
    fresh_request()
    assert get_system_timezone() == zone
