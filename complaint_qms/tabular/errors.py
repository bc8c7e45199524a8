"""What is raised where a table cannot be read. The problem goes along as data; its words are the caller's."""

from __future__ import annotations

from typing import Any

from complaint_qms.tabular.problems import problem


class TableError(Exception):
    """A table cannot be read; `message` says why, as :mod:`complaint_qms.tabular.problems` lists it."""

    def __init__(self, key: str, **params: Any) -> None:
        super().__init__(key)
        self.message = problem(key, **params)

    def __str__(self) -> str:
        return f"{self.message.key}: " + ", ".join(f"{k}={v}" for k, v in self.message.params.items())


class UnreadableFileError(TableError):
    """The file is missing, empty, of another kind, damaged or too large."""


class ColumnError(TableError):
    """A needed column is missing, or what was said about the columns does not fit the file."""


class NoRowError(TableError):
    """There are headings and nothing below them."""


class MappingFileError(ColumnError):
    """A file that says which column is what is not valid."""


class YamlError(MappingFileError):
    """A YAML file cannot be read as such."""
