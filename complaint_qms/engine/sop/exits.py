"""Ways out of a complaint: one table of the questions that closing, rejecting, merging and voiding ask.

A question is asked of the complaint's history, at whichever stage it stands and whatever was sent with the step:
what somebody found before counts as well as what this save says.

Facts beyond those of `complaint.py`:
    stored: the record as it was before this save; empty for a new one.
    merged_here: names of complaints that were merged into this one.
    original_stage, original_company, original_harm, original_reportable, original_awareness: of `duplicate_of`, None
        when it is empty.

Holding, resuming, going back and opening again are no ways out: an open assessment keeps running meanwhile, nobody
gives up what rests on the complaint, and the next way forward or out asks everything again.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from complaint_qms.constants.reportability import GRAVE_HARM, HARM_RANK
from complaint_qms.constants.settlement import REJECTED
from complaint_qms.engine.message import Message
from complaint_qms.engine.sop.gates import Missing, blank, named, need

Facts = Mapping[str, Any]
Question = Callable[[Facts], list[Missing]]

FOUND_REPORTABLE: Final = ("yes", "assessing")


def exit_missing(facts: Facts, target: str) -> list[Missing]:
    """What the shared questions find missing for the way out to `target`, in the order of the table."""
    return [row for question in EXITS[target] for row in QUESTIONS[question](facts)]


def undecided_settlements(facts: Facts) -> list[Missing]:
    """Settlements that nobody has granted yet, and those that somebody said no to."""
    drafts = [row for row in facts.get("settlements") or [] if row["docstatus"] == 0]
    open_ones = (row["name"] for row in drafts if row.get("status") != REJECTED)
    return named(
        open_ones, "G4", "settlement_html", "Submit or delete the draft settlement {names}."
    ) + rejected_settlements(facts)


def rejected_settlements(facts: Facts) -> list[Missing]:
    """Settlements that somebody said no to, each with the reason."""
    return [
        Missing(
            "G4",
            "settlement_html",
            Message(
                "Settlement {names} was rejected: revise it and propose it again, or delete it. Reason: {reason}",
                {"names": row["name"], "reason": row.get("rejection_reason") or "-"},
            ),
        )
        for row in facts.get("settlements") or []
        if row["docstatus"] == 0 and row.get("status") == REJECTED
    ]


def undecided_assessments(facts: Facts) -> list[Missing]:
    """Reportability assessments that nobody has finished yet."""
    pending = (row["name"] for row in facts.get("assessments") or [] if row["status"] == "open")
    return named(
        pending,
        "G3",
        "",
        "Reportability assessment {names} is still open: report the event or decide with a reason.",
    )


def _answered(facts: Facts) -> list[Missing]:
    """What the complaint says of reportability and what its assessments decided agree; without a deliberation under
    way, which is a question of its own."""
    if undecided_assessments(facts):
        return []
    said, status = facts.get("reportable"), {row["status"] for row in facts.get("assessments") or []}
    if "reported" in status:
        if said == "yes":
            return []
        return [Missing("G3", "reportable", Message("The event was reported: record it as reportable."))]
    if not _found_reportable(facts):
        return []
    if not status:
        message = Message("Add the reportability assessment and finish it.")
        return [Missing("G3", "reportable", message, lies_with="record")]
    if said in FOUND_REPORTABLE:
        return [
            Missing(
                "G3",
                "reportable",
                Message("The assessment is finished: record whether the event is reportable."),
            )
        ]
    return []


def _decided(facts: Facts) -> list[Missing]:
    """Serious harm and death leave by no way before somebody decided whether they are reportable, and assessed it."""
    stored = facts.get("stored") or {}
    if not {facts.get("harm_level"), stored.get("harm_level")} & set(GRAVE_HARM):
        return []
    found: list[Missing] = []
    if blank(facts.get("reportable")):
        wanted = [("reportable", "Decide whether the event is reportable to an authority.")]
        found += need(facts, "G1", wanted)
    if facts.get("assessments") or _found_reportable(facts):
        return found
    return [
        *found,
        Missing(
            "G3",
            "",
            Message(
                "Serious harm and death are reported, or found not reportable, by an assessment: "
                "add a reportability assessment and finish it."
            ),
        ),
    ]


def _not_reportable(facts: Facts) -> list[Missing]:
    reported = any(row["status"] == "reported" for row in facts.get("assessments") or [])
    if not reported and (not _found_reportable(facts) or _withdrawn(facts)):
        return []
    return [Missing("G3", "reportable", Message("A reportable event can neither be rejected nor made void."))]


def _found_reportable(facts: Facts) -> bool:
    """Whether somebody found so, in what is stored or in what is sent with the step."""
    stored = facts.get("stored") or {}
    return facts.get("reportable") in FOUND_REPORTABLE or stored.get("reportable") in FOUND_REPORTABLE


def _withdrawn(facts: Facts) -> bool:
    """Whether this save takes the finding back on the strength of an assessment."""
    status = {row["status"] for row in facts.get("assessments") or []}
    return facts.get("reportable") == "no" and status == {"not_reportable"}


def _settled(facts: Facts) -> list[Missing]:
    found = undecided_settlements(facts)
    for row in facts.get("open_documents") or []:
        found.append(
            Missing(
                "G4",
                "settlement_html",
                Message(
                    "{doctype} {name} is not finished yet: have it submitted or closed, or cancel the settlement.",
                    dict(row),
                ),
            )
        )
    for row in facts.get("lost_documents") or []:
        found.append(
            Missing(
                "G4",
                "settlement_html",
                Message(
                    "{doctype} {name} of settlement {settlement} was cancelled or deleted: have it amended, "
                    "or write in the settlement why nothing more is owed.",
                    dict(row),
                ),
            )
        )
    return found


def _nothing_settled(facts: Facts) -> list[Missing]:
    submitted = (row["name"] for row in facts.get("settlements") or [] if row["docstatus"] == 1)
    return named(submitted, "G7", "settlement_html", "Cancel settlement {names} first.")


def _investigations_ended(facts: Facts) -> list[Missing]:
    """An investigation that is only about others too ends with the complaint that it was opened for."""
    running = (
        row["name"]
        for row in facts.get("investigations") or []
        if row["stage"] != "completed" and not row.get("covers")
    )
    return named(running, "G2", "", "Complete investigation {names} first, or void it.")


def _nobody_rests_here(facts: Facts) -> list[Missing]:
    return named(
        facts.get("merged_here"),
        "G7",
        "",
        "{names} was merged into this complaint: have it separated again first.",
    )


def _original_carries(facts: Facts) -> list[Missing]:
    original = facts.get("duplicate_of")
    if blank(original):
        return need(facts, "G7", [("duplicate_of", "Name the complaint this one repeats.")])
    stage, values = facts.get("original_stage"), {"name": original}
    if original == facts.get("name"):
        message = "A complaint cannot be a duplicate of itself."
    elif stage in ("duplicate", "void"):
        message = "{name} is itself merged or void: name the complaint that carries the case."
    elif stage in ("closed", "rejected"):
        message = "{name} has ended: have it reopened first, so that somebody sees what this complaint adds."
    elif facts.get("original_company") and facts.get("original_company") != facts.get("company"):
        message = "{name} belongs to another company: name a complaint of this company."
    else:
        return []
    return [Missing("G7", "duplicate_of", Message(message, values))]


def _original_knows(facts: Facts) -> list[Missing]:
    """What carries the case knows what this complaint tells of, so that it is decided, and in time."""
    if blank(facts.get("duplicate_of")) or _original_carries(facts):
        return []
    grave = facts.get("harm_level") in GRAVE_HARM
    status = {row["status"] for row in facts.get("assessments") or []}
    reportable = facts.get("reportable") in FOUND_REPORTABLE or "reported" in status
    known, there = facts.get("awareness_date"), facts.get("original_awareness")
    values = {"name": facts["duplicate_of"], "date": known}
    found = []
    if grave and _rank(facts.get("harm_level")) > _rank(facts.get("original_harm")):
        found.append(
            Message("This complaint tells of graver harm than {name}: record the harm there first.", values)
        )
    if reportable and facts.get("original_reportable") not in FOUND_REPORTABLE:
        found.append(
            Message("{name} does not say that the event is reportable: record it there first.", values)
        )
    if (grave or reportable) and not blank(known) and (blank(there) or str(known) < str(there)):
        found.append(
            Message(
                "The company knew of this event on {date}, before {name} says so: enter that Awareness Date there first.",
                values,
            )
        )
    return [Missing("G3", "duplicate_of", message) for message in found]


def _rank(harm: Any) -> int:
    return HARM_RANK.get(harm or "", 0)


QUESTIONS: Final[dict[str, Question]] = {
    "assessed": undecided_assessments,
    "answered": _answered,
    "not_reportable": _not_reportable,
    "settled": _settled,
    "nothing_settled": _nothing_settled,
    "investigations_ended": _investigations_ended,
    "nobody_rests_here": _nobody_rests_here,
    "original_carries": _original_carries,
    "decided": _decided,
    "original_knows": _original_knows,
}

# Merging and closing leave the finding where it is, so it has to be answered; rejecting and voiding would take it out
# of sight, so there must be none. A closed or merged complaint may have others resting on it: they stay with a closed
# one, and go with a merged one to its original.
EXITS: Final[dict[str, tuple[str, ...]]] = {
    "closed": ("decided", "assessed", "answered", "settled", "investigations_ended"),
    "rejected": (
        "decided",
        "assessed",
        "not_reportable",
        "settled",
        "investigations_ended",
        "nobody_rests_here",
    ),
    "duplicate": (
        "original_carries",
        "original_knows",
        "decided",
        "assessed",
        "answered",
        "settled",
        "investigations_ended",
    ),
    "void": (
        "decided",
        "assessed",
        "not_reportable",
        "settled",
        "nothing_settled",
        "investigations_ended",
        "nobody_rests_here",
    ),
}
