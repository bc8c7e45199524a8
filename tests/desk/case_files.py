"""Complaints with files of many kinds, and what was made of them."""

from __future__ import annotations

import io
import json
import random
import zipfile
from pathlib import Path

import frappe
from PIL import Image
from pypdf import PdfReader, PdfWriter

from complaint_qms.services.case_file import keeping, making
from tests.desk import factory


def photo(size: tuple[int, int] = (640, 480), **options: object) -> bytes:
    written = io.BytesIO()
    noise = random.Random(1).randbytes(size[0] * size[1] * 3)
    Image.frombytes("RGB", size, noise).save(written, "JPEG", quality=60, **options)
    return written.getvalue()


def pages(count: int = 2, password: str = "", rotate: int = 0) -> bytes:
    writer, written = PdfWriter(), io.BytesIO()
    for _number in range(count):
        page = writer.add_blank_page(595, 842)
        if rotate:
            page.rotate(rotate)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(written)
    return written.getvalue()


def attach(doc, name: str, content: bytes):
    return factory.upload(doc.doctype, doc.name, content=content, file_name=name)


def full_case():
    """A complaint with photo, PDF, text, a mail with a file of its own, an investigation and a CAPA."""
    study = factory.completed_investigation()
    doc = frappe.get_doc("Complaint", study.complaint)
    mail = factory.make(
        "Communication",
        communication_type="Communication",
        sent_or_received="Received",
        subject="The heater broke",
        content="<p>It broke <b>twice</b>.</p><p>See the photo.</p>",
        sender="jane@customer.example",
        reference_doctype="Complaint",
        reference_name=doc.name,
    )
    attach(doc, "photo.jpg", photo())
    attach(doc, "delivery note.pdf", pages(3))
    attach(doc, "log.txt", b"line 1\n")
    attach(mail, "as mailed.png", photo((320, 200)))
    return doc, study


def made(name: str, language: str = "en") -> dict:
    """The state of a file that was made by the session's user."""
    key = keeping.begin_state(frappe.session.user, name, language)
    making.make_file(key)
    return keeping.case_state(key) | {"key": key}


def zip_of(state: dict) -> Path:
    return keeping.case_folder(state["key"]) / state["zip"]


def pdf_of(state: dict) -> PdfReader:
    return PdfReader(str(keeping.case_folder(state["key"]) / state["pdf"]))


def from_zip(state: dict, entry: str):
    with zipfile.ZipFile(zip_of(state)) as archive:
        return json.loads(archive.read(entry))


def text_of(state: dict) -> str:
    """All that stands in the document, on one line."""
    return " ".join(" ".join(page.extract_text() for page in pdf_of(state).pages).split())
