"""Terms of evidence: photos, videos and raw messages go some years after their complaint has ended, where a site says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import frappe
from frappe.query_builder import Order
from frappe.utils import add_days, add_years, cint, getdate

from complaint_qms.constants.personal_data import MEDIA_YEARS, RAW_FIELDS, RAW_YEARS
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.services import writing
from complaint_qms.services.compliance.audit_trail import erasing
from complaint_qms.services.evidence import disposal
from complaint_qms.services.personal_data import holds
from complaint_qms.services.personal_data.find import REQUEST

COPY_DAYS: Final = 30
"""For which the archive of a person's data stays on its request."""
_AT_ONCE: Final = 200
_ITEM: Final = "Complaint Inbox Item"
_MEDIA: Final = (
    "3gp", "avi", "bmp", "gif", "heic", "heif", "jpeg", "jpg", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "png", "tif", "tiff", "webm", "webp",
)  # fmt: skip
WHY: Final = "term of evidence is over"


def remove_expired(today: date | None = None) -> int:
    """Remove what is kept no longer, a portion at a time, each committed; how many files and messages."""
    settings, day = frappe.get_cached_doc(SETTINGS), getdate(today)
    gone = 0
    if years := cint(settings.get(MEDIA_YEARS)):
        for names in _ended_before(add_years(day, -years)):
            files = disposal.files_of_complaints(_free(names))
            gone += disposal.remove_files((row for row in files if is_media(row)), WHY)
            frappe.db.commit()
    if years := cint(settings.get(RAW_YEARS)):
        for names in _ended_before(add_years(day, -years)):
            gone += _remove_raw(_free(names))
            frappe.db.commit()
    disposal.remove_left()
    return gone + _remove_copies(day)


def is_media(file: Any) -> bool:
    """Whether a file is a photo or a video, by its ending."""
    return (file.file_name or file.file_url or "").rpartition(".")[2].lower() in _MEDIA


def _remove_copies(day: date) -> int:
    """Archives that were made for persons: whoever asked has theirs by then."""
    made = {"attached_to_doctype": REQUEST, "creation": ("<", add_days(day, -COPY_DAYS))}
    names = frappe.get_all("File", made, pluck="name", order_by="name asc")
    for name in names:
        frappe.delete_doc("File", name, ignore_permissions=True)
    frappe.db.commit()
    return len(names)


def _remove_raw(complaints: list[str]) -> int:
    if not complaints:
        return 0
    filters = {"complaint": ("in", complaints)}
    items = frappe.get_all(_ITEM, filters, ["name", *RAW_FIELDS], order_by="name asc")
    files = disposal.evidence_on(_ITEM, [row.name for row in items]) if items else []
    raw = [row for row in files if not is_media(row)]
    filled = [row.name for row in items if any(row[field] for field in RAW_FIELDS)]
    disposal.remove_files(raw, WHY)
    writing.set_where(_ITEM, filled, dict.fromkeys(RAW_FIELDS), WHY)
    erasing.forget_fields(_ITEM, filled, RAW_FIELDS, WHY)
    return len(raw) + len(filled)


def _free(names: list[str]) -> list[str]:
    held = holds.reasons(("Complaint", name) for name in names)
    return [name for name in names if ("Complaint", name) not in held]


def _ended_before(day: date) -> Iterator[list[str]]:
    complaint, last = frappe.qb.DocType("Complaint"), ""
    query = frappe.qb.from_(complaint).select(complaint.name)
    query = query.where(complaint.stage.isin(COMPLAINT_ENDED) & (complaint.closed_at < str(day)))
    query = query.orderby(complaint.name, order=Order.asc).limit(_AT_ONCE)
    while names := query.where(complaint.name > last).run(pluck=True):
        yield names
        last = names[-1]
