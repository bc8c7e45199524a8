"""Gates of a field action (G6, G7, SOP).

Facts beyond the fields of Field Action:
    user: who asks for the step; acting: that one, and who signed in in their name.
    contributors: [{user, part}] everybody who wrote, owned or submitted the record, whenever it was.
    stored: the record as it was before this save; empty for a new one.
    languages_without_text: names of languages of its customers that have no text; empty for none.
    has_no_contact: whether customers would be told nobody whom they can call or write to.
"""

from collections.abc import Mapping
from typing import Any

from complaint_qms.constants.stages import FIELD_ACTION_FLOW
from complaint_qms.engine.message import Message
from complaint_qms.engine.sop.gates import Missing, blank, judges_own, need

Facts = Mapping[str, Any]

_STARTS = ("batch_no", "serial_no", "supplier_lot", "work_order", "complaint")


def field_action_missing(facts: Facts, target: str) -> list[Missing]:
    """What a field action lacks to enter stage `target`; forward stages ask for all on the way."""
    if target == "cancelled":
        return need(facts, "G7", [("cancel_reason", "Write why it is cancelled; nothing is deleted.")])
    origin = facts.get("stage") or "draft"
    if FIELD_ACTION_FLOW.index(target) < FIELD_ACTION_FLOW.index(origin):
        return []
    found = _planned(facts)
    if target == "scope":
        return found
    found += _scoped(facts)
    if facts.get("is_mock"):
        return found + _concluded(facts) if target == "ended" else found
    found += _worded(facts)
    if target == "under_way":
        found += _independent(facts, "approve")
    elif target == "ended":
        found += _concluded(facts) + _reached(facts)
    return found


def below_target(facts: Facts) -> bool:
    """Whether fewer customers acknowledged, or less is accounted for, than was to be."""
    return any(
        (facts.get(share) or 0) < (facts.get(target) or 0)
        for share, target in (
            ("acknowledged_share", "target_acknowledged"),
            ("accounted_share", "target_accounted"),
        )
    )


def has_part(facts: Facts) -> bool:
    """Whether who acts leads, wrote or submitted the field action, now or as it was stored."""
    own = {version.get("handler") for version in (facts, facts.get("stored") or {})}
    own |= {version.get("submitted_by") for version in (facts, facts.get("stored") or {})}
    return judges_own(facts, *own)


def _planned(facts: Facts) -> list[Missing]:
    found = need(facts, "SOP", [("handler", "Name the handler."), ("reason", "Write the reason.")])
    if all(blank(facts.get(name)) for name in _STARTS):
        message = (
            "Name what the scope starts from: a batch, serial number, supplier lot, work order or complaint."
        )
        found.append(Missing("SOP", "batch_no", Message(message)))
    return found


def _scoped(facts: Facts) -> list[Missing]:
    if blank(facts.get("scope_at")):
        return [Missing("SOP", "scope_html", Message("Compute the scope."))]
    if facts.get("scope_not_shown"):
        message = "The scope is not whole: whoever computed it may not see {count} documents. Have somebody compute it who sees all."
        return [
            Missing("SOP", "scope_not_shown", Message(message, {"count": facts["scope_not_shown"]}), "person")
        ]
    return []


def _worded(facts: Facts) -> list[Missing]:
    wants = [
        ("hazard", "Write the hazard: what may happen to whom."),
        ("instruction", "Write what customers have to do."),
    ]
    if facts.get("action_type") != "safety_notice":
        wants.insert(0, ("action_class", "Choose the class."))
    found = need(facts, "SOP", wants)
    if facts.get("stage") in ("draft", "scope", "approval") and facts.get("has_no_contact"):
        message = "Customers need somebody to call or write to: enter a phone number or mail address of the company, or in the handler's user."
        found.append(Missing("SOP", "company", Message(message), "record"))
    # What was approved is not asked again: its texts stand still.
    if facts.get("stage") in ("draft", "scope", "approval") and facts.get("languages_without_text"):
        message = "Customers read {languages}, and no text is in it. Add rows under Texts for Customers."
        found.append(
            Missing(
                "SOP", "texts", Message(message, {"languages": facts["languages_without_text"]}), "record"
            )
        )
    return found


def _concluded(facts: Facts) -> list[Missing]:
    return need(facts, "SOP", [("conclusion", "Write the conclusion.")])


def _reached(facts: Facts) -> list[Missing]:
    if not below_target(facts):
        return []
    found = need(
        facts,
        "SOP",
        [
            (
                "below_target_reason",
                "The target is not reached: somebody without a part in it writes why it ends.",
            )
        ],
    )
    return found + _independent(facts, "end")


def _independent(facts: Facts, deed: str) -> list[Missing]:
    return [Missing("G6", "", Message(_OWN_WORK[deed]), "person")] if has_part(facts) else []


_OWN_WORK = {
    "approve": "You lead, wrote or submitted this field action: somebody else has to approve it.",
    "end": "The target is not reached, and you lead or wrote this field action: somebody else has to end it.",
}
