"""What the framework has collected within a request to show to whoever asked, taken back where it concerns nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe


class MessagesSince:
    """The messages of this request from now on."""

    def __init__(self) -> None:
        self._before = len(frappe.local.message_log)

    def texts(self) -> list[str]:
        """As they would be shown, markup and all; a message may be a list of sentences."""
        shown = (
            frappe.parse_json(entry).get("message") for entry in frappe.local.message_log[self._before :]
        )
        parts = (text for said in shown for text in (said if isinstance(said, list) else [said]))
        return [text for text in parts if text and isinstance(text, str)]

    def drop(self) -> None:
        del frappe.local.message_log[self._before :]


@contextmanager
def messages_withheld() -> Iterator[MessagesSince]:
    """What is said within this block is shown to nobody, however the block ends."""
    since = MessagesSince()
    try:
        yield since
    finally:
        since.drop()


@contextmanager
def messages_dropped_on(*errors: type[BaseException]) -> Iterator[None]:
    """What was said within this block is shown to nobody where one of the errors ends it, which goes on to whoever catches it."""
    since = MessagesSince()
    try:
        yield
    except errors:
        since.drop()
        raise
