"""The team board: made once and then the site's; a dropped card passes the same gates as every other way in."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.desk.doctype.kanban_board.kanban_board import update_order_for_single_card
from frappe.model.workflow import WorkflowPermissionError

from complaint_qms.constants import roles
from complaint_qms.constants.board import BOARD
from complaint_qms.exceptions import GateError
from complaint_qms.services.intake.register import register
from complaint_qms.services.lifecycle.guard import stage_map
from complaint_qms.setup import board as setup
from tests.desk import factory

DATA = {"subject": "Lid loose", "description": "It is loose."}


@pytest.fixture(autouse=True)
def fresh_board():
    """The board as an install makes it, whatever the site did with it before."""
    frappe.db.delete("Kanban Board", {"name": BOARD})
    frappe.db.delete("Kanban Board Column", {"parent": BOARD})
    frappe.db.set_single_value(setup.SETTINGS, "board_digest", "")
    setup.sync_board()


def snapshot():
    doc = frappe.get_doc("Kanban Board", BOARD)
    columns = [(row.column_name, row.indicator, row.status) for row in doc.columns]
    return str(doc.modified), columns, doc.filters, doc.fields


class TestSetup:
    def test_its_columns_are_the_states_of_open_work_and_the_end(self):
        stages = stage_map("Complaint")
        columns = [row.column_name for row in frappe.get_doc("Kanban Board", BOARD).columns]
        assert [stages[name] for name in columns] == [
            "intake", "triage", "investigate", "solve", "confirm", "execute", "review", "on_hold", "closed",
        ]  # fmt: skip

    def test_running_twice_changes_nothing(self):
        before = snapshot()
        setup.sync_board()
        assert snapshot() == before

    def test_moving_cards_about_is_no_edit(self):
        doc = frappe.get_doc("Kanban Board", BOARD)
        doc.columns[0].order = json.dumps(["one", "two"])
        doc.save()
        before = snapshot()
        setup.sync_board()
        assert snapshot() == before

    def test_a_new_version_replaces_an_untouched_board(self, monkeypatch):
        monkeypatch.setattr(setup, "CARD_FIELDS", ["customer", "severity"])
        setup.sync_board()
        assert json.loads(frappe.db.get_value("Kanban Board", BOARD, "fields")) == ["customer", "severity"]

    def test_a_site_edit_is_kept(self, monkeypatch):
        doc = frappe.get_doc("Kanban Board", BOARD)
        doc.columns[0].indicator = "Red"
        doc.save()
        before = snapshot()
        monkeypatch.setattr(setup, "CARD_FIELDS", ["customer", "severity"])
        setup.sync_board()
        assert snapshot() == before

    def test_a_board_that_a_site_deleted_stays_away(self):
        frappe.delete_doc("Kanban Board", BOARD, force=True)
        setup.sync_board()
        assert not frappe.db.exists("Kanban Board", BOARD)

    def test_uninstalling_takes_boards_and_their_columns(self):
        setup.remove_boards(["Complaint"])
        assert not frappe.db.exists("Kanban Board", {"reference_doctype": "Complaint"})
        assert not frappe.db.exists("Kanban Board Column", {"parent": BOARD})


@pytest.fixture
def complaint():
    return factory.in_triage(complaint_type=None)


def drop(name: str, origin: str, target: str) -> None:
    """What Frappe's board asks of the server when a card is dropped; a refused request is undone as a whole."""
    board = frappe.get_doc("Kanban Board", BOARD)
    column = next(row for row in board.columns if row.column_name == origin)
    column.order = json.dumps([name])
    board.save(ignore_permissions=True)
    frappe.db.savepoint("before_drop")
    try:
        update_order_for_single_card(BOARD, name, origin, target, 0, 0)
    except Exception:
        frappe.db.rollback(save_point="before_drop")
        raise


class TestDrop:
    """The desk asks first (tests/browser); who sends Frappe's own request past it meets the same gates."""

    def test_what_is_missing_holds_the_card(self, complaint):
        frappe.set_user(factory.user(roles.MANAGER))
        with pytest.raises(GateError, match="G1: Choose the severity"):
            drop(complaint.name, "In Triage", "Under Investigation")
        assert frappe.db.get_value("Complaint", complaint.name, ["stage", "workflow_state"]) == (
            "triage",
            "In Triage",
        )
        orders = {row.column_name: row.order for row in frappe.get_doc("Kanban Board", BOARD).columns}
        assert json.loads(orders["In Triage"]) == [complaint.name]
        assert complaint.name not in orders["Under Investigation"]

    def test_a_step_that_is_not_there_holds_the_card(self, complaint):
        frappe.set_user(factory.user(roles.MANAGER))
        with pytest.raises(GateError, match="no step from Triage to Closed"):
            drop(complaint.name, "In Triage", "Closed")

    def test_a_step_of_another_role_holds_the_card(self, complaint):
        new = register(DATA | {"customer": complaint.customer})
        frappe.set_user(factory.user(roles.INVESTIGATOR))
        with pytest.raises(WorkflowPermissionError):
            drop(new.name, "New", "In Triage")  # nothing is missing for it, but it is not theirs

    def test_who_may_not_write_moves_nothing(self, complaint):
        frappe.set_user(factory.user(roles.AUDITOR))
        with pytest.raises(frappe.PermissionError):
            drop(complaint.name, "In Triage", "On Hold")
