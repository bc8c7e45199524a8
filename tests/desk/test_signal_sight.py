"""Whoever is kept to a company, place, customer or item sees a signal by no way unless they see every complaint in its figures."""

from __future__ import annotations

import itertools

import frappe
import numpy as np

from complaint_qms.constants import roles
from complaint_qms.services import writing
from tests.desk import factory, ways

WAYS = ("form", "list", "rest", "report")
KEPT_BY = {"Company": "company", "Territory": "territory", "Customer": "customer", "Item": "item_code"}


def signal(company: str, cases: list[str]) -> str:
    doc = frappe.get_doc({"doctype": "Complaint Signal", "company": company, "title": "x", "state": "new"})
    doc.flags.by_scan = doc.flags.ignore_permissions = True
    doc.insert()
    rows = [
        {
            "parent": doc.name, "parenttype": "Complaint Signal", "parentfield": "cases", "idx": at, "complaint": name,
            "contributes": int(at < 2),
        }
        for at, name in enumerate(cases, 1)
    ]  # fmt: skip
    writing.insert_rows("Signal Complaint", rows, frappe.utils.now_datetime(), "Administrator", "test")
    return doc.name


def test_a_signal_is_seen_by_whom_nothing_in_it_is_hidden_from():
    rng = np.random.default_rng(11)
    companies = [factory.company(), factory.other_company()]
    places = frappe.get_all("Territory", {"is_group": 0}, pluck="name", order_by="name asc", limit=2)
    values = {
        "company": companies,
        "territory": places,
        "customer": [factory.customer().name, factory.customer().name],
        "item_code": [factory.item().name, factory.item().name],
    }
    known = factory.complaint(company=companies[0]).as_dict(no_nulls=True)
    common = {name: known.get(name) for name in ("subject", "description", "stage", "received_at")}
    rows = [
        dict(zip(values, found, strict=True))
        for found in itertools.product(*values.values())
        for _ in range(2)
    ]
    names = writing.insert_rows(
        "Complaint", [common | row for row in rows], frappe.utils.now_datetime(), "Administrator", "test"
    )
    of = dict(zip(names, rows, strict=True))
    made: dict[str, list[str]] = {}
    for field, pair in values.items():  # each of one value in one dimension and anything in the others
        for value in pair:
            alike = [name for name in names if of[name][field] == value]
            cases = rng.choice(alike, 4, replace=False).tolist()
            made[signal(of[cases[0]]["company"], cases)] = cases
    seen = 0
    for doctype, field in KEPT_BY.items():
        for value in values[field]:
            user = factory.person(roles.QUALITY_MANAGER, **{doctype: value})
            for name, cases in made.items():
                mine = all(of[case][field] == value for case in cases)
                if field == "company":
                    mine = mine and frappe.db.get_value("Complaint Signal", name, "company") == value
                seen += mine
                for way in WAYS:
                    assert ways.gives(way, user, "Complaint Signal", name) is mine, (doctype, way, cases)
    assert seen >= 8
