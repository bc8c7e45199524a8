"""Times as the database keeps them, which carry no zone, beside moments that carry one."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from frappe.utils import get_datetime
from frappe.utils.data import get_system_timezone


def site_zone() -> ZoneInfo:
    """Zone in which the database keeps its times (which carry none)."""
    return ZoneInfo(get_system_timezone())


def aware(moment: datetime | str, zone: ZoneInfo) -> datetime:
    """A time of the database with its zone. An hour that the wall clock shows twice means its first showing."""
    return get_datetime(moment).replace(tzinfo=zone)


def stored(moment: datetime, zone: ZoneInfo) -> datetime:
    """The other way round: as the database keeps it."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def in_zone(moment: datetime, zone: str | None) -> datetime:
    """A time of the database as a clock in `zone` shows it; as it is without a zone, or with one that is unknown here."""
    here, there = site_zone(), zone_named(zone)
    return (
        moment if not there or there == here else aware(moment, here).astimezone(there).replace(tzinfo=None)
    )


def zone_named(name: str | None) -> ZoneInfo | None:
    """A time zone by its name; None for none, and for one that is unknown here: one person's odd setting must not stop the others'
    messages."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
