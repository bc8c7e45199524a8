"""Fields the app adds to the records of others, as data: applied by install and migrate, taken back by uninstall."""

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from complaint_qms.constants import containment, field_action, knowledge, mailbox
from complaint_qms.constants.correspondence import (
    AUTOMATIC_FIELD,
    AUTOMATIC_REPLY,
    BY_ITSELF,
    KIND_FIELD,
    KINDS,
    LANGUAGE_FIELD,
    PROOF_FROM,
    RETURNED,
    TYPE_FIELD,
)
from complaint_qms.constants.evidence import LOST_AT, REMOVED_AT, SHA256
from complaint_qms.constants.matching import EMAIL_KEY, PHONE_KEY
from complaint_qms.constants.settlement import CORRECTED, CORRECTION_FIELD, SUBMITTABLE

_FIELDS = [
    {
        "fieldname": "complaint",
        "fieldtype": "Link",
        "label": "Complaint",
        "options": "Complaint",
        "read_only": 1,
        "no_copy": 1,
        "print_hide": 1,
        "search_index": 1,
        "depends_on": "complaint",
        "module": "Complaint QMS",
        "translatable": 0,
    },
    {
        "fieldname": "complaint_settlement",
        "fieldtype": "Link",
        "label": "Complaint Settlement",
        "options": "Complaint Settlement",
        "insert_after": "complaint",
        "read_only": 1,
        "no_copy": 1,
        "print_hide": 1,
        "search_index": 1,
        "depends_on": "complaint_settlement",
        "module": "Complaint QMS",
        "translatable": 0,
    },
]

_OF_FILE = [
    {
        "fieldname": SHA256,  # of what is evidence; only the server writes it
        "fieldtype": "Data",
        "label": "SHA-256",
        # Every upload asks whether evidence is at its address, which no index of File knows.
        "search_index": 1,
        "insert_after": "content_hash",
        "read_only": 1,
        "no_copy": 1,
        "print_hide": 1,
        "depends_on": SHA256,
        "module": "Complaint QMS",
        "translatable": 0,
    },
    *(
        {
            "fieldname": name,
            "fieldtype": "Datetime",
            "label": label,
            "insert_after": after,
            "read_only": 1,
            "no_copy": 1,
            "print_hide": 1,
            "depends_on": name,
            "module": "Complaint QMS",
            "translatable": 0,
        }
        for name, label, after in ((LOST_AT, "Found Lost At", SHA256), (REMOVED_AT, "Removed At", LOST_AT))
    ),
]
# What gives money back may be corrected upward by finance, with a reason.
_CORRECTION = {
    "fieldname": CORRECTION_FIELD,
    "fieldtype": "Small Text",
    "label": "Reason for Giving More",
    "description": "Why more is given back than the settlement granted; shown on the settlement.",
    "insert_after": "complaint_settlement",
    "no_copy": 1,
    "print_hide": 1,
    "depends_on": "complaint_settlement",
    "module": "Complaint QMS",
    "translatable": 0,
}

# What a message to a customer is for, on the message itself and on the templates for it.
_KIND = {
    "fieldname": KIND_FIELD,
    "fieldtype": "Select",
    "options": "\n".join(("", *KINDS, *BY_ITSELF)),
    "no_copy": 1,
    "print_hide": 1,
    "module": "Complaint QMS",
    "translatable": 0,
}
# A mail that was moved to a complaint proves no answer of the time before.
_PROOF = {
    "fieldname": PROOF_FROM,
    "fieldtype": "Datetime",
    "label": "Counts as Proof From",
    "insert_after": KIND_FIELD,
    "read_only": 1,
    "no_copy": 1,
    "print_hide": 1,
    "depends_on": PROOF_FROM,
    "module": "Complaint QMS",
    "translatable": 0,
}
# What a machine sent is no word of the customer's.
_AUTOMATIC = {
    "fieldname": AUTOMATIC_FIELD,
    "fieldtype": "Select",
    "label": "Sent Automatically",
    "options": "\n".join(("", AUTOMATIC_REPLY, RETURNED)),
    "insert_after": PROOF_FROM,
    "read_only": 1,
    "no_copy": 1,
    "print_hide": 1,
    "depends_on": AUTOMATIC_FIELD,
    "module": "Complaint QMS",
    "translatable": 0,
}
_OF_TEMPLATE = [
    {
        **_KIND,
        "label": "For Messages on Complaints",
        "insert_after": "subject",
        "in_standard_filter": 1,
        "description": "Complaints propose this template for messages of this kind, in the customer's language. It may name any field of a complaint, such as {{ name }} or {{ subject }}, and also {{ customer_name }}, {{ product }}, {{ received_on }}, {{ answer_by }}, {{ promised_by }}, {{ status }}, {{ asked }}, {{ handler_name }} and {{ sender_name }}. The site itself sends Acknowledgement, Status and Survey, as the tab Customer of Complaint QMS Settings says; they may name {{ tracking_link }}, a survey {{ survey_link }}. A Field Notice and its reminder are about a field action and name {{ hazard }}, {{ instruction }}, {{ lots }}, {{ quantities }}, {{ notice_link }} and more; “Preview” on the field action shows them.",
    },
    {
        "fieldname": LANGUAGE_FIELD,
        "fieldtype": "Link",
        "label": "Language",
        "options": "Language",
        "insert_after": KIND_FIELD,
        "depends_on": KIND_FIELD,
        "mandatory_depends_on": KIND_FIELD,
        "no_copy": 1,
        "module": "Complaint QMS",
        "translatable": 0,
    },
    {
        "fieldname": TYPE_FIELD,
        "fieldtype": "Link",
        "label": "Complaint Type",
        "options": "Complaint Type",
        "insert_after": LANGUAGE_FIELD,
        "depends_on": KIND_FIELD,
        "description": "For complaints of this type and those below it. Empty: for all that have no template of their own.",
        "no_copy": 1,
        "module": "Complaint QMS",
        "translatable": 0,
    },
]

# A mailbox whose mails are complaints.
_ONLY_REGISTERING = f"eval:doc.{mailbox.REGISTERS} || doc.append_to=='Complaint' || (doc.imap_folder || []).some(row => row.append_to=='Complaint')"
_OF_MAILBOX = [
    {
        "fieldname": "complaint_section",
        "fieldtype": "Section Break",
        "label": "Complaints",
        "insert_after": "send_notification_to",
        "depends_on": "enable_incoming",
    },
    {
        "fieldname": mailbox.REGISTERS,
        "fieldtype": "Check",
        "label": "Register Complaints",
        "default": "0",
        "insert_after": "complaint_section",
        "description": "A mail that starts a conversation is registered as a complaint; an answer goes to the complaint it belongs to. Automatic replies, returned mails and newsletters make none. What cannot be registered waits in the inbox of complaints.",
    },
    {
        "fieldname": mailbox.COMPANY,
        "fieldtype": "Link",
        "label": "Company",
        "options": "Company",
        "insert_after": mailbox.REGISTERS,
        "depends_on": _ONLY_REGISTERING,
        "description": "Empty: the default company of Complaint QMS Settings.",
    },
    {
        "fieldname": mailbox.CHANNEL,
        "fieldtype": "Link",
        "label": "Complaint Channel",
        "options": "Complaint Channel",
        "insert_after": mailbox.COMPANY,
        "depends_on": _ONLY_REGISTERING,
        "description": "Empty: Email.",
    },
    {"fieldname": "complaint_column", "fieldtype": "Column Break", "insert_after": mailbox.CHANNEL},
    {
        "fieldname": mailbox.LANGUAGE,
        "fieldtype": "Link",
        "label": "Language of Complaints",
        "options": "Language",
        "insert_after": "complaint_column",
        "depends_on": _ONLY_REGISTERING,
        "description": "Empty: recognized from each mail.",
    },
    {
        "fieldname": mailbox.COLLEAGUES,
        "fieldtype": "Select",
        "label": "Mails of Colleagues",
        "options": "\n".join(mailbox.COLLEAGUE_CHOICES),
        "default": mailbox.WAIT,
        "insert_after": mailbox.LANGUAGE,
        "depends_on": _ONLY_REGISTERING,
        "description": "What becomes of a mail from an address of the mailbox's own domain that starts a conversation. Registered, a mail that a colleague forwards is the complaint of whoever wrote it.",
    },
    {
        "fieldname": mailbox.SINCE,
        "fieldtype": "Datetime",
        "label": "Only Mails Sent After",
        "insert_after": mailbox.COLLEAGUES,
        "depends_on": _ONLY_REGISTERING,
        "description": "Older mails of the mailbox are left alone. Filled with the present moment when the mailbox begins to register complaints.",
    },
]
_OF_FOLDER = [
    {
        "fieldname": mailbox.LAST_UID,
        "fieldtype": "Int",
        "label": "Last Mail Taken",
        "insert_after": "uidnext",
        "hidden": 1,
        "read_only": 1,
        "no_copy": 1,
        "print_hide": 1,
    },
]
# An article that was written of a complaint, and what complaints take from it.
_SHOWN_OF_COMPLAINTS = f"eval:doc.{knowledge.COMPLAINT} || doc.category=='{knowledge.CATEGORY}'"
_OF_ARTICLE = [
    {
        "fieldname": "complaint_section",
        "fieldtype": "Section Break",
        "label": "Complaints",
        # The last field before the framework's own next section
        "insert_after": "route",
        "depends_on": _SHOWN_OF_COMPLAINTS,
    },
    {
        "fieldname": knowledge.REPLY,
        "fieldtype": "Text Editor",
        "label": "Reply Text",
        "insert_after": "complaint_section",
        "description": "What an answer to a customer starts with. It is not shown on the page of the article.",
    },
    {
        "fieldname": knowledge.LANGUAGE,
        "fieldtype": "Link",
        "label": "Language",
        "options": "Language",
        "insert_after": knowledge.REPLY,
        "description": "Empty: recognized from the text.",
    },
    {
        "fieldname": knowledge.TRANSLATION_OF,
        "fieldtype": "Link",
        "label": "Translation Of",
        "options": knowledge.ARTICLE,
        "insert_after": knowledge.LANGUAGE,
        "description": "The same article in another language. Customers are answered in theirs.",
    },
    {"fieldname": "complaint_column", "fieldtype": "Column Break", "insert_after": knowledge.TRANSLATION_OF},
    {
        "fieldname": knowledge.TYPE,
        "fieldtype": "Link",
        "label": "Complaint Type",
        "options": "Complaint Type",
        "insert_after": "complaint_column",
    },
    {
        "fieldname": knowledge.ITEM,
        "fieldtype": "Link",
        "label": "Item",
        "options": "Item",
        "insert_after": knowledge.TYPE,
    },
    {
        "fieldname": knowledge.COMPLAINT,
        "fieldtype": "Link",
        "label": "Written of Complaint",
        "options": "Complaint",
        "insert_after": knowledge.ITEM,
        "read_only": 1,
        "no_copy": 1,
        "search_index": 1,
    },
    {
        "fieldname": knowledge.REVIEWED_BY,
        "fieldtype": "Link",
        "label": "Reviewed By",
        "options": "User",
        "insert_after": knowledge.COMPLAINT,
        "read_only": 1,
        "no_copy": 1,
    },
    {
        "fieldname": knowledge.REVIEWED_AT,
        "fieldtype": "Datetime",
        "label": "Reviewed At",
        "insert_after": knowledge.REVIEWED_BY,
        "read_only": 1,
        "no_copy": 1,
    },
]
_OURS = {"module": "Complaint QMS", "translatable": 0}
# By what a sender is found however the number or address is written.
_KEY = {
    "fieldtype": "Data",
    "hidden": 1,
    "read_only": 1,
    "no_copy": 1,
    "print_hide": 1,
    "report_hide": 1,
    "search_index": 1,
    "module": "Complaint QMS",
    "translatable": 0,
}


def custom_fields() -> dict[str, list[dict]]:
    """DocType name to field rows, in the shape `create_custom_fields` takes."""
    fields = {one: [{**_FIELDS[0], "insert_after": "customer_name"}, dict(_FIELDS[1])] for one in SUBMITTABLE}
    fields |= containment.CUSTOM_FIELDS | field_action.CUSTOM_FIELDS
    for doctype in CORRECTED:
        fields[doctype].append(dict(_CORRECTION))
    # A Warranty Claim has a text field `complaint` of its own, so a repair names its settlement only.
    return fields | {
        "Warranty Claim": [{**_FIELDS[1], "insert_after": "customer"}],
        "File": [dict(row) for row in _OF_FILE],
        "Communication": [
            {
                **_KIND,
                "label": "Kind of Message",
                "insert_after": "communication_medium",
                "read_only": 1,
                "depends_on": KIND_FIELD,
            },
            dict(_PROOF),
            dict(_AUTOMATIC),
        ],
        "Contact Email": [{**_KEY, "fieldname": EMAIL_KEY, "label": "Email Key", "insert_after": "email_id"}],
        "Contact Phone": [{**_KEY, "fieldname": PHONE_KEY, "label": "Phone Key", "insert_after": "phone"}],
        "Email Template": [dict(row) for row in _OF_TEMPLATE],
        "Email Account": [row | _OURS for row in _OF_MAILBOX],
        "IMAP Folder": [row | _OURS for row in _OF_FOLDER],
        knowledge.ARTICLE: [row | _OURS for row in _OF_ARTICLE],
    }


def apply_custom_fields() -> None:
    """Make the fields that are missing; a site's changes to existing ones stay."""
    missing = {
        doctype: [
            row
            for row in rows
            if not frappe.db.exists("Custom Field", {"dt": doctype, "fieldname": row["fieldname"]})
        ]
        for doctype, rows in custom_fields().items()
    }
    create_custom_fields({doctype: rows for doctype, rows in missing.items() if rows}, ignore_validate=True)


def add_kinds_of_messages() -> None:
    """Offer the kinds that are missing where the fields are there already; a site may have added kinds of its own."""
    for doctype in ("Communication", "Email Template"):
        name = frappe.db.get_value("Custom Field", {"dt": doctype, "fieldname": KIND_FIELD})
        field = frappe.get_doc("Custom Field", name) if name else None
        missing = [kind for kind in BY_ITSELF if field and kind not in (field.options or "").split("\n")]
        if missing:
            field.options = "\n".join([field.options or "\n".join(("", *KINDS)), *missing])
            field.save(ignore_permissions=True)


def remove_custom_fields() -> None:
    """Remove the fields, and their columns, so that the tables of others look as before."""
    for doctype, rows in custom_fields().items():
        names = [row["fieldname"] for row in rows]
        frappe.db.delete("Custom Field", {"dt": doctype, "fieldname": ("in", names)})
        frappe.db.delete("Property Setter", {"doc_type": doctype, "field_name": ("in", names)})
        frappe.clear_cache(doctype=doctype)
        for name in names:
            if frappe.db.has_column(doctype, name):
                frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP COLUMN `{name}`")
