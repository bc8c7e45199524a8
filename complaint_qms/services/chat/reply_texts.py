"""What the assistant says, in the language of who it speaks to: one message, a line for each reply."""

from __future__ import annotations

from collections.abc import Iterable

from frappe import _

from complaint_qms.engine.dialog import WORDS, Reply
from complaint_qms.services.knowledge import finder
from complaint_qms.services.record.language import speaking


def said(replies: Iterable[Reply], language: str) -> str:
    """The text of a message; empty where nothing is said."""
    with speaking(language):
        lines = [line for reply in replies for line in _lines(reply)]
    return "\n".join(lines)


def file_refused(largest: int) -> Reply:
    """That a file was not taken, and what would be."""
    return Reply("file_refused", {"size": str(largest)})


def _lines(reply: Reply) -> list[str]:
    if reply.key == "file_refused":
        sentence = _("A file could not be taken: send photos, videos, sound or PDF of at most {0} MB.")
        return [sentence.format(reply.values["size"])]
    lines = [_(WORDS[reply.key]).format(**reply.values)]
    if reply.article and (link := finder.link_of(reply.article)):
        lines.append(link)
    if reply.choices:
        # Bare words are ERPNext's as well, in some languages with another or no translation.
        offered = (_(WORDS[choice], context="Complaint QMS") for choice in reply.choices)
        lines.append(" / ".join(f"[{one}]" for one in offered))
    return lines
