"""English words without their endings, each worked out once."""

from __future__ import annotations

from functools import lru_cache

from complaint_qms.engine.text import is_han


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A light English stem, only meant to be equal for inflections of one word: ``leaks, leaked, leaking`` → ``leak``."""
    if word.endswith("'s"):
        word = word[:-2]
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) >= 3 and any(vowel in base for vowel in "aeiouy"):
            word = base[:-1] if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz" else base
            break
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


class _Stems(dict[str, str]):
    """Token → its stem; a Han run is its own. Emptied when it is full, which changes speed but no result."""

    MOST = 100_000

    def __missing__(self, token: str) -> str:
        if len(self) >= self.MOST:
            self.clear()
        found = self[token] = token if is_han(token) else stem(token)
        return found


STEMS = _Stems()
