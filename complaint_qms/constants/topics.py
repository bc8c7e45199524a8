"""Names of what is kept of topics."""

from typing import Final

TOPIC: Final = "Complaint Topic"
WORD: Final = "Complaint Topic Word"
FIT: Final = "Complaint Topic Fit"
TERMS: Final = "Complaint Text Terms"
ACTIVE: Final = "active"
RETIRED: Final = "retired"
MOST_LEARNED: Final = 30_000
"""Complaints that terms and topics are learned from; of more an even sample."""
NEW_DAYS: Final = 62
MOST_NEW: Final = 10_000
"""Complaints of the last days that are learned from besides, so that new words are known."""
KEPT_VOCABULARIES: Final = 2
