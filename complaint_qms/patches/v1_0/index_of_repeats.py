"""Repeat complaints are found by an index, on sites from before as well."""

from complaint_qms.services.analysis import repeat_index


def execute() -> None:
    repeat_index.index_repeats()
