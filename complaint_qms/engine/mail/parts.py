"""The writer's own text of a mail, apart from what was quoted, forwarded or stands below every mail of theirs.

Nothing is lost: every line is in exactly one part. What is in doubt is taken for the writer's own, since a quote in a complaint
is a nuisance and a lost sentence is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Final

from complaint_qms.constants import mail_markers as marks
from complaint_qms.engine.mail.html_text import QUOTE, SIGNATURE, WRITTEN, Line

FORWARDED: Final = "forwarded"
_LONGEST: Final = 500
"""Characters of a line that may be a mark; longer lines are text."""
_MOST_LINES: Final = 20_000
"""Lines that are looked at; what comes after them is the writer's own."""
_MOST_PREFIXES: Final = 12
_HEADERS_WITHIN: Final = 10
_SIGNATURE_LINES: Final = 15
_SIGNATURE_WIDTH: Final = 90
_MARKED_SIGNATURE: Final = (20, 1200)
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_SENTENCE: Final = re.compile(r"[.!?。！？]$")
_ABBREVIATION: Final = re.compile(
    r"\b(?:ltd|inc|co|corp|ag|kg|str|tel|no|nr|st|ext|s\.a|s\.l|e\.v)\.$", re.IGNORECASE
)
_ADDRESS: Final = re.compile(r"[^\s<>\"'（(\[：:;,|]{1,80}@[^\s<>\"'）)\];,|]{3,120}")


@dataclass(frozen=True)
class Parts:
    """A mail's text in its parts. `images` are the Content-IDs shown in each; `origin` is (name, address) of who wrote what
    was forwarded, as far as it says so."""

    written: str = ""
    quoted: str = ""
    forwarded: str = ""
    signature: str = ""
    origin: tuple[str, str] = ("", "")
    images: dict[str, str] = field(default_factory=dict)


def split(lines: Sequence[Line], subject: str = "", *, is_reply: bool = False) -> Parts:
    """The parts of a mail.

    Args:
        subject: as sent; one that begins with a mark of forwarding tells what a quoted mail is.
        is_reply: whether the headers say that this mail answers another one.
    """
    texts = [_plain(line.text) for line in lines]
    kinds = [line.kind for line in lines]
    kinds = _trust_signatures(texts, kinds)
    first_header = _mark_quotes(texts, kinds, is_forward=is_forward(subject), is_reply=is_reply)
    _mark_signature(texts, kinds)
    return Parts(
        written=_joined(texts, kinds, WRITTEN),
        quoted=_joined(texts, kinds, QUOTE),
        forwarded=_joined(texts, kinds, FORWARDED),
        signature=_joined(texts, kinds, SIGNATURE),
        origin=_origin(texts, kinds, first_header),
        images={name: kind for line, kind in zip(lines, kinds, strict=True) for name in line.images},
    )


def is_forward(subject: str) -> bool:
    """Whether a subject begins with a mark of forwarding."""
    return bool(marks.FORWARD_PREFIX.match(subject))


def bare_subject(subject: str) -> str:
    """A subject without the marks of replies and forwards before it; as it is where nothing else is left."""
    bare = subject.strip()
    for _round in range(_MOST_PREFIXES):
        shorter = marks.REPLY_PREFIX.sub("", marks.FORWARD_PREFIX.sub("", bare, count=1), count=1)
        if shorter == bare:
            break
        bare = shorter
    return bare.strip() or subject.strip()


def _plain(text: str) -> str:
    return _INVISIBLE.sub("", text).replace("\u00a0", " ").rstrip()


def _trust_signatures(texts: list[str], kinds: list[str]) -> list[str]:
    """Programs mark as a signature what the writer typed into its place as well: a long one is text."""
    found = [index for index, kind in enumerate(kinds) if kind == SIGNATURE and texts[index].strip()]
    most, longest = _MARKED_SIGNATURE
    long = len(found) > most or sum(len(texts[index]) for index in found) > longest
    nothing_else = not any(text.strip() for text, kind in zip(texts, kinds, strict=True) if kind == WRITTEN)
    if found and (long or nothing_else):
        return [WRITTEN if kind == SIGNATURE else kind for kind in kinds]
    return kinds


def _mark_quotes(texts: list[str], kinds: list[str], *, is_forward: bool, is_reply: bool) -> int:
    """Mark what is quoted or forwarded; gives the line at which the header of a forwarded mail begins, -1 for none."""
    header_at = -1
    index = 0
    attributed = is_reply
    while index < min(len(texts), _MOST_LINES):
        if kinds[index] == SIGNATURE or not texts[index].strip() or len(texts[index]) > _LONGEST:
            index += 1
            continue
        text = texts[index].strip()
        if marks.FORWARDED.match(text) or (is_forward and _begins_mail(texts, index)):
            kinds[index:] = [FORWARDED] * (len(kinds) - index)
            return index
        if _begins_mail(texts, index):
            kinds[index:] = [QUOTE] * (len(kinds) - index)
            return -1
        if length := _attribution(texts, index):
            kinds[index : index + length] = [QUOTE] * length
            attributed = True
            if _rest_is_quoted(texts, kinds, index + length):
                kinds[index:] = [QUOTE] * (len(kinds) - index)
                return -1
            index += length
            continue
        if text.startswith((">", "＞")) and (attributed or _is_quoted_beside(texts, index)):
            kinds[index] = QUOTE
        index += 1
    if is_forward and not any(kind == FORWARDED for kind in kinds) and QUOTE in kinds:
        kinds[:] = [FORWARDED if kind == QUOTE else kind for kind in kinds]
        header_at = kinds.index(FORWARDED)
    return header_at


def _attribution(texts: list[str], index: int) -> int:
    """How many lines of an attribution begin here; 0 where none does."""
    text = texts[index].strip().lstrip(">").strip()
    if marks.ATTRIBUTION.match(text):
        return 1
    if not marks.ATTRIBUTION_BEGINS.match(text):
        return 0
    for length in (2, 3):
        pieces = [line.strip().lstrip(">").strip() for line in texts[index : index + length]]
        joined = " ".join(pieces)
        if len(pieces) < length or not all(pieces) or len(joined) > _LONGEST:
            return 0
        if marks.ATTRIBUTION.match(joined):
            return length
    return 0


def _rest_is_quoted(texts: list[str], kinds: list[str], start: int) -> bool:
    """Whether what follows an attribution is quoted without a mark of its own."""
    following = next((index for index in range(start, len(texts)) if texts[index].strip()), None)
    if following is None:
        return True
    return not texts[following].lstrip().startswith((">", "＞")) and kinds[following] != QUOTE


def _is_quoted_beside(texts: list[str], index: int) -> bool:
    """A single line with a `>` may be a comparison; two are a quote."""
    beside = texts[max(0, index - 1) : index] + texts[index + 1 : index + 2]
    return any(text.lstrip().startswith((">", "＞")) for text in beside)


def _begins_mail(texts: list[str], index: int) -> bool:
    """Whether a mail below the writer's own text begins here: by a rule that says so, or by its headers."""
    text = texts[index].strip().lstrip(">").strip()
    if marks.ORIGINAL.match(text):
        return True
    if marks.RULE.match(text):
        following = next((at for at in range(index + 1, len(texts)) if texts[at].strip()), None)
        return following is not None and following - index <= 3 and _is_header(texts, following)
    return _is_header(texts, index)


def _is_header(texts: list[str], index: int) -> bool:
    """Headers of a mail as programs write them above it: who, when or about what, and somebody's address, close together."""
    if not _roles(texts[index]) & {"from", "date"}:
        return False
    roles: set[str] = set()
    addressed = False
    misses = 0
    for text in texts[index : index + _HEADERS_WITHIN]:
        found = _roles(text)
        roles |= found
        addressed = addressed or bool(found and "@" in text)
        misses = 0 if found or not text.strip() else misses + 1
        # One line of a long list of recipients may stand between.
        if misses > 1:
            break
    return "from" in roles and (
        len(roles) >= 4 or ("subject" in roles and len(roles) >= 3) or (addressed and len(roles) >= 2)
    )


def _roles(text: str) -> set[str]:
    line = text.strip().lstrip(">").strip()
    if not line or len(line) > _LONGEST:
        return set()
    return {role for role, pattern in marks.HEADER.items() if pattern.match(line)}


def _mark_signature(texts: list[str], kinds: list[str]) -> None:
    own = [index for index, kind in enumerate(kinds) if kind == WRITTEN and texts[index].strip()]
    if not own:
        return
    for index in own:
        if len(texts[index]) <= _LONGEST and marks.SENT_FROM.match(texts[index].strip()):
            kinds[index] = SIGNATURE
    for place in range(max(0, len(own) - _SIGNATURE_LINES - 1), len(own)):
        index = own[place]
        text = texts[index].strip()
        below = [texts[other].strip() for other in own[place + 1 :]]
        by_dashes = bool(marks.SIGNATURE_DASHES.match(text)) and _is_short(below)
        by_closing = place > 0 and len(text) <= _SIGNATURE_WIDTH and bool(marks.CLOSING.match(text))
        if by_dashes or (by_closing and _looks_like_names(below)):
            _mark(kinds, own[place:])
            break
    # Two dashes of the standard (RFC 3676 4.3), however long what follows is.
    dashed = next((place for place, index in enumerate(own) if texts[index].strip() in ("--", "––")), None)
    if dashed and _is_short([texts[index].strip() for index in own[dashed + 1 :]]):
        _mark(kinds, own[dashed:])
    for place, index in enumerate(own):
        if place and len(texts[index]) > 40 and marks.DISCLAIMER.match(texts[index].strip()[:_LONGEST]):
            _mark(kinds, own[place:])
            break


def _mark(kinds: list[str], indexes: Iterable[int]) -> None:
    for index in indexes:
        kinds[index] = SIGNATURE


def _is_short(texts: list[str]) -> bool:
    return len(texts) <= 2 * _SIGNATURE_LINES and sum(map(len, texts)) <= 2 * _MARKED_SIGNATURE[1]


def _looks_like_names(texts: list[str]) -> bool:
    """Names, addresses and numbers, in contrast to sentences."""
    if len(texts) > _SIGNATURE_LINES:
        return False
    for text in texts:
        if marks.DISCLAIMER.match(text[:_LONGEST]):
            return True
        ends = _SENTENCE.search(text) and not _ABBREVIATION.search(text)
        words = len(text.split()) + sum("\u4e00" <= char <= "\u9fff" for char in text) // 2
        if len(text) > _SIGNATURE_WIDTH or (ends and words > 3) or _question(text) or words > 14:
            return False
    return True


def _question(text: str) -> bool:
    return text.endswith(("?", "？"))


def _joined(texts: list[str], kinds: list[str], kind: str) -> str:
    """The lines of one part; empty ones between others stay, two at most."""
    kept: list[str] = []
    for text, found in zip(texts, kinds, strict=True):
        if found == kind and (text.strip() or (kept and kept[-1])):
            kept.append(text)
    return "\n".join(kept).strip("\n").strip() if any(text.strip() for text in kept) else ""


def _origin(texts: list[str], kinds: list[str], start: int) -> tuple[str, str]:
    if start < 0:
        return ("", "")
    for text in texts[start : start + _HEADERS_WITHIN + 5]:
        line = text.strip().lstrip(">").strip()[:_LONGEST]
        if found := marks.HEADER["from"].match(line):
            said = found.group(1).replace("[mailto:", "<").replace("]", ">")
            address = _ADDRESS.search(said)
            if not address:
                return (said.strip(" \"'<>;"), "")
            name = parseaddr(said)[0] or said[: address.start()]
            return (name.strip(" \"'<>（(:|"), address.group().strip(".").lower())
    return ("", "")
