"""Procedures: the next version, what moving running complaints to another one does before it is done, and a procedure as a file."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html

from complaint_qms.api.arguments import checked
from complaint_qms.services.record import scalars
from complaint_qms.services.sop import moving, procedure, transfer, versions

_SOP = "Complaint SOP"


@frappe.whitelist(methods=["POST"])
@checked
def new_version(sop: str, valid_from: str) -> str:
    """Make the next version of an SOP, in force from a day on; its name. Running complaints keep theirs."""
    _check("write", sop)
    frappe.has_permission(_SOP, "create", throw=True)
    try:
        day = scalars.day(valid_from)
    except scalars.Wrong as wrong:
        frappe.throw(_("Valid From: {0}").format(wrong))
    return versions.make_version(sop, day).name


@frappe.whitelist(methods=["GET", "POST"])
@checked
def effect_of_move(source: str, target: str) -> dict[str, Any]:
    """What moving the running complaints of one SOP to another would do: `count` of them, and of the first `reckoned` those whose due
    times change (`rows`), and how many would be overdue at once."""
    _check_move(source, target)
    moving.check_target(source, target)
    return moving.effect_of(source, target)


@frappe.whitelist(methods=["POST"])
@checked
def move_running(source: str, target: str) -> int:
    """Move the running complaints of one SOP to another, by a job; how many they are."""
    _check_move(source, target)
    return moving.request_move(source, target)


@frappe.whitelist(methods=["GET", "POST"])
@checked
def as_file(sop: str) -> dict[str, str]:
    """`name` and `text` of an SOP as a file, which is a policy of the back-test as well."""
    _check("read", sop)
    return {"name": f"{frappe.scrub(sop)[:80]}.yaml", "text": transfer.as_file(frappe.get_doc(_SOP, sop))}


@frappe.whitelist(methods=["POST"])
@checked
def from_file(text: str) -> str:
    """Make an SOP of such a file, out of use until it is enabled; its name."""
    frappe.has_permission(_SOP, "create", throw=True)
    return transfer.from_file(text).name


def _check_move(source: str, target: str) -> None:
    """Raises:
    frappe.PermissionError: the user says of no complaint which SOP it follows.
    """
    _check("read", source)
    _check("read", target)
    frappe.has_permission("Complaint", "write", throw=True)
    if not procedure.may_choose():
        frappe.throw(_("A Complaint Manager moves complaints to another SOP."), frappe.PermissionError)


def _check(right: str, sop: str) -> None:
    if not frappe.db.exists(_SOP, sop):
        frappe.throw(
            _("There is no SOP {0}.").format(frappe.bold(escape_html(sop))), frappe.DoesNotExistError
        )
    frappe.has_permission(_SOP, right, doc=sop, throw=True)
