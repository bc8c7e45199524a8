"""The framework's own requests of portal users about their data bring a Personal Data Request of the app's records along."""

from frappe.model.document import Document

from complaint_qms.constants.personal_data import ERASURE, EXPORT
from complaint_qms.services.personal_data import requests


def after_insert_of_download(doc: Document, method: str | None = None) -> None:
    requests.enter_for_user(doc.user, EXPORT, doc)


def on_update_of_deletion(doc: Document, method: str | None = None) -> None:
    """Once the person has confirmed it by the mail that they were sent."""
    before = doc.get_doc_before_save()
    if doc.status == "Pending Approval" and before and before.status != doc.status:
        requests.enter_for_user(doc.email, ERASURE, doc)
