"""Numbers of a large history kept in a file instead of in memory."""

from __future__ import annotations

import mmap
import tempfile
from pathlib import Path

import numpy as np


class Spill:
    """What :class:`complaint_qms.engine.similar.Index` keeps its features in, on disk; the file has no name and goes with
    the process, also when that is killed."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - open as long as this object
        self._map: mmap.mmap | None = None

    def append(self, numbers: np.ndarray) -> None:
        """Add uint32 numbers behind those that are there."""
        self._map = None
        self._file.write(numbers.astype(np.uint32, copy=False).tobytes())

    def view(self) -> np.ndarray:
        """All numbers, uint32, read only; valid until the next :meth:`append`."""
        self._file.flush()
        if not self._file.tell():
            return np.empty(0, np.uint32)
        if self._map is None:
            self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        return np.frombuffer(self._map, np.uint32)

    def release(self) -> None:
        """Give back the memory of what was read so far; it is read again when it is wanted again."""
        if self._map is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)
