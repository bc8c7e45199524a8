"""Regular expressions that cannot hang: RE2 matches in time linear in the text, whatever the pattern.

Rules are written by users and run on text written by strangers, so a backtracking matcher would let one pattern stop a
worker, and one with a time limit would answer differently on a busy machine.

Supported is what RE2 reads: literals, ``.``, classes, ``\\d \\w \\s`` and their capitals (letters and digits of every
script), groups, ``|``, ``* + ?`` ``{m,n}``, anchors ``^`` (beginning) and ``$`` (end of the text) and ``\\b``, which marks
the edge of a word of ``a-z 0-9 _`` as RE2 does: it also stands between Chinese and Latin letters. Refused, with a position:
back-references, look-around, repeats above 1000, and ``\\b`` beside a letter of another script, where it never holds.
"""

from __future__ import annotations

import re

import re2

from complaint_qms.engine.message import Message

MAX_PATTERN = 300

_OUTSIDE = re.compile(r"\\(.?)|\[\^?\]?|\{\d+(?:,\d*)?\}|.", re.DOTALL)
_INSIDE = re.compile(r"\\(.?)|.", re.DOTALL)
_ESCAPES = {
    "d": r"\p{Nd}",
    "D": r"\P{Nd}",
    "w": r"[\p{L}\p{N}_]",
    "W": r"[^\p{L}\p{N}_]",
    "s": r"[\s\p{Z}\x{85}]",
    "S": r"[^\s\p{Z}\x{85}]",
    "b": r"\b",
    "n": r"\n",
    "t": r"\t",
    "r": r"\r",
}
_INSIDE_CLASS = {"w": r"\p{L}\p{N}_", "s": r"\s\p{Z}\x{85}"}
_NOT_INSIDE_CLASS = ("W", "S", "b")
_SAID = (
    ("missing )", Message("a parenthesis is not closed")),
    ("unexpected )", Message("unbalanced closing parenthesis")),
    ("missing ]", Message("a character class is not closed")),
    ("no argument for repetition operator", Message("nothing to repeat")),
    ("bad repetition operator", Message("a repeat cannot be repeated")),
    (
        "invalid repetition size",
        Message("repeats are limited to 1000, written out, and their second number is not the smaller one"),
    ),
    ("invalid perl operator", Message("look-around is not supported")),
    ("invalid named capture group", Message("a group's name is not valid")),
    ("invalid character class range", Message("a range in a character class runs backwards or is not known")),
    ("pattern too large", Message("the pattern is too large once its repeats are written out")),
)


class PatternError(ValueError):
    """A pattern that cannot be used; ``message`` says why and where, ``position`` is the offending character's index."""

    def __init__(self, why: Message, position: int):
        self.message = Message("{why} (at character {place})", {"why": why, "place": position + 1})
        self.position = position
        super().__init__(str(self.message))


class Pattern:
    """A compiled pattern. Case is ignored unless ``ignore_case=False``."""

    def __init__(self, pattern: str, *, ignore_case: bool = True):
        if len(pattern) > MAX_PATTERN:
            raise PatternError(
                Message("a pattern may have {most} characters at most", {"most": MAX_PATTERN}), MAX_PATTERN
            )
        self.pattern = pattern
        options = re2.Options()
        options.log_errors = False
        options.never_capture = True
        options.case_sensitive = not ignore_case
        try:
            self._compiled = re2.compile(_as_bytes(_translated(pattern)), options)
        except re2.error as error:
            raise _refused(pattern, error) from None

    def search(self, text: str) -> bool:
        """Whether the pattern occurs anywhere in ``text``."""
        return self._compiled.search(_as_bytes(text)) is not None


def _translated(pattern: str) -> str:
    """The pattern as RE2 reads it: classes of characters mean those of every script."""
    out, at, in_class, before = [], 0, False, ""
    while match := (_INSIDE if in_class else _OUTSIDE).match(pattern, at):
        piece = match.group()
        if piece[0] == "\\":
            out.append(_escape(match, in_class, before))
        elif in_class:
            in_class = piece != "]"
            out.append("\\[" if piece == "[" else piece)
        elif piece == "{":
            raise PatternError(
                Message(
                    "a repeat looks like {one}, {open} or {both}",
                    {"one": "{2}", "open": "{2,}", "both": "{2,5}"},
                ),
                at,
            )
        elif before == "\\b" and _other_letter(piece):
            raise _no_edge(piece, at)
        else:
            in_class = piece[0] == "["
            out.append(piece)
        before, at = piece, match.end()
    return "".join(out)


def _escape(match: re.Match[str], in_class: bool, before: str) -> str:
    char, at = match.group(1), match.start()
    if not char:
        raise PatternError(Message("a backslash ends the pattern"), at)
    if in_class and char in _NOT_INSIDE_CLASS:
        raise PatternError(
            Message("{escape} cannot stand inside a character class", {"escape": f"\\{char}"}), at
        )
    if in_class and char in _INSIDE_CLASS:
        return _INSIDE_CLASS[char]
    if char == "b" and _other_letter(before):
        raise _no_edge(before, at)
    if char.isalnum() and char not in _ESCAPES:
        raise PatternError(Message("the escape {escape} is not supported", {"escape": f"\\{char}"}), at)
    return _ESCAPES.get(char) or (match.group() if char.isascii() else char)


def _other_letter(piece: str) -> bool:
    return len(piece) == 1 and piece.isalnum() and not piece.isascii()


def _no_edge(char: str, at: int) -> PatternError:
    return PatternError(
        Message(
            "{escape} marks the edge of a word of a-z, 0-9 and _, and never stands beside {char}",
            {"escape": "\\b", "char": char},
        ),
        at,
    )


def _refused(pattern: str, error: Exception) -> PatternError:
    told = error.args[0] if error.args else b""
    reason, _, part = (told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)).partition(
        ": "
    )
    why = next((said for start, said in _SAID if reason.startswith(start)), Message("{why}", {"why": reason}))
    place = pattern.find(part) if part and part != pattern else len(pattern) - 1
    return PatternError(why, max(place, 0))


def _as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")  # a half of a character, which no pattern asks for
