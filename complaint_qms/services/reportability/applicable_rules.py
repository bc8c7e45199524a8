"""Which reporting rule gives the least time, by the harm that a complaint tells of.

Further questions (a threat to public health, a request of the authority) are answered by people alone; what is known
without them bounds the deadline from above.
"""

import re
from datetime import date

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from complaint_qms.constants.reportability import (
    HARM_ANSWERS,
    HARM_RANK,
    JURISDICTIONS,
    NEW_INFORMATION,
    RULES,
)
from complaint_qms.engine.federal_holidays import federal_holidays
from complaint_qms.engine.reportability import ReportingRule, decide, rules_from_data
from complaint_qms.services.reportability.reporting_terms import terms_of


def rules() -> dict[str, ReportingRule]:
    """The reporting rules by key."""
    return {rule.key: rule for rule in rules_from_data(RULES)}


def shortest(assessment: Document) -> tuple[str, date] | None:
    """Key of the rule that leaves the least time for an assessment, and its day; None where the harm calls for no rule.

    Rules of its rule set count; without one those of the jurisdiction, read off the chosen rule and off what was written. What
    supplements a report that was sent is asked no more.
    """
    harm = (
        frappe.db.get_value("Complaint", assessment.complaint, "harm_level") if assessment.complaint else None
    )
    questions = HARM_ANSWERS.get(harm or "")
    if not questions or not assessment.awareness_date:
        return None
    known = getdate(assessment.awareness_date)
    if assessment.rule_set:
        return _shortest_of_set(assessment, HARM_RANK[harm], known)
    rule = rules().get(assessment.rule_key or "")
    if rule and rule.counts_from == NEW_INFORMATION and is_reported(assessment):
        return None
    decision = decide(
        list(rules().values()),
        dict.fromkeys(questions, True),
        {"awareness": known},
        jurisdictions=_jurisdictions(assessment.jurisdiction, rule),
        holidays={name: _holidays_of(name, known) for name in JURISDICTIONS},
    )
    return next(((duty.rule.key, duty.deadline) for duty in decision.duties if duty.deadline), None)


def is_reported(assessment: Document) -> bool:
    """Whether a report about what is assessed was sent."""
    about = "complaint" if assessment.complaint else "signal"
    sent = {about: assessment.get(about), "status": "reported"}
    return bool(assessment.get(about) and frappe.db.exists("Reportability Assessment", sent))


def is_of_jurisdiction(written: str | None, jurisdiction: str) -> bool:
    """Whether an authority or region, as people write it, is of a jurisdiction."""
    return jurisdiction in _jurisdictions(written, None)


def _shortest_of_set(assessment: Document, rank: int, known: date) -> tuple[str, date] | None:
    terms = terms_of(assessment.rule_set)
    chosen = terms.get(assessment.rule_key or "")
    if chosen and chosen.counts_from == NEW_INFORMATION and is_reported(assessment):
        return None
    called_for = [term for term in terms.values() if term.harm and HARM_RANK[term.harm] <= rank]
    days = [(due, term.key) for term in called_for if (due := term.due(known))]
    return (min(days)[1], min(days)[0]) if days else None


def _holidays_of(jurisdiction: str, day_zero: date) -> frozenset[date]:
    """Days that are no work days in a jurisdiction, for a term that begins on `day_zero`; weekends aside.

    The law says which they are. A holiday list of the company would let anybody who keeps it lengthen the term.
    """
    if not JURISDICTIONS[jurisdiction].get("federal_holidays"):
        return frozenset()
    return federal_holidays(day_zero.year, day_zero.year + 1)


def _jurisdictions(written: str | None, rule: ReportingRule | None) -> set[str]:
    text = (written or "").lower()
    words = set(re.split(r"[\W_]+", text))
    found = {
        key
        for key, row in JURISDICTIONS.items()
        if any(word in (words if word.isascii() and " " not in word else text) for word in row["words"])
    }
    return found | ({rule.jurisdiction} if rule else set())
