"""The team board: a Kanban Board of the open complaints by their state, made once and then the site's.

It follows a new version, or renamed states of the workflow, only while it is still what we wrote last; one that a site
changed stays as it is, and one that a site deleted stays away.
"""

import hashlib
import json
from typing import Any

import frappe

from complaint_qms.constants.board import BOARD, CARD_FIELDS, COLUMN_COLOUR, COLUMNS
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.services.lifecycle.guard import stage_map

FIELD = "workflow_state"


def sync_board() -> None:
    """Make the board where it never was, and bring an untouched one up to date."""
    columns = _columns()
    if not columns:
        return  # the site runs no workflow on complaints: there are no states to stand as columns
    written = frappe.db.get_single_value(SETTINGS, "board_digest") or ""
    wanted = _digest(columns, _filters(), CARD_FIELDS)
    if not frappe.db.exists("Kanban Board", BOARD):
        if written:
            return
        board = frappe.new_doc("Kanban Board")
    else:
        board = frappe.get_doc("Kanban Board", BOARD)
        standing = _digest(
            [(row.column_name, row.indicator or "") for row in board.columns],
            json.loads(board.filters or "[]"),
            json.loads(board.fields or "[]"),
        )
        if standing == wanted or standing != written:
            return
    _write(board, columns)
    frappe.db.set_single_value(SETTINGS, "board_digest", wanted, update_modified=False)


def remove_boards(doctypes: list[str]) -> None:
    """Delete the boards that show records of `doctypes`, with their columns."""
    names = frappe.get_all(
        "Kanban Board", filters={"reference_doctype": ("in", doctypes)}, pluck="name", order_by="name"
    )
    for name in names:
        frappe.delete_doc("Kanban Board", name, ignore_permissions=True, force=True)


def _columns() -> list[tuple[str, str]]:
    """(state, colour) in the order of the stages; of several states with one stage, the first."""
    states: dict[str, str] = {}
    for state, stage in stage_map("Complaint").items():
        states.setdefault(stage, state)
    return [(states[stage], COLUMN_COLOUR) for stage in COLUMNS if stage in states]


def _filters() -> list[list[Any]]:
    return [["Complaint", "stage", "not in", list(COMPLAINT_ENDED)]]


def _write(board, columns: list[tuple[str, str]]) -> None:
    board.update(
        {
            "kanban_board_name": BOARD,
            "reference_doctype": "Complaint",
            "field_name": FIELD,
            "filters": json.dumps(_filters()),
            "fields": json.dumps(CARD_FIELDS),
            "private": 0,
            "show_labels": 0,
            "columns": [
                {"column_name": state, "indicator": colour, "status": "Active"} for state, colour in columns
            ],
        }
    )
    board.save(ignore_permissions=True)


def _digest(columns: list[tuple[str, str]], filters: list, fields: list[str]) -> str:
    parts = [[list(row) for row in columns], filters, list(fields)]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
