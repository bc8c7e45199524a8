"""Files that visitors send piece by piece: complete, resumable, of kinds that are taken, and nothing of them left behind."""

from __future__ import annotations

import io
import unicodedata
from datetime import timedelta

import frappe
import pytest
from frappe.utils import now_datetime
from PIL import Image

from complaint_qms.constants import visitor as limits
from complaint_qms.constants.visitor import UPLOAD
from complaint_qms.services.evidence import disk
from complaint_qms.services.visitor import uploads
from tests.desk import factory


def photo(size: tuple[int, int] = (60, 40), place: bool = False) -> bytes:
    exif = Image.Exif()
    if place:
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (48.0, 51.0, 27.5)
    into = io.BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(into, "JPEG", exif=exif, quality=95)
    return into.getvalue()


def sent(content: bytes, name: str = "photo.jpg", piece: int = 1000) -> str:
    token = uploads.begin_upload(name, len(content))["upload"]
    for at in range(0, len(content), piece):
        uploads.append_piece(token, at, content[at : at + piece])
    return token


def stored(file) -> bytes:
    return disk.path_of(file.file_url).read_bytes()


def parts() -> set[str]:
    folder = uploads._folder()
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


@pytest.fixture(autouse=True)
def nothing_stays():
    before = parts()
    yield
    for name in parts() - before:
        (uploads._folder() / name).unlink()


def test_a_photo_arrives_in_pieces_and_becomes_evidence_of_a_complaint():
    content = photo()
    token = uploads.begin_upload("../../etc/ph<o>to.exe", len(content))["upload"]
    assert uploads.append_piece(token, 0, content[:500]) == {
        "received": 500,
        "size": len(content),
        "complete": False,
    }
    assert uploads.upload_state(token)["received"] == 500
    assert uploads.append_piece(token, 500, content[500:])["complete"]
    complaint = factory.complaint()
    (file,) = uploads.take_files([token, token], "Complaint", complaint.name)
    assert (file.is_private, stored(file)) == (1, content)
    assert file.file_name.startswith("ph_o_to")
    assert file.file_name.endswith(".jpg")
    assert file.evidence_sha256
    assert uploads.take_files([token], "Complaint", complaint.name) == []
    # Where another file of the same name is on the disk, this one still is called as its sender calls it, with vowels that were
    # written as signs of their own.
    named = "Riß im Café, 2.jpg"
    tokens = [sent(photo((size, size)), unicodedata.normalize("NFD", named)) for size in (20, 21)]
    files = uploads.take_files(tokens, "Complaint", complaint.name)
    assert [file.file_name for file in files] == [named] * 2
    assert len({file.file_url for file in files}) == 2
    half = uploads.begin_upload("half.jpg", len(content))["upload"]
    with pytest.raises(frappe.ValidationError, match=r"half\.jpg has not arrived as a whole.*remove it"):
        uploads.take_files([half], "Complaint", complaint.name)
    with pytest.raises(frappe.DoesNotExistError, match="File 2 of 2 is not known any more"):
        uploads.take_files([token, "x" * 32], "Complaint", complaint.name)


def test_pieces_that_come_twice_early_or_late_change_nothing():
    content = photo()
    token = uploads.begin_upload("a.jpg", len(content))["upload"]
    uploads.append_piece(token, 0, content[:400])
    for offset in (0, 100, 401, 900):
        assert uploads.append_piece(token, offset, b"x" * 50)["received"] == 400
    assert uploads.append_piece(token, 400, b"")["received"] == 400
    uploads.append_piece(token, 400, content[400:])
    assert uploads.append_piece(token, 400, b"more")["complete"]
    (file,) = uploads.take_files([token], "Complaint", factory.complaint().name)
    assert stored(file) == content


def test_bytes_of_a_request_that_was_killed_are_written_over():
    """They lie on the disk, and the row does not know of them."""
    content = photo()
    token = uploads.begin_upload("a.jpg", len(content))["upload"]
    uploads.append_piece(token, 0, content[:400])
    name = uploads._row(token).name
    with uploads._path(name).open("ab") as file:
        file.write(b"half a piece of a process that died")
    uploads.append_piece(token, 400, content[400:])
    (file,) = uploads.take_files([token], "Complaint", factory.complaint().name)
    assert stored(file) == content


@pytest.mark.parametrize("size", [0, -1, limits.LARGEST + 1])
def test_the_size_is_told_before_and_bounded(size):
    with pytest.raises(frappe.ValidationError, match="empty" if size < 1 else "50 MB"):
        uploads.begin_upload("a.jpg", size)


def test_more_than_was_announced_is_refused():
    content = photo()
    token = uploads.begin_upload("a.jpg", len(content) - 10)["upload"]
    with pytest.raises(frappe.ValidationError, match="announced"):
        uploads.append_piece(token, 0, content)
    with pytest.raises(frappe.ValidationError, match="announced"):
        uploads.append_piece(uploads.begin_upload("b.mp4", 5 << 20)["upload"], 0, b"x" * (limits.CHUNK + 1))


def test_what_strangers_leave_on_the_disk_is_bounded(monkeypatch):
    """What was only announced fills nothing. There is room left for customers who log in, and for visitors from elsewhere."""
    monkeypatch.setattr(uploads, "MOST_WAITING", 4 << 20)
    monkeypatch.setattr(uploads, "MOST_OF_VISITORS", 3 << 20)
    for _announced in range(5):
        token = uploads.begin_upload("a.mp4", 20 << 20)["upload"]
    for place in range(2):
        uploads.append_piece(token, place << 20, bytes(1 << 20))
    late = uploads.begin_upload("b.mp4", 20 << 20)["upload"]
    uploads.append_piece(late, 0, bytes(1 << 20))
    for refused in (
        lambda: uploads.begin_upload("c.mp4", 10),
        lambda: uploads.append_piece(late, 1 << 20, b"x"),
    ):
        with pytest.raises(frappe.ValidationError, match="Try again later"):
            refused()
    customer = uploads.Room.of_login("ann@customer.example")
    mine = uploads.begin_upload("d.mp4", 20 << 20, customer)["upload"]
    assert uploads.append_piece(mine, 0, bytes(1 << 20))["received"] == 1 << 20
    monkeypatch.setattr(uploads, "MOST_WAITING", 400 << 20)
    monkeypatch.setattr(uploads, "MOST_OF_VISITORS", 300 << 20)
    monkeypatch.setattr(uploads, "MOST_OF_ONE", 2 << 20)
    of = uploads.Room.of_visitor
    assert of("2001:db8:1:2::3") == of("2001:db8:1:2:ffff::9") != of("2001:db8:1:3::3")
    full = uploads.begin_upload("e.mp4", 20 << 20, of("192.0.2.1"))["upload"]
    for place in range(2):
        uploads.append_piece(full, place << 20, bytes(1 << 20))
    with pytest.raises(frappe.ValidationError, match="Try again later"):
        uploads.append_piece(full, 2 << 20, b"x")
    other = uploads.begin_upload("f.mp4", 20 << 20, of("192.0.2.2"))["upload"]
    assert uploads.append_piece(other, 0, bytes(1 << 20))["received"] == 1 << 20


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>" * 3, "none of them"),
        (b"MZ" + bytes(3000), "none of them"),
        (b"PK\x03\x04" + bytes(3000), "none of them"),
        (photo() + b"PK\x05\x06" + bytes(18), "two kinds"),
        (photo()[:-40], "not complete"),
    ],
)
def test_other_kinds_of_files_are_refused_and_gone(content, why):
    before = parts()
    with pytest.raises(frappe.ValidationError, match=why):
        sent(content)
    assert parts() == before


def test_the_place_is_taken_out_where_that_is_wished():
    complaint = factory.complaint()
    kept, clean = sent(photo(place=True)), sent(photo(place=True))
    (with_place,) = uploads.take_files([kept], "Complaint", complaint.name)
    (without,) = uploads.take_files([clean], "Complaint", complaint.name, without_place=True)
    places = [
        bool(Image.open(io.BytesIO(stored(file))).getexif().get_ifd(0x8825)) for file in (with_place, without)
    ]
    assert places == [True, False]


def test_a_file_is_larger_than_the_site_s_own_limit(monkeypatch):
    monkeypatch.setitem(frappe.conf, "max_file_size", 1000)
    content = photo((200, 200))
    assert len(content) > 1000
    (file,) = uploads.take_files([sent(content)], "Complaint", factory.complaint().name)
    assert file.file_size == len(content)
    with pytest.raises(frappe.ValidationError, match="exceeded"):
        frappe.get_doc(
            {"doctype": "File", "file_name": "a.jpg", "content": content, "is_private": 1}
        ).insert()


def test_what_nobody_takes_goes_after_a_day():
    token, other = sent(photo()), sent(photo())
    row = uploads._row(token)
    frappe.db.set_value(UPLOAD, row.name, "expires_at", now_datetime() - timedelta(minutes=1))
    with pytest.raises(frappe.DoesNotExistError):
        uploads.upload_state(token)
    with pytest.raises(frappe.DoesNotExistError):
        uploads.take_files([token], "Complaint", factory.complaint().name)
    assert uploads.sweep_uploads() == 1
    assert not frappe.db.exists(UPLOAD, row.name)
    assert uploads.upload_state(other)["complete"]


@pytest.mark.parametrize("token", ["", "x", "../../../etc/passwd", "a" * 200, "\ud800"])
def test_secrets_that_nobody_was_given_find_nothing(token):
    with pytest.raises(frappe.DoesNotExistError):
        uploads.upload_state(token)
    with pytest.raises(frappe.DoesNotExistError):
        uploads.append_piece(token, 0, b"x")
    with pytest.raises(frappe.DoesNotExistError):
        uploads.take_files([token], "Complaint", "x")
