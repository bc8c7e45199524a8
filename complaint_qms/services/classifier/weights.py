"""What was learned, on disk: one file of arrays and JSON a field, in a folder that no address leads to.

Nothing in such a file runs when it is read; its SHA-256 stands in the version, and a file that is missing or another one is not
used.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

import frappe
from frappe.model.document import Document

from complaint_qms.constants.classifier import FIELDS, FOLDER
from complaint_qms.engine.classify.model import TextModel
from complaint_qms.services.classifier import versions


def keep_weights(version: str, models: Mapping[str, TextModel]) -> dict[str, str]:
    """Write the models of a version (engine's field → model); SHA-256 of each, by field of the complaint."""
    folder = versions.folder_of(version)
    folder.mkdir(parents=True, exist_ok=True)
    sums = {}
    for field, model in models.items():
        data = model.to_bytes()
        written = folder / f"{FIELDS[field]}.part"
        written.write_bytes(data)
        written.replace(folder / f"{FIELDS[field]}.npz")
        sums[FIELDS[field]] = hashlib.sha256(data).hexdigest()
    return sums


def models_of(version: Document) -> dict[str, TextModel]:
    """Engine's field → model, for the fields that the version uses.

    Raises:
        ValueError: a file is missing, another one than was written, or no stored model.
    """
    wanted = {row.field_name: row.sha256 for row in version.figures if row.used}
    models: dict[str, TextModel] = {}
    for field, column in FIELDS.items():
        if column not in wanted:
            continue
        path = versions.folder_of(version.name) / f"{column}.npz"
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ValueError(f"{path.name} of {version.name} is missing") from error
        if hashlib.sha256(data).hexdigest() != wanted[column]:
            raise ValueError(f"{path.name} of {version.name} is another file than was written")
        model = TextModel.from_bytes(data)
        # Those that were learned together find their features once.
        first = next(iter(models.values()), None)
        if first and first.vocabulary.names == model.vocabulary.names:
            model.vocabulary = first.vocabulary
        models[field] = model
    return models


def drop(version: str) -> None:
    """Delete what a version had learned; its figures stay."""
    shutil.rmtree(versions.folder_of(version), ignore_errors=True)


def remove_folder() -> None:
    """Take away everything that was learned."""
    shutil.rmtree(Path(frappe.get_site_path("private", FOLDER)), ignore_errors=True)
