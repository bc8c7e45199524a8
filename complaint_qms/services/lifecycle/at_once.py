"""A complaint that is solved while it is registered: whether its SOP lets that happen, and what is written when it does.

The SOP has decided once, for all complaints of little weight, that they need no investigation; who solves one answers for the facts. From
there on it is a complaint in its final review like any other, which somebody else closes.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.utils import cint, get_datetime

from complaint_qms.constants.stages import AT_ONCE, COMPLAINT_FLOW
from complaint_qms.engine.sop.at_once import GIVEN, as_given
from complaint_qms.engine.sop.gates import blank
from complaint_qms.services.lifecycle.facts import facts_of
from complaint_qms.services.record import timeline
from complaint_qms.services.record.tags import without_tags
from complaint_qms.services.record.timeline import Link, Text, Word, line

FIELD: Final = "at_once_sop"
"""Field of a complaint: the SOP that let it be solved at once."""
NOTED: Final = "at_once_given"
"""Field of a complaint: what was filled in for it as its SOP had decided, by field; taken back if it is solved anew."""
# What an SOP decides, and what shows that it is still its decision: somebody's own has another moment, or other words.
_DECIDED: Final = {
    "triage_rationale": ("triage_rationale",),
    "reportable": ("reportable_decided_by", "reportable_since"),
    "no_investigation_reason": ("no_investigation_decided_by", "no_investigation_decided_at"),
}
# Whoever takes a complaint back to one of these has found that it was not solved at once after all.
_SOLVED_ANEW: Final = COMPLAINT_FLOW[: COMPLAINT_FLOW.index("confirm")]


def pass_over(doc: Document, origin: str, target: str, now: datetime) -> str | None:
    """A complaint moves: what solving at once decides is written where it did, and taken back where it is solved anew.

    Returns:
        Why stages were passed over, for the log of stages; None where none was.
    """
    if (origin, target) not in AT_ONCE:
        if doc.get(FIELD) and target in _SOLVED_ANEW:
            _take_back(doc)
        return None
    sop, facts = frappe.get_cached_doc("Complaint SOP", doc.sop), facts_of(doc)
    given = as_given(facts)
    changed = {name: given.get(name) for name in GIVEN if given.get(name) != facts.get(name)}
    prepared = doc.no_investigation_reason if "no_investigation_reason" in changed else None
    doc.update(changed)
    if not doc.triage_decided_by:
        doc.triage_decided_by, doc.triage_decided_at = frappe.session.user, now
    if "no_investigation_decided_by" in changed:
        changed["no_investigation_reason"] = given["no_investigation_reason"]
        doc.no_investigation_decided_at = sop.at_once_decided_at
    if "reportable" in changed:
        doc.reportable_since, doc.reportable_decided_by = sop.at_once_decided_at, sop.at_once_decided_by
    shows = {field: _DECIDED[field] for field in _DECIDED if field in changed}
    noted = {field: {name: str(doc.get(name)) for name in names} for field, names in shows.items()}
    doc.update({FIELD: doc.sop, NOTED: json.dumps(noted, ensure_ascii=False)})
    passed = line(
        "Solved at once as SOP {0}, version {1}, allows; passed over: {2}",
        Link("Complaint SOP", sop.name),
        cint(sop.version) or 1,
        [Word(stage) for stage in _between(origin, target)],
    )
    doc.flags.solved_at_once = [passed]
    if not blank(prepared):
        message = line(
            "Prepared as the reason for not investigating, for which the SOP's own stands: {0}",
            Text(prepared),
        )
        doc.flags.solved_at_once.append(message)
    return timeline.plain_line(passed)


def note_passed_over(doc: Document) -> None:
    """Write into the timeline of a complaint, once it is stored, that it was solved at once."""
    for message in doc.flags.pop("solved_at_once", None) or ():
        timeline.note_on(doc, message)


def _take_back(doc: Document) -> None:
    """What the SOP gave goes; what somebody has decided themselves, before or since, stays with their name."""
    noted = frappe.parse_json(doc.get(NOTED) or "{}")
    for field, shown in noted.items():
        if all(_same(doc.get(name), said) for name, said in shown.items()):
            doc.update(dict.fromkeys((field, *_DECIDED[field])))
    doc.update({FIELD: None, NOTED: None})


def _same(value: Any, said: str) -> bool:
    if isinstance(value, datetime):
        return value == get_datetime(said)
    return without_tags(str(value)).split() == without_tags(said).split()


def _between(origin: str, target: str) -> tuple[str, ...]:
    return COMPLAINT_FLOW[COMPLAINT_FLOW.index(origin) + 1 : COMPLAINT_FLOW.index(target)]
