"""Bytes of a mail as text, also where it names no charset, a wrong one or one that nobody knows."""

from __future__ import annotations

import codecs
import re
from email.header import Header, decode_header
from typing import Any, Final

# What is declared, and what it means where mails are written: the larger set that contains it.
_LARGER: Final = {
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "hz-gb-2312": "hz",
    "big5": "big5hkscs", "x-x-big5": "big5hkscs", "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "euc_kr": "cp949",
    "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252", "windows-874": "cp874",
    "unicode-1-1-utf-7": "utf-7", "utf8": "utf-8", "iso-8859-8-i": "iso8859_8", "ansi_x3.4-1968": "cp1252",
}  # fmt: skip
_CJK: Final = ("gb18030", "big5hkscs", "cp949", "cp932", "hz", "euc_jp")
_GUESSED: Final = ("gb18030", "big5hkscs", "cp932", "cp949")
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_WIDE: Final = re.compile("[\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef]")
_KANA: Final = re.compile("[\u3041-\u30fa]")
_HANGUL: Final = re.compile("[\uac00-\ud7a3]")
# Characters that almost every Chinese sentence has one of, in simplified and in traditional writing.
_COMMON: Final = re.compile(
    "[的是了不在有我们这一个请您好收到产品问题公司没和后为客户质量已经以及与時這們個請產問題為沒說對過裡後會來還給請麼嗎壞換貨訂單]"
)
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_SAMPLE: Final = 1 << 16
_SENSIBLE: Final = 0.55
_CLEARLY: Final = 0.4


def decoded(raw: bytes, declared: str | None = None) -> str:
    """The text of `raw`; bytes that no charset explains become U+FFFD, nothing is left out.

    What is declared is believed unless the bytes contradict it: it cannot read them, or they are UTF-8 with characters
    that its own reading would make nonsense of.
    """
    if raw.startswith(codecs.BOM_UTF8):
        return raw.decode("utf-8-sig", "replace")
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    named = _codec(declared)
    if named in ("utf_16", "utf_16_le", "utf_16_be", "utf_7") and (text := _read(raw, named)) is not None:
        return text
    if b"\x1b$" in raw[:_SAMPLE] and (text := _read(raw, "iso2022_jp_ext")) is not None:
        return text
    if raw.isascii() and named != "hz":
        return raw.decode("ascii")
    utf8 = _read(raw, "utf-8")
    if utf8 is not None and (named is None or named not in _CJK or _HAN.search(utf8) or _WIDE.search(utf8)):
        return utf8
    if named is not None and named not in ("utf-8", "cp1252") and (text := _read(raw, named)) is not None:
        other = _guess(raw) if named in _CJK else None
        # A Big5 text is valid GB18030 as well, of characters that nobody writes.
        if other and other != named and _score(raw, other) > _score(raw, named) + _CLEARLY:
            return _read(raw, other) or text
        return text
    # Latin-1 explains every byte, so what is declared as that may be anything.
    if (guess := _guess(raw)) and (text := _read(raw, guess)) is not None:
        return text
    damaged = raw.decode(named or "utf-8", "replace")
    understood = sum(ord(char) > 127 and char != "\ufffd" for char in damaged)
    if named != "cp1252" and damaged.count("\ufffd") < understood:
        return damaged
    return _read(raw, "cp1252") or raw.decode("latin-1")


def header_text(value: object) -> str:
    """A header as its reader sees it: encoded words of any charset, raw bytes of older programs, folded lines."""
    raw: Any = value if isinstance(value, Header) else str(value or "")  # one of raw bytes keeps them
    if isinstance(raw, str) and any("\udc80" <= char <= "\udcff" for char in raw):
        raw = decoded(raw.encode("utf-8", "surrogateescape"))
    joined: list[tuple[bytes, str | None]] = []
    try:
        words = decode_header(raw)
    except Exception:  # base64 that is none: the header stays as it was sent
        words = [(str(raw), None)]
    for piece, charset in words:
        data = piece.encode("utf-8", "surrogateescape") if isinstance(piece, str) else piece
        # A character may be cut in two by the end of an encoded word.
        if joined and charset and joined[-1][1] == charset:
            joined[-1] = (joined[-1][0] + data, charset)
        else:
            joined.append((data, charset))
    text = "".join(decoded(data, charset) for data, charset in joined)
    return " ".join(text.replace("\x00", "").split())


def _codec(declared: str | None) -> str | None:
    name = (declared or "").strip().strip("\"'").lower()
    name = _LARGER.get(name, name)
    try:
        found = codecs.lookup(name).name if name else None
    except (LookupError, ValueError):
        return None
    # Codecs that are no charsets (`base64`, `zlib`) read no text; `unicode_escape` and `idna` no mails.
    if found is None or found in (
        "unicode_escape",
        "raw_unicode_escape",
        "idna",
        "punycode",
        "undefined",
        "mbcs",
    ):
        return None
    return (
        {"utf-8": "utf-8"}.get(found, found)
        if getattr(codecs.lookup(found), "_is_text_encoding", True)
        else None
    )


def _read(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except (UnicodeError, LookupError):
        return None


def _guess(raw: bytes) -> str | None:
    """The East Asian charset in which the bytes make sense; None where none does better than a Latin one."""
    scores = {codec: _score(raw, codec) for codec in _GUESSED}
    best = max(scores, key=lambda codec: scores[codec])
    return best if scores[best] > _SENSIBLE else None


def _score(raw: bytes, codec: str) -> float:
    """How much the bytes look like a language when they are read so: 0 to about 2."""
    sample = b"\n".join(line for line in raw[: 4 * _SAMPLE].splitlines() if not line.isascii())[:_SAMPLE]
    text = sample.decode(codec, "replace")
    foreign = sum(ord(char) > 127 for char in text)
    if not foreign or text.count("\ufffd") > 1 + foreign // 50:
        return 0.0
    wide = len(_WIDE.findall(text)) / foreign
    if codec == "cp932":
        kana = len(_KANA.findall(text)) / foreign
        return wide + kana if kana > 0.2 else 0.0
    if codec == "cp949":
        hangul = len(_HANGUL.findall(text)) / foreign
        return hangul + 0.3 if hangul > 0.7 else 0.0
    common = min(3 * len(_COMMON.findall(text)) / foreign, 1.0)
    # In Latin writing a letter with an accent stands among letters without; two together make a word like “größer”.
    runs = [len(run) for run in _HIGH.findall(sample)]
    paired = 0.2 if max(runs, default=0) >= 4 and not any(run % 2 for run in runs) else 0.0
    return wide * 0.5 + common + paired
