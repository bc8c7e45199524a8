"""A record that goes through stages under gates, and that one person is answerable for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from complaint_qms.controllers.record import Checked
from complaint_qms.engine.sop import Missing
from complaint_qms.services.compliance import contributors
from complaint_qms.services.lifecycle import announcements, facts, guard


class QualityRecord(Checked):
    """Its stamps are set by steps alone, who is answerable is changed by whoever may and told, what happened to it is announced, and
    it is never deleted."""

    stamps: tuple[str, ...] = ()

    @staticmethod
    def gates(facts: Mapping[str, Any], target: str) -> list[Missing]:
        """What a record with these facts lacks to enter stage `target`; nothing, where a kind of record has no gates of its own."""
        return []

    def facts_for_gates(self, moving_to: str | None = None) -> dict[str, Any]:
        """What its gates ask. With `moving_to`, what could change until it is there is read as it is this moment, and held."""
        return facts.record_facts(self)

    def before_validate(self) -> None:
        guard.protect(self, self.stamps)

    def on_update(self) -> None:
        contributors.tell_hand_over(self)
        announcements.saved(self)

    def on_trash(self) -> None:
        guard.refuse_deletion(self)
