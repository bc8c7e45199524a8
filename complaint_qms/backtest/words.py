"""The engine's English sentences in the reader's language.

The engine keeps templates and values apart; the templates are looked up in ``words_zh.csv`` (English, Chinese).
A template without an entry stays English.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from complaint_qms.backtest.report.strings import text as label
from complaint_qms.constants.vocabulary import TYPES
from complaint_qms.engine.signals.words import Sentence

TRANSLATIONS = Path(__file__).parents[1] / "translations" / "zh.csv"
_OF_FIELD = re.compile(
    r"(channel|item|type|severity|urgency|sentiment|expectation|wish)(?:=|: )(.+)", re.DOTALL
)
_GIST = ("message", "subject", "tag")


@lru_cache(maxsize=1)
def catalogue() -> dict[str, str]:
    """English template -> Chinese."""
    path = Path(__file__).with_name("words_zh.csv")
    with path.open(encoding="utf-8", newline="") as handle:
        return {row[0]: row[1] for row in csv.reader(handle) if len(row) == 2}


def translator(language: str) -> Callable[[str], str]:
    """A function from English to `language`."""
    if language == "en":
        return str
    table = catalogue()
    return lambda text: table.get(text, text)


def sentence(template: str, values: dict, language: str) -> str:
    """A stored sentence (template and values, values may be sentences) as text."""
    translate = translator(language)
    plain = {
        key: sentence(v["template"], v["values"], language) if isinstance(v, dict) else v
        for key, v in values.items()
    }
    return Sentence(template, plain).render(translate)


def sentences(stored: str, language: str) -> str:
    """All stored sentences of a signal as one paragraph."""
    glue = "" if language == "zh" else " "
    return glue.join(sentence(template, values, language) for template, values in json.loads(stored))


def reason(template: str, arguments: list, language: str) -> str:
    """One stored reason as text."""
    translate = translator(language)
    return translate(template).format(
        *(_argument(a, language) if isinstance(a, str) else a for a in arguments)
    )


def _argument(text: str, language: str) -> str:
    """A word, or what the classifier says of a field (``channel=phone``, ``type: product.broken``), in words."""
    match = _OF_FIELD.fullmatch(text)
    if not match:
        return translator(language)(text)
    field, value = match.groups()
    return f"{label('field_' + field, language)}: {name(value, language)}"


@lru_cache(maxsize=2)
def _names(language: str) -> dict[str, str]:
    """Keys of the seeded types, and of what the keywords tell, in words."""
    found = type_names()
    if language == "zh":
        with TRANSLATIONS.open(encoding="utf-8", newline="") as handle:
            table = {row[0]: row[1] for row in csv.reader(handle) if len(row) > 1}
        found = {
            key: table.get(english) or catalogue().get(english, english) for key, english in found.items()
        }
    return found


def name(key: str, language: str) -> str:
    """A key in words; what is no key stays as it is."""
    known = _names(language).get(key)
    return known or label(f"value_{key}", language, key)


def detail(arguments: str, language: str) -> str:
    """Stored arguments of an action of a rule as ``name: value`` pairs, the gist first."""
    translate = translator(language)
    found = sorted(json.loads(arguments).items(), key=lambda pair: (pair[0] not in _GIST, pair[0]))
    return ", ".join(f"{label('argument_' + key, language, key)}: {translate(str(v))}" for key, v in found)


def type_names() -> dict[str, str]:
    """Key of a seeded type -> its English name."""
    found: dict[str, str] = {}

    def walk(types: tuple) -> None:
        for kind in types:
            found[kind["key"]] = kind["name"]
            walk(kind["children"])

    walk(TYPES)
    return found
