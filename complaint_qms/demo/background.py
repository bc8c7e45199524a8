"""The demo as a job: what the buttons of the settings start."""

from __future__ import annotations

from collections.abc import Callable

import frappe
from frappe import _
from frappe.utils import strip_html

from complaint_qms.demo import company
from complaint_qms.services.importing.run_lock import Overtaken
from complaint_qms.services.onboarding import demo_state
from complaint_qms.services.record.language import speaking


def load_demo(user: str, language: str) -> None:
    """Load the demo; when that fails, nothing of it stays and the reason is told."""
    _run_alone(language, lambda: _load(user))


def remove_demo(user: str, language: str) -> None:
    """Take the demo back, all of it or nothing."""
    _run_alone(language, _remove)


def _load(user: str) -> None:
    # Asked again: somebody may have registered a complaint while the job waited.
    demo_state.check_empty()
    password = f"{frappe.generate_hash(length=10)}-Demo7"
    try:
        made = company.make(password, tell=demo_state.tell_progress)
    except Exception:
        frappe.db.rollback()
        company.remove()
        raise
    demo_state.show_password(user, password)
    demo_state.tell_progress(_("The demo is loaded: {0} complaints.").format(made.counts["complaints"]))


def _remove() -> None:
    gone = company.remove()
    demo_state.tell_progress(_("The demo is removed: {0} records.").format(sum(gone.values())))


def _run_alone(language: str, task: Callable[[], None]) -> None:
    """Run in the language of who asked, one job at a time; a refusal is told, any other error logged as well."""
    before = frappe.session.user
    frappe.set_user("Administrator")
    try:
        with speaking(language), demo_state.lock():
            try:
                task()
            except Exception as error:
                frappe.db.rollback()
                said = strip_html(str(error))
                if not isinstance(error, frappe.ValidationError):
                    frappe.log_error(title="Demo of Complaint QMS failed", message=frappe.get_traceback())
                    said = _("It failed, and nothing was changed: {0}").format(said)
                demo_state.tell_progress(said, error=True)
    except Overtaken:
        return  # the other one tells how it goes
    finally:
        frappe.set_user(before)
