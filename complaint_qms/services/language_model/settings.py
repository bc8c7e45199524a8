"""The service that a site has connected: checked when it is saved, read when it is asked."""

from __future__ import annotations

from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from complaint_qms.constants.language_model import SECONDS, SETTINGS, USUAL_SECONDS
from complaint_qms.integrations.language_model import PATH, Service
from complaint_qms.integrations.messaging import http, outside
from complaint_qms.services.notify.channels import own_networks
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.kept_secrets import check_moved


def check_model_settings(doc: Document) -> None:
    """Raises:
    frappe.ValidationError: it is switched on without what it needs, or with what cannot be.
    """
    doc.service_address = (doc.service_address or "").strip().rstrip("/").removesuffix(PATH)
    doc.model = (doc.model or "").strip()
    if doc.time_limit is None or doc.time_limit == "":
        doc.time_limit = USUAL_SECONDS
    wrong = []
    for field in ("service_address", "model"):
        if cint(doc.enabled) and not doc.get(field):
            wrong.append(
                _("{0}: enter it; the service cannot be reached without.").format(_label(doc, field))
            )
    if doc.service_address and not _is_address(doc):
        wrong.append(
            _(
                "{0}: enter an address that begins with https:// and has no parameters. http:// is taken once “{1}” is ticked."
            ).format(_label(doc, "service_address"), _label(doc, "own_network"))
        )
    least, most = SECONDS
    if not least <= cint(doc.time_limit) <= most:
        wrong.append(_("{0}: enter {1} to {2}.").format(_label(doc, "time_limit"), least, most))
    before = doc.get_doc_before_save()
    if before and before.service_address:
        wrong += check_moved(doc, before.service_address, doc.service_address, ("api_key",))
    if wrong:
        refuse(*wrong)


def is_on() -> bool:
    """Whether a model may be asked."""
    return bool(cint(frappe.db.get_single_value(SETTINGS, "enabled", cache=True)))


def connected() -> Document:
    """The settings, where a model may be asked.

    Raises:
        frappe.ValidationError: it is switched off.
    """
    doc = frappe.get_doc(SETTINGS)
    if not cint(doc.enabled):
        refuse(
            _("No language model is connected. A System Manager switches it on in {0}.").format(_(SETTINGS))
        )
    return doc


def service_of(doc: Document, most_seconds: int = SECONDS[1]) -> Service:
    """What its client needs to know, the key among it."""
    return Service(
        base_url=doc.service_address,
        model=doc.model,
        key=doc.get_password("api_key", raise_exception=False) or "",
        seconds=min(cint(doc.time_limit), most_seconds),
        in_own_network=bool(cint(doc.own_network)),
        named_hosts=outside.names_among(own_networks()),
    )


def host_of(doc: Document) -> str:
    """The computer that texts are sent to."""
    return urlsplit(doc.service_address or "").hostname or ""


def _is_address(doc: Document) -> bool:
    parts = http.read_address(doc.service_address)
    if not parts or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or bool(cint(doc.own_network))


def _label(doc: Document, field: str) -> str:
    return _(doc.meta.get_label(field), context=SETTINGS)
