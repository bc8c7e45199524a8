"""One reason for an automatic answer, in a form that can be translated and sorted by how much it counted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from complaint_qms.engine.message import Message


@dataclass(frozen=True, slots=True)
class Reason:
    """``message``: the reason, its key an English text.

    ``weight`` is the signed contribution to the answer: for a classification in units of log-odds, for a similarity in
    log-odds of the score; positive speaks for the answer, negative against it. ``kind`` groups reasons: ``keyword``,
    ``feature``, ``context``, ``negation``, ``text``, ``field``, ``date``, ``note``.
    """

    kind: str
    message: Message
    weight: float = 0.0

    @property
    def text(self) -> str:
        """The English sentence."""
        return self.message.key.format(**self.message.params)


@lru_cache(maxsize=20_000)
def about_word(key: str, word: str) -> Message:
    """The message ``key`` with a word in its place; words of complaints come again and again, so it is made once."""
    return Message(key, {"word": word})
