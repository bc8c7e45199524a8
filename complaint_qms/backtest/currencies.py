"""The currency of an amount: said in its cell, in a column beside it, or in the heading; amounts of several are never added up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Final

from complaint_qms.engine.text import fold
from complaint_qms.tabular.amounts import named_currency
from complaint_qms.tabular.mojibake import mended

COLUMNS: Final = frozenset(map(fold, [
    "currency", "currency code", "currency iso code", "cost currency", "währung", "waehrung", "devise", "monnaie",
    "moneda", "divisa", "moeda", "币种", "货币", "幣種", "通貨",
]))  # fmt: skip
"""Headings of a column of currencies."""
_SIGNS: Final = {"¥": "¥", "￥": "¥"}
"""Signs that several currencies share."""
_SAME: Final = (("¥", "CNY", "JPY"),)
"""A sign, the currency that it is taken for where that one is named and the third is not."""


def currency_of(text: str) -> str | None:
    """The currency that a cell or a heading names: a code, or a sign that several currencies share."""
    return named_currency(text) or next((sign for one, sign in _SIGNS.items() if one in text), None)


def currencies_of(
    costs: Sequence[str], beside: Sequence[str] | None, heading: str
) -> list[str | None] | None:
    """What each cost is in: as its cell says, else the column of currencies (``beside``), else the heading. None where nothing says
    anything."""
    known = currency_of(heading)
    # Most cells are plain numbers
    said = [None if text[:1].isdigit() and text[-1:].isdigit() else currency_of(text) for text in costs]
    others = map(currency_of, beside) if beside is not None else repeat(None)
    found = [one or other or known for one, other in zip(said, others, strict=False)]
    return found if any(found) else None


def column_of(names: Iterable[str], fields: Mapping[str, Sequence[str]]) -> str | None:
    """The heading of the column of currencies, where costs are read and no field is read from it."""
    read = {name for found in fields.values() for name in found}
    if not fields.get("cost"):
        return None
    return next((name for name in names if fold(mended(name)) in COLUMNS and name not in read), None)


def one_name(currencies: set[str]) -> dict[str, str]:
    """Signs that stand for a currency which is named as well."""
    return {
        sign: code for sign, code, other in _SAME if {sign, code} <= currencies and other not in currencies
    }
