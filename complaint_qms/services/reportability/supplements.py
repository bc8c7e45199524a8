"""Facts that changed after a report was submitted: a supplement is proposed, as an assessment with a deadline of its own.

It is an open assessment with the rule of the supplement, so Regulatory Affairs hears of it, has it in My Work Today, and the complaint does not
close before they report or decide that nothing of it matters to the authority.
"""

from __future__ import annotations

import json
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_days, getdate, now_datetime

from complaint_qms.constants.regulatory_report import REPORT, SUBMITTED, SUPPLEMENT_DAYS
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.record import batches
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.reportability.questionnaire import is_supplement
from complaint_qms.services.reportability.report_facts import facts_for
from complaint_qms.services.reportability.report_forms import report_form
from complaint_qms.services.reportability.reporting_terms import terms_of

_ASSESSMENT: Final = "Reportability Assessment"
_METHOD: Final = "complaint_qms.services.reportability.supplements.propose_supplements"
_OF_THE_REPORT: Final = (
    "report_number", "report_date", "type_of_report", "follow_up_type", "authority_reference", "reportability_date", "contact_name",
    "contact_ways", "report_source",
)  # fmt: skip
"""Facts of the report and of whoever looks, not of the event."""


def enqueue_supplements() -> None:
    """Have submitted reports compared with their records, where any record has changed since."""
    if _changed_since():
        frappe.enqueue(_METHOD, queue="long", job_id="complaint_qms_report_supplements", deduplicate=True)


def propose_supplements() -> int:
    """Compare each submitted report, the last of its series, with its record as it is now, where that was saved since; how many
    supplements were proposed. Commits after each."""
    with acting_as():
        done = batches.in_parts(
            _changed_since(),
            lambda names: sum(_compare(name) for name in names),
            "Submitted report not compared with its record",
            lambda name: (REPORT, name),
        )
    return sum(done)


def _changed_since() -> list[str]:
    """The last submitted report of each series whose complaint, investigation, cause or action was saved after it was compared last."""
    report, later = frappe.qb.DocType(REPORT), frappe.qb.DocType(REPORT).as_("later")
    query = (
        frappe.qb.from_(report)
        .left_join(later)
        .on(later.previous_report == report.name)
        .select(report.name, report.complaint, report.facts_checked_at)
        .where((report.status == SUBMITTED) & later.name.isnull() & report.complaint.isnotnull())
    )
    rows = query.orderby(report.name).run(as_dict=True)
    saved = _last_saved({row.complaint for row in rows})
    return [row.name for row in rows if saved.get(row.complaint, row.facts_checked_at) > row.facts_checked_at]


def _last_saved(complaints: set[str]) -> dict[str, Any]:
    """Complaint → when it, or what follows from it, was saved last; one query a kind of record."""
    found: dict[str, Any] = {}
    for doctype, field in (
        ("Complaint", "name"),
        ("Investigation", "complaint"),
        ("Root Cause", "complaint"),
    ):
        rows = frappe.get_all(
            doctype,
            {field: ("in", sorted(complaints))},
            [f"{field} as about", "modified"],
            order_by="name asc",
        )
        for row in rows:
            found[row.about] = max(found.get(row.about, row.modified), row.modified)
    capa, row = frappe.qb.DocType("CAPA"), frappe.qb.DocType("CAPA Complaint")
    query = (
        frappe.qb.from_(capa).inner_join(row).on(row.parent == capa.name).select(row.complaint, capa.modified)
    )
    for about, modified in query.where(row.complaint.isin(sorted(complaints) or [""])).run():
        found[about] = max(found.get(about, modified), modified)
    return found


def _compare(name: str) -> int:
    doc = frappe.get_doc(REPORT, name, for_update=True)
    before, now = json.loads(doc.submitted_facts or "{}"), facts_for(doc)
    facts = {key for key in before.keys() | now.keys() if before.get(key, "") != now.get(key, "")} - set(
        _OF_THE_REPORT
    )
    elements = [one for one in report_form(doc.report_form).elements if one.fact in facts]
    changed = " ".join(one.key for one in elements)
    proposed = 0
    if changed and changed != (doc.changed_facts or ""):
        proposed = _propose(doc, [f"{one.key} {one.label}" for one in elements])
    doc.update({"changed_facts": changed, "facts_checked_at": now_datetime()})
    doc.flags.by_server = doc.flags.ignore_permissions = True
    doc.save()
    return proposed


def _propose(report: Document, changed: list[str]) -> int:
    """An assessment with the rule of the supplement, unless one is open already."""
    first = frappe.get_doc(_ASSESSMENT, report.assessment)
    if not first.rule_set:
        return 0
    rule = next(
        (key for key, term in terms_of(first.rule_set).items() if term.counts_from == "new_information"), None
    )
    waiting = frappe.get_all(
        _ASSESSMENT,
        {"complaint": report.complaint, "rule_set": first.rule_set, "status": "open"},
        pluck="name",
        order_by="name asc",
    )
    if not rule or any(is_supplement(frappe.get_doc(_ASSESSMENT, name)) for name in waiting):
        return 0
    made = frappe.new_doc(_ASSESSMENT)
    made.update(
        {
            "complaint": report.complaint, "rule_set": first.rule_set, "rule_key": rule, "awareness_date": first.awareness_date,
            "information_date": getdate(), "assessor": first.assessor,
            "relation_to_event": _("Changed after {0} was submitted: {1}").format(report.name, comma_list(changed)),
        }
    )  # fmt: skip
    if terms_of(first.rule_set)[rule].days is None:
        made.deadline = add_days(getdate(), SUPPLEMENT_DAYS)
        made.basis_reason = _(
            "The law lays down no number of days; counted from the day on which the change was found."
        )
    made.flags.proposed = made.flags.ignore_permissions = True
    made.insert()
    return 1
