"""Reports over many complaints are read off indexes of their own."""

from complaint_qms.services.reporting.indexes import add_covering_indexes


def execute() -> None:
    add_covering_indexes()
