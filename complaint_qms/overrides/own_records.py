"""Events that all of the app's records share, whatever their controllers do besides."""

from frappe.model.document import Document

from complaint_qms.services.assignees import check_assignee
from complaint_qms.services.belonging import check_sources, pass_company_on, stamp_company
from complaint_qms.services.clean import clean
from complaint_qms.services.files import check_attached


def before_validate(doc: Document, method: str | None = None) -> None:
    clean(doc)
    check_attached(doc)
    stamp_company(doc)
    check_sources(doc)
    check_assignee(doc)


def before_update_after_submit(doc: Document, method: str | None = None) -> None:
    clean(doc, on_submit_only=True)


def on_update(doc: Document, method: str | None = None) -> None:
    pass_company_on(doc)
