"""Photos and PDFs as pages of the document; other files are listed alone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from frappe import _
from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.errors import PyPdfError
from pypdf.generic import NameObject, RectangleObject

from complaint_qms.services.case_file.files import CaseFile
from complaint_qms.services.case_file.pictures import NoPicture, as_jpeg

STRIP: Final = 22
"""Height in points of what is laid above each page, at a width of 595."""
_A4: Final = (595.0, 842.0)
_EDGE: Final = 28
_MOST_BYTES: Final = 60_000_000
_MOST_PAGES: Final = 300
_IN_ALL: Final = 1500
_PICTURES: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff")
# What pypdf raises for what it cannot read: damaged files are met in every one of its steps.
_UNREADABLE: Final = (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, RecursionError, NotImplementedError, OSError, UnicodeError, OverflowError, ArithmeticError)  # fmt: skip
_ACTING: Final = ("/A", "/AA", "/JS", "/PA")


@dataclass(frozen=True)
class ShownFile:
    """A file that has pages in the document: `pages` of the `whole` that it has."""

    file: CaseFile
    kind: str
    pages: int
    whole: int


def shown_files(files: list[CaseFile]) -> tuple[list[ShownFile], dict[int, str]]:
    """Those with pages, and by number why others have none, in the present language."""
    shown, reasons, left = [], {}, _IN_ALL
    for file in files:
        kind = _kind(file)
        if not file.path:
            reasons[file.number] = _("Missing")
        elif not kind:
            reasons[file.number] = _("In the archive")
        elif left <= 0 or (kind == "pdf" and file.size > _MOST_BYTES):
            reasons[file.number] = _("In the archive: too large to be shown")
        else:
            whole = 1 if kind == "picture" else _count(file.path)
            if not whole:
                reasons[file.number] = _("In the archive: protected by a password, or damaged")
                continue
            pages = min(whole, _MOST_PAGES, left)
            left -= pages
            shown.append(ShownFile(file, kind, pages, whole))
    return shown, reasons


def add_pages(writer: PdfWriter, one: ShownFile, strips: Iterator[PageObject], notice: PageObject) -> bool:
    """Add the pages of a file, each with a strip above it that says what it is; whether all could be read. One that cannot be read holds
    `notice` alone."""
    read_all = True
    for page in _pages(one):
        try:
            added = writer.add_page(page) if page is not None else None
            if added is not None:
                _calm(added)
        except _UNREADABLE:
            added = None
        if added is None:
            read_all = False
            added = writer.add_page(PageObject.create_blank_page(None, *_A4))
            added.merge_transformed_page(notice, Transformation().translate(0, _A4[1] / 2))
        _lay_strip(added, next(strips))
    return read_all


def _kind(file: CaseFile) -> str:
    if not file.path:
        return ""
    if file.path.suffix.lower() in _PICTURES:
        return "picture"
    with file.path.open("rb") as opened:
        return "pdf" if b"%PDF-" in opened.read(1024) else ""


def _count(path: Path) -> int:
    """Pages of a PDF; 0 where it cannot be read."""
    try:
        with path.open("rb") as file:
            return len(_reader(file).pages)
    except _UNREADABLE:
        return 0


def _reader(file: Any) -> PdfReader:
    reader = PdfReader(file, strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError("protected")
    return reader


def _pages(one: ShownFile) -> Iterator[PageObject | None]:
    """Exactly as many as were promised; None for what cannot be read."""
    if one.kind == "picture":
        yield _picture(one.file.path)
        return
    given = 0
    try:
        with one.file.path.open("rb") as file:
            reader = _reader(file)
            for at in range(one.pages):
                page = _upright(reader, at)
                given += 1
                yield page
    except _UNREADABLE:
        pass
    for _again in range(one.pages - given):
        yield None


def _upright(reader: PdfReader, at: int) -> PageObject | None:
    try:
        page = reader.pages[at]
        if page.rotation % 360:
            page.transfer_rotation_to_content()
        box = page.cropbox
        if not (10 < float(box.width) < 20_000 and 10 < float(box.height) < 20_000):
            return None
        return page
    except _UNREADABLE:
        return None


def _picture(path: Path | None) -> PageObject | None:
    """A photo in the middle of a page."""
    try:
        content = as_jpeg(path)
    except NoPicture:
        return None
    return _photo_page(content)


def _photo_page(jpeg: bytes) -> PageObject:
    from PIL import Image

    written = io.BytesIO()
    with Image.open(io.BytesIO(jpeg)) as picture:
        picture.save(written, "PDF", resolution=72.0)
    photo = PdfReader(written).pages[0]
    width, height = float(photo.mediabox.width), float(photo.mediabox.height)
    room = (_A4[0] - 2 * _EDGE, _A4[1] - STRIP - 2 * _EDGE)
    scale = min(room[0] / width, room[1] / height, 1.5)
    page = PageObject.create_blank_page(None, _A4[0], _A4[1] - STRIP)
    place = Transformation().scale(scale).translate((_A4[0] - width * scale) / 2, (_A4[1] - STRIP - height * scale) / 2)  # fmt: skip
    page.merge_transformed_page(photo, place)
    return page


def _lay_strip(page: PageObject, strip: PageObject) -> None:
    """Make the page higher, and put what it is above what it holds, of which nothing is covered."""
    box = page.cropbox
    left, bottom, right, top = (float(one) for one in (*box.lower_left, *box.upper_right))
    scale = (right - left) / 595
    whole = RectangleObject((left, bottom, right, top + STRIP * scale))
    for name in ("/MediaBox", "/CropBox", "/TrimBox", "/BleedBox", "/ArtBox"):
        if name in ("/MediaBox", "/CropBox") or name in page:
            page[NameObject(name)] = whole
    page.merge_transformed_page(strip, Transformation().scale(scale).translate(left, top))


def _calm(page: PageObject) -> None:
    """Take away what acts when a page is opened or clicked."""
    for name in _ACTING:
        page.pop(name, None)
    for each in page.get("/Annots") or ():
        note = each.get_object()
        for name in _ACTING:
            note.pop(name, None)
