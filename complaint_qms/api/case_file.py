"""The whole file of a complaint over the wire: asked for, followed, fetched."""

from typing import Any

import frappe
from frappe.utils.response import send_private_file
from werkzeug.wrappers import Response

from complaint_qms.api.arguments import checked
from complaint_qms.services.case_file import making


@frappe.whitelist(methods=["POST"])
@checked
def make(complaint: str, language: str = "") -> dict[str, Any]:
    """Have the whole file of a complaint made by a job, of all that the caller may read.

    Args:
        language: "en" or "zh"; the caller's own without.

    Returns:
        {key, status, percent, language, error, asked_at, kept_until, pages, files, records, bytes, sha256, sha256_of_pdf}
    """
    return making.request_file(complaint, language)


@frappe.whitelist(methods=["GET", "POST"])
@checked
def standing(complaint: str) -> list[dict[str, Any]]:
    """Those that the caller has asked for, the newest first; each as `make` tells it."""
    return making.standings(complaint)


@frappe.whitelist(methods=["GET", "POST"])
@checked
def download(key: str, part: str = "pdf") -> Response:
    """What was made, to whoever asked for it.

    Args:
        part: "pdf" or "zip".
    """
    return send_private_file(making.made_file(key, part))
