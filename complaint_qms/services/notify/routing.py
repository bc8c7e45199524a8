"""By which channels a message goes beside the desk and the mail, and from when on: a person's own choice, else the site's for their roles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from typing import NamedTuple

import frappe
from frappe.utils import cint

from complaint_qms.constants import notify
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.engine.quiet_hours import over_at
from complaint_qms.services.notify.channels import connected
from complaint_qms.services.notify.choices import hour_of
from complaint_qms.services.notify.person import Person
from complaint_qms.services.notify.preferences import NONE, preferences_of
from complaint_qms.services.people.role_holders import roles_of
from complaint_qms.services.record.site_time import aware, site_zone, stored, zone_named


class Way(NamedTuple):
    """A channel that a message goes by. `after`: not before; None for at once."""

    channel: str
    service: str
    after: datetime | None


class Router:
    """Knows the ways of many people; asks the database nothing where no channel is connected."""

    def __init__(self, people: Iterable[Person], now: datetime) -> None:
        self._now, self._channels = now, connected()
        reach_persons = any(one.service in notify.TO_PERSONS for one in self._channels.values())
        users = {person.user for person in people if person.user} if reach_persons else set()
        self._chosen = preferences_of(users) if users else {}
        self._roles = roles_of(users) if users else {}

    def ways(self, person: Person, kind: str, named: str = "") -> list[Way]:
        """Ways of a message of a kind to a person.

        Args:
            named: a channel that it goes by besides, whatever was chosen.
        """
        if not self._roles.get(person.user):
            return []
        own = self._chosen.get(person.user, NONE)
        rows = own.choices
        if rows is None:
            held = self._roles[person.user]
            rows = [row for row in _settings().notification_choices if row.role in held]
        found: dict[str, bool] = {named: False} if named else {}
        for row in rows:
            if row.kind in (None, "", kind):
                found[row.channel] = found.get(row.channel, False) or bool(cint(row.at_any_hour))
        quiet = own.quiet if own.quiet is not None else _site_hours()
        return [
            Way(name, self._channels[name].service, None if anytime else self._after(quiet, person.time_zone))
            for name, anytime in found.items()
            if name in self._channels and self._channels[name].service in notify.TO_PERSONS
        ]

    def groups(self, kind: str, named: str = "") -> list[Way]:
        """Ways of a message of a kind to groups; of `named` alone where that is said."""
        found: dict[str, bool] = {named: False} if named else {}
        if not named and self._channels:
            for row in _settings().notification_choices:
                if not row.role and row.kind in (None, "", kind):
                    found[row.channel] = found.get(row.channel, False) or bool(cint(row.at_any_hour))
        return [
            Way(name, self._channels[name].service, None if anytime else self._after(_site_hours(), None))
            for name, anytime in found.items()
            if name in self._channels and self._channels[name].service in notify.TO_GROUPS
        ]

    def languages(self) -> dict[str, str | None]:
        """Channel → language in which its group is told, where one is set."""
        return {name: one.language for name, one in self._channels.items()}

    def concerns(self, way: Way, company: str | None) -> bool:
        """Whether a group hears of what happens in a company."""
        return self._channels[way.channel].company in (None, "", company)

    def _after(self, quiet: tuple, zone_name: str | None) -> datetime | None:
        start, end = map(hour_of, quiet)
        if start is None or end is None:
            return None
        here = site_zone()
        over = over_at(
            aware(self._now, here).astimezone(timezone.utc), zone_named(zone_name) or here, start, end
        )
        return stored(over, here) if over else None


def _settings() -> frappe._dict:
    return frappe.get_cached_doc(SETTINGS)


def _site_hours() -> tuple:
    settings = _settings()
    return settings.quiet_from, settings.quiet_to
