"""Events of companies: what is set for one of them goes with its name, and applies to no other one in silence."""

from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.intake import idempotency
from complaint_qms.services.record.language import clause_list
from complaint_qms.services.risk import matrix
from complaint_qms.services.sop import procedure, reclock

# What of a company is in use, and would be in use for the other one as well.
_IN_USE: Final = {"Complaint SOP": {"enabled": 1}, "Risk Matrix": {"disabled": 0}}


def on_update(doc: Document, method: str | None = None) -> None:
    """Its holidays are those of every SOP without a list of its own."""
    reclock.request_for_company(doc)


def before_rename(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
    """A company is merged into another: its approval limits would raise those of the other, past the second person who
    confirms it, and its procedures and matrices would take the place of theirs.

    Raises:
        frappe.ValidationError: naming them, and what to do first.
    """
    if not merge:
        return
    settings = frappe.get_single(SETTINGS)
    limits = _(settings.meta.get_label("approval_limits"))
    places = [
        _("{0}, {1}, row {2}").format(_(SETTINGS), limits, row.idx)
        for row in settings.approval_limits
        if row.company == old
    ]
    for doctype, in_use in _IN_USE.items():
        names = frappe.get_all(doctype, {"company": old, **in_use}, pluck="name", order_by="name asc")
        places += [f"{_(doctype)} {escape_html(name)}" for name in names]
    if places:
        frappe.throw(
            _("{0} is not merged into {1}, where this would apply as well: {2}. Remove it or put it out of use first.").format(
                frappe.bold(escape_html(old)), frappe.bold(escape_html(new)), clause_list(places)
            ),
            title=_("Set for One Company"),
        )  # fmt: skip


def after_rename(doc: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
    """The framework rewrites links past every document: what is kept of them is read anew, due times follow the holidays of
    the company that is left, and what callers sent for it is known again."""
    idempotency.follow_rename("Company", old, new)
    procedure.forget_sops()
    matrix.forget_matrices()
    reclock.request()
