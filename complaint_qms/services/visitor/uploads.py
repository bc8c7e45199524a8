"""Files of visitors, sent piece by piece, so that a lost connection costs a piece and not the file.

Bytes lie in a folder of their own, which no address leads to, until a complaint takes them. What a file really is, is read off its
content; a name proves nothing, and gives nothing but a name.
"""

from __future__ import annotations

import hmac
import mmap
import secrets
import shutil
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import Case
from frappe.query_builder.functions import Coalesce, Sum
from frappe.utils import escape_html, now_datetime
from frappe.utils.password import get_encryption_key

from complaint_qms.constants.visitor import (
    CHUNK,
    LARGEST,
    MOST_OF_ONE,
    MOST_OF_VISITORS,
    MOST_WAITING,
    UPLOAD,
    UPLOAD_HOURS,
)
from complaint_qms.engine.message import Message
from complaint_qms.engine.upload import FileType, file_type, remove_place
from complaint_qms.services import writing
from complaint_qms.services.record.input_validation import refuse

_FOLDER: Final = "complaint_uploads"
_OPEN, _COMPLETED, _TAKEN = "open", "completed", "taken"
_MEGABYTE: Final = 1 << 20
_ANNOUNCED: Final = timedelta(hours=1)
"""How long a file may be announced without a byte of it."""


@dataclass(frozen=True)
class Room:
    """Who sends files, and how many bytes may wait of all together before they are refused."""

    sender: str
    most: int

    @staticmethod
    def of_visitor(address: str) -> Room:
        """Of somebody without a login: by a keyed sum of their address, of a network where that gives its guests many."""
        network = address
        with suppress(ValueError):
            if (found := ip_address(address)).version == 6:
                network = str(ip_network((found, 64), strict=False))
        secret = get_encryption_key().encode()
        return Room(hmac.new(secret, network.encode(), sha256).hexdigest()[:40], MOST_OF_VISITORS)

    @staticmethod
    def of_login(user: str) -> Room:
        return Room(user, MOST_WAITING)


def begin_upload(file_name: str, size: int, room: Room | None = None) -> dict[str, Any]:
    """Announce a file: {upload, chunk, received}; `upload` is the secret by which its pieces are sent.

    Raises:
        frappe.ValidationError: it is empty or too large, or too much is waiting already.
    """
    if size <= 0:
        refuse(_("The file is empty."))
    if size > LARGEST:
        refuse(_("The file is larger than {0} MB. Send a smaller one.").format(LARGEST // _MEGABYTE))
    room = room or Room.of_visitor("")
    _check_room(CHUNK, room)
    token = secrets.token_urlsafe(24)
    frappe.get_doc(
        {
            "doctype": UPLOAD,
            "file_name": _plain(file_name),
            "state": _OPEN,
            "size": size,
            "received": 0,
            "expires_at": now_datetime() + _ANNOUNCED,
            "token_hash": _hash(token),
            "sent_by": room.sender,
        }
    ).insert(ignore_permissions=True)
    return {"upload": token, "chunk": CHUNK, "received": 0}


def upload_state(token: str) -> dict[str, Any]:
    """How far a file has come: {received, size, complete}.

    Raises:
        frappe.DoesNotExistError: nobody announced it, or its time is over.
    """
    return _told(_row(token))


def append_piece(token: str, offset: int, content: bytes) -> dict[str, Any]:
    """Take in a piece. One that was taken already, or comes too early, changes nothing: the answer says what is wanted next.

    Raises:
        frappe.DoesNotExistError: nobody announced the file, or its time is over.
        frappe.ValidationError: the piece is too large, or the file turns out to be none that is taken; it is gone then.
    """
    row = _row(token, lock=True)
    if len(content) > CHUNK or offset + len(content) > row.size:
        refuse(_("This piece is larger than what was announced. Send the file again from the start."))
    if row.state != _OPEN or offset != row.received or not content:
        return _told(row)
    _check_room(
        len(content),
        Room.of_login(row.sent_by) if "@" in row.sent_by else Room(row.sent_by, MOST_OF_VISITORS),
    )
    path = _path(row.name)
    path.parent.mkdir(exist_ok=True)
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.seek(offset)
        file.write(content)
        file.truncate()
    row.received = offset + len(content)
    values: dict[str, Any] = {"received": row.received}
    if not offset:
        values["expires_at"] = now_datetime() + timedelta(hours=UPLOAD_HOURS)
    if row.received == row.size:
        found = _look(path)
        if isinstance(found, Message):
            _drop([row.name])
            frappe.db.commit()  # what is refused stays refused
            path.unlink(missing_ok=True)
            refuse(found.render(_))
        row.state = _COMPLETED
        values |= {
            "state": _COMPLETED,
            "mime_type": found.mime,
            "file_name": _with_ending(row.file_name, found),
        }
    writing.set_values(UPLOAD, row.name, values, "piece of a file arrived")
    return _told(row)


def take_files(
    tokens: Iterable[str], doctype: str, name: str, *, without_place: bool = False
) -> list[Document]:
    """Attach complete files to a record, as private ones; what a record took before is passed over.

    Args:
        without_place: remove the place where photos and videos were taken.

    Raises:
        frappe.ValidationError: one of them has not arrived as a whole, or is not known any more.
    """
    files = []
    for number, token in enumerate(wanted := list(dict.fromkeys(tokens)), start=1):
        lost = _("File {0} of {1} is not known any more. Remove it, and choose it again.")
        row = _row(token, lock=True, otherwise=lost.format(number, len(wanted)))
        if row.state == _TAKEN:
            continue
        if row.state != _COMPLETED or not _path(row.name).is_file():
            said = _("{0} has not arrived as a whole. Wait until all files are sent, or remove it.")
            refuse(said.format(escape_html(row.file_name)))
        files.append(_file(row, doctype, name, without_place))
    return files


def sweep_uploads(now: datetime | None = None) -> int:
    """Delete what nobody took within its time; how many files. Bytes that no row knows of go as well."""
    old = frappe.get_all(
        UPLOAD, {"expires_at": ("<", now or now_datetime())}, pluck="name", order_by="name asc", limit=5000
    )
    _drop(old)
    known = set(frappe.get_all(UPLOAD, pluck="name", order_by="name asc"))
    folder = _folder()
    for path in folder.glob("*.part") if folder.is_dir() else ():
        if path.stem not in known and path.stat().st_mtime < (now or now_datetime()).timestamp() - 3600:
            path.unlink(missing_ok=True)
    return len(old)


def remove_folder() -> None:
    """Delete what strangers have left, when the app leaves the site."""
    shutil.rmtree(_folder(), ignore_errors=True)


def _check_room(wanted: int, room: Room) -> None:
    """Room is kept for those who log in, and nobody takes all of it."""
    table = frappe.qb.DocType(UPLOAD)
    own = Coalesce(Sum(Case().when(table.sent_by == room.sender, table.received).else_(0)), 0)
    waiting = (
        frappe.qb.from_(table).select(Coalesce(Sum(table.received), 0), own).where(table.state != _TAKEN)
    )
    of_all, of_sender = waiting.run()[0]
    if of_all + wanted > room.most or of_sender + wanted > MOST_OF_ONE:
        refuse(
            _(
                "Too many files are being sent at the moment. Try again later, or send your complaint without files."
            )
        )


def _file(row: frappe._dict, doctype: str, name: str, without_place: bool) -> Document:
    path = _path(row.name)
    if without_place:
        _without_place(path)
    file = frappe.get_doc(
        {
            "doctype": "File",
            "file_name": row.file_name,
            "content": path.read_bytes(),
            "folder": "Home/Attachments",
            "is_private": 1,
            "attached_to_doctype": doctype,
            "attached_to_name": name,
        }
    )
    file.flags.update({"is_evidence": True, "kept_as_sent": True, "was_looked_at": True})
    file.insert(ignore_permissions=True)
    # The row stays for its time: sent again with the same message, the file is known to be there.
    writing.set_values(UPLOAD, row.name, {"state": _TAKEN}, "taken by a record")
    frappe.db.after_commit.add(lambda: path.unlink(missing_ok=True))
    return file


def _without_place(path: Path) -> None:
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as content:
        remove_place(content)


def _look(path: Path) -> FileType | Message:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return file_type(content)


def _row(token: str, *, lock: bool = False, otherwise: str = "") -> frappe._dict:
    row = frappe.db.get_value(
        UPLOAD,
        {"token_hash": _hash(token), "expires_at": (">", now_datetime())},
        ["name", "file_name", "state", "size", "received", "sent_by"],
        as_dict=True,
        for_update=lock,
    )
    if not row:
        told = otherwise or _("This file is not known any more. Choose it again.")
        frappe.throw(told, frappe.DoesNotExistError)
    return row


def _told(row: frappe._dict) -> dict[str, Any]:
    return {"received": row.received, "size": row.size, "complete": row.state in (_COMPLETED, _TAKEN)}


def _drop(names: list[str]) -> None:
    if names:
        frappe.db.delete(UPLOAD, {"name": ("in", names)})
        paths = [_path(name) for name in names]
        frappe.db.after_commit.add(lambda: [path.unlink(missing_ok=True) for path in paths])


def _folder() -> Path:
    return Path(frappe.get_site_path("private", _FOLDER))


def _path(name: str) -> Path:
    return _folder() / f"{name}.part"


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(name: str) -> str:
    """The last part of a name, without what a disk or a page could take for more than a letter."""
    # Some computers write é as two signs.
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign if _is_of_name(sign) else "_" for sign in last).strip(" .")
    return kept[-100:] or "file"


def _is_of_name(sign: str) -> bool:
    # Many scripts write vowels as marks of their own.
    return sign.isalnum() or sign in " ._-()+," or unicodedata.category(sign)[0] == "M"


def _with_ending(name: str, found: FileType) -> str:
    stem, dot, _ending = name.rpartition(".")
    return f"{stem if dot and stem else name}.{found.ending}"
