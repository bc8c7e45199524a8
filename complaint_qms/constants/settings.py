"""The settings page of the app."""

from typing import Final

SETTINGS: Final = "Complaint QMS Settings"
