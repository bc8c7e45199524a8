"""One person taken out of texts that stay: mail addresses, telephone numbers and names, with a pseudonym in their place.

What is a person's alone (`sure`: addresses and numbers) is told apart from names, which others have as well: a name is taken out only
of texts that are known to be about the person.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from complaint_qms.engine.phone_number import endings
from complaint_qms.engine.text import HAN

LEAST_DIGITS: Final = 7
"""Of a telephone number that is looked for: shorter ones stand in other numbers."""
_BETWEEN: Final = r"[ ()./\-\u00a0]{0,3}"
_WORD: Final = rf"[^\W_{HAN}]"
_TITLES: Final = "(?:先生|女士|小姐|太太)"
_LEAST_WORD: Final = 3
_COMPOUND: Final = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "司徒",
    "夏侯",
    "令狐",
)


@dataclass(frozen=True)
class Person:
    """
    Attributes:
        names: whole names, as they may be written.
        mails: addresses.
        phones: telephone numbers, in any spelling.
        keys: names of records that are the person's (contacts, addresses, a customer): what links to them is, while a text that says the
            same may mean somebody else.
    """

    names: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def is_known_surely(self) -> bool:
        return bool(self.sure_terms or self.phone_digits or self.keys)

    @cached_property
    def sure_terms(self) -> tuple[str, ...]:
        """Texts that are the person's alone, the longest first."""
        return _longest_first(self.mails)

    @cached_property
    def name_terms(self) -> tuple[str, ...]:
        """Whole names, and both orders of two words."""
        found = []
        for name in self.names:
            words = name.replace(",", " ").split()
            if not words or (not _is_han(name) and len("".join(words)) < _LEAST_WORD):
                continue
            found.append(" ".join(words))
            if len(words) == 2:
                found += [f"{words[1]} {words[0]}", f"{words[1]}, {words[0]}"]
        return _longest_first(found)

    @cached_property
    def phone_digits(self) -> tuple[str, ...]:
        """Significant digits of each number, without what says the country."""
        found = {ending[::-1] for phone in self.phones for ending in endings(phone)}
        return tuple(
            sorted((one for one in found if len(one) >= LEAST_DIGITS), key=lambda one: (-len(one), one))
        )

    def sure_pattern(self) -> str:
        """A regular expression that a database takes as well: matches where something of the person's alone stands."""
        spelled = [_escaped(term) for term in _spellings(self.sure_terms)]
        return "|".join([*spelled, *(_phone_core(digits) for digits in self.phone_digits)])

    def key_pattern(self) -> str:
        """The same for names of records, as JSON has them."""
        return "|".join(f'"{_escaped(key)}"' for key in _spellings(self.keys))

    def name_pattern(self) -> str:
        """The same for whole names."""
        return "|".join(_escaped(term) for term in _spellings(self.name_terms))

    def stands_in(self, text: str) -> bool:
        """Whether something that is the person's alone stands in a text."""
        return bool(self._sure and self._sure.search(text))

    def is_named_in(self, text: str) -> bool:
        """Whether that, or a whole name, stands in it."""
        return self.stands_in(text) or bool(self._whole_names and self._whole_names.search(text))

    def is_told_in(self, text: str) -> bool:
        """Whether a text about the person says who it is."""
        return self.out_of(text, "", is_about=True) != text

    def out_of(self, text: str, pseudonym: str, *, is_about: bool) -> str:
        """The text without the person.

        Args:
            is_about: whether it is known to be about this person: then names go as well, and each word of them.
        """
        mail = f"{pseudonym.lower().replace(' ', '-')}@erased.invalid" if pseudonym else ""

        def instead(found: re.Match[str]) -> str:
            return mail if "@" in found[0] else pseudonym

        patterns = [self._sure, *((self._whole_names, self._parts_of_names) if is_about else ())]
        for pattern in filter(None, patterns):
            text = pattern.sub(instead, text)
        return text

    @cached_property
    def _sure(self) -> re.Pattern[str] | None:
        parts = [rf"(?<!{_WORD})(?:{_joined(self.sure_terms)})(?!{_WORD})"] if self.sure_terms else []
        parts += [
            rf"(?<!\d)(?:\+?\d{{1,4}}{_BETWEEN})?(?:0{_BETWEEN})?{_phone_core(one)}(?!\d)"
            for one in self.phone_digits
        ]
        return re.compile("|".join(parts), re.IGNORECASE) if parts else None

    @cached_property
    def _whole_names(self) -> re.Pattern[str] | None:
        if not self.name_terms:
            return None
        return re.compile(rf"(?<!{_WORD})(?:{_joined(self.name_terms)})(?!{_WORD})", re.IGNORECASE)

    @cached_property
    def _parts_of_names(self) -> re.Pattern[str] | None:
        """Words of names as they are written ("Brown" is not the colour), and a Chinese family name before a title."""
        words, families = set(), set()
        for name in self.names:
            if _is_han(name):
                plain = "".join(name.split())
                families.add(plain[:2] if plain[:2] in _COMPOUND else plain[:1])
            else:
                words |= {word.strip(".,") for word in name.split()}
        spelled = [
            re.escape(word) for word in sorted(words) if len(word) >= _LEAST_WORD and word[:1].isupper()
        ]
        parts = [rf"(?<!{_WORD})(?:{'|'.join(spelled)})(?!{_WORD})"] if spelled else []
        parts += [rf"{re.escape(family)}(?={_TITLES})" for family in sorted(families) if family]
        return re.compile("|".join(parts)) if parts else None


def _longest_first(terms: Iterable[str]) -> tuple[str, ...]:
    plain = {" ".join(term.split()) for term in terms if term and term.strip()}
    return tuple(sorted(plain, key=lambda term: (-len(term), term)))


def _spellings(terms: Iterable[str]) -> list[str]:
    """Each term, and as JSON writes it with escapes."""
    return list(dict.fromkeys(spelling for term in terms for spelling in (term, json.dumps(term)[1:-1])))


def _joined(terms: Iterable[str]) -> str:
    return "|".join(r"\s+".join(map(re.escape, term.split())) for term in _spellings(terms))


def _escaped(term: str) -> str:
    """For a pattern of the database, which knows fewer escapes than Python makes."""
    return re.sub(r"([\\.^$*+?{}\[\]|()])", r"\\\1", term)


def _phone_core(digits: str) -> str:
    return r"[ ()./-]{0,3}".join(digits)


def _is_han(text: str) -> bool:
    return any("\u3400" <= sign <= "\u9fff" for sign in text)
