"""Forms of authorities as data: their elements by block, what each is filled from, and when it is needed."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import frappe

from complaint_qms.constants.regulatory_report import FINAL, FORM_OF, GENERAL_FORM


class FormElement(NamedTuple):
    """One field of a form: its `key` and `block` there, the `fact` it is filled from (empty: by hand), `needed` for each report or for the
    final one alone, and whether it tells of a person."""

    key: str
    block: str
    label: str
    fact: str = ""
    needed: str = ""
    personal: int = 0

    def is_needed(self, kind: str) -> bool:
        """Whether a report of a kind is not complete without it."""
        return self.needed == "needed" or (self.needed == "final" and kind == FINAL)


class ReportForm(NamedTuple):
    """A form: `source`, where its elements stand; `gateway`, what its files are not."""

    key: str
    title: str
    source: str
    gateway: str
    elements: tuple[FormElement, ...]

    def element(self, key: str) -> FormElement | None:
        """The element with a key; None where there is none."""
        return next((one for one in self.elements if one.key == key), None)


def form_for(jurisdiction_key: str | None) -> ReportForm:
    """The form of the authority of a jurisdiction; a general one where it has none here."""
    return report_form(FORM_OF.get(jurisdiction_key or "", GENERAL_FORM))


@lru_cache(maxsize=8)
def report_form(key: str) -> ReportForm:
    """A form by its key."""
    path = Path(frappe.get_app_path("complaint_qms", "fixtures", "report_forms", f"{key}.json"))
    data = json.loads(path.read_text(encoding="utf-8"))
    elements = tuple(FormElement(**row) for row in data["elements"])
    return ReportForm(key, data["title"], data["source"], data["gateway"], elements)
