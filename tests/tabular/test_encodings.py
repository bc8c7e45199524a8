"""Encodings told by what a file says, those of other writings and those that only look like them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.tabular.encoding import detect_encoding
from complaint_qms.tabular.errors import UnreadableFileError
from complaint_qms.tabular.rows import Table

JAPANESE = "受付番号,受付日,製品名,不具合内容", "K{n},2024/1/{d},ポンプ,水漏れがあり床が濡れた 番号{n}"
SIMPLIFIED = "客诉单号,投诉日期,产品型号,问题描述", "K{n},2024/1/{d},型号,密封圈漏油，要求更换 {n}"
TRADITIONAL = "客訴編號,投訴日期,產品,問題描述", "K{n},2024/1/{d},水泵,產品壞了，客戶要求退貨 {n}"
KOREAN = (
    "접수번호,접수일,제품명,내용",
    "K{n},2024/1/{d},펌프,주문한 제품이 고장났습니다. 교환 부탁드립니다 {n}",
)
RUSSIAN = "Номер;Дата;Изделие;Описание", "K{n};2024-01-{d};Насос;Насос течёт, прошу обмен {n}"
GREEK = "Αριθμός;Ημερομηνία;Προϊόν;Περιγραφή", "K{n};2024-01-{d};Αντλία;Η αντλία διαρρέει, ζητώ αλλαγή {n}"
GERMAN = (
    "Nr;Eingang;Artikel;Beschreibung",
    "K{n};2024-01-{d};Gerät;Gehäuse größer als üblich, hört nicht auf {n}",
)
POLISH = "Nr;Data;Wyrób;Opis", "K{n};2024-01-{d};Pompa;Pompa przecieka, proszę o wymianę, żółty płyn {n}"
WRITTEN = [
    *((JAPANESE, e) for e in ("cp932", "euc_jp", "utf-16-le", "utf-16-be", "utf-8")),
    *((SIMPLIFIED, e) for e in ("gb18030", "utf-16-le", "utf-16-be")),
    *((TRADITIONAL, e) for e in ("big5hkscs", "utf-16-le")),
    *((KOREAN, e) for e in ("cp949", "utf-16-be")),
    *((RUSSIAN, e) for e in ("cp1251", "koi8_r", "cp866", "iso8859_5")),
    (GREEK, "cp1253"),
    *((GERMAN, e) for e in ("cp850", "mac_roman", "utf-16-le", "cp1252", "latin-1")),
    (POLISH, "cp1250"),
]  # fmt: skip


def written(tmp_path, sample, encoding):
    head, row = sample
    path = tmp_path / "a.csv"
    lines = [head, *(row.format(n=n, d=1 + n % 28) for n in range(30))]
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


@pytest.mark.parametrize(("sample", "encoding"), WRITTEN)
def test_the_encoding_is_told_and_the_headings_are_read(tmp_path, sample, encoding):
    table = Table(written(tmp_path, sample, encoding))
    assert table.columns == sample[0].replace(";", ",").split(",")
    assert table.format.doubt is None
    (first,) = next(table.chunks(1)).cells
    assert first == [
        c
        for part in sample[1].format(n=0, d=1).split(";")
        for c in (part.split(",") if ";" not in sample[0] else [part])
    ]


def test_one_row_of_each_writing_is_enough(tmp_path):
    for sample, encoding in WRITTEN:
        path = tmp_path / "one.csv"
        path.write_bytes("\n".join((sample[0], sample[1].format(n=1, d=2))).encode(encoding))
        table = Table(path)
        assert table.columns == sample[0].replace(";", ",").split(","), encoding
        assert sample[1].format(n=1, d=2)[-4:] in next(table.chunks(1)).cells[0][-1], encoding


LATIN = [
    "Gerät",
    "größer",
    "für",
    "Öl",
    "Müller",
    "Straße",
    "außen",
    "heiß",
    "défaut",
    "cassé",
    "réclamation",
    "où",
    "déjà",
    "français",
    "à",
    "côté",
    "señor",
    "daño",
    "avería",
    "reclamación",
    "año",
    "¿qué?",
    "reclamação",
    "não",
    "está",
    "coração",
    "três",
    "às",
    "Ærø",
    "smørrebrød",
    "höj",
    "Åsa",
    "kött",
    "20",
    "°C",
    "5",
    "€",
    "§",
    "12",
    "“quoted”",
    "–",
    "dash",
    "…",
    "½",
    "m²",
    "µm",
    "±",
    "3",
    "Ø",
    "12",
]


@settings(max_examples=150, deadline=None)
@given(
    words=st.lists(st.sampled_from(LATIN), min_size=1, max_size=60),
    plain=st.lists(
        st.sampled_from(["pump", "leaks", "at", "the", "seal", "P-12", "2024-03-04"]), max_size=30
    ),
)
def test_latin_texts_are_never_taken_for_another_writing(tmp_path_factory, words, plain):
    path = tmp_path_factory.mktemp("latin") / "a.csv"
    data = ("No,Text\n1," + " ".join(words + plain) + "\n").encode("cp1252")
    path.write_bytes(data)
    assert detect_encoding(path, data)[0] in ("cp1252", "latin-1", "utf-8")


def test_what_makes_no_words_is_refused(tmp_path):
    path = written(tmp_path, ("No,Date,Text", "K{n},2024-01-{d},ตัวอย่างสินค้าเสีย ขอเปลี่ยน {n}"), "cp874")
    with pytest.raises(UnreadableFileError) as raised:
        Table(path)
    assert raised.value.message.key == "encoding_unknown"
