"""Keyword rules: finding the lexicon's words in a text, with what negates them or makes them a mere fear."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from complaint_qms.constants import harm_grammar, vocabulary
from complaint_qms.constants import lexicon as words
from complaint_qms.constants import lexicon_harm as harm_words
from complaint_qms.engine.classify import deaths
from complaint_qms.engine.classify.estates import without_estates
from complaint_qms.engine.classify.plain_harm import blows, plain_harm, plain_harm_zh
from complaint_qms.engine.classify.stems import STEMS, stem
from complaint_qms.engine.classify.tokens import tokenize
from complaint_qms.engine.text import fold, is_han

NEGATION_REACH = 4
"""Words before a hit in which a negation counts; a sentence end or "but" shields."""
FEAR_REACH = 8
_BREAKS = frozenset(".!?;。")
_SHIELDS = frozenset(("but", "however", "although", "though", "except"))
_LINKS = frozenset((",", "、", "or", "and", "nor"))
_NOT_REQUIRED = frozenset(("not", "never"))
_BE = frozenset(("was", "were", "is", "are", "did", "do", "does", "has", "have", "been"))


@dataclass(frozen=True, slots=True)
class Term:
    """One lexicon entry: ``words`` are stems for English (``*``: one to three words), one Han string for Chinese."""

    field: str
    value: str
    weight: float
    text: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A term found in a text at token ``start`` (end exclusive ``end``); inside Han runs ``offset`` is the character."""

    term: Term
    start: int
    end: int
    offset: int = 0
    negated: bool = False
    feared: bool = False

    def overlaps(self, other: Hit) -> bool:
        """Whether both lie in part on the same words, or signs of a Chinese run."""
        return not _cells(self).isdisjoint(_cells(other))


@dataclass
class Lexicon:
    """Compiled terms. Build with :func:`build` or :func:`default_lexicon`; extend with :meth:`extended`."""

    terms: tuple[Term, ...]
    type_severity: Mapping[str, str] = field(default_factory=dict)
    _english: dict[str, list[Term]] = field(init=False, repr=False)
    _chinese: dict[str, list[Term]] = field(init=False, repr=False)
    _parts: dict[frozenset[str], Lexicon] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._english, self._chinese = {}, {}
        strongest: dict[tuple[str, str, tuple[str, ...]], Term] = {}
        for term in self.terms:  # inflections of one word are one term
            key = (term.field, term.value, term.words)
            if key not in strongest or strongest[key].weight < term.weight:
                strongest[key] = term
        self.terms = tuple(strongest.values())
        for term in sorted(self.terms, key=lambda t: (-len("".join(t.words)), t.text, t.field, t.value)):
            table = self._chinese if is_han(term.words[0]) else self._english
            start = term.words[0][0] if is_han(term.words[0]) else term.words[0]
            table.setdefault(start, []).append(term)

    def extended(self, more: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Lexicon:
        """A copy with further terms ``{field: {value: {term: weight}}}``, e.g. a site's own complaint types."""
        extra = [
            _term(name, value, weight, text)
            for name, values in more.items()
            for value, terms in values.items()
            for text, weight in terms.items()
            if text.strip()
        ]
        return Lexicon((*self.terms, *extra), self.type_severity)

    def of_fields(self, *names: str) -> Lexicon:
        """Its terms of these fields alone; of a field both find the same. Kept for the next call."""
        chosen = frozenset(names)
        if chosen not in self._parts:
            terms = tuple(term for term in self.terms if term.field in chosen)
            self._parts[chosen] = Lexicon(terms, self.type_severity)
        return self._parts[chosen]

    def hits(self, text: str) -> list[Hit]:
        """Every term of the lexicon in ``text``; of overlapping terms of one field only the longest."""
        tokens = tokenize(text)
        stems = list(map(STEMS.__getitem__, tokens))
        english = self._english
        found: list[Hit] = []
        for at in [at for at, word in enumerate(stems) if word in english or word >= "\u3007"]:
            if stems[at] in english:
                self._try_english(english[stems[at]], stems, at, found)
            elif is_han(tokens[at]):
                self._scan_han(tokens[at], at, found)
        _add_plain((_said(*told) for told in plain_harm(tokens)), found)
        _add_plain((_said(*told) for told in blows(tokens)), found)
        told = _judge(_longest(found), tokens, stems)
        return without_estates(told, tokens, ("en", "zh"))

    def _scan_han(self, run: str, at: int, found: list[Hit]) -> None:
        for offset, char in enumerate(run):
            for term in self._chinese.get(char, ()):
                if run.startswith(term.words[0], offset):
                    found.append(Hit(term, at, at + 1, offset))
        plain = (
            Hit(Term("harm", severity, weight, text, (text,)), at, at + 1, offset)
            for offset, text, severity, weight in plain_harm_zh(run)
        )
        _add_plain(plain, found)

    def _try_english(self, options: list[Term], stems: list[str], at: int, found: list[Hit]) -> None:
        for term in options:
            end = _match(term.words, 1, stems, at + 1) if len(term.words) > 1 else at + 1
            if end:
                found.append(Hit(term, at, end))


def build_terms(fields: Mapping[str, words.Terms]) -> tuple[Term, ...]:
    """Terms of ``{field: {value: {language: {weight: "term, term"}}}}``, the form of ``constants.lexicon``."""
    return tuple(
        _term(name, value, weight, text)
        for name, values in fields.items()
        for value, languages in values.items()
        for weights in languages.values()
        for weight, terms in weights.items()
        for text in terms.split(",")
        if text.strip()
    )


@lru_cache(maxsize=1)
def default_lexicon() -> Lexicon:
    """The shipped lexicon: ``constants.lexicon``, ``constants.lexicon_harm`` and the keywords of the seeded types."""
    terms = list(
        build_terms(
            {
                "type": words.TYPES,
                "urgency": words.URGENCY,
                "expectation": words.EXPECTATION,
                "sentiment": words.SENTIMENT,
            }
        )
    )
    for severity, weight, english, chinese in harm_words.HARM:
        for text in (*english.split(","), *chinese.split(",")):
            terms.append(_term("harm", severity, weight, text))
    for text in ",".join(harm_grammar.HARMLESS).split(
        ","
    ):  # the longest wins: what lies in a saying is not found
        terms.append(_term("harm", "", 0.0, text))
    terms += [_term("harm", _DEATH, _DEATH_WEIGHT, text) for text in harm_words.BARE_DEATHS_ZH]
    known = {(term.field, term.value, term.words) for term in terms}
    type_severity: dict[str, str] = {}

    def walk(types: Sequence[Mapping]) -> None:
        for entry in types:
            type_severity[entry["key"]] = entry["severity"]
            for text in entry["keywords"].split(","):
                term = _term("type", entry["key"], KEYWORD_WEIGHT, text)
                if (term.field, term.value, term.words) not in known:
                    terms.append(term)
            walk(entry["children"])

    walk(vocabulary.TYPES)
    return Lexicon(tuple(terms), type_severity)


def _split(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(","))


_NEGATIONS = _split(harm_words.NEGATIONS_EN)
_FEARS = frozenset(map(stem, _split(harm_words.HYPOTHETICAL_EN)))
_FEARS_AFTER = frozenset(map(stem, _split(harm_words.HYPOTHETICAL_AFTER_EN)))
_OWN_NEGATION = _split(harm_words.NOT_A_NEGATION_EN)
_OF_VERBS = _split(harm_words.NEGATIONS_OF_VERBS_EN)
_SUBJECTS = _split(harm_words.SUBJECTS_EN)
_DEATH, _DEATH_WEIGHT = harm_words.HARM[0][:2]
_BARE_ZH = frozenset(harm_words.BARE_DEATHS_ZH)
_MORTAL = frozenset(map(stem, _split(harm_words.MORTAL_EN)))
_by_length = sorted(harm_words.NEGATIONS_ZH, key=len, reverse=True)
_NEGATED_ZH = re.compile(f"(?:{'|'.join(_by_length)})(?:{'|'.join(harm_words.NEGATION_FILLERS_ZH)}){{0,3}}$")
_FEARED_ZH = re.compile("|".join(harm_words.HYPOTHETICAL_ZH))
_EXAGGERATED_ZH = re.compile("|".join(harm_words.ZH_EXAGGERATION))


def _match(parts: Sequence[str], part: int, stems: list[str], at: int) -> int:
    """End of a match of ``parts[part:]`` at token ``at``, 0 for none."""
    if part == len(parts):
        return at
    if parts[part] == "*":
        for skip in (1, 2, 3):
            if any(token in _BREAKS or token in _NEGATIONS for token in stems[at : at + skip]):
                return 0
            end = _match(parts, part + 1, stems, at + skip)
            if end:
                return end
        return 0
    if at < len(stems) and stems[at] == parts[part]:
        return _match(parts, part + 1, stems, at + 1)
    return 0


def _longest(found: list[Hit]) -> list[Hit]:
    """Drop hits that lie inside a longer hit of the same field."""
    taken: dict[str, set[tuple[int, int]]] = {}
    kept: list[Hit] = []
    for hit in sorted(found, key=lambda h: (-(h.end - h.start), -len(h.term.words[0]), h.start, h.offset)):
        cells = _cells(hit)
        used = taken.setdefault(hit.term.field, set())
        same_place = used & cells
        if same_place and not any(
            k.start == hit.start and k.offset == hit.offset and k.term.words == hit.term.words
            for k in kept
            if k.term.field == hit.term.field
        ):
            continue
        used |= cells
        kept.append(hit)
    return sorted(kept, key=lambda h: (h.start, h.offset, h.term.field, h.term.value))


def _judge(found: list[Hit], tokens: list[str], stems: list[str]) -> list[Hit]:
    """Set ``negated`` and ``feared`` from what stands around each hit."""
    judged: list[Hit] = []
    last: dict[str, Hit] = {}
    for hit in found:
        if hit.term.field == "harm" and not hit.term.value:
            continue
        if is_han(hit.term.words[0]):
            before = tokens[hit.start][: hit.offset]
            term = hit.term if hit.term.field != "harm" else _meant_zh(hit, tokens)
            negated = _NEGATED_ZH.search(before[-8:]) is not None
            feared = not negated and _FEARED_ZH.search(before[-8:]) is not None
        else:
            term = hit.term if hit.term.field != "harm" else _meant(hit, tokens, stems)
            negated, feared = _around(hit, tokens, stems)
            previous = last.get(hit.term.field)
            if previous and previous.negated and not negated and hit.start - previous.end <= 2:
                between = tokens[previous.end : hit.start]
                negated = bool(between) and all(token in _LINKS for token in between)
        if not term:
            continue
        hit = Hit(term, hit.start, hit.end, hit.offset, negated, feared)
        last[hit.term.field] = hit
        judged.append(hit)
    return judged


def _meant(hit: Hit, tokens: list[str], stems: list[str]) -> Term | None:
    """What a word of harm stands for here: "the battery died" and "scared to death" harm nobody, a dog's death is no person's."""
    if hit.term.text in harm_words.OF_ANYTHING and deaths.is_loss_of_money(tokens[hit.end : hit.end + 2]):
        return None
    if hit.term.value == _DEATH and deaths.is_saying(tokens, hit.start, hit.end):
        return None
    if hit.term.value != _DEATH or not _MORTAL.intersection(stems[hit.start : hit.end]):
        return hit.term
    whose = deaths.whose_death(tokens, hit.start, hit.end)
    if whose == deaths.THING or (hit.start > 0 and tokens[hit.start - 1] == "to"):
        return None
    if whose == deaths.ANIMAL:
        return _animal(hit.term)
    return hit.term if whose == deaths.PERSON or "dead" not in hit.term.words else None


def _meant_zh(hit: Hit, tokens: list[str]) -> Term | None:
    """The same in Chinese."""
    run, end = tokens[hit.start], hit.offset + len(hit.term.words[0])
    if _EXAGGERATED_ZH.search(run, max(0, hit.offset - 2), end + 3):
        return None
    if hit.term.value != _DEATH:
        return hit.term
    since = next((at + 1 for at in range(hit.start, 0, -1) if tokens[at] in _BREAKS), 0)
    before = "".join(token for token in tokens[since : hit.start]) + run[: hit.offset]
    whose = deaths.whose_death_zh(before, run[end:])
    bare = hit.term.words[0] in _BARE_ZH
    if bare and not whose and since > 1:
        earlier = next((at + 1 for at in range(since - 2, 0, -1) if tokens[at] in _BREAKS), 0)
        whose = deaths.whose_death_zh("".join(tokens[earlier : since - 1]))
    if whose == deaths.THING or (bare and not whose):
        return None
    return _animal(hit.term) if whose == deaths.ANIMAL else hit.term


def _animal(term: Term) -> Term:
    severity, weight = harm_words.ANIMAL_DEATH
    return Term(term.field, severity, weight, term.text, term.words)


def _around(hit: Hit, tokens: list[str], stems: list[str]) -> tuple[bool, bool]:
    negated = feared = False
    # "no injuries, fire or death": an "or" before the hit carries the negation across the list.
    listed = hit.start > 0 and tokens[hit.start - 1] in ("or", "nor")
    reach = FEAR_REACH if listed else NEGATION_REACH
    joined = False
    for distance in range(1, FEAR_REACH + 1):
        at = hit.start - distance
        if at < 0 or tokens[at] in _BREAKS or tokens[at] in _SHIELDS:
            break
        if tokens[at] == "," and not listed:
            reach = 0
        if tokens[at] == "and":  # "it does not work and burned my hand", "nobody called and I was burned"
            if tokens[at + 1] in _SUBJECTS and not listed:
                reach = 0
            joined = True
        if distance <= reach and tokens[at] in _NEGATIONS and "not" not in hit.term.words:
            if at + 1 < hit.start and tokens[at + 1] in _OWN_NEGATION:
                continue
            if joined and tokens[at] in _OF_VERBS:
                continue
            negated = True
            break
        if stems[at] in _FEARS:
            feared = True
    after = tokens[hit.end : hit.end + 2]
    if len(after) == 2 and after[0] in _BE and after[1] in _NOT_REQUIRED:
        negated = True
    following = stems[hit.end : hit.end + 3]
    if any(word in _FEARS_AFTER for word in following) and not _BREAKS.intersection(following):
        feared = True
    return negated, feared and not negated


def _said(start: int, end: int, severity: str, weight: float, text: str) -> Hit:
    return Hit(Term("harm", severity, weight, text, ("(somebody)",)), start, end)


def _add_plain(plain: Iterable[Hit], found: list[Hit]) -> None:
    """Add what plain grammar tells of, unless a graver word of harm lies in it: "got an electric shock"."""
    known = [hit for hit in found if hit.term.field == "harm"]
    for hit in plain:
        graver = (other for other in known if other.term.weight > hit.term.weight)
        if all(_cells(hit).isdisjoint(_cells(other)) for other in graver):
            found.append(hit)


def _cells(hit: Hit) -> set[tuple[int, int]]:
    """The tokens of a hit; inside a Han run its characters."""
    if is_han(hit.term.words[0]):
        return {(hit.start, 1 + hit.offset + n) for n in range(len(hit.term.words[0]))}
    return {(token, 0) for token in range(hit.start, hit.end)}


KEYWORD_WEIGHT = 1.0
"""Weight of a keyword listed on a complaint type itself."""


def _term(name: str, value: str, weight: float, text: str) -> Term:
    text = fold(text)
    if is_han(text.replace(" ", "")):
        return Term(name, value, weight, text, (text.replace(" ", ""),))
    parts = [part if part == "*" else stem(part) for part in re.findall(r"[^\s,.;!?]+", text)]
    return Term(name, value, weight, text, tuple(parts))
