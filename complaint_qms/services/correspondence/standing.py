"""How a complaint stands, in plain words for whoever complained; nothing that was written inside the company."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.inbox import ADDED, DISMISSED, REGISTERED
from complaint_qms.constants.visitor import STEP_OF_STAGE, STEPS
from complaint_qms.services.correspondence.agreement import waits_for_word
from complaint_qms.services.record.site_time import aware, site_zone

WORDS_OF_THEIRS: Final = ("agreed", "disagreed")
ELSEWHERE: Final = "elsewhere"
"""In place of a stage: merged into a complaint that is not told of."""
PUT_AWAY: Final = "put_away"
"""In place of a stage: a person has decided that a message is no complaint."""

STEP_NAMES: Final[dict[str, Callable[[], str]]] = {
    "received": lambda: _("Received"),
    "checked": lambda: _("Being checked"),
    "investigated": lambda: _("Looking for the cause"),
    "solution": lambda: _("Solution"),
    "done": lambda: _("Finished"),
}
_SENTENCES: Final[dict[str, Callable[[], str]]] = {
    "intake": lambda: _("We have received your complaint."),
    "triage": lambda: _("We are checking what you have told us."),
    "investigate": lambda: _("We are looking for the cause."),
    "solve": lambda: _("We are working on a solution."),
    "confirm": lambda: _("We have told you our solution and wait for your answer."),
    "execute": lambda: _("The solution is being carried out."),
    "review": lambda: _("The solution has been carried out. We look at everything once more."),
    "closed": lambda: _("Your complaint is finished."),
    "rejected": lambda: _(
        "We have checked it, and cannot treat it as a complaint about our product or service."
    ),
    "void": lambda: _("This entry was taken back, because it was made twice or by mistake."),
    ELSEWHERE: lambda: _("It is handled together with another complaint."),
    PUT_AWAY: lambda: _("We have read your message, and do not handle it as a complaint."),
    "on_hold": lambda: _(
        "It waits at the moment. You need not do anything unless we have asked you something."
    ),
}

IsOwn = Callable[[frappe._dict], bool]
"""Whether a complaint, of which `customer` and `contact_person` are known, is one of whom it is told to."""


def sentence(complaint: Document) -> str:
    """How a complaint stands, in a sentence; a merged one as its original does."""
    return sentence_at(complaint, told_stage(complaint))


def sentence_at(complaint: Document, stage: str) -> str:
    """How a complaint stands whose told stage is known, in a sentence."""
    # What is said of an original waits for the word of its own complainant.
    waits = complaint.stage == "duplicate" or waits_for_word(complaint)
    return sentence_of(stage, waits=waits, answer=complaint.customer_agreement)


def told_stage(complaint: Document, is_own: IsOwn | None = None) -> str:
    """The stage that is told: that of the original for a complaint that was merged into another one."""
    if complaint.stage == "duplicate" and complaint.duplicate_of:
        fields = ["stage", "customer", "contact_person"]
        original = frappe.db.get_value("Complaint", complaint.duplicate_of, fields, as_dict=True)
        if not original or (is_own and not is_own(original)):
            return ELSEWHERE
        return known_stage(original.stage)
    return known_stage(complaint.stage)


def known_stage(stage: str | None) -> str:
    """A stage that there is a sentence for."""
    return stage if stage in _SENTENCES else "triage"


def step_of(stage: str, held_stage: str | None) -> str:
    """Where on the way a stage lies."""
    if stage == "on_hold":
        stage = held_stage or "triage"
    if stage == PUT_AWAY:
        return STEPS[-1]
    return STEP_OF_STAGE.get(stage, "checked" if stage == ELSEWHERE else STEPS[0])


def stage_of_message(state: str) -> str:
    """What is told in place of a stage of a message that is no complaint of its sender's."""
    return {ADDED: ELSEWHERE, REGISTERED: ELSEWHERE, DISMISSED: PUT_AWAY}.get(state, "intake")


def sentence_of(stage: str, *, waits: bool, answer: str | None = None) -> str:
    """How it stands, in a sentence.

    Args:
        waits: whether a solution waits for the complainant's word.
        answer: their word on it.
    """
    if stage == "confirm" and not waits and answer not in WORDS_OF_THEIRS:
        return _("We are preparing our answer.")
    if stage == "confirm" and not waits:
        return _("We have your answer and go on with it.")
    return _SENTENCES[stage]()


def instant(moment: Any) -> str:
    """A time of the site for a browser, which tells it in the visitor's own zone and form."""
    return aware(moment, site_zone()).isoformat()
