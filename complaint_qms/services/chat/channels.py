"""Chat services that are connected: the address that each posts to, what lets us in, and what it may send."""

from __future__ import annotations

import re
import secrets
from ipaddress import ip_address
from types import ModuleType
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_url

from complaint_qms.constants import chat
from complaint_qms.integrations.messaging import CLIENTS, http
from complaint_qms.integrations.messaging.inbound import Account
from complaint_qms.services.record.in_use import usable
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.kept_secrets import check_moved, check_own

_SECRETS: Final = ("app_secret", "token", "aes_key", "access_token")
_NEEDED: Final = {
    chat.WECOM: ("app_id", "agent_id", "app_secret", "token", "aes_key"),
    chat.WECHAT: ("app_id", "app_secret", "token", "aes_key"),
    chat.DINGTALK: ("app_id", "app_secret"),
    chat.WHATSAPP: ("app_id", "app_secret", "token", "access_token"),
    chat.SIGNED: ("app_secret",),
}
_CHOSEN: Final = {
    chat.WECOM: ("token",),
    chat.WECHAT: ("token",),
    chat.WHATSAPP: ("token",),
    chat.SIGNED: ("app_secret",),
}
"""What the site chooses itself; the rest is issued by the service."""
_COMPLAINT_CHANNEL: Final = "Complaint Channel"
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{20,64}")
_AES_KEY: Final = re.compile(r"[A-Za-z0-9+/]{43}")
_KINDS: Final = {"photo": "photos", "video": "videos", "audio": "audio", "document": "documents"}
_MB: Final = 1 << 20


def give_key(channel: Document) -> None:
    """A new channel gets the part of its address that nobody guesses, whatever was sent."""
    channel.webhook_key = secrets.token_urlsafe(32)


def check_channel(channel: Document) -> None:
    """Raises:
    frappe.ValidationError: what its service needs is missing, or is none of it.
    """
    before = channel.get_doc_before_save()
    if before:
        channel.webhook_key = before.webhook_key
    meta, wrong = channel.meta, []
    for field in _NEEDED.get(channel.provider, ()):
        if not channel.get(field):
            wrong.append(
                _("{0}: enter it; the service cannot be reached without.").format(_label(meta, field))
            )
    for field in _CHOSEN.get(channel.provider, ()):
        chosen = (channel.get(field) or "").strip()
        if chosen.strip("*") and len(chosen) < chat.SHORTEST_SECRET:  # stars are one that is stored
            wrong.append(
                _("{0}: choose at least {1} characters, at random, so that nobody guesses them.").format(
                    _label(meta, field), chat.SHORTEST_SECRET
                )
            )
    aes_key = channel.get("aes_key") or ""
    if aes_key.strip("*") and not _AES_KEY.fullmatch(aes_key):
        wrong.append(
            _("{0}: enter the 43 letters and digits that the service shows.").format(_label(meta, "aes_key"))
        )
    if channel.provider == chat.SIGNED:
        wrong += check_own(channel, "app_secret")
    if (address := channel.service_address) and not _is_address(address):
        wrong.append(
            _(
                "{0}: enter an address that begins with https:// and has no parameters. http:// is allowed on this server itself alone."
            ).format(_label(meta, "service_address"))
        )
    if channel.largest_file and cint(channel.largest_file) > chat.LARGEST_FILE // _MB:
        wrong.append(_("{0}: at most {1}.").format(_label(meta, "largest_file"), chat.LARGEST_FILE // _MB))
    if channel.provider == chat.SIGNED and cint(channel.replies) and not channel.service_address:
        wrong.append(
            _("{0}: enter where replies are posted to, or switch {1} off.").format(
                _label(meta, "service_address"), _label(meta, "replies")
            )
        )
    if before:
        used = [field for field in _SECRETS if field in _NEEDED.get(channel.provider, ())]
        wrong += check_moved(channel, _base_url(before), _base_url(channel), used)
    if wrong:
        refuse(*wrong)


def address_of(channel: Document) -> str:
    """The address that is entered at the service."""
    return get_url(f"/{chat.ADDRESS}/{channel.webhook_key}") if channel.webhook_key else ""


def by_key(key: str) -> Document | None:
    """The channel of an address that answers."""
    if not _KEY.fullmatch(key):
        return None
    name = frappe.db.get_value(chat.CHANNEL, {"webhook_key": key, "enabled": 1}, "name")
    return frappe.get_cached_doc(chat.CHANNEL, name) if name else None


def sharing(channel: Document, account_id: str) -> Document | None:
    """The enabled channel of another account at the same service that is known by the same secret: what was signed with it is its own."""
    other = {"provider": channel.provider, "app_id": account_id, "enabled": 1, "name": ("!=", channel.name)}
    secret = channel.get_password("app_secret", raise_exception=False)
    for name in frappe.get_all(chat.CHANNEL, other, pluck="name", order_by="creation asc"):
        doc = frappe.get_cached_doc(chat.CHANNEL, name)
        if secret and doc.get_password("app_secret", raise_exception=False) == secret:
            return doc
    return None


def channel_named(name: str) -> Document | None:
    """A channel by its name; None where it is gone."""
    return (
        frappe.get_cached_doc(chat.CHANNEL, name)
        if frappe.db.exists(chat.CHANNEL, name, cache=True)
        else None
    )


def client_of(channel: Document) -> ModuleType:
    return CLIENTS[channel.provider]


def account_of(channel: Document) -> Account:
    """What its client needs to know, secrets among it."""
    found = {name: channel.get_password(name, raise_exception=False) or "" for name in _SECRETS}
    return Account(
        base_url=_base_url(channel), app_id=channel.app_id or "", agent_id=channel.agent_id or "", **found
    )


def complaint_channel(channel: Document) -> str | None:
    """The channel of its complaints: what it names, else that of its service."""
    return usable(_COMPLAINT_CHANNEL, channel.channel) or usable(
        _COMPLAINT_CHANNEL, _of_service(channel.provider)
    )


def kinds_of(channel: Document) -> tuple[str, ...]:
    """Kinds of files that are taken."""
    return tuple(kind for kind, field in _KINDS.items() if cint(channel.get(field)))


def largest_file(channel: Document) -> int:
    """Bytes of the largest file that is taken."""
    return min(cint(channel.largest_file) * _MB, chat.LARGEST_FILE)


def has_assistant(channel: Document) -> bool:
    return bool(cint(channel.replies) and cint(channel.assistant))


def _of_service(provider: str) -> str | None:
    key = chat.CHANNEL_KEYS.get(provider)
    return frappe.db.get_value(_COMPLAINT_CHANNEL, {"channel_key": key}, "name") if key else None


def _base_url(channel: Document) -> str:
    own = getattr(CLIENTS.get(channel.provider), "BASE_URL", "")
    return (channel.service_address or own).rstrip("/")


def _label(meta: Any, field: str) -> str:
    return _(meta.get_field(field).label, context=chat.CHANNEL)


def _is_address(address: str) -> bool:
    parts = http.read_address(address)
    if not parts or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or _is_here(parts.hostname or "")


def _is_here(host: str) -> bool:
    """Whether what is sent there never leaves the machine, so that nobody can read it on the way."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
