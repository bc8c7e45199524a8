"""The story of one record: who did what and when, in sentences, oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime

from complaint_qms.constants.records import FLOW
from complaint_qms.constants.stages import REVIEW
from complaint_qms.constants.story import TOLD_ROWS, TOLD_STATES
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.labels import is_shipped_word, word
from complaint_qms.services.record.language import clause_list, labelled, sentence_list
from complaint_qms.services.record.printing import working_time
from complaint_qms.services.record.version_text import plain, shortened, spoken, word_key
from complaint_qms.services.reporting.access import readable_of
from complaint_qms.services.story import senders
from complaint_qms.services.story.changes import Change, changes_of
from complaint_qms.services.story.notes import notes_of
from complaint_qms.services.story.offshoots import offshoots_of

_HOLD: Final = "on_hold"


@dataclass(frozen=True)
class Told:
    """One sentence or a few, as plain text."""

    at: datetime
    text: str
    about: tuple[str, str] | None = None
    """(DocType, name) of the other record that `text` names"""
    moved: bool = False


def tell(doc: Document, zone: str | None = None) -> list[Told]:
    """Everything worth telling of `doc`, as far as the user may read it; six queries at most.

    Args:
        doc: loaded, and such that the user may read it.
        zone: in which times within sentences are told; that of the site without one.
    """
    if doc.is_new():
        # It may have been sent with the name of another record, whose story is not the reader's to hear.
        return []
    changes, offshoots = changes_of(doc, readable_of(doc.doctype)), offshoots_of(doc)
    notes = notes_of(doc, zone)
    visits = {row.name: row for row in doc.get("stage_log") or ()}
    people = {doc.owner, *(change.by for change in changes), *(row["owner"] for row in offshoots)}
    people |= {note["owner"] for note in notes}
    people |= {row.entered_by for row in visits.values()} | set(_people_named(doc, changes))
    # Names of messages are no names of users.
    names = values_of("User", people, "full_name") | senders.names_of(
        [senders.source_of(doc), *(change.message for change in changes)]
    )
    teller = _Teller(doc, names, visits)
    story = [Told(get_datetime(doc.creation), teller.beginning())]
    for change in changes:
        if text := teller.of_change(change):
            story.append(Told(change.at, text, moved=bool(change.stage or change.visits)))
    story += teller.other_visits()
    for row in offshoots:
        text = _("{0} made {1} {2}.").format(teller.who(row["owner"]), _(row["doctype"]), row["name"])
        story.append(Told(row["creation"], text, (row["doctype"], row["name"])))
    story += [Told(note["creation"], teller.of_note(note)) for note in notes]
    return sorted(story, key=lambda told: told.at)


def _people_named(doc: Document, changes: list[Change]) -> Iterator[str]:
    for change in changes:
        for name, *values in change.values:
            if doc.meta.get_field(name).options == "User":
                yield from (plain(value) for value in values if value)


class _Teller:
    def __init__(self, doc: Document, names: dict[str, str], visits: dict[str, Any]) -> None:
        self.doc, self.names, self.visits = doc, names, visits
        self._workday = doc.workday() if hasattr(doc, "workday") and visits else None
        self._told: set[str] = set()
        ordered = sorted(visits.values(), key=lambda row: row.idx)
        # A hold lies within the visit of a stage: the row before is not always the one that was left.
        self._before = {
            row.name: next((left for left in ordered[:at] if left.left_at == row.entered_at), ordered[at - 1])
            for at, row in enumerate(ordered)
            if at
        }
        if ordered:
            self._told.add(ordered[0].name)

    def who(self, user: str | None) -> str:
        """Name of a user."""
        return self.names.get(user or "") or user or _("Somebody")

    def beginning(self) -> str:
        by = self.names.get(senders.source_of(self.doc)) or self.who(self.doc.owner)
        if self.doc.doctype == "Complaint" and self.doc.get("channel"):
            return _("{0} registered it, received by: {1}.").format(by, _(self.doc.channel))
        return _("{0} registered it.").format(by)

    def of_change(self, change: Change) -> str:
        """What one save did; empty when nothing of it is told."""
        by, sentences = self.names.get(change.message) or self.who(change.by), []
        if change.status:
            sentences.append(
                _("{0} approved it.").format(by)
                if change.status[1] == 1
                else _("{0} cancelled it.").format(by)
            )
        visits = [self._visit(name) for name in change.visits if name in self._before]
        sentences += visits
        # Going on after a hold is no new visit of the stage.
        if change.stage and not visits:
            origin, target = (word_key(plain(value)) for value in change.stage)
            sentences.append(self._move(by, origin, target, 0))
        facts = [*self._values(change), *self._rows(change)]
        if facts and sentences:
            sentences.append(_("Recorded: {0}.").format(clause_list(facts)))
        elif facts:
            sentences.append(_("{0} recorded {1}.").format(by, clause_list(facts)))
        return sentence_list(sentences)

    def of_note(self, note: dict[str, Any]) -> str:
        """A note as it was written, and by whose doing; what ran by itself names nobody."""
        text = plain(note["content"])
        return text if note["owner"] == "Administrator" else f"{text} ({self.who(note['owner'])})"

    def other_visits(self) -> list[Told]:
        """Moves that no saved version tells of, as those of records that were taken over."""
        rest = [name for name in self._before if name not in self._told]
        return [
            Told(get_datetime(self.visits[name].entered_at), self._visit(name), moved=True) for name in rest
        ]

    def _visit(self, name: str) -> str:
        self._told.add(name)
        row, before = self.visits[name], self._before[name]
        text = self._move(self.who(row.entered_by), before.stage, row.stage, before.used_seconds or 0)
        # Why stages were passed over stands in a line of its own, in the language of each reader.
        told = row.reason and row.stage != REVIEW
        return f"{text} {_('“{0}”').format(shortened(row.reason))}" if told else text

    def _move(self, by: str, origin: str, target: str, used: int) -> str:
        flow = FLOW.get(self.doc.doctype, ())
        if target == _HOLD:
            return _("{0} put it on hold.").format(by)
        if origin == _HOLD:
            return _("{0} took it up again in {1}.").format(by, word(target))
        if origin in flow and target in flow and flow.index(target) < flow.index(origin):
            return _("{0} sent it back from {1} to {2}.").format(by, word(origin), word(target))
        if used:
            spent = working_time(used, self._workday)
            if not self._workday or used < self._workday:
                spent = _("{0} of working time").format(spent)
            return _("{0} moved it from {1} to {2}, after {3}.").format(by, word(origin), word(target), spent)
        return _("{0} moved it from {1} to {2}.").format(by, word(origin), word(target))

    def _values(self, change: Change) -> Iterator[str]:
        for name, old, new in change.values:
            field = self.doc.meta.get_field(name)
            label = _(field.label, context=self.doc.doctype)
            said, was = self._value(new, field), self._value(old, field)
            if said and was and field.fieldtype in ("Select", "Link", "Data"):
                yield _("{0}: {1} (was {2})").format(label, said, was)
            elif said:
                yield labelled(label, said)
            else:
                yield _("{0} taken back").format(label)

    def _value(self, value: Any, field: Any) -> str:
        if field.options == "User":
            return self.who(plain(value)) if value else ""
        return spoken(value, field)

    def _rows(self, change: Change) -> Iterator[str]:
        for table, named in change.added:
            yield _("{0} added: {1}").format(self._table(table), self._row(table, named))
        for table, named in change.removed:
            yield _("{0} removed: {1}").format(self._table(table), self._row(table, named))
        for table, named, state in change.states:
            field = self._state_field(table)
            said = spoken(state, field)
            if field.fieldtype == "Check":
                said = labelled(_(field.label, context=field.parent), said)
            yield _("{0} “{1}”: {2}").format(self._table(table), self._row(table, named), said)

    def _table(self, table: str) -> str:
        return _(self.doc.meta.get_field(table).label, context=self.doc.doctype)

    def _row(self, table: str, named: str) -> str:
        text = plain(named)
        named_by = TOLD_ROWS.get(self.doc.doctype, {}).get(table) or self._state_of(table)[0]
        if text and is_shipped_word(self._field(table, named_by)):
            text = _(text)
        return shortened(text) or "–"

    def _state_field(self, table: str) -> Any:
        return self._field(table, self._state_of(table)[1])

    def _state_of(self, table: str) -> tuple[str, str]:
        return TOLD_STATES[self.doc.doctype][table]

    def _field(self, table: str, name: str) -> Any:
        return frappe.get_meta(self.doc.meta.get_field(table).options).get_field(name)
