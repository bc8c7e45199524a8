"""Tags taken out of text, in time that grows with its length alone.

The framework's `strip_html` and `strip_html_tags` look from every `<` to the end of the text for its `>`: half a megabyte of `<`,
which anybody may mail, keeps a worker busy for minutes.
"""

from __future__ import annotations

import re
from typing import Final

_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")


def without_tags(text: str) -> str:
    """The text without comments and tags; a `<` that nothing closes stays."""
    return taken_out(_TAG, taken_out(_COMMENT, text, "-->"), ">")


def taken_out(pattern: re.Pattern[str], text: str, end: str) -> str:
    """`text` without the matches of a pattern that ends with `end`: past the last one nothing is looked for."""
    closed = text.rfind(end) + len(end) if end in text else 0
    return pattern.sub("", text[:closed]) + text[closed:]
