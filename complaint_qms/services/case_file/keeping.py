"""What was made, in a folder of the site that no address leads to, until its days are over: {folder}/{key}/state.json and what it tells of."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import frappe
from frappe.utils import get_datetime, now_datetime

from complaint_qms.constants.case_file import KEPT_DAYS

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "completed", "failed"
_FOLDER: Final = "case_files"
_KEY: Final = re.compile(r"[0-9a-f]{24}")
_STATE: Final = "state.json"
_LISTED: Final = "listed.json"


def begin_state(user: str, name: str, language: str, **more: Any) -> str:
    """A place for what is to be made; its key.

    Args:
        name: of the complaint; empty of an index of many.
        more: what else is to be known of it.
    """
    key = secrets.token_hex(12)
    case_folder(key).mkdir(parents=True, mode=0o700)
    note_state(key, user=user, complaint=name, language=language, status=QUEUED, percent=0, asked_at=str(now_datetime()), **more)  # fmt: skip
    return key


def case_folder(key: str) -> Path:
    """The folder of one.

    Raises:
        KeyError: this is no key.
    """
    if not _KEY.fullmatch(key):
        raise KeyError(key)
    return _root() / key


def case_state(key: str) -> dict[str, Any]:
    """{user, complaint (empty of an index), language, status, percent, asked_at, …}; empty where there is none."""
    try:
        said = json.loads((case_folder(key) / _STATE).read_text("utf-8"))
    except (OSError, ValueError, KeyError):
        return {}
    return said if isinstance(said, dict) else {}


def note_state(key: str, **values: Any) -> dict[str, Any]:
    """Write down how it stands, as a whole or not at all; all that is known."""
    state = case_state(key) | values
    path = case_folder(key) / _STATE
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(state, ensure_ascii=False), "utf-8")
    os.replace(draft, path)
    return state


def note_listed(key: str, complaints: Collection[str]) -> None:
    """Write down of which complaints something tells that is about many."""
    (case_folder(key) / _LISTED).write_text(json.dumps(sorted(complaints)), "utf-8")


def path_in_site(key: str, file: str) -> str:
    """Of a file in a place, below the private folder of the site."""
    return f"{_FOLDER}/{key}/{file}"


def places_of(user: str, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Key and state of what a user has asked for of a complaint, or of indexes of many where there is no name, the newest first."""
    found = [(path.name, case_state(path.name)) for path in _places()]
    mine = [(key, state) for key, state in found if state.get("user") == user and state.get("complaint") == name]  # fmt: skip
    yield from sorted(mine, key=lambda one: one[1].get("asked_at", ""), reverse=True)


def ends_at(state: dict[str, Any]) -> datetime:
    """Until when it is kept."""
    return get_datetime(state.get("asked_at") or now_datetime()) + timedelta(days=KEPT_DAYS)


def delete_old(now: datetime | None = None) -> int:
    """Delete what is kept no longer; how many."""
    moment, gone = now or now_datetime(), 0
    for path in _places():
        state = case_state(path.name)
        written = datetime.fromtimestamp(path.stat().st_mtime)
        if (state and ends_at(state) < moment) or (
            not state and written < moment - timedelta(days=KEPT_DAYS)
        ):
            shutil.rmtree(path, ignore_errors=True)
            gone += 1
    return gone


def delete_files_of(complaints: Collection[str]) -> None:
    """Delete what was made of some complaints, and indexes that list one of them, whoever asked for it."""
    gone = set(complaints)
    for path in _places():
        if case_state(path.name).get("complaint") in gone or gone & _listed_in(path):
            shutil.rmtree(path, ignore_errors=True)


def remove_all() -> None:
    """When the app leaves the site."""
    shutil.rmtree(_root(), ignore_errors=True)


def _listed_in(place: Path) -> set[str]:
    try:
        return set(json.loads((place / _LISTED).read_text("utf-8")))
    except (OSError, ValueError):
        return set()


def _root() -> Path:
    return Path(frappe.get_site_path("private", _FOLDER))


def _places() -> list[Path]:
    root = _root()
    return sorted(path for path in root.iterdir() if _KEY.fullmatch(path.name)) if root.is_dir() else []
