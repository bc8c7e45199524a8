"""Named facts out of an answer, and what is new in them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from complaint_qms.engine.connectors.paths import Path, values_at

LONGEST: Final = 2_000
"""Characters of a fact, with the mark that says where one was cut; the rest stands in the answer."""
_CUT: Final = " …"


class Compared(NamedTuple):
    """A fact as it is seen, and as it was before; `before` is None where it was not looked for then."""

    name: str
    value: str
    before: str | None

    @property
    def is_changed(self) -> bool:
        return self.before is not None and self.before != self.value


def facts_of(mapping: Iterable[tuple[str, Path]], answer: Any) -> dict[str, str]:
    """Name → value as text; empty where the answer has nothing there. Several values stand one below the other."""
    return {
        name: _storable(_bounded("\n".join(filter(None, map(_text, values_at(path, answer))))))
        for name, path in mapping
    }


def compared(facts: Mapping[str, str], before: Mapping[str, str] | None) -> list[Compared]:
    """Facts beside those that were seen last, in their order."""
    return [
        Compared(name, value, None if before is None else before.get(name)) for name, value in facts.items()
    ]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\0", "").strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - len(_CUT)] + _CUT


def _storable(text: str) -> str:
    """Without halves of letters, which JSON can write and no database keeps."""
    return text.encode("utf-8", "replace").decode()
