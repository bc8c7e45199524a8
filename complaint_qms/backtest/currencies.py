"""The currency of an amount: said in its cell, in a column beside it, or in the heading; amounts of several are never added up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Final

from complaint_qms.engine.text import fold

CODES: Final = frozenset([
    "AED", "ARS", "AUD", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP", "EUR", "GBP", "HKD",
    "HUF", "IDR", "ILS", "INR", "JPY", "KRW", "MAD", "MXN", "MYR", "NOK", "NZD", "PEN", "PHP", "PKR", "PLN", "RON",
    "RUB", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "VND", "ZAR",
])  # fmt: skip
"""Currencies by their code of ISO 4217."""
COLUMNS: Final = frozenset(map(fold, [
    "currency", "currency code", "currency iso code", "cost currency", "währung", "waehrung", "devise", "monnaie",
    "moneda", "divisa", "moeda", "币种", "货币", "幣種", "通貨",
]))  # fmt: skip
"""Headings of a column of currencies."""
_WORDS: Final = {
    "€": "EUR", "EURO": "EUR", "EUROS": "EUR", "£": "GBP", "US$": "USD", "元": "CNY", "RMB": "CNY", "人民币": "CNY", "円": "JPY", "￥": "¥",
    "HK$": "HKD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "R$": "BRL", "S$": "SGD", "NT$": "TWD", "FR.": "CHF", "SFR.": "CHF",
    "₹": "INR", "RS.": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "ZŁ": "PLN", "KR": "kr",
}  # fmt: skip
_SAID: Final = re.compile(
    r"(?:US|HK|CA|AU|NT|[CARS])?\$|[€£¥￥元円₹₩₽₺]|人民币|\b(?:euros?|rmb|s?fr\.|rs\.|zł|kr|[A-Za-z]{3})(?![A-Za-z])",
    re.IGNORECASE,
)
_SAME: Final = (("¥", "CNY", "JPY"), ("$", "USD", "CAD"))
"""A sign, the currency that it is taken for where that one is named and the third is not."""


def currency_of(text: str) -> str | None:
    """The currency that a cell or a heading names: a code, or a sign that several currencies share."""
    for match in _SAID.finditer(text):
        word = match.group().upper()
        if word in _WORDS:
            return _WORDS[word]
        if word in CODES or word in ("$", "¥"):
            return word
    return None


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
    return next((name for name in names if fold(name) in COLUMNS and name not in read), None)


def one_name(currencies: set[str]) -> dict[str, str]:
    """Signs that stand for a currency which is named as well."""
    return {
        sign: code for sign, code, other in _SAME if {sign, code} <= currencies and other not in currencies
    }
