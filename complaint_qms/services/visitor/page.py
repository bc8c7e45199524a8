"""Whether the public page is open, and what the settings say of it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.visitor import MOST_FILES
from complaint_qms.integrations.erpnext import company_contact
from complaint_qms.services.record.in_use import usable

_CHANNEL: Final = "Web Form"
_SAFE: Final = "@:/+.?=&#%-_~"
_ORIGIN: Final = re.compile(r"https?://(?:\*\.)?[A-Za-z0-9.-]+(?::\d{1,5})?")


def settings() -> Document:
    """The settings, of a page that is open.

    Raises:
        frappe.PermissionError: it is not.
    """
    found = frappe.get_cached_doc(SETTINGS)
    if not found.page_enabled:
        frappe.throw(_("Complaints are not taken on this page at the moment."), frappe.PermissionError)
    return found


def mark_answer(*, is_public: bool = True) -> None:
    """The answer of this request is a page of visitors, or of the portal, whatever address it was asked by."""
    frappe.local.flags.complaint_page = "public" if is_public else "portal"


def is_answer() -> bool:
    return bool(frappe.local.flags.complaint_page)


def is_public_answer() -> bool:
    return frappe.local.flags.complaint_page == "public"


def frame_origins_of_answer() -> list[str]:
    """Sites that may show this answer inside their own."""
    return frame_origins() if is_public_answer() else []


def whom_to_write_to() -> list[dict[str, str]]:
    """How the company of the page can be reached otherwise: [{name, text, address}], as far as ERPNext knows it."""
    reached = company_contact.contact_of(company() or frappe.defaults.get_global_default("company"))
    ways = (
        ("email", _("Email"), "mailto:{0}"),
        ("phone", _("Phone"), "tel:{0}"),
        ("website", _("Website"), "{0}"),
    )
    return [
        {
            "name": name,
            "text": reached[kind],
            "address": address.format(quote(reached[kind].replace(" ", ""), safe=_SAFE)),
        }
        for kind, name, address in ways
        if reached.get(kind)
    ]


def is_open() -> bool:
    return bool(frappe.get_cached_doc(SETTINGS).page_enabled)


def company() -> str | None:
    found = frappe.get_cached_doc(SETTINGS)
    return found.page_company or found.default_company


def channel() -> str | None:
    """The one of the settings; “Web Form” where it names none, and none where that is out of use."""
    chosen = frappe.get_cached_doc(SETTINGS).page_channel
    return usable("Complaint Channel", chosen) or usable("Complaint Channel", _CHANNEL)


def most_files() -> int:
    value = frappe.get_cached_doc(SETTINGS).page_most_files
    return MOST_FILES if value is None else min(cint(value), MOST_FILES * 5)


def frame_origins() -> list[str]:
    """Sites that may show the page inside their own."""
    written = (frappe.get_cached_doc(SETTINGS).page_frame_origins or "").split()
    return [origin for origin in written if _ORIGIN.fullmatch(origin)]


def check_settings(doc: Document) -> None:
    """Raises:
    frappe.ValidationError: a line of the sites that may embed the page is no address of a site.
    """
    for line in (doc.page_frame_origins or "").split():
        if not _ORIGIN.fullmatch(line):
            frappe.throw(
                _(
                    "{0}: “{1}” is no address of a site. Write one a line, such as https://www.example.com."
                ).format(_(doc.meta.get_label("page_frame_origins")), frappe.utils.escape_html(line[:100]))
            )


def languages() -> list[dict[str, str]]:
    """Languages in which the page can be read: [{key, name}], in their own names."""
    names = {"en": "English", "zh": "中文"}
    enabled = frappe.get_all(
        "Language", {"enabled": 1, "name": ("in", list(names))}, pluck="name", order_by="name"
    )
    return [{"key": key, "name": names[key]} for key in names if key in enabled]
