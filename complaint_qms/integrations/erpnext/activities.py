"""ERPNext's list of open tasks and events about a record."""

from __future__ import annotations

from typing import Any

from erpnext.crm.utils import get_open_activities


def open_activities(doctype: str, name: str) -> dict[str, Any]:
    """{tasks, events} about the record, whoever asks: ERPNext looks at no right, so callers do."""
    return get_open_activities(doctype, name)
