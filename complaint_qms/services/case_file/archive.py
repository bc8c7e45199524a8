"""The archive: entries one after another and not compressed, in the one form that `verify` asks for, so that no byte of it is free."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from frappe import _

from complaint_qms.services.case_file import verify
from complaint_qms.services.record.input_validation import refuse

_PIECE: Final = 1 << 20


class ArchiveWriter:
    """Writes an archive entry by entry; `close` adds the manifest and the directory.

    Args:
        path: of the file that it writes.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("w+b")
        self._entries: list[tuple[str, int, int, int, str]] = []

    def add_bytes(self, name: str, content: bytes) -> str:
        """The SHA-256 of what was added."""
        return self._add(name, iter([content]))

    def add_json(self, name: str, said: Any) -> str:
        return self.add_bytes(name, json_bytes(said))

    def add_file(self, name: str, path: Path) -> str:
        """Copied piece by piece.

        Raises:
            OSError: it cannot be read.
        """
        with path.open("rb") as file:
            return self._add(name, iter(lambda: file.read(_PIECE), b""))

    def close(self, manifest: dict[str, Any]) -> None:
        """Add what was added to the manifest, the manifest to the archive, and end it.

        Args:
            manifest: with `format` and `version` where it is no file of a complaint.
        """
        entries = [{"name": name, "bytes": size, "sha256": digest} for name, _crc, size, _at, digest in self._entries]  # fmt: skip
        head = {"format": verify.FORMAT, "version": verify.VERSION}
        self.add_json(verify.MANIFEST, head | manifest | {"entries": entries})
        offset = self._file.tell()
        for name, crc, size, at, _digest in self._entries:
            self._file.write(verify.central_header(name, crc, size, at))
        self._file.write(verify.end_record(len(self._entries), self._file.tell() - offset, offset))
        self._file.close()

    def discard(self) -> None:
        """Let go what is open; of an archive that was closed nothing."""
        self._file.close()

    def _add(self, name: str, pieces: Iterator[bytes]) -> str:
        at, crc, size, digest = self._file.tell(), 0, 0, hashlib.sha256()
        header = verify.local_header(name, 0, 0)
        self._file.write(header)
        for piece in pieces:
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            if at + size > verify.MOST_BYTES:
                refuse(_("The files of this record are too large for one archive, which holds 4 GB at most."))
            digest.update(piece)
            self._file.write(piece)
        end = self._file.tell()
        self._file.seek(at)
        self._file.write(verify.local_header(name, crc, size))
        self._file.seek(end)
        self._entries.append((name, crc, size, at, digest.hexdigest()))
        return digest.hexdigest()


def json_bytes(said: Any) -> bytes:
    """Indented, for people read it as well."""
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()
