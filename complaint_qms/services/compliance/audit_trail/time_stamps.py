"""The head of the chain stamped by an authority outside the site (RFC 3161): it was there by then, whoever may write the whole server later.

A stamp is an entry of the chain. What is stamped is the text NUMBER:HASH of the head, so that a stamp that was kept elsewhere is checked with
`openssl ts -verify` and that text alone. What the authority does not give is asked for again within the hour; nothing else waits for it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, format_datetime
from frappe.utils.password import get_decrypted_password

from complaint_qms.constants.audit import ENTRY, TIME_STAMP
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.engine.audit_entry import Apart
from complaint_qms.integrations import time_stamp
from complaint_qms.integrations.time_stamp import StampRefused
from complaint_qms.services import writing
from complaint_qms.services.compliance.audit_trail import sealing
from complaint_qms.services.compliance.audit_trail.comparing_files import parsed
from complaint_qms.services.compliance.audit_trail.entries import NewEntry, write_entries
from complaint_qms.services.compliance.audit_trail.restoring import restored_past
from complaint_qms.services.compliance.audit_trail.sealing import Head
from complaint_qms.services.record.language import labelled
from complaint_qms.services.record.site_time import site_zone

RESULT: Final = "time_stamp_result"
_EVERY: Final = {"stamped_hourly": timedelta(minutes=50), "stamped_daily": timedelta(hours=23)}
"""A little less than the pause between two runs of the job."""
_POLICY: Final = re.compile(r"[0-2](\.(0|[1-9]\d*))+")
_REASONS: Final[dict[str, Callable[[], str]]] = {
    "unreachable": lambda: _("it cannot be reached"),
    "status": lambda: _("it does not take the request"),
    "no_answer": lambda: _("what it answers is no time stamp"),
    "refused": lambda: _("it refuses the request"),
    "other_bytes": lambda: _("its stamp is about something else"),
    "other_policy": lambda: _("it stamps under another policy"),
    "certificate": lambda: _("its certificate does not lead to one of those in the settings"),
    "no_library": lambda: _("the library rfc3161-client is missing: bring the environment of the bench up to date"),
}  # fmt: skip

_Say = Callable[[str, str], None]


def stamp_when_due(now: datetime | None = None) -> str:
    """Have the head stamped where the settings ask for it and the last stamp is old enough; what came of it in a sentence, empty where nothing was
    to be done. Commits.

    Args:
        now: with its zone.
    """
    settings = frappe.get_cached_doc(SETTINGS)
    if not settings.time_stamp_url:
        return ""
    last = _last_stamp()
    moment = now or datetime.now(timezone.utc)
    if last and moment - last[0] < _EVERY[settings.time_stamp_every or "stamped_daily"]:
        return ""
    return stamp_head()


def stamp_head() -> str:
    """Have the head stamped now; what came of it in a sentence. Commits.

    Raises:
        frappe.ValidationError: no authority is entered.
    """
    settings = frappe.get_cached_doc(SETTINGS)
    url = settings.time_stamp_url
    if not url:
        frappe.throw(_("Enter the Time Stamp Authority in the settings first."))
    sealing.seal()
    head, last = sealing.last_link(), _last_stamp()
    if not head.sequence or (last and last[1].sequence >= head.sequence - 1):
        return _("Nothing was added to the audit trail since the last time stamp.")
    frappe.db.commit()  # nobody waits for an authority with a transaction open
    try:
        roots = time_stamp.read_certificates(settings.time_stamp_ca or "")
        stamp = time_stamp.request_stamp(url, str(head).encode(), login=_login(settings), policy=settings.time_stamp_policy or "", roots=roots)  # fmt: skip
    except StampRefused as error:
        told = labelled(
            _("The time stamp authority {0} gave no stamp").format(_host(url)), stamp_refusal(error)
        )
        frappe.log_error(title="The head of the audit trail was not stamped", message=told)
        return _note(told)
    said = {"sequence": head.sequence, "hash": head.hash, "at": stamp.at.isoformat(" ", "seconds"), "authority": _host(url), "policy": stamp.policy, "serial": stamp.serial, "token": base64.b64encode(stamp.token).decode()}  # fmt: skip
    name = frappe.db.get_value(ENTRY, {"sequence": head.sequence}, "name")
    write_entries([NewEntry(TIME_STAMP, ENTRY, name, {"time_stamp": said}, Apart())])
    return _note(_("{0} stamped entry {1} on {2}.").format(_host(url), head.sequence, _local(stamp.at)))


def check_stamps(say: _Say, roots: Sequence[Any]) -> tuple[int, str]:
    """Hold each stamp against the chain as it is: how many there are, and when the last was made (UTC).

    Args:
        say: takes kind and sentence of what is wrong.
        roots: certificates that a stamp has to lead to; none are asked for without any.
    """
    count, last = 0, ""
    for sequence, said in _stamps():
        count += 1
        try:
            head, token = Head(int(said["sequence"]), str(said["hash"])), base64.b64decode(said["token"])
            stamp = time_stamp.read_stamp(token)
            if stamp.imprint != sha256(str(head).encode()).digest():
                raise StampRefused("other_bytes")
            if roots:
                time_stamp.check_stamp(token, str(head).encode(), roots)
        except StampRefused as error:
            say("stamp", labelled(_("The time stamp in entry {0} does not hold").format(sequence), stamp_refusal(error)))  # fmt: skip
            continue
        except (KeyError, TypeError, ValueError, binascii.Error):
            say("stamp", _("The time stamp in entry {0} cannot be read.").format(sequence))
            continue
        at = stamp.at.strftime("%Y-%m-%d %H:%M:%S")
        last = max(last, at)
        if not sealing.holds(head) and not restored_past(head):
            say("stamp", _("The chain no longer has entry {0} as it was stamped on {1} UTC: it was written anew, or cut off.").format(head.sequence, at))  # fmt: skip
    return count, last


def stamp_refusal(error: StampRefused) -> str:
    """Why there is no stamp, in the present language."""
    told = _REASONS[error.reason]()
    return f"{told} ({error.said})" if error.said else told


def last_token() -> tuple[Head, bytes] | None:
    """The newest stamp, to be kept elsewhere."""
    if not (last := _last_stamp()):
        return None
    return last[1], base64.b64decode(last[2]["token"])


def check_stamp_settings(settings: Document) -> None:
    """Raises:
    frappe.ValidationError: address, policy or certificates are none, or a password would travel unencrypted.
    """
    settings.time_stamp_url = (settings.time_stamp_url or "").strip()
    url, policy = settings.time_stamp_url, (settings.time_stamp_policy or "").strip()
    label = {field: _(settings.meta.get_label(field)) for field in ("time_stamp_url", "time_stamp_policy", "time_stamp_ca")}  # fmt: skip
    if url and not time_stamp.is_address(url):
        frappe.throw(_("{0}: “{1}” is no address. Enter one that begins with https:// or http://, without a login in it.").format(label["time_stamp_url"], escape_html(url)))  # fmt: skip
    if url and settings.time_stamp_user and urlsplit(url).scheme != "https":
        frappe.throw(_("{0}: the password would travel unencrypted. Enter an address that begins with https://.").format(label["time_stamp_url"]))  # fmt: skip
    if policy and not _POLICY.fullmatch(policy):
        frappe.throw(_("{0}: “{1}” is no policy. Enter numbers with dots, such as 1.3.6.1.4.1.601.10.3.1.").format(label["time_stamp_policy"], escape_html(policy)))  # fmt: skip
    settings.time_stamp_policy = policy
    try:
        time_stamp.read_certificates(settings.time_stamp_ca or "")
    except ValueError:
        frappe.throw(_("{0}: this is no list of certificates in PEM. Paste them with their lines BEGIN CERTIFICATE and END CERTIFICATE.").format(label["time_stamp_ca"]))  # fmt: skip


def _stamps() -> Iterator[tuple[int, dict[str, Any]]]:
    """(number of the entry, what it says) of each stamp that is linked, the oldest first."""
    table = frappe.qb.DocType(ENTRY)
    query = frappe.qb.from_(table).select(table.sequence, table.detail)
    query = query.where((table.kind == TIME_STAMP) & (table.sequence > 0)).orderby(table.sequence)
    for sequence, detail in query.run():
        said = parsed(detail).get("time_stamp")
        yield sequence, said if isinstance(said, dict) else {}


def _last_stamp() -> tuple[datetime, Head, dict[str, Any]] | None:
    """When the newest stamp was written (UTC), what it stamps, and what it says; linked or not."""
    rows = frappe.get_all(ENTRY, {"kind": TIME_STAMP}, ["happened_at", "detail"], order_by="name desc", limit=1)  # fmt: skip
    said = parsed(rows[0].detail).get("time_stamp") if rows else None
    if not said:
        return None
    return rows[0].happened_at.replace(tzinfo=timezone.utc), Head(int(said["sequence"]), said["hash"]), said


def _login(settings: Document) -> tuple[str, str] | None:
    if not settings.time_stamp_user:
        return None
    password = get_decrypted_password(SETTINGS, SETTINGS, "time_stamp_password", raise_exception=False)
    return settings.time_stamp_user, password or ""


def _note(told: str) -> str:
    """What came of the last try, on the settings page."""
    writing.set_values(SETTINGS, SETTINGS, {RESULT: f"{_local(datetime.now(timezone.utc))}: {told}"[:500]}, "time stamp")  # fmt: skip
    frappe.db.commit()
    return told


def _local(moment: datetime) -> str:
    return format_datetime(moment.astimezone(site_zone()).replace(tzinfo=None))


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
