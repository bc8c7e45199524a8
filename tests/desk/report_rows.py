"""Complaints that reports are counted on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import frappe

from complaint_qms.constants.stages import COMPLAINT_ENDED
from tests.complaint_rows import Choices, insert_complaints
from tests.desk import factory

NOW = datetime(2024, 7, 1, 12)
DAYS = 120
COUNT = 240
MATRIX, REGISTER, SOP = "Complaint Risk Matrix", "Complaint Register", "SOP Performance by Stage"
SATISFACTION = "Customer Satisfaction"
REPORTS = (MATRIX, REGISTER, SOP, SATISFACTION)


@dataclass
class Made:
    """What the rows of a test hang on."""

    company: str
    prefix: str
    region: str
    city: str
    elsewhere: str
    kind: str
    sort: str
    customer: str

    def rows(self, **filters: object) -> list[frappe._dict]:
        return frappe.get_all(
            "Complaint", filters={"company": self.company, **filters}, fields=["*"], order_by="name"
        )

    def filters(self, **more: object) -> dict:
        return {"company": self.company, **more}


def made() -> Made:
    """240 complaints of 120 days in a company of their own: two territories, two types, one of each in a branch."""
    region = factory.make("Territory", territory_name=factory.unique("Region"), is_group=1).name
    city = factory.make("Territory", territory_name=factory.unique("City"), parent_territory=region).name
    elsewhere = factory.make("Territory", territory_name=factory.unique("Elsewhere")).name
    root = frappe.get_all("Complaint Type", {"parent_complaint_type": ("is", "not set")}, pluck="name")[0]
    kind = complaint_type("Kind", root, is_group=1)
    one = Made(
        company=bare_company(),
        prefix=f"T{frappe.generate_hash(length=8)}-",
        region=region,
        city=city,
        elsewhere=elsewhere,
        kind=kind,
        sort=complaint_type("Sort", kind),
        customer=factory.customer().name,
    )
    choices = replace(
        Choices.of_site(),
        company=one.company,
        types=[one.sort, complaint_type("Other", root), None],
        territories=[city, elsewhere, None],
        customers=[one.customer, factory.customer().name],
        items=[None],
        item_groups=[None],
    )
    insert_complaints(COUNT, choices, now=NOW, prefix=one.prefix, days=DAYS)
    return one


def bare_company() -> str:
    """A company without the accounts that the controller would make for it."""
    name = factory.unique("Company")
    company = frappe.get_doc(
        {"doctype": "Company", "company_name": name, "abbr": name[-6:], "default_currency": "USD"}
    )
    company.name = name
    company.db_insert()
    return name


def complaint_type(prefix: str, parent: str, **values: object) -> str:
    name = factory.unique(prefix)
    return factory.make(
        "Complaint Type", complaint_type_name=name, parent_complaint_type=parent, **values
    ).name


@contextmanager
def as_user(email: str) -> Iterator[None]:
    frappe.set_user(email)
    try:
        yield
    finally:
        frappe.set_user("Administrator")


def listed(route: dict) -> int:
    """How many records the Complaint list shows for a click's filters."""
    return len(
        frappe.get_list("Complaint", filters=route, pluck="name", limit_page_length=0, order_by="name")
    )


def is_open(row: dict) -> bool:
    return row.stage not in COMPLAINT_ENDED


def bare_row(doctype: str, **values: object) -> str:
    """A row without its controller: reports only read the table."""
    row = frappe.get_doc({"doctype": doctype, **values})
    row.name = factory.unique(doctype)
    row.db_insert()
    return row.name


@contextmanager
def changed_rules(doctype: str) -> Iterator[None]:
    """Inside, the rules of a DocType may be changed; afterwards nothing of it is left, in the cache neither."""
    try:
        yield
    finally:
        frappe.db.rollback()
        frappe.clear_cache(doctype=doctype)
