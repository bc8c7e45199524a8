"""In which writing are these bytes? East Asian, Cyrillic and Greek encodings told by the characters that people use.

A text read in a wrong encoding is valid now and then, but its characters are ones that nobody writes: of a Chinese text read
rightly about half are among the few hundred commonest, read wrongly hardly any is. Latin letters with accents stand among
letters without; letters of other writings stand among themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Final

_SIMPLIFIED: Final = frozenset(
    "的一是不了在有人我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天"
    "分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产"
    "品质量客户投诉编号日期时间类型问题描述严重程度批次供应商处理负责状态关闭型名称数量金额费用反馈原因结果更换退货维修漏油水损坏划伤噪音电源按键屏幕包装标签公司地区部门联系话"
)
_TRADITIONAL: Final = frozenset(
    "的一是不了在有人我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天"
    "分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產"
    "品質量客戶投訴編號日期時間類型問題描述嚴重程度批次供應商處理負責狀態關閉型名稱數量金額費用反饋原因結果更換退貨維修漏油水損壞劃傷噪音電源按鍵螢幕包裝標籤公司地區部門聯繫話請您"
)
_JAPANESE: Final = frozenset(
    "日一国人年大十二本中長出三時行見月分後前生五間上東四今金九入学高円子外八六下来気小七山話女北午百書先名川千水半男西電校語土木聞食車何南万毎白天母火右読友左休父雨"
    "受付番号製品名客様得意先不具合内容苦情対応完了担当者状態費用区分原因処置部型式交換返品部署回答報告確認発生故障破損漏音電源動作表示機会社部数量重大度管理整登録作業始終"
)
_CYRILLIC: Final = re.compile("[Ѐ-ӿ]")
_FREQUENT: Final = {"cyrillic": frozenset("оеаинтсрвлкмдпуя"), "greek": frozenset("αοιετνσρκπυηλμς")}
_SINGLE: Final = {
    "cp1251": ("cyrillic", "Ѐ", "ӿ"),
    "koi8_r": ("cyrillic", "Ѐ", "ӿ"),
    "cp866": ("cyrillic", "Ѐ", "ӿ"),
    "iso8859_5": ("cyrillic", "Ѐ", "ӿ"),
    "cp1253": ("greek", "Ͱ", "Ͽ"),
}
_DOUBLE: Final = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")
_RUN: Final = re.compile(rb"[\x80-\xff]+")
_LETTER: Final = re.compile(rb"[A-Za-z]")
_SIGNS: Final = frozenset(
    b"\x80\x85\x91\x92\x93\x94\x95\x96\x97\x99\xa0\xa3\xa7\xa9\xab\xae\xb0\xb1\xb2\xb3\xb4\xb5\xb7\xb9\xba\xbb\xbc\xbd\xbe\xd7\xf8\xd8"
)
"""Signs that stand alone in Latin texts: €, quotes, dashes, §, °, ², µ, Ø …"""
_WESTERN: Final = frozenset("äöüßéèêëàâáãåçñóôõòíîïìúùûœæøýÄÖÜÉÈÊÀÂÁÃÅÇÑÓÔÕÍÎÚØÆ")
_CENTRAL: Final = frozenset("ąćęłńóśźżčšžřěýáíéůúťďňőűăâîöüäĄĆĘŁŃŚŹŻČŠŽŘÁÉÍÓÖÚÜ")
_LATIN: Final = {"cp1252": _WESTERN, "cp850": _WESTERN, "mac_roman": _WESTERN, "cp1250": _CENTRAL}
_IN_WORDS: Final = re.compile(rb"(?<=[A-Za-z])[\x80-\xff]|[\x80-\xff](?=[a-z])")
_AFTER_SMALL: Final = re.compile(rb"(?<=[a-z])[\x80-\xff]")
_USUAL_LETTERS: Final = 0.7
_CERTAIN: Final = 0.3
_AHEAD: Final = 0.2
_SCRIPT: Final = 0.9
_KANA: Final = 0.15
_LEAST: Final = 4
"""Characters outside ASCII from which on they tell anything."""


def encoding_of(data: bytes, fits: Callable[[str], bool]) -> str:
    """The encoding of text in an East Asian, Cyrillic or Greek writing, or in Latin letters of DOS, of a Mac or of Central
    Europe; "" where the bytes do not say it for certain.

    Args:
        data: lines that hold bytes above 127.
        fits: can the whole file be read in this encoding?
    """
    latin = is_latin(data)
    scores = {encoding: _score(data, encoding) for encoding in (_DOUBLE if latin else (*_DOUBLE, *_SINGLE))}
    best = max(scores, key=lambda encoding: scores[encoding])
    second = max(score for encoding, score in scores.items() if encoding != best)
    if scores[best] >= _CERTAIN and scores[best] >= second + _AHEAD:
        return best if fits(best) else ""
    found = _of_latin_letters(data)
    return found if latin and found and fits(found) else ""


def may_be_gb18030(data: bytes) -> bool:
    """Does no other East Asian reading make more of the bytes?"""
    scores = {encoding: _score(data, encoding) for encoding in _DOUBLE}
    return scores["gb18030"] >= max(scores.values())


def is_latin(data: bytes) -> bool:
    """Do most bytes above 127 stand as accented letters and signs stand in Latin texts?"""
    usual = total = 0
    for run in _RUN.finditer(data):
        total += 1
        start, end = run.span()
        beside = _LETTER.match(data[start - 1 : start]) or _LETTER.match(data[end : end + 1])
        usual += (end - start <= 3 and beside is not None) or _SIGNS.issuperset(run.group())
    return usual >= 0.6 * total


def is_western(data: bytes) -> bool:
    """Do bytes above 127 make words of Western Europe in Windows-1252, and in no other encoding another word?"""
    inner = b"".join(_AFTER_SMALL.findall(data))
    read = {encoding: inner.decode(encoding, errors="replace") for encoding in _LATIN}
    shares = {
        encoding: sum(char in _LATIN[encoding] and char.islower() for char in text) / max(1, len(inner))
        for encoding, text in read.items()
    }
    rivals = [name for name in _LATIN if name != "cp1252" and read[name] != read["cp1252"]]
    return (
        len(inner) >= _LEAST
        and shares["cp1252"] >= _SCRIPT
        and all(shares[rival] < _USUAL_LETTERS for rival in rivals)
    )


def utf16_without_mark(head: bytes) -> str:
    """``utf-16-le`` or ``utf-16-be`` of text that has no byte-order mark, "" where it is neither."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = head[: len(head) // 2 * 2].decode(encoding, errors="replace")
        good = sum(char.isprintable() or char in "\r\n\t" for char in text)
        if "\n" in text and good >= 0.99 * len(text):
            return encoding
    return ""


def _of_latin_letters(data: bytes) -> str:
    """Which Latin encoding makes words of the bytes that stand among letters, where it is not the usual one."""
    inner = b"".join(_IN_WORDS.findall(data))
    if len(inner) < _LEAST:
        return ""
    shares = {
        encoding: sum(char in letters for char in inner.decode(encoding, errors="replace")) / len(inner)
        for encoding, letters in _LATIN.items()
    }
    best = max(shares, key=lambda encoding: shares[encoding])
    certain = shares[best] >= _SCRIPT and shares["cp1252"] < _USUAL_LETTERS
    return best if certain else ""


def _score(data: bytes, encoding: str) -> float:
    """How much the text looks like one that people write when it is read so, 0 to 1."""
    # The syllables that Windows added to EUC-KR are hardly used, and any two bytes are one.
    text = data.decode("euc_kr" if encoding == "cp949" else encoding, errors="replace")
    foreign = [char for char in text if char > "\x7f"]
    if len(foreign) < _LEAST or foreign.count("\ufffd") > 0.01 * len(foreign):
        return 0.0
    if encoding in _SINGLE:
        return _of_letters(text, foreign, *_SINGLE[encoding])
    kana = sum("\u3041" <= char <= "\u30fe" for char in foreign) / len(foreign)
    han = [char for char in foreign if "\u4e00" <= char <= "\u9fff"]
    hangul = sum("\uac00" <= char <= "\ud7a3" for char in foreign)
    halved = sum("\uff61" <= char <= "\uff9f" for char in foreign)
    if encoding == "cp949":
        return hangul / len(foreign) if hangul >= _SCRIPT * (hangul + len(han)) and kana < _KANA else 0.0
    if encoding in ("cp932", "euc_jp"):
        if halved > 0.3 * len(foreign):
            return 0.0
        known = sum(char in _JAPANESE for char in han) / len(han) if han else 1.0
        return (kana + (1 - kana) * known) if kana >= _KANA or known > 0.5 else 0.0
    if kana >= _KANA or not han:
        return 0.0
    common = _TRADITIONAL if encoding == "big5hkscs" else _SIMPLIFIED
    return sum(char in common for char in han) / len(han) * min(1.0, 1.5 * len(han) / len(foreign))


def _of_letters(text: str, foreign: list[str], writing: str, first: str, last: str) -> float:
    letters = [char for char in foreign if first <= char <= last]
    if len(letters) < _SCRIPT * len(foreign):
        return 0.0
    odd = sum(
        before.islower() and after.isupper()
        for before, after in pairwise(text)
        if first <= before <= last and first <= after <= last
    )
    known = sum(char.lower() in _FREQUENT[writing] for char in letters) / len(letters)
    small = sum(char.islower() for char in letters) / len(letters)
    return max(0.0, known * (0.3 + 0.7 * small) - 3 * odd / len(letters))
