"""The risk that is left after a CAPA: severity and occurrence before and after it, from what was counted since; judged by a person.

A judgement is a row that nobody changes. What comes later, with more deliveries, is a further one, so that the history stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime

from complaint_qms.engine.occurrence import read_occurrence
from complaint_qms.engine.risk import Cell, RiskMatrix
from complaint_qms.engine.risk_movement import gravest
from complaint_qms.engine.sop.capa import residual_missing
from complaint_qms.services.capa.effectiveness import observed_in, of_scope
from complaint_qms.services.lifecycle.facts import facts_of
from complaint_qms.services.lifecycle.guard import refuse
from complaint_qms.services.record.bulk_read import readable
from complaint_qms.services.record.in_use import usable
from complaint_qms.services.record.source_defaults import REVIEWERS, check_role
from complaint_qms.services.risk.matrix import matrix_for, matrix_of, occurrence_bands, occurrence_rule
from complaint_qms.services.risk.occurrence_words import sentences_of

_TABLE: Final = "residual_risks"
_SHOWN: Final = (
    "parent", "judged_at", "judged_by", "severity_before", "occurrence_before", "risk_before", "acceptability_before", "color_before",
    "severity", "occurrence", "risk_level", "acceptability", "risk_color", "counted_from", "counted_until", "complaints", "units", "reason",
)  # fmt: skip


def residual_proposal(doc: Document) -> dict[str, Any]:
    """What the figures say of a CAPA that is closed as effective: {matrix, before, after, from, until, complaints, units, said, severities,
    occurrences}; `before` and `after` are {severity, occurrence, level, acceptability, color}, with None for what is not known.

    The severity after is the gravest of the complaints since, or that before where there were none: fewer complaints make harm rarer
    and not slighter.

    Raises:
        GateError: the CAPA is not closed.
        frappe.ValidationError: the site has no matrix in use.
    """
    if doc.stage != "closed":
        refuse(doc, residual_missing({"stage": doc.stage}, (None, None), (None, None), None))
    name = matrix_for(doc.company)
    if not name:
        frappe.throw(_("There is no risk matrix in use. Create one, or enable one, in the Risk Matrix list."))
    matrix = matrix_of(frappe.get_cached_doc("Risk Matrix", name))
    rule, bands = occurrence_rule(name), occurrence_bands()
    severity, occurrence = _rated(doc, matrix)
    before_said = []
    if (doc.before_exposure or 0) > 0 and bands:
        reading = read_occurrence(doc.before_count or 0, doc.before_exposure, bands, rule.basis)
        occurrence = reading.proposed or occurrence
        before_said = sentences_of(reading, bands)
    first, last = getdate(doc.window_start), getdate()
    count, units = observed_in(doc, first, last)
    after, after_said = None, [_("No deliveries since {0} are known: judge the occurrence yourself.").format(frappe.format(first, "Date"))]  # fmt: skip
    if units > 0 and bands:
        reading = read_occurrence(count, units, bands, rule.basis)
        after, after_said = usable("Risk Occurrence", reading.proposed), sentences_of(reading, bands)
    since = gravest(
        matrix.severities, of_scope(doc, first, last).select("severity").distinct().run(pluck=True)
    )
    return {
        "matrix": name,
        "before": _side(matrix, severity, occurrence),
        "after": _side(matrix, usable("Risk Severity", since or severity), after),
        "from": first,
        "until": last,
        "complaints": count,
        "units": units,
        "said": {"before": before_said, "after": after_said, "severity": _severity_said(since, severity)},
        "severities": [level for level in matrix.severities if usable("Risk Severity", level)],
        "occurrences": [level for level in matrix.occurrences if usable("Risk Occurrence", level)],
    }


def judge_residual(
    doc: Document, severity: str | None, occurrence: str | None, reason: str | None
) -> Document:
    """Keep a judgement of the risk that is left, with who judged, when, and what was counted.

    Returns:
        The row.

    Raises:
        frappe.PermissionError: the user is no Quality Manager.
        GateError: see `residual_missing`.
        frappe.ValidationError: a level that the matrix does not have.
    """
    doc.reload()
    check_role(_("judge the residual risk"), *REVIEWERS)
    found = residual_proposal(doc)
    after = found["after"]
    proposed = (after["severity"], after["occurrence"])
    missing = residual_missing(
        facts_of(doc) | {"stage": doc.stage, "stored": doc.as_dict()},
        (severity, occurrence),
        proposed,
        reason,
    )
    if missing:
        refuse(doc, missing)
    for label, level, offered in ((_("Severity"), severity, "severities"), (_("Occurrence"), occurrence, "occurrences")):  # fmt: skip
        if level not in found[offered]:
            frappe.throw(_("{0}: choose a level of the risk matrix {1}.").format(label, frappe.bold(frappe.utils.escape_html(found["matrix"]))))  # fmt: skip
    matrix = matrix_of(frappe.get_cached_doc("Risk Matrix", found["matrix"]))
    before, now = found["before"], _side(matrix, severity, occurrence)
    row = doc.append(
        _TABLE,
        {
            "judged_at": now_datetime(),
            "judged_by": frappe.session.user,
            "risk_matrix": found["matrix"],
            "severity_before": before["severity"],
            "occurrence_before": before["occurrence"],
            "risk_before": before["level"],
            "acceptability_before": before["acceptability"],
            "color_before": before["color"],
            "severity": severity,
            "occurrence": occurrence,
            "risk_level": now["level"],
            "acceptability": now["acceptability"],
            "risk_color": now["color"],
            "counted_from": found["from"],
            "counted_until": found["until"],
            "complaints": found["complaints"],
            "units": found["units"],
            "proposed_severity": proposed[0],
            "proposed_occurrence": proposed[1],
            "reason": reason,
        },
    )
    doc.flags.computed = True
    try:
        doc.save()
    finally:
        doc.flags.computed = False
    return row


def residual_of(complaint: str) -> list[dict[str, Any]]:
    """The latest judgement of each CAPA that names a complaint, of those that the user may read, the newest first; {capa, title, …} with
    the fields of the row."""
    capa, named, row = (frappe.qb.DocType(name) for name in ("CAPA", "CAPA Complaint", "CAPA Residual Risk"))
    rows = (
        frappe.qb.from_(row)
        .inner_join(named)
        .on((named.parent == row.parent) & (named.parenttype == "CAPA"))
        .inner_join(capa)
        .on(capa.name == row.parent)
        .select(capa.title, *(row[field] for field in _SHOWN))
        .where((named.complaint == complaint) & (capa.stage != "void"))
        .orderby(row.judged_at, row.idx)
        .run(as_dict=True)
    )
    seen = readable("CAPA", {one.parent for one in rows})
    latest = {one.parent: one for one in rows if one.parent in seen}
    return [{**one, "capa": one.pop("parent")} for one in reversed(latest.values())]


def _rated(doc: Document, matrix: RiskMatrix) -> tuple[str | None, str | None]:
    """The gravest severity and the most frequent occurrence that the complaints of a CAPA were judged with."""
    names = [row.complaint for row in doc.complaints]
    complaint = frappe.qb.DocType("Complaint")
    query = frappe.qb.from_(complaint).select(complaint.severity, complaint.occurrence).distinct()
    rows = query.where(complaint.name.isin(names or [""])).run()
    return gravest(matrix.severities, [row[0] for row in rows]), gravest(matrix.occurrences, [row[1] for row in rows])  # fmt: skip


def _side(matrix: RiskMatrix, severity: str | None, occurrence: str | None) -> Mapping[str, Any]:
    cell = matrix.cells.get((severity or "", occurrence or ""), Cell("", ""))
    return {
        "severity": severity,
        "occurrence": occurrence,
        "level": cell.level or None,
        "acceptability": cell.acceptability or None,
        "color": cell.color or None,
    }


def _severity_said(since: str | None, before: str | None) -> str:
    if since:
        return _("The gravest complaint since is {0}.").format(_(since))
    if before:
        return _("There was no rated complaint since: the severity is what it was before, {0}.").format(
            _(before)
        )
    return _("Neither the complaints of the CAPA nor those since have a severity.")
