"""A record that goes through stages under gates, and that one person is answerable for."""

from __future__ import annotations

from complaint_qms.controllers.record import Checked
from complaint_qms.services.compliance import contributors
from complaint_qms.services.lifecycle import announcements, guard


class QualityRecord(Checked):
    """Its stamps are set by steps alone, who is answerable is changed by whoever may and told, what happened to it is announced, and
    it is never deleted."""

    stamps: tuple[str, ...] = ()

    def before_validate(self) -> None:
        guard.protect(self, self.stamps)

    def on_update(self) -> None:
        contributors.tell_hand_over(self)
        announcements.saved(self)

    def on_trash(self) -> None:
        guard.refuse_deletion(self)
