"""By which way the people at a customer are told: the channel that the customer has chosen, else mail, else the channel that the settings name for
people without a mail address. Services that a notice goes out by take a text with a link, and a telephone number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import validate_email_address

from complaint_qms.constants.field_action import BY_MAIL, TEXT_SERVICES
from complaint_qms.constants.notify import CHANNEL
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.engine.phone_number import is_number, stored_digits
from complaint_qms.services.notify.channels import connected
from complaint_qms.services.record.input_validation import refuse

SETTING = "field_notice_channel"


class NoticeWay(NamedTuple):
    """How one person is told. `channel`: name of the notification channel, empty for mail; `key`: the same for one address however it is
    written."""

    service: str
    channel: str
    to: str
    key: str
    name: str

    @property
    def values(self) -> dict[str, str | None]:
        """Fields of a notice that goes this way."""
        return {
            "service": self.service, "notification_channel": self.channel or None, "sent_to": self.to, "contact_name": self.name,
        }  # fmt: skip


class Ways:
    """Knows the channels of the site, for many customers.

    Args:
        has_mail: whether mails may be written.
    """

    def __init__(self, *, has_mail: bool = True) -> None:
        self._has_mail = has_mail
        self._channels = _text_channels()
        self._without_mail = frappe.get_cached_doc(SETTINGS).get(SETTING) if self._channels else None

    def of(self, known: Mapping[str, Any] | None) -> list[NoticeWay]:
        """Ways to the people of a customer, each address once, in the order of the people.

        Args:
            known: as `customer_contacts.people_of` gives it.
        """
        known = known or {}
        found: dict[str, NoticeWay] = {}
        for person in known.get("people", ()):
            way = (
                self._by_text(person, known.get("channel"))
                or (_by_mail(person) if self._has_mail else None)
                or self._by_text(person, self._without_mail)
            )
            if way:
                found.setdefault(way.key, way)
        return list(found.values())

    def _by_text(self, person: Mapping[str, str], channel: str | None) -> NoticeWay | None:
        service, number = self._channels.get(channel or ""), person["mobile"]
        if not service or not is_number(number):
            return None
        return NoticeWay(service, channel or "", number, stored_digits(number), person["name"])


def sends_texts() -> bool:
    """Whether any channel of the site takes notices."""
    return bool(_text_channels())


def check_setting(settings: Document) -> None:
    """Raises:
    frappe.ValidationError: the channel of the settings reaches nobody by a telephone number.
    """
    if not settings.has_value_changed(SETTING) or not (chosen := settings.get(SETTING)):
        return
    if frappe.db.get_value(CHANNEL, chosen, "service") not in TEXT_SERVICES:
        refuse(
            _("{0}: choose a channel of SMS or WhatsApp; others reach no customer by a telephone number.").format(_(settings.meta.get_label(SETTING)))
        )  # fmt: skip


def _text_channels() -> dict[str, str]:
    """Name of each channel that is switched on and takes notices → its service."""
    return {name: one.service for name, one in connected().items() if one.service in TEXT_SERVICES}


def _by_mail(person: Mapping[str, str]) -> NoticeWay | None:
    address = person["email"]
    if not address or not validate_email_address(address):
        return None
    return NoticeWay(BY_MAIL, "", address, address.lower(), person["name"])
