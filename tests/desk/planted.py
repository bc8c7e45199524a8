"""A complaint in each of whose fields with personal data, and in each record made of such data, a word stands that stands nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import frappe
from frappe.model.document import Document

from complaint_qms.constants import personal_data as about
from complaint_qms.constants import roles
from complaint_qms.constants.settings import SETTINGS
from tests.desk import factory

STAFF = (roles.AGENT, roles.MANAGER, roles.INVESTIGATOR, roles.QUALITY_MANAGER, roles.REGULATORY)


@dataclass
class Planted:
    """`words`: class → the words that nobody is told who does not read it."""

    complaint: Document
    words: dict[str, set[str]] = field(default_factory=lambda: {one: set() for one in about.LEVELS})

    def told_in(self, text: str, classes: tuple[str, ...]) -> set[str]:
        return {word for one in classes for word in self.words[one] if word in text.lower()}


def word_of(one: str, number: int) -> str:
    """Letters alone, so that nothing takes it for a number; lower case."""
    return f"zq{one[:2]}{''.join(chr(97 + int(digit)) for digit in f'{number:03}')}x"


def plant() -> Planted:
    """Made by the site itself, past what a request would be asked."""
    number = iter(range(1000))
    values, words = {}, {one: set() for one in about.LEVELS}

    def word(one: str) -> str:
        found = word_of(one, next(number))
        words[one].add(found)
        return found

    for name, one in about.FIELDS["Complaint"].items():
        if name in ("contact_person", "customer_address", "proposals", "learned_proposals"):
            continue
        values[name] = f"{word(one)}@example.com" if name == "contact_email" else word(one)
    values["contact_phone"] = f"+86 138 {'0013 8000'}"
    words[about.IDENTITY].add("0013 8000")
    contact = frappe.get_doc({"doctype": "Contact", "first_name": word(about.IDENTITY)}).insert()
    rated = {name: values.pop(name) for name in ("rating_comment", "agreement_note", "reply")}
    doc = factory.complaint(**values, customer=factory.customer().name, contact_person=contact.name)
    frappe.db.set_value("Complaint", doc.name, rated)
    doc.reload()
    doc.harm_description = f"{doc.harm_description} {word(about.HEALTH)}"
    doc.save()  # a version with old and new
    link = {"reference_doctype": "Complaint", "reference_name": doc.name}
    factory.make(
        "Communication",
        communication_type="Communication",
        subject=f"About it {word(about.NARRATIVE)}",
        content=f"It broke {word(about.NARRATIVE)}",
        sender=f"{word(about.IDENTITY)}@example.com",
        sent_or_received="Received",
        **link,
    )
    return Planted(doc, words)


@contextmanager
def read_by(rows: dict[str, tuple[str, ...]]) -> Iterator[None]:
    """Within this block the settings give these classes to these roles."""
    settings = frappe.get_doc(SETTINGS)
    before = [{"data_class": row.data_class, "role": row.role} for row in settings.get(about.TABLE)]
    try:
        _set(before + [{"data_class": one, "role": role} for one, some in rows.items() for role in some])
        yield
    finally:
        frappe.set_user("Administrator")
        frappe.db.rollback()
        for doctype in about.FIELDS:
            frappe.clear_cache(doctype=doctype)


def _set(rows: list[dict[str, str]]) -> None:
    settings = frappe.get_doc(SETTINGS)
    settings.set(about.TABLE, rows)
    settings.save()
