"""Gates of a CAPA (G5, G6, G7).

Facts beyond the fields of CAPA:
    user: who asks for the step; acting: that one, and who signed in in their name; today: date of the step;
    computed_on: date of `computed_at`.
    contributors: [{user, part}] everybody who wrote, owned or submitted the record, whenever it was.
    stored: the record as it was before this save, with its actions; empty for a new one.
    root_causes: [{root_cause, status}]; actions: rows of the plan.
    closed_on_it: names of complaints that were closed because this CAPA answers them.
"""

from collections.abc import Mapping
from typing import Any

from complaint_qms.constants.stages import CAPA_FLOW
from complaint_qms.engine.message import Message
from complaint_qms.engine.sop.gates import Missing, blank, judges_own, named, need

Facts = Mapping[str, Any]

# Fixed once the plan is approved: what success means, and for what it is measured, may not be moved afterwards.
CRITERION_FIELDS = (
    "company",
    "item_code",
    "batch_no",
    "complaint_type",
    "root_causes",
    "criterion",
    "metric",
    "max_rate_ratio",
    "max_count",
    "baseline_days",
    "window_days",
    "min_exposure",
    "confidence",
)

# Fixed once implementation is verified: they are what the verifier put a name to.
VERIFICATION_FIELDS = ("verification_note", "no_harm", "no_harm_note")

# How often a window is extended is not limited, only by how much at a time: each extension has a name and a reason.
MOST_DAYS = 366


def capa_missing(facts: Facts, target: str) -> list[Missing]:
    """What a CAPA lacks to enter stage `target`; forward stages ask for all on the way."""
    if target == "void":
        reason = [("void_reason", "Write why the CAPA is void; nothing is deleted.")]
        return need(facts, "G7", reason) + still_needed(facts.get("closed_on_it") or [])
    if target == "ineffective":
        return _reviewed(facts, "ineffective")
    origin = facts.get("stage") or "draft"
    if origin == "ineffective" or CAPA_FLOW.index(target) < CAPA_FLOW.index(origin):
        return []
    found: list[Missing] = []
    for stage in CAPA_FLOW[1 : CAPA_FLOW.index(target) + 1]:
        found += _ENTER[stage](facts)
    if target == "closed":
        found += _reviewed(facts, "effective")
    if target == "implement":
        found += _independent(facts, "approve its plan", include_actions=False)
    elif target == "effectiveness":
        found += _independent(facts, "verify it", include_actions=True)
    return found


def extension_missing(facts: Facts, days: int, reason: str | None) -> list[Missing]:
    """What stands in the way of extending the window by `days`: data that do not suffice at its end are the one reason
    to wait, and who judges the effect is who grants the time."""
    if (facts.get("stage") or "draft") != "effectiveness":
        return [
            Missing(
                "G5", "window_end", Message("Only the window of a running effectiveness check is extended.")
            )
        ]
    found: list[Missing] = []
    if not _counted(facts):
        found.append(_uncounted(facts))
    elif facts.get("verdict") != "insufficient_data":
        found.append(
            Missing(
                "G5",
                "verdict",
                Message(
                    "The computed verdict is {verdict}: there is nothing more to wait for.",
                    {"verdict": facts.get("verdict")},
                ),
            )
        )
    if not 0 < days <= MOST_DAYS:
        found.append(
            Missing(
                "G5",
                "",
                Message("Days from Today: extend the window by 1 to {days} days.", {"days": MOST_DAYS}),
            )
        )
    if blank(reason):
        found.append(
            Missing("G5", "", Message("Reason: write why the window is extended; the reason is kept."))
        )
    return found + _independent(facts, "judge its effectiveness", include_actions=True)


def residual_missing(
    facts: Facts,
    judged: tuple[str | None, str | None],
    proposed: tuple[str | None, str | None],
    reason: str | None,
) -> list[Missing]:
    """What stands in the way of judging the risk that is left after a CAPA: it has to be closed as effective, both levels have to be
    named, whoever judges has no part in it, and what the figures do not propose needs its reason.

    Args:
        judged, proposed: (severity, occurrence); None where nothing is.
    """
    if (facts.get("stage") or "draft") != "closed":
        return [
            Missing(
                "G5", "stage", Message("The residual risk is judged once the CAPA is closed as effective.")
            )
        ]
    found: list[Missing] = []
    for field, level in zip(("Severity", "Occurrence"), judged, strict=True):
        if blank(level):
            found.append(Missing("G5", "", Message("{field}: choose a level.", {"field": field})))
    if not found and judged != proposed and blank(reason):
        found.append(
            Missing("G5", "", Message("Reason: write why you judge otherwise than the figures propose."))
        )
    return found + _independent(facts, "judge its residual risk", include_actions=True)


def still_needed(complaints: list[str]) -> list[Missing]:
    """A CAPA does not leave complaints that were closed because it answers them."""
    return named(
        complaints, "G5", "complaints", "Complaint {names} was closed on this CAPA: have it reopened first."
    )


def _planned(facts: Facts) -> list[Missing]:
    found: list[Missing] = []
    causes = facts.get("root_causes") or []
    if not causes:
        found.append(Missing("G5", "root_causes", Message("Link the root cause that the actions remove.")))
    for row in causes:
        if row["status"] != "verified":
            found.append(
                Missing(
                    "G5",
                    "root_causes",
                    Message("Root cause {name} is not verified yet.", {"name": row["root_cause"]}),
                )
            )
    live = [row for row in facts.get("actions") or [] if row.get("status") != "cancelled"]
    if not live:
        found.append(
            Missing("G5", "actions", Message("Plan at least one action with an owner and a due date."))
        )
    for row in live:
        if blank(row.get("action_owner")) or blank(row.get("due_date")):
            found.append(
                Missing(
                    "G5",
                    "actions",
                    Message("Action {row} needs an owner and a due date.", {"row": row.get("idx")}),
                )
            )
    found += need(
        facts,
        "G5",
        [
            ("capa_owner", "Name the CAPA owner."),
            ("criterion", "Write the effectiveness criterion in words."),
            ("metric", "Choose the metric of effectiveness."),
        ],
    )
    for name, message in (
        ("window_days", "Fix the window in days in which effectiveness is measured."),
        ("baseline_days", "Fix the baseline in days with which the window is compared."),
        ("min_exposure", "Fix the sample: how many units must be delivered in the window."),
    ):
        if not (facts.get(name) or 0) > 0:
            found.append(Missing("G5", name, Message(message)))
    if facts.get("metric") == "complaint_rate" and not (facts.get("max_rate_ratio") or 0) > 0:
        found.append(Missing("G5", "max_rate_ratio", Message("Fix how far the complaint rate has to fall.")))
    return found


def _implemented(facts: Facts) -> list[Missing]:
    found: list[Missing] = []
    rows = facts.get("actions") or []
    for row in rows:
        values = {"row": row.get("idx"), "action": _short(row.get("action"))}
        if row.get("status") == "cancelled":
            if blank(row.get("cancel_reason")):
                found.append(
                    Missing(
                        "G5", "actions", Message("Write why action {row} “{action}” was cancelled.", values)
                    )
                )
        elif row.get("status") != "done":
            found.append(
                Missing("G5", "actions", Message("Action {row} “{action}” is not done yet.", values))
            )
        elif blank(row.get("evidence")) and blank(row.get("evidence_note")):
            found.append(
                Missing("G5", "actions", Message("Add the evidence of action {row} “{action}”.", values))
            )
    if rows and all(row.get("status") == "cancelled" for row in rows):
        found.append(Missing("G5", "actions", Message("Every action was cancelled: nothing was done.")))
    return found


def _verified(facts: Facts) -> list[Missing]:
    found = need(facts, "G5", [("verification_note", "Write how implementation was verified.")])
    if not facts.get("no_harm"):
        found.append(Missing("G5", "no_harm", Message("Confirm that the actions do no harm.")))
    return found + need(
        facts, "G5", [("no_harm_note", "Write how it was shown that the actions do no harm.")]
    )


def _reviewed(facts: Facts, wanted: str) -> list[Missing]:
    """Both ends of the effectiveness review: the window is over, computed, judged, by somebody else."""
    found: list[Missing] = []
    end, today = facts.get("window_end"), facts.get("today")
    if end is None or today is None or today <= end:
        found.append(
            Missing(
                "G5",
                "window_end",
                Message(
                    "The effectiveness window ends on {date}; it cannot be judged before.",
                    {"date": end or "-"},
                ),
            )
        )
    elif not _counted(facts):
        found.append(_uncounted(facts))
    conclusion, verdict = facts.get("effect_conclusion"), facts.get("verdict")
    if blank(conclusion):
        found.append(Missing("G5", "effect_conclusion", Message("Conclude whether the CAPA was effective.")))
    elif conclusion != wanted:
        message = (
            "An ineffective CAPA is never closed: reopen it or start a new one."
            if wanted == "effective"
            else "The conclusion says the CAPA was effective: close it, or correct the conclusion."
        )
        found.append(Missing("G5", "effect_conclusion", Message(message)))
    elif wanted == "ineffective" and conclusion != verdict and blank(facts.get("effect_override_reason")):
        found.append(
            Missing(
                "G5",
                "effect_override_reason",
                Message(
                    "The computed verdict is {verdict}: write why you judge otherwise.",
                    {"verdict": verdict or "-"},
                ),
            )
        )
    if wanted == "effective":
        # Whatever is concluded: what the figures refuse is told beforehand.
        found += _measured(facts)
    return found + _independent(facts, "judge its effectiveness", include_actions=True)


def _counted(facts: Facts) -> bool:
    """Whether the verdict was computed after the window ended, as it ends now; an earlier one is only so far."""
    computed, end = facts.get("computed_on"), facts.get("window_end")
    return not blank(facts.get("verdict")) and computed is not None and end is not None and computed > end


def _uncounted(facts: Facts) -> Missing:
    if blank(facts.get("verdict")):
        return Missing("G5", "verdict", Message("Compute effectiveness after the window has ended."))
    return Missing(
        "G5",
        "verdict",
        Message("The verdict was computed while the window was still running: compute it again."),
    )


def _measured(facts: Facts) -> list[Missing]:
    """A CAPA is closed on what was measured alone: no sentence stands in for data, none for a good result."""
    if not _counted(facts) or facts.get("verdict") == "effective":
        return []
    if facts.get("verdict") == "insufficient_data":
        return [
            Missing(
                "G5",
                "window_end",
                Message(
                    "The data do not suffice: extend the window and compute again, or judge the CAPA ineffective "
                    "and plan it anew with another criterion."
                ),
            )
        ]
    return [
        Missing(
            "G5",
            "verdict",
            Message(
                "The computed verdict is {verdict}: judge the CAPA ineffective, then reopen it or start a new one.",
                {"verdict": facts.get("verdict")},
            ),
        )
    ]


def _independent(facts: Facts, deed: str, *, include_actions: bool) -> list[Missing]:
    own = set()
    for version in (facts, facts.get("stored") or {}):
        own |= {version.get("capa_owner"), version.get("submitted_by")}
        if include_actions:
            own |= {row.get("action_owner") for row in version.get("actions") or []}
            own |= {row.get("done_by") for row in version.get("actions") or []}
    if judges_own(facts, *own):
        return [Missing("G6", "", Message(_OWN_WORK[deed]))]
    return []


_OWN_WORK = {
    "approve its plan": "You own, wrote or submitted this CAPA: somebody else has to approve its plan.",
    "verify it": "You own or wrote this CAPA or one of its actions: somebody else has to verify it.",
    "judge its residual risk": "You own or wrote this CAPA or one of its actions: somebody else has to judge its residual risk.",
    "judge its effectiveness": "You own or wrote this CAPA or one of its actions: somebody else has to judge its effectiveness.",
}


def _short(text: Any) -> str:
    words = str(text or "")
    return words if len(words) <= 60 else words[:57] + "…"


def _nothing(facts: Facts) -> list[Missing]:
    return []


_ENTER = {
    "plan_review": _planned,
    "implement": _nothing,
    "verify": _implemented,
    "effectiveness": _verified,
    "closed": _nothing,
}
