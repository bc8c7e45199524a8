"""How the stages of an SOP find a handler: refused where nobody could be found."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.assigning import FITS, NAMED, SKILL
from complaint_qms.constants.stages import COMPLAINT_OPEN
from complaint_qms.services.record.labels import word

_AMONG = ("for_department", SKILL, *(asks for asks, _field in FITS.values()))


def tidy_ways(sop: Document) -> None:
    """Take out of each stage what its way to find a handler does not ask for, so that what is shown is what counts."""
    for row in sop.stages:
        row.skill = (row.skill or "").strip()
        if not row.assign_by:
            row.assign_anew = 0
        if row.assign_by in (None, "", NAMED):
            row.update({name: 0 if name.startswith("match_") else None for name in _AMONG})


def check_ways(sop: Document) -> None:
    """Raises:
    frappe.ValidationError: a stage finds its handler among nobody; naming the row.
    """
    for row in sop.stages:
        if row.stage == COMPLAINT_OPEN[0] and row.back_role:
            frappe.throw(
                _(
                    "Stages, row {0}: there is no stage before {1} to send a complaint back to. Empty Sends Back."
                ).format(row.idx, word(row.stage))
            )
        if row.assign_by == NAMED and not row.responsible_user:
            frappe.throw(
                _("Stages, row {0}: choose the Responsible User who becomes the handler.").format(row.idx)
            )
        if row.assign_by and row.assign_by != NAMED and not (row.responsible_role or row.for_department):
            frappe.throw(
                _(
                    "Stages, row {0}: choose the Responsible Role or the Department among whom the handler is found."
                ).format(row.idx)
            )
