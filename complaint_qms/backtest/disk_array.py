"""Numbers of a large history kept in a file instead of in memory."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np

WIDTH = 4


class Spill:
    """What :class:`complaint_qms.engine.similar.Index` keeps its features in, on disk; the file has no name and goes with
    the process, also when that is killed."""

    def __init__(self, folder: Path) -> None:
        # open as long as this object
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115

    def append(self, numbers: np.ndarray) -> None:
        """Add uint32 numbers behind those that are there."""
        self._file.seek(0, os.SEEK_END)
        content = memoryview(numbers.astype(np.uint32, copy=False).tobytes())
        while content:
            content = content[self._file.write(content) :]

    def parts(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """The numbers ``starts[i] … ends[i] - 1`` of every i, one part after the other, uint32."""
        places = zip((starts * WIDTH).tolist(), ((ends - starts) * WIDTH).tolist(), strict=True)
        return np.frombuffer(b"".join([self._read(place, size) for place, size in places]), np.uint32)

    def _read(self, place: int, size: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._file.fileno(), size, place)
        self._file.seek(place)
        return self._file.read(size)
