"""A file that becomes evidence keeps its place and its bytes, whatever text the framework could read into them."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.services.evidence import disk
from complaint_qms.services.evidence.capture import attach
from complaint_qms.services.inbox.store import InboundFile, keep_message
from tests import mails
from tests.desk import factory
from tests.desk.inbound import message

BYTES = {
    "leak.png": mails.png(16, 12),
    "mark.csv": b"\xef\xbb\xbfBatch;Quantity\r\nA-7;3\r\n",
    "western.csv": "Größe;Stück\r\n".encode("cp1252"),
    "polish.txt": "Część przecieka.".encode("cp1250"),
    "chinese.txt": "水泵漏水".encode("gb18030"),
    "unicode.txt": "水泵漏水\r\n".encode(),
}


@pytest.mark.parametrize("name", BYTES)
def test_what_came_in_becomes_evidence_byte_for_byte_and_stands_on_the_disk_once(name: str) -> None:
    word = frappe.generate_hash(length=8).encode()
    content = BYTES[name] + (b"" if name.endswith(".png") else word)
    item = keep_message(message(files=(InboundFile(f"{word.decode()}-{name}", content),))).name
    (url,) = frappe.get_all(
        "File",
        {"attached_to_name": item, "file_name": ("like", f"%{name}")},
        pluck="file_url",
        order_by="name",
    )
    complaint = factory.complaint()
    place = (url, complaint.doctype, complaint.name)
    file = attach([place])[place]
    assert (file.file_url, disk.bytes_of(file.file_url)) == (url, content)
    complaint.append("evidence", {"file": url, "kind": "document"})
    complaint.save()
    assert disk.bytes_of(complaint.evidence[-1].file) == content
