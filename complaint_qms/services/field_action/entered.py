"""What people enter for a field action: how long and how much it may be."""

from __future__ import annotations

from typing import Final

from frappe import _

MOST: Final = 10**9
"""Of anything, in its unit."""


def too_long(label: str, text: str, most: int) -> list[str]:
    """The sentence that says so of a text, whose spaces around it do not count; none where it fits."""
    length = len(text.strip())
    if length <= most:
        return []
    return [_("{0}: at most {1} characters, and these are {2}. Shorten it.").format(label, most, length)]
