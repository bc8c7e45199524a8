"""Published articles, found by a question: an inverted index, ranked by BM25 and judged by how much of the question is covered.

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009. A rank alone is no reason to answer: the
confidence says which share of what was asked (weighed by how rare each word is) the article speaks of at all.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Final

from complaint_qms.constants.dialog_articles import ALIKE, NO_CONTENT, NO_CONTENT_ZH
from complaint_qms.engine.classify.stems import stem
from complaint_qms.engine.dialog.languages import chat_language
from complaint_qms.engine.text import fold, han_ngrams, is_han, words

_K1: Final = 1.2
_B: Final = 0.6
_OF_ONE_WORD: Final = {"en": 0.5, "zh": 0.3}
"""Least share of a title that the only common word makes up; a Chinese word is several pairs of characters."""
_OTHERS: Final = 30
"""Articles that are thought beside those of a site: among a handful, a word of their own would count for common."""
_TITLE: Final = 3
"""How often a word of the title counts."""
_UNKNOWN_PAIR: Final = 0.8
"""Weight of a pair of Chinese characters that no article has, beside the rarity of those that some have."""
_LONGEST: Final = 20_000
_LONGEST_QUESTION: Final = 400
_EXCERPT: Final = 320
_NOT_SHOWN: Final = re.compile(r"(?is)<(script|style)\b[^<>]{0,500}>[^<]{0,20000}</\1>")
_BLOCK: Final = re.compile(
    r"(?i)</?(?:p|div|li|ul|ol|h[1-6]|br|tr|td|th|table|blockquote|pre|hr)(?![a-z])[^<>]{0,2000}>"
)
_MARKUP: Final = re.compile(r"<[^<>]{0,2000}>")
_BREAK: Final = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_NO_CONTENT: Final = frozenset(stem(word) for word in NO_CONTENT.split())
_NO_CONTENT_ZH: Final = re.compile("|".join(sorted(NO_CONTENT_ZH.split(), key=len, reverse=True)))
_ALIKE: Final[Mapping[str, str]] = {
    stem(word): stem(group.split()[0]) for group in ALIKE.split(",") for word in group.split()
}


@dataclass(frozen=True)
class Article:
    """A published article; `language` may be empty and is then read off it."""

    name: str
    title: str
    text: str
    language: str = ""


@dataclass(frozen=True)
class Answer:
    """The best article for a question.

    Attributes:
        score: BM25.
        margin: by how much it is better than the next one, as a share of its score.
        confidence: 0 … 1, how much of the question it covers.
        excerpt: its passage that is nearest to the question.
        shared: words of the question that it has, the rarest first.
    """

    article: Article
    score: float
    margin: float
    confidence: float
    excerpt: str
    shared: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Entry:
    article: Article
    length: int
    title: frozenset[str]


class Knowledge:
    """An index of articles; built once, asked often."""

    def __init__(
        self, entries: Mapping[str, list[_Entry]], postings: Mapping[str, dict[str, dict[int, int]]]
    ):
        self._entries = entries
        self._postings = postings
        self._usual = {
            language: sum(entry.length for entry in listed) / max(1, len(listed))
            for language, listed in entries.items()
        }

    @classmethod
    def build(cls, articles: Iterable[Article]) -> Knowledge:
        entries: dict[str, list[_Entry]] = {}
        postings: dict[str, dict[str, dict[int, int]]] = {}
        for article in articles:
            plain = plain_text(article.text)
            language = _family(article.language or chat_language(f"{article.title} {plain}") or "en")
            title, body = content_words(article.title), content_words(plain)
            counts = Counter(body)
            for word in title:
                counts[word] += _TITLE
            listed = entries.setdefault(language, [])
            for word, count in counts.items():
                postings.setdefault(language, {}).setdefault(word, {})[len(listed)] = count
            kept = Article(article.name, article.title, plain, language)
            listed.append(_Entry(kept, sum(counts.values()), frozenset(title)))
        return cls(entries, postings)

    def best(self, text: str, language: str) -> Answer | None:
        """The article of this language that answers best; None where none has a word of the question, or one alone that is
        no question."""
        found = self.find(text, language, 1)
        if not found:
            return None
        answer = found[0]
        title = set(content_words(answer.article.title))
        share = len(title.intersection(answer.shared)) / max(1, len(title))
        # One word of many articles is no question.
        if len(answer.shared) == 1 and share < _OF_ONE_WORD.get(_family(language), 0.5):
            return None
        return answer

    def find(self, text: str, language: str, most: int) -> list[Answer]:
        """The articles of this language that have words of a text, the best ones first."""
        language = _family(language)
        entries, postings = self._entries.get(language), self._postings.get(language, {})
        asked = list(dict.fromkeys(content_words(text[:_LONGEST_QUESTION])))
        if not entries or not asked:
            return []
        scores: dict[int, float] = {}
        covered: dict[int, float] = {}
        rarities: dict[str, float] = {}
        whole = 0.0
        for word in asked:
            places = postings.get(word, {})
            if not places and is_han(word):
                whole += _UNKNOWN_PAIR  # most of these lie across the border of two words
                continue
            rarity = math.log(1 + (len(entries) + _OTHERS - len(places) + 0.5) / (len(places) + 0.5))
            rarities[word] = rarity
            whole += rarity
            for place, count in places.items():
                entry = entries[place]
                norm = _K1 * (1 - _B + _B * entry.length / self._usual[language])
                scores[place] = scores.get(place, 0.0) + rarity * count * (_K1 + 1) / (count + norm)
                # A word that the title has is what the article is about; one that its text mentions may be aside.
                weight = 1.0 if word in entry.title else 0.7
                covered[place] = covered.get(place, 0.0) + rarity * weight
        ranked = sorted(scores, key=lambda place: (-scores[place], place))
        found = []
        for at, place in enumerate(ranked[:most]):
            entry = entries[place]
            following = scores[ranked[at + 1]] if at + 1 < len(ranked) else 0.0
            titled = len(entry.title.intersection(asked)) / max(1, len(entry.title))
            shared = [word for word in asked if place in postings.get(word, {})]
            found.append(
                Answer(
                    article=entry.article,
                    score=scores[place],
                    margin=(scores[place] - following) / scores[place],
                    confidence=min(1.0, 0.75 * covered[place] / whole + 0.25 * titled),
                    excerpt=passage(entry.article.text, asked),
                    shared=tuple(sorted(shared, key=lambda word: -rarities[word])),
                )
            )
        return found


def plain_text(text: str) -> str:
    """An article's text without its markup."""
    plain = _BLOCK.sub("\n", _NOT_SHOWN.sub(" ", text[:_LONGEST]))
    return unescape(_MARKUP.sub("", plain)).strip()


def as_written(text: str, wanted: Sequence[str]) -> list[str]:
    """Words of `content_words` as the text has them, in the order wanted."""
    found: dict[str, str] = {}
    for word in words(fold(text)):
        parts = han_ngrams(word) if is_han(word) else [word]
        for part in parts:
            stemmed = part if is_han(part) else stem(part)
            found.setdefault(_ALIKE.get(stemmed, stemmed), part)
    return [found[word] for word in wanted if word in found]


def content_words(text: str) -> list[str]:
    """What a text is about: stems of English words without small ones, pairs of Chinese characters without usual phrases."""
    found: list[str] = []
    for word in words(fold(text)):
        if is_han(word):
            for run in _NO_CONTENT_ZH.split(word):
                found += han_ngrams(run)
            continue
        plain = stem(word)
        if plain not in _NO_CONTENT and len(plain) > 1:
            found.append(_ALIKE.get(plain, plain))
    return found


def passage(text: str, asked: Sequence[str]) -> str:
    """The sentence with most of the words asked for and those after it, at most `_EXCERPT` signs."""
    sentences = [part.strip() for part in _BREAK.split(text) if part.strip()]
    if not sentences:
        return ""
    wanted = set(asked)
    scores = [len(wanted.intersection(content_words(sentence))) for sentence in sentences]
    at = scores.index(max(scores))
    chosen = sentences[at]
    for sentence in sentences[at + 1 :]:
        joint = "" if chosen.endswith(("。", "！", "？")) else " "
        if len(chosen) + len(sentence) + 1 > _EXCERPT:
            break
        chosen = f"{chosen}{joint}{sentence}"
    return chosen if len(chosen) <= _EXCERPT else f"{chosen[: _EXCERPT - 1]}…"


def _family(language: str) -> str:
    return language.replace("_", "-").split("-")[0].lower()
