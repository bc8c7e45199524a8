"""Times as the database keeps them, which carry no zone, beside moments that carry one."""

from datetime import datetime
from zoneinfo import ZoneInfo

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
