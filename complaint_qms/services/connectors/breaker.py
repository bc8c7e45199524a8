"""Whether a system is left alone: kept with its connector, so that all workers know."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import frappe
from frappe.utils import cint

from complaint_qms.constants.connectors import CONNECTOR
from complaint_qms.engine.connectors import Breaker
from complaint_qms.integrations.messaging.inbound import ServiceError
from complaint_qms.services import writing

_FIELDS = ("breaker_limit", "breaker_minutes", "failures", "open_until")


class Turn(NamedTuple):
    """Whether a system may be called now.

    Attributes:
        later: the moment to ask again; None where it may.
        trial_until: until when the others wait for this call, which tries the system; None for any other.
    """

    later: datetime | None = None
    trial_until: datetime | None = None


def turn_of(connector: str, now: datetime) -> Turn:
    """Of all who ask after a pause one may try the system: the others wait for another pause. Locks the connector until the
    transaction ends."""
    breaker = _read(connector)
    if breaker.is_open(now):
        return Turn(later=breaker.open_until)
    if not breaker.is_trial(now):
        return Turn()
    until = now + breaker.pause
    _write(connector, {"open_until": until}, "the next call tries the system")
    return Turn(trial_until=until)


def note_error(connector: str, error: ServiceError, turn: Turn, now: datetime) -> None:
    """A call was in vain: for a reason that may pass, or it was answered, if only by a refusal, or it never left."""
    if error.passing:
        note_failure(connector, now)
    elif error.status:
        note_success(connector, now)
    else:
        _give_back(connector, turn, now)


def note_success(connector: str, now: datetime) -> None:
    """The system has answered."""
    _read(connector)
    _write(connector, {"failures": 0, "open_until": None, "last_success_at": now}, "the system answers")


def note_failure(connector: str, now: datetime) -> None:
    """It was called in vain, for a reason that may pass."""
    breaker = _read(connector).after_failure(now)
    values = {"failures": breaker.failures, "open_until": breaker.open_until, "last_failure_at": now}
    _write(connector, values, "the system was called in vain")


def _give_back(connector: str, turn: Turn, now: datetime) -> None:
    """The call that was to try the system never left: the next one does."""
    if turn.trial_until and _read(connector).open_until == turn.trial_until:
        _write(connector, {"open_until": now}, "the system was not tried")


def _read(connector: str) -> Breaker:
    row = frappe.db.get_value(CONNECTOR, connector, _FIELDS, as_dict=True, for_update=True)
    pause = timedelta(minutes=max(1, cint(row.breaker_minutes)))
    return Breaker(max(1, cint(row.breaker_limit)), pause, cint(row.failures), row.open_until)


def _write(connector: str, values: dict, why: str) -> None:
    writing.set_values(CONNECTOR, connector, values, why)
    writing.drop_cached(CONNECTOR, [connector])
