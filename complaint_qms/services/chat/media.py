"""Files of chats: fetched from the service with a limit, known by their content, kept with the message they came with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import frappe
from frappe.model.document import Document

from complaint_qms.constants.inbox import DOCTYPE
from complaint_qms.engine.message import Message
from complaint_qms.engine.upload import file_type
from complaint_qms.integrations.messaging.inbound import Inbound, Media, ServiceError
from complaint_qms.services.chat import channels
from complaint_qms.services.inbox.store import InboundFile, keep_file
from complaint_qms.services.record import timeline
from complaint_qms.services.record.service_tokens import CachedTokens
from complaint_qms.services.record.timeline import Text, line

_PATIENT: Final = 2
"""Attempts to read a message that a file which is not to be had now may cost; then it is read without, and the file is asked for later (`late_files.py`)."""
_NOT_LET_IN: Final = (401, 403)
"""What the site is let in with has run out; the file is there when somebody has renewed it."""


class NotNow(Exception):
    """A file is not to be had at the moment: the message is read later."""


@dataclass(frozen=True)
class Looked:
    """A file as it can be kept, or why it is not taken, as a line of a timeline; `late`: it may be had yet."""

    file: InboundFile | None = None
    problem: Message | None = None
    late: Media | None = None


@dataclass(frozen=True)
class Fetches:
    """How many files of a message were not taken, and those that are to be asked for later."""

    refused: int = 0
    late: tuple[Media, ...] = ()


def judge_file(channel: Document, media: Media) -> Looked:
    """A file that is here, by its size and what its content says it is."""
    content, name = media.content, Text(media.name or "file")
    if not content:
        return Looked(problem=line("The file {0} came in empty or damaged.", name))
    if len(content) > channels.largest_file(channel):
        size = channels.largest_file(channel) >> 20
        return Looked(problem=line("The file {0} was not taken: it is larger than {1} MB.", name, size))
    found = file_type(content)
    if isinstance(found, Message):
        return Looked(
            problem=line("The file {0} was not taken: only photos, videos, sound and PDF are.", name)
        )
    if found.kind not in channels.kinds_of(channel):
        return Looked(
            problem=line("The file {0} was not taken: this channel takes no files of its kind.", name)
        )
    stem = (media.name or found.kind).rpartition(".")[0] or media.name or found.kind
    return Looked(InboundFile(f"{stem}.{found.ending}", content))


def fetch_files(channel: Document, inbound: Inbound, item: Document) -> Fetches:
    """Have the files of a message beside its item, which says what was not taken.

    Raises:
        NotNow: the service cannot be reached, and there is time to ask it again before the message is read.
    """
    return keep_fetched(channel, inbound.media, item, patient=item.attempts <= _PATIENT)


def keep_fetched(
    channel: Document, wanted: Iterable[Media], item: Document, *, patient: bool = False
) -> Fetches:
    """The same of these files.

    Args:
        patient: nothing is kept, and nothing is given up, while a service cannot be reached.
    """
    looked = [_fetched(channel, media, patient=patient) for media in wanted]
    for one in looked:
        if one.problem:
            timeline.note_on(item, one.problem)
        elif one.file:
            keep_file(item, one.file)
    late = tuple(one.late for one in looked if one.late)
    return Fetches(sum(bool(one.problem) for one in looked), late)


def count(item: Document) -> int:
    """How many files stand beside an item, its raw message apart."""
    files = frappe.get_all(
        "File",
        {"attached_to_doctype": DOCTYPE, "attached_to_name": item.name, "is_folder": 0},
        ["name", "attached_to_field"],
        order_by="name asc",
    )
    return sum(not file.attached_to_field and file.name != item.payload_file for file in files)


def _fetched(channel: Document, media: Media, *, patient: bool) -> Looked:
    limit = channels.largest_file(channel)
    client, account = channels.client_of(channel), channels.account_of(channel)
    try:
        got = client.fetch_file(account, media, CachedTokens(), limit)
    except ServiceError as error:
        if error.passing and patient:
            raise NotNow(str(error)) from error
        if error.passing or error.status in _NOT_LET_IN:
            return Looked(late=media)
        name = Text(media.name or "file")
        return Looked(problem=line("The file {0} could not be fetched: {1}", name, error.said))
    return judge_file(channel, Media(media.id, media.name or got.name, media.mime, got.content))
