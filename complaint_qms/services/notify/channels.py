"""Services by which staff are told: what is connected, what lets us in, and a try that tells what the service says."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

import frappe
from frappe import _
from frappe.core.doctype.sms_settings import sms_settings
from frappe.model.document import Document
from frappe.utils import cint, get_url

from complaint_qms.constants import notify
from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging import http, outside, staff
from complaint_qms.integrations.messaging.inbound import Account, ServiceError
from complaint_qms.integrations.messaging.notice import Notice, NoticeLine
from complaint_qms.services.notify import preferences
from complaint_qms.services.notify.person import people_of
from complaint_qms.services.record import site_cache
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.kept_secrets import check_moved, check_own
from complaint_qms.services.record.service_tokens import CachedTokens

_CACHE: Final = "complaint_qms_notification_channels"
_SECRETS: Final = ("app_secret", "access_token")
_BY_ADDRESS: Final = ("webhook_address",)
_NEEDED: Final = {
    notify.WECOM_ROBOT: _BY_ADDRESS,
    notify.DINGTALK_ROBOT: (*_BY_ADDRESS, "app_secret"),
    notify.SLACK: _BY_ADDRESS,
    notify.WEBHOOK: (*_BY_ADDRESS, "app_secret"),
    notify.WECOM_APP: ("app_id", "agent_id", "app_secret"),
    notify.WHATSAPP: ("app_id", "access_token"),
}
_SMS_LONGEST: Final = 600
_TEST: Final = "test"


def connected() -> dict[str, frappe._dict]:
    """Name → {name, service, company, language} of the channels that are switched on."""
    return site_cache.kept(_CACHE, _stored)


def forget_channels() -> None:
    """Drop what is kept; called when a channel changes."""
    site_cache.forget([_CACHE])


def own_networks() -> tuple[str, ...]:
    """What the configuration of the site opens of the own network."""
    found = frappe.conf.get(notify.OWN_NETWORKS) or ()
    return (found,) if isinstance(found, str) else tuple(map(str, found))


def send_by(channel: Document, notice: Notice) -> None:
    """Have a service tell somebody something.

    Raises:
        ServiceError: it cannot be reached, or refuses.
    """
    with outside.outside_alone(own_networks()):
        if channel.service == notify.SMS:
            _by_sms(notice)
        else:
            staff.SEND[channel.service](_account(channel), notice, CachedTokens())


def send_test(channel: Document, user: str) -> str:
    """Tell a group, or this user, that the channel works; what has become of it, as a sentence.

    Raises:
        ServiceError: the service cannot be reached, or refuses.
    """
    person, to = people_of([user])[user], ""
    if channel.service in notify.TO_PERSONS:
        to = preferences.reached_at([user], channel.service).get(user) or ""
        if not to:
            raise ServiceError(nowhere(person.full_name, channel.service), passing=False)
    text = _("This is a test of “{0}” by {1}. Messages on complaints arrive here.").format(
        channel.title, person.full_name
    )
    line = NoticeLine(_TEST, text, url=get_url())
    send_by(channel, Notice(frappe.generate_hash(length=10), (line,), to, language=person.language))
    if to:
        return _("The service has taken a message to {0}.").format(to)
    return _("The service has taken a message to the group.")


def nowhere(name: str, service: str) -> Message:
    """Why somebody is not reached by a service."""
    about = {"name": name}
    if service == notify.WECOM_APP:
        return Message(
            "{name} has no WeCom User ID. Enter it in their Complaint Notification Preference.", about
        )
    return Message(
        "{name} has no mobile number. Enter it on their User, or in their Complaint Notification Preference.",
        about,
    )


def check_channel(channel: Document) -> None:
    """Raises:
    frappe.ValidationError: what its service needs is missing, or is none of it.
    """
    meta, wrong = channel.meta, []
    for field in _NEEDED.get(channel.service, ()):
        if not channel.get(field):
            wrong.append(
                _("{0}: enter it; the service cannot be reached without.").format(_label(meta, field))
            )
    for field in ("webhook_address", "service_address"):
        value = (channel.get(field) or "").strip()
        if value.strip("*"):  # stars are one that is stored
            channel.set(field, value)
            if not _may_be_called(value):
                wrong.append(_said_of_address(_label(meta, field)))
    secret = channel.get("app_secret") or ""
    if (
        channel.service == notify.WEBHOOK
        and secret.strip("*")
        and len(secret.strip()) < notify.SHORTEST_SECRET
    ):
        said = _("{0}: choose at least {1} characters, at random, so that nobody guesses them.")
        wrong.append(said.format(_label(meta, "app_secret"), notify.SHORTEST_SECRET))
    if channel.service == notify.WEBHOOK:
        wrong += check_own(channel, "app_secret")
    if before := channel.get_doc_before_save():
        used = [field for field in _SECRETS if field in _NEEDED.get(channel.service, ())]
        wrong += check_moved(channel, _base_url(before), _base_url(channel), used)
    if wrong:
        refuse(*wrong)


def _stored() -> dict[str, frappe._dict]:
    rows = frappe.get_all(
        notify.CHANNEL, {"enabled": 1}, ["name", "service", "company", "language"], order_by="name asc"
    )
    return {row.name: row for row in rows}


def _account(channel: Document) -> Account:
    found = {name: channel.get_password(name, raise_exception=False) or "" for name in _SECRETS}
    return Account(
        base_url=_base_url(channel),
        app_id=channel.app_id or "",
        agent_id=channel.agent_id or "",
        template=channel.template or "",
        **found,
    )


def _base_url(channel: Document) -> str:
    """Where a channel's service is called; nothing for a gateway that the site itself knows."""
    if channel.service in notify.TO_GROUPS:
        return channel.get_password("webhook_address", raise_exception=False) or ""
    return (channel.service_address or staff.BASE_URLS.get(channel.service, "")).strip().rstrip("/")


def _by_sms(notice: Notice) -> None:
    """By the gateway of the site's SMS Settings, as the framework calls it, within our limits of time and place."""
    settings = frappe.get_single("SMS Settings")
    if not settings.sms_gateway_url:
        raise ServiceError(Message("SMS Settings: enter the SMS Gateway URL."), passing=False)
    text, headers = notice.as_text(_SMS_LONGEST), sms_settings.get_headers(settings)
    receivers = sms_settings.validate_receiver_nos([notice.to])
    sent = {settings.message_parameter: text}
    sent |= {row.parameter: row.value for row in settings.parameters if not row.header}
    sent[settings.receiver_parameter] = receivers[0]
    url, body, method = settings.sms_gateway_url.strip(), None, "GET"
    if headers.get("Content-Type") == "application/json":
        body = frappe.as_json(sent).encode()
    elif cint(settings.use_post):
        body = urlencode(sent).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    else:
        url += ("&" if "?" in url else "?") + urlencode(sent)
    if cint(settings.use_post):
        method = "POST"
    http.call_for_text(method, url, body, headers)
    sms_settings.create_sms_log({"message": text.encode(), "receiver_list": receivers}, receivers)


def _may_be_called(address: str) -> bool:
    """Whether an address is one of the Internet, by HTTPS, or one that the site's configuration names."""
    parts = http.read_address(address)
    if not parts or parts.fragment:
        return False
    number = outside.literal(parts.hostname or "")
    if number and not outside.may_be_called(number, own_networks()):
        return False
    return parts.scheme == "https" or bool(
        number and outside.may_be_called(number, own_networks()) and _is_own(number)
    )


def _is_own(number: Any) -> bool:
    return not number.is_global


def _said_of_address(label: str) -> str:
    return _(
        "{0}: enter an address on the Internet that begins with https://. One in the server's own network is called only where the site's configuration names it."
    ).format(label)


def _label(meta: Any, field: str) -> str:
    return _(meta.get_field(field).label, context=notify.CHANNEL)
