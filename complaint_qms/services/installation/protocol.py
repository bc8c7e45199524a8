"""The check as a whole, and as a page to be signed and filed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import frappe
from frappe import _
from frappe.utils import format_datetime, now_datetime

from complaint_qms.services.installation.finding import WRONG, InstallationResult
from complaint_qms.services.installation.own_changes import list_changes
from complaint_qms.services.installation.running_jobs import compare_jobs
from complaint_qms.services.installation.stored_schema import compare_schema
from complaint_qms.services.installation.tested_files import compare_files

_TEMPLATE = "complaint_qms/templates/print/installation_protocol.html"


def check_installation(
    tested: Mapping[str, Any] | None, own_workflows: Iterable[str]
) -> list[InstallationResult]:
    """All findings, in the order in which they are read; `tested` is what a validation pack says, if there is one."""
    return [*compare_files(tested), *compare_schema(), *compare_jobs(), *list_changes(own_workflows)]


def states() -> dict[str, str]:
    """State of a finding → its word."""
    return {
        "as expected": _("As Expected"),
        "changed by the site": _("Changed by the Site"),
        "wrong": _("Not as Expected"),
    }


def write_page(path: Path, findings: list[InstallationResult]) -> None:
    """Write the findings with lines for names and signatures."""
    wrong = sum(finding.state == WRONG for finding in findings)
    shown = {
        "findings": findings,
        "states": states(),
        "wrong": wrong,
        "site": frappe.local.site,
        "made": format_datetime(now_datetime()),
        "language": frappe.local.lang,
    }
    path.write_text(frappe.render_template(_TEMPLATE, shown), "utf-8")
