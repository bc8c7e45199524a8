"""Classes of field actions: those of the settings, else those of 21 CFR 7.3(m)."""

from __future__ import annotations

from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants.field_action import CLASSES
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import comma_list

_SHIPPED: Final = {
    "Class I": lambda: _("Class I"),
    "Class II": lambda: _("Class II"),
    "Class III": lambda: _("Class III"),
}


def choices() -> list[str]:
    written = (frappe.get_cached_doc(SETTINGS).get("field_action_classes") or "").splitlines()
    return list(dict.fromkeys(line.strip() for line in written if line.strip())) or list(CLASSES)


def class_text(chosen: str | None) -> str:
    """A class as people read it: those of 21 CFR 7.3(m) in their language, those of the site as it wrote them."""
    return _SHIPPED[chosen]() if chosen in _SHIPPED else chosen or ""


def check_class(doc: Document) -> None:
    """Raises:
    frappe.ValidationError: a class is chosen anew that is none of the site's.
    """
    if doc.action_class and doc.has_value_changed("action_class") and doc.action_class not in choices():
        refuse(
            _("{0}: “{1}” is none of the site's classes. Choose one of {2}.").format(
                _(doc.meta.get_label("action_class")),
                escape_html(doc.action_class),
                escape_html(comma_list(choices())),
            )
        )
