"""Hand-over checks of a procedure: ticked by somebody, or shown to be done by a field, a file or a linked record.

Fact: checklist: [{stage, check, mandatory, done, proof: `field:name`, `file:kind` or `record:kind`; empty where somebody ticks}].
"""

from collections.abc import Mapping
from typing import Any

from complaint_qms.constants.proofs import FIELD, FILE, RECORD, RECORDS
from complaint_qms.constants.stages import COMPLAINT_FLOW
from complaint_qms.engine.message import Message
from complaint_qms.engine.sop.gates import Missing

# Where the form of a complaint offers to make a record.
_PLACES = {
    "investigation": "investigation_html",
    "root_cause": "investigation_html",
    "capa": "investigation_html",
    "settlement": "settlement_html",
}


def checks_missing(facts: Mapping[str, Any], target: str) -> list[Missing]:
    """The mandatory checks of the stages on the way to `target` that are not done, each with the place where it is."""
    passed = COMPLAINT_FLOW[: COMPLAINT_FLOW.index(target)]
    return [
        _unchecked(row["check"], row.get("proof") or "")
        for row in facts.get("checklist") or []
        if row.get("mandatory") and not row.get("done") and row.get("stage") in passed
    ]


def _unchecked(check: str, proof: str) -> Missing:
    """A check that is not done, at the place where it is."""
    kind, _colon, what = proof.partition(":")
    if kind == FIELD:
        return Missing(
            "SOP", what, Message("The hand-over check “{check}” asks for this field.", {"check": check})
        )
    if kind == FILE:
        said = Message(
            "The hand-over check “{check}” asks for a file: add it under Evidence.", {"check": check}
        )
        if what:
            said = Message(
                "The hand-over check “{check}” asks for a file of the kind “{kind}”: add it under Evidence.",
                {"check": check, "kind": what},
            )
        return Missing("SOP", "evidence", said)
    if kind == RECORD:
        said = Message(
            "The hand-over check “{check}” asks for a record of the kind “{doctype}”: make it, or link one.",
            {"check": check, "doctype": RECORDS[what]},
        )
        return Missing("SOP", _PLACES.get(what, ""), said, "record")
    return Missing(
        "SOP", "checklist", Message("Do and tick the hand-over check “{check}”.", {"check": check})
    )
