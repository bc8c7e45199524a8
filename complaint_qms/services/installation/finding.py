"""What a check of the installation found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

AS_EXPECTED: Final = "as expected"
OWN: Final = "changed by the site"
WRONG: Final = "wrong"


@dataclass(frozen=True)
class InstallationResult:
    """One thing that was looked at.

    Attributes:
        part: what it belongs to, translated.
        state: `AS_EXPECTED`, `OWN` (allowed, and to be justified by whoever validates) or `WRONG`.
        sentence: translated.
    """

    part: str
    state: str
    sentence: str
