"""Which reporting rule gives the least time, by the harm that a complaint tells of.

Further questions (a threat to public health, a request of the authority) are answered by people alone; what is known
without them bounds the deadline from above.
"""

import re
from datetime import date

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from complaint_qms.constants.reportability import HARM_ANSWERS, JURISDICTIONS, RULES
from complaint_qms.engine.federal_holidays import federal_holidays
from complaint_qms.engine.reportability import ReportingRule, decide, rules_from_data


def rules() -> dict[str, ReportingRule]:
    """The reporting rules by key."""
    return {rule.key: rule for rule in rules_from_data(RULES)}


def shortest(assessment: Document) -> tuple[ReportingRule, date] | None:
    """The rule that leaves the least time for an assessment, and its day; None where the harm calls for no rule.

    Rules of the jurisdiction count, read off the chosen rule and off what was written. What supplements a report that
    was sent is asked no more.
    """
    harm = frappe.db.get_value("Complaint", assessment.complaint, "harm_level")
    questions = HARM_ANSWERS.get(harm or "")
    rule = rules().get(assessment.rule_key or "")
    if not questions or not assessment.awareness_date:
        return None
    if rule and rule.counts_from == "new_information" and is_reported(assessment.complaint):
        return None
    known = getdate(assessment.awareness_date)
    decision = decide(
        list(rules().values()),
        dict.fromkeys(questions, True),
        {"awareness": known},
        jurisdictions=_jurisdictions(assessment.jurisdiction, rule),
        holidays={name: holidays_of(name, known) for name in JURISDICTIONS},
    )
    return next(((duty.rule, duty.deadline) for duty in decision.duties if duty.deadline), None)


def holidays_of(jurisdiction: str, day_zero: date) -> frozenset[date]:
    """Days that are no work days in a jurisdiction, for a term that begins on `day_zero`; weekends aside.

    The law says which they are. A holiday list of the company would let anybody who keeps it lengthen the term.
    """
    if not JURISDICTIONS[jurisdiction].get("federal_holidays"):
        return frozenset()
    return federal_holidays(day_zero.year, day_zero.year + 1)


def is_reported(complaint: str) -> bool:
    """Whether a report about the complaint was sent."""
    return bool(frappe.db.exists("Reportability Assessment", {"complaint": complaint, "status": "reported"}))


def is_of_jurisdiction(written: str | None, jurisdiction: str) -> bool:
    """Whether an authority or region, as people write it, is of a jurisdiction."""
    return jurisdiction in _jurisdictions(written, None)


def _jurisdictions(written: str | None, rule: ReportingRule | None) -> set[str]:
    text = (written or "").lower()
    words = set(re.split(r"[\W_]+", text))
    found = {
        key
        for key, row in JURISDICTIONS.items()
        if any(word in (words if word.isascii() and " " not in word else text) for word in row["words"])
    }
    return found | ({rule.jurisdiction} if rule else set())
