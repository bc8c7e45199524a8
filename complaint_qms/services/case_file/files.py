"""Files of a record's file: what is attached to its records and their messages, with the SHA-256 of their bytes now and as recorded."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import frappe

from complaint_qms.constants.evidence import SHA256
from complaint_qms.services.case_file.records import CaseRecords
from complaint_qms.services.case_file.talk import SaidThing
from complaint_qms.services.evidence import disk
from complaint_qms.services.evidence.kept_files import open_among

_UNFIT: Final = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+')
_LONGEST: Final = 80


@dataclass(frozen=True)
class CaseFile:
    """A file.

    Attributes:
        number: in the list.
        name: of its File.
        file_name: as a person reads it.
        about: (DocType, name) of what it is attached to.
        path: of its bytes; None where there are none on this site.
        sha256: of its bytes; empty without any.
        recorded: as it was recorded when it came in; empty of what is no evidence.
    """

    number: int
    name: str
    file_name: str
    file_url: str
    about: tuple[str, str]
    by: str
    at: datetime
    path: Path | None
    size: int
    sha256: str
    recorded: str

    @property
    def entry(self) -> str:
        """What it is called in the archive; empty of one that is not in it."""
        return f"files/{self.number:04} {fit_name(self.file_name)}" if self.path else ""

    @property
    def differs(self) -> bool:
        return bool(self.recorded) and self.recorded != self.sha256

    def as_data(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "file": self.name,
            "file_name": self.file_name,
            "attached_to": list(self.about),
            "added_by": self.by,
            "added_at": str(self.at),
            "bytes": self.size,
            "sha256": self.sha256,
            "recorded_sha256": self.recorded,
            "entry": self.entry,
        }


def case_files_of(records: CaseRecords, talk: Iterable[SaidThing]) -> list[CaseFile]:
    """Each address once, oldest first; a query for each kind of record."""
    holders: dict[str, set[str]] = defaultdict(set)
    for kind, name in (*records.pairs(), *(one.source for one in talk)):
        holders[kind].add(name)
    fields = ["name", "file_name", "file_url", "attached_to_doctype", "attached_to_name", "owner", "creation", SHA256]  # fmt: skip
    rows = []
    for kind, names in sorted(holders.items()):
        attached = {"attached_to_doctype": kind, "attached_to_name": ("in", sorted(names)), "is_folder": 0}
        rows += frappe.get_all("File", attached, fields, order_by="creation asc, name asc")
    by_url: dict[str, Any] = {}
    for row in sorted(open_among(rows, frappe.session.user), key=lambda row: (row.creation, row.name)):
        known = by_url.setdefault(row.file_url, row)
        known[SHA256] = known[SHA256] or row[SHA256]
    return [_file(number, row) for number, row in enumerate(by_url.values(), start=1)]


def fit_name(name: str) -> str:
    """A name that every system can store: without what some of them refuse, and not too long."""
    stem, dot, ending = _UNFIT.sub("_", name).rpartition(".")
    stem, ending = (stem, ending[:12]) if dot else (ending, "")
    short = f"{stem.strip('. ')[:_LONGEST].strip('. ') or '_'}{dot}{ending.strip('. ')}".strip(". ")
    return "".join(sign if sign.isprintable() else "_" for sign in short)


def _file(number: int, row: Any) -> CaseFile:
    plain = disk.local(row.file_url)
    path = disk.path_of(plain) if plain else None
    digest = disk.sha256_of(row.file_url)
    found = path if digest else None
    return CaseFile(
        number=number,
        name=row.name,
        file_name=row.file_name or (row.file_url or "").rpartition("/")[2],
        file_url=row.file_url or "",
        about=(row.attached_to_doctype, row.attached_to_name),
        by=row.owner,
        at=row.creation,
        path=found,
        size=found.stat().st_size if found else 0,
        sha256=digest or "",
        recorded=row[SHA256] or "",
    )
