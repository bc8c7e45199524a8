"""What a message says, apart from its markup."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

from complaint_qms.services.record.tags import without_tags

_ASKS_FOR_MAIL: Final = (
    "Simply reply to this mail; photos and videos may be attached.",
    "直接回复本邮件即可，也可以附上照片和视频。",
)
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")


def plain_text(content: str | None) -> str:
    """Its words alone; empty where there is nothing to read, be it spaces that are written as marks."""
    return _INVISIBLE.sub("", unescape(without_tags(content or ""))).strip()


def says_something(content: str | None) -> bool:
    """Whether there is something to read or to look at."""
    return bool(plain_text(content)) or "<img" in (content or "")


def not_by_mail(text: str) -> str:
    """The lines of a message of ours as they are read elsewhere than in a mail: without the one by which templates that this app came
    with asked for a reply by mail."""
    return "\n".join(line for line in text.split("\n") if line not in _ASKS_FOR_MAIL)


def plain_lines(content: str | None) -> str:
    """Markup as lines of plain text."""
    broken = content or ""
    for end in ("</p>", "</div>", "</li>", "<br>", "<br/>", "<br />"):
        broken = broken.replace(end, f"{end}\n")
    return "\n".join(part.strip() for part in plain_text(broken).splitlines() if part.strip())
