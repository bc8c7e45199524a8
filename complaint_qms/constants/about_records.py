"""Tables in which Frappe keeps rows about records of any DocType."""

from typing import Final

# DocType of the rows → fields that name the record (its DocType, its name)
ABOUT_RECORDS: Final = {
    "Comment": ("reference_doctype", "reference_name"),
    "Version": ("ref_doctype", "docname"),
    "ToDo": ("reference_type", "reference_name"),
    "File": ("attached_to_doctype", "attached_to_name"),
    "DocShare": ("share_doctype", "share_name"),
    "Document Follow": ("ref_doctype", "ref_docname"),
    "Notification Log": ("document_type", "document_name"),
    "Tag Link": ("document_type", "document_name"),
    "View Log": ("reference_doctype", "reference_name"),
    "Activity Log": ("reference_doctype", "reference_name"),
    "Energy Point Log": ("reference_doctype", "reference_name"),
    "Workflow Action": ("reference_doctype", "reference_name"),
    "Email Queue": ("reference_doctype", "reference_name"),
    "Deleted Document": ("deleted_doctype", "deleted_name"),
    "Milestone": ("reference_type", "reference_name"),
    "Reminder": ("reminder_doctype", "reminder_docname"),
    "QMS Event": ("document_type", "document_name"),
    "Quality Audit Entry": ("document_type", "document_name"),
    "Quality Signature": ("document_type", "document_name"),
    "QMS Message": ("reference_doctype", "reference_name"),
    "__global_search": ("doctype", "name"),
}
# Those that somebody may list by themselves, apart from the records they are about. Mails stay when the app leaves.
LISTED_APART: Final = {
    name: ABOUT_RECORDS[name]
    for name in (
        "Activity Log",
        "Comment",
        "Deleted Document",
        "DocShare",
        "Document Follow",
        "Milestone",
        "QMS Event",
        "QMS Message",
        "Quality Signature",
        "Tag Link",
        "ToDo",
        "Version",
        "View Log",
        "Workflow Action",
    )
} | {"Communication": ("reference_doctype", "reference_name")}
