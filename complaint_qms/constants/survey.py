"""What customers are asked once their complaint is closed."""

from typing import Final

DOCTYPE: Final = "Complaint Survey"
WAITS: Final = "sent"
ANSWERED: Final = "answered"
FOLLOW_UP: Final = "follow_up"
REOPENED: Final = "reopened"
REOPEN: Final = "reopen"
BY_SURVEY: Final = "survey"

MOST_RECOMMENDED: Final = 10
LONGEST_COMMENT: Final = 1000
LONGEST_NOTE: Final = 1000
