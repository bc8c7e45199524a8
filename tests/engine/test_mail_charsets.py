"""Bytes of mails as text: declared rightly, wrongly, as something smaller, or not at all."""

from __future__ import annotations

from base64 import b64encode
from email import message_from_bytes

import pytest

from complaint_qms.engine.mail.charsets import decoded, header_text

ZH = "您好，我们收到的水泵漏水了，请尽快换货。𠮷 测试㐀"
TW = "您好，這個產品壞了，請問可以換貨嗎？訂單號碼 12345"
JA = "注文した商品が壊れていました。交換をお願いします。"
KO = "주문한 제품이 고장났습니다. 교환 부탁드립니다."
DE = "Die Pumpe läuft nicht mehr – Gehäuse undicht, größer als 20 €"
FR = "La pompe fuit à côté du boîtier, déjà la deuxième"
RU = "Насос сломан"


@pytest.mark.parametrize(
    ("text", "written", "declared"),
    [
        *[(ZH, "gb18030", declared) for declared in ("gb18030", "GB2312", "gbk", "x-gbk", "utf-8", "iso-8859-1", "us-ascii", "big5", "x-nobody", "", None)],
        *[(ZH, "utf-8", declared) for declared in ("utf-8", "UTF8", "gb2312", "iso-8859-1", "x-nobody", "base64", None)],
        *[(TW, "big5", declared) for declared in ("big5", "x-x-big5", "us-ascii", "gb2312", "utf-8", None)],
        *[(JA, "cp932", declared) for declared in ("shift_jis", "x-sjis", "utf-8", "iso-8859-1", None)],
        *[(JA, "iso-2022-jp", declared) for declared in ("iso-2022-jp", "utf-8", None)],
        (JA, "euc_jp", "euc-jp"),
        *[(KO, "cp949", declared) for declared in ("ks_c_5601-1987", "euc-kr", "iso-8859-1", None)],
        *[(DE, "cp1252", declared) for declared in ("windows-1252", "iso-8859-1", "utf-8", "us-ascii", None)],
        *[(FR, "cp1252", declared) for declared in ("iso-8859-1", "utf-8", None)],
        *[(DE, "utf-8", declared) for declared in ("utf-8", "iso-8859-1", "us-ascii", None)],
        (RU, "koi8-r", "koi8-r"), (RU, "cp1251", "windows-1251"),
        ("水泵坏了", "gb18030", None), ("水泵坏了", "gb18030", "iso-8859-1"), ("联通", "gb18030", "gb2312"), ("坏了", "gb18030", "utf-8"),
        ("Größe", "cp1252", None), ("Über", "latin-1", "utf-8"),
        (ZH, "utf-16", None), (ZH, "utf-16", "utf-8"), (ZH, "utf-8-sig", "gb2312"), ("plain", "ascii", "gb2312"), ("", "ascii", None),
    ],
)  # fmt: skip
def test_every_text_is_read_as_it_was_written(text: str, written: str, declared: str | None) -> None:
    assert decoded(text.encode(written), declared) == text


def test_a_damaged_text_keeps_what_is_whole() -> None:
    raw = ZH.encode("utf-8")
    assert decoded(raw[:30] + b"\xff" + raw[30:], "utf-8").replace("\ufffd", "") == ZH
    assert decoded(bytes(range(256)), None)


@pytest.mark.parametrize("size", [1 << 20])
def test_bytes_without_sense_take_no_time(size: int) -> None:
    assert len(decoded(b"\xb0\xff\x80" * (size // 3), None)) > 0


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("=?gb2312?B?" + b64encode("漏水㐀的泵".encode("gb18030")).decode() + "?=", "漏水㐀的泵"),
        # A character cut in two by the end of an encoded word.
        ("=?utf-8?B?" + b64encode("水泵".encode()[:4]).decode() + "?=\r\n =?utf-8?B?" + b64encode("水泵".encode()[4:]).decode() + "?=", "水泵"),
        ("=?iso-8859-1?Q?Geh=E4use?= undicht", "Gehäuse undicht"),
        ("=?x-nobody?B?" + b64encode("漏水了，请换货".encode()).decode() + "?=", "漏水了，请换货"),
        ("=?utf-8?B?a?=", None),
        ("folded\r\n\tline", "folded line"),
        ("", ""),
        (None, ""),
    ],
)  # fmt: skip
def test_headers(header: str | None, text: str | None) -> None:
    assert header_text(header) == text or (text is None and isinstance(header_text(header), str))


def test_a_header_of_raw_bytes() -> None:
    mail = message_from_bytes(b"Subject: " + "水泵漏水了，请换货".encode("gb18030") + b"\r\n\r\n")
    assert header_text(mail["Subject"]) == "水泵漏水了，请换货"
