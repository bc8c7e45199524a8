"""In which language a text is written: by its writing, its small words, and letters and endings that a language has of its own.

The writing decides between Chinese, Japanese, Korean, Russian, Greek, Arabic, Hebrew, Thai and Hindi. Among the languages of Latin
letters every word counts for the languages whose small words it belongs to, the less the more of them share it; letters such as
“ß”, “ñ” or “ã” and endings such as “-ung” or “-ção” count a little. A short text, or one between two languages, is left open.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

_SAMPLE: Final = 4000
_WORDS_LOOKED_AT: Final = 120
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_KANA: Final = re.compile("[\u3041-\u30fa]")
_HANGUL: Final = re.compile("[\uac00-\ud7a3]")
_SCRIPTS: Final = (
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("hi", re.compile("[\u0900-\u097f]")),
)
_TRADITIONAL: Final = re.compile("[這個們來時會說對過後還產請為與麼壞換貨訂單實經開關電話]")
_SIMPLIFIED: Final = re.compile("[这个们来时会说对过后还产请为与么坏换货订单实经开关电话]")
_WORD: Final = re.compile(r"[^\W\d_]+")
_SMALL_WORDS: Final = {
    "en": "the and is of to in that it we you have this with for not was are our please a i my on be at they were has had but from when after it's no will would "
    "there an or as been she he her his their them your did does which what if so out off up can could after before because",
    "de": "der die das und ist nicht wir sie ein eine mit von zu den haben bitte auch auf für ich es im dem des am war wurde wird nach bei aus einen einem einer "
    "sich hat habe noch wieder immer mein meine unser unsere keine kein sind aber oder als wie nur zum zur seit wenn dass mir mich was ihr ihre",
    "fr": "le la les et est nous vous une des pas pour avec dans que qui sur ce merci votre je j de du un en il elle ne mon ma mes au aux sont été a ai plus mais "
    "ou c'est cette sa son se par était avons depuis très tout qu lors après avant l d pendant leur leurs quand encore toujours chez",
    "es": "el la los y es no que de una por con para se del su nos está gracias favor un en las al lo me mi mis muy pero más fue ha he como le les este esta son "
    "desde cuando después antes porque yo ya hay ni sin sobre todo tengo estaba mientras tuvo tuve fueron hasta también otra otro vez alguien dos",
    "pt": "o a os e é não que de uma por com para se do da em nos está obrigado favor um no na ao aos as dos das meu minha mas mais foi eu já muito pelo pela como "
    "quando depois antes porque há isso este esta são sem ninguém fui ele ela tem "
    "na nas nos estava enquanto desde dele dela tenho tive alguém gente você ficou foram até também outra outro vez duas dois",
    "it": "il la gli e è non che di una per con si del è sono grazie abbiamo questo un lo le in da al della dei nel mi ho ha ma più come anche dopo quando perché "
    "molto dal alla sul questa stato",
    "nl": "de het een en is niet wij van met voor op dat zijn hebben ook aan graag ik in te er was maar bij om naar mijn uit nog wordt deze dit heeft heb geen als worden na",
    "pl": "i w na nie się z do jest to że po od jak ale za o przez mi mój była był już bardzo tylko są dla",
    "sv": "och att det som en på är av för med till den har inte om ett men jag vi från var efter min",
    "da": "og at det som en på er af for med til den har ikke om et men jeg vi fra var efter min",
    "tr": "ve bir bu için ile çok da de ne var ama gibi daha olarak sonra değil benim",
}
_TALLY: Final = {code: frozenset(words.split()) for code, words in _SMALL_WORDS.items()}
_SHARED: Final = Counter(word for words in _TALLY.values() for word in words)
_WEIGHTS: Final[dict[str, tuple[tuple[str, float], ...]]] = {
    word: tuple((code, 1.0 / count) for code, words in _TALLY.items() if word in words)
    for word, count in _SHARED.items()
}
_LETTERS: Final = {
    "de": "ßäöü", "fr": "èêçœùîô", "es": "ñ¿¡", "pt": "ãõç", "it": "ìò", "pl": "łżśęąćń", "sv": "å", "da": "øæ", "tr": "ğış",
}  # fmt: skip
_ENDINGS: Final = {
    "en": ("ing", "tion", "ould", "ght", "ness", "ed"),
    "de": ("ung", "keit", "lich", "isch", "heit", "ungen", "cht"),
    "fr": ("eux", "euse", "aient", "ait", "eau", "elle", "ment"),
    "es": ("ción", "dad", "ando", "iendo", "aron", "idad", "ió", "ieron"),
    "pt": ("ção", "ções", "dade", "ando", "endo", "aram", "ão", "inho", "ou", "iu", "ava"),
    "it": ("zione", "mente", "ato", "ata", "zioni", "tà"),
    "nl": ("ijk", "heid"),
}
_ENDING: Final = 0.4
_LETTER: Final = 0.5
_FEWEST: Final = 1.5
_LEAD: Final = 1.3
_LEAD_OF_MANY: Final = 1.15
"""How far the best language must be ahead of the next; of a text that says much."""
_SHORT: Final = 200
_CLEAR: Final = 5.0
_WORDS_OF_A_LANGUAGE: Final = 2
_ENDS: Final[dict[str, list[tuple[str, float]]]] = {}
for _code, _endings in _ENDINGS.items():
    for _end in _endings:
        _ENDS.setdefault(_end, []).append((_code, _ENDING))
"""Of each ending the languages that have it."""


def written_language(text: str) -> str:
    """Code of the language as Frappe names it (“zh”, “zh-TW”, “ja”, “en” …); empty where nothing decides."""
    sample = text[:_SAMPLE]
    if not sample.isascii():
        letters = sum(char.isalpha() for char in sample)
        han, kana, hangul = (len(pattern.findall(sample)) for pattern in (_HAN, _KANA, _HANGUL))
        if letters and kana > 0.05 * letters and kana + han > 0.2 * letters:
            return "ja"
        if letters and hangul > 0.2 * letters:
            return "ko"
        # A Chinese text names products and people in Latin letters.
        if han >= 2 and han > 0.1 * letters:
            return "zh-TW" if len(_TRADITIONAL.findall(sample)) > len(_SIMPLIFIED.findall(sample)) else "zh"
        for code, pattern in _SCRIPTS:
            if letters and len(pattern.findall(sample)) > 0.5 * letters:
                return code
    return _of_latin_letters(sample)


def _of_latin_letters(sample: str) -> str:
    # Most texts of some length are beyond doubt after their first words.
    return (len(sample) > _SHORT and _judged(sample[:_SHORT], _CLEAR)) or _judged(sample, _FEWEST)


def _judged(sample: str, least: float) -> str:
    sample = sample.lower()
    found = _WORD.findall(sample)[:_WORDS_LOOKED_AT]
    amounts: dict[str, float] = {}
    for word in found:
        for code, weight in _AMOUNTS[word]:
            amounts[code] = amounts.get(code, 0.0) + weight
    if not sample.isascii():
        for code, letters in _LETTERS.items():
            count = sum(sample.count(letter) for letter in letters)
            amounts[code] = amounts.get(code, 0.0) + _LETTER * min(2, count)
    if not amounts:
        return ""
    best, *others = sorted(amounts, key=lambda code: (-amounts[code], code))
    second = amounts[others[0]] if others else 0.0
    lead = _LEAD if amounts[best] < _CLEAR else _LEAD_OF_MANY
    if amounts[best] < least or amounts[best] < lead * second:
        return ""
    # One word, however often, may be the name of a thing.
    return best if best == "en" or len(_TALLY[best].intersection(found)) >= _WORDS_OF_A_LANGUAGE else ""


class _Amounts(dict[str, tuple[tuple[str, float], ...]]):
    """Word → the languages it speaks for, and how much. Emptied when it is full, which changes speed but no result."""

    MOST = 100_000

    def __missing__(self, word: str) -> tuple[tuple[str, float], ...]:
        if len(self) >= self.MOST:
            self.clear()
        found = self[word] = _WEIGHTS.get(word) or _by_ending(word)
        return found


_AMOUNTS: Final = _Amounts()


def _by_ending(word: str) -> tuple[tuple[str, float], ...]:
    if len(word) <= 4:
        return ()
    ended = next((_ENDS[word[-size:]] for size in (5, 4, 3, 2) if word[-size:] in _ENDS), [])
    return tuple((code, weight / len(ended)) for code, weight in ended)
