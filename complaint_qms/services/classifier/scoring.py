"""Reads new complaints in a worker: what the version in use proposes, and whether their words tell of harm.

Arrays are loaded where a version is in use alone. A complaint that was read carries `learned_proposals`, also where no version is
in use; the others are read by the next job, whatever became of this one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import frappe
from frappe.utils import add_to_date, now_datetime

from complaint_qms.constants.events import GRAVE
from complaint_qms.constants.stages import COMPLAINT_EARLY
from complaint_qms.engine.classify import Proposal
from complaint_qms.engine.classify.languages import told_harm
from complaint_qms.services import writing
from complaint_qms.services.classifier import requests
from complaint_qms.services.events import Event, announce
from complaint_qms.services.importing.run_lock import Overtaken, exclusive_run
from complaint_qms.services.intake import learned_proposals, proposals
from complaint_qms.services.record.batches import in_parts

_LOCK: Final = "complaint-scoring"
_AT_ONCE: Final = 200
_ALERT_DAYS: Final = 2
"""What came in longer ago is no news any more: nobody is alerted of it at night because a version changed."""
_REASONS: Final = 3
_GATHERED: Final = 1.0


def read_new() -> int:
    """The job: what comes in within a moment is read together, so that a busy site asks for a job a second at most. What comes in
    while one reads, it reads too; another that begins meanwhile has nothing to do."""
    time.sleep(_GATHERED)
    done = 0
    try:
        with exclusive_run(_LOCK):
            asked = True
            while asked:
                requests.forget_asking()
                done += read_unread()
                asked = requests.is_asked()
    except Overtaken:
        pass
    return done


def read_unread(most: int = 2_000) -> int:
    """Read the complaints that nobody has read yet, the oldest first; how many were. Commits after each batch; one that cannot
    be read is logged and stands in the way of no other."""
    rows, done = _unread(most), 0
    for at in range(0, len(rows), _AT_ONCE):
        done += sum(
            in_parts(
                rows[at : at + _AT_ONCE],
                _read,
                "Reading a new complaint",
                lambda row: ("Complaint", row.name),
            )
        )
    return done


def _read(rows: Sequence[Any]) -> int:
    announce(_harm_told(rows))
    version = learned_proposals.active_version()
    texts = [proposals.told_text(row) for row in rows]
    used, answers = _answers(version, texts) if version else ("", [[] for _text in texts])
    written = {
        row.name: {learned_proposals.FIELD: learned_proposals.written(used, text, found)}
        for row, text, found in zip(rows, texts, answers, strict=True)
    }
    writing.set_many("Complaint", written, "read by the classifier")
    return len(rows)


def _answers(version: str, texts: list[str]) -> tuple[str, list[list[Proposal]]]:
    """(the version that answers, empty where it cannot; its answers)."""
    # Arrays take longer to load than a young site's complaints to read.
    from complaint_qms.services.classifier import answers

    models = answers.models_in_use(version)
    return (version, answers.answers_of(texts, models)) if models else ("", [[] for _text in texts])


def _unread(most: int) -> list[Any]:
    complaint = frappe.qb.DocType("Complaint")
    return (
        frappe.qb.from_(complaint)
        .select(
            complaint.name,
            complaint.company,
            complaint.subject,
            complaint.description,
            complaint.item_name,
            complaint.creation,
            complaint.is_migrated,
        )
        .where(complaint.stage.isin(COMPLAINT_EARLY) & complaint[learned_proposals.FIELD].isnull())
        .orderby(complaint.name)
        .limit(most)
    ).run(as_dict=True)


def _harm_told(rows: Iterable[Any]) -> Iterator[Event]:
    """Those whose words tell of harm that happened: a person has not judged it yet, and may not see it for hours."""
    since = add_to_date(now_datetime(), days=-_ALERT_DAYS)
    for row in rows:
        if row.is_migrated or row.creation < since:
            continue
        harm = told_harm(proposals.told_text(row))
        if harm.certain and harm.severity:
            severity = proposals.severity_level(harm.severity) or None
            why = [one.message for one in harm.reasons if one.kind == "keyword"][:_REASONS]
            reasons = [(one.key, dict(one.params)) for one in why]
            data = {
                "company": row.company,
                "severity": severity,
                "harm_level": None if harm.level == "none" else harm.level,
                "reasons": reasons,
            }
            yield Event(GRAVE, "Complaint", row.name, data, by="Administrator")
