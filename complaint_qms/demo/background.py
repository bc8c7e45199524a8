"""The demo as a job: what the buttons of the settings start."""

from __future__ import annotations

from collections.abc import Callable

import frappe
from frappe import _

from complaint_qms.demo import company
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.importing.run_lock import Overtaken
from complaint_qms.services.onboarding import demo_state
from complaint_qms.services.record.error_text import said, way_of
from complaint_qms.services.record.language import speaking


class HalfLoaded(Exception):
    """The demo was neither loaded, for the cause of this error, nor taken back."""

    def __init__(self, obstacle: Exception) -> None:
        super().__init__()
        self.obstacle = obstacle


def load_demo(user: str, language: str) -> None:
    """Load the demo; when that fails, nothing of it stays and the reason is told."""
    _run_alone(language, lambda: _load(user))


def remove_demo(user: str, language: str) -> None:
    """Take the demo back, all of it or nothing."""
    _run_alone(language, _remove)


def _load(user: str) -> None:
    # Asked again: another job may have loaded it, or somebody registered a complaint, while this one waited.
    if demo_state.state_of_demo() == demo_state.FINISHED:
        demo_state.tell_needless(_("The demo is on this site already."))
        return
    demo_state.check_empty()
    password = f"{frappe.generate_hash(length=10)}-Demo7"
    try:
        made = company.make(password, tell=demo_state.tell_progress)
    except Exception as error:
        _take_back(error)
        raise
    demo_state.show_password(user, password)
    told = _("The demo is loaded: {0} complaints.").format(made.counts["complaints"])
    demo_state.tell_progress(told, demo_state.DONE)


def _take_back(why: Exception) -> None:
    """Remove what was committed before loading failed."""
    try:
        frappe.db.rollback()
        company.remove()
    except Exception as obstacle:
        raise HalfLoaded(obstacle) from why


def _remove() -> None:
    gone = company.remove()
    if not gone:
        demo_state.tell_needless(_("There is no demo on this site."))
        return
    told = _("The demo is removed: {0} records.").format(sum(gone.values()))
    demo_state.tell_progress(told, demo_state.DONE)


def _run_alone(language: str, task: Callable[[], None]) -> None:
    """Run in the language of who asked, one job at a time; a refusal is told, any other error logged as well."""
    try:
        with acting_as(), speaking(language), demo_state.lock():
            demo_state.tell_begun()
            try:
                task()
            except Exception as error:
                _tell_failure(error)
    except Overtaken:
        return  # the other one tells how it goes


def _tell_failure(error: Exception) -> None:
    try:
        frappe.db.rollback()
        _log(error)
    finally:
        demo_state.tell_progress(_outcome(error), demo_state.FAILED)


def _outcome(error: Exception) -> str:
    """Why it failed and what that leaves on the site."""
    if isinstance(error, HalfLoaded):
        return " ".join(
            (
                _("Loading the demo failed: {0}").format(said(error.__cause__)),
                _("Part of it stays, because taking it back failed as well: {0}").format(
                    said(error.obstacle)
                ),
                _("Remove the demo, then load it again."),
            )
        )
    if isinstance(error, frappe.ValidationError):
        return said(error)
    return _("It failed, and nothing was changed: {0}").format(said(error))


def _log(error: Exception) -> None:
    """Keep the way of an error for the administrator; a refusal names its remedy and needs none."""
    failed = (error.__cause__, error.obstacle) if isinstance(error, HalfLoaded) else (error,)
    if len(failed) == 1 and isinstance(error, frappe.ValidationError):
        return
    for one in failed:
        frappe.log_error(title="Demo of Complaint QMS failed", message=way_of(one))
