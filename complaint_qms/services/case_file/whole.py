"""The whole file of a complaint in a folder, as the session's user may read it: document and archive."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timezone
from pathlib import Path
from typing import Any, Final

import frappe
from frappe.utils import now_datetime

from complaint_qms import __version__
from complaint_qms.services.case_file import verify
from complaint_qms.services.case_file.archive import ArchiveWriter
from complaint_qms.services.case_file.binding import Binder
from complaint_qms.services.case_file.chapters import case_parts
from complaint_qms.services.case_file.files import CaseFile, case_files_of, fit_name
from complaint_qms.services.case_file.genealogy import case_genealogy
from complaint_qms.services.case_file.records import CaseRecords, record_data
from complaint_qms.services.case_file.signatures import case_signatures
from complaint_qms.services.case_file.talk import SaidThing, case_talk
from complaint_qms.services.case_file.trail import CaseTrail
from complaint_qms.services.compliance.audit_trail.sealing import last_link
from complaint_qms.services.record.site_time import aware, site_zone

_HERE: Final = Path(__file__).parent


def write_whole(name: str, place: Path, language: str, progress: Callable[[float], None]) -> dict[str, Any]:
    """Write document and archive of a complaint.

    Args:
        place: folder that is there.
        language: the present one, as the manifest tells it.
        progress: is told how much is done, from 0 to 1.

    Returns:
        {pdf, zip: names in the folder, pages, files, records, bytes, sha256, sha256_of_pdf}

    Raises:
        frappe.PermissionError: the session's user may not read the complaint.
        frappe.ValidationError: there is too much for one file.
    """
    records = CaseRecords.of_complaint(name)
    talk = case_talk(records)
    files = case_files_of(records, talk)
    trail, signatures = CaseTrail(records, files), case_signatures(records)
    named, made_at = fit_name(records.subject.name), now_datetime()
    pages = place / "pages"
    pages.mkdir(exist_ok=True)
    try:
        pdf = place / f"{named}.pdf"
        parts = list(case_parts(records, talk, signatures, trail))
        bound = Binder(pages, records, files, made_at).bind(parts, pdf, progress)
    finally:
        shutil.rmtree(pages, ignore_errors=True)
    archive = place / f"{named}.zip"
    writer = ArchiveWriter(archive)
    try:
        sha256_of_pdf = writer.add_file(pdf.name, pdf)
        _fill(writer, records, talk, files, trail, signatures)
        subject = {"doctype": records.subject.doctype, "name": records.subject.name}
        writer.close(
            manifest_head(language, made_at) | {"subject": subject, "closed_to_maker": records.closed}
        )
    finally:
        writer.discard()
    return {
        "pdf": pdf.name,
        "zip": archive.name,
        "pages": bound.pages,
        "files": len(files),
        "records": len(records.pairs()),
        "bytes": archive.stat().st_size,
        "sha256": archive_digest(archive),
        "sha256_of_pdf": sha256_of_pdf,
    }


def add_readme(writer: ArchiveWriter, folder: Path = _HERE) -> None:
    """The script that checks the archive first, then what tells how it is read."""
    writer.add_file("verify.py", _HERE / "verify.py")
    writer.add_file("README.txt", folder / "readme.txt")


def manifest_head(language: str, made_at: Any) -> dict[str, Any]:
    """What each manifest tells of its making: {made_at, made_by, made_with, site, language, chain_head}."""
    head = last_link()
    return {
        "made_at": aware(made_at, site_zone()).astimezone(timezone.utc).isoformat(timespec="seconds"),
        "made_by": frappe.session.user,
        "made_with": f"complaint_qms {__version__}",
        "site": frappe.local.site,
        "language": language,
        "chain_head": {"sequence": head.sequence, "hash": head.hash},
    }


def archive_digest(path: Path) -> str:
    """SHA-256 of a file that was made."""
    with path.open("rb") as file:
        return verify.sums_of(file)[0]


def _fill(writer: ArchiveWriter, records: CaseRecords, talk: list[SaidThing], files: list[CaseFile], trail: CaseTrail, signatures: list[dict[str, Any]]) -> None:  # fmt: skip
    add_readme(writer)
    writer.add_file("schema.json", _HERE / "schema.json")
    listed = []
    for number, doc in enumerate(records.documents(), start=1):
        entry = f"records/{number:04} {fit_name(doc.doctype)} {fit_name(doc.name)}.json"
        writer.add_json(entry, record_data(doc))
        listed.append({"doctype": doc.doctype, "name": doc.name, "entry": entry})
    writer.add_json("records.json", listed)
    writer.add_json("messages.json", [one.as_data() for one in talk])
    writer.add_json("signatures.json", signatures)
    writer.add_json("genealogy.json", case_genealogy(records.subject))
    writer.add_bytes("trail.jsonl", trail.lines())
    for file in files:
        if file.path:
            writer.add_file(file.entry, file.path)
    writer.add_json("files.json", [file.as_data() for file in files])
