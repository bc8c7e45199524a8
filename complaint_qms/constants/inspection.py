"""What an inspector's index may be asked about, and how much it holds. Plain data."""

from typing import Final

from complaint_qms.constants.case_file import MAKERS

ASKERS: Final = MAKERS
"""Whoever holds one of these may have an index made, of what they may read."""
REGISTER: Final = "Complaint Register"
"""The report from which an index is asked for and fetched."""
MOST_LISTED: Final = 2000
"""Complaints of one index."""
MOST_WHOLE: Final = 200
"""Complaints whose whole files one archive holds."""
OWN_FILTERS: Final = ("serial_no",)
"""Beside those that every report knows."""

# Chapters in their order
CHAPTERS: Final = ("summary", "complaints", "overdue", "capas", "reportability", "signals", "whole_files")
