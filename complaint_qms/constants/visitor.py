"""What somebody without a login may send on the public page, and how the way of a complaint reads to them."""

from __future__ import annotations

from typing import Final

UPLOAD: Final = "Complaint Upload"
LINK: Final = "Complaint Tracking Link"

CHUNK: Final = 1 << 20
"""Bytes of a piece of a file; a lost connection costs one of them at most."""
LARGEST: Final = 50 << 20
"""Bytes of one file."""
MOST_WAITING: Final = 4 << 30
"""Bytes of all files together that no complaint has yet."""
MOST_OF_VISITORS: Final = 3 << 30
"""From how many on nobody without a login sends more: the rest is for customers who log in."""
MOST_OF_ONE: Final = 1 << 30
"""Of them one address, or one login, may have sent: two complaints with ten of the largest files."""
MOST_FILES: Final = 10
UPLOAD_HOURS: Final = 24

LONGEST_TEXT: Final = 10_000
LONGEST_LINE: Final = 140

WISHES: Final = ("refund", "exchange", "repair", "credit", "apology", "information", "other")

STEPS: Final = ("received", "checked", "investigated", "solution", "done")
"""The way as the complainant sees it."""
STEP_OF_STAGE: Final = {
    "intake": "received",
    "triage": "checked",
    "investigate": "investigated",
    "solve": "solution",
    "confirm": "solution",
    "execute": "solution",
    "review": "done",
    "closed": "done",
    "rejected": "done",
    "void": "done",
}
"""Stages that are none of the way (on hold, duplicate) are told by the one before, or by the original."""
