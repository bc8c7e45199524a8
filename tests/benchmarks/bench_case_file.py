"""The whole file of a complaint with 100 files, on a real site: seconds and the most memory until PDF and archive are there.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_case_file [--site NAME] [--bench PATH] [--files 100] [--messages 60]

Half of the files are photos of 12 megapixels, half PDFs of four pages with text and a photo. Nothing is committed; the bytes on the disk
are taken away, also when it fails. Use a site that may be played with.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import io
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import frappe
from PIL import Image, ImageDraw
from weasyprint import HTML

from complaint_qms.services.case_file import keeping, making, verify
from complaint_qms.services.compliance.audit_trail import sealing
from complaint_qms.services.evidence import disk
from tests.benchmarks.connection import add_site, connected

MARK = "BENCH-CASE-FILE"
BAR_SECONDS, BAR_MEGABYTES = 60, 600
PAGES_OF_PDF = 4
TEXT = "The heater was returned with burnt contacts; the fuse of the second circuit had not opened. " * 12


def photo(width: int, height: int) -> Image.Image:
    """As heavy as one of a telephone: shapes with grain."""
    picture = Image.effect_noise((width, height), 40).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for step in range(40):
        at = step * width // 40
        draw.ellipse(
            (at, at // 2, at + width // 8, at // 2 + height // 5), fill=(step * 6, 90, 200 - step * 4)
        )
    return picture


def as_jpeg(picture: Image.Image, number: int) -> bytes:
    """Each with bytes of its own: the framework takes away what is no part of the picture."""
    written = io.BytesIO()
    ImageDraw.Draw(picture).rectangle((0, 0, 40, 40), fill=(number, number, number))
    picture.save(written, "JPEG", quality=80)
    return written.getvalue()


def most_memory() -> float:
    """Megabytes that this process has held at most since `forget_memory`."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def forget_memory() -> None:
    """What making the photos took counts no more."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def pdf(folder: Path) -> bytes:
    small = folder / "small.jpg"
    small.write_bytes(as_jpeg(photo(1200, 900), 0))
    page = f"<h1>Inspection report</h1><p>{TEXT}</p><img src='{small.as_uri()}' style='width: 120mm'><p>{TEXT}</p><div style='page-break-after: always'></div>"
    return HTML(string=page * (PAGES_OF_PDF - 1) + f"<p>{TEXT}</p>").write_pdf()


def build(files: int, messages: int, folder: Path) -> tuple[str, list[Path]]:
    """A complaint with files and messages: its name, and where the bytes are."""
    frappe.get_doc({"doctype": "Customer", "customer_name": MARK, "customer_type": "Company"}).insert()
    company = frappe.get_all("Company", pluck="name", order_by="name asc", limit=1)[0]
    doc = frappe.get_doc({"doctype": "Complaint", "subject": MARK, "description": TEXT, "customer": MARK, "company": company, "channel": "Phone"}).insert()  # fmt: skip
    large, report, paths = photo(4000, 3000), pdf(folder), []
    for number in range(files):
        # What stands behind the end of a PDF is passed over by whoever shows it.
        kind = "jpg" if number % 2 else "pdf"
        content = as_jpeg(large, number) if number % 2 else report + b"\n%" + str(number).encode()
        attached = {"attached_to_doctype": doc.doctype, "attached_to_name": doc.name, "is_private": 1}
        file = frappe.get_doc({"doctype": "File", "file_name": f"{MARK} {number}.{kind}", "content": content, **attached}).insert()  # fmt: skip
        paths.append(disk.path_of(file.file_url))
    for number in range(messages):
        about = {
            "reference_doctype": doc.doctype,
            "reference_name": doc.name,
            "sender": "jane@customer.example",
        }
        frappe.get_doc({"doctype": "Communication", "communication_type": "Communication", "subject": f"{MARK} {number}", "content": f"<p>{TEXT}</p>", "sent_or_received": "Received", **about}).insert()  # fmt: skip
    return doc.name, paths


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_site(parser)
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--messages", type=int, default=60)
    arguments = parser.parse_args()
    paths: list[Path] = []
    with tempfile.TemporaryDirectory() as made, connected(arguments.site, arguments.bench / "sites"):
        folder = Path(made)
        sealing.head_path = lambda: folder / "head.json"
        keeping._root = lambda: folder / "case_files"
        commit, frappe.db.commit = frappe.db.commit, lambda: None
        try:
            name, paths = build(arguments.files, arguments.messages, folder)
            forget_memory()
            begun = most_memory()
            key, began = keeping.begin_state("Administrator", name, "en"), perf_counter()
            making.make_file(key)
            seconds = perf_counter() - began
            peak = most_memory()
            state = keeping.case_state(key)
            if state["status"] != keeping.DONE:
                sys.exit(f"not made: {state.get('error')}")
            began = perf_counter()
            verify.check_archive(keeping.case_folder(key) / state["zip"], state["sha256"])
            checked = perf_counter() - began
        finally:
            frappe.db.rollback()
            frappe.db.commit = commit
            for path in paths:
                path.unlink(missing_ok=True)
    print(
        f"{state['files']} files, {arguments.messages} messages, {state['pages']} pages, {state['bytes'] / 1e6:.0f} MB"
    )
    print(f"made in                {seconds:8.1f} s   (bar: at most {BAR_SECONDS})")
    print(f"checked by the script  {checked:8.1f} s")
    print(f"memory at most         {peak:8.0f} MB  (bar: at most {BAR_MEGABYTES}; {begun:.0f} before)")
    return int(seconds > BAR_SECONDS or peak > BAR_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
