"""Texts in German, French, Spanish and Portuguese, read with word lists of their own; and texts nobody here can read.

Which language a text is in: :func:`complaint_qms.engine.text_language.written_language`. English and Chinese are read by
:class:`complaint_qms.engine.classify.lexicon.Lexicon`. A text in any other language gives no hits: its words would be taken for
English ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from typing import Final

from complaint_qms.constants import lexicon_languages as words
from complaint_qms.engine.classify.body_harm import body_harm
from complaint_qms.engine.classify.estates import without_estates
from complaint_qms.engine.classify.harm import Harm, assess
from complaint_qms.engine.classify.lexicon import Hit, Lexicon, Term, default_lexicon
from complaint_qms.engine.text import fold
from complaint_qms.engine.text_language import written_language

OWN_LISTS: Final = tuple(words.HARM)
"""Languages besides English and Chinese that are read."""
READ: Final = ("", "en", "zh", "zh-TW", *OWN_LISTS)
"""Languages that are read; "" is a text whose language nothing decides, and is read as English."""
NEGATION_REACH: Final = 4
NEGATION_REACH_AFTER: Final = 5
FEAR_REACH: Final = 6
FEAR_REACH_AFTER: Final = 2
MAX_TOKENS: Final = 3_000
_STEM: Final = 4
_SOMEBODY: Final = "(somebody)"
_GAP: Final = 2
_TOKEN: Final = re.compile(r"[a-z0-9]+|[.!?;\n]|,")
_BREAKS: Final = frozenset(".!?;\n")
_PAUSES: Final = _BREAKS | {","}
_ANDS: Final = frozenset(("und", "et", "y", "e"))
_OPEN_VOWELS: Final = re.compile(r"(?<=\bh)ä(?=tt)|(?<=\bk)ö(?=nnt)|(?<=\bw)ü(?=rd)|(?<=\bw)ä(?=r)")
_WRITTEN_OUT: Final = {"ä": "ae", "ö": "oe", "ü": "ue"}
"""Without the accent "hätte" would be "hatte": a fear is told from what was."""
_SHIELDS: Final = frozenset(("aber", "mais", "pero", "mas", "sondern", "sino"))


def hits_of(text: str, language: str, lexicon: Lexicon) -> list[Hit]:
    """What the word list of its language finds in a text; nothing in a language without one."""
    if language in OWN_LISTS:
        return word_list(language).hits(text)
    return lexicon.hits(text) if language in READ else []


def told_hits(text: str, lexicon: Lexicon) -> list[Hit]:
    """What the list of the text's own language finds, and the words that ``lexicon`` has beyond the shipped ones: a site writes
    its own in its own language. Text that is in none of ``OWN_LISTS`` is read by the lexicon as it is."""
    code = written_language(text)
    if code not in OWN_LISTS:
        return lexicon.hits(text)
    return [*hits_of(text, code, lexicon), *_own(lexicon.hits(text))]


def told_harm(text: str) -> Harm:
    """The harm that a text tells of, in its own language where there is a list of it."""
    return assess(text, hits=told_hits(text, default_lexicon()))


@cache
def word_list(language: str) -> WordList:
    """The list of one of ``OWN_LISTS``."""
    terms = [
        (Term("harm", severity, weight, text, tuple(text.split())))
        for severity, weight, line in words.HARM[language]
        for text in _split(line)
    ]
    terms += [
        Term("type", kind, words.TYPE_WEIGHT, text, tuple(text.split()))
        for kind, line in words.TYPES[language].items()
        for text in _split(line)
    ]
    return WordList(terms, language)


@dataclass(frozen=True)
class _Place:
    """A term at words ``start … end - 1``."""

    term: Term
    start: int
    end: int


class WordList:
    """Terms of a language: words, beginnings of words (``*``) and gaps (``~``)."""

    def __init__(self, terms: Sequence[Term], language: str) -> None:
        self._language = language
        self._whole: dict[str, list[Term]] = {}
        self._beginnings: dict[str, list[Term]] = {}
        self._negations, self._of_verbs, self._subjects, self._after, self._fears, self._fears_after = (
            frozenset(_split(line[language]))
            for line in (
                words.NEGATIONS, words.NEGATIONS_OF_VERBS, words.SUBJECTS, words.NEGATIONS_AFTER, words.FEARS, words.FEARS_AFTER,
            )
        )  # fmt: skip
        for term in terms:
            first = term.words[0]
            if first.endswith("*"):
                self._beginnings.setdefault(first[: min(_STEM, len(first) - 1)], []).append(term)
            else:
                self._whole.setdefault(first, []).append(term)

    def hits(self, text: str) -> list[Hit]:
        """Every term in the text; of overlapping ones of a field the longest."""
        tokens = _tokens(text)
        found: list[_Place] = []
        for at, token in enumerate(tokens):
            options = self._whole.get(token, [])
            for size in range(2, min(_STEM, len(token)) + 1):
                options = [*options, *self._beginnings.get(token[:size], ())]
            for term in options:
                if end := _match(term.words, tokens, at):
                    found.append(_Place(term, at, end))
        for start, end, severity, weight, words_of_it in body_harm(tokens, self._language):
            if not _graver(found, start, end, weight):
                found.append(_Place(Term("harm", severity, weight, words_of_it, (_SOMEBODY,)), start, end))
        told = [self._judged(place, tokens) for place in _longest(found)]
        return without_estates(told, tokens, (self._language,))

    def _judged(self, place: _Place, tokens: Sequence[str]) -> Hit:
        """Whether what was found is denied or merely feared."""
        negated = feared = False
        joined, reach = False, NEGATION_REACH
        for distance in range(1, FEAR_REACH + 1):
            at = place.start - distance
            if at < 0 or tokens[at] in _BREAKS or tokens[at] in _SHIELDS:
                break
            if (
                tokens[at] in _ANDS
            ):  # what is denied of a verb before it ends there, and all of it before a new subject
                joined = True
                reach = 0 if tokens[at + 1] in self._subjects else reach
            here = (tokens[at], " ".join(tokens[at : at + 2]))
            if distance <= reach and not self._negations.isdisjoint(here):
                negated = negated or not (joined and tokens[at] in self._of_verbs)
            feared = feared or not self._fears.isdisjoint(here)
        if not self._negations.isdisjoint(place.term.words):
            negated = False
        inside = tokens[place.start : place.end]
        following = list(
            takewhile(
                lambda token: token not in _PAUSES and token not in _ANDS,
                tokens[place.end :][:NEGATION_REACH_AFTER],
            )
        )
        negated = negated or not self._after.isdisjoint(following)
        feared = (
            feared
            or not self._fears.isdisjoint(inside)
            or not self._fears_after.isdisjoint(following[:FEAR_REACH_AFTER])
        )
        return Hit(place.term, place.start, place.end, 0, negated, feared and not negated)


def _split(line: str) -> list[str]:
    return [part.strip() for part in line.split(",") if part.strip()]


def _tokens(text: str) -> list[str]:
    """Words without accents, and the marks that end a clause."""
    plain = fold(text.replace("\n", " ; "))
    if not plain.isascii():
        plain = _OPEN_VOWELS.sub(lambda found: _WRITTEN_OUT[found[0]], plain).replace("œ", "oe")
        plain = "".join(c for c in unicodedata.normalize("NFD", plain) if not "\u0300" <= c <= "\u036f")
    return _TOKEN.findall(plain)[:MAX_TOKENS]


def _fits(part: str, token: str) -> bool:
    return token.startswith(part[:-1]) if part.endswith("*") else token == part


def _match(parts: Sequence[str], tokens: Sequence[str], at: int) -> int:
    """End of a match at ``at``, 0 for none."""
    if not parts:
        return at
    if parts[0] == "~":
        for skip in range(_GAP + 1):
            if not _BREAKS.isdisjoint(tokens[at : at + skip]):
                return 0
            if end := _match(parts[1:], tokens, at + skip):
                return end
        return 0
    return _match(parts[1:], tokens, at + 1) if at < len(tokens) and _fits(parts[0], tokens[at]) else 0


def _longest(found: list[_Place]) -> list[_Place]:
    taken: dict[str, set[int]] = {}
    kept = []
    for place in sorted(found, key=lambda p: (-(p.end - p.start), -p.term.weight, p.start)):
        used = taken.setdefault(place.term.field, set())
        cells = range(place.start, place.end)
        if used.isdisjoint(cells):
            used.update(cells)
            kept.append(place)
    return sorted(kept, key=lambda p: (p.start, p.term.field))


def _graver(found: Sequence[_Place], start: int, end: int, weight: float) -> bool:
    """Whether a graver word of harm lies in what plain grammar tells of."""
    return any(
        place.term.field == "harm" and place.term.weight > weight and place.start < end and start < place.end
        for place in found
    )


def _own(hits: Sequence[Hit]) -> list[Hit]:
    """Harm is never a site's own word: what was found of it is English grammar."""
    shipped = _shipped_terms()
    return [hit for hit in hits if hit.term.field != "harm" and _key(hit.term) not in shipped]


@cache
def _shipped_terms() -> frozenset[tuple[str, str, tuple[str, ...]]]:
    return frozenset(map(_key, default_lexicon().terms))


def _key(term: Term) -> tuple[str, str, tuple[str, ...]]:
    return term.field, term.value, term.words
