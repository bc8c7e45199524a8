"""Text of a file on a terminal: what would move the cursor, colour, ring or turn the writing round is shown, not done."""

from __future__ import annotations

import re

# control characters (C0, delete, C1), directions of writing, line and paragraph separators, halves of characters
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_BLANKS = frozenset("\t\n\r")


def printable(text: object) -> str:
    """`text` on one line, with every character that is an order to the terminal written out as ``\\x1b``."""
    return _UNSEEN.sub(_written, str(text))


def print_line(text: object = "") -> None:
    """Print one line of words and text of a file."""
    print(printable(text))


def _written(match: re.Match[str]) -> str:
    char = match.group()
    if char in _BLANKS:
        return " "
    return f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"
