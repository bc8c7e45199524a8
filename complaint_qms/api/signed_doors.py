"""What the addresses that programs post to have in common: counted, bounded, and silent to whoever cannot sign."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import frappe
from frappe.rate_limiter import rate_limit
from werkzeug.wrappers import Response

from complaint_qms.integrations.messaging.inbound import Refused
from complaint_qms.services.record.error_text import way_of

_MINUTE: Final = 60
_HOUR: Final = 3600
_NONE: Final = "-"


def answer_signed(
    door: str,
    channel: str,
    take: Callable[[], Response],
    limits: tuple[int, int],
    failed: str,
    refused: Callable[[], None] = lambda: None,
) -> Response:
    """What a request is answered with.

    Args:
        door: name that the limits count by, with the address it comes from.
        channel: name of what the address belongs to; those that are none are one.
        take: raises `Refused` for whoever cannot sign.
        limits: requests a minute, and refusals an hour, of each address in the network. A proxy names that address; of refusals as many
            again are noted an hour for each channel whatever is named, so that nobody fills a log by naming others.
        failed: title in the Error Log where it fails on our side; the sender tries again.
        refused: what is done for a refusal, as long as there are not too many.
    """
    a_minute, an_hour = limits
    frappe.local.form_dict = frappe._dict(cmd=door, channel=channel or _NONE)
    try:
        _count(a_minute, _MINUTE)
        return take()
    except Refused:
        frappe.local.form_dict.cmd = f"{door}.refused"
        try:
            _count(an_hour, _HOUR)
        except frappe.RateLimitExceededError:
            return plain("", 429)
        _note(refused, failed, door, an_hour)
        return plain("", 403)
    except frappe.RateLimitExceededError:
        return plain("", 429)
    except Exception as error:
        _log(failed, error)
        return plain("", 503)


def plain(text: str, status: int) -> Response:
    return Response(text, status=status, content_type="text/plain; charset=utf-8")


def _note(refused: Callable[[], None], failed: str, door: str, an_hour: int) -> None:
    """A refusal looks the same whether or not it could be written down: it tells nobody which addresses there are."""
    try:
        frappe.local.form_dict.cmd = f"{door}.noted"
        _count(an_hour, _HOUR, ip_based=False)
        refused()
    except frappe.RateLimitExceededError:
        return
    except Exception as error:
        _log(failed, error)


def _log(failed: str, error: Exception) -> None:
    frappe.db.rollback()
    frappe.log_error(title=failed, message=way_of(error))
    frappe.db.commit()


def _count(limit: int, seconds: int, ip_based: bool = True) -> None:
    rate_limit(key="channel", limit=limit, seconds=seconds, ip_based=ip_based)(lambda: None)()
