"""Files that not everybody opens who reads the record they are attached to: facts around a unit, kept as they were seen.

Who opens them goes with the address of the bytes and not with one File: whoever attaches the same address to another record, or mails it,
gives nobody more sight. It is asked of what is stored, for a request may send any address and any mark with the question.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import frappe
from frappe.model.document import Document

from complaint_qms.permissions import kept_facts
from complaint_qms.services.evidence import disk


def is_closed_to(file: Document, user: str) -> bool:
    """Whether `user` may not open what is at the file's address, as it is stored or as it is asked for."""
    if kept_facts.may_open(user):
        return False
    stored = frappe.db.get_value("File", file.name, "file_url") if file.name else None
    return bool(kept_at([file.file_url, stored]))


def closed_at(url: str | None, user: str) -> bool:
    """The same of an address alone."""
    return bool(url) and not kept_facts.may_open(user) and bool(kept_at([url]))


def open_among(files: list[dict[str, Any]], user: str) -> list[dict[str, Any]]:
    """Those of some Files, each with its `file_url`, that `user` may open."""
    if kept_facts.may_open(user):
        return files
    closed = kept_at(file["file_url"] for file in files)
    return [file for file in files if disk.local(file["file_url"]) not in closed]


def kept_at(urls: Iterable[str | None]) -> set[str]:
    """Those of the addresses where such a file is, in their plain spelling; one query, none for public ones."""
    plain = {disk.local(url) for url in urls}
    private = sorted(url for url in plain if url and url.startswith(disk.PRIVATE))
    if not private:
        return set()
    kept = {"attached_to_field": kept_facts.KEPT, "file_url": ("in", private)}
    return set(frappe.get_all("File", kept, pluck="file_url", order_by="name asc"))
