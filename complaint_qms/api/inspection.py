"""The inspector's index over the wire: looked at beforehand, asked for, followed, fetched."""

from typing import Any

import frappe
from frappe.utils.response import send_private_file
from werkzeug.wrappers import Response

from complaint_qms.api.arguments import checked
from complaint_qms.services.inspection import making


@frappe.whitelist(methods=["GET", "POST"])
@checked
def preview(filters: dict | str) -> dict[str, Any]:
    """How many complaints an index would list, and what stands against it.

    Args:
        filters: those of the report Complaint Register, and `serial_no`.

    Returns:
        {about, complaints, open, overdue, bytes, most_listed, most_whole, refusal, whole_refusal}
    """
    return making.preview(filters)


@frappe.whitelist(methods=["POST"])
@checked
def make(filters: dict | str, language: str = "", whole_files: bool = False) -> dict[str, Any]:
    """Have an index made by a job, of all that the caller may see.

    Args:
        filters: as `preview` takes them.
        language: "en" or "zh"; the caller's own without.
        whole_files: with an archive of the whole file of each complaint.

    Returns:
        {key, status, percent, language, error, about, whole_files, asked_at, kept_until, pages, complaints, files, bytes, sha256, sha256_of_pdf}
    """
    return making.request_index(filters, language, whole_files)


@frappe.whitelist(methods=["GET", "POST"])
@checked
def standing() -> list[dict[str, Any]]:
    """Those that the caller has asked for, the newest first; each as `make` tells it."""
    return making.index_standings()


@frappe.whitelist(methods=["GET", "POST"])
@checked
def download(key: str, part: str = "pdf") -> Response:
    """What was made, to whoever asked for it.

    Args:
        part: "pdf" or "zip".
    """
    return send_private_file(making.made_index(key, part))
