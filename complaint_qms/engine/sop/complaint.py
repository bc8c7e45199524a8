"""Gates of a complaint (G1–G4, G6, G7 and the hand-over checks of its SOP).

Facts beyond the fields of Complaint:
    user: who asks for the step.
    judges_investigation: whether who asks may decide that no investigation is needed, or that a similar one suffices; the
        step gives them the name.
    acting: who asks for the step, and who has signed in as them.
    answered_for: who sent the complaint to review, ever, and who was its handler since there was a solution.
    investigations: [{name, stage, covers}] that name this complaint, void ones left out; `covers`: in their table only.
    covering_stage: stage of `covered_by_investigation`, None when it is empty.
    root_causes: number of verified root causes.
    assessments: [{name, status}] reportability assessments.
    settlements: [{name, docstatus, status, rejection_reason}] not cancelled.
    open_documents: [{doctype, name}] drafted by settlements and not submitted yet.
    lost_documents: [{settlement, doctype, name}] of settlements, cancelled or deleted and not replaced.
    capas: [{name, stage}] that name this complaint, void ones left out.
    checklist: [{stage, check, mandatory, done, proof: what shows that it is done, as `field:name`, `file:kind` or `record:kind`}].
What the ways out ask besides stands in `exits.py`, what solving at once asks in `at_once.py`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from complaint_qms.constants.stages import AT_ONCE, COMPLAINT_FLOW
from complaint_qms.engine.message import Message
from complaint_qms.engine.sop.at_once import against, as_given, asked_here
from complaint_qms.engine.sop.checks import checks_missing
from complaint_qms.engine.sop.exits import exit_missing, rejected_settlements, undecided_settlements
from complaint_qms.engine.sop.gates import Missing, blank, need

Facts = Mapping[str, Any]


def complaint_missing(facts: Facts, target: str) -> list[Missing]:
    """What a complaint lacks to enter stage `target`.

    Forward stages ask for everything on the way to them, so a skipped step is named, not only the last one.
    Coming back to an earlier stage asks only for the reason, where one is due.
    """
    origin = facts.get("stage") or "intake"
    if origin == "void":
        return [
            Missing(
                "G7", "", Message("A void complaint stays void: register what is still open as a new one.")
            )
        ]
    if target in _SIDE:
        return _unique(_SIDE[target](facts))
    if target not in COMPLAINT_FLOW:
        return [Missing("SOP", "stage", Message("{stage} is not a stage of a complaint.", {"stage": target}))]
    if origin == "duplicate":
        return need(facts, "G7", [("reopen_reason", "Write why the complaint is separated again.")])
    if origin in ("closed", "rejected"):
        return _reopening(facts)
    if origin == "on_hold":
        return _resuming(facts, target)
    if COMPLAINT_FLOW.index(target) < COMPLAINT_FLOW.index(origin):
        return []
    found: list[Missing] = []
    if at_once := (origin, target) in AT_ONCE:
        found, facts = against(facts), as_given(facts)
    for stage in COMPLAINT_FLOW[1 : COMPLAINT_FLOW.index(target) + 1]:
        found += _ENTER[stage](facts)
    found += checks_missing(facts, target)
    return _unique(asked_here(found, facts) if at_once else found)


def rests_on(facts: Facts, investigation: str) -> bool:
    """Whether G2 is open for a complaint now and would be shut if `investigation` were not completed; that somebody still has
    to give their name to it does not matter."""
    facts = {**facts, "judges_investigation": True}
    own = [
        {**row, "stage": "in_progress"} if row["name"] == investigation else row
        for row in facts.get("investigations") or []
    ]
    covered = facts.get("covered_by_investigation") == investigation
    covering = "in_progress" if covered else facts.get("covering_stage")
    without = {**facts, "investigations": own, "covering_stage": covering}
    return not _investigated(facts) and bool(_investigated(without))


def rests_on_reason(facts: Facts) -> bool:
    """Whether G2 is open for nothing but the decision that no investigation is needed."""
    unnamed = {"no_investigation_decided_by": None, "judges_investigation": False}
    asked = _investigated({**facts, **unnamed})
    return any(row.field == "no_investigation_reason" for row in asked)


def rests_on_coverage(facts: Facts) -> bool:
    """Whether G2 is open for nothing but the decision that a similar investigation covers the complaint."""
    unnamed = {"coverage_decided_by": None, "judges_investigation": False}
    return not _covering_missing(facts) and bool(_investigated({**facts, **unnamed}))


def _intake(facts: Facts) -> list[Missing]:
    found = need(
        facts,
        "SOP",
        [
            ("subject", "Say in one line what the complaint is about."),
            ("company", "Choose the company that received the complaint."),
            ("received_at", "Enter when the complaint was received."),
        ],
    )
    if blank(facts.get("customer")) and blank(facts.get("complainant_name")):
        found.append(
            Missing("SOP", "customer", Message("Choose the customer, or write the complainant's name."))
        )
    if blank(facts.get("description")):
        found.append(
            Missing("SOP", "description", Message("Describe what happened in the customer's words."))
        )
    return found


def _triage(facts: Facts) -> list[Missing]:
    found: list[Missing] = []
    if facts.get("is_complaint") == "no":
        found.append(
            Missing(
                "G1",
                "is_complaint",
                Message(
                    "Triage says this is not a complaint: reject it with a reason, or correct the answer."
                ),
            )
        )
    found += need(
        facts,
        "G1",
        [
            ("is_complaint", "Decide whether this is a complaint."),
            ("complaint_type", "Choose the complaint type."),
            ("severity", "Choose the severity."),
            ("reportable", "Decide whether the event is reportable to an authority."),
            ("triage_rationale", "Write why triage decided so."),
            ("complaint_owner", "Name the handler who is answerable for this complaint."),
        ],
    )
    if facts.get("reportable") in ("yes", "assessing") and blank(facts.get("awareness_date")):
        found.append(
            Missing(
                "G1",
                "awareness_date",
                Message("Enter the awareness date; reporting deadlines count from it."),
            )
        )
    return found


def _investigated(facts: Facts) -> list[Missing]:
    investigations = facts.get("investigations") or []
    if any(row["stage"] == "completed" for row in investigations):
        return []
    if not blank(facts.get("covered_by_investigation")):
        return _covering_missing(facts) + _undecided(
            facts,
            "coverage_decided_by",
            "coverage_rationale",
            Message(
                "Nobody has decided yet that the similar investigation covers this complaint: a Complaint Manager, Quality "
                "Investigator or Quality Manager takes this step, and their name goes beside the reason."
            ),
        )
    if investigations:
        return [
            Missing(
                "G2",
                "",
                Message(
                    "Complete investigation {names} first, or void it.",
                    {"names": ", ".join(row["name"] for row in investigations)},
                ),
            )
        ]
    undecided = _undecided(
        facts,
        "no_investigation_decided_by",
        "no_investigation_reason",
        Message(
            "Nobody has decided yet that no investigation is needed: a Complaint Manager, Quality Investigator or "
            "Quality Manager takes this step, and their name goes beside the reason."
        ),
    )
    if blank(facts.get("no_investigation_reason")):
        wanted = need(
            facts,
            "G2",
            [
                (
                    "no_investigation_reason",
                    "Complete an investigation, link a similar one that covers this complaint, "
                    "or write why none is needed; the decision carries your name.",
                )
            ],
        )
        return wanted + undecided
    return undecided


def _covering_missing(facts: Facts) -> list[Missing]:
    found = []
    if facts.get("covering_stage") != "completed":
        found.append(
            Missing(
                "G2",
                "covered_by_investigation",
                Message(
                    "Investigation {name} is not completed yet, so it cannot cover this complaint.",
                    {"name": facts.get("covered_by_investigation")},
                ),
            )
        )
    return found + need(
        facts,
        "G2",
        [("coverage_rationale", "Write why the similar investigation covers this complaint.")],
    )


def _undecided(facts: Facts, decided_by: str, field: str, message: Message) -> list[Missing]:
    if facts.get(decided_by) or facts.get("judges_investigation"):
        return []
    return [Missing("G2", field, message, lies_with="person")]


def _solved(facts: Facts) -> list[Missing]:
    found: list[Missing] = []
    if blank(facts.get("reply")) and blank(facts.get("no_reply_reason")):
        found.append(
            Missing("G4", "reply", Message("Write the reply to the customer, or the reason for no reply."))
        )
    if blank(facts.get("remedy_required")):
        found.append(Missing("G4", "remedy_required", Message("Decide whether the customer gets a remedy.")))
    elif facts.get("remedy_required") == "no":
        found += need(facts, "G4", [("no_remedy_reason", "Write why there is no remedy.")])
    elif not facts.get("settlements"):
        found.append(Missing("G4", "settlement_html", Message("Propose a settlement with the remedy.")))
    else:
        found += rejected_settlements(facts)
    return found


def _confirmed(facts: Facts) -> list[Missing]:
    found: list[Missing] = []
    if blank(facts.get("reply_sent_at")) and blank(facts.get("no_reply_reason")):
        found.append(
            Missing(
                "G4",
                "reply_sent_at",
                Message("Send the reply to the customer, or write the reason for no reply."),
            )
        )
    answer = facts.get("customer_agreement")
    if blank(answer):
        found.append(Missing("G4", "customer_agreement", Message("Record what the customer answered.")))
    elif answer == "disagreed":
        found.append(
            Missing(
                "G4",
                "customer_agreement",
                Message(
                    "The customer does not agree: take the complaint back to the solution, or record the later agreement."
                ),
            )
        )
    elif answer == "no_answer":
        found += need(
            facts, "G4", [("agreement_note", "Write how often and when you tried to reach the customer.")]
        )
    return found


def _executed(facts: Facts) -> list[Missing]:
    if facts.get("remedy_required") != "yes":
        return []
    # That there is a settlement at all was asked on the way here.
    return undecided_settlements(facts)


def _closable(facts: Facts) -> list[Missing]:
    found = exit_missing(facts, "closed")
    found += need(
        facts,
        "G4",
        [
            ("closing_decision", "Choose the closing decision."),
            ("closing_summary", "Summarise the outcome for the file."),
        ],
    )
    found += _capa_answered(facts)
    if {*(facts.get("acting") or [facts.get("user")])} & {*(facts.get("answered_for") or [])}:
        found.append(
            Missing(
                "G6",
                "",
                Message(
                    "You were the handler of this complaint or sent it to review: somebody else has to review and close it."
                ),
            )
        )
    return found


def _capa_answered(facts: Facts) -> list[Missing]:
    needed = facts.get("capa_required")
    if needed == "yes" and not facts.get("capas"):
        return [Missing("G5", "capa_required", Message("Open the CAPA this complaint needs."))]
    if needed == "no" and facts.get("root_causes"):
        return need(
            facts, "G5", [("no_capa_reason", "A root cause was verified: write why no CAPA is needed.")]
        )
    return need(facts, "G5", [("capa_required", "Decide whether a CAPA is needed.")])


def _reopening(facts: Facts) -> list[Missing]:
    return need(facts, "G7", [("reopen_reason", "Write why the complaint is opened again.")])


def _resuming(facts: Facts, target: str) -> list[Missing]:
    held = facts.get("held_stage") or "intake"
    if target == held:
        return []
    return [
        Missing(
            "SOP", "", Message("A held complaint goes on where it was: resume to {stage}.", {"stage": held})
        ),
    ]


def _holding(facts: Facts) -> list[Missing]:
    return need(
        facts, "SOP", [("hold_reason", "Write what the complaint waits for; the clock stops meanwhile.")]
    )


def _rejecting(facts: Facts) -> list[Missing]:
    found = need(
        facts,
        "G1",
        [
            ("triage_rationale", "Write why triage decided so."),
            ("reportable", "Decide whether the event is reportable to an authority."),
            ("rejection_reason", "Write why it is rejected and which other ways the customer has."),
        ],
    )
    if facts.get("is_complaint") != "no":
        found.insert(
            0, Missing("G1", "is_complaint", Message("Only what is not a complaint can be rejected."))
        )
    return found + exit_missing(facts, "rejected")


def _merging(facts: Facts) -> list[Missing]:
    return exit_missing(facts, "duplicate")


def _voiding(facts: Facts) -> list[Missing]:
    found = need(facts, "G7", [("void_reason", "Write why the complaint is void; nothing is deleted.")])
    return found + exit_missing(facts, "void")


def _unique(found: list[Missing]) -> list[Missing]:
    seen: set[tuple[str, str, str]] = set()
    out = []
    for row in found:
        key = (row.gate, row.field, row.text())
        if key not in seen:
            seen.add(key)
            out.append(row)
    return out


_ENTER: dict[str, Callable[[Facts], list[Missing]]] = {
    "triage": _intake,
    "investigate": _triage,
    "solve": _investigated,
    "confirm": _solved,
    "execute": _confirmed,
    "review": _executed,
    "closed": _closable,
}
_SIDE: dict[str, Callable[[Facts], list[Missing]]] = {
    "on_hold": _holding,
    "rejected": _rejecting,
    "duplicate": _merging,
    "void": _voiding,
}
