"""Near-duplicates made from real texts: mistyped, reordered, numbers and units written another way. Seeded."""

from __future__ import annotations

import random
import re

_SENTENCE = re.compile(r"(?<=[.!?;。！？；])\s*")
_DIGITS = re.compile(r"(?<![\w.,])\d{1,4}(?![\w.,])")
_EN = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
_EN += ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ZH = "零一二三四五六七八九"
_SWAPS = [
    (r"\bpieces\b", "pcs"),
    (r"\bmiles\b", "mi"),
    (r"\bpercent\b", "%"),
    (r"\bhours\b", "hrs"),
    (r"公斤", "千克"),
    (r"块钱", "元"),
    (r"\bdollars\b", "usd"),
]
_KEYS = "abcdefghijklmnopqrstuvwxyz"


def english_number(value: int) -> str:
    """0 … 9999 in words."""
    if value < 20:
        return _EN[value]
    if value < 100:
        return _TENS[value // 10 - 2] + (f"-{_EN[value % 10]}" if value % 10 else "")
    big, name = (1000, "thousand") if value >= 1000 else (100, "hundred")
    rest = f" {english_number(value % big)}" if value % big else ""
    return f"{english_number(value // big)} {name}{rest}"


def chinese_number(value: int) -> str:
    """0 … 9999 in Chinese numerals."""
    if value < 10:
        return _ZH[value]
    out, zero = "", False
    for scale, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, scale)
        if digit:
            out += (
                ("零" if zero else "") + ("" if digit == 1 and scale == 10 and not out else _ZH[digit]) + name
            )
            zero = False
        elif out and value:
            zero = True
    return out


def renumber(text: str, rng: random.Random) -> str:
    """Numbers in words or full width, thousands grouped, units by another name."""
    chinese = re.search("[\u4e00-\u9fff]", text) is not None

    def one(match: re.Match[str]) -> str:
        value = int(match[0])
        if match[0] != str(value) or (1900 <= value <= 2100):
            return match[0]
        choice = rng.random()
        if choice < 0.5:
            return chinese_number(value) if chinese else english_number(value)
        if choice < 0.75:
            return match[0].translate({48 + n: 0xFF10 + n for n in range(10)})
        return f"{value:,}"

    text = _DIGITS.sub(one, text)
    for pattern, other in _SWAPS:
        text = re.sub(pattern, other, text, flags=re.IGNORECASE)
    return text


def mistype(text: str, rng: random.Random, share: float) -> str:
    """Slips of the finger in about ``share`` of the words (Chinese: of every two characters)."""
    chars = list(text)
    letters = [n for n, char in enumerate(chars) if char.isalpha()]
    if not letters or not share:
        return text
    chinese = sum(1 for n in letters if chars[n] >= "\u4e00") > len(letters) / 2
    units = len(letters) / 2 if chinese else max(len(text.split()), 1)
    for _ in range(max(1, round(units * share))):
        at = rng.choice(letters)
        kind = rng.random()
        if kind < 0.35 and at + 1 < len(chars):
            chars[at], chars[at + 1] = chars[at + 1], chars[at]
        elif kind < 0.6:
            chars[at] = ""
        elif kind < 0.8:
            chars[at] = chars[rng.choice(letters)] if chinese else rng.choice(_KEYS)
        else:
            chars[at] = chars[at] * 2
    return "".join(chars)


def reorder(text: str, rng: random.Random) -> str:
    """Sentences in another order; a single sentence is turned at a comma, or at a word."""
    parts = [part for part in _SENTENCE.split(text) if part]
    joint = " "
    if len(parts) < 2:
        parts = re.split(r"(?<=[,，、])", text)
        joint = ""
    if len(parts) < 2:
        words = text.split(" ")
        cut = len(words) // 2
        return " ".join(words[cut:] + words[:cut])
    rng.shuffle(parts)
    return joint.join(parts)


def near_duplicate(text: str, rng: random.Random, typo_share: float) -> str:
    """All three changes together, and sometimes other letter case."""
    text = mistype(reorder(renumber(text, rng), rng), rng, typo_share)
    return text.upper() if rng.random() < 0.3 else text
