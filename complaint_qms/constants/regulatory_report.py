"""Reports to authorities: their steps, kinds and what is taken over into them. Plain data."""

from typing import Final

REPORT: Final = "Regulatory Report"
ELEMENT: Final = "Regulatory Report Element"

DRAFTED, REVIEWED, SUBMITTED = "draft", "reviewed", "submitted"
INITIAL, FOLLOW_UP, SUPPLEMENTARY, FINAL = "initial", "follow_up_report", "supplementary", "final_report"
KINDS: Final = (INITIAL, FOLLOW_UP, SUPPLEMENTARY, FINAL)
LATER: Final = (FOLLOW_UP, SUPPLEMENTARY, FINAL)
"""Those that refer to one that was submitted before."""

STAMPS: Final = (
    "status", "version", "previous_report", "complaint", "signal", "company", "jurisdiction", "report_form", "report_kind", "assessment",
    "drafted_by", "drafted_at", "reviewed_by", "reviewed_at", "submitted_by", "submitted_on", "authority_reference", "receipt",
    "submitted_facts", "facts_checked_at", "changed_facts",
)  # fmt: skip
"""Fields that only the server writes: what a report says is changed element by element."""

FORM_OF: Final = {"us_fda": "fda_3500a", "eu_mdr": "eu_mir", "uk_mhra": "eu_mir"}
GENERAL_FORM: Final = "authority_report"

SUPPLEMENT_DAYS: Final = 15
"""Days that are proposed for a supplement of which the law lays down none."""

HARM_WORDS: Final = {
    "death": "Death",
    "serious": "Serious injury",
    "minor": "Minor injury",
    "none": "No injury",
}
CLASSIFICATIONS: Final = {
    "2_day": "Serious public health threat",
    "10_day": "Death or unanticipated serious deterioration in state of health",
    "15_day": "All other reportable incidents",
}

LABELS: Final = {
    "report_status": {REVIEWED: "Reviewed", SUBMITTED: "Submitted"},
    "report_kind": {
        INITIAL: "Initial Report",
        FOLLOW_UP: "Follow-up Report",
        SUPPLEMENTARY: "Supplementary Report",
        FINAL: "Final Report",
    },
    "report_form": {"fda_3500a": "FDA 3500A", "eu_mir": "EU MIR", GENERAL_FORM: "Report to an Authority"},
    "element_origin": {"of_record": "From the Record", "entered": "Entered", "left_open": "Open"},
}
