"""The engine's English sentences in the reader's language.

The engine keeps templates and values apart; the templates are looked up in ``words_zh.csv`` (English, Chinese).
A template without an entry stays English.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from complaint_qms.engine.signals.words import Sentence


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
    return translate(template).format(*(translate(a) if isinstance(a, str) else a for a in arguments))
