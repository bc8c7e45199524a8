"""Whether what the settings say about messages to customers can be done."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, now_datetime

from complaint_qms.constants.correspondence import ACKNOWLEDGEMENT, KIND_FIELD, STATUS, SURVEY
from complaint_qms.services.correspondence.composing import why_no_mail
from complaint_qms.services.correspondence.templates import TEMPLATE
from complaint_qms.services.record.input_validation import refuse

_SWITCHES = {
    ACKNOWLEDGEMENT: ("acknowledge",),
    STATUS: ("status_days", "status_at_investigate", "status_at_solve", "status_at_execute"),
    SURVEY: ("survey_enabled",),
}
# A site that had its settings before these fields came has nothing in them.
_DEFAULTS = {"survey_valid_days": 14, "low_score": 2, "second_look": "follow_up", "follow_up_days": 2}
_RANGES = {
    "status_days": (0, 365),
    "survey_after_hours": (0, 24 * 90),
    "survey_valid_days": (1, 365),
    "survey_pause_days": (0, 3650),
    "low_score": (1, 4),
    "follow_up_days": (1, 365),
}


def check_switches(doc: Document) -> None:
    """Raises:
    frappe.ValidationError: what is switched on has nothing to say, or a number is none that can be.
    """
    wrong, before = [], doc.get_doc_before_save()
    for field, value in _DEFAULTS.items():
        # A 0 in the place of a number is somebody's mistake, and not a site that had nothing there.
        if not doc.get(field) and not (field in _RANGES and before and before.get(field)):
            doc.set(field, value)
    for field, (least, most) in _RANGES.items():
        if doc.get(field) is not None and not least <= cint(doc.get(field)) <= most:
            label = _(doc.meta.get_label(field), context=doc.doctype)
            wrong.append(_("{0}: enter {1} to {2}.").format(label, least, most))
    for kind, fields in _SWITCHES.items():
        on = next((field for field in fields if cint(doc.get(field)) and doc.has_value_changed(field)), None)
        if on and not frappe.db.exists(TEMPLATE, {KIND_FIELD: kind}):
            label = _(doc.meta.get_label(on), context=doc.doctype)
            wrong.append(
                _("{0}: there is no Email Template for it. Make one whose field “{1}” says {2}.").format(
                    label, _("For Messages on Complaints"), kind
                )
            )
    if wrong:
        refuse(*wrong)
    if cint(doc.survey_enabled) and not doc.survey_since:
        # Whose complaint was closed before is not asked.
        doc.survey_since = now_datetime()
    if not cint(doc.survey_enabled):
        doc.survey_since = None
    _warn(doc)


def _warn(doc: Document) -> None:
    switched = any(
        cint(doc.get(field)) and doc.has_value_changed(field) for fields in _SWITCHES.values() for field in fields
    )  # fmt: skip
    if switched and (no_account := why_no_mail()):
        frappe.msgprint(no_account, indicator="orange")
