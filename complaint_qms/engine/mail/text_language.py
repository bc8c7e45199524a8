"""In which language a text is written, as far as its writing or its small words tell."""

from __future__ import annotations

import re
from typing import Final

_SAMPLE: Final = 4000
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_KANA: Final = re.compile("[\u3041-\u30fa]")
_HANGUL: Final = re.compile("[\uac00-\ud7a3]")
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]")
_TRADITIONAL: Final = re.compile("[這個們來時會說對過後還產請為與麼壞換貨訂單實經開關電話]")
_SIMPLIFIED: Final = re.compile("[这个们来时会说对过后还产请为与么坏换货订单实经开关电话]")
_WORD: Final = re.compile(r"[^\W\d_]+")
_SMALL_WORDS: Final = {
    "en": "the and is of to in that it we you have this with for not was are our please",
    "de": "der die das und ist nicht wir sie ein eine mit von zu den haben bitte auch auf für",
    "fr": "le la les et est nous vous une des pas pour avec dans que qui sur ce merci votre",
    "es": "el la los y es no que de una por con para se del su nos está gracias favor",
    "pt": "o a os e é não que de uma por com para se do da em nos está obrigado favor",
    "it": "il la gli e è non che di una per con si del è sono grazie abbiamo questo",
    "nl": "de het een en is niet wij van met voor op dat zijn hebben ook aan graag",
}
_WORDS: Final = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}
_FEWEST: Final = 3


def language_of(text: str) -> str:
    """Code of the language as Frappe names it (“zh”, “zh-TW”, “ja”, “en” …); empty where nothing decides."""
    sample = text[:_SAMPLE]
    letters = sum(char.isalpha() for char in sample)
    han, kana, hangul = (len(pattern.findall(sample)) for pattern in (_HAN, _KANA, _HANGUL))
    if letters and kana > 0.05 * letters and kana + han > 0.2 * letters:
        return "ja"
    if letters and hangul > 0.2 * letters:
        return "ko"
    # A Chinese text names products and people in Latin letters.
    if han >= 2 and han > 0.1 * letters:
        return "zh-TW" if len(_TRADITIONAL.findall(sample)) > len(_SIMPLIFIED.findall(sample)) else "zh"
    if letters and len(_CYRILLIC.findall(sample)) > 0.5 * letters:
        return "ru"
    words = [word.lower() for word in _WORD.findall(sample)]
    counts = {language: sum(word in small for word in words) for language, small in _WORDS.items()}
    best, second = sorted(counts, key=lambda language: -counts[language])[:2]
    return best if counts[best] >= _FEWEST and counts[best] > counts[second] else ""
