"""What a road's reader answers about an item."""

from __future__ import annotations

from dataclasses import dataclass

from complaint_qms.engine.message import Message


@dataclass(frozen=True)
class Registered:
    """It has become this complaint."""

    complaint: str


@dataclass(frozen=True)
class Added:
    """It goes on with this complaint."""

    complaint: str
    communication: str | None = None


@dataclass(frozen=True)
class Waits:
    """A person has to decide, for this reason."""

    reason: Message


@dataclass(frozen=True)
class Dismissed:
    """It is no complaint, for this reason."""

    reason: Message


Outcome = Registered | Added | Waits | Dismissed
