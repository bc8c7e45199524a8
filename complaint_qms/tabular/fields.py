"""The canonical fields of a complaint in the back-test; the names companies give them: :mod:`complaint_qms.tabular.headings`.

`kind`: id, date, text (long), label (few distinct values), name, number, flag.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from complaint_qms.tabular.headings import DELIVERIES, NAMES

STAGES = ("intake", "triage", "investigate", "solve", "confirm", "execute", "review")


@dataclass(frozen=True)
class Field:
    """`names`: name → its place among the names of its language, the best known first."""

    key: str
    kind: str
    names: Mapping[str, int]


def _field(key: str, kind: str, languages: Mapping[str, str]) -> Field:
    names: dict[str, int] = {}
    for text in languages.values():
        for place, name in enumerate(text.split("|")):
            names.setdefault(name, place)
    for name, place in list(names.items()):
        if name.isascii() and " " in name:  # createdat
            names.setdefault(name.replace(" ", ""), place)
    return Field(key, kind, names)


KINDS = {
    "id": "id",
    "received": "date",
    "occurred": "date",
    "customer": "name",
    "item": "label",
    "model": "label",
    "batch": "label",
    "serial": "name",
    "supplier": "label",
    "company": "label",
    "type": "label",
    "severity": "label",
    "urgency": "label",
    "subject": "text",
    "text": "text",
    "channel": "label",
    "region": "label",
    "status": "label",
    "expectation": "label",
    "injured": "number",
    "deaths": "number",
    "harm": "flag",
    "crash": "flag",
    "fire": "flag",
    "quantity": "number",
    "cost": "number",
    "handler": "name",
    "outcome": "label",
    "duplicate_of": "name",
    "first_response": "date",
    **{f"{stage}_done": "date" for stage in STAGES},
    "closed": "date",
}
"""Kinds of the fields, which are chosen in this order."""

FIELDS: tuple[Field, ...] = tuple(_field(key, kind, NAMES[key]) for key, kind in KINDS.items())

BY_KEY = {f.key: f for f in FIELDS}
DATE_KEYS = tuple(f.key for f in FIELDS if f.kind == "date")
NUMBER_KEYS = tuple(f.key for f in FIELDS if f.kind == "number")
FLAG_KEYS = tuple(f.key for f in FIELDS if f.kind == "flag")

# Deliveries, for rates instead of counts: item, batch, date, units net of returns.
EXPOSURE_FIELDS: tuple[Field, ...] = (
    BY_KEY["item"],
    BY_KEY["batch"],
    _field("received", "date", DELIVERIES["received"]),
    _field("quantity", "number", DELIVERIES["quantity"]),
)
