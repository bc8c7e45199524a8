"""Going back to a mark within a transaction."""

import frappe


def roll_back_to(save_point: str) -> None:
    """Undo what came after a mark; all of the transaction where a commit or a deadlock has taken the mark away."""
    try:
        frappe.db.rollback(save_point=save_point)
    except frappe.db.OperationalError:
        frappe.db.rollback()
