"""Numbers and yes or no, as people write them in cells."""

from __future__ import annotations

import re

from complaint_qms.tabular.dates import BLANKS

_YES = frozenset(["y", "yes", "true", "t", "1", "x", "是", "有", "真"])
_NO = frozenset(["n", "no", "false", "f", "0", "否", "无", "没有", "假"])
_NUMBER = re.compile(r"[-+]?\d[\d,. ]*")


def parse_flag(text: str) -> str | None:
    """``yes`` or ``no`` as people write them; None for an empty cell and for what is neither."""
    word = text.strip().lower()
    if word in _YES:
        return "yes"
    return "no" if word and (word in _NO or word in BLANKS) else None


def parse_number(text: str) -> float | None:
    """``1,234.50``, ``1.234,50``, ``¥12`` or ``12 kg`` as a number; None when there is none."""
    match = _NUMBER.search(text)
    if not match:
        return None
    digits = match.group().strip(" .,").replace(" ", "")
    comma, point = digits.rfind(","), digits.rfind(".")
    if comma > point and len(digits) - comma - 1 != 3:
        digits = digits.replace(".", "").replace(",", ".")
    elif comma >= 0 and point >= 0 and comma > point:
        digits = digits.replace(".", "").replace(",", "")
    else:
        digits = digits.replace(",", "")
    try:
        return float(digits)
    except ValueError:
        return None
