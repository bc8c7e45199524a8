"""Why an item waits: kept as data, said in the language of whoever reads it.

What a reader says itself is a `Message`. What the site refuses is a finished sentence in the language of the process that
met it; the catalogue of that language tells which text it was made of, so that it can be said again in another one.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from itertools import islice
from typing import Any, Final, NamedTuple

import frappe
from frappe import _
from frappe.translate import get_all_translations

from complaint_qms.engine.message import Message
from complaint_qms.services.record.error_text import said
from complaint_qms.services.record.tags import without_tags

Node = dict[str, Any]
"""{text}, {key, args: [Node]} or {key, params: {name: Node or number}}."""

_PLACE: Final = re.compile(r"\{(\w*)\}")
# How the framework names what is missing: [DocType, name]: field, field
_MANDATORY: Final = re.compile(r"\[([^,\]]+), [^\]]*\]: (.+)", re.DOTALL)
_LONGEST: Final = 2_000
_MOST_SENTENCES: Final = 20
_DEEPEST: Final = 2
# Signs beside its places by which a text is told from others.
_LEAST_TELLING: Final = 1
# Share of a sentence that has to be known before it is said anew.
_LEAST_KNOWN: Final = 0.3
_MOST_TRIED: Final = 12
_SOURCE: Final = "en"
# A catalogue that holds every text of the apps, as the keys of its translations.
_CATALOGUE: Final = "zh"


def of_message(message: Message) -> str:
    """A reason as it is stored."""
    return json.dumps([_node(message)])


def of_error(error: BaseException) -> str:
    """What an error said, in the present language, as a reason."""
    told = error.args[0] if error.args else ""
    if fields := missing_fields(error):
        meta = frappe.get_meta(_MANDATORY.fullmatch(str(told))[1])
        labels = [meta.get_label(name) for name in fields]
        return json.dumps([_node(Message("“{field}” is missing.", {"field": label})) for label in labels])
    parts = told if isinstance(told, list | tuple) else [told or type(error).__name__]
    sentences = [said(frappe.ValidationError(part))[:_LONGEST] for part in parts[:_MOST_SENTENCES]]
    return json.dumps([_recognized(sentence) for sentence in sentences])


def missing_fields(error: BaseException) -> list[str]:
    """The fields that the framework has found empty; none for any other error."""
    found = _MANDATORY.fullmatch(str(error.args[0])) if isinstance(error, frappe.MandatoryError) else None
    return [name.strip() for name in found[2].split(",")] if found else []


def in_words(stored: str | list[Node] | None) -> str:
    """A stored reason in the present language; empty where there is none."""
    try:
        nodes = json.loads(stored) if isinstance(stored, str) and stored else stored
    except ValueError:
        return str(stored)  # a sentence as it was kept before
    return " ".join(_said(node) for node in nodes or ())


def _node(value: Any) -> Any:
    if isinstance(value, Message):
        return {"key": value.key, "params": {name: _node(part) for name, part in value.params.items()}}
    return {"text": value} if isinstance(value, str) else value


def _said(node: Any) -> str:
    if not isinstance(node, dict):
        return Message("{value}", {"value": node}).render()
    key = node.get("key") or node.get("text")
    if not key or "text" in node:
        return _(key) if key else ""
    if "args" in node:
        return _filled(without_tags(_(key)), [_said(part) for part in node["args"]])
    return _(key).format(**{name: _said(part) for name, part in node["params"].items()})


def _filled(template: str, args: list[str]) -> str:
    try:
        return template.format(*args)
    except (IndexError, KeyError, ValueError):  # a translation with other places than its text
        return " ".join([template, *args])


def _recognized(sentence: str) -> Node:
    """The text that a sentence was made of, with what was filled in; the sentence itself where little of it is known."""
    known, node = _read(sentence, 0)
    return node if known >= _LEAST_KNOWN * len(sentence) else {"text": sentence}


def _read(sentence: str, depth: int) -> tuple[int, Node]:
    """(letters that stand in the catalogue, node): of all texts that it may be made of the one that explains most."""
    texts, templates = _catalogue(frappe.local.site, frappe.local.lang or _SOURCE)
    if key := texts.get(sentence):
        return len(sentence), {"key": key, "args": []}
    best: tuple[int, Node] = (0, {"text": sentence})
    matching = (
        (row, found)
        for row in templates
        if row.anchor in sentence and (found := re.fullmatch(row.pattern, sentence, re.DOTALL))
    )
    for row, found in islice(matching if depth < _DEEPEST else (), _MOST_TRIED):
        filled = {
            place: _read(part, depth + 1) for place, part in zip(row.places, found.groups(), strict=True)
        }
        known = row.weight + sum(letters for letters, _node in filled.values())
        if known > best[0]:
            args = [filled[place][1] for place in sorted(filled, key=int)]
            best = known, {"key": row.key, "args": args}
    return best


class _Template(NamedTuple):
    """A text with places: letters beside them, the longest part without one, and what finds what was filled in."""

    weight: int
    anchor: str
    pattern: str
    places: list[str]
    key: str


@lru_cache(maxsize=4)
def _catalogue(site: str, language: str) -> tuple[dict[str, str], list[_Template]]:
    """(text → its key, templates, the most telling first)."""
    if language.split("-")[0] == _SOURCE:
        pairs = [(key, key) for key in get_all_translations(_CATALOGUE)]
    else:
        pairs = [(text, key) for key, text in get_all_translations(language).items()]
    texts, templates = {}, []
    for written, key in pairs:
        plain = without_tags(written)
        if "{" not in plain:
            texts.setdefault(plain, key)
            continue
        places = _numbered(plain)
        literals = _PLACE.split(plain)[::2]
        weight = sum(len(part.strip()) for part in literals)
        if places and weight >= _LEAST_TELLING:
            templates.append(_Template(weight, max(literals, key=len), _pattern(plain), places, key))
    return texts, sorted(templates, key=lambda row: -row.weight)


def _numbered(template: str) -> list[str]:
    """Its places in their order, if they are 0, 1, 2 … each once or more; none where they are anything else."""
    places = [name or str(at) for at, name in enumerate(_PLACE.findall(template))]
    first = list(dict.fromkeys(places))
    return first if sorted(first) == [str(at) for at in range(len(first))] and len(first) < 10 else []


def _pattern(template: str) -> str:
    parts, seen = [], set()
    for at, part in enumerate(_PLACE.split(template)):
        if at % 2 == 0:
            parts.append(re.escape(part))
        elif part in seen and part:
            parts.append(f"(?P=p{part})")
        else:
            seen.add(part)
            parts.append(f"(?P<p{part}>.*?)" if part else "(.*?)")
    return "".join(parts)
