"""Files of strangers: what they are by their content, and the place taken out of photos and videos."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from complaint_qms.engine.upload import FileType, file_type, remove_place
from complaint_qms.engine.upload.file_type import BROKEN, MIXED, NOT_TAKEN, TOO_MANY_PIXELS
from complaint_qms.engine.upload.pdf import ACTIVE, LOCKED
from tests.effort import lines_run
from tests.engine.locked_pdfs import CLOSED, OPENS_128, OPENS_256, SCRIPTED

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


looked_at = file_type


def picture(kind: str, size: tuple[int, int] = (40, 30), **more) -> bytes:
    into = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(into, kind, **more)
    return into.getvalue()


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def video(place: bytes = b"", brand: bytes = b"isom") -> bytes:
    moov = box(b"moov", box(b"mvhd", bytes(100)) + box(b"udta", box(b"\xa9xyz", struct.pack(">HH", len(place), 0x15C7) + place)))  # fmt: skip
    return box(b"ftyp", brand + bytes(4) + b"isommp42") + moov + box(b"mdat", b"+48.8577+002.2950/" * 3)


def archive(name: str = "a.txt") -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as file:
        file.writestr(name, "x" * 100)
    return into.getvalue()


def stream(data: bytes, dictionary: bytes = b"", end: bytes = b"\nendstream") -> bytes:
    return b"7 0 obj\n<< /Length %d %s >>\nstream\n" % (len(data), dictionary) + data + end + b"\nendobj\n"


def packed(objects: bytes, more: bytes = b"/Filter /FlateDecode", before: bytes = b"") -> bytes:
    """A PDF whose objects stand in a stream."""
    data = zlib.compress(objects) if b"Fl" in more else objects
    return PDF.replace(b"trailer", before + stream(data, b"/Type /ObjStm /N 1 /First 4 " + more) + b"trailer")


SCRIPT = b"9 0 << /S /JavaScript /JS (app.alert\\(1\\)) >>"
SCAN = zlib.compress(bytes(range(256)) * 40) + b"\x81/JS\x9c(" + bytes(50)
"""What a scanner packs: the three letters stand in it by chance."""
# A scan, its end by chance far from the tail, and a film behind it
MOTION = picture("JPEG") + video() + bytes(range(0xD0)) * 500


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (picture("GIF"), "image/gif"),
        (picture("WEBP"), "image/webp"),
        (box(b"ftyp", b"heic" + bytes(4) + b"mif1heic") + bytes(200), "image/heic"),
        (video(), "video/mp4"),
        (video(brand=b"qt  "), "video/quicktime"),
        (video(brand=b"M4A "), "audio/mp4"),
        (video(brand=b"3gp4"), "video/3gpp"),
        (b"ID3\x03" + bytes(200), "audio/mpeg"),
        (b"OggS" + bytes(200), "audio/ogg"),
        (b"#!AMR\n" + bytes(200), "audio/amr"),
        (PDF, "application/pdf"),
        (PDF.replace(b"/Type", b"/JSTORE 1 /Launchpad 2 /Type"), "application/pdf"),
        (PDF.replace(b"trailer", stream(SCAN, b"/Filter /DCTDecode") * 3 + b"trailer"), "application/pdf"),
        (packed(b"9 0 << /Type /Pages /First 3 0 R >>" * 50), "application/pdf"),
        (
            packed(
                b"9 0 << /Type /Pages >>", b"", before=b"/Encrypt 3 0 R".replace(b"Encrypt", b"EncryptMe")
            ),
            "application/pdf",
        ),
        (OPENS_128, "application/pdf"),
        (OPENS_256, "application/pdf"),
        (MOTION, "image/jpeg"),
        (
            picture("JPEG")
            + picture("JPEG")
            + b"\0\0\x30\nMotionPhoto_Data"
            + MOTION[len(picture("JPEG")) :],
            "image/jpeg",
        ),
    ],
)
def test_what_cameras_and_recorders_make_is_taken(content, mime):
    found = looked_at(content)
    assert isinstance(found, FileType), found
    assert found.mime == mime


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", NOT_TAKEN),
        (b"plain text", NOT_TAKEN),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", NOT_TAKEN),
        (b"<html><script>alert(1)</script>", NOT_TAKEN),
        (b"MZ" + bytes(500), NOT_TAKEN),
        (b"\x7fELF" + bytes(500), NOT_TAKEN),
        (b"#!/bin/sh\nrm -rf /", NOT_TAKEN),
        (archive(), NOT_TAKEN),
        (archive("word/document.xml"), NOT_TAKEN),
        (b"\x1f\x8b" + bytes(100), NOT_TAKEN),
        (picture("JPEG") + archive(), MIXED),
        (picture("GIF") + archive(), MIXED),
        (picture("PNG") + archive(), MIXED),
        (PDF + archive(), MIXED),
        (video() + archive(), MIXED),
        (b"GIF89a/*<script>alert(1)</script>*/" + picture("GIF")[10:], MIXED),
        (picture("JPEG") + b"<?php system($_GET['c']); ?>", MIXED),
        (picture("JPEG", comment=b"<script>alert(1)</script>"), MIXED),
        (picture("PNG") + b"<html><body>", MIXED),
        (b"\n" + PDF, NOT_TAKEN),
        (PDF.replace(b"/Type", b"/JavaScript (app.alert\\(1\\)) /Type"), ACTIVE),
        (PDF.replace(b"/Type", b"/S /Launch /Type"), ACTIVE),
        (PDF.replace(b"/Type", b"/EmbeddedFile /Type"), ACTIVE),
        (PDF.replace(b"/Type", b"/J#53 (x) /Type"), ACTIVE),
        (PDF.replace(b"trailer", b"x" * 200_000 + b"/JavaScript 1" + b"x" * 200_000 + b"trailer"), ACTIVE),
        (packed(SCRIPT), ACTIVE),
        (packed(SCRIPT, b"/Filter [ /Fl ]"), ACTIVE),
        (packed(SCRIPT.replace(b"JavaScript", b"J#61vaScript"), b""), ACTIVE),
        (packed(SCRIPT).replace(b"/Filter", b"/X (1 0 obj) /Filter").replace(b"/Type /ObjStm", b""), ACTIVE),
        (packed(SCRIPT).replace(b"/ObjStm", b"/Obj#53tm /X (1 0 obj)"), ACTIVE),
        (packed(SCRIPT).replace(b"/ObjStm", b"/ObjStm" + b" " * 200_000), ACTIVE),
        (PDF.replace(b"trailer", stream(b"9 0 obj " + SCRIPT) + b"trailer"), ACTIVE),
        (PDF.replace(b"trailer", stream(b"9 0 obj << /S /Rendition /JS (x) >>") + b"trailer"), ACTIVE),
        (PDF.replace(b"trailer", stream(SCAN) + b"<< /JS (x) >>\ntrailer"), ACTIVE),
        (packed(SCRIPT.hex().encode(), b"/Filter [/FlateDecode /ASCIIHexDecode]"), LOCKED),
        (packed(SCRIPT.hex().encode(), b"/Filter /ASCIIHexDecode"), LOCKED),
        (packed(SCRIPT, b"/Filter /FlateDecode /DecodeParms << /Predictor 12 >>"), LOCKED),
        (packed(SCRIPT, b"/Filter 5 0 R % Fl"), LOCKED),
        (packed(b"9 0 << >>", before=b"3 0 obj << /Encrypt 4 0 R >> endobj "), LOCKED),
        (packed(b"9 0 << >>").replace(zlib.compress(b"9 0 << >>"), b"no such thing"), LOCKED),
        (packed(bytes(33 << 20)), LOCKED),
        (SCRIPTED, ACTIVE),
        (CLOSED, LOCKED),
        (OPENS_128.replace(b"/Type /ObjStm", b"/Type /ObjStm /X (7 0 obj)"), LOCKED),
        (OPENS_128.replace(b"/Length", b"% /Length"), LOCKED),
        (OPENS_128.replace(b"endstream", b"endstreaM", 1), LOCKED),
        (OPENS_128.replace(b"trailer", b"<< /Encr#79pt 9 0 R >> trailer").replace(b"%%EOF", b"<< /#45ncrypt 9 0 R >> %%EOF"), LOCKED),
        (SCRIPTED.replace(b"stream\n", b"stream\nx", 1), LOCKED),
        (MOTION + archive(), MIXED),
        (MOTION + b"<?php system($_GET['c']); ?>", MIXED),
        (MOTION + b"<script>alert(1)</script>" + bytes(200_000), MIXED),
        (MOTION[: -100_000] + b"Rar!\x1a\x07" + bytes(100_000), MIXED),
        (picture("JPEG") + bytes(200_000), MIXED),
        (MOTION[600:].join((picture("JPEG")[:300], b"")) + bytes(100_000), BROKEN),
        (PDF[:-8], BROKEN),
        (picture("JPEG")[:-20], BROKEN),
        (picture("PNG")[:-20], BROKEN),
        (b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", 65000, 65000) + bytes(9) + b"IEND\xaeB`\x82", TOO_MANY_PIXELS),
        (b"GIF89a" + struct.pack("<HH", 65535, 65535) + bytes(300), TOO_MANY_PIXELS),
        (b"GIF89a/*" + b"A" * 40 + b"*/=1;alert(1)//", BROKEN),
        (picture("GIF")[:-1], BROKEN),
        (picture("WEBP") + b"*/=1;alert(1)//", BROKEN),
        (b"ID3\x03", BROKEN),
    ],
)  # fmt: skip
def test_everything_else_is_refused_with_a_sentence(content, why):
    assert looked_at(content) == why


def test_any_bytes_get_an_answer():
    for seed in range(3000):
        content = bytes((seed * 131 + place * 17 + (seed >> 3) * place) % 256 for place in range(seed % 90))
        for start in (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-", b"GIF89a", b"\x00\x00\x00\x18ftypmp42", b"RIFF\x00\x00\x00\x00WEBP"):  # fmt: skip
            assert file_type(start + content)


@pytest.mark.parametrize(
    "piece", [b"stream\n/JS ", b"7 0 obj << /First 1 >> stream\nx", b"\xff\x01", b"/First /Filter stream\n\x78\x9c"]
)  # fmt: skip
def test_a_file_of_what_begins_a_search_anew_is_answered(piece):
    """How soon: `bench_hostile`."""
    many = piece * ((1 << 20) // len(piece))
    assert file_type(PDF.replace(b"trailer", many + b"trailer"))
    assert file_type(picture("JPEG")[:-2] + many)


def tagged(kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x0132] = "2026:03:03 10:00:00"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (48.0, 51.0, 27.5), "E", (2.0, 17.0, 42.1)
    return picture(kind, exif=exif)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_place_goes_out_of_a_photo_and_nothing_else_changes(kind):
    before = tagged(kind)
    assert Image.open(io.BytesIO(before)).getexif().get_ifd(0x8825)[1] == "N"
    after = bytearray(before)
    assert remove_place(after) == 1
    assert len(after) == len(before)
    picture_after = Image.open(io.BytesIO(after))
    exif = picture_after.getexif()
    assert not exif.get_ifd(0x8825)
    assert (exif[0x010F], exif[0x0132]) == ("Maker", "2026:03:03 10:00:00")
    picture_after.load()
    assert picture_after.tobytes() == Image.open(io.BytesIO(before)).tobytes()
    assert remove_place(after) == 0


@pytest.mark.parametrize(
    "written", [b"<x exif:GPSLatitude=\"48,51.45N\" exif:GPSLongitude='2,17.7E'/>", b"<exif:GPSLatitude>48,51.45N</exif:GPSLatitude>"]
)  # fmt: skip
def test_the_place_goes_out_of_xmp(written):
    content = bytearray(b"\xff\xd8\xff\xe1\x00\x50http://ns.adobe.com/xap/1.0/\x00" + written + b"\xff\xd9")
    assert remove_place(content) > 0
    assert not any(digits in content for digits in (b"48,51", b"2,17"))
    assert b"exif:GPSLatitude" in content


@pytest.mark.parametrize(
    "place", [b"+48.8577+002.2950/", b"+48.8577+002.2950+035.000/", b"-33.8568+151.2153/"]
)
def test_the_place_goes_out_of_the_header_of_a_video_and_its_pictures_stay(place):
    content = bytearray(video(place))
    assert remove_place(content) == 1
    header, _sep, pictures = bytes(content).partition(b"mdat")
    assert place not in header
    assert pictures == b"+48.8577+002.2950/" * 3
    assert len(content) == len(video(place))


def test_markers_without_number_cost_no_more_than_their_bytes():
    """Four times the bytes take four times the work, and not sixteen."""
    block = b"Exif\x00\x00II*\x00" + struct.pack("<I", 8) + struct.pack("<H", 60000) + bytes(400)

    few, many = (lines_run(remove_place, bytearray(b"\xff\xd8" + block * count)) for count in (500, 2_000))
    assert many < 5 * few


def test_broken_headers_end_nothing():
    before = tagged("JPEG")
    start = before.index(b"Exif")
    for cut in range(start, start + 200):
        remove_place(bytearray(before[:cut]))
    for place in range(start + 6, start + 120):
        for value in (0, 0x7F, 0xFF):
            content = bytearray(before)
            content[place] = value
            remove_place(content)
            assert len(content) == len(before)
