"""Merging several complaints into the one that carries the case, and separating them again: all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.workflow import get_workflow_name
from frappe.utils import escape_html

from complaint_qms.exceptions import GateError
from complaint_qms.message_log import MessagesSince
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.transactions import OVERTAKEN, roll_back_to

MOST: Final = 50
_MARK: Final = "merge_several"
# A step that leads to a stage from where merging is a step
_BEFORE: Final = {"intake": "triage"}


def merge(names: Iterable[str], original: str, reason: str) -> list[str]:
    """Merge complaints into `original`; what stands at intake goes by triage. The original itself is passed over.

    Returns:
        names of those that were merged now; who was merged into it before stays so.
    Raises:
        GateError: some of them cannot be merged; the error says of each why, and none is.
        frappe.PermissionError: one of them is not the user's to change.
    """
    wanted = [name for name in _named(names) if name != original]
    _check(wanted, original, reason)
    frappe.get_doc("Complaint", original).check_permission("read")

    def merged(doc: Document) -> bool:
        if doc.stage == "duplicate" and doc.duplicate_of == original:
            return False
        doc.flags.merge_reason = reason.strip()
        if way := _BEFORE.get(doc.stage):
            guard.step_to(doc, way, {})
        guard.step_to(doc, "duplicate", {"duplicate_of": original})
        return True

    return _each(wanted, merged)


def separate(names: Iterable[str], reason: str) -> list[str]:
    """Separate merged complaints from what they were merged into; one reason for all. Errors as of `merge`."""
    wanted = _named(names)
    _check(wanted, None, reason)

    def separated(doc: Document) -> bool:
        if doc.stage != "duplicate":
            frappe.throw(
                _("{0} is not merged into another complaint.").format(escape_html(doc.name)), GateError
            )
        guard.step_to(doc, "triage", {"reopen_reason": reason.strip()})
        return True

    return _each(wanted, separated)


def is_open(origin: str, target: str) -> bool:
    """Whether the user's roles have a step from stage to stage in the site's workflow. Asks the database nothing."""
    name = get_workflow_name("Complaint")
    if not name or not frappe.has_permission("Complaint", "write"):
        return False
    states, held = guard.stage_map("Complaint"), set(frappe.get_roles())
    return any(
        states.get(row.state) == origin and states.get(row.next_state) == target and row.allowed in held
        for row in frappe.get_cached_doc("Workflow", name).transitions
    )


def _named(names: Iterable[str]) -> list[str]:
    # Everybody locks them in the same order.
    return sorted({name for name in names if name})


def _check(names: list[str], original: str | None, reason: str) -> None:
    if not names:
        frappe.throw(_("Choose the complaints."))
    if len(names) > MOST:
        frappe.throw(_("Choose at most {0} complaints at once.").format(MOST))
    if original == "":
        frappe.throw(_("Name the complaint that carries the case."))
    if not reason.strip():
        frappe.throw(_("Write the reason."))


def _each(names: list[str], deed: Callable[[Document], bool]) -> list[str]:
    """Do it to each, or to none where one refuses; what all of them say is said at once."""
    told = MessagesSince()
    frappe.db.savepoint(_MARK)
    done, refused = [], {}
    try:
        for name in names:
            doc = frappe.get_doc("Complaint", name)
            doc.check_permission("write")
            try:
                done += [name] if deed(doc) else []
            except (frappe.PermissionError, *OVERTAKEN):
                raise
            except frappe.ValidationError as error:
                refused[name] = str(error)
    except Exception:
        roll_back_to(_MARK)
        raise
    if refused:
        roll_back_to(_MARK)
        told.drop()
        _refuse(refused)
    return done


def _refuse(refused: dict[str, str]) -> None:
    lines = [f"<b>{escape_html(name)}</b>: {message}" for name, message in refused.items()]
    frappe.throw(lines, GateError, title=_("None of them was changed"), as_list=True)
