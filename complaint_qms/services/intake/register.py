"""Registering a complaint: the one door for every channel."""

from datetime import date, datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate, now_datetime

from complaint_qms.constants.inbox import DOCTYPE as INBOX
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.integrations.erpnext.source_facts import customer_facts, product_facts
from complaint_qms.services.intake import idempotency
from complaint_qms.services.record import mail_address
from complaint_qms.services.record.in_use import usable
from complaint_qms.services.record.input_validation import read_values
from complaint_qms.services.record.scalars import FIRST_YEAR, LAST_YEAR
from complaint_qms.services.sop.procedure import type_defaults

# What a caller may send. Everything else is the app's to decide.
CLOSED_TO_CALLERS = (
    "name",
    "owner",
    "creation",
    "modified",
    "docstatus",
    "stage",
    "workflow_state",
    "doctype",
    "naming_series",
    "is_migrated",
)


def register(data: dict[str, Any], *, now: datetime | None = None) -> Document:
    """Register one complaint and give back its record.

    With an `idempotency_key` a caller registers the same complaint of a company once, however often and from however
    many processes it is sent; later calls get the first record back.

    Args:
        data: fields of Complaint by name; an unknown field is an error.
        now: moment of registration in the site's time zone, for replays and tests.

    Raises:
        frappe.ValidationError: a field is unknown, missing or contradicts another record.
        frappe.PermissionError: the caller may not create complaints.
    """
    key = idempotency.key_of(data)
    company = idempotency.company_of(data.get("company"))
    unique = key and idempotency.of_caller(key, company)
    known = unique and idempotency.registered(unique)
    if known:
        return known  # whatever else is sent under this key
    fields = read_values("Complaint", {name: data[name] for name in data if name not in CLOSED_TO_CALLERS})
    fields["company"] = company  # the one within which the key counts
    if fields.get("source_doctype") == INBOX:
        # The framework would fill in those of the site; where a customer lives who has not said so, nobody knows.
        fields = {"country": "", "territory": "", **fields}
    doc = frappe.get_doc({**fields, "doctype": "Complaint"})
    doc.flags.update({"now": now, "idempotency_key": key, "idempotency_hash": unique})
    if not key:
        return doc.insert()
    frappe.db.savepoint("register")
    try:
        return doc.insert()
    except (frappe.UniqueValidationError, frappe.DuplicateEntryError):
        # Another process was faster with the same key: its record is the answer.
        frappe.db.rollback(save_point="register")
        known = idempotency.registered(unique, now=True)
        if not known:
            raise
        frappe.clear_last_message()
        return known


def fill_in(doc: Document, now: datetime | None = None) -> None:
    """Complete a new complaint from what it names: customer, item, batch, serial number, type. Says nothing twice:
    a field somebody filled stays as it is."""
    moment = now or now_datetime()
    settings = frappe.get_cached_doc(SETTINGS)
    if not doc.company:
        doc.company = settings.default_company or frappe.defaults.get_user_default("Company")
    _default(
        doc,
        channel=usable("Complaint Channel", settings.default_channel),
        received_at=moment,
        received_by=None if _came_by_itself(doc) else frappe.session.user,
    )
    _default(doc, awareness_date=getdate(doc.received_at))
    if doc.company:
        doc.currency = frappe.get_cached_value("Company", doc.company, "default_currency")
    # A batch that never expires carries a date of the year 9999 in many systems: that is no date to count with.
    _default(doc, **{name: value for name, value in product_facts(doc).items() if _is_sane(value)})
    if doc.customer:
        _take_customer(doc)
    take_type_defaults(doc)


def follow_product(doc: Document) -> None:
    """A batch or serial number that is entered later says which item it is of, and the rest that nobody has filled."""
    if not doc.is_new() and any(
        doc.get(name) and doc.has_value_changed(name) for name in ("batch_no", "serial_no")
    ):
        _default(doc, **{name: value for name, value in product_facts(doc).items() if _is_sane(value)})


def follow_company(doc: Document) -> None:
    """The amounts of a complaint are in its company's currency, also when another company takes it over."""
    before = doc.get_doc_before_save()
    if before and doc.company and (not doc.currency or before.company != doc.company):
        doc.currency = frappe.get_cached_value("Company", doc.company, "default_currency")


def check_type(doc: Document) -> None:
    """A complaint has a type; the groups of the tree only gather types for the reports."""
    if doc.complaint_type and type_defaults(doc.complaint_type).get("is_group"):
        frappe.throw(
            _("Complaint Type: {0} is a group. Choose one of the types below it.").format(
                frappe.bold(_(doc.complaint_type))
            )
        )


def take_type_defaults(doc: Document) -> None:
    """Severity and department that the complaint type proposes, where nobody decided yet."""
    if doc.complaint_type:
        defaults = type_defaults(doc.complaint_type)
        _default(
            doc,
            severity=usable("Risk Severity", defaults.get("default_severity")),
            department=defaults.get("department"),
        )


def _came_by_itself(doc: Document) -> bool:
    """Whether nobody received it: a message was read by the site itself."""
    return doc.source_doctype == INBOX and frappe.session.user == "Administrator"


def _take_customer(doc: Document) -> None:
    facts = customer_facts(doc.customer)
    facts[mail_address.FIELD] = next(iter(mail_address.addresses_in(facts.get(mail_address.FIELD))), None)
    if _came_by_itself(doc) and doc.complainant_name:
        # Who wrote has said who they are, and is not whoever else the customer's record names.
        for name in ("contact_person", "contact_email", "contact_phone"):
            facts.pop(name, None)
    for name in ("territory", "country", "language"):
        # Frappe fills these from the defaults of the site before anybody looks; the customer knows better.
        if facts.get(name) and doc.get(name) and doc.get(name) == frappe.defaults.get_user_default(name):
            doc.set(name, None)
    _default(doc, **facts)


def _is_sane(value: Any) -> bool:
    return not isinstance(value, date) or FIRST_YEAR <= value.year <= LAST_YEAR


def _default(doc: Document, **values: Any) -> None:
    for name, value in values.items():
        if value not in (None, "") and doc.get(name) in (None, ""):
            doc.set(name, value)
