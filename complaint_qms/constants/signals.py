"""Vocabulary of signals: what is scanned, where a signal stands, what is decided about it."""

from typing import Final

SIGNAL: Final = "Complaint Signal"
SCAN: Final = "Signal Scan"
CASES: Final = "Signal Complaint"
STEP: Final = "Complaint Signal Step"
BACK_TEST: Final = "Signal Back-test"
TRIED: Final = "Signal Back-test Setting"
OUTBREAK: Final = "Signal Back-test Finding"
ADOPTED: Final = "Scheduled Scan Setting"

FIELDS: Final[dict[str, str]] = {
    "item": "item_code",
    "batch": "batch_no",
    "type": "complaint_type",
    "supplier": "supplier",
    "lot": "reported_lot",
    "model": "product_model",
    "region": "territory",
    "channel": "channel",
    "customer": "customer",
    "customer_group": "customer_group",
}
"""Dimension of the engine → field of a signal, and of a complaint but for the group, which is its customer's."""
OF_COMPLAINT: Final = {kind: field for kind, field in FIELDS.items() if kind != "customer_group"}
ITEM_TYPE: Final = "item_type"
"""An item with a type of complaint, watched as a series of its own; told as both."""
KINDS: Final = ("all", "item", ITEM_TYPE, "batch", "type", "supplier", "lot", "model", "region", "channel", "customer", "customer_group")  # fmt: skip
"""What may be scanned, in the order in which it is; the Check field of a scan is by_ and the name."""

ART_88: Final = "mdr_art_88"
"""Preset of a scan: trends as the plan for post-market surveillance states them."""
BY_UNITS: Final = "by_units"
BY_ALL_UNITS: Final = "by_all_units"
BY_TIME: Final = "by_time"
BY_TIME_UNFIT: Final = "by_time_unfit"
BY_TIME_APART: Final = "by_time_apart"
BY_TIME_OTHER_KIND: Final = "by_time_other_kind"
"""What a rise is held against: units delivered of it or there, all units; time alone because the company delivered none that is known,
although units are in the field, because those that are known are not in the field at that time, or because deliveries do not name it."""

DRAFT: Final = "draft"
QUEUED: Final = "queued"
RUNNING: Final = "running"
COMPLETED: Final = "completed"
FAILED: Final = "failed"
STOPPED: Final = "stopped"
WEEKLY: Final = "weekly"
MONTHLY: Final = "monthly"

NEW: Final = "new"
UNDER_REVIEW: Final = "under_review"
DECIDED: Final = "decided"
FADED: Final = "faded"
SUPERSEDED: Final = "superseded"
OPEN: Final = (NEW, UNDER_REVIEW)

INVESTIGATION: Final = "investigation"
CAPA: Final = "capa"
WATCH: Final = "watched"
DISMISSED: Final = "set_aside"
DECISIONS: Final = (INVESTIGATION, CAPA, WATCH, DISMISSED)
REPORTABLE_TREND: Final = "reportable_trend"
NO_REPORTABLE_TREND: Final = "no_reportable_trend"
TREND_DECISIONS: Final = (REPORTABLE_TREND, NO_REPORTABLE_TREND)
"""What Regulatory Affairs decide about a trend by Art. 88."""

FOUND: Final = "found"
GREW: Final = "grew"
SHRANK: Final = "shrank"
RAISED_AGAIN: Final = "raised_again"
EXPLAINED_BETTER: Final = "explained_better"

GROWTH: Final = 1.5
"""What was decided about is raised again when it has grown by this factor, where the settings say nothing else."""
SHARED: Final = 0.5
"""Findings are of one rise where they share so much of the smaller one's complaints."""
GAP_DAYS: Final = 28
"""A rise that comes again within so many days after its last week is the same one."""
CHART_WEEKS: Final = 104
WITNESSES: Final = 300
"""Complaints of the series beside a rise kept for each restriction that may apply, so that nobody sees figures of what is hidden."""
LISTED: Final = 200

LONGEST_YEARS: Final = 5
MOST_TRIED: Final = 4
"""Settings that a back-test compares."""
MOST_OUTBREAKS: Final = 500
CONFIRMED: Final = "confirmed"
NOT_CONFIRMED: Final = "not_confirmed"
MARKED: Final = "marked"
OF_SIGNAL: Final = "signal"
ROOT_CAUSE: Final = "root_cause"
LEAST_SHARE: Final = 1 / 3
"""Share of a finding's complaints that an investigation or a CAPA has to be about to confirm it."""
CAUSE_SHARE: Final = 0.5
"""Share of a finding's complaints with a verified root cause that confirms it."""

LABELS: Final[dict[str, dict[str, str]]] = {
    "signal_state": {
        NEW: "New",
        UNDER_REVIEW: "Under Review",
        DECIDED: "Decided",
        FADED: "Faded",
        SUPERSEDED: "Better Explained",
    },
    "signal_decision": {
        INVESTIGATION: "Investigation",
        CAPA: "CAPA",
        WATCH: "Watched",
        DISMISSED: "Dismissed",
        REPORTABLE_TREND: "Reportable Trend",
        NO_REPORTABLE_TREND: "No Reportable Trend",
    },
    "signal_preset": {ART_88: "EU MDR Art. 88 Trend"},
    "signal_held_against": {
        BY_UNITS: "Units Delivered",
        BY_ALL_UNITS: "All Units Delivered",
        BY_TIME: "Time Alone, No Deliveries by the Company Known",
        BY_TIME_UNFIT: "Time Alone, Units Do Not Explain It",
        BY_TIME_APART: "Time Alone, Delivered at Another Time",
        BY_TIME_OTHER_KIND: "Time Alone, Deliveries Do Not Name It",
    },
    "signal_step": {
        FOUND: "Found",
        GREW: "Grew",
        SHRANK: "Shrank",
        RAISED_AGAIN: "Raised Again",
        EXPLAINED_BETTER: "Explained Better",
    },
    "signal_trend": {"rising": "Rising", "steady": "Steady", "falling": "Falling", "ended": "Ended"},
    "signal_method": {
        "poisson": "Exact Poisson Test",
        "u": "u-Chart",
        "laney": "Laney u′-Chart",
        "ears": "EARS C2",
        "cusum": "Poisson CUSUM",
        "maxsprt": "MaxSPRT",
        "farrington": "Farrington Flexible",
        "threshold": "Fixed Threshold",
        "exact_counts": "Exact Comparison of Two Periods",
        "uneven_counts": "Comparison of Two Periods, Uneven Counts Allowed For",
    },
    "signal_event": {"signal_raised": "Signals"},
    "signal_schedule": {"off": "Off", "weekly": "Weekly", "monthly": "Monthly"},
    "back_test_status": {"stopped": "Stopped"},
    "back_test_because": {"marked": "Marked", "signal": "Signal"},
    "fdr_rule": {"bh": "Benjamini and Hochberg", "by": "Benjamini and Yekutieli"},
}
