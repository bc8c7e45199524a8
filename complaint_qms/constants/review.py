"""The management review: its periods, its sections with the clauses that ask for them, and what it is told by."""

from typing import Final, NamedTuple

DOCTYPE: Final = "Management Review"
SECTION: Final = "Management Review Section"
ACTION: Final = "Management Review Action"
ATTENDEE: Final = "Management Review Attendee"

MONTHLY, QUARTERLY, YEARLY = "monthly", "quarterly", "yearly"
MONTHS: Final = {MONTHLY: 1, QUARTERLY: 3, YEARLY: 12}
"""Kind of period → its calendar months."""
SWITCHES: Final = {MONTHLY: "review_monthly", QUARTERLY: "review_quarterly", YEARLY: "review_yearly"}
"""Kind of period → the switch of the settings that has its draft made."""

OPEN, DONE, CANCELLED = "open", "done", "cancelled"
LABELS: Final = {
    "review_period": {"monthly": "Monthly", "quarterly": "Quarterly", "yearly": "Yearly"},
    "review_action": {"open": "Open", "done": "Done", "cancelled": "Cancelled"},
    "review_message": {"review_action_given": "Action of a Management Review"},
}


class Clauses(NamedTuple):
    """Letters of ISO 9001:2015 9.3.2 and of ISO 13485:2016 5.6.2 whose input a section is."""

    iso_9001: tuple[str, ...] = ()
    iso_13485: tuple[str, ...] = ()


SUMMARY: Final = "summary"
LAST_ACTIONS, COMPLAINTS, TREND, SIGNALS, RISK, CAPAS, COST = "last_actions", "complaints", "trend", "signals", "risk", "capas", "cost"  # fmt: skip
HANDLING, SATISFACTION, SUPPLIERS, REPORTABLE = "handling", "satisfaction", "suppliers", "reportable"
OBJECTIVES, AUDITS, CHANGES, RESOURCES, IMPROVEMENT = "objectives", "audits", "changes", "resources", "improvement"  # fmt: skip
SECTIONS: Final[dict[str, Clauses]] = {
    SUMMARY: Clauses(),
    LAST_ACTIONS: Clauses(("a",), ("i",)),
    COMPLAINTS: Clauses(("c 3", "c 5"), ("a", "b", "f")),
    TREND: Clauses(("c 5",), ("f",)),
    SIGNALS: Clauses(("c 5", "e"), ("f",)),
    RISK: Clauses(("e",), ("f",)),
    CAPAS: Clauses(("c 4", "e"), ("g", "h")),
    COST: Clauses(("c 3", "c 5"), ("e",)),
    HANDLING: Clauses(("c 3",), ("b", "e")),
    SATISFACTION: Clauses(("c 1",), ("a",)),
    SUPPLIERS: Clauses(("c 7",), ("f",)),
    REPORTABLE: Clauses(("c 3",), ("c",)),
    OBJECTIVES: Clauses(("c 2",), ()),
    AUDITS: Clauses(("c 6",), ("d",)),
    CHANGES: Clauses(("b",), ("j", "l")),
    RESOURCES: Clauses(("d",), ()),
    IMPROVEMENT: Clauses(("f",), ("k",)),
}
"""Section → the clauses that ask for it, in the order of the review."""
BY_HAND: Final = (OBJECTIVES, AUDITS, CHANGES, RESOURCES, IMPROVEMENT)
"""Sections of which complaints tell nothing: whoever reviews writes them."""
HISTORY_MONTHS: Final = 36
"""Months of the trend that are drawn."""
AHEAD: Final = 3
"""Months that are forecast."""
