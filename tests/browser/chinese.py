"""Whether a Chinese screen is Chinese throughout."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable
from functools import cache

import frappe

import complaint_qms

# Names of products and codes that stay as they are in Chinese.
KEPT = {"CAPA", "SOP", "UDI", "UPC", "EAN", "ID", "EU", "ALARP", "PDF", "CSV", "NPS", "QMS", "ERPNext"}


def names() -> tuple[str, ...]:
    """What may stand on a screen in whatever language, because somebody named it so."""
    named = {
        "Customer": "customer_name", "Item": "item_name", "Company": "name", "User": "full_name", "Warehouse": "name", "Item Group": "name",
    }  # fmt: skip
    found = {
        name
        for doctype, field in named.items()
        for name in frappe.get_all(doctype, pluck=field, order_by="name asc")
    }
    return tuple(sorted(filter(None, found)))


def english(texts: Iterable[str], names: Iterable[str]) -> list[str]:
    """Texts that hold an English word or sentence of ours, once the names of records are taken out of them."""
    known = ours()
    said = []
    for text in texts:
        rest = text
        for name in sorted(names, key=len, reverse=True):
            rest = rest.replace(name, "")
        parts = {rest.strip(" *:："), *re.split(r"[^A-Za-z0-9 ,.'/()-]+", rest)}
        if any(part.strip() in known for part in parts):
            said.append(text)
    return said


@cache
def ours() -> set[str]:
    """Texts of the app that have a Chinese of their own."""
    path = os.path.join(os.path.dirname(complaint_qms.__file__), "translations", "zh.csv")
    with open(path, encoding="utf-8") as rows:
        return {row[0] for row in csv.reader(rows) if not re.search("[A-Za-z]{3}", row[1])} - KEPT
