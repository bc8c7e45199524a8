"""A review by e-mail, as PDF with its link: its draft to its owner, and what was submitted to those whom the settings name. Once each.

Only who may read the review gets it. The mails and the mark that they were sent are one transaction: a kill in between costs nothing, and
nobody is told twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language
from frappe.utils import cint, escape_html, get_url_to_form, now_datetime

from complaint_qms.constants.review import DOCTYPE
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services import writing
from complaint_qms.services.notify.person import Person, people_of
from complaint_qms.services.review.document import pdf_name, review_pdf
from complaint_qms.services.sop.recipients import Directory

_WITHIN: Final = timedelta(days=7)
"""What could not be mailed by then is news no more."""
_JOB: Final = "complaint_qms.services.review.mailing.mail_waiting"


def request_mails() -> None:
    """Have what waits mailed once this is committed."""
    frappe.enqueue(_JOB, queue="long", job_id="complaint_qms_review_mails", deduplicate=True, enqueue_after_commit=True)  # fmt: skip


def mail_waiting(now: datetime | None = None) -> int:
    """Mail the drafts that were made by themselves and the reviews that were submitted, of which nobody was mailed; the number of mails.
    Commits after each."""
    moment = now or now_datetime()
    table = frappe.qb.DocType(DOCTYPE)
    draft = (table.docstatus == 0) & (table.by_schedule == 1) & table.draft_mailed_at.isnull()
    submitted = (table.docstatus == 1) & table.mailed_at.isnull() & (table.submitted_at > moment - _WITHIN)
    query = (
        frappe.qb.from_(table)
        .select(table.name)
        .where((draft & (table.creation > moment - _WITHIN)) | submitted)
    )
    mails = 0
    for name in query.orderby(table.name).run(pluck=True):
        mails += mail_review(name, moment)
        frappe.db.commit()
    return mails


def mail_review(name: str, now: datetime) -> int:
    """Mail one review to whom it concerns; the number of mails, 0 where it was done before or the site cannot send."""
    doc = frappe.get_doc(DOCTYPE, name, for_update=True)
    mark = "draft_mailed_at" if doc.docstatus.is_draft() else "mailed_at"
    if doc.get(mark) or doc.docstatus.is_cancelled():
        return 0
    readers = review_readers(doc)
    frappe.db.savepoint("review_mail")
    try:
        if readers:
            content = review_pdf(doc)
            for person in readers:
                _send(doc, person, content)
    except frappe.OutgoingEmailError:
        frappe.db.rollback(save_point="review_mail")
        frappe.clear_last_message()
        return 0
    writing.set_values(DOCTYPE, doc.name, {mark: now}, "review mailed")
    return len(readers)


def review_readers(doc: Document) -> list[Person]:
    """Who gets it and may read it: the owner of the review, and the holders of the role that the settings name; of a draft where the settings
    say so."""
    settings = frappe.get_cached_doc(SETTINGS)
    found = dict(people_of([doc.owner]))
    if settings.review_role and (doc.docstatus.is_submitted() or cint(settings.review_mail_draft)):
        found |= {person.user: person for person in Directory().with_roles([settings.review_role])}
    return [one for _user, one in sorted(found.items()) if frappe.has_permission(DOCTYPE, "read", doc=doc, user=one.user)]  # fmt: skip


def _send(doc: Document, person: Person, content: bytes) -> None:
    with print_language(person.language):
        subject, message = _words(doc, person)
    frappe.sendmail(
        recipients=[person.email],
        subject=subject,
        message=message,
        attachments=[{"fname": pdf_name(doc), "fcontent": content}],
        reference_doctype=DOCTYPE,
        reference_name=doc.name,
        add_unsubscribe_link=0,
    )


def _words(doc: Document, person: Person) -> tuple[str, str]:
    about = (doc.title, doc.company)
    if doc.docstatus.is_draft():
        subject = _("Draft: {0}, {1}").format(*about)
        said = _("The figures of the period are taken. Comment on them, write down what is decided, and submit the review.") if person.user == doc.owner else _("The figures of the period are taken; nothing is concluded yet.")  # fmt: skip
    else:
        subject = ", ".join(about)
        said = _("The management review was submitted. It is attached.")
    link = f'<a href="{escape_html(get_url_to_form(DOCTYPE, doc.name))}">{escape_html(doc.name)}</a>'
    return subject, f"<p>{escape_html(said)}</p><p>{link}</p>"
