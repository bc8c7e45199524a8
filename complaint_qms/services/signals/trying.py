"""Runs a back-test: each setting walks the same past, each scan knowing what was known on its day. One at a time for a company; a run
that was killed or stopped has written nothing."""

from __future__ import annotations

from time import monotonic
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, now_datetime

from complaint_qms import __version__
from complaint_qms.constants.signals import BACK_TEST, COMPLETED, FAILED, RUNNING, STOPPED
from complaint_qms.services import writing
from complaint_qms.services.importing.run_lock import Overtaken, exclusive_run, is_running
from complaint_qms.services.record.language import speaking
from complaint_qms.services.signals import comparing
from complaint_qms.services.signals.past_walk import read_past, try_all
from complaint_qms.services.signals.run import why
from complaint_qms.services.signals.starting import lock_of, own_lock_of

PROGRESS = "signal_back_test_progress"


class Stopped(frappe.ValidationError):
    """Somebody stopped it."""


def run_back_test_job(name: str, language: str | None = None) -> None:
    """The background job: what stops it is shown on its form, in the language of who started it."""
    with speaking(language or frappe.local.lang):
        try:
            run_back_test(frappe.get_doc(BACK_TEST, name))
        except Exception as error:
            frappe.db.rollback()
            if isinstance(error, Overtaken) and _is_settled(name):
                frappe.clear_last_message()
                return
            values = {"status": FAILED, "error_message": why(error)[:1000]}
            if isinstance(error, Stopped):
                values = {"status": STOPPED, "error_message": None}
            elif not isinstance(error, Overtaken):
                frappe.log_error(
                    title="Signal back-test failed", message=frappe.get_traceback(), reference_doctype=BACK_TEST, reference_name=name
                )  # fmt: skip
            frappe.clear_last_message()
            writing.set_values(BACK_TEST, name, values, "back-test")
            frappe.db.commit()
            _publish(name, values["status"], 0)


def run_back_test(doc: Document) -> None:
    """Run a back-test that was submitted and is not complete. Commits.

    Raises:
        Overtaken: another back-test of the company runs, or another job this one.
        Stopped: somebody stopped it.
    """
    told = _("A back-test of {0} is under way. Run this one again when it is complete.").format(doc.company)
    with (
        exclusive_run(own_lock_of(doc), overtaken=told),
        exclusive_run(lock_of(doc), overtaken=told),
    ):
        doc.reload()
        if doc.status in (COMPLETED, STOPPED):
            return
        began = monotonic()
        _note(doc, 1, status=RUNNING, started_at=now_datetime(), error_message=None)
        past = read_past(doc, lambda share: _note(doc, share))
        tried = [] if past is None else try_all(doc, past, lambda share: _note(doc, share))
        values = comparing.keep_result(doc, past, tried)
        values |= {
            "engine_version": __version__,
            "finished_at": now_datetime(),
            "seconds": round(monotonic() - began, 1),
        }
        _note(doc, 100, status=COMPLETED, **values)


def _is_settled(name: str) -> bool:
    """Whether a job that came too late has nothing to say: another one runs this back-test, or somebody stopped it."""
    doc = frappe.get_doc(BACK_TEST, name)
    return doc.status in (COMPLETED, STOPPED) or is_running(own_lock_of(doc))


def _note(doc: Document, share: int, **values: Any) -> None:
    """Say how far it is, which is where it stops if it is to."""
    if not values and share == doc.progress:
        return
    writing.set_values(BACK_TEST, doc.name, {"progress": share, **values}, "back-test")
    doc.update({"progress": share, **values})
    frappe.db.commit()
    _publish(doc.name, doc.status, share)
    if doc.status == RUNNING and frappe.db.get_value(BACK_TEST, doc.name, "stop_wanted"):
        raise Stopped(_("It was stopped."))


def _publish(name: str, status: str, share: int) -> None:
    told = {"name": name, "status": status, "progress": cint(share)}
    frappe.publish_realtime(PROGRESS, told, doctype=BACK_TEST, docname=name)
