"""What nobody does to evidence: remove, replace, hash anew, publish, detach, or reach it by its address alone.

The framework keeps bytes by address and counts those who share them by content hash, and both can be sent with a
request. So each way in which one File may reach another one's bytes is stopped here, for every user.
"""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from types import NoneType
from typing import Any, Final, NoReturn

import frappe
from frappe import _
from frappe.core.doctype.file.utils import generate_file_name, get_content_hash
from frappe.model.document import Document
from frappe.utils import call_hook_method, escape_html, get_hook_method

from complaint_qms.constants.evidence import LOST_AT, REMOVED_AT, SHA256, TALK
from complaint_qms.constants.records import BY_DOCTYPE, QUALITY_RECORDS
from complaint_qms.exceptions import GateError
from complaint_qms.message_log import messages_withheld
from complaint_qms.permissions.kept_facts import KEPT
from complaint_qms.services import writing
from complaint_qms.services.evidence import disk, kept_files
from complaint_qms.services.evidence.holders import (
    Record,
    is_proposal,
    keeps_from_removal,
    kept_by,
    record_of,
    reference_of,
)
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.scalars import shown

# Marks of a folder: no file becomes one, for the framework asks nothing of a folder.
_FOLDER: Final = ("is_folder", "is_home_folder", "is_attachments_folder")
_TEXTS: Final = ("file_name", "file_url", "folder", "content", "content_hash", "attached_to_doctype", "attached_to_name", "attached_to_field")  # fmt: skip
_NO_MARKUP: Final = str.maketrans("<>", "()")
# What makes a file this file on this record.
_LASTING: Final = (
    "attached_to_doctype",
    "attached_to_name",
    "content_hash",
    "file_name",
    "file_url",
    "is_private",
    "thumbnail_url",
)


def kept_message(doctype: str, name: str) -> str:
    """Why a file cannot go, in the user's language."""
    return gate_code("G7") + _("{0} {1} rests on this file. Evidence stays as it is.").format(
        _(doctype), escape_html(name)
    )


def refuse_removal(file: Document) -> None:
    """Before anything of a file is deleted.

    Raises:
        GateError: it is evidence.
    """
    holder = keeps_from_removal(file)
    if holder:
        frappe.throw(kept_message(*holder), GateError)


def refuse_overwriting(file: Document) -> None:
    """Before bytes are written to the file's address.

    Raises:
        GateError: evidence is there.
    """
    if disk.evidence_at([file.file_url]):
        frappe.throw(
            gate_code("G7")
            + _("The file {0} is evidence and is not written over. Upload yours under another name.").format(
                frappe.bold(escape_html(file.file_name or file.file_url))
            ),
            GateError,
        )


def spares_bytes(file: Document) -> bool:
    """Whether the bytes at the file's address stay when it goes, because another File of evidence is there.

    A thumbnail that names evidence is forgotten, for the framework deletes it as it deletes the file.
    """
    others = [
        row.file_url for row in disk.evidence_at([file.file_url, file.thumbnail_url], besides=file.name)
    ]
    if any(disk.same_place(file.thumbnail_url, url) for url in others):
        file.thumbnail_url = None
    return any(disk.same_place(file.file_url, url) for url in others)


@contextmanager
def others_stay(file: Document) -> Iterator[None]:
    """Within this block the file may move between the public and the private folder.

    The framework gives each File of the same content hash the new address; evidence of other addresses gets its own back.
    """
    same = {"content_hash": file.content_hash, "name": ("!=", file.name), SHA256: ("is", "set")}
    kept = (
        frappe.get_all("File", same, ["name", "file_url", "is_private"], order_by="name asc")
        if disk.keeps_sums()
        else []
    )
    yield
    writing.set_many(
        "File",
        {row.name: {"file_url": row.file_url, "is_private": row.is_private} for row in kept},
        "evidence stays where it is",
    )


def keep_private(file: Document) -> None:
    """A new file of a quality record, or of a mail or comment about one, is private from the first byte on.

    A public file of the site that is named gets a private copy; where it was, it stays.
    """
    if file.is_folder or not _is_about_record(file) or str(file.file_url or "").startswith(disk.PRIVATE):
        return
    file.is_private = 1
    plain = disk.local(file.file_url)
    if plain and not file.get("content"):
        path = disk.path_of(plain)
        if path.exists():
            file.file_name = file.file_name or path.name
            file.content, file.decode, file.file_url = path.read_bytes(), False, None


def refuse_empty(file: Document) -> None:
    """A new file of ours, or of nobody yet, has bytes. The framework looks for it on the disk instead, and fails there.

    Raises:
        frappe.ValidationError: it has none.
    """
    doctype = file.attached_to_doctype
    if file.is_folder or file.file_url or file.get("content"):
        return
    if not doctype or doctype in BY_DOCTYPE or doctype in TALK:
        named = escape_html(file.file_name or _("The file"))
        frappe.throw(
            _("{0} is empty, it has 0 bytes. Choose a file with content.").format(frappe.bold(named))
        )


def check_texts(file: Document) -> None:
    """A request may send a list where the framework, and what stands here, looks for a text.

    Raises:
        frappe.ValidationError: naming the field.
    """
    for field in _TEXTS:
        # Records that the database numbers are named by whole numbers.
        kinds = str | bytes | NoneType | (int if field == "attached_to_name" else str)
        if not isinstance(file.get(field), kinds):
            label = _(file.meta.get_label(field)) if file.meta.has_field(field) else field
            refuse(_("{0}: enter a text.").format(label))


def refuse_address(file: Document) -> None:
    """Before the bytes at an address that was sent are read. The framework gives them, from then on, to whoever names the
    address of a private file; what it files by itself, elsewhere than with our records, is not asked about.

    Raises:
        frappe.PermissionError: none of the files there is open to the user.
    """
    if kept_files.closed_at(file.file_url, frappe.session.user):
        _throw_not_open()
    if not file.file_url or file.flags.is_evidence or frappe.session.user == "Administrator":
        return
    if file.flags.ignore_permissions and not _is_about_record(file):
        return
    others = disk.private_at(file.file_url, besides=file.name)
    if others and not _is_any_open(others):
        _throw_not_open()


def refuse_closed(file: Document) -> None:
    """Before the bytes of a file are read.

    Raises:
        frappe.PermissionError: they are kept facts, and not open to the user.
    """
    if kept_files.is_closed_to(file, frappe.session.user):
        _throw_not_open()


def plain_name(name: str | None) -> str | None:
    """A file's name without markup: the framework closes a tag in it, and takes the slash for that of a folder."""
    return name.translate(_NO_MARKUP) if name else name


def is_hidden(file: Document) -> bool:
    """Whether evidence is at the file's address, and none of it open to the user."""
    if file.flags.is_evidence or frappe.session.user == "Administrator":
        return False
    others = disk.evidence_at([file.file_url], besides=file.name)
    return bool(others) and not _is_any_open(others)


def stamp_file(file: Document) -> None:
    """Before a File is stored: a new one gets its sum when it is evidence; what a request sends there is put back.

    Raises:
        GateError: the file is evidence and would be changed, or it would move the bytes of evidence.
        frappe.PermissionError: it names the address of evidence that the user may not read.
    """
    before = file.get_doc_before_save()
    if before:
        for name in (SHA256, LOST_AT, REMOVED_AT, *_FOLDER):
            file.set(name, before.get(name))
        _refuse_change(file, before)
        return
    file.set(SHA256, None)
    file.update({LOST_AT: None, REMOVED_AT: None})
    if file.attached_to_field == KEPT and not file.flags.keeps_facts:
        # A mark of the app's own: it would close a file to those who read the record.
        file.attached_to_field = None
    _refuse_claim(file)
    _refuse_planting(file)
    record = (file.attached_to_doctype, file.attached_to_name) if file.flags.is_evidence else record_of(file)
    if record and not file.is_folder and not is_proposal(record):
        file.set(SHA256, disk.sha256_of(file.file_url))


def save_as_sent(file: Document) -> Any:
    """Write a new private file byte for byte, in a place of its own: the framework would compress a photo anew and drop when it
    was taken, and has a limit of size that what came in piece by piece does not know."""
    content = file._content = file.content
    file.update(
        {
            "is_private": 1,
            "content_type": mimetypes.guess_type(file.file_name)[0],
            "file_size": file.check_max_file_size(),
            "content_hash": get_content_hash(content),
        }
    )
    file.file_name = generate_file_name(file.file_name, suffix=file.content_hash[-6:], is_private=True)
    call_hook_method("before_write_file", file_size=file.file_size)
    write = get_hook_method("write_file")
    return write(file) if write else file.save_file_on_filesystem()


def keep_name(file: Document, named: str | None) -> None:
    """Let a file of ours be called as who sent it calls it. The framework gives it the name of its place on the disk, where another
    one of the same name is in the way."""
    if named and named != file.file_name and (file.flags.is_evidence or _is_about_record(file)):
        file.file_name = named


def is_stored(file: Document) -> bool:
    """Whether the bytes at the file's address are on this site already, so that there is nothing to write."""
    plain = disk.local(file.file_url)
    return bool(plain) and disk.path_of(plain).is_file()


def share_bytes(file: Document) -> None:
    """Let a new File of evidence stand for bytes that are there: not compressed anew as a photo, nor refused for their size."""
    content = disk.bytes_of(file.file_url)
    file.content_type = mimetypes.guess_type(file.file_name)[0]
    file.file_size, file.content_hash = len(content), get_content_hash(content)


def set_content_hash(file: Document) -> None:
    """Take the hash from the bytes of a file of the site, whatever was sent."""
    file.content_hash = _hash_at(file.file_url) or file.content_hash


def _is_about_record(file: Document) -> bool:
    if file.flags.is_evidence or file.attached_to_doctype in QUALITY_RECORDS:
        return True
    talk = file.attached_to_doctype in TALK and file.attached_to_name
    return bool(talk and reference_of(file.attached_to_doctype, file.attached_to_name))


def _refuse_change(file: Document, before: Document) -> None:
    changed = {name for name in _LASTING if (file.get(name) or None) != (before.get(name) or None)}
    if (
        KEPT in (before.attached_to_field, file.attached_to_field)
        and before.attached_to_field != file.attached_to_field
    ):
        changed.add("attached_to_field")
    if not changed:
        return
    holder: Record | None = kept_by(before)
    if holder:
        frappe.throw(kept_message(*holder), GateError)
    if changed & {"content_hash", "is_private"}:
        # A forged hash would move, or take with it, what others have under it. The bytes are still where they were.
        file.content_hash = _hash_at(file.file_url) or _hash_at(before.file_url) or file.content_hash
    if "attached_to_field" in changed:
        file.attached_to_field = before.attached_to_field
    if "is_private" in changed and (others := disk.evidence_at([before.file_url], besides=file.name)):
        frappe.throw(kept_message(*(kept_by(others[0]) or ("File", others[0].name))), GateError)
    if "file_url" in changed:
        _refuse_claim(file)
        refuse_address(file)
    if changed & {"attached_to_doctype", "attached_to_name"}:
        _refuse_planting(file)


def _refuse_claim(file: Document) -> None:
    """An address alone gives no sight of evidence: who names it must be able to read one of the files there."""
    if is_hidden(file):
        _throw_not_open()


def _is_any_open(files: list[frappe._dict]) -> bool:
    """The framework tells whoever is refused of the record behind a file."""
    with messages_withheld():
        return any(disk.as_file(row).is_downloadable() for row in files)


def _throw_not_open() -> NoReturn:
    frappe.throw(
        _("You may not use this file: it belongs to a record that is not open to you."),
        frappe.PermissionError,
    )


def _refuse_planting(file: Document) -> None:
    """What hangs on a record is evidence and stays, so nobody hangs it on a record that they may not change; with a mail or
    comment, on one that they may not read."""
    if file.flags.is_evidence or frappe.session.user == "Administrator":
        return
    record = record_of(file)
    doctype, name = file.attached_to_doctype, file.attached_to_name
    if not record and doctype in QUALITY_RECORDS and name and not _is_unsaved(doctype, name):
        # Its number may be given to a record tomorrow, which would have this file from the start.
        frappe.throw(
            _("{0} “{1}” is not there, or not open to you.").format(_(doctype), shown(name)),
            frappe.PermissionError,
        )
    right = "read" if record and file.attached_to_doctype in TALK else "write"
    if record and not frappe.has_permission(record[0], right, doc=record[1]):
        frappe.throw(
            _("{0} {1} is not open to you for that, so nothing can be attached to it.").format(
                _(record[0]), escape_html(record[1])
            ),
            frappe.PermissionError,
        )


def _is_unsaved(doctype: str, name: str) -> bool:
    """Whether a name is one that the desk gives to a form that nobody has saved yet."""
    return name.startswith(f"new-{doctype.lower().replace(' ', '-')}-")


def _hash_at(url: str | None) -> str | None:
    """The framework's hash of the bytes at an address of this site."""
    plain = disk.local(url)
    path = disk.path_of(plain) if plain else None
    return get_content_hash(path.read_bytes()) if path and path.is_file() else None
