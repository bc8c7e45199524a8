"""Events of documents that are heard: of every record of the app, and of other apps' documents."""

from typing import Final

from complaint_qms.constants.audit import FILE, RIGHTS
from complaint_qms.constants.containment import CHECKED, DRAFTED, LEDGER
from complaint_qms.constants.retention import TALK_KEPT
from complaint_qms.constants.site_templates import TEMPLATES

_STOCK: Final = "complaint_qms.overrides.stock_documents"
_PERSONS: Final = "complaint_qms.overrides.person_requests"
_AUDITED: Final = "complaint_qms.overrides.audited"
_TEMPLATES: Final = "complaint_qms.overrides.site_templates"
_KEPT: Final = "complaint_qms.overrides.kept"
_OF_FILES: Final = ("after_insert", "on_update", "after_delete")
OF_OWN_RECORDS: Final = (
    "before_print",
    "before_validate",
    "before_update_after_submit",
    "on_update",
    "on_trash",
    "after_delete",
)
"""What every record of the app tells `overrides/own_records.py`."""
BEHIND: Final = (
    # Goods on quality hold: asked at each submission and cancellation of what moves stock
    *((doctype, "on_submit", f"{_STOCK}.on_submit") for doctype in CHECKED),
    *((doctype, "before_cancel", f"{_STOCK}.before_cancel") for doctype in LEDGER),
    *((doctype, "on_update", f"{_STOCK}.on_update") for doctype in DRAFTED),
    ("Stock Ledger Entry", "on_submit", f"{_STOCK}.on_ledger_entry"),
    ("Serial and Batch Bundle", "on_update", f"{_STOCK}.on_bundle"),
    ("Serial and Batch Bundle", "on_update_after_submit", f"{_STOCK}.on_bundle"),
    # The audit trail: who may do what, files that are evidence, sign-ins that failed, and names that change wherever they are linked
    *((doctype, "on_update", f"{_AUDITED}.rights_changed") for doctype in RIGHTS),
    *((doctype, "after_delete", f"{_AUDITED}.rights_gone") for doctype in RIGHTS),
    *((FILE, event, f"{_AUDITED}.{event}_of_file") for event in _OF_FILES),
    # What portal users ask the framework about their data
    ("Personal Data Download Request", "after_insert", f"{_PERSONS}.after_insert_of_download"),
    ("Personal Data Deletion Request", "on_update", f"{_PERSONS}.on_update_of_deletion"),
    ("Activity Log", "after_insert", f"{_AUDITED}.after_insert_of_activity"),
    ("*", "after_rename", f"{_AUDITED}.after_rename"),
    # Nothing disappears: what is kept, what is said about it, and what it names
    *((doctype, "on_trash", f"{_KEPT}.on_trash_of_talk") for doctype in TALK_KEPT),
    ("Comment", "before_save", f"{_KEPT}.before_save_of_comment"),
    # Texts that the framework runs with functions which ask for no rights
    *((doctype, "on_change", f"{_TEMPLATES}.on_change") for doctype in TEMPLATES),
    ("*", "on_trash", f"{_KEPT}.on_trash"),
    ("*", "before_rename", f"{_KEPT}.before_rename"),
)
"""What hears of other apps' documents behind whatever else does: (DocType, event, function)."""
