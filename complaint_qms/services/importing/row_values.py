"""Turns the cells of a file into fields of Complaint.

Words that name a record become links, words that name none stay words: an unknown customer is the complainant's name,
an unknown item the product as reported, an unknown batch the lot as reported. What has no field of its own is kept at
the end of the description.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any

import frappe
import numpy as np
from frappe import _
from frappe.utils.data import get_system_timezone

from complaint_qms.engine.risk import stated_harm
from complaint_qms.services.importing.link_lookup import LARGE, Lookups, fold_word
from complaint_qms.services.importing.problem_text import text_of
from complaint_qms.services.importing.source import Source
from complaint_qms.services.record.language import clause_list, labelled
from complaint_qms.tabular import durations
from complaint_qms.tabular.amounts import currencies, parse_flag, parse_number, parse_persons
from complaint_qms.tabular.dates import BLANKS, parse_column
from complaint_qms.tabular.fields import BY_KEY, DATE_KEYS
from complaint_qms.tabular.joined_columns import joined_column
from complaint_qms.tabular.markup import without_markup
from complaint_qms.tabular.mojibake import mended
from complaint_qms.tabular.odd_rows import odd_row
from complaint_qms.tabular.rows import Chunk

SUBJECT_LENGTH, NAME_LENGTH = 140, 140
URGENCIES = ("low", "normal", "high", "critical")
EXPECTATIONS = ("refund", "exchange", "repair", "credit", "apology", "information", "other")
# Where the words of a column end up when they name a record or an option; else they are kept as words.
_TARGETS = {
    "supplier": "supplier",
    "company": "company",
    "type": "complaint_type",
    "severity": "severity",
    "urgency": "urgency",
    "channel": "channel",
    "expectation": "expectation",
    "handler": "complaint_owner",
}
_WITH_DEFAULT = ("company", "type", "channel")
_WITHOUT_FIELD = (
    "crash",
    "fire",
    "status",
    "outcome",
    "duplicate_of",
    *(key for key in DATE_KEYS if key.endswith("_done") or key == "closed"),
)


@dataclass
class RowError:
    """A row that makes no complaint."""

    row: int
    column: str
    reason: str
    cells: list[str] = field(default_factory=list)


@dataclass
class Defaults:
    """What holds for every row of an import unless the row says otherwise."""

    company: str | None = None
    complaint_type: str | None = None
    channel: str | None = None
    is_migrated: bool = True


@dataclass
class Row:
    """A row that may become a complaint: number in the file, fields of Complaint, cells as they were."""

    number: int
    values: dict[str, Any]
    cells: list[str]


class Translator:
    """Cells → fields, a chunk at a time.

    Args:
        source: the file with its columns.
        defaults: what rows do not say themselves.
    """

    def __init__(self, source: Source, defaults: Defaults) -> None:
        self.source, self.defaults, self.lookups = source, defaults, Lookups()
        places = source.table.columns
        self.places = {
            key: [places.index(name) for name in names] for key, names in source.mapping.columns.items()
        }
        self.zone = get_system_timezone()

    def translate(self, chunk: Chunk) -> tuple[list[Row], list[RowError]]:
        """Rows of a chunk, and those that cannot be read."""
        errors = [
            RowError(row, "", text_of(problem), cells)
            for (row, problem), cells in zip(chunk.bad, chunk.bad_cells, strict=True)
        ]
        columns = {key: self._column(key, chunk.cells) for key in self.places}
        dates = self._moments(columns)
        for kind in LARGE:
            self.lookups.learn(kind, columns.get(kind, ()))
        rows = []
        for index, number in enumerate(chunk.rows):
            words = {key: column[index] for key, column in columns.items() if column[index]}
            moments = {key: column[index] for key, column in dates.items()}
            cells = chunk.cells[index]
            if moments.get("received") is None:
                if odd := odd_row(cells, self.source.table.columns):
                    errors.append(RowError(number, "", text_of(odd), cells))
                    continue
                text = words.get("received", "")
                reason = (
                    _("{0} is no date that can be read.").format(text[:80])
                    if text
                    else _("The date of receipt is missing.")
                )
                errors.append(RowError(number, self._heading("received"), reason, cells))
                continue
            rows.append(Row(number, self._fields(words, moments), cells))
        return rows, errors

    def _heading(self, key: str) -> str:
        return " + ".join(self.source.mapping.columns.get(key, [key]))

    def _column(self, key: str, cells: list[list[str]]) -> list[str]:
        texts = joined_column(key, [[row[place].strip() for row in cells] for place in self.places[key]])
        if BY_KEY[key].kind not in ("date", "number", "flag"):
            texts = list(map(mended, texts))
        if BY_KEY[key].kind == "text":
            texts = list(map(without_markup, texts))
        return ["" if text.lower() in BLANKS else text for text in texts]

    def _moments(self, columns: dict[str, list[str]]) -> dict[str, list[datetime | None]]:
        """Dates of the fields; what a file gives as a length of time counts from the receipt."""
        stamps = {}
        decisions = self.source.mapping.dates
        orders = {
            key: decisions[key].order if key in decisions else "ymd" for key in columns if key in DATE_KEYS
        }
        for key in sorted(orders, key=lambda key: key != "received"):
            if orders[key] in durations.ORDERS:
                stamps[key] = durations.moments(columns[key], orders[key], *stamps["received"])
            else:
                stamps[key] = parse_column(columns[key], orders[key], self.zone)
        return {
            key: [None if np.isnat(stamp) else stamp.astype(datetime) for stamp in found]
            for key, (found, _timed) in stamps.items()
        }

    def _number(self, key: str, words: dict[str, str]) -> float | None:
        mark = self.source.mapping.decimals.get(key, "")
        return parse_number(words[key], mark) if words.get(key) else None

    def _in_foreign_money(self, amount: str, company: str | None) -> bool:
        """Is an amount in another currency than its company's, as its cell or its heading says?"""
        named = currencies(self._heading("cost"), [amount])
        own = frappe.get_cached_value("Company", company, "default_currency") if company else None
        return bool(named and own) and named[0] != own

    def _fields(self, words: dict[str, str], moments: dict[str, datetime | None]) -> dict[str, Any]:
        find, rest = self.lookups.find, {}
        values: dict[str, Any] = {
            "received_at": moments["received"],
            "is_migrated": int(self.defaults.is_migrated),
            "external_id": _cut(words.get("id")),
            "company": find("company", words.get("company")) or self.defaults.company,
            "channel": find("channel", words.get("channel")) or self.defaults.channel,
            "customer": find("customer", words.get("customer")),
            "supplier": find("supplier", words.get("supplier")),
            "severity": self.lookups.severity(words.get("severity")),
            "territory": find("territory", words.get("region")),
            "country": find("country", words.get("region")),
            "complaint_owner": find("handler", words.get("handler")),
            "qty": self._number("quantity", words),
            "claimed_amount": self._number("cost", words),
            "incident_date": moments["occurred"].date() if moments.get("occurred") else None,
            "first_response_at": moments.get("first_response"),
        }
        if values["claimed_amount"] is not None and self._in_foreign_money(words["cost"], values["company"]):
            values["claimed_amount"], rest["cost"] = None, words["cost"]
        self._product(words, values)
        values["complaint_type"] = find("type", words.get("type")) or self.defaults.complaint_type
        if not values["customer"]:
            values["complainant_name"] = _cut(words.get("customer"))
        for key, options in (("urgency", URGENCIES), ("expectation", EXPECTATIONS)):
            values[key] = fold_word(words.get(key)) if fold_word(words.get(key)) in options else None
        level = _harm_level(words)
        values["harm_level"] = level if level != "none" else None
        harm = [
            labelled(self._heading(key), words[key])
            for key in ("injured", "deaths", "harm")
            if _says_something(words.get(key))
        ]
        values["harm_description"] = clause_list(harm) or None
        for key, target in _TARGETS.items():
            if words.get(key) and (
                not values[target] or (key in _WITH_DEFAULT and not find(key, words[key]))
            ):
                rest[key] = words[key]
        if words.get("region") and not (values["territory"] or values["country"]):
            rest["region"] = words["region"]
        for key in _WITHOUT_FIELD:
            if _says_something(words.get(key)):
                rest[key] = words[key]
        values["subject"] = _subject(words)
        values["description"] = _description(words, {self._heading(key): word for key, word in rest.items()})
        return {name: value for name, value in values.items() if value not in (None, "")}

    def _product(self, words: dict[str, str], values: dict[str, Any]) -> None:
        """Item, batch and serial number as records where they exist, as reported words where they do not."""
        find = self.lookups.find
        item = find("item", words.get("item"))
        model = [words[key] for key in ("item", "model") if words.get(key) and not (key == "item" and item)]
        batch, serial = find("batch", words.get("batch")), find("serial", words.get("serial"))
        lot = [
            words[key]
            for key, found in (("batch", batch), ("serial", serial))
            if words.get(key) and not found
        ]
        values |= {
            "item_code": item,
            "product_model": _cut(" / ".join(dict.fromkeys(model))),
            "batch_no": batch,
            "serial_no": serial,
            "reported_lot": _cut(" / ".join(lot)),
        }


def _says_something(word: str | None) -> bool:
    """Neither empty nor a no."""
    return bool(word) and parse_flag(word) != "no"


def _harm_level(words: dict[str, str]) -> str:
    """Harm to a person as the row states it, judged as the back-test does."""
    numbers = (parse_persons(words.get(key) or "") for key in ("deaths", "injured"))
    flags = (parse_flag(words.get(key) or "") for key in ("harm", "crash", "fire"))
    return stated_harm(*numbers, *flags, words.get("severity"))


def _subject(words: dict[str, str]) -> str:
    """The subject of the row, else the beginning of its text, else its type and product."""
    for key in ("subject", "text"):
        if words.get(key):
            line = " ".join(words[key].split())
            return line if len(line) <= SUBJECT_LENGTH else line[: SUBJECT_LENGTH - 1].rstrip() + "…"
    return _cut(" / ".join(words[key] for key in ("type", "item", "model", "id") if words.get(key))) or _(
        "Complaint"
    )


def _description(words: dict[str, str], rest: dict[str, str]) -> str:
    text = words.get("text") or words.get("subject") or _subject(words)
    body = "".join(f"<p>{escape(part.strip(), quote=False)}</p>" for part in text.split("\n") if part.strip())
    kept = "".join(
        f"<li>{labelled(escape(name, quote=False), escape(word, quote=False))}</li>"
        for name, word in rest.items()
    )
    return body + (f"<ul>{kept}</ul>" if kept else "")


def _cut(text: str | None) -> str | None:
    return text[:NAME_LENGTH] if text else None
