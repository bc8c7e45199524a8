"""Vocabulary of what is learned from a site's own closed complaints."""

from typing import Final

FIELDS: Final = {
    "type": "complaint_type",
    "severity": "severity",
    "urgency": "urgency",
    "harm": "harm_level",
    "expectation": "expectation",
}
"""What is learned, by the engine's name → field of the complaint."""

RETIRED: Final = "retired"
REJECTED: Final = "rejected"

LEAST: Final = 200
"""Closed and judged complaints from which on something is learned; before that a site is young and its rules propose."""
LEAST_LATER: Final = 40
LATER_SHARE: Final = 0.25
"""The latest part of them, on which it is measured."""
MOST: Final = 30_000
LEAST_OF_AN_ANSWER: Final = 5
"""Complaints with an answer from which on it is learned; rarer ones are left to people."""
NEWS: Final = 0.05
"""Share of further complaints from which on the weekly training is worth its time."""
MAX_FEATURES: Final = 20_000
TIMEOUT: Final = 3 * 3600
FOLDER: Final = "complaint_classifier"
"""Of the site's private files; what each version has learned lies in a folder of its name."""
KEPT: Final = 5
"""Versions whose learned weights are kept; older ones keep their figures alone."""
