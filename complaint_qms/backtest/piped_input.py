"""Pipes and standard input as files: what can be read only once is copied, for it is looked at several times."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from complaint_qms.backtest.errors import UNREADABLE, CommandError
from complaint_qms.tabular.errors import TableError, UnreadableFileError

_STANDARD = ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")


class PipedInput:
    """Holds the copies of one run; they go with it."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory | None = None
        self._given: dict[object, Path] = {}

    def regular(self, path: Path) -> tuple[Path, str]:
        """A file that can be read many times, and its name: that of the file, ``stdin``, or ``pipe`` for what the shell
        has opened (whose number is not always the same)."""
        standard = str(path) in _STANDARD
        name = "stdin" if standard else "pipe" if path.parent.name == "fd" else path.name
        try:
            mode = os.fstat(0).st_mode if standard else path.stat().st_mode
        except OSError:
            return path, name  # said where it is opened
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
            raise CommandError("stdin_is_terminal" if standard else "file_is_device", UNREADABLE, file=path)
        if standard or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            return self._copied(path, name, standard), name
        return path, name

    @contextlib.contextmanager
    def named(self) -> Iterator[None]:
        """Errors name what was given, not its copy."""
        try:
            yield
        except (CommandError, TableError) as error:
            given = self._given.get(error.message.params.get("file"))
            if given is not None:
                error.message = error.message.having(file=given)
            raise

    def _copied(self, path: Path, name: str, standard: bool) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="complaint-qms-")
        target = Path(self._folder.name, str(len(self._given)), name)
        self._given[target] = path
        try:
            target.parent.mkdir()
            with target.open("wb") as copy:
                if standard:
                    shutil.copyfileobj(sys.stdin.buffer, copy)
                else:
                    with path.open("rb") as source:
                        shutil.copyfileobj(source, copy)
        except OSError as error:
            raise UnreadableFileError("file_unreadable", file=path, why=error.strerror) from None
        return target


def unlike(names: list[str]) -> list[str]:
    """Each name once: ``a.csv``, ``a.csv (2)``."""
    found: list[str] = []
    for name in names:
        new, count = name, 1
        while new in found:
            count += 1
            new = f"{name} ({count})"
        found.append(new)
    return found
