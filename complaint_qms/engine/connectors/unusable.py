"""What is wrong with what somebody entered, or with what a system answered."""

from __future__ import annotations

from complaint_qms.engine.message import Message


class Unusable(ValueError):
    """Attributes:
    said: why, for whoever reads it in their own language.
    """

    def __init__(self, said: Message) -> None:
        super().__init__(str(said))
        self.said = said
