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
    "__global_search": ("doctype", "name"),
}
