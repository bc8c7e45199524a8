"""The site's webhooks as rules call them: with the framework's address, headers, data and log, but by our caller, so that nothing
in the server's own network is called that its configuration does not name, and no redirect is followed."""

from __future__ import annotations

import json
from functools import partial
from inspect import signature
from time import sleep
from types import SimpleNamespace
from typing import Final

import frappe
from frappe.integrations.doctype.webhook.webhook import (
    get_context,
    get_webhook_data,
    get_webhook_headers,
    log_request,
)
from frappe.model.document import Document
from frappe.utils import cint

from complaint_qms.integrations.messaging import http, outside
from complaint_qms.integrations.messaging.inbound import ServiceError
from complaint_qms.services.notify.channels import own_networks

_PAUSES: Final = (1, 4, 0)
"""Seconds after each call in vain, as the framework waits between its own."""
_TIMEOUT: Final = 5
_LOGS_DOCTYPE: Final = "doctype" in signature(log_request).parameters
"""Frappe 16 asks for it before the name of the record."""


def call(doc: Document, name: str) -> None:
    """Call a webhook for a record, up to three times where it may yet succeed; each call stands in its Webhook Request Log.

    Raises:
        ServiceError: it was called in vain, or may not be.
    """
    webhook = frappe.get_doc("Webhook", name)
    url = webhook.request_url
    if cint(webhook.is_dynamic_url):
        url = frappe.render_template(url, get_context(doc))
    headers, data = get_webhook_headers(doc, webhook), get_webhook_data(doc, webhook)
    body = json.dumps(data, default=str).encode()
    about = {"doctype": doc.doctype} if _LOGS_DOCTYPE else {}
    log = partial(
        log_request, webhook=webhook.name, docname=doc.name, url=url, headers=headers, data=data, **about
    )
    seconds = min(cint(webhook.timeout) or _TIMEOUT, http.LONGEST_CALL)
    for pause in _PAUSES:
        try:
            with outside.outside_alone(own_networks()):
                text = http.call_for_text(
                    webhook.request_method or "POST", url.strip(), body, headers, seconds
                )
        except ServiceError as error:
            log()
            if not error.passing or not pause:
                raise
            sleep(pause)
        else:
            log(res=SimpleNamespace(text=text))
            return
