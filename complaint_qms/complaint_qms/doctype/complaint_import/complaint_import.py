"""Controller of an import of complaints: says when, complaint_qms.services.importing says what."""

import frappe
from frappe import _

from complaint_qms.controllers.record import Checked
from complaint_qms.services.importing import preparation, row_errors

# What the import itself writes, past the form.
_OWN = (
    "status", "file_name", "file_digest", "source_path", "total_rows", "position", "imported", "existing", "failed",
    "error_file", "error_message", "dates_in_doubt", "started_at", "finished_at", "seconds",
)  # fmt: skip


class ComplaintImport(Checked):
    def validate(self):
        before = self.get_doc_before_save()
        if not self.flags.by_service:
            for name in _OWN:
                self.set(name, before.get(name) if before else self.meta.get_field(name).default)
        if (
            before
            and before.position
            and not self.flags.by_service
            and self.import_file != before.import_file
        ):
            frappe.throw(_("Rows of this file are imported already. Make a new import for another file."))
        if (
            not self.flags.by_service
            and self.import_file
            and (not before or before.import_file != self.import_file)
        ):
            preparation.analyse(self)

    def on_trash(self):
        row_errors.delete_row_errors(self.name)
