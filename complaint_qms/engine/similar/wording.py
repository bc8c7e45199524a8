"""Keys of a text by which a database finds texts that say nearly the same, without a list of words and without numpy.

Min-hash (Broder, SEQUENCES 1997) in bands of `ROWS`: two texts that have the share J of their words in common share a given
key with a probability of J ** ROWS, and at least one of `KEYS` with 1 - (1 - J ** ROWS) ** KEYS: 97 % for one half, 66 % for
30 %. Words are cut to their first letters, so that "leaks" is "leaking"; of Chinese it is pairs of characters. The keys are a
storage format: they depend on nothing that can be set.
"""

from __future__ import annotations

import random
from typing import Final
from zlib import crc32

from complaint_qms.engine.text import canonical_tokens, han_ngrams, is_han

KEYS: Final = 12
ROWS: Final = 2
_STEM: Final = 6
_MOST_TOKENS: Final = 2_000
# Of a longer text the same sample is taken however it is edited: its smallest hashes.
_MOST_WORDS: Final = 160
_BITS: Final = (1 << 64) - 1
_common_words = (
    "a an and are as at be been but by can could did do does for from had has have he her his i if in is it its me my no not "
    "of on or our she so that the their them then there they this to up us was we were what when which who will with would "
    "you your hello dear please thank thanks regards 我们 你们 他们 这个 那个 一个 就是 已经 可以 因为 所以 但是 现在 还是 什么 "
    "怎么 你好 您好 谢谢 请问"
)
_COMMON: Final = frozenset(_common_words.split())
_generator = random.Random(20260101)
_FACTORS: Final = tuple(tuple(_generator.getrandbits(64) | 1 for _row in range(ROWS)) for _key in range(KEYS))


def text_keys(text: str | None) -> tuple[int, ...]:
    """`KEYS` signed 32-bit numbers other than 0, each to be compared with that of the same place; nothing for a text without
    words."""
    words = _words(text)
    if not words:
        return ()
    hashes = [_mix(crc32(word.encode("utf-8", "surrogatepass"))) for word in words]
    if len(hashes) > _MOST_WORDS:
        hashes = sorted(hashes)[:_MOST_WORDS]
    return tuple(_key(hashes, factors) for factors in _FACTORS)


def _words(text: str | None) -> set[str]:
    found: set[str] = set()
    for token in canonical_tokens(text)[:_MOST_TOKENS]:
        found.update(han_ngrams(token) if is_han(token) else (token[:_STEM],))
    return found - _COMMON


def _key(hashes: list[int], factors: tuple[int, ...]) -> int:
    joined = 0
    for factor in factors:
        joined = _mix(joined ^ min([one * factor & _BITS for one in hashes]))
    return ((joined >> 32) - (1 << 31)) or 1


def _mix(value: int) -> int:
    """A scramble of 64 bits (the finaliser of SplitMix64, Steele et al. 2014)."""
    value = (value + 0x9E3779B97F4A7C15) & _BITS
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _BITS
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _BITS
    return value ^ (value >> 31)
