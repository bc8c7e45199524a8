"""What an error says, for a person who reads it outside the desk's own dialogs, and what the log keeps of it."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from html import unescape

import frappe

from complaint_qms.message_log import MessagesSince
from complaint_qms.services.record.tags import without_tags


def said(error: BaseException) -> str:
    """What an error says, as plain text on one line: messages of the site are markup, and some are lists of sentences."""
    told = error.args[0] if error.args else ""
    parts = told if isinstance(told, list | tuple) else [str(error)]
    return " ".join(unescape(without_tags(" ".join(map(str, parts)))).split()) or type(error).__name__


def told_with(error: Exception, told: MessagesSince) -> str:
    """What the form would have been told with an error, as plain text: the site's messages, else its own."""
    return " ".join(map(without_tags, told.texts())) or said(error)


def last_line(kept: str | None) -> str:
    """What went wrong, in the last line of what the framework kept of an error: without the name of the exception's module."""
    lines = [line.strip() for line in (kept or "").splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    name, colon, plain = last.partition(": ")
    return plain if colon and plain and " " not in name else last


def way_of(error: BaseException) -> str:
    """Where an error arose and of what kind it is, for the log: without what it says, which may name people."""
    return "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__


@contextmanager
def logged_only(title: str) -> Iterator[None]:
    """Around a convenience that keeps nobody from their work when it fails: the log tells where, and people go on."""
    try:
        yield
    except Exception as error:
        with suppress(Exception):
            frappe.log_error(title=title, message=way_of(error))
