"""Whose death a text tells of: a person's, an animal's, or that of a battery, which harms nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from complaint_qms.constants import lexicon_harm as words

PERSON: Final = "person"
ANIMAL: Final = "animal"
THING: Final = "thing"
_REACH: Final = 7
"""Words around a death in which the nearest that is a person, an animal or a thing says whose it is."""
_OBJECT: Final = 4
_BREAKS: Final = frozenset(".!?;。")
_AFTER_KILLING: Final = 6
_PASSIVE: Final = frozenset(("was", "were", "been", "got", "is", "are", "being", "get", "gets"))
_AGENTS: Final = _BREAKS | {
    "in",
    "by",
    "at",
    "on",
    "when",
    "while",
    "during",
    "instantly",
    "immediately",
    ",",
}
"""After "killed" without "was" these tell that it is the passive."""
_JOINS: Final = frozenset(("and", "when", "while", "then", "after", "because", "before", ","))


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


_KINDS: Final = {
    **dict.fromkeys(_split(words.THINGS_THAT_DIE), THING),
    **dict.fromkeys(_split(words.ANIMALS), ANIMAL),
    **dict.fromkeys(_split(words.PERSONS), PERSON),
}
_KINDS_ZH: Final = {
    **dict.fromkeys(_split(words.THINGS_THAT_DIE_ZH), THING),
    **dict.fromkeys(_split(words.ANIMALS_ZH), ANIMAL),
    **dict.fromkeys(_split(words.PERSONS_ZH), PERSON),
    **dict.fromkeys(_split(words.NOBODY_ZH), ""),
}
_THING_ENDINGS: Final = _split(words.ENDINGS_OF_THINGS)
_CAUSES: Final = frozenset(_split(words.DEATHS_BEFORE_OF))
_HANDED: Final = frozenset(_split(words.AFTER_HANDED_ON))
_MONEY: Final = frozenset(_split(words.LOSSES))
_TIMES: Final = frozenset(_split(words.COUNTED_TIMES))
_NAMED_ZH: Final = re.compile("|".join(sorted(_KINDS_ZH, key=len, reverse=True)))
_ADVERBS_ZH: Final = "(?:都|又|就|已经|突然|直接|自动|总是|老是|一直|经常|全|也|没电|不动|完全|彻底|居然|竟然|马上|真的|了|快|给){0,3}$"
_RIGHT_BEFORE_ZH: Final = re.compile(_ADVERBS_ZH)
_OWNED_ZH: Final = re.compile("^(?:家|们|妈|爸)?(?:新?买)?的")


def whose_death(tokens: Sequence[str], start: int, end: int) -> str:
    """Whose death the English words ``tokens[start:end]`` tell of; "" where nobody is named."""
    kills = tokens[start].startswith("kill") and not _passive(tokens, start, end)
    after = list(_named(tokens[end : end + _OBJECT]))
    before = list(_named(reversed(tokens[max(0, start - _REACH) : start])))
    if kills and after:
        return after[0][1]
    if before:
        # "the battery died" and "my son used it and died": what is joined on has its subject further back.
        nearest = before[0]
        joined = _JOINS.intersection(tokens[start - nearest[0] : start])
        owner = next((kind for _place, kind in before if kind != THING), "")
        return owner if nearest[1] == THING and joined and owner else nearest[1]
    return after[0][1] if after and tokens[end] in ("of", "among") else ""


def is_saying(tokens: Sequence[str], start: int, end: int) -> bool:
    """Do the words ``tokens[start:end]`` tell of no death at all: "the bill was passed on", "the screen of death", "the noise
    is killing me"?"""
    first = tokens[start]
    if first == "passed" and tokens[end - 1] == "on":
        following = tokens[end : end + 2]
        handed = bool(following) and following[0] in _HANDED
        counted = len(following) == 2 and following[1] in _TIMES
        return (
            handed
            or counted
            or _passive(tokens, start, end)
            or whose_death(tokens, start, end) not in (PERSON, ANIMAL)
        )
    if first.startswith("kill") and not _passive(tokens, start, end):
        after = tokens[end : end + _AFTER_KILLING]
        if after and (after[0].isdigit() or (after[0] in ("me", "us", "you") and not first.endswith("ing"))):
            return False
        return all(kind == THING for _place, kind in _named(after))
    if first == "deceased" and end < len(tokens) and not _passive(tokens, start, end):
        return _kind(tokens[end]) == PERSON  # whose accounts and contracts go on
    if first == "death" and start and tokens[start - 1] == "wrongful":
        return True  # what one may be sued for
    if first == "death" and start >= 2 and tokens[start - 1] == "of":
        return tokens[start - 2] not in _CAUSES
    return False


def is_loss_of_money(following: Sequence[str]) -> bool:
    """Is what somebody "suffered" no injury? `following`: the words after "suffered a"."""
    lost = bool(following) and following[0] in ("loss", "losses") and "of" not in following
    return lost or not _MONEY.isdisjoint(following)


def whose_death_zh(before: str, after: str = "") -> str:
    """Whose death is told of between ``before``, the sentence up to its word, and ``after``; "" where nobody is named.

    What stands right before the word is its subject; else a person or an animal that is named before, and owns no thing named
    in between; else what is named after it ("毒死了我家的狗").
    """
    found = [(match, _KINDS_ZH[match[0]]) for match in _NAMED_ZH.finditer(before)]
    found = [(match, kind) for match, kind in found if kind]
    if found and _RIGHT_BEFORE_ZH.match(before, found[-1][0].end()):
        return found[-1][1]
    behind = next((kind for match in _NAMED_ZH.finditer(after[:8]) if (kind := _KINDS_ZH[match[0]])), "")
    if behind in (ANIMAL, THING):
        return behind
    owned = [match for match, kind in found if kind == PERSON and _OWNED_ZH.match(before[match.end() :])]
    kinds = [kind for match, kind in found if match not in owned]
    for kind in (PERSON, ANIMAL, THING):
        if kind in kinds:
            return kind
    return behind


def _named(tokens: Sequence[str] | Iterator[str]) -> Iterator[tuple[int, str]]:
    """(distance from 1 on, kind) of what is named, up to the end of the sentence."""
    for distance, token in enumerate(tokens, start=1):
        if token in _BREAKS:
            return
        if kind := _kind(token):
            yield distance, kind


def _kind(token: str) -> str:
    kind = _KINDS.get(token) or (_KINDS.get(token.removesuffix("s")) if len(token) > 4 else None)
    return kind or (THING if len(token) > 6 and token.endswith(_THING_ENDINGS) else "")


def _passive(tokens: Sequence[str], start: int, end: int) -> bool:
    """ "was killed", "been passed on", "two killed in the fire"; no form of "killing" is."""
    if tokens[start].endswith("ing"):
        return False
    agent = tokens[start] == "killed" and (end == len(tokens) or tokens[end] in _AGENTS)
    return agent or not _PASSIVE.isdisjoint(tokens[max(0, start - 2) : start])
