"""What a new quality record takes over from the record it starts from, and checks that several records share."""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, getdate

from complaint_qms.constants import roles
from complaint_qms.constants.field_action import GOODS_FIELDS
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.row_locks import lock_rows

_FROM_COMPLAINT = (
    "company",
    "item_code",
    "batch_no",
    "serial_no",
    "supplier",
    "complaint_type",
    "risk_level",
)
REVIEWERS = (roles.QUALITY_MANAGER,)


def from_complaint(doc: Document) -> None:
    """Product, company and title of a new investigation from its complaint."""
    if not doc.complaint:
        return
    _take(doc, "Complaint", doc.complaint, _FROM_COMPLAINT)
    if not doc.title:
        doc.title = frappe.db.get_value("Complaint", doc.complaint, "subject")


def from_investigation(doc: Document) -> None:
    """Complaint and product of a new root cause from its investigation."""
    if doc.investigation:
        _take(doc, "Investigation", doc.investigation, ("complaint", "item_code", "batch_no", "supplier"))


def for_capa(doc: Document) -> None:
    """Complaints, causes and scope of a new CAPA from its investigation and its first complaint."""
    if doc.investigation:
        _take(
            doc,
            "Investigation",
            doc.investigation,
            ("company", "item_code", "batch_no", "supplier", "problem"),
        )
        if not doc.complaints:
            names = [frappe.db.get_value("Investigation", doc.investigation, "complaint")]
            names += frappe.get_all(
                "Investigation Complaint",
                filters={"parent": doc.investigation},
                pluck="complaint",
                order_by="idx asc",
            )
            for name in dict.fromkeys(name for name in names if name):
                doc.append("complaints", {"complaint": name})
        if not doc.root_causes:
            for name in frappe.get_all(
                "Root Cause",
                filters={"investigation": doc.investigation, "status": "verified"},
                pluck="name",
                order_by="name asc",
            ):
                doc.append("root_causes", {"root_cause": name})
    if doc.complaints:
        _take(doc, "Complaint", doc.complaints[0].complaint, _FROM_COMPLAINT)
    doc.capa_owner = doc.capa_owner or frappe.session.user


def for_field_action(doc: Document) -> None:
    """Company, product and title of a new field action from the nearest record that it names."""
    for doctype, field in (("Complaint", "complaint"), ("Investigation", "investigation"), ("CAPA", "capa")):
        if doc.get(field):
            # Whoever names a batch or a serial number themselves means that one alone.
            goods = (
                ()
                if any(doc.get(start) for start in GOODS_FIELDS)
                else ("item_code", "batch_no", "serial_no")
            )
            _take(doc, doctype, doc.get(field), ("company", *goods, "supplier"))
            if not doc.title:
                title = "subject" if doctype == "Complaint" else "title"
                doc.title = frappe.db.get_value(doctype, doc.get(field), title)
    doc.handler = doc.handler or frappe.session.user


def check_open_complaints(doc: Document, names: Iterable[str | None]) -> None:
    """New work starts on complaints that have not ended, each named once; what a signal asks for looks back, on ended ones too.

    Raises:
        frappe.ValidationError: a complaint is named twice, or has ended while `doc` is new.
    """
    wanted = [name for name in names if name]
    twice = sorted({name for name in wanted if wanted.count(name) > 1})
    if twice:
        frappe.throw(
            _("Complaint {0} is named twice. Remove one of the rows.").format(escape_html(comma_list(twice)))
        )
    if not doc.is_new() or doc.flags.of_signal:
        return
    held = lock_rows("Complaint", wanted, "stage")
    ended = [row.name for row in held.values() if row.stage in COMPLAINT_ENDED]
    if ended:
        frappe.throw(_("Complaint {0} has ended. Reopen it first.").format(escape_html(comma_list(ended))))


def check_dates(doc: Document, start: str, end: str) -> None:
    """The end is not before the start."""
    if doc.get(start) and doc.get(end) and getdate(doc.get(end)) < getdate(doc.get(start)):
        frappe.throw(
            _("{0} is before {1}. Correct one of them.").format(
                _(doc.meta.get_label(end)), _(doc.meta.get_label(start))
            )
        )


def check_role(deed: str, *wanted: str) -> None:
    """The user holds one of the roles that may do `deed` (a translated verb phrase).

    Raises:
        frappe.PermissionError: none of them.
    """
    if frappe.session.user == "Administrator" or set(wanted) & set(frappe.get_roles()):
        return
    frappe.throw(
        _("You may not {0}: that needs the role {1}.").format(
            deed, _(" or ").join(_(role) for role in wanted)
        ),
        frappe.PermissionError,
    )


def _take(doc: Document, doctype: str, name: str, fields: tuple[str, ...]) -> None:
    own = [
        field for field in fields if doc.meta.has_field(field) and frappe.get_meta(doctype).has_field(field)
    ]
    row = frappe.db.get_value(doctype, name, own, as_dict=True) or {}
    for field in own:
        # The company is that of the source; Frappe fills in the user's own one before anybody looks.
        filled_in = field == "company" and doc.get(field) == frappe.defaults.get_user_default("Company")
        if row.get(field) and (filled_in or not doc.get(field)):
            doc.set(field, row[field])
