"""Complaints and SOPs whose clock is reckoned by hand."""

from __future__ import annotations

from datetime import datetime

import pytest
from frappe.model.document import Document
from frappe.utils import get_datetime

from complaint_qms.constants.clock import WEEKDAYS
from complaint_qms.services.sop import plan as sop_plan
from tests.desk import factory

HOUR = 3600


def new_york(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sop_plan, "get_system_timezone", lambda: "America/New_York")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2024-{text}")


def holiday_list(*days: str) -> str:
    made = factory.make(
        "Holiday List",
        holiday_list_name=factory.unique("Holidays"),
        from_date="2024-01-01",
        to_date="2024-12-31",
        holidays=[{"holiday_date": f"2024-{day}", "description": "Holiday"} for day in days],
    )
    return made.name


def sop(**values: object) -> Document:
    """Monday to Friday 8-12 and 13-17; response 4 h, triage 8 h, investigation 16 h, the whole 40 h; 75 % warns."""
    shifts = (("08:00:00", "12:00:00"), ("13:00:00", "17:00:00"))
    defaults = {
        "sop_name": factory.unique("SOP"),
        "holiday_list": holiday_list("07-04"),
        "first_response_time": 4 * HOUR,
        "resolution_time": 40 * HOUR,
        "warn_percent": 75,
        "working_hours": [
            {"workday": day, "start_time": low, "end_time": high}
            for day in WEEKDAYS[:5]
            for low, high in shifts
        ],
        "stages": [
            {"stage": "intake", "time_limit": 2 * HOUR, "warn_percent": 50},
            {"stage": "triage", "time_limit": 8 * HOUR, "warn_percent": 75},
            {"stage": "investigate", "time_limit": 16 * HOUR, "warn_percent": 0},
        ],
    }
    return factory.make("Complaint SOP", **defaults | values)


def standing(doc: Document) -> dict[str, tuple]:
    """Due, warning and status of the three clocks, times as text without the year."""

    def text(moment: datetime | None) -> str | None:
        return get_datetime(moment).strftime("%m-%d %H:%M") if moment else None

    return {
        name: (text(doc.get(f"{name}_warn_at")), text(doc.get(f"{name}_due")), doc.get(f"{name}_status"))
        for name in ("response", "stage", "resolution")
    }
