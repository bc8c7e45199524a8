"""Addresses of files of the site, and the bytes behind them."""

import hashlib
import posixpath
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import frappe
from frappe.query_builder import Order
from frappe.utils import get_files_path

from complaint_qms.constants.evidence import SHA256

PUBLIC: Final = "/files/"
PRIVATE: Final = "/private/files/"
_PIECE: Final = 1 << 20


def local(url: str | None) -> str | None:
    """The address in its plain spelling when it is one of this site's disk, else None."""
    if not url or not url.startswith((PUBLIC, PRIVATE)):
        return None
    plain = posixpath.normpath(url)
    return plain if plain.startswith((PUBLIC, PRIVATE)) else None


def path_of(url: str) -> Path:
    """Where the bytes of a local address are."""
    is_private = url.startswith(PRIVATE)
    return Path(get_files_path(url.removeprefix(PRIVATE if is_private else PUBLIC), is_private=is_private))


def bytes_of(url: str) -> bytes:
    """The bytes at a local address; the framework's File gives text in place of what it takes for text, by guesses on 16."""
    return path_of(url).read_bytes()


def sha256_of(url: str | None) -> str | None:
    """SHA-256 of the bytes at an address, as hexadecimal; None where there are none on this site."""
    plain = local(url)
    if not plain:
        return None
    found = hashlib.sha256()
    try:
        with path_of(plain).open("rb") as file:
            while piece := file.read(_PIECE):
                found.update(piece)
    except OSError:
        return None
    return found.hexdigest()


def evidence_at(urls: Iterable[str | None], besides: str | None = None) -> list[frappe._dict]:
    """Files that are evidence at one of these addresses, however that is spelled; one query.

    Args:
        besides: name of a File that is left out.
    """
    wanted = {spelling for url in urls if url for spelling in _spellings(url)}
    if not wanted or not keeps_sums():
        return []
    file = frappe.qb.DocType("File")
    query = (
        frappe.qb.from_(file)
        .select(file.name, file.file_url, file.owner, file.attached_to_doctype, file.attached_to_name)
        .select(file.content_hash, file.is_private, file[SHA256])
        .where(file.file_url.isin(sorted(wanted)) & file[SHA256].isnotnull() & (file[SHA256] != ""))
        .orderby(file.creation, file.name, order=Order.asc)
    )
    if besides:
        query = query.where(file.name != besides)
    return query.run(as_dict=True)


def private_at(url: str | None, besides: str | None = None) -> list[frappe._dict]:
    """Private files at an address; one query, none for a public one.

    Args:
        besides: name of a File that is left out.
    """
    plain = local(url)
    if not plain or not plain.startswith(PRIVATE):
        return []
    fields = ["name", "file_url", "owner", "attached_to_doctype", "attached_to_name", "is_private"]
    rows = frappe.get_all(
        "File", {"file_url": plain, "is_folder": 0}, fields, order_by="creation asc, name asc"
    )
    return [row for row in rows if row.name != besides]


def keeps_sums() -> bool:
    """Whether File has the app's fields: not yet before the migration that brings them, not any more at uninstall."""
    return frappe.get_meta("File").has_field(SHA256)


def same_place(url: str | None, other: str) -> bool:
    """Whether the framework, told to delete what is at `url`, would delete what is at `other`."""
    return bool(url) and other in _spellings(url)


def as_file(row: dict[str, Any]) -> Any:
    """A File out of its fields, for the framework's questions about it."""
    return frappe.get_doc({"doctype": "File", **row})


def _spellings(url: str) -> set[str]:
    # Deleting, the framework looks at the last part alone and takes everything for private that is not in "files".
    folder = PUBLIC if url.strip("/").rpartition("/")[0] == "files" else PRIVATE
    return {spelling for spelling in (local(url), folder + posixpath.basename(url.strip("/"))) if spelling}
