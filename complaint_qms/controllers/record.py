"""Base classes of all records of the app and of the rows of their tables: what holds by whichever road they come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from inspect import getattr_static
from typing import Any, Final

import frappe
from frappe import _
from frappe.model import base_document, optional_fields
from frappe.model.document import Document

from complaint_qms.constants.audit import RECORDED
from complaint_qms.constants.records import STAGED
from complaint_qms.constants.retention import KEPT
from complaint_qms.message_log import MessagesSince
from complaint_qms.services.compliance.audit_trail import recording
from complaint_qms.services.encryption import encrypted_values
from complaint_qms.services.record import (
    approver_list,
    fetched_links,
    in_use,
    input_validation,
    locked_read,
    naming,
    number_limits,
    role_choice,
)
from complaint_qms.services.record.printing import Printed
from complaint_qms.services.record.scalars import shown

# What a record knows of itself while it is saved; nothing that is sent.
_OF_THE_SAVE: Final = ("_action", "_original_modified", "_parent_doc", "ignore_linked_doctypes")
# Frappe calls these where a controller has them, and takes anything of the name for one.
_EVENTS: Final = (
    "onload", "autoname", "before_naming", "before_insert", "after_insert", "before_validate", "validate", "before_save", "on_update", "after_save",
    "on_change", "before_submit", "on_submit", "before_cancel", "on_cancel", "before_discard", "on_discard", "before_update_after_submit",
    "on_update_after_submit", "on_trash", "after_delete", "before_rename", "after_rename", "before_print", "before_export", "after_mapping",
)  # fmt: skip
_FRAMEWORK_NAMES: Final[frozenset[str]] = (
    getattr(Document, "_reserved_keywords", None) or base_document.RESERVED_KEYWORDS
)
_METHODS: Final = frozenset(name for name in dir(Document) if callable(getattr(Document, name)))
# Where a record stands in its tree, which Frappe works out from the one above it.
_OF_THE_TREE: Final = frozenset(("lft", "rgt", "old_parent"))
# Who made a record and when, and what Frappe keeps with it: never a save's to change.
_KEPT: Final = ("owner", "creation", *optional_fields)


class Guarded(Printed, Document):
    """A record whose methods stay methods: what is sent under their names is no value of a field, and is left out."""

    _reserved_keywords = _FRAMEWORK_NAMES
    not_sent: tuple[str, ...] = ()
    """Further names that are no fields of such a record."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        ours = {name for name in dir(cls) if not isinstance(getattr_static(cls, name), property)}
        cls._reserved_keywords = frozenset(_FRAMEWORK_NAMES | ours | {*_OF_THE_SAVE, *_EVENTS, *cls.not_sent})

    if not hasattr(Document, "_reserved_keywords"):
        # 15 leaves out what stands in this set of the class; 16 knows but a set of its own.
        def set(self, key: str, value: Any, as_value: bool = False) -> None:
            if key not in self._reserved_keywords:
                super().set(key, value, as_value)

        def update(self, d: Mapping[str, Any]) -> Document:
            kept = self._reserved_keywords
            return super().update({key: value for key, value in d.items() if key not in kept})


class Checked(Guarded):
    """A record that is named by its series or its field, and that says what is wrong with a value before anything
    stumbles over it."""

    not_sent = ("parent", "parenttype", "parentfield")  # the framework would look for a record above this one

    def update(self, d: Mapping[str, Any]) -> Document:
        if "docstatus" in d:
            input_validation.check_status(self, d["docstatus"])
        # A stored record keeps its name; the framework would save the values to whatever record is named instead.
        # While it is opened by filters these stand in the place of its name.
        if isinstance(self.get("name"), str) and self.name and "name" in d and not self.get("__islocal"):
            d = {**d, "name": self.name}
        return super().update(d)

    def append(self, key: str, value: Any = None, position: int = -1) -> Document:
        if key not in self._table_fieldnames:
            input_validation.refuse(_("{0} has no table {1}.").format(_(self.doctype), shown(key)))
        return super().append(key, value, position)

    def extend(self, key: str, value: Any) -> None:
        rows = None if isinstance(value, str | Mapping) or not isinstance(value, Iterable) else list(value)
        input_validation.check_rows(self, key, rows)
        super().extend(key, rows)

    def insert(self, *args: Any, **kwargs: Any) -> Document:
        input_validation.check_document(self)
        self._drop_empty_rows()
        self.update(dict.fromkeys(_OF_THE_TREE & self.__dict__.keys()))
        naming.check_name(self)
        return super().insert(*args, **kwargs)

    def save(self, *args: Any, **kwargs: Any) -> Document:
        input_validation.check_document(self)
        self._drop_empty_rows()
        return super().save(*args, **kwargs)

    def set_new_name(
        self, force: bool = False, set_name: str | None = None, set_child_names: bool = True
    ) -> None:
        if not self.meta.issingle:
            # Whatever name came along. An import would keep it, and so would the second version of the REST API.
            self.name = None
            for row in self.get_all_children():
                row.name = None
        super().set_new_name(force=True, set_child_names=set_child_names)

    def autoname(self) -> None:
        if name := naming.next_name(self):
            self.name = name

    def db_insert(self, ignore_if_duplicate: bool = False) -> None:
        with encrypted_values.with_encrypted(self):
            self._insert_row(ignore_if_duplicate)

    def db_update(self) -> None:
        with encrypted_values.with_encrypted(self):
            super().db_update()

    def run_method(self, method: str, *args: Any, **kwargs: Any) -> Any:
        """The trail hears of a new record when its rows are stored, before anything that listens to it saves it again."""
        if method == "after_insert" and self.doctype in RECORDED:
            recording.created([self])
        if method == "on_update" and self.doctype in STAGED:
            approver_list.begin_list(self)
        return super().run_method(method, *args, **kwargs)

    def run_post_save_methods(self) -> None:
        """So it does of a save."""
        if self.doctype in RECORDED and not self.flags.in_insert:
            recording.saved(self)
        super().run_post_save_methods()

    def db_set(self, fieldname: Any, value: Any = None, *args: Any, **kwargs: Any) -> None:
        """The framework's own writes past the save of a record, such as discarding a draft."""
        if self.doctype in RECORDED and self.name:
            new = fieldname if isinstance(fieldname, dict) else {fieldname: value}
            recording.past_document(self.doctype, self.name, new)
        encrypted_values.db_set_encrypted(self, super().db_set, fieldname, value, *args, **kwargs)

    def load_from_db(self) -> Document:
        if self.flags.for_update and isinstance(self.name, str) and not self.meta.issingle:
            locked_read.read_locked(self, self._read_from_db)
            return self
        return self._read_from_db()

    def update_child_table(self, fieldname: str, df: Any = None) -> None:
        asked, table = self.flags.ignore_children_type, df or self.meta.get_field(fieldname)
        if locked_read.keeps_rows(self, fieldname):
            self.flags.ignore_children_type = [*(asked or ()), table.options]
        try:
            super().update_child_table(fieldname, df)
        finally:
            self.flags.ignore_children_type = asked

    def on_change(self) -> None:
        in_use.forget_out_of_use(self.doctype)

    def check_if_latest(self) -> None:
        super().check_if_latest()
        if before := self.get_doc_before_save():
            for name in (*_KEPT, *(_OF_THE_TREE & self.__dict__.keys())):
                self.set(name, before.get(name))
            if "naming_series" in self.__dict__:
                self.naming_series = before.naming_series

    def set_name_in_children(self) -> None:
        """A row that is not stored with this record is a new one, whatever name it brings along: the framework would
        take the row of that name away from its own record."""
        before = self.get_doc_before_save()
        own = {(row.doctype, row.name): row for row in before.get_all_children()} if before else {}
        for row in self.get_all_children():
            stored = own.pop((row.doctype, row.name), None)
            if stored:
                row.owner, row.creation = stored.owner, stored.creation
            else:
                row.name = None
                row.set("__islocal", 1)
                row.owner, row.creation = self.modified_by, self.modified
        super().set_name_in_children()

    def before_rename(self, old: str, new: str, merge: bool = False, *args: Any, **kwargs: Any) -> Any:
        if naming.numbered(self) or self.doctype in KEPT:
            naming.refuse_rename(self)
        if field := naming.name_field(self):
            naming.check_word(self, field, new)
        in_use.forget_out_of_use(self.doctype)
        above = getattr(super(), "before_rename", None)
        return above(old, new, merge, *args, **kwargs) if above else None

    def _insert_row(self, ignore_if_duplicate: bool) -> None:
        told = MessagesSince()
        try:
            super().db_insert(ignore_if_duplicate)
        except frappe.DuplicateEntryError:
            if not naming.numbered(self) or not frappe.db.exists(self.doctype, self.name):
                raise
            # Asking before each insert would cost every registration a query for what hardly ever is.
            told.drop()
            self.name = naming.free_name(self)
            self.set_parent_in_children()
            super().db_insert(ignore_if_duplicate)

    def _read_from_db(self) -> Document:
        super().load_from_db()
        encrypted_values.decrypt_values(self.doctype, self.__dict__)
        return self

    def _drop_empty_rows(self) -> None:
        """Rows into which nobody has written anything: the Tab key adds one at the end of a table."""
        for table in self.meta.get_table_fields():
            rows = self.get(table.fieldname) or []
            written = [row for row in rows if not row.is_new() or _says_something(row)]
            if len(written) < len(rows):
                rows[:] = written
                for number, row in enumerate(written, start=1):
                    row.idx = number

    def _init_child(self, value: Any, key: str) -> Document:
        if isinstance(value, dict):
            # The rows of another app's DocTypes do not keep their methods by themselves.
            value = {name: cell for name, cell in value.items() if name not in _METHODS}
        return super()._init_child(value, key)

    def _validate_links(self) -> None:
        super()._validate_links()
        if not self.flags.ignore_links:
            fetched_links.check_fetched(self)
        in_use.check_chosen(self)
        role_choice.check_roles(self)
        number_limits.check_numbers(self)


def _says_something(row: Document) -> bool:
    return any(row.get(field.fieldname) for field in row.meta.fields)
