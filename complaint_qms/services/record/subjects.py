"""A subject for what came without one."""

from __future__ import annotations

from typing import Final

_LONGEST: Final = 100
_LONGEST_GREETING: Final = 40


def subject_of(text: str) -> str:
    """The first line that says something, shortened at a word; a greeting before others says nothing."""
    lines = [" ".join(part.split()) for part in text.splitlines() if any(map(str.isalnum, part))]
    line = next((line for line in lines if not _is_greeting(line)), lines[0] if lines else "")
    if len(line) <= _LONGEST:
        return line
    cut = line[:_LONGEST]
    return (cut.rpartition(" ")[0] if " " in cut[_LONGEST // 2 :] else cut).rstrip(" ,;，；") + "…"


def is_seen(text: str) -> bool:
    """Whether there is a sign in it that a reader sees."""
    return any(sign.isprintable() and not sign.isspace() for sign in text)


def _is_greeting(line: str) -> bool:
    return len(line) <= _LONGEST_GREETING and line.endswith((",", "，", ":", "：", "!", "！"))
