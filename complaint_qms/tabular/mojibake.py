"""Text that was written in UTF-8 and read in another encoding on its way ("cafÃ©", "娴嬭瘯"), read as it was meant.

It is repaired where that is certain only: all of the text has to come from one encoding whose bytes are valid UTF-8, which words
of a language hardly ever are by chance, and what comes out has to be of letters that people write.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LATIN_LEAD = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122]"
)
"""A character of two to four bytes, read one byte at a time: what it begins with, and what may follow."""
_HAN = re.compile("[\u4e00-\u9fff]")
_HAN_LEADS = range(0xE2, 0xEA)
"""First bytes that Chinese text and its punctuation have in UTF-8."""
_LEAST_HAN = 3
_ROUNDS = 2


def mended(text: str) -> str:
    """The text as it was meant; the text itself where nothing is wrong or nothing is certain."""
    if text.isascii():
        return text
    for _ in range(_ROUNDS):  # some went through this two times
        better = _from_latin(text) if _LATIN_LEAD.search(text) else _from_gb(text)
        if better == text:
            break
        text = better
    return text


def _from_latin(text: str) -> str:
    table = _cp1252()
    try:
        meant = bytes(ord(c) if ord(c) < 256 else table[c] for c in text).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return text
    foreign = 0
    for char in meant:
        if char < "\u0180" or "\u2010" <= char <= "\u2122":
            continue
        if not (unicodedata.category(char)[0] in "LPSN" and char >= "\u0370"):
            return text
        foreign += 1
    # One letter of another script among Latin ones is two signs that happened to meet.
    return text if foreign == 1 else meant


def _from_gb(text: str) -> str:
    first = _HAN.search(text)
    if not first or first[0].encode("gb18030")[0] not in _HAN_LEADS:
        return text
    try:
        meant = text.encode("gb18030").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text
    return meant if len(_HAN.findall(meant)) >= _LEAST_HAN else text


@lru_cache(maxsize=1)
def _cp1252() -> dict[str, int]:
    found = {}
    for code in range(0x80, 0xA0):
        try:
            found[bytes([code]).decode("cp1252")] = code
        except UnicodeDecodeError:
            continue
    return found
