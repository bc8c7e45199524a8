"""What of a message its sender has written: without what they quote of others, and whether it is an answer that was offered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from complaint_qms.engine.dialog.turn_meaning import offered_choice

# WeCom and WeChat put a quote of a message ahead of the answer to it, with a line of dashes between.
_QUOTE: Final = re.compile(r"\A\s*[「『\"“][^\n]{0,200}?[:：][\s\S]{0,4000}?[」』\"”]\s*\n[-\s—–]{5,200}\n")
_SIGNS: Final = re.compile(r"[\s\[\]【】>/]+")
_SHORTEST_LINE: Final = 8
_LONGEST: Final = 20_000


def own_words(text: str, said: Iterable[str] = ()) -> str:
    """A message without the quote it begins with, and without lines that were said to its sender just so.

    Args:
        said: messages to the sender.
    """
    told = _QUOTE.sub("", text[:_LONGEST])
    theirs = {_bare(line) for message in said for line in message.splitlines()}
    kept = [
        line for line in told.splitlines() if len(_bare(line)) < _SHORTEST_LINE or _bare(line) not in theirs
    ]
    return "\n".join(kept).strip()


def is_offered(text: str) -> bool:
    """Whether a message is one of the answers that the assistant offers, as a press of a button sends it."""
    return bool(offered_choice(text))


def _bare(line: str) -> str:
    return _SIGNS.sub(" ", line).strip().casefold()
