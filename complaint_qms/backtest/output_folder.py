"""The folder of a run: one run at a time works in it, and nothing the user gave or made is overwritten there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from complaint_qms.backtest.errors import OUTPUT, USAGE, CommandError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LOCK_NAME = ".complaint-qms.lock"


@contextlib.contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Make the folder and hold it alone; CommandError when another run has it. The system lets go of it at any end of the
    process, so a killed run leaves no lock behind."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = _lock(folder)
    except BlockingIOError:
        raise CommandError("folder_busy", OUTPUT, folder=folder) from None
    except OSError as error:
        raise CommandError("output_unwritable", OUTPUT, file=folder, why=error.strerror) from None
    try:
        yield
    finally:
        os.close(handle)


def keep_apart(outputs: list[Path], inputs: list[Path | None]) -> None:
    """Refuse a run that would write over one of the files it was given."""
    for source in inputs:
        if source is not None and any(same(source, target) for target in outputs):
            raise CommandError("output_is_input", USAGE, file=source)


def same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, by whatever name."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return os.path.abspath(one) == os.path.abspath(other)


def write_whole(path: Path, text: str) -> None:
    """Write a whole file or leave the old one as it is."""
    try:
        if path.exists() and not path.is_file():  # a device; a folder fails here as it should
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        draft = path.with_name(path.name + ".new")
        draft.write_text(text, encoding="utf-8", newline="\n")
        os.replace(draft, path)
    except OSError as error:
        raise CommandError("output_unwritable", OUTPUT, file=path, why=error.strerror) from None


def put_aside(path: Path, ours: set[str]) -> Path | None:
    """Rename a file that holds something other than one of the texts `ours`; returns its new name."""
    try:
        if not path.exists() or path.read_bytes().decode("utf-8", "replace") in ours:
            return None
        kept = path.with_name(path.name + ".bak")
        number = 1
        while kept.exists():
            number += 1
            kept = path.with_name(f"{path.name}.bak{number}")
        os.rename(path, kept)
    except OSError as error:
        raise CommandError("output_unwritable", OUTPUT, file=path, why=error.strerror) from None
    return kept


def _lock(folder: Path) -> int:
    """An open file that carries the lock; the folder itself where the file system can lock folders."""
    if fcntl is not None:
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except BlockingIOError:
            os.close(handle)
            raise
        except OSError:  # a network drive, for instance
            os.close(handle)
    return _lock_file(folder / LOCK_NAME)


def _lock_file(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            _lock_on_windows(handle)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _lock_on_windows(handle: int) -> None:
    import msvcrt

    try:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        raise BlockingIOError from None
