"""What a version of a record holds of its encrypted fields."""

import json

from frappe.model.document import Document

from complaint_qms.constants.encryption import FIELDS
from complaint_qms.services.compliance.encrypted_fields import hide_in_version


def before_insert(doc: Document, method: str | None = None) -> None:
    if doc.ref_doctype in FIELDS and (told := hide_in_version(json.loads(doc.data or "{}"), doc.ref_doctype)):
        doc.data = json.dumps(told)
