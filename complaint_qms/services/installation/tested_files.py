"""The app's files and the versions beside them, held against those that were tested (`tested.json` of a validation pack)."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import frappe
from frappe import _

from complaint_qms import __version__
from complaint_qms.services.installation.finding import AS_EXPECTED, WRONG, InstallationResult
from complaint_qms.services.record.language import comma_list

PACKAGE: Final = Path(__file__).parents[2]
# What a build or an interpreter makes of the files.
_MADE: Final = frozenset(("__pycache__", "dist", "node_modules"))
_NAMED: Final = 20


def read_tested(path: Path) -> dict[str, Any]:
    """What a pack says was tested.

    Raises:
        frappe.ValidationError: the file is none of a pack.
    """
    try:
        tested = json.loads(path.read_text("utf-8"))
        files = tested["files"]
        if not all(isinstance(tested[key], str) for key in ("version", "commit", "made")) or not isinstance(
            files, dict
        ):
            raise TypeError
    except (OSError, ValueError, KeyError, TypeError):
        frappe.throw(
            _(
                "{0} is not the file tested.json of a validation pack. make validation writes it to out/validation."
            ).format(path.name)
        )
    return tested


def compare_files(tested: Mapping[str, Any] | None) -> Iterable[InstallationResult]:
    """Versions, and each file that is not as it was tested."""
    yield from _versions(tested)
    part = _("Files")
    if not tested:
        return
    now = {path.relative_to(PACKAGE).as_posix(): path for path in _package_files()}
    then = tested["files"]
    changed = [name for name, path in now.items() if name in then and _sha256(path) != then[name]]
    for sentence, names in (
        (_("{0} files differ from those that were tested: {1}"), changed),
        (_("{0} files that were tested are not there: {1}"), [name for name in then if name not in now]),
        (_("{0} files were not there when it was tested: {1}"), [name for name in now if name not in then]),
    ):
        if names:
            told = comma_list(sorted(names)[:_NAMED]) + (" …" if len(names) > _NAMED else "")
            yield InstallationResult(part, WRONG, sentence.format(len(names), told))
    if changed or now.keys() != then.keys():
        return
    yield InstallationResult(part, AS_EXPECTED, _("{0} files are as they were tested.").format(len(now)))


def _versions(tested: Mapping[str, Any] | None) -> Iterable[InstallationResult]:
    part = _("Versions")
    bench = (
        f"Frappe {frappe.get_attr('frappe.__version__')}, ERPNext {frappe.get_attr('erpnext.__version__')}"
    )
    if not tested:
        yield InstallationResult(part, AS_EXPECTED, f"Complaint QMS {__version__}, {bench}")
    elif tested["version"] != __version__:
        yield InstallationResult(
            part,
            WRONG,
            _("Complaint QMS {0} is installed, {1} was tested.").format(__version__, tested["version"]),
        )
    else:
        yield InstallationResult(
            part,
            AS_EXPECTED,
            _("Complaint QMS {0}, tested {1} as {2}").format(
                __version__, tested["made"][:10], tested["commit"][:12] or "–"
            ),
        )
    if tested and bench not in tested.get("tested_on", ()):
        on = comma_list(tested.get("tested_on") or ["–"])
        yield InstallationResult(part, WRONG, _("{0} is installed; it was tested on {1}.").format(bench, on))
    elif tested:
        yield InstallationResult(part, AS_EXPECTED, bench)
    database = frappe.db.sql("select version()")[0][0]
    yield InstallationResult(
        part, AS_EXPECTED, f"Python {platform.python_version()}, {frappe.db.db_type} {database}"
    )


def _package_files() -> list[Path]:
    return [
        path
        for path in sorted(PACKAGE.rglob("*"))
        if path.is_file() and path.suffix != ".pyc" and not _MADE & set(path.relative_to(PACKAGE).parts)
    ]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
