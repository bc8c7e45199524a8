"""Vocabulary of the load view: who has how much, and what runs out when."""

from typing import Final

CARDS: Final = 20
"""Cards of one person shown at once, the most urgent first."""
FULL_SHARE: Final = 1.0
BUSY_SHARE: Final = 0.8
"""Shares of somebody's capacity from which they count as full, and as nearly full."""
LEVEL_FREE: Final = "free"
LEVEL_BUSY: Final = "busy"
LEVEL_FULL: Final = "full"
MOST_EVENTS: Final = 2000
"""Due times that one month of the calendar holds at most."""
USUAL_CAPACITY: Final = 20
"""Open complaints that one person can look after, where the settings say nothing."""
