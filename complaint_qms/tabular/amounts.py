"""Numbers, currencies and yes or no, as people write them in cells."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from complaint_qms.tabular import heading_words as words
from complaint_qms.tabular.dates import BLANKS

_YES = frozenset(
    (
        "y", "yes", "true", "t", "1", "x", "✓", "✔", "√", "ja", "j", "wahr", "oui", "o", "vrai", "si", "s", "verdadero", "sim", "verdadeiro",
        "v", "はい", "あり", "有り", "○", "〇", "是", "有", "真", "对",
    )
)  # fmt: skip
_NO = frozenset(
    (
        "n", "no", "false", "f", "0", "nein", "falsch", "non", "faux", "falso", "nao", "いいえ", "なし", "無", "無し", "×", "✗", "否", "无",
        "没有", "假", "不",
    )
)  # fmt: skip
_NUMBER = re.compile(r"[-+]?\d[\d,. ]*")
_BLANKS_BETWEEN = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "'": "", "’": "", "，": ",", "．": "."}
)
_GROUP = 3
_CODES = re.compile(r"[a-z]+\$?|[€$£¥￥₹₩元円]|人民币|日元|美元|欧元")
_LEAST_OF_CURRENCY = 0.02


def parse_flag(text: str) -> str | None:
    """``yes`` or ``no`` as people write them; None for an empty cell and for what is neither."""
    word = text.strip().lower()
    if not word.isascii() and word not in _YES and word not in _NO:
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    if word in _YES:
        return "yes"
    return "no" if word and (word in _NO or word in BLANKS) else None


def parse_number(text: str, decimal: str = "") -> float | None:
    """``1,234.50``, ``1.234,50``, ``¥12``, ``12,50-`` or ``12 kg`` as a number; None when there is none.

    Args:
        decimal: the decimal mark of the column, as :func:`decimal_marks` finds it.
    """
    text = text.translate(_BLANKS_BETWEEN)
    match = _NUMBER.search(text)
    if not match:
        return None
    digits = match.group().strip(" .,").replace(" ", "")
    comma, point = digits.rfind(","), digits.rfind(".")
    if decimal:
        digits = digits.replace("." if decimal == "," else ",", "").replace(decimal, ".")
    elif comma > point and len(digits) - comma - 1 != _GROUP:
        digits = digits.replace(".", "").replace(",", ".")
    elif comma >= 0 and point >= 0 and comma > point:
        digits = digits.replace(".", "").replace(",", "")
    else:
        digits = digits.replace(",", "")
    try:
        number = float(digits)
    except ValueError:
        return None
    return -number if text.rstrip().endswith("-") else number  # as SAP writes a credit


def parse_persons(text: str) -> float | None:
    """How many people: a number, or a yes, which is one at least."""
    number = parse_number(text)
    if number is not None:
        return number
    return {"yes": 1.0, "no": 0.0, None: None}[
        parse_flag(text) if text.strip().lower() not in BLANKS else None
    ]


def decimal_marks(samples: Mapping[str, Sequence[str]], typed: bool = False) -> dict[str, str]:
    """Key of a column → its decimal mark, where there is any doubt: by the column itself, by the others of the file, else
    a lone mark before three figures groups thousands.

    Args:
        samples: cells of each column of numbers.
        typed: numbers as programs write them, whose point is a decimal one.
    """
    told: dict[str, Counter[str]] = {}
    doubtful: dict[str, set[str]] = {}
    for key, sample in samples.items():
        told[key], doubtful[key] = _marks(sample)
    others = sum(told.values(), Counter())
    found = {}
    for key, doubts in doubtful.items():
        votes = told[key] or others
        if votes:
            found[key] = votes.most_common(1)[0][0]
        elif doubts == {"."} and not typed:
            found[key] = ","
    return found


def currencies(heading: str, sample: Iterable[str]) -> list[str]:
    """Currencies of a column of amounts, the most usual first: those that its cells name, else that of its heading. A stray
    cell is none."""
    cells = list(sample)
    named = Counter(code for text in cells if (code := named_currency(text)))
    usual = [code for code, count in named.most_common() if count >= _LEAST_OF_CURRENCY * len(cells)]
    of_heading = named_currency(heading)
    return usual or ([of_heading] if of_heading else [])


def named_currency(text: str) -> str:
    """The currency that a cell or a heading names; "" for none, and for a sign that several share."""
    found = (words.CURRENCIES.get(part, "") for part in _CODES.findall(text.lower()))
    return next(filter(None, found), "")


def _marks(sample: Sequence[str]) -> tuple[Counter[str], set[str]]:
    """Decimal marks that cells can only be read with, and the marks that may be either."""
    told: Counter[str] = Counter()
    doubts: set[str] = set()
    for text in sample:
        match = _NUMBER.search(text.translate(_BLANKS_BETWEEN))
        digits = match.group().strip(" .,").replace(" ", "").lstrip("+-") if match else ""
        comma, point = digits.count(","), digits.count(".")
        if comma and point:
            told["," if digits.rfind(",") > digits.rfind(".") else "."] += 1
        elif comma > 1 or point > 1:
            told["." if comma else ","] += 1
        elif comma or point:
            mark = "," if comma else "."
            before, _, after = digits.partition(mark)
            if len(after) != _GROUP or len(before) > _GROUP or before == "0":
                told[mark] += 1
            else:
                doubts.add(mark)
    return told, doubts
