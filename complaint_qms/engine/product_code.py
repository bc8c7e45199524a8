"""What the code on a product or its label says: GS1 element strings, GS1 Digital Link, addresses and plain text.

GS1 General Specifications, sections 3 (application identifiers), 7.8 (element strings); GS1 Digital Link Standard 1.3,
section 4. Identifiers read: 01 GTIN, 10 batch, 21 serial number; others that may stand between them are passed over.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

_SEPARATOR: Final = "\x1d"
_SYMBOLOGY: Final = re.compile(r"\A\][A-Za-z]\d")
_IN_BRACKETS: Final = re.compile(r"\((\d{2,4})\)\s*([^()]*)")
# Identifier → length of its value where that is fixed; else it ends at a separator (GS1 General Specifications, 7.8.4)
_FIXED: Final = {"00": 18, "01": 14, "02": 14, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6, "20": 2}
_VARIABLE: Final = {"10": 20, "21": 20, "22": 20, "30": 8, "37": 8, "240": 30, "241": 30, "250": 30}
_MEANT: Final = ("01", "10", "21")
_LINK_IDENTIFIER: Final = re.compile(r"\A(?:\d{2,4})\Z")
_ADDRESS: Final = re.compile(r"\A[a-z][a-z0-9+.-]*://\S+\Z", re.IGNORECASE)
# Words before a value in plain text, in the address of a company's own code, or as a key of an object
_WORDS: Final = {
    "gtin": ("gtin", "ean", "upc", "barcode", "条码"),
    "item": ("item_code", "item code", "itemcode", "item", "sku", "material", "物料编码", "物料号", "物料", "产品编号"),
    "batch": ("batch_no", "batch no", "batch", "lot_no", "lot no", "lot", "charge", "批次号", "批号", "批次"),
    "serial": ("serial_no", "serial number", "serial no", "serial", "s/n", "sn", "序列号", "序号"),
}  # fmt: skip
_KEY: Final = {re.sub(r"[\s_/]", "", word): field for field, listed in _WORDS.items() for word in listed}
_LABELLED: Final = re.compile(
    "(?<![a-z0-9])(" + "|".join(re.escape(word) for listed in _WORDS.values() for word in sorted(listed, key=len, reverse=True))
    + r")\s*(?:[:：=#]|no\.?|nr\.?|number)?\s*[:：=#.]?\s*([a-z0-9][a-z0-9._/-]*[a-z0-9]|[a-z0-9])",
    re.IGNORECASE,
)  # fmt: skip
_LONGEST: Final = 4_000


@dataclass(frozen=True)
class ProductCode:
    """What a code names; None where it does not say."""

    gtin: str | None = None
    item: str | None = None
    batch: str | None = None
    serial: str | None = None

    def __bool__(self) -> bool:
        return bool(self.gtin or self.item or self.batch or self.serial)


def read_code(text: str | None) -> ProductCode:
    """Read what a camera, a scanner or a person took off a product; empty (false) for what names none."""
    plain = _SYMBOLOGY.sub("", unicodedata.normalize("NFKC", (text or "")[:_LONGEST]).strip())
    if not plain:
        return ProductCode()
    if _ADDRESS.match(plain):
        return _of_address(plain)
    if plain.startswith("{"):
        return _of_object(plain)
    return _of_elements(_bracketed(plain) or _bare(plain)) or _of_words(plain)


def gtin_spellings(gtin: str) -> tuple[str, ...]:
    """The shorter numbers (GTIN-13, -12, -8) that a GTIN-14 may be stored as, itself first."""
    found = [gtin]
    for length in (13, 12, 8):
        if len(gtin) > length and not gtin[:-length].strip("0"):
            found.append(gtin[-length:])
    return tuple(found)


def has_check_digit(number: str) -> bool:
    """Whether a GTIN ends with the right check digit (GS1 General Specifications, 7.9.1)."""
    if not number.isascii() or not number.isdigit() or len(number) not in (8, 12, 13, 14):
        return False
    weighed = sum(int(sign) * (3 if at % 2 == 0 else 1) for at, sign in enumerate(reversed(number[:-1])))
    return (10 - weighed % 10) % 10 == int(number[-1])


def _of_elements(elements: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> ProductCode:
    found: dict[str, str] = {}
    for identifier, value in elements:
        if identifier in _MEANT and value:
            found.setdefault(identifier, value)
    gtin = found.get("01")
    return ProductCode(
        gtin=gtin if gtin and has_check_digit(gtin) else None,
        batch=found.get("10"),
        serial=found.get("21"),
    )


def _bracketed(plain: str) -> list[tuple[str, str]]:
    """`(01)09506000134352(10)ABC`, as it is printed below a symbol."""
    if not plain.startswith("("):
        return []
    return [(identifier, value.strip()) for identifier, value in _IN_BRACKETS.findall(plain)]


def _bare(plain: str) -> list[tuple[str, str]]:
    """`010950600013435210ABC<GS>21…`, as a scanner sends it; nothing unless it begins with a GTIN whose check digit is right, for any
    number may look like one."""
    plain = plain.lstrip(_SEPARATOR)
    if not (plain.startswith("01") and has_check_digit(plain[2:16])):
        return []
    found, at = [], 0
    while at < len(plain):
        identifier = next(
            (plain[at : at + n] for n in (2, 3) if plain[at : at + n] in (_FIXED | _VARIABLE)), ""
        )
        if not identifier:
            break
        at += len(identifier)
        end = at + _FIXED[identifier] if identifier in _FIXED else plain.find(_SEPARATOR, at)
        end = len(plain) if end < 0 else end
        found.append((identifier, plain[at:end].rstrip(_SEPARATOR)[: _VARIABLE.get(identifier, 20)]))
        at = end + plain[end : end + 1].count(_SEPARATOR)
    return found


def _of_address(address: str) -> ProductCode:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ProductCode()
    path = [unquote(part) for part in parts.path.split("/") if part]
    asked = dict(parse_qsl(parts.query, max_num_fields=50)) if parts.query.count("&") < 50 else {}
    at = next((n for n, part in enumerate(path[:-1]) if part == "01" and has_check_digit(path[n + 1])), None)
    if at is not None:
        pairs = list(zip(path[at::2], path[at + 1 :: 2], strict=False))
        pairs += [(key, value) for key, value in asked.items() if _LINK_IDENTIFIER.match(key)]
        return _of_elements([(key, value.zfill(14) if key == "01" else value) for key, value in pairs])
    words = {_key(key): value.strip() for key, value in asked.items() if _key(key)}
    # `/item/ABC/batch/L1`, as a company's own labels have it
    for key, value in pairwise(path):
        if _key(key):
            words.setdefault(_key(key), value)
    return _of_named(words)


def _of_object(plain: str) -> ProductCode:
    try:
        said = json.loads(plain)
    except ValueError:
        return ProductCode()
    if not isinstance(said, Mapping):
        return ProductCode()
    return _of_named({_key(str(key)): _text(value) for key, value in said.items() if _key(str(key))})


def _of_words(plain: str) -> ProductCode:
    found: dict[str, str] = {}
    for word, value in _LABELLED.findall(plain):
        if any(sign.isdigit() for sign in value):
            found.setdefault(_key(word), value)
    return _of_named(found)


def _of_named(found: Mapping[str, str]) -> ProductCode:
    gtin = re.sub(r"\s", "", found.get("gtin") or "")
    return ProductCode(
        gtin=gtin.zfill(14) if has_check_digit(gtin) else None,
        item=found.get("item") or None,
        batch=found.get("batch") or None,
        serial=found.get("serial") or None,
    )


def _key(word: str) -> str:
    return _KEY.get(re.sub(r"[\s_/]", "", word.lower()), "")


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
