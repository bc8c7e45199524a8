"""English names of the stable keys, by kind. Plain data: whoever shows a name translates it."""

from typing import Final

LABELS: Final[dict[str, dict[str, str]]] = {
    "stage": {
        "intake": "Intake",
        "triage": "Triage",
        "investigate": "Investigation",
        "solve": "Solution",
        "confirm": "Confirmation",
        "execute": "Execution",
        "review": "Review",
        "closed": "Closed",
        "on_hold": "On Hold",
        "rejected": "Rejected",
        "duplicate": "Merged",
        "void": "Void",
    },
    "investigation_stage": {
        "planned": "Planned",
        "in_progress": "In Progress",
        "review": "Pending Review",
        "completed": "Completed",
        "void": "Void",
    },
    "capa_stage": {
        "draft": "Draft",
        "plan_review": "Plan Review",
        "implement": "Implementation",
        "verify": "Verification",
        "effectiveness": "Effectiveness Check",
        "closed": "Closed",
        "ineffective": "Ineffective",
        "void": "Void",
    },
    "sla_status": {
        "on_track": "On Track",
        "at_risk": "At Risk",
        "overdue": "Overdue",
        "met": "Met",
        "missed": "Missed",
        "paused": "Paused",
    },
    "acceptability": {
        "acceptable": "Acceptable",
        "alarp": "As Low as Reasonably Practicable",
        "unacceptable": "Unacceptable",
    },
}

STAGE_KIND: Final = {"Complaint": "stage", "Investigation": "investigation_stage", "CAPA": "capa_stage"}


def label(kind: str, key: str | None) -> str:
    """English name of `key` among the keys of `kind`; an unknown key is given back as it is."""
    return LABELS.get(kind, {}).get(key or "", key or "")
