"""A complaint that is solved while it is registered: whether its SOP lets that happen, and what is written when it does.

The SOP has decided once, for all complaints of little weight, that they need no investigation; who solves one answers for the facts. From
there on it is a complaint in its final review like any other, which somebody else closes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import frappe
from frappe.model.document import Document
from frappe.utils import cint

from complaint_qms.constants.stages import AT_ONCE, COMPLAINT_FLOW
from complaint_qms.engine.sop.at_once import GIVEN, as_given
from complaint_qms.services.lifecycle.facts import facts_of
from complaint_qms.services.record import timeline
from complaint_qms.services.record.timeline import Link, Word, line

FIELD: Final = "at_once_sop"
"""Field of a complaint: the SOP that let it be solved at once."""
_TAKEN_BACK: Final = (
    FIELD,
    "no_investigation_reason",
    "no_investigation_decided_by",
    "no_investigation_decided_at",
)
# Whoever takes a complaint back to one of these has found that it was not solved at once after all.
_SOLVED_ANEW: Final = COMPLAINT_FLOW[: COMPLAINT_FLOW.index("confirm")]


def pass_over(doc: Document, origin: str, target: str, now: datetime) -> str | None:
    """A complaint moves: what solving at once decides is written where it did, and taken back where it is solved anew.

    Returns:
        Why stages were passed over, for the log of stages; None where none was.
    """
    if (origin, target) not in AT_ONCE:
        if doc.get(FIELD) and target in _SOLVED_ANEW:
            doc.update(dict.fromkeys(_TAKEN_BACK))
        return None
    sop, facts = frappe.get_cached_doc("Complaint SOP", doc.sop), facts_of(doc)
    given = as_given(facts)
    changed = {name: given.get(name) for name in GIVEN if given.get(name) != facts.get(name)}
    doc.update(changed)
    if not doc.triage_decided_by:
        doc.triage_decided_by, doc.triage_decided_at = frappe.session.user, now
    if "no_investigation_decided_by" in changed:
        doc.no_investigation_decided_at = sop.at_once_decided_at
    if "reportable" in changed:
        doc.reportable_since, doc.reportable_decided_by = now, sop.at_once_decided_by
    doc.set(FIELD, doc.sop)
    doc.flags.solved_at_once = line(
        "Solved at once as SOP {0}, version {1}, allows; passed over: {2}",
        Link("Complaint SOP", sop.name),
        cint(sop.version) or 1,
        [Word(stage) for stage in _between(origin, target)],
    )
    return timeline.plain_line(doc.flags.solved_at_once)


def note_passed_over(doc: Document) -> None:
    """Write into the timeline of a complaint, once it is stored, that it was solved at once."""
    if message := doc.flags.pop("solved_at_once", None):
        timeline.note_on(doc, message)


def _between(origin: str, target: str) -> tuple[str, ...]:
    return COMPLAINT_FLOW[COMPLAINT_FLOW.index(origin) + 1 : COMPLAINT_FLOW.index(target)]
