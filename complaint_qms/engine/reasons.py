"""One reason for an automatic answer, in a form that can be translated and sorted by how much it counted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """``message`` is an English template with ``{0}``-style places for ``args`` (so a caller can translate it).

    ``weight`` is the signed contribution to the answer: for a classification in units of log-odds, for a similarity in
    log-odds of the score; positive speaks for the answer, negative against it. ``kind`` groups reasons: ``keyword``,
    ``feature``, ``context``, ``negation``, ``text``, ``field``, ``date``, ``note``.
    """

    kind: str
    message: str
    args: tuple[object, ...] = ()
    weight: float = 0.0

    @property
    def text(self) -> str:
        """The English sentence."""
        return self.message.format(*self.args)
