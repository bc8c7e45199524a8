"""File as the framework has it, with evidence kept.

File deletes and writes bytes before any event of a document is heard, so this one class is taken over by its hook and
calls the framework's own methods. Where another app has a class of its own for File, ours stands upon that one.
"""

from pathlib import Path
from typing import Any

import frappe
from frappe.core.doctype.file.file import File

from complaint_qms.overrides.class_upon import class_upon
from complaint_qms.permissions.kept_facts import KEPT
from complaint_qms.services.evidence import kept_files, protection


def _upon(base: type[File]) -> type[File]:
    class EvidenceFile(base):
        def before_insert(self) -> None:
            protection.check_texts(self)
            protection.refuse_address(self)
            protection.refuse_empty(self)
            protection.keep_private(self)
            self.file_name = protection.plain_name(self.file_name)
            sent = self.content_hash
            self.flags.is_being_stored = True
            super().before_insert()
            self.flags.is_being_stored = False
            if sent and not self.flags.new_file and not self.is_folder:
                protection.set_content_hash(self)

        def on_trash(self) -> None:
            protection.refuse_removal(self)
            super().on_trash()

        def is_downloadable(self) -> bool:
            # The framework asks a function of its own here, and no hook.
            return super().is_downloadable() and not kept_files.is_closed_to(self, frappe.session.user)

        def create_attachment_record(self) -> None:
            # The framework tells everybody who reads the record of the address; the app's own line in the timeline does not.
            if self.attached_to_field != KEPT:
                super().create_attachment_record()

        def get_content(self, *args: Any, **kwargs: Any) -> Any:
            if not self.get("content"):
                # Zipped, imported or mailed, a file is read without that question.
                protection.refuse_closed(self)
            content = super().get_content(*args, **kwargs)
            if self.flags.is_being_stored and isinstance(content, str) and not self.get("content"):
                # Frappe 16 reads what is on the disk as a text of any charset that fits, drops its mark of UTF-8, and stores
                # that in UTF-8 as a second file: a picture would be none any more.
                self._content = content = Path(self.get_full_path()).read_bytes()
            return content

        def save_file(self, *args: Any, **kwargs: Any) -> Any:
            named = self.file_name
            saved = self._save_file(*args, **kwargs)
            protection.keep_name(self, named)
            return saved

        def _save_file(self, *args: Any, **kwargs: Any) -> Any:
            if self.flags.kept_as_sent:
                return protection.save_as_sent(self)
            if self.flags.is_evidence and self.is_private and protection.is_stored(self):
                return protection.share_bytes(self)
            upload = not self.file_url
            saved = super().save_file(*args, **kwargs)
            if not (upload and protection.is_hidden(self)):
                return saved
            # The framework keeps equal bytes once. Whoever sends what they have gets a place of their own beside evidence
            # that is not open to them, and learns nothing of it.
            self.file_url = None
            return super().save_file(content=self._content, ignore_existing_file_check=True)

        def validate_duplicate_entry(self) -> None:
            own = self.file_url
            super().validate_duplicate_entry()
            if self.file_url != own and protection.is_hidden(self):
                self.file_url = own

        def check_max_file_size(self) -> int:
            # What came in is kept as it was sent; what is read out of it, and uploads, keep to the limit of the site. What a visitor
            # sends piece by piece has a limit of its own.
            free = self.flags.is_raw_message or self.flags.was_looked_at
            return len(self._content or b"") if free else super().check_max_file_size()

        def check_content(self) -> None:
            # What a visitor sent was looked at when it came; the framework's reader of PDF stumbles over a broken one.
            if not self.flags.was_looked_at:
                super().check_content()

        def write_file(self) -> Any:
            protection.refuse_overwriting(self)
            return super().write_file()

        def handle_is_private_changed(self) -> None:
            with protection.others_stay(self):
                super().handle_is_private_changed()

        def delete_file_data_content(self, only_thumbnail: bool = False) -> None:
            super().delete_file_data_content(only_thumbnail=protection.spares_bytes(self) or only_thumbnail)

    return EvidenceFile


__getattr__ = class_upon(f"{__name__}.EvidenceFile", "File", File, _upon)
