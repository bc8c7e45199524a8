"""Who asks for learning and for scoring. Runs in web processes: nothing here loads arrays, nor what does."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _

from complaint_qms.constants.classifier import LEAST, NEWS, TIMEOUT
from complaint_qms.constants.stages import COMPLAINT_EARLY
from complaint_qms.services.classifier.examples import number_of_examples
from complaint_qms.services.events import Event
from complaint_qms.services.intake.learned_proposals import FIELD, VERSION

_TRAINING: Final = "complaint_qms.services.classifier.training.run"
_SCORING: Final = "complaint_qms.services.classifier.scoring.read_new"
TRAINING_JOB: Final = "complaint_qms_classifier_training"
_ASKED: Final = "complaint_qms_classifier_asked"
_ASKED_SECONDS: Final = 60
"""A job that was lost is asked for again after that."""


def of_registered(events: list[Event]) -> None:
    """Complaints were registered: have them read once this is committed. History that is imported is read by nobody."""
    if frappe.flags.qms_scoring_asked or all(event.data["by_import"] for event in events):
        return
    frappe.flags.qms_scoring_asked = True
    frappe.db.after_commit.add(_ask)
    frappe.db.after_rollback.add(_forget)


def enqueue_scoring() -> None:
    """Have new complaints read by a worker once this is committed."""
    frappe.db.after_commit.add(_ask)


def enqueue_unread() -> None:
    """The same where some are waiting."""
    if frappe.db.exists("Complaint", {"stage": ("in", COMPLAINT_EARLY), FIELD: ("is", "not set")}):
        enqueue_scoring()


def request_training(by: str) -> dict[str, Any]:
    """{begun, text}: whether a worker is to learn, and else why not."""
    number = number_of_examples()
    if number < LEAST:
        text = _(
            "{0} complaints are closed and judged by a person; {1} are needed to learn from. Until then the keyword rules propose."
        )
        return {"begun": False, "text": text.format(number, LEAST)}
    _enqueue_training(by)
    text = _(
        "A worker learns from {0} closed complaints. The version appears in this list when it is measured."
    )
    return {"begun": True, "text": text.format(number)}


def enqueue_weekly() -> None:
    """Have a worker learn where there is enough, and enough that is new."""
    number = number_of_examples()
    former = frappe.get_all(VERSION, fields=["complaints"], order_by="creation desc", limit=1)
    if number >= LEAST and (not former or number >= former[0].complaints * (1 + NEWS)):
        _enqueue_training("Administrator")


def forget_asking() -> None:
    """A job is about to read: whoever registers from now on has to ask anew."""
    frappe.cache.delete_value(_ASKED)


def is_asked() -> bool:
    """Whether somebody has asked since a job last began to read."""
    return bool(frappe.cache.exists(_ASKED))


def _enqueue_training(by: str) -> None:
    frappe.enqueue(
        _TRAINING,
        queue="long",
        timeout=TIMEOUT,
        job_id=TRAINING_JOB,
        deduplicate=True,
        enqueue_after_commit=True,
        by=by,
    )


def _ask() -> None:
    """Whoever asks first until a job begins to read enqueues it. By its id the queue would also pass over a job for one that has
    begun, and may have looked for complaints before this one came; and asking it costs ten times as much."""
    _forget()
    if frappe.cache.set(frappe.cache.make_key(_ASKED), 1, nx=True, ex=_ASKED_SECONDS):
        frappe.enqueue(_SCORING, queue="short")


def _forget() -> None:
    frappe.flags.qms_scoring_asked = False
