"""A part of somebody's body that was hurt, in the plain grammar of German, French, Spanish and Portuguese.

What :mod:`.plain_harm` does for English and Chinese: no single word of "mir … die Hand verbrannt" tells of harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from complaint_qms.constants import harm_grammar as english
from complaint_qms.constants import harm_grammar_languages as grammar
from complaint_qms.constants.lexicon_languages import NEGATIONS
from complaint_qms.engine.classify.plain_harm import Found

TOOTH: Final = english.GRAVE
_INSIDE: Final = "in|im|dans|dentro|en|em"
"""Between somebody and a broken thing: what breaks in a hip is a plate, and no bone."""
_SELF: Final = {
    "de": "mich|uns|ihn|dich",
    "fr": "me suis|m a|t es|l a|nous sommes|se sont|s est",
    "es": "me|nos",
    "pt": "me|nos",
}
"""Who is hurt without a word for where."""


def body_harm(tokens: Sequence[str], language: str) -> Iterator[Found]:
    """Where a part of somebody's body was burnt, cut or broken; `tokens` without accents, of a language of
    ``lexicon_languages``."""
    line = " ".join(("", *tokens, ""))
    signs, patterns = _patterns(language)
    if not signs.search(line):
        return
    for pattern, severity, weight in patterns:
        for match in pattern.finditer(line):
            start, end = match.span("harm")
            first = line.count(" ", 0, start + 1) - 1
            yield first, first + line.count(" ", start, end), severity, weight, match["harm"].strip()


@cache
def _patterns(code: str) -> tuple[re.Pattern, list[tuple[re.Pattern, str, float]]]:
    somebody, owners, bones, teeth = (
        of[code] for of in (grammar.SOMEBODY, grammar.OWNERS, grammar.BONES, grammar.TEETH)
    )
    body = f"{bones}|{grammar.SOFT[code]}"
    verbs = (grammar.BURNT[code], grammar.CUT[code], grammar.BROKE[code])
    told = _verb_last if code == "de" else _verb_first
    found = [
        *told(code, somebody, body, grammar.BURNT[code], english.GRAVE),
        *told(code, somebody, body, grammar.CUT[code], english.LIGHT),
        *told(code, somebody, bones, grammar.BROKE[code], grammar.BROKEN),
        *_owned(code, owners, body, grammar.ARE_BURNT[code], english.GRAVE),
        *_owned(code, owners, bones, grammar.ARE_BROKEN[code], grammar.BROKEN),
        *_teeth(code, teeth, grammar.TOOTH_GONE[code]),
        (rf"(?P<harm> (?:{_SELF[code]}){_gap(code, 5 if code == 'de' else 1)} (?:{grammar.BURNT[code]}))(?= )", *english.GRAVE),
    ]  # fmt: skip
    if code == "pt":  # whoever speaks needs no other word for themselves
        first = {verb for line in verbs for verb in line.split("|") if verb.endswith(("ei", "i"))}
        burnt, cut, broke = ("|".join(sorted(first & set(line.split("|")))) for line in verbs)
        found += [
            (rf"(?P<harm> (?:{verb}){_gap(code, 2)} (?:{where})){_of_nothing(amount)}(?= )", *amount)
            for verb, where, amount in (
                (grammar.BURNT[code], body, english.GRAVE), (burnt, body, english.GRAVE), (cut, body, english.LIGHT),
                (broke, bones, grammar.BROKEN),
            )
        ]  # fmt: skip
    signs = "|".join({*"|".join(verbs).split("|"), *grammar.ARE_BURNT[code].split("|"), *grammar.ARE_BROKEN[code].split("|"),
                      *grammar.TOOTH_GONE[code].split("|"), *_PAST_DE})  # fmt: skip
    return re.compile(rf" (?:{signs}) "), [
        (re.compile(pattern), severity, weight) for pattern, severity, weight in found
    ]


_PAST_DE: Final = (
    "verbrannte",
    "verbruhte",
    "schnitt",
    "klemmte",
    "quetschte",
    "stach",
    "stiess",
    "brach",
    "biss",
)
_FIRST_DE: Final = {
    english.GRAVE: "verbrannte|verbruhte",
    english.LIGHT: "schnitt|klemmte|quetschte|stach|stiess",
    grammar.BROKEN: "brach",
}


def _gap(code: str, most: int, without: str = "") -> str:
    """Up to so many words of the same clause that deny nothing."""
    denials = "|".join(word.strip() for word in NEGATIONS[code].split(",") if " " not in word.strip())
    refused = f"{denials}|{without}" if without else denials
    return rf"(?: (?!(?:{refused}) )[a-z0-9]+){{0,{most}}}"


def _without(amount: tuple[str, float]) -> str:
    return _INSIDE if amount == grammar.BROKEN else ""


def _verb_last(
    code: str, somebody: str, where: str, verbs: str, amount: tuple[str, float]
) -> list[tuple[str, str, float]]:
    """ "habe mir … die Hand verbrannt", "in die Hand geschnitten"; "brach sich den Arm"."""
    past, short = _FIRST_DE[amount], _gap(code, 3, _without(amount))
    long = _gap(code, 8, _without(amount))
    return [
        (rf"(?<! in)(?P<harm> (?:{somebody}){long} (?:{where}){short} (?:{verbs}))(?= )", *amount),
        (rf"(?P<harm> (?:{past}) (?:{somebody}){short} (?:{where}))(?= )", *amount),
    ]


def _verb_first(
    code: str, somebody: str, where: str, verbs: str, amount: tuple[str, float]
) -> list[tuple[str, str, float]]:
    """ "me suis brûlé la main", "se rompió el brazo", "ela quebrou o braço"."""
    near, to_it = _gap(code, 2), _gap(code, 2, _without(amount))
    return [
        (
            rf"(?P<harm> (?:{somebody}){near} (?:{verbs}){to_it} (?:{where})){_of_nothing(amount)}(?= )",
            *amount,
        )
    ]


def _of_nothing(amount: tuple[str, float]) -> str:
    """ "Se rompió el brazo de la silla" is a chair's."""
    return r"(?! (?:de|del|da|do|das|dos|du|des) )" if amount == grammar.BROKEN else ""


def _owned(
    code: str, owners: str, where: str, states: str, amount: tuple[str, float]
) -> list[tuple[str, str, float]]:
    """ "sa jambe a été cassée", "a perna dele foi quebrada"; not what breaks in it."""
    own = rf"(?<! in)(?<! dans)(?<! em)(?<! en)(?<! na)(?<! no)(?P<harm> (?:{owners}) (?:{where}){_gap(code, 3)} (?:{states}))(?= )"
    found = [(own, *amount)]
    if code == "pt":
        found.append(
            (rf"(?<! na)(?<! no)(?P<harm> (?:{where}) (?:dele|dela|deles|delas){_gap(code, 2)} (?:{states}))(?= )", *amount)
        )  # fmt: skip
    return found


def _teeth(code: str, teeth: str, gone: str) -> list[tuple[str, str, float]]:
    if code == "de":
        return [
            (rf"(?P<harm> (?:{teeth}){_gap(code, 3)} (?:{gone}))(?= )", *TOOTH),
            (rf"(?P<harm> (?:brach|biss){_gap(code, 4)} (?:{teeth}))(?= )", *TOOTH),
        ]
    return [
        (rf"(?P<harm> (?:{gone}){_gap(code, 2)} (?:{teeth}))(?= )", *TOOTH),
        (rf"(?P<harm> (?:{teeth}){_gap(code, 1)} (?:{grammar.ARE_BROKEN[code]}))(?= )", *TOOTH),
    ]
