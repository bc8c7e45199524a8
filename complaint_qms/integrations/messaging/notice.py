"""What staff are told by a service: one or several messages about records, in one text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class NoticeLine:
    """One message about one record.

    Attributes:
        text: plain text.
        url: the record's address on the site.
    """

    kind: str
    text: str
    doctype: str = ""
    name: str = ""
    url: str = ""


@dataclass(frozen=True)
class Notice:
    """What goes out in one call.

    Attributes:
        id: ours, the same at each attempt; a program that knows such ids takes it once.
        to: a person's number or name at the service; empty for a group.
        rest: what is said of lines that have no room, by their number.
        language: of the text, as “en” or “zh”.
        more: lines beyond those that are told.
    """

    id: str
    lines: tuple[NoticeLine, ...]
    to: str = ""
    rest: Callable[[int], str] = "… +{}".format
    language: str = "en"
    more: int = 0

    def as_text(self, longest: int) -> str:
        """All of it within so many bytes of UTF-8; of lines that have no room only the number is said."""
        parts = [" ".join(filter(None, (line.text, line.url))) for line in self.lines]
        for told in range(len(parts), 0, -1):
            text = "\n".join([*parts[:told], *self._left(len(parts) - told)])
            if len(text.encode()) <= longest:
                return text
        first = self.lines[0]
        tail = "\n".join(filter(None, (first.url, *self._left(len(parts) - 1))))
        room = longest - len(tail.encode()) - len("…\n".encode())
        if room <= 0:
            return tail.encode()[:longest].decode("utf-8", "ignore")
        return f"{first.text.encode()[:room].decode('utf-8', 'ignore')}…\n{tail}".strip()

    def _left(self, untold: int) -> list[str]:
        left = untold + self.more
        return [self.rest(left)] if left else []
