"""Every word of the command and of its report, English and Chinese: ``catalogue.csv``.

A row has a key, or none: then its English text is what is looked up, for names that the default policy gives. Sentences of
the engine are found in the app's own language file, as on the desk; a row here takes the place of one there, where the
report calls a thing by another name.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from complaint_qms.engine.message import Message
from complaint_qms.tabular.problems import AMOUNTS

LANGUAGES = ("en", "zh")
FILE = Path(__file__).with_name("catalogue.csv")
APP_FILE = Path(__file__).parents[1] / "translations" / "zh.csv"


def phrase(key: str, language: str = "en", otherwise: str | None = None, /, **params: object) -> str:
    """The words of `key`, with `params` in their places; a key without an entry is shown as it is, or as `otherwise`.
    Where `count` is 1, the row ``key_1`` speaks if there is one."""
    one = entries().get(f"{key}_1") if params and str(params.get("count")) == "1" else None
    entry = one or entries().get(key)
    if entry is None:
        return key if otherwise is None else otherwise
    words = entry[language == "zh"]
    return words.format(**params) if params else words


def message_text(message: Message, language: str) -> str:
    """A problem of a table, of this command or of the engine in words: its key stands here, or is an English text."""
    if message.key not in entries():
        return message.render(translator(language))
    return phrase(
        message.key, language, **{key: plain(key, value, language) for key, value in message.params.items()}
    )


def plain(key: str, value: object, language: str = "en") -> object:
    """A value of a problem as people write it."""
    if isinstance(value, Message):
        return message_text(value, language)
    if isinstance(value, list):
        return ", ".join(value) or "-"
    return f"{value:,}" if isinstance(value, int) and key in AMOUNTS else value


def translator(language: str) -> Callable[[str], str]:
    """A function from an English text of the engine to `language`; a text without an entry stays English."""
    if language == "en":
        return str
    table = _of_the_engine()
    return lambda english: table.get(english, english)


def type_name(english: str, language: str) -> str:
    """The name of a complaint type that the app brings along."""
    return english if language == "en" else _of_the_app().get(english, english)


@lru_cache(maxsize=1)
def entries() -> dict[str, tuple[str, str]]:
    """Key → English and Chinese words."""
    return {key: (english, chinese) for key, english, chinese in _rows(FILE) if key}


@lru_cache(maxsize=1)
def _of_the_engine() -> dict[str, str]:
    """English text → Chinese: what the engine says, and the rows of this room that have no key.

    A single word is translated only where the engine says it of its own: else it is a word out of a complaint.
    """
    from complaint_qms.engine.rules.mistakes import KINDS
    from complaint_qms.engine.signals.sentences import NOUNS
    from complaint_qms.engine.similar.records import FIELDS

    own = {*NOUNS.values(), *FIELDS, *(name for _kind, name in KINDS)}
    found = {english: words for english, words in _of_the_app().items() if " " in english or english in own}
    return found | {english: chinese for key, english, chinese in _rows(FILE) if not key}


@lru_cache(maxsize=1)
def _of_the_app() -> dict[str, str]:
    return {english: chinese for english, chinese, context in _rows(APP_FILE) if not context}


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        rows = csv.reader(handle)
        next(rows)
        yield from (row for row in rows if len(row) == 3)
