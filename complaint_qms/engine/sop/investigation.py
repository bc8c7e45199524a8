"""Gates of an investigation and of a root cause (G2, G6, G7).

Facts beyond the fields of both:
    user: who asks for the step; acting: that one, and who signed in in their name.
    contributors: [{user, part}] everybody who wrote, owned or submitted the record, whenever it was.
    stored: the record as it was before this save; empty for a new one.
Facts beyond the fields of Investigation:
    root_causes: [{name, status}] of this investigation, rejected ones left out.
    closed_on_it: names of complaints that were closed on it.
Facts beyond the fields of Root Cause:
    whys, factors: the rows of its tables.
    closed_on_it: names of CAPAs that were closed on it.
    completed_on_it: names of investigations that were completed on it.
"""

from collections.abc import Mapping
from typing import Any

from complaint_qms.constants.stages import INVESTIGATION_FLOW
from complaint_qms.engine.message import Message
from complaint_qms.engine.sop.gates import Missing, blank, judges_own, named, need

Facts = Mapping[str, Any]


def investigation_missing(facts: Facts, target: str) -> list[Missing]:
    """What an investigation lacks to enter stage `target`; forward stages ask for all on the way."""
    if target == "void":
        reason = [("void_reason", "Write why the investigation is void; nothing is deleted.")]
        return need(facts, "G7", reason) + _nobody_closed(facts)
    origin = facts.get("stage") or "planned"
    if origin == "completed":
        return _nobody_closed(facts)
    if INVESTIGATION_FLOW.index(target) < INVESTIGATION_FLOW.index(origin):
        return []
    found = need(facts, "G2", [("investigator", "Name the investigator.")])
    if target in ("review", "completed"):
        found += need(
            facts,
            "G2",
            [
                ("problem", "State the problem that was investigated."),
                ("findings", "Write down the findings."),
                ("outcome", "Choose the outcome."),
                ("conclusion", "Write the conclusion."),
            ],
        )
        if target == "completed" or not facts.get("root_causes"):
            # Asked with the submission, because what is under review stands still.
            found += _cause_known(facts)
    if target == "completed":
        stored = facts.get("stored") or {}
        if judges_own(
            facts, facts.get("investigator"), stored.get("investigator"), facts.get("submitted_by")
        ):
            found.append(
                Missing(
                    "G6",
                    "",
                    Message(
                        "Who led, wrote or submitted an investigation cannot complete it: ask somebody who had no part in it."
                    ),
                )
            )
    return found


def root_cause_missing(facts: Facts, target: str) -> list[Missing]:
    """What a root cause lacks to take status `target` (draft, verified, rejected)."""
    if target == "rejected":
        return need(facts, "G2", [("rejection_reason", "Write why this cause was ruled out.")]) + _unused(
            facts
        )
    if target != "verified":
        return []
    found = need(
        facts,
        "G2",
        [
            ("description", "Describe the root cause."),
            ("method", "Choose the method that led to the cause."),
            ("category", "Choose the category of the cause."),
            ("verification_method", "Write how the cause was verified."),
            ("analyst", "Name the analyst who found the cause."),
        ],
    )
    if facts.get("method") == "5_why" and not facts.get("whys"):
        found.append(Missing("G2", "whys", Message("Add the chain of whys that led to the cause.")))
    if facts.get("method") == "ishikawa" and not facts.get("factors"):
        found.append(Missing("G2", "factors", Message("Add the branches of the Ishikawa diagram.")))
    stored = facts.get("stored") or {}
    if judges_own(facts, facts.get("analyst"), stored.get("analyst"), stored.get("content_by")):
        found.append(
            Missing(
                "G6",
                "",
                Message("Who found a root cause or wrote on it cannot verify it: ask somebody else."),
            )
        )
    return found


def _nobody_closed(facts: Facts) -> list[Missing]:
    return named(
        facts.get("closed_on_it"),
        "G2",
        "",
        "Complaint {names} was closed on this investigation: have it reopened first.",
    )


def _cause_known(facts: Facts) -> list[Missing]:
    if facts.get("outcome") != "confirmed" or not blank(facts.get("root_cause_waived_reason")):
        return []
    causes = facts.get("root_causes") or []
    if any(row["status"] == "verified" for row in causes):
        return []
    if causes:
        return [
            Missing(
                "G2",
                "",
                Message(
                    "Root cause {names} is not verified yet: have it verified, or write the reason for no root cause.",
                    {"names": ", ".join(row["name"] for row in causes)},
                ),
            )
        ]
    return [
        Missing(
            "G2",
            "root_cause_waived_reason",
            Message("A confirmed defect needs a verified root cause, or the reason why none was found."),
        )
    ]


def _unused(facts: Facts) -> list[Missing]:
    return named(
        facts.get("closed_on_it"), "G5", "", "CAPA {names} was closed on this cause: have it reopened first."
    ) + named(
        facts.get("completed_on_it"),
        "G2",
        "",
        "Investigation {names} was completed on this cause: have it reopened first.",
    )
