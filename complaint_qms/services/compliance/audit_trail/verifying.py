"""Recomputes the chain in one stream, and compares what the entries say with the records and files that are there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final, NamedTuple

import frappe
from frappe import _
from frappe.query_builder import Order

from complaint_qms.constants.audit import DISPOSE, ENTRY
from complaint_qms.constants.encryption import KEYS
from complaint_qms.engine.audit_chain import GENESIS, digest_of_text
from complaint_qms.engine.audit_entry import APART, entry_columns, hidden_in, site_mark
from complaint_qms.services.compliance.audit_trail import erasing, sealing
from complaint_qms.services.compliance.audit_trail.comparing import compare_records
from complaint_qms.services.compliance.audit_trail.entries import key
from complaint_qms.services.compliance.audit_trail.restoring import restored_past
from complaint_qms.services.compliance.audit_trail.sealing import Head
from complaint_qms.services.compliance.audit_trail.time_stamps import check_stamps
from complaint_qms.services.encryption import keys
from complaint_qms.services.encryption.encrypted_values import read_apart

MOST: Final = 1000
"""Sentences that are kept; the rest is counted."""


@dataclass
class Outcome:
    """What a verification found.

    Attributes:
        sentences: what is wrong, one sentence each, at most `MOST`; `found` is their whole number.
        kinds: how many of each kind.
        entries: links of the chain; `seconds` it took to recompute them.
        tail: entries that are not linked yet, the first of them written at `tail_since` (UTC).
        records, files: how many were compared.
        disposed: complaints that were let go after their term.
        stamps: time stamps in the chain, the last of them made at `stamped_at` (UTC).
    """

    sentences: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    entries: int = 0
    seconds: float = 0.0
    tail: int = 0
    tail_since: str = ""
    records: int = 0
    files: int = 0
    disposed: int = 0
    stamps: int = 0
    stamped_at: str = ""
    head: Head = field(default_factory=lambda: Head(0, GENESIS))

    @property
    def found(self) -> int:
        return sum(self.kinds.values())

    def say(self, kind: str, sentence: str) -> None:
        self.kinds[kind] += 1
        if len(self.sentences) < MOST:
            self.sentences.append(sentence)


class LetGo(NamedTuple):
    """What stands beside the chain no more: of which (DocType, name) nothing does, and by entry the digests of erased values."""

    records: Collection[tuple[str, str]]
    values: Mapping[str, Collection[str]]


def verify_trail(
    sha256_of: Callable[[str], str | None], head: Head | None = None, roots: Sequence[Any] = ()
) -> Outcome:
    """Verify the whole trail as it is when the first query of the transaction is made. Writes nothing.

    Args:
        sha256_of: SHA-256 of the bytes at an address of a file; None where there are none.
        head: one that was kept elsewhere, such as in a mail.
        roots: certificates that time stamps have to lead to.
    """
    outcome = Outcome()
    keys.missing_keys().clear()
    kept, unread = _kept_head()  # before the first query: of what is linked meanwhile neither tells
    disposed = _disposed()
    outcome.disposed = sum(kind == "Complaint" for kind, _name in disposed)
    check_chain(outcome, disposed)
    _check_tail(outcome, disposed)
    _check_frame(outcome)
    _check_heads(outcome, kept, unread, head)
    outcome.stamps, outcome.stamped_at = check_stamps(outcome.say, roots)
    outcome.records, outcome.files = compare_records(outcome.say, sha256_of)
    for missing in sorted(keys.missing_keys()):
        outcome.say("key", _("Values of encrypted fields were not compared: the key {0} is not in {1} of site_config.json. Put it back.").format(missing, KEYS))  # fmt: skip
    return outcome


def check_chain(outcome: Outcome, disposed: Collection[tuple[str, str]] = ()) -> None:
    """Recompute the links.

    Args:
        disposed: (DocType, name) of records of which nothing stands beside the chain any more.
    """
    _("File")  # translations are read now: the connection has no room for a query while links come
    began, secret = perf_counter(), key()
    expected, previous, erased = 0, GENESIS, erasing.erased_values()
    unmarked: list[tuple[int, str]] = []
    foreign = 0
    for sequence, previous_hash, digest, mark, apart, text in _links():
        outcome.entries += 1
        holds = digest_of_text(sequence, previous_hash, text) == digest
        marked = site_mark(secret, text) == mark
        if sequence == expected:
            outcome.say("inserted", _("Entry {0} is there more than once: {1}.").format(sequence, _of(text)))
        elif sequence > expected + 1:
            outcome.say("removed", _missing(expected + 1, sequence - 1))
        elif holds and previous_hash != previous:
            outcome.say(
                "moved", _("Entry {0} does not follow the one before it: {1}.").format(sequence, _of(text))
            )
        if not holds:
            outcome.say("altered", _("Entry {0} was altered: {1}.").format(sequence, _of(text)))
        elif not marked:
            foreign += 1
            unmarked = [*unmarked, (sequence, text)][:MOST]
        _check_apart(outcome, str(sequence), apart, text, LetGo(disposed, erased))
        expected, previous = sequence, digest
    outcome.head, outcome.seconds = Head(expected, previous), perf_counter() - began
    if foreign and foreign == outcome.entries and foreign > 1:
        outcome.say("key", _("No entry carries the mark of this site: its encryption key in site_config.json is another one than it was. Put back the former one."))  # fmt: skip
        return
    for sequence, text in unmarked:
        outcome.say("altered", _("Entry {0} was not written by this site: {1}.").format(sequence, _of(text)))


def _check_tail(outcome: Outcome, disposed: Collection[tuple[str, str]]) -> None:
    table, secret = frappe.qb.DocType(ENTRY), key()
    erased = erasing.erased_values()
    query = sealing.unlinked().select(table.mark, table.apart, table.happened_at)
    for name, text, mark, apart, happened_at in query.run():
        outcome.tail += 1
        outcome.tail_since = outcome.tail_since or str(happened_at)
        if site_mark(secret, text) != mark:
            outcome.say("altered", _("Entry {0}, which is not linked yet, was altered: {1}.").format(name, _of(text)))  # fmt: skip
        _check_apart(outcome, name, apart, text, LetGo(disposed, erased))


def _check_apart(outcome: Outcome, named: str, apart: str | None, text: str, gone: LetGo) -> None:
    """What stands beside an entry is what it names, without what entries of the site itself tell was let go."""
    hides = f'{{"{APART}":' in text
    if not apart and (not hides or _record_of(text) in gone.records):
        return
    kept = read_apart(apart)
    lacking = hidden_in(text.rpartition("\n")[2]) ^ kept.values.keys()
    if (
        not kept.is_true()
        or not lacking <= set(gone.values.get(text.partition("\n")[0], ())) - kept.values.keys()
    ):
        outcome.say("altered", _("What entry {0} keeps beside the chain was altered: {1}.").format(named, _of(text)))  # fmt: skip


def _check_frame(outcome: Outcome) -> None:
    """Columns that every entry has alike, because the framework wants them."""
    table = frappe.qb.DocType(ENTRY)
    other = (
        (table.owner != table.happened_by) | (table.modified_by != table.happened_by) | (table.docstatus != 0)
    )
    other |= (table.modified != table.creation) | (table.idx != 0) | (table.sequence < 0)
    query = frappe.qb.from_(table).select(table.name, table.sequence, sealing.entry_text(table)).where(other)
    for name, sequence, text in query.orderby(table.name, order=Order.asc).limit(MOST).run():
        outcome.say("altered", _("Entry {0} was altered: {1}.").format(sequence or name, _of(text)))


def _kept_head() -> tuple[Head | None, ValueError | None]:
    try:
        return sealing.kept_head(), None
    except ValueError as error:
        return None, error


def _check_heads(outcome: Outcome, kept: Head | None, unread: ValueError | None, given: Head | None) -> None:
    file = sealing.head_path()
    if isinstance(unread, sealing.ForeignHead) and "key" not in outcome.kinds:
        outcome.say("head", _("The file with the head of the chain was not written by this site: {0}.").format(file.name))  # fmt: skip
    elif unread and not isinstance(unread, sealing.ForeignHead):
        outcome.say("head", _("The file with the head of the chain cannot be read: {0}.").format(file.name))
    for head in filter(None, (kept, given)):
        if not sealing.holds(head) and (noted := restored_past(head)):
            outcome.say("restored", _("Entry {0} was lost when a backup was restored; entry {1} says why.").format(head.sequence, noted))  # fmt: skip
        elif head.sequence > outcome.head.sequence:
            outcome.say("cut", _("The chain ends with entry {0}, and its head was entry {1}: its end was cut off, or an earlier backup was restored.").format(outcome.head.sequence, head.sequence))  # fmt: skip
        elif not sealing.holds(head):
            outcome.say("head", _("Entry {0} is not the one that was the head of the chain: it was written anew.").format(head.sequence))  # fmt: skip
    if outcome.entries and not kept and not file.exists():
        outcome.say("head", _("The file with the head of the chain is gone: {0}.").format(file.name))


def _links() -> Iterator[tuple[int, str, str, str, str | None, str]]:
    table = frappe.qb.DocType(ENTRY)
    query = frappe.qb.from_(table).select(
        table.sequence, table.previous_hash, table.hash, table.mark, table.apart
    )
    query = query.select(sealing.entry_text(table)).where(table.sequence > 0)
    with frappe.db.unbuffered_cursor():
        yield from query.orderby(table.sequence, table.name, order=Order.asc).run(
            as_iterator=True, as_list=True
        )


def _disposed() -> set[tuple[str, str]]:
    """Records that were let go, each told by an entry that this site has written."""
    table, secret = frappe.qb.DocType(ENTRY), key()
    query = frappe.qb.from_(table).select(table.mark, sealing.entry_text(table)).where(table.kind == DISPOSE)
    found = {_record_of(text) for mark, text in query.run() if site_mark(secret, text) == mark}
    return {one for one in found if one}


def _record_of(text: str) -> tuple[str, str] | None:
    with suppress(ValueError):
        columns = entry_columns(text)
        return columns["document_type"], columns["document_name"]
    return None


def _missing(first: int, last: int) -> str:
    if first == last:
        return _("Entry {0} is missing: it was removed.").format(first)
    return _("Entries {0} to {1} are missing: they were removed.").format(first, last)


def _of(text: str) -> str:
    """Which record an entry tells of, as far as its text can be read."""
    try:
        columns = entry_columns(text)
    except ValueError:
        return "?"
    return f"{_(columns['document_type'])} {columns['document_name']}"
