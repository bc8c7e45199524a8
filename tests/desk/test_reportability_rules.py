"""A first assessment has no more time than the harm that is known leaves; graver harm shortens what is open."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_days, getdate

from complaint_qms.constants import roles
from complaint_qms.constants.reportability import HARM_ANSWERS, JURISDICTIONS, RULES
from complaint_qms.exceptions import GateError
from tests.desk import factory
from tests.desk.factory import complaint
from tests.desk.test_reportability import assessment

# Harm, jurisdiction as written, rule or days entered by hand → rule that leaves less time, None for no objection.
CASES = (
    ("death", "EU", "eu_87_15_day", "eu_87_10_day"),
    ("death", "EU", "eu_87_10_day", None),
    ("death", "EU", "eu_87_2_day", None),
    ("death", "European Union (MDR)", 11, "eu_87_10_day"),
    ("death", "European Union (MDR)", 10, None),
    ("death", "EU", "us_803_30_day", "eu_87_10_day"),
    ("death", "欧盟 MDR", 30, "eu_87_10_day"),
    ("death", "Germany", "eu_87_15_day", "eu_87_10_day"),
    ("death", "FDA", "us_803_30_day", None),
    ("death", "us_fda", "us_803_5_day", None),
    ("death", "Elsewhere", 30, None),
    ("serious", "EU", "eu_87_15_day", None),
    ("serious", "EU", 16, "eu_87_15_day"),
    ("serious", "EU", "us_803_30_day", "eu_87_15_day"),
    ("minor", "EU", 30, None),
    ("none", "EU", 30, None),
    (None, "EU", 30, None),
)


def values(written, chosen):
    by_hand = isinstance(chosen, int)
    return {
        "jurisdiction": written,
        "rule_key": None if by_hand else chosen,
        "deadline": add_days(getdate(), chosen) if by_hand else None,
    }


@pytest.mark.parametrize(("harm", "written", "chosen", "shorter"), CASES)
def test_a_longer_term_is_for_regulatory_affairs_with_a_reason(harm, written, chosen, shorter):
    about = complaint(harm_level=harm, awareness_date=getdate())
    case = values(written, chosen)
    frappe.set_user(factory.user(roles.MANAGER))
    if not shorter:
        assert assessment(about, **case).basis_reason is None
        return
    with pytest.raises(frappe.PermissionError, match=f"more time than rule {shorter} leaves"):
        assessment(about, **case, basis_reason="It suits better")
    frappe.set_user(factory.user(roles.REGULATORY))
    with pytest.raises(GateError, match="Reason for a Later Deadline"):
        assessment(about, **case)
    made = assessment(about, **case, basis_reason="The death had another cause")
    assert made.basis_reason == "The death had another cause"


def test_graver_harm_shortens_what_is_open_and_lesser_harm_moves_nothing():
    about = complaint(harm_level="serious", awareness_date=getdate())
    made = assessment(about, jurisdiction="EU", rule_key="eu_87_15_day")
    decided = assessment(
        about, jurisdiction="EU", rule_key="eu_87_15_day", status="not_reportable", reason="No device"
    )
    about.reload()
    for harm in ("death", "minor"):
        about.harm_level = harm
        about.save()
        made.reload()
        assert (made.rule_key, made.deadline) == ("eu_87_10_day", add_days(getdate(), 10))
    decided.reload()
    assert decided.rule_key == "eu_87_15_day"


def test_what_supplements_a_report_counts_from_its_information():
    about = complaint(harm_level="death", awareness_date=add_days(getdate(), -9))
    sent = {"status": "reported", "reason": "Death", "submitted_on": getdate(), "submission_reference": "1"}
    assessment(about, **sent)
    made = assessment(about, rule_key="us_803_supplement", information_date=getdate())
    assert made.deadline == add_days(getdate(), 30)


def test_the_tables_name_what_there_is():
    questions = {question for rule in RULES for question in rule["any_of"]}
    assert {question for answers in HARM_ANSWERS.values() for question in answers} <= questions
    assert {rule["jurisdiction"] for rule in RULES} == set(JURISDICTIONS)
    assert set(HARM_ANSWERS) <= set(frappe.get_meta("Complaint").get_field("harm_level").options.split("\n"))
