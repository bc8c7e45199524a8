"""Reportability of incidents with medical devices: questions and time limits, as the defaults of a new site.

This is data that a site checks and edits, not legal advice. ``check`` marks a row whose source a site should
read again before relying on it. The desk asks by the rule sets of `fixtures/reporting_rule_sets` (DocType *Reporting Rule Set*);
the rules here are those of the back-test and of assessments without a rule set.
"""

from typing import Final

RULE_SET: Final = "Reporting Rule Set"

# Standing of a version of a rule set
DRAFT, RELEASED, REPLACED, WITHDRAWN = "draft", "in_force", "replaced", "withdrawn"
RULE_SET_STAMPS: Final = (
    "status", "version", "previous_version", "is_preset", "released_by", "released_at", "release_note", "holidays",
)  # fmt: skip
"""Fields of a rule set that only the server writes."""

# What follows from an outcome
MUST_REPORT, NO_REPORT, ASK_AGAIN, SUPPLEMENT = "must_report", "no_report", "ask_again", "supplement"
IN_DAYS: Final = "in_days"
AWARENESS, NEW_INFORMATION = "awareness", "new_information"
US_FEDERAL, HOLIDAY_LIST = "us_federal", "holiday_list"

REMIND_DAYS: Final = (5, 1, -1)
"""Days before the deadline of an open assessment from which it is told; -1: once it has passed. Each is told once."""

LABELS: Final = {
    "rule_set_status": {RELEASED: "In Force", REPLACED: "Replaced", WITHDRAWN: "Withdrawn"},
    "reporting_outcome": {
        MUST_REPORT: "Report",
        NO_REPORT: "No Report",
        ASK_AGAIN: "Undecided",
        SUPPLEMENT: "Supplement",
    },
    "reporting_term": {
        IN_DAYS: "Within Days",
        "immediately": "Immediately",
        "no_number": "No Number of Days",
    },
    "reporting_unit": {"calendar": "Calendar Days", "work": "Work Days"},
    "counted_from": {AWARENESS: "Awareness", NEW_INFORMATION: "New Information"},
    "work_days": {
        "weekdays": "Monday to Friday",
        US_FEDERAL: "Monday to Friday without US Federal Holidays",
        HOLIDAY_LIST: "Monday to Friday without a Holiday List",
    },
}

QUESTIONS = {
    "death_or_serious_injury": "Did the device cause or contribute to a death or serious injury, or may it have?",
    "malfunction_likely_to_harm": "Did the device malfunction in a way that would be likely to cause or contribute to a death or serious injury if it happened again?",
    "unreasonable_risk_action": "Is remedial action needed to prevent an unreasonable risk of substantial harm to public health?",
    "authority_request": "Has the authority asked in writing for the shorter time limit?",
    "new_information": "Has information arrived that was missing from a report already filed?",
    "serious_incident": "Is it a serious incident (a death, or a serious deterioration of health, occurred or might have)?",
    "death_or_unanticipated_deterioration": "Did a person die, or did a person's health seriously deteriorate in a way that was not anticipated?",
    "public_health_threat": "Is there a serious threat to public health?",
    "field_safety_action": "Is a field safety corrective action needed?",
}
"""Key to English question; each is answered yes, no or not known."""

HARM_ANSWERS = {
    "serious": ("death_or_serious_injury", "serious_incident"),
    "death": ("death_or_serious_injury", "death_or_unanticipated_deterioration", "serious_incident"),
}
"""Questions that the harm of a complaint answers with yes."""

GRAVE_HARM = tuple(HARM_ANSWERS)
HARM_RANK = {"none": 0, "minor": 1, "serious": 2, "death": 3}

# ``words``: in a jurisdiction as people write it. ``federal_holidays``: work days leave them out, and them alone
# beside Saturday and Sunday (21 CFR 803.3, "Work day").
JURISDICTIONS = {
    "us_fda": {
        "name": "United States (FDA)",
        "authority": "FDA",
        "federal_holidays": True,
        "words": ("us", "usa", "fda", "united states", "美国"),
    },
    "eu_mdr": {
        "name": "European Union (MDR)",
        "authority": "national competent authority",
        "words": ("eu", "mdr", "european union", "欧盟"),
    },
}

# ``any_of``: one yes among these questions makes the rule apply. ``days`` None: no number of days is laid down.
# ``unit``: calendar or work. ``counts_from``: the event whose day is day 0.
RULES = (
    {"key": "us_803_5_day", "jurisdiction": "us_fda", "any_of": ("unreasonable_risk_action", "authority_request"),
     "days": 5, "unit": "work", "counts_from": "awareness", "source": "21 CFR 803.53", "check": False},
    {"key": "us_803_30_day", "jurisdiction": "us_fda",
     "any_of": ("death_or_serious_injury", "malfunction_likely_to_harm"),
     "days": 30, "unit": "calendar", "counts_from": "awareness", "source": "21 CFR 803.50", "check": False},
    {"key": "us_803_supplement", "jurisdiction": "us_fda", "any_of": ("new_information",),
     "days": 30, "unit": "calendar", "counts_from": "new_information", "source": "21 CFR 803.56", "check": True},
    {"key": "eu_87_2_day", "jurisdiction": "eu_mdr", "any_of": ("public_health_threat",),
     "days": 2, "unit": "calendar", "counts_from": "awareness", "source": "Regulation (EU) 2017/745, Art. 87",
     "check": False},
    {"key": "eu_87_10_day", "jurisdiction": "eu_mdr", "any_of": ("death_or_unanticipated_deterioration",),
     "days": 10, "unit": "calendar", "counts_from": "awareness", "source": "Regulation (EU) 2017/745, Art. 87",
     "check": False},
    {"key": "eu_87_15_day", "jurisdiction": "eu_mdr", "any_of": ("serious_incident",),
     "days": 15, "unit": "calendar", "counts_from": "awareness", "source": "Regulation (EU) 2017/745, Art. 87",
     "check": False},
    {"key": "eu_87_field_action", "jurisdiction": "eu_mdr", "any_of": ("field_safety_action",),
     "days": None, "unit": "calendar", "counts_from": "awareness", "source": "Regulation (EU) 2017/745, Art. 87",
     "check": True},
)  # fmt: skip
