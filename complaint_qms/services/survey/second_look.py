"""What follows where a customer is not content: the complaint is opened again, or somebody above its handler looks after it."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, now_datetime

from complaint_qms.constants.events import SURVEYED
from complaint_qms.constants.roles import MANAGER
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.survey import DOCTYPE, FOLLOW_UP, LONGEST_NOTE, REOPEN, REOPENED
from complaint_qms.engine.sop.gates import blank
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.correspondence.working_days import day_after
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.notify.outbox import Notice, send
from complaint_qms.services.people.absence import acts_for
from complaint_qms.services.record import timeline
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import speaking
from complaint_qms.services.record.timeline import Text, line
from complaint_qms.services.sop.recipients import COMPLAINT_FIELDS, Directory
from complaint_qms.services.transactions import roll_back_to

_DEFAULT_LOW: Final = 2


def look_after(complaint: Document, survey: Document) -> None:
    """See to what a customer has said, where they are not content."""
    settings = frappe.get_cached_doc(SETTINGS)
    low = cint(settings.low_score) or _DEFAULT_LOW
    if survey.second_look or not (survey.solved == "no" or 0 < cint(survey.csat) <= low):
        return
    if settings.second_look == REOPEN and _reopened(complaint, survey):
        writing.set_values(DOCTYPE, survey.name, {"second_look": REOPENED}, "complaint opened again")
        return
    _hand_to_superior(complaint, survey, cint(settings.follow_up_days) or 2)


def finish_follow_up(name: str, note: str) -> None:
    """Note what came of a follow-up, which is done by that.

    Raises:
        frappe.PermissionError: it is somebody else's.
        frappe.ValidationError: there is none, it is done, or nothing is noted.
    """
    survey = frappe.get_doc(DOCTYPE, name, for_update=True)
    survey.check_permission("read")
    user = frappe.session.user
    is_mine = survey.follow_up_by and acts_for(user, survey.follow_up_by)
    if not is_mine and MANAGER not in frappe.get_roles(user):
        frappe.throw(_("This follow-up is somebody else's."), frappe.PermissionError)
    if survey.second_look != FOLLOW_UP or survey.follow_up_done_at:
        refuse(_("No follow-up waits here. Load the page again."))
    if blank(note):
        refuse(_("What Was Done: write it in a few words."))
    if len(note) > LONGEST_NOTE:
        refuse(_("{0}: at most {1} characters.").format(_("What Was Done"), LONGEST_NOTE))
    values = {
        "follow_up_done_at": now_datetime(),
        "follow_up_done_by": user,
        "follow_up_note": note.strip(),
    }
    writing.set_values(DOCTYPE, name, values, "followed up")
    complaint = frappe.get_doc("Complaint", survey.complaint)
    timeline.note_on(complaint, line("The customer's answer was followed up: {0}", Text(note.strip())))


def _reopened(complaint: Document, survey: Document) -> bool:
    if complaint.stage != "closed":
        return False
    with speaking(
        frappe.db.get_default("lang") or "en"
    ):  # of the site: the customer's is that of the request
        said = survey.comment or _("no comment")
        reason = _("The customer is not content ({0} of 5): {1}").format(survey.csat, said)
    frappe.db.savepoint("second_look")
    try:
        with acting_as():
            guard.step_to(
                frappe.get_doc("Complaint", complaint.name), "investigate", {"reopen_reason": reason}
            )
    except (frappe.ValidationError, frappe.PermissionError):
        # A site's workflow may not know the way back; then somebody follows it up.
        frappe.clear_messages()
        roll_back_to("second_look")
        return False
    return True


def _hand_to_superior(complaint: Document, survey: Document, days: int) -> None:
    row = frappe.db.get_value("Complaint", complaint.name, COMPLAINT_FIELDS, as_dict=True)
    directory = Directory()
    directory.learn([row])
    people = directory.superiors(row)
    due = day_after(complaint, now_datetime(), days)
    values: dict[str, Any] = {
        "second_look": FOLLOW_UP,
        "follow_up_by": people[0].user if people else None,
        "follow_up_due": due,
    }
    writing.set_values(DOCTYPE, survey.name, values, "to be followed up")
    data = {
        "title": complaint.subject,
        "csat": survey.csat,
        "solved": survey.solved,
        "comment": survey.comment or "",
        "due": due,
        "complaint": complaint.name,
    }
    told = {person.user: person for person in (*people[:1], *directory.handlers(row))}
    send(
        [Notice(SURVEYED, person, "Complaint", complaint.name, data) for person in told.values()],
        now_datetime(),
    )
