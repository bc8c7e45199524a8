"""Auto Email Report as the framework has it; a report about complaints is made with the rights of its user.

The framework makes it with the rights of whoever runs the job, which is the site, and no event is heard before. Where another app has a
class of its own, ours stands upon that one.
"""

from typing import Any

from frappe.email.doctype.auto_email_report.auto_email_report import AutoEmailReport

from complaint_qms.overrides.class_upon import class_upon
from complaint_qms.overrides.encrypted_lists import tell_list
from complaint_qms.services.compliance.audit_trail import accesses
from complaint_qms.services.framework_seams import lists_changed
from complaint_qms.services.reporting import mailed_reports


def _upon(base: type[AutoEmailReport]) -> type[AutoEmailReport]:
    class LimitedEmailReport(base):
        def validate(self) -> None:
            super().validate()
            mailed_reports.check_sender(self)

        def get_report_content(self) -> Any:
            with mailed_reports.with_rights_of(self), lists_changed(tell_list):
                content = super().get_report_content()
            if content and mailed_reports.is_of_complaints(self):
                accesses.mailed_report(self.report, self.format)
            return content

    return LimitedEmailReport


__getattr__ = class_upon(f"{__name__}.LimitedEmailReport", "Auto Email Report", AutoEmailReport, _upon)
