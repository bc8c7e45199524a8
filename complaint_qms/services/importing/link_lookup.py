"""Finds the records that the words of a file mean: a query per kind and batch, none per row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from pypika.functions import Lower

from complaint_qms.tabular import severity_words

# canonical field → (DocType, fields that name a record, besides `name`)
LARGE = {
    "customer": ("Customer", ("customer_name",)),
    "item": ("Item", ("item_name",)),
    "supplier": ("Supplier", ("supplier_name",)),
    "batch": ("Batch", ()),
    "serial": ("Serial No", ()),
    "handler": ("User", ("full_name",)),
}
# Words of these kinds kept at most; a file may name more of them than memory should hold.
KEPT = 20_000
# Vocabularies are small: read whole, once.
_SMALL = {
    "type": ("Complaint Type", ("type_key",)),
    "channel": ("Complaint Channel", ("channel_key",)),
    "severity": ("Risk Severity", ()),
    "territory": ("Territory", ()),
    "country": ("Country", ("code",)),
    "company": ("Company", ("abbr",)),
}


def fold_word(text: Any) -> str:
    """Words as compared: without outer blanks, case and doubled blanks."""
    return " ".join(str(text or "").split()).casefold()


class Lookups:
    """Records by kind and folded word. A word that means two records means none of them."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, str | None]] = {}
        for kind, (doctype, fields) in _SMALL.items():
            rows = frappe.get_all(
                doctype,
                # A complaint has no group for its type: a word that means one is kept as a word.
                filters={"is_group": 0} if kind == "type" else None,
                fields=["name", *fields],
                order_by="name asc",
            )
            self._known[kind] = _index(rows, fields, translate=kind in ("type", "channel", "severity"))
        for level in severity_words.WORDS:
            if name := self.find("severity", level):
                # Not the bare ranks: which end of 1 to 5, or of S1 to S4, is the worst differs from file to file.
                for word in filter(_is_no_rank, severity_words.of_level(level)):
                    self._known["severity"].setdefault(fold_word(word), name)

    def learn(self, kind: str, words: Iterable[str]) -> None:
        """Look up the words of a batch that are not known yet. After it `find` knows at least these."""
        known = self._known.setdefault(kind, {})
        if len(known) > KEPT:
            known.clear()
        wanted = sorted({folded for word in words if (folded := fold_word(word)) and folded not in known})
        if not wanted:
            return
        doctype, fields = LARGE[kind]
        table = frappe.qb.DocType(doctype)
        condition = Lower(table.name).isin(wanted)
        for field in fields:
            condition |= Lower(table[field]).isin(wanted)
        query = (
            frappe.qb.from_(table).select(table.name, *(table[field] for field in fields)).where(condition)
        )
        if kind == "handler":
            query = query.where((table.enabled == 1) & (table.user_type == "System User"))
        known.update(dict.fromkeys(wanted))
        known.update(_index(query.orderby(table.name).run(as_dict=True), fields))

    def find(self, kind: str, word: Any) -> str | None:
        """The record a word means, None when there is none or more than one."""
        return self._known.get(kind, {}).get(fold_word(word))

    def severity(self, word: str | None) -> str | None:
        """The level that a file's own word means, in seven languages, with a rank beside it or without."""
        spellings = severity_words.spellings(word) if word else []
        return next(filter(None, (self.find("severity", one) for one in spellings)), None)


def _is_no_rank(word: str) -> bool:
    return severity_words.rank(word) is None


def _index(rows: list[dict], fields: tuple[str, ...], translate: bool = False) -> dict[str, str | None]:
    """Folded word → name; a name counts before any other field of another record."""
    found: dict[str, str | None] = {}
    for field in fields:
        for row in rows:
            word = fold_word(row.get(field))
            if word:
                found[word] = row["name"] if found.get(word, row["name"]) == row["name"] else None
    for row in rows:
        if translate:
            found.setdefault(fold_word(_(row["name"])), row["name"])
        found[fold_word(row["name"])] = row["name"]
    return found
