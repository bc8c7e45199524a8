"""Messages and reasons of the engine, as the store keeps them, in the reader's language."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from functools import lru_cache

from complaint_qms.backtest.catalogue import phrase, translator, type_name
from complaint_qms.constants.vocabulary import TYPES
from complaint_qms.engine.message import Message
from complaint_qms.engine.signals.findings.words import rounded
from complaint_qms.engine.similar.records import FIELDS

_OF_FIELD = re.compile(
    r"(channel|item|type|severity|urgency|sentiment|expectation|wish)(?:=|: )(.+)", re.DOTALL
)
_BETWEEN_HAN = re.compile("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
"""A blank that stands beside a number belongs there, between words it does not: 第 47 周 起."""
_GIST = ("message", "subject", "tag")


def sentence(template: str, values: dict, language: str) -> str:
    """A stored sentence (template and values, values may be sentences) as text."""
    translate = translator(language)
    plain = {
        key: sentence(v["template"], v["values"], language) if isinstance(v, dict) else _readable(key, v)
        for key, v in values.items()
    }
    said = Message(template, plain).render(translate)
    return _BETWEEN_HAN.sub("", said) if language == "zh" else said


def packed_messages(messages: Iterable[Message]) -> str:
    """Messages as they are stored, one list of a template and its values each."""
    return json.dumps(
        [[m.key, {k: plain_value(v) for k, v in m.params.items()}] for m in messages], ensure_ascii=False
    )


def plain_value(value: object) -> object:
    """A value of a message or of a parameter as JSON can hold it."""
    if isinstance(value, Message):  # inside another one: the name of a period
        return {"template": value.key, "values": {k: plain_value(v) for k, v in value.params.items()}}
    if hasattr(value, "item"):  # a number of an array
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | type(None)) else str(value)


def sentences(stored: str, language: str) -> str:
    """All stored sentences of a signal as one paragraph; one of which a value is not known says nothing."""
    glue = "" if language == "zh" else " "
    told = [(template, values) for template, values in json.loads(stored) if None not in values.values()]
    return glue.join(sentence(template, values, language) for template, values in told)


def reason(key: str, values: dict, language: str) -> str:
    """One stored reason as text."""
    words = {name: _value(v, language) if isinstance(v, str) else v for name, v in values.items()}
    if (field := values.get("field")) in FIELDS:
        words["field"] = phrase(f"field_{field}", language, words["field"]).lower()
    return translator(language)(key).format(**words)


def name(key: str, language: str) -> str:
    """A key in words; what is no key stays as it is."""
    known = _names(language).get(key)
    return known or phrase(f"value_{key}", language, key)


def detail(arguments: str, language: str) -> str:
    """Stored arguments of an action of a rule as ``name: value`` pairs, the gist first."""
    translate = translator(language)
    found = sorted(json.loads(arguments).items(), key=lambda pair: (pair[0] not in _GIST, pair[0]))
    return ", ".join(f"{phrase('argument_' + key, language, key)}: {translate(str(v))}" for key, v in found)


def type_names() -> dict[str, str]:
    """Key of a seeded type -> its English name."""
    found: dict[str, str] = {}

    def walk(types: tuple) -> None:
        for kind in types:
            found[kind["key"]] = kind["name"]
            walk(kind["children"])

    walk(TYPES)
    return found


def _readable(key: str, value: object) -> object:
    """A number as people say it; the arithmetic of a signal has all of its digits."""
    if not isinstance(value, float):
        return value
    if key in ("expected", "expected_since"):
        return rounded(value)
    return round(value, 2) if key in ("dispersion", "sigma") else value


def _value(text: str, language: str) -> str:
    """A word, or what the classifier says of a field (``channel=phone``, ``type: product.broken``), in words."""
    match = _OF_FIELD.fullmatch(text)
    if not match:
        return translator(language)(text)
    field, value = match.groups()
    return f"{phrase('field_' + field, language)}: {name(value, language)}"


@lru_cache(maxsize=2)
def _names(language: str) -> dict[str, str]:
    """Keys of the seeded types, and of what the keywords tell, in words."""
    return {key: type_name(english, language) for key, english in type_names().items()}
