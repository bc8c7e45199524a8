"""Reports that the framework mails by itself: with the rights of the user whom the Auto Email Report names, and made by that user alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.records import DOCTYPES
from complaint_qms.services.acting_as import SITE, acting_as
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import labelled

_WHAT_IS_SENT: Final = (
    "report", "user", "email_to", "filters", "format", "no_of_rows", "sender", "data_modified_till", "dynamic_date_period", "from_date_field",
    "to_date_field", "use_first_day_of_period", "send_if_data",
)  # fmt: skip
"""Fields that say what goes to whom. When it goes, anybody may change who may write it; and switch it off."""


def is_of_complaints(mail: Document) -> bool:
    """Whether an Auto Email Report sends a report about records of the app."""
    return frappe.get_cached_value("Report", mail.report, "ref_doctype") in DOCTYPES


def check_sender(mail: Document) -> None:
    """The report is made with the rights of `user`: nobody has one sent with the rights of somebody else.

    Raises:
        frappe.ValidationError: the session's user is another one and changes what is sent, or has it sent again.
    """
    if not is_of_complaints(mail) or frappe.session.user in (mail.user, SITE):
        return
    before = mail.get_doc_before_save()
    is_same = before is not None and all(
        (before.get(name) or "") == (mail.get(name) or "") for name in _WHAT_IS_SENT
    )
    if is_same and (before.enabled or not mail.enabled):
        return
    told = _("choose yourself. The report is made with the rights of this user, so that nobody else may say what is sent and to whom; others may switch it off.")  # fmt: skip
    refuse(labelled(_(mail.meta.get_label("user")), told))


@contextmanager
def with_rights_of(mail: Document) -> Iterator[None]:
    """Be the user whom the Auto Email Report names: a job of the scheduler is the site itself, which may see everything.

    Raises:
        frappe.PermissionError: there is no such user any more, or they are disabled.
    """
    if not is_of_complaints(mail):
        yield
        return
    if not frappe.db.get_value("User", mail.user, "enabled"):
        told = _("{0} sends nothing: its user {1} is disabled. Have somebody else make it anew.")
        frappe.throw(told.format(mail.name, mail.user), frappe.PermissionError)
    with acting_as(mail.user):
        yield
