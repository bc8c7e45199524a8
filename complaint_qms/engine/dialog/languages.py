"""In which language a turn of a chat is written; turns are short, so small words count from the first one on."""

from __future__ import annotations

import re
from typing import Final

from complaint_qms.constants.dialog import ABROAD, AT_HOME
from complaint_qms.engine.text import HAN
from complaint_qms.engine.text_language import written_language

READ: Final = ("en", "zh")
"""Languages that are read; others are recognised."""
_HAN: Final = re.compile(f"[{HAN}]")
_KANA: Final = re.compile("[\u3041-\u30fa]")
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_LATIN_WORD: Final = re.compile(r"(?<![\w\-])[a-z]{2,}(?:'[a-z]+)?(?![\w\-])", re.IGNORECASE)
_HANGUL: Final = re.compile("[\uac00-\ud7a3]")
_OTHER: Final = re.compile(r"[\u0370-\u1fff\u0e00-\u0e7f]")
_ABROAD: Final = {language: frozenset(words.split()) for language, words in ABROAD.items()}
_AT_HOME: Final = frozenset(AT_HOME.split())
_SAMPLE: Final = 1_000
_FEWEST: Final = 2


def chat_language(text: str) -> str:
    """`zh`, `en`, the code of another language, or empty where nothing decides (numbers, signs, a single word)."""
    sample = text[:_SAMPLE]
    letters = sum(sign.isalpha() for sign in sample)
    if not letters:
        return ""
    kana, han, hangul = (len(pattern.findall(sample)) for pattern in (_KANA, _HAN, _HANGUL))
    if kana > 1 and kana + han > 0.5 * letters:
        return "ja"
    if hangul > 0.4 * letters:
        return "ko"
    if len(_OTHER.findall(sample)) > 0.5 * letters:
        return "ru" if written_language(sample) == "ru" else "other"
    latin = len(_LATIN_WORD.findall(sample))
    # One Chinese sign says about as much as half a word; products and numbers in a Chinese text are Latin.
    if han and han >= latin:
        return "zh"
    words = [word.lower() for word in _WORD.findall(sample)]
    home = sum(word in _AT_HOME for word in words)
    counts = {language: sum(word in small for word in words) for language, small in _ABROAD.items()}
    best = max(counts, key=lambda language: counts[language])
    alone = counts[best] == len(words) and len(words[0]) > 1  # “y” is a yes as well
    if counts[best] > home and (counts[best] >= _FEWEST or alone):
        return best
    elsewhere = written_language(sample)
    if elsewhere not in ("", *READ, "zh-TW") and not home:
        return elsewhere
    return "en" if latin >= _FEWEST or home else ""
