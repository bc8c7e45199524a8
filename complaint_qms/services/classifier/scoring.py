"""Reads new complaints in a worker: what the version in use proposes, and whether their words tell of harm.

A complaint that was read carries `learned_proposals`, also where no version is in use; the others are read by the next job,
whatever became of this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import frappe
from frappe.utils import add_to_date, now_datetime

from complaint_qms.constants.events import GRAVE
from complaint_qms.constants.triage import STAGES
from complaint_qms.engine.classify import Proposal, assess, propose_many
from complaint_qms.engine.classify.harm import HARM_OF_SEVERITY
from complaint_qms.engine.classify.model import TextModel
from complaint_qms.services import writing
from complaint_qms.services.classifier import weights
from complaint_qms.services.events import Event, announce
from complaint_qms.services.intake import learned_proposals, proposals

_AT_ONCE: Final = 200
_ALERT_DAYS: Final = 2
"""What came in longer ago is no news any more: nobody is alerted of it at night because a version changed."""
_REASONS: Final = 3
_loaded: dict[str, dict[str, TextModel]] = {}
"""The version in use, by site and name; a worker that forks for each job loads it once a job."""


def read_unread(most: int = 2_000) -> int:
    """Read the complaints that nobody has read yet, the oldest first; how many were. Commits after each batch."""
    done = 0
    while done < most and (rows := _unread()):
        announce(_harm_told(rows))
        version = learned_proposals.active_version()
        models = _models(version)
        texts = [proposals.told_text(row) for row in rows]
        answers = answers_of(texts, models) if models else [[] for _text in texts]
        written = {
            row.name: {
                learned_proposals.FIELD: learned_proposals.written(version if models else "", text, found)
            }
            for row, text, found in zip(rows, texts, answers, strict=True)
        }
        writing.set_many("Complaint", written, "read by the classifier")
        frappe.db.commit()
        done += len(rows)
    return done


def answers_of(texts: list[str], models: dict[str, TextModel]) -> list[list[Proposal]]:
    """What models propose for each text, with what harm makes of it."""
    lexicon = proposals.lexicon()
    base = propose_many(texts, models, lexicon, fields=proposals.BY_WORDS)
    return [
        [one for one in proposals.weighed(text, found, lexicon) if one.field in models]
        for text, found in zip(texts, base, strict=True)
    ]


def _unread() -> list[Any]:
    complaint = frappe.qb.DocType("Complaint")
    return (
        frappe.qb.from_(complaint)
        .select(
            complaint.name,
            complaint.company,
            complaint.subject,
            complaint.description,
            complaint.creation,
            complaint.is_migrated,
        )
        .where(complaint.stage.isin(STAGES) & complaint[learned_proposals.FIELD].isnull())
        .orderby(complaint.name)
        .limit(_AT_ONCE)
    ).run(as_dict=True)


def _harm_told(rows: Iterable[Any]) -> Iterator[Event]:
    """Those whose words tell of harm that happened: a person has not judged it yet, and may not see it for hours."""
    since = add_to_date(now_datetime(), days=-_ALERT_DAYS)
    for row in rows:
        if row.is_migrated or row.creation < since:
            continue
        harm = assess(proposals.told_text(row))
        level = HARM_OF_SEVERITY[harm.severity] if harm.certain and harm.severity else "none"
        if level != "none":
            reasons = [(one.message.key, dict(one.message.params)) for one in harm.reasons[:_REASONS]]
            data = {"company": row.company, "severity": None, "harm_level": level, "reasons": reasons}
            yield Event(GRAVE, "Complaint", row.name, data, by="Administrator")


def _models(version: str) -> dict[str, TextModel]:
    """The models of the version in use; none where its files cannot be used, which is said once in the Error Log."""
    key = f"{frappe.local.site}:{version}"
    if not version or key in _loaded:
        return _loaded.get(key, {})
    try:
        found = weights.models_of(frappe.get_doc(learned_proposals.VERSION, version))
    except ValueError as error:
        frappe.log_error(title="Complaint Classifier cannot be used", message=f"{error}. Train anew.")
        return {}
    _loaded.clear()
    _loaded[key] = found
    return found
