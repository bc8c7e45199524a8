"""A complaint's text as the terms that it speaks of, and the vocabulary of all.

A term is a word or two words that stand beside each other. Inflections (leak, leaks, leaking), British and American spelling, hyphens
(E-04, E04; wi-fi, wifi) and a slip of one letter are one term; it is shown as it is most often written. "Not charging" is a term of its
own. What stands in too few complaints, or in those of one sender alone, is none: so no name, address or number of a customer is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from scipy import sparse

from complaint_qms.constants.stop_words import STOP_WORDS
from complaint_qms.constants.topic_words import (
    CHINESE_FILLING,
    DENYING,
    FILLING_WORDS,
    SPELLINGS,
    TELLING_IN_PAIRS,
)
from complaint_qms.engine.classify.stems import stem
from complaint_qms.engine.text import HAN, fold, is_han, language
from complaint_qms.engine.topics.boilerplate import matter
from complaint_qms.engine.topics.han_words import cut, find_words

LANGUAGES: Final = ("en", "zh")
"""Texts are read as Chinese, or as one of the languages that write words apart; each has a vocabulary and topics of its own."""
LEAST_TEXTS: Final = 5
LEAST_SENDERS: Final = 2
MOST_TERMS: Final = 4_000
_SHARE: Final = 0.0003
_MOST_OF_ALL: Final = 0.4
"""What stands in more of all complaints says nothing of one."""
_SHORTEST: Final = 3
_LONGEST: Final = 30
_MOST_TOKENS: Final = 1_500
_TYPO_LENGTH: Final = 6
_NO_WORD: Final = ""
_CLAUSE: Final = re.compile(r"[.!?;:,()\[\]\n\"/|。！？；：，、…]")
_TOKEN: Final = re.compile(rf"[a-z0-9]+(?:['-][a-z0-9]+)*|[{HAN}]+|[^\W_]+|[.!?;:,()\[\]\"/|。、…]")
_CODE: Final = re.compile(r"(?=[a-z]*\d)(?=\d*[a-z])[a-z]{1,3}\d{1,3}\Z|\d{1,2}[a-z]\Z")
_DENIED: Final = re.compile(r"n't\b")
_NOT_INFLECTED: Final = FILLING_WORDS - TELLING_IN_PAIRS


@dataclass(frozen=True)
class ComplaintText:
    """A complaint as it is read.

    Attributes:
        text: as written, without tags.
        sender: by whom it came, as one key; empty where nobody knows.
        names: words that name the sender: they are left out of this text.
    """

    text: str
    sender: str = ""
    names: frozenset[str] = frozenset()


@dataclass
class Vocabulary:
    """The terms of a language.

    Attributes:
        terms: canonical, in the order of their numbers.
        shown: each as it is most often written.
        idf: float64 (terms,): ln((1 + texts) / (1 + texts with it)) + 1; 0 for a term that is no longer one.
        words: of Chinese, for `cut`.
    """

    code: str
    terms: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    idf: np.ndarray = field(default_factory=lambda: np.zeros(0))
    words: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.numbers = {term: at for at, term in enumerate(self.terms)}
        self._read: dict[str, str] = {}
        self._slips = _one_letter_less(term for term in self.terms if " " not in term and not is_han(term))

    def numbers_in(self, told: ComplaintText) -> list[int]:
        """Numbers of the terms in a text, each once, ascending."""
        found: set[int] = set()
        numbers = self.numbers
        for clause in _clauses(told, self.words):
            for term, _said in _terms(clause, self._canonical):
                if (number := numbers.get(term)) is not None:
                    found.add(number)
        return sorted(found)

    def matrix(self, rows: Sequence[Sequence[int]]) -> sparse.csr_matrix:
        """Texts as rows of length 1, float64 (texts, terms): each term that is in it weighs its idf."""
        made = incidence(rows, len(self.terms))
        made.data = self.idf[made.indices]
        of_row = np.repeat(np.arange(made.shape[0]), np.diff(made.indptr))
        norms = np.sqrt(np.bincount(of_row, made.data**2, made.shape[0]))
        made.data /= np.maximum(norms, 1e-12)[of_row]
        return made

    def to_data(self) -> dict[str, Any]:
        """As JSON can hold it."""
        words = {word: round(weight, 2) for word, weight in self.words.items()}
        return {"code": self.code, "terms": self.terms, "shown": self.shown, "idf": [round(one, 4) for one in self.idf.tolist()], "words": words}  # fmt: skip

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Vocabulary:
        return cls(data["code"], list(data["terms"]), list(data["shown"]), np.array(data["idf"], float), dict(data["words"]))  # fmt: skip

    def _canonical(self, token: str) -> str:
        if token in self._read:
            return self._read[token]
        found = canonical_word(token)
        if found and found not in self.numbers and len(found) >= _TYPO_LENGTH and not is_han(found):
            found = self._without_slip(found)
        if len(self._read) > 200_000:
            self._read.clear()
        self._read[token] = found
        return found

    def _without_slip(self, word: str) -> str:
        """The term that a word is with one letter less, more, or another one; itself where there is none, or several."""
        near = set(self._slips.get(word, ()))
        for part in _parts(word):
            if part in self.numbers:
                near.add(part)
            near.update(one for one in self._slips.get(part, ()) if abs(len(one) - len(word)) <= 1)
        near = {one for one in near if one[0] == word[0]}
        return near.pop() if len(near) == 1 else word


def code_of(text: str) -> str:
    """Which of `LANGUAGES` a text is read as."""
    return "zh" if language(text) == "zh" else "en"


def learn_vocabulary(told: Sequence[ComplaintText], code: str, former: Vocabulary | None = None, most: int = MOST_TERMS) -> Vocabulary:  # fmt: skip
    """Terms of texts in one language: those in enough texts of enough senders, the commonest first.

    Args:
        former: its terms keep their numbers; those that are none any more have an idf of 0.
    """
    words = find_words([matter(one.text) for one in told]) if code == "zh" else {}
    clauses = [list(_clauses(one, words)) for one in told]
    senders = [one.sender for one in told]
    least = max(LEAST_TEXTS, round(_SHARE * len(told)))
    singles = _common(((_single(row) for row in clauses)), senders, least)
    kept = {term for term in singles if singles[term] <= _MOST_OF_ALL * len(told) or len(told) < 50}
    pairs = _common((_pairs(row, singles) for row in clauses), senders, least)
    counts = {term: number for term, number in {**singles, **pairs}.items() if term in kept or term in pairs}
    counts = {term: number for term, number in counts.items() if not _is_filling(term)}
    chosen = sorted(counts, key=lambda term: (-counts[term], term))[:most]
    terms = [*(former.terms if former else ())]
    terms += [term for term in chosen if not former or term not in former.numbers]
    wanted = set(chosen)
    shown = _as_written(clauses, wanted)
    before = dict(zip(former.terms, former.shown, strict=True)) if former else {}
    idf = np.array([np.log((1 + len(told)) / (1 + counts[term])) + 1 if term in wanted else 0.0 for term in terms])  # fmt: skip
    return Vocabulary(code, terms, [shown.get(term) or before.get(term, term) for term in terms], idf, words)


def incidence(rows: Sequence[Sequence[int]], width: int) -> sparse.csr_matrix:
    """Which term is in which text: float64 ones, (texts, width)."""
    ends = np.cumsum([0, *map(len, rows)])
    columns = np.fromiter((number for row in rows for number in row), np.int64, int(ends[-1]))
    return sparse.csr_matrix((np.ones(len(columns)), columns, ends), (len(rows), width))


def canonical_word(token: str) -> str:
    """A word as it is counted: inflections, hyphens and spellings joined; empty for what is no word."""
    if is_han(token):
        return token if len(token) > 1 else _NO_WORD
    plain = token.replace("-", "").removesuffix("'s").replace("'", "")
    if token in DENYING:
        return token
    if any(sign.isdigit() for sign in plain):
        return plain if _CODE.match(plain) else _NO_WORD
    if not _SHORTEST <= len(plain) <= _LONGEST or plain in STOP_WORDS or token in STOP_WORDS:
        return _NO_WORD
    plain = SPELLINGS.get(plain, plain)
    return plain if plain in _NOT_INFLECTED else stem(plain)


def _clauses(told: ComplaintText, words: Mapping[str, float]) -> Iterator[list[str]]:
    """A text as clauses of words as they are written; Chinese is cut into words."""
    folded = fold(matter(told.text).replace("\n", " . "))
    folded = _DENIED.sub(" not", folded).replace("cannot", "can not").replace("can't", "can not")
    clause: list[str] = []
    for token in _TOKEN.findall(folded)[:_MOST_TOKENS]:
        if len(token) == 1 and _CLAUSE.match(token):
            if clause:
                yield clause
            clause = []
        elif token[0] >= "\u3007" and is_han(token):
            clause.extend(one for one in cut(token, words) if one not in told.names)
        else:
            clause.append(_NO_WORD if token in told.names else token)
    if clause:
        yield clause


def _terms(clause: Sequence[str], canonical: Any = canonical_word) -> Iterator[tuple[str, str]]:
    """(canonical term, as it is written here) of the words and pairs of a clause."""
    last, last_said = _NO_WORD, ""
    for token in clause:
        word = canonical(token)
        if not word:
            last = _NO_WORD
            continue
        if word not in DENYING:
            yield word, token
        if last and last != word:
            if is_han(word) and is_han(last):
                yield f"{last} {word}", f"{last_said}{token}"
            elif word not in DENYING:
                yield f"{last} {word}", f"{last_said} {token}"
        last, last_said = word, token


def _single(clauses: Iterable[Sequence[str]]) -> set[str]:
    return {term for clause in clauses for term, _said in _terms(clause) if " " not in term}


def _pairs(clauses: Iterable[Sequence[str]], common: Mapping[str, int]) -> set[str]:
    """Pairs of which both words are common; of a denial the other one."""
    found = set()
    for clause in clauses:
        for term, _said in _terms(clause):
            first, blank, second = term.partition(" ")
            if blank and second in common and (first in common or first in DENYING):
                found.add(term)
    return found


def _common(found: Iterable[set[str]], senders: Sequence[str], least: int) -> dict[str, int]:
    """Terms of at least so many texts and of two senders, with the number of texts."""
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    several: set[str] = set()
    for terms, sender in zip(found, senders, strict=True):
        counts.update(terms)
        for term in terms:
            if first.setdefault(term, sender) != sender:
                several.add(term)
    return {term: number for term, number in counts.items() if number >= least and term in several}


def _is_filling(term: str) -> bool:
    words = term.split(" ")
    if is_han(term):
        return all(word in CHINESE_FILLING for word in words) or (len(words) > 1 and words[0] in CHINESE_FILLING) or (len(words) > 1 and words[-1] in CHINESE_FILLING)  # fmt: skip
    if len(words) == 1:
        return term in FILLING_WORDS
    first, second = words
    if first in DENYING:
        return second in FILLING_WORDS and second not in TELLING_IN_PAIRS
    filling = [word in FILLING_WORDS for word in words]
    telling = [word in TELLING_IN_PAIRS for word in words]
    return all(filling) or any(one and not other for one, other in zip(filling, telling, strict=True))


def _as_written(clauses: Iterable[Iterable[Sequence[str]]], wanted: set[str]) -> dict[str, str]:
    """Term → how it is most often written."""
    forms: dict[str, Counter[str]] = {}
    for row in clauses:
        for clause in row:
            for term, said in _terms(clause):
                if term in wanted:
                    forms.setdefault(term, Counter())[said] += 1
    return {term: min(found, key=lambda said: (-found[said], said)) for term, found in forms.items()}


def _one_letter_less(words: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        if len(word) >= _TYPO_LENGTH:
            for part in _parts(word):
                found.setdefault(part, []).append(word)
    return found


def _parts(word: str) -> set[str]:
    """A word with one letter less, at each place but the first."""
    return {word[:at] + word[at + 1 :] for at in range(1, len(word))}
