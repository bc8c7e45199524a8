"""Whether a system is left alone: kept with its connector, so that all workers know."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe
from frappe.utils import cint

from complaint_qms.constants.connectors import CONNECTOR
from complaint_qms.engine.connectors import Breaker
from complaint_qms.services import writing

_FIELDS = ("breaker_limit", "breaker_minutes", "failures", "open_until")


def may_call(connector: str, now: datetime) -> datetime | None:
    """None where the system may be called now, else the moment to ask again. Of all who ask after a pause one may try it: the
    others wait for another pause. Locks the connector until the transaction ends."""
    breaker = _read(connector)
    if breaker.is_open(now):
        return breaker.open_until
    if breaker.is_trial(now):
        _write(connector, {"open_until": now + breaker.pause}, "the next call tries the system")
    return None


def note_success(connector: str, now: datetime) -> None:
    """The system has answered."""
    _read(connector)
    _write(connector, {"failures": 0, "open_until": None, "last_success_at": now}, "the system answers")


def note_failure(connector: str, now: datetime) -> None:
    """It was called in vain, for a reason that may pass."""
    breaker = _read(connector).after_failure(now)
    values = {"failures": breaker.failures, "open_until": breaker.open_until, "last_failure_at": now}
    _write(connector, values, "the system was called in vain")


def _read(connector: str) -> Breaker:
    row = frappe.db.get_value(CONNECTOR, connector, _FIELDS, as_dict=True, for_update=True)
    pause = timedelta(minutes=max(1, cint(row.breaker_minutes)))
    return Breaker(max(1, cint(row.breaker_limit)), pause, cint(row.failures), row.open_until)


def _write(connector: str, values: dict, why: str) -> None:
    writing.set_values(CONNECTOR, connector, values, why)
    writing.drop_cached(CONNECTOR, [connector])
