"""Whole mails: broken, in any charset, packed by Outlook, of machines; and the same mail written anew."""

from __future__ import annotations

import struct
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from complaint_qms.constants.correspondence import RETURNED
from complaint_qms.engine.mail.files import clean_name, image_size
from complaint_qms.engine.mail.mail_parser import Mail, read_mail
from complaint_qms.engine.mail.repair import rewritten
from complaint_qms.engine.mail.tnef import unpack
from complaint_qms.engine.text_language import written_language
from tests import mails
from tests.effort import lines_run

ZH = "您好，我们收到的水泵漏水了，请尽快换货。㐀"
PHOTO, LOGO = mails.png(1600, 1200), mails.png(180, 60)


def of(mail: EmailMessage | MIMEMultipart) -> Mail:
    return read_mail(mail.as_bytes())


def with_pictures(html: str, *pictures: tuple[str, bytes, str]) -> Mail:
    made = MIMEMultipart("related")
    made["From"], made["Subject"] = "ann@customer.example", "Pump"
    made.attach(MIMEText(html, "html", "utf-8"))
    for cid, content, disposition in pictures:
        part = MIMEImage(content, "png")
        part.add_header("Content-Disposition", disposition, filename=f"{cid or 'file'}.png")
        if cid:
            part.add_header("Content-ID", f"<{cid}>")
        made.attach(part)
    return of(made)


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "gb18030", "utf-8", "iso-8859-1", "x-nobody", None])
def test_chinese_in_gb18030_whatever_is_declared(declared: str | None) -> None:
    subject = mails.encoded_word("水泵漏水㐀", "gb18030", "gb2312")
    mail = read_mail(mails.raw_text(ZH, "gb18030", declared, subject))
    assert mail.parts.written == ZH
    assert (mail.subject, mail.language) == ("水泵漏水㐀", "zh")
    again = read_mail(rewritten(mail, mail.files))
    assert (again.parts.written, again.subject) == (ZH, "水泵漏水㐀")


def test_who_wrote_what_to_whom_and_when() -> None:
    mail = of(
        mails.plain(
            "Hello", sender='"Lee, Ann" <Ann@Customer.example>', to="Service <service@harbour.example>, b@x.example", Cc="c@x.example",
            Reply_To="orders@customer.example", In_Reply_To="<a@h.example>", References="<first@h.example> <a@h.example>", Message_ID="<m1@customer.example>",
        )
    )  # fmt: skip
    assert mail.author == ("Lee, Ann", "ann@customer.example")
    assert mail.sender == ("Lee, Ann", "orders@customer.example")
    assert [address for _name, address in (*mail.to, *mail.cc)] == [
        "service@harbour.example",
        "b@x.example",
        "c@x.example",
    ]
    assert mail.answers == ("a@h.example", "first@h.example")
    assert mail.message_id == "m1@customer.example"
    assert mail.sent_at == mails.AT
    again = read_mail(rewritten(mail, ()))
    assert (again.author[1], again.sender[1], again.answers, again.message_id, again.sent_at) == (
        mail.author[1], mail.sender[1], mail.answers, mail.message_id, mail.sent_at,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("date", "received", "year"),
    [
        ("Fri, 27 Nov 2026 15:04:05 +0000", "by x; Fri, 27 Nov 2026 15:05:00 +0000", "2026-11-27 15:04"),
        ("Thu, 01 Jan 1970 00:00:00 +0000", "by x; Fri, 27 Nov 2026 15:05:00 +0000", "2026-11-27 15:05"),
        ("Fri, 27 Nov 2099 15:04:05 +0000", "by x; Fri, 27 Nov 2026 23:05:00 +0800", "2026-11-27 15:05"),
        ("tomorrow", "by x; Fri, 27 Nov 2026 15:05:00 +0000", "2026-11-27 15:05"),
        ("", "by x; Fri, 27 Nov 2026 15:05:00 +0000", "2026-11-27 15:05"),
        ("Fri, 27 Nov 2026 15:04:05 +0000", "", "2026-11-27 15:04"),
        ("", "", "None"),
    ],
)
def test_a_clock_that_is_wrong_gives_way_to_the_servers(date: str, received: str, year: str) -> None:
    assert str(of(mails.plain("x", Date=date, Received=received)).sent_at).startswith(year)


def test_a_winmail_dat_is_unpacked() -> None:
    mail = of(mails.with_winmail([("漏水 照片.png", PHOTO), ("report.pdf", b"%PDF-1.4")]))
    assert [(file.name, file.decoration) for file in mail.files] == [
        ("漏水 照片.png", False),
        ("report.pdf", False),
    ]
    assert mail.files[0].content == PHOTO
    assert mail.parts.written == "See attached."
    assert [file.name for file in read_mail(rewritten(mail, mail.files)).files] == [
        "漏水 照片.png",
        "report.pdf",
    ]


def test_the_text_of_a_winmail_dat_counts_where_the_mail_has_none() -> None:
    assert (
        of(mails.with_winmail([], text="The pump leaks.\r\nAt once.", body="")).parts.written
        == "The pump leaks.\nAt once."
    )


def test_a_winmail_dat_that_is_none_is_a_file() -> None:
    made = mails.plain("x")
    made.add_attachment(b"nothing", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    (file,) = of(made).files
    assert (file.name, file.content) == ("winmail.dat", b"nothing")


@pytest.mark.parametrize("cut", [7, 30, 60, 100, 200, 300])
def test_a_winmail_dat_that_is_cut_off_gives_what_is_whole(cut: int) -> None:
    assert unpack(mails.winmail([("a.png", PHOTO)], "text")[:cut]).files in (
        [],
        [("a.png", PHOTO, "")],
        [("a.png"[:12], PHOTO, "")],
    )


def _properties_of(kind: int, value: bytes, size: int) -> bytes:
    """A winmail.dat of about `size` bytes, whose properties are all alike."""
    one = struct.pack("<HH", kind, 0x3001) + value
    properties = struct.pack("<I", size) + one * (size // len(one))
    return mails.winmail([]) + mails.attribute(1, 0x9003, properties, 6)


@pytest.mark.parametrize(
    "hostile",
    [
        lambda size: _properties_of(0x1001, struct.pack("<I", size // 2), size),
        lambda size: _properties_of(0x0001, b"", size),
        lambda size: _properties_of(0x1003, struct.pack("<II", 1, 0), size),
        lambda size: _properties_of(0x101F, struct.pack("<II", 1, 0), size),
        lambda size: _properties_of(0x0102, struct.pack("<I", 0), size),
        lambda size: mails.winmail([("a.png", b"x")] * (size // 100)),
        lambda size: mails.winmail([]) + mails.attribute(1, 0x9003, struct.pack("<I", 0), 6) * (size // 15),
    ],
    ids=["many of nothing", "nothing", "many numbers", "many texts", "bytes", "files", "blocks"],
)
def test_a_winmail_dat_takes_work_by_its_size_alone(hostile: Callable[[int], bytes]) -> None:
    few, many = (lines_run(unpack, hostile(size)) for size in (4_000, 16_000))
    assert many < 5 * few


def test_pictures_of_the_text_are_evidence_and_those_of_the_signature_are_not() -> None:
    mail = with_pictures(
        '<p>See <img src="cid:photo"> <img src="cid:dot"></p><div class="gmail_signature"><img src="cid:logo"></div><blockquote><img src="cid:old"></blockquote>',
        ("photo", PHOTO, "inline"), ("logo", PHOTO, "inline"), ("old", PHOTO, "inline"), ("dot", mails.png(1, 1), "inline"), ("", LOGO, "attachment"),
    )  # fmt: skip
    assert {file.name: file.decoration for file in mail.files} == {
        "photo.png": False, "logo.png": True, "old.png": True, "dot.png": True, "file.png": False,
    }  # fmt: skip


def test_a_logo_below_the_text_is_no_evidence_even_where_nothing_marks_a_signature() -> None:
    mail = with_pictures('<p>Leaks.</p><p>Ann<br><img src="cid:logo"></p>', ("logo", LOGO, "inline"))
    assert [file.decoration for file in mail.files] == [True]


def test_files_of_one_name_are_told_apart_and_names_are_clean() -> None:
    made = mails.plain("x")
    for content in (b"one", b"two"):
        made.add_attachment(content, maintype="application", subtype="pdf", filename="report.pdf")
    assert [file.name for file in of(made).files] == ["report.pdf", "report (2).pdf"]
    assert clean_name("../../etc/pass\x00wd<b>.txt") == "pass_wd_b_.txt"
    assert clean_name("C:\\photos\\a.png") == "a.png"
    assert len(clean_name("水" * 400 + ".png")) == 120
    assert clean_name("水" * 400 + ".png").endswith(".png")


@pytest.mark.parametrize(
    "header",
    [
        b"attachment; filename*=gb2312''%C2%A9%CB%AE.png", b'attachment; filename="=?gb2312?B?wqnLrg==?=.png"', b'attachment; filename="\xcb\xae\xb1\xc3\xc2\xa9\xcb\xae.png"',
        b"attachment; filename*0*=utf-8''%E6%BC%8F; filename*1*=%E6%B0%B4.png", b'attachment; filename="=?utf-8?B?5ryP?= =?utf-8?B?5rC0?=.png"',
    ],
)  # fmt: skip
def test_names_of_files_in_every_writing(header: bytes) -> None:
    raw = b"From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: image/png\r\nContent-Disposition: " + header + b"\r\n\r\ndata\r\n--x--\r\n"  # fmt: skip
    (file,) = read_mail(raw).files
    assert file.name in ("漏水.png", "水泵漏水.png")


def test_a_mail_within_a_mail_is_a_file_and_its_text_is_not_the_writers() -> None:
    made = mails.plain("See the mail of our customer.")
    made.add_attachment(mails.plain("It leaks.", subject="Pump leaks"))
    mail = of(made)
    assert mail.parts.written == "See the mail of our customer."
    assert [file.name for file in mail.files] == ["Pump leaks.eml"]
    assert b"It leaks." in mail.files[0].content


def test_a_bounce_answers_the_mail_it_gives_back() -> None:
    mail = read_mail(mails.returned("<sent@harbour.example>"))
    assert (mail.automatic, mail.answers) == (RETURNED, ("sent@harbour.example",))


BROKEN = {
    "empty": b"",
    "no headers": b"The pump leaks.",
    "no end": b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nThe pump leaks.\r\n",
    "no boundary": b"From: a@b.example\r\nContent-Type: multipart/mixed\r\n\r\nThe pump leaks.\r\n",
    "boundary that never comes": b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\nThe pump leaks.\r\n",
    "broken base64": b"From: a@b.example\r\nContent-Transfer-Encoding: base64\r\n\r\nVGhlIHB1bXAgbGVha3Mu!!!\r\n",
    "broken quoted-printable": b"From: a@b.example\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nThe pump leaks.=ZZ=\r\n",
    "unknown encoding": b"From: a@b.example\r\nContent-Transfer-Encoding: x-own\r\n\r\nThe pump leaks.\r\n",
    "unknown charset in the sender": b"From: =?x-nobody?B?QW5u?= <a@b.example>\r\n\r\nThe pump leaks.\r\n",
    "no sender": b"Subject: Pump\r\n\r\nThe pump leaks.\r\n",
    "sender without address": b"From: Ann\r\n\r\nThe pump leaks.\r\n",
    "content type that is none": b"From: a@b.example\r\nContent-Type: ;;;\r\n\r\nThe pump leaks.\r\n",
    "nul bytes": b"From: a@b.example\r\nSubject: a\x00b\r\n\r\nThe pump\x00 leaks.\r\n",
    "lone line feeds": b"From: a@b.example\n\nThe pump leaks.\n",
    "nested without end": b"From: a@b.example\r\n" + b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(1500)) + b"\r\nThe pump leaks.",
    "broken date": b"From: a@b.example\r\nDate: Fri, 99 Nov 99999 99:99:99 +9999\r\n\r\nThe pump leaks.",
    "two senders": b"From: a@b.example, c@d.example\r\nFrom: e@f.example\r\n\r\nThe pump leaks.",
    "headers of bytes": b"From: \xff\xfe <a@b.example>\r\nSubject: \xff\xfe\r\nMessage-ID: \xff\r\nIn-Reply-To: \xff\r\n\r\nThe pump leaks.",
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_mail_is_read_as_far_as_it_goes(kind: str) -> None:
    mail = read_mail(BROKEN[kind])
    if kind not in ("empty", "no headers"):
        assert "The pump" in (mail.text + mail.html).replace("\x00", "")
    again = message_from_bytes(rewritten(mail, mail.files))
    assert "@" in again["From"]


def test_only_html() -> None:
    made = EmailMessage()
    made["From"] = "ann@customer.example"
    made.set_content("<p>The pump <b>leaks</b>.</p>", subtype="html")
    assert of(made).parts.written == "The pump leaks."


def test_of_two_versions_the_one_that_says_something_counts() -> None:
    made = mails.plain("The pump leaks.")
    made.add_alternative("<html><body> </body></html>", subtype="html")
    assert of(made).parts.written == "The pump leaks."
    made = mails.plain("Your program cannot show this mail.")
    made.add_alternative("<p>The pump leaks.</p>", subtype="html")
    assert of(made).parts.written == "The pump leaks."


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (mails.png(3, 4), (3, 4)), (b"GIF89a\x03\x00\x04\x00", (3, 4)), (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x04\x00\x03\x03", (3, 4)),
        (b"", None), (b"\x89PNG\r\n\x1a\n", None), (b"\xff\xd8" + b"\xff" * 50, None), (b"<svg/>", None),
    ],
)  # fmt: skip
def test_sizes_of_pictures(content: bytes, size: tuple[int, int] | None) -> None:
    assert image_size(content) == size


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ZH, "zh"), ("Pump CX-200 坏了，请换货", "zh"), ("您好，這個產品壞了，請問可以換貨嗎？", "zh-TW"), ("注文した商品が壊れていました。交換をお願いします。", "ja"), ("제품이 고장났습니다", "ko"),
        ("The pump that we have is not working, please help", "en"), ("Die Pumpe ist undicht, bitte senden Sie uns eine neue", "de"), ("La pompe ne fonctionne pas et nous avons une fuite dans le boîtier", "fr"),
        ("La bomba no funciona y el motor se calienta, por favor", "es"), ("A bomba não funciona e o motor está quente, obrigado", "pt"), ("CX-200 E04", ""), ("", ""), ("Насос сломан", "ru"),
    ],
)  # fmt: skip
def test_the_language_of_a_text(text: str, language: str) -> None:
    assert written_language(text) == language
