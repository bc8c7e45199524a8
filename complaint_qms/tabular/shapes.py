"""The shape of a date as people write it: which family of forms a cell belongs to, and which cells say nothing."""

from __future__ import annotations

import re
from functools import lru_cache

from complaint_qms.constants.text_units import EN_MONTH_NAMES, EN_MONTHS

BLANKS = frozenset(
    (
        "", "n/a", "na", "none", "null", "nan", "nat", "-", "--", ".", "?", "#n/a", "unknown", "unk", "asku",
        "not available", "not provided", "not reported", "无", "空", "未知", "不详",
    )
)  # fmt: skip
"""What people write into a cell when they have nothing to write, in lower case."""
NO_NUMBERS = BLANKS | frozenset(
    (
        "ni", "n/i", "n.i.", "n.a.", "n\\a", "nil", "no info", "no information", "not applicable", "not known",
        "not given", "not stated", "none given", "unavailable", "unkn", "ukn", "tbd", "tba", "*", "**", "---", "x",
        "xx", "xxx", "/", "\\", "??", "???", "0", "没有", "无批号", "无序列号", "不明", "不清楚", "不知道", "未提供", "待定",
    )
)  # fmt: skip
"""The same in a column of lots or serial numbers."""

_DIGITS = str.maketrans("0123456789０１２３４５６７８９", "9" * 20)
_WIDE = str.maketrans("０１２３４５６７８９／－：．　，", "0123456789/-:. ,")
_LETTERS = re.compile(r"[A-Za-z]+")
_TIME = r"(?:(?P<gap>[T ]+|(?<=日) ?)(?P<clock>9{1,2}:99(?::99)?(?:[.,]9+)?)(?P<ampm> ?[AP]M)?)?(?P<zone> ?(?:Z|[+-]99:?99))?"
_NUMERIC = re.compile(r"^(?P<a>9{1,2})(?P<sep>[-/. ])(?P<b>9{1,2})(?P=sep)(?P<y>9{4}|99)" + _TIME + "$")
_YEAR_FIRST = re.compile(r"^9{4}(?P<sep>[-/.])9{1,2}(?P=sep)9{1,2}" + _TIME + "$")
_CHINESE = re.compile(r"^9{4}年9{1,2}月9{1,2}日?" + _TIME + "$")
_COMPACT = re.compile(r"^9{8}" + _TIME + "$")
_COMPACT_TIME = re.compile(r"^9{14}$")
_DAY_NAME = re.compile(r"^9{1,2}(?P<sep>[- /.])(?P<m>M+)\.?,?(?P=sep)(?P<y>9{4}|99)" + _TIME + "$")
_NAME_DAY = re.compile(r"^(?P<m>M+)\.? 9{1,2},? 9{4}" + _TIME + "$")
_SERIAL = re.compile(r"^9{5}([.,]9+)?$")
_EPOCH = re.compile(r"^9{10}(9{3})?$")
MONTHS = frozenset((*EN_MONTHS, *EN_MONTH_NAMES, "sept"))


def clean(text: str) -> str:
    """Width-folded, trimmed, single-spaced."""
    text = text.strip()
    return text if text.isascii() else " ".join(text.translate(_WIDE).split())


def shape(text: str) -> str:
    """``2021-3-4 08:15`` -> ``9999-9-9 99:99``; letters of a month name become M, AM / PM and zones stay."""

    form = text.translate(_DIGITS)
    if not form.strip("9-/.: ,T"):
        return form  # no letters but the T of ISO: the usual case, and the fast one

    def letters(match: re.Match) -> str:
        word = match.group()
        if word.lower() in MONTHS:
            return "M" * min(len(word), 4)
        return word.upper()

    return _LETTERS.sub(letters, form)


@lru_cache(maxsize=4096)
def classify(form: str) -> tuple[str, re.Match | None]:
    """Family of a shape: ymd, numeric (order unknown), compact, chinese, named, serial, epoch or none."""
    for name, pattern in (
        ("ymd", _YEAR_FIRST),
        ("numeric", _NUMERIC),
        ("chinese", _CHINESE),
        ("compact_time", _COMPACT_TIME),
        ("compact", _COMPACT),
        ("day_name", _DAY_NAME),
        ("name_day", _NAME_DAY),
        ("serial", _SERIAL),
        ("epoch", _EPOCH),
    ):
        if match := pattern.match(form):
            return name, match
    return "none", None


def is_date(text: str) -> bool:
    """Is this a date in letters or signs of its own, not a bare number that might be one?"""
    text = clean(text)
    return 5 <= len(text) < 40 and classify(shape(text))[0] not in ("none", "serial", "epoch")
