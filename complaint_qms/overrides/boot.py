"""What the desk is told once, when it is loaded."""

import frappe

from complaint_qms.constants.case_file import MAKERS
from complaint_qms.constants.home import WORKSPACE
from complaint_qms.constants.labels import WORDS
from complaint_qms.constants.records import RECORDS
from complaint_qms.constants.settlement import REMEDY_OF_EXPECTATION
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.constants.story import TOLD_FIELDS
from complaint_qms.constants.triage import PROPOSED
from complaint_qms.constants.vocabulary import SHIPPED_TEXTS
from complaint_qms.permissions.choices import NARROWED_BY, not_read
from complaint_qms.services.connectors import facts as outside_facts
from complaint_qms.services.language_model import settings as language_model
from complaint_qms.services.people.home import home_of
from complaint_qms.services.record import gate_codes
from complaint_qms.services.record.error_text import logged_only
from complaint_qms.services.record.labels import choice_words
from complaint_qms.services.visitor import page


def extend_bootinfo(bootinfo: dict) -> None:
    """The English names of the stable keys (`public/js/labels.js`), those of choices in the reader's language for the
    framework's controls, the app's records, which kind of work each is, what is chosen by name alone, what the
    reader opens none of, the records with a story, who is told the numbers of gates, the remedy that is proposed for what
    a customer expects, fields that hold shipped words, those with a proposal, the stages that a complaint ends in, whether the reader may have
    whole files made, whether the public page is open and a language model connected, and the workspace that the desk of 15 opens with for people whose
    work is in the app."""
    bootinfo["complaint_qms_words"] = WORDS
    bootinfo["complaint_qms_records"] = [record.doctype for record in RECORDS]
    bootinfo.setdefault("__messages", {}).update(choice_words())
    bootinfo["complaint_qms_work"] = {record.work: record.doctype for record in RECORDS if record.work}
    bootinfo["complaint_qms_chosen_by_name"] = list(NARROWED_BY)
    bootinfo["complaint_qms_not_read"] = not_read()
    bootinfo["complaint_qms_with_story"] = list(TOLD_FIELDS)
    bootinfo["complaint_qms_told_of_gates"] = sorted(gate_codes.TOLD)
    bootinfo["complaint_qms_remedies"] = REMEDY_OF_EXPECTATION
    bootinfo["complaint_qms_shipped_texts"] = SHIPPED_TEXTS
    bootinfo["complaint_qms_proposed"] = PROPOSED
    bootinfo["complaint_qms_ended"] = COMPLAINT_ENDED
    bootinfo["complaint_qms_makes_files"] = bool(set(MAKERS) & set(frappe.get_roles()))
    bootinfo["complaint_qms_page_open"] = page.is_open()
    bootinfo["complaint_qms_language_model"] = language_model.is_on()
    bootinfo["complaint_qms_outside_facts"] = outside_facts.are_shown()
    with logged_only("Home of the desk not found"):
        _open_at_home(bootinfo)


def _open_at_home(bootinfo: dict) -> None:
    user = bootinfo.get("user") or {}
    if (
        frappe.__version__.startswith("15.")
        and not user.get("default_workspace")
        and home_of(frappe.session.user)
    ):
        user["default_workspace"] = {"name": WORKSPACE, "title": WORKSPACE, "public": 1}
