"""Texts as keyword rules see them: words without contractions, runs of Chinese signs and the marks that end a clause."""

from __future__ import annotations

import re

from complaint_qms.engine.text import HAN, fold

MAX_TOKENS = 3_000

_TOKEN = re.compile(rf"[a-z0-9]+(?:'[a-z]+)?|[{HAN}]+|[.!?;。!?;\n]|,|、")
_ASCII_MARKS = ".!?;,"
_TO_SPACES = str.maketrans(
    {sign: " " for sign in map(chr, range(128)) if not sign.isalnum() and sign not in _ASCII_MARKS}
)
_CONTRACTED = {
    "can't": ("can", "not"),
    "cant": ("can", "not"),
    "cannot": ("can", "not"),
    "won't": ("will", "not"),
    "wont": ("will", "not"),
    **{
        word: (word[:-2], "not")
        for word in (
            "dont",
            "doesnt",
            "didnt",
            "wasnt",
            "werent",
            "isnt",
            "arent",
            "hasnt",
            "havent",
            "hadnt",
        )
    },
}


def tokenize(text: str) -> list[str]:
    """Lower-case words, Han runs and clause marks of a text; contractions are written out (``doesn't`` → does, not)."""
    folded = fold(text)
    found = _tokens(folded)[:MAX_TOKENS]
    if "n't" not in folded and _CONTRACTED.keys().isdisjoint(found):
        return found
    out: list[str] = []
    for token in found:
        if token in _CONTRACTED:
            out.extend(_CONTRACTED[token])
        elif token.endswith("n't"):
            out.extend((token[:-3], "not"))
        else:
            out.append(token)
    return out


def _tokens(folded: str) -> list[str]:
    if not folded.isascii() or "'" in folded:
        return _TOKEN.findall(folded)
    for mark in _ASCII_MARKS:
        folded = folded.replace(mark, f" {mark} ")
    return folded.translate(_TO_SPACES).split()
