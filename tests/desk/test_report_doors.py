"""Who may not open a report gets nothing of it from a job or a mail either."""

from __future__ import annotations

import json
from pathlib import Path

import frappe
import pytest
from frappe.core.doctype.prepared_report import prepared_report
from frappe.email.doctype.auto_email_report import auto_email_report

from complaint_qms.constants import roles
from complaint_qms.overrides import requests
from complaint_qms.services.reporting.report_door import answer_report
from scripts.bench import CHECKOUT
from tests.desk import factory, report_rows
from tests.desk.report_rows import Made, bare_company, bare_row
from tests.desk.wire import ask

made = pytest.fixture(report_rows.made)
FOLDER = CHECKOUT / "complaint_qms/complaint_qms"
REPORTS = {
    (shipped := json.loads(path.read_text("utf-8")))["name"]: shipped
    for path in sorted(FOLDER.glob("report/*/*.json"))
}
PEOPLE = (*dict.fromkeys((*roles.STAFF, *roles.OWN_ROLES)), "Sales User", "Report Manager")
PARETO = "Complaint Pareto"


def may_open(report: str, role: str) -> bool:
    """By what the app ships, read from its files."""
    doctype = frappe.scrub(REPORTS[report]["ref_doctype"])
    rules = json.loads((FOLDER / "doctype" / doctype / f"{doctype}.json").read_text("utf-8"))["permissions"]
    reads = any(row["role"] == role and row.get("report") for row in rules if not row.get("permlevel"))
    return reads and role in [row["role"] for row in REPORTS[report]["roles"]]


@pytest.mark.parametrize("role", PEOPLE)
def test_a_report_answers_its_roles_alone_whoever_calls_it(role: str) -> None:
    assert len(REPORTS) >= 17
    user, found = factory.person(role), {}
    with factory.as_user(user):
        for report in REPORTS:
            module = f"complaint_qms.complaint_qms.report.{frappe.scrub(report)}.{frappe.scrub(report)}"
            try:
                frappe.get_attr(f"{module}.execute")({})
            except frappe.PermissionError as refused:
                found[report] = f"may not open the report {report}" not in str(refused)
            else:
                found[report] = True
    assert found == {report: may_open(report, role) for report in REPORTS}


def test_a_job_prepares_no_report_for_whom_it_is_closed_to(made: Made) -> None:
    states = {}
    for role in ("Sales User", roles.MANAGER):
        with factory.as_user(factory.person(role)):
            name = prepared_report.make_prepared_report(PARETO, made.filters())["name"]
            prepared_report.generate_report(name)
            files = frappe.get_all("File", {"attached_to_name": name}, pluck="name")
        doc = frappe.get_doc("Prepared Report", name)
        states[role] = (doc.status, len(files), "may not open the report" in (doc.error_message or ""))
    assert states == {"Sales User": ("Error", 0, True), roles.MANAGER: ("Completed", 1, False)}


def mail(user: str, **values: object) -> dict:
    return {
        "doctype": "Auto Email Report", "report": PARETO, "user": user, "email_to": "qa@example.com", "format": "CSV", "frequency": "Daily",
        "report_type": "Script Report", "enabled": 1, "filters": json.dumps({"by": "company", "top": "500"}), **values,
    }  # fmt: skip


def test_a_mailed_report_holds_what_its_user_may_see(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    # Otherwise 16 leaves the queueing to a worker.
    monkeypatch.setattr(frappe, "in_test", True, raising=False)
    other = bare_company()
    bare_row("Complaint", company=other, subject="Broken", stage="triage", received_at="2024-05-01 10:00:00")
    own = factory.person(roles.MANAGER, "Report Manager", Company=made.company)
    with factory.as_user(own):
        doc = frappe.get_doc(mail(own)).insert()
    # A job of the scheduler is the site, which may see everything.
    sent = frappe.get_doc("Auto Email Report", doc.name).get_report_content()
    assert frappe.session.user == "Administrator"
    text = sent.decode() if isinstance(sent, bytes) else sent
    assert made.company in text
    assert other not in text
    auto_email_report.process_auto_email_report(frappe._dict(name=doc.name))
    assert frappe.get_all("Email Queue", {"reference_name": doc.name, "reference_doctype": doc.doctype})
    frappe.db.set_value("User", own, "enabled", 0)
    with pytest.raises(frappe.PermissionError, match="disabled"):
        frappe.get_doc("Auto Email Report", doc.name).get_report_content()
    # Reports about other records are the framework's.
    stranger = frappe.get_doc("Auto Email Report", doc.name)
    stranger.report = frappe.get_all("Report", {"ref_doctype": "User"}, pluck="name", order_by="name asc")[0]
    with factory.as_user("Administrator"):
        stranger.validate()


def test_nobody_has_a_report_mailed_with_the_rights_of_another(made: Made) -> None:
    judge, clerk = (factory.person(roles.QUALITY_MANAGER, "Report Manager"), factory.person("Report Manager"))
    chief = factory.person("System Manager")
    for user in (clerk, chief):
        with factory.as_user(user):
            with pytest.raises(frappe.ValidationError, match="choose yourself"):
                frappe.get_doc(mail(judge)).insert()
            with pytest.raises(frappe.ValidationError, match="choose yourself"):
                frappe.get_doc(mail(judge, report_type="Report Builder", format="XLSX")).insert()
    with factory.as_user(judge):
        name = frappe.get_doc(mail(judge)).insert().name
    with factory.as_user(clerk):
        for changed in ({"email_to": "clerk@example.com"}, {"filters": "{}"}, {"user": chief}):
            doc = frappe.get_doc("Auto Email Report", name).update(changed)
            with pytest.raises(frappe.ValidationError, match="choose yourself"):
                doc.save()
        doc = frappe.get_doc("Auto Email Report", name)
        doc.enabled = 0
        doc.save()
        doc.enabled = 1
        with pytest.raises(frappe.ValidationError, match="choose yourself"):
            doc.save()


def test_every_report_asks_at_the_same_door() -> None:
    for report in REPORTS:
        name = frappe.scrub(report)
        source = Path(FOLDER / "report" / name / f"{name}.py").read_text("utf-8")
        assert f'return answer_report("{report}", filters, ' in source


HOSTILE = {
    "ten thousand values": {"company": [f"x{number}" for number in range(10_000)]},
    "objects in a list": {"customer": [{"a": 1}]},
    "an object": {"item_code": {"a": ["b"]}},
    "the words of a query": {"company": "x' or 1=1 -- ", "customer": ["'; drop table tabComplaint; --"]},
    "an unknown name": {"no_such_filter": 1},
    "days the wrong way round": {"from_date": "2025-02-01", "to_date": "2025-01-01"},
    "the last day of all": {"from_date": "9999-12-31", "to_date": "9999-12-31"},
    "the first day of all": {"from_date": "0001-01-01", "to_date": "0001-01-01"},
    "no day": {"from_date": "2025-02-30"},
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_filters_that_no_report_should_take_are_refused_in_a_sentence(kind: str) -> None:
    """Over the framework's own request, as its client sends them."""
    user, wrong = factory.person(roles.MANAGER, roles.AUDITOR), []
    for report in REPORTS:
        sent = {"report_name": report, "filters": HOSTILE[kind], "ignore_prepared_report": True}
        answer = ask("POST", "/api/method/frappe.desk.query_report.run", sent, user)
        if (
            answer.status not in (200, 403, 417)
            or answer.traceback
            or (answer.status != 200 and not answer.said)
        ):
            wrong.append(f"{report}: {answer.status} {answer.said} {answer.traceback[-300:]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("filters", [[["Complaint", "company", "=", "x"]], '["a"]', "company=x", 7, True])
def test_filters_that_are_no_object_are_refused_before_the_framework_stumbles(filters: object) -> None:
    other = frappe.get_all("Report", {"ref_doctype": "User"}, pluck="name", order_by="name asc")[0]
    for report in (other, "No Such Report"):
        frappe.local.form_dict = frappe._dict(report_name=report, filters=filters)
        requests.check_request()
    frappe.local.form_dict = frappe._dict(report_name=PARETO, filters=filters)
    with pytest.raises(frappe.ValidationError, match="as an object"):
        requests.check_request()
    with pytest.raises(frappe.ValidationError, match="as an object"):
        answer_report(PARETO, filters, lambda asked: ([], [], None))
    for nothing in (None, "", "{}", [], "[]", {}):
        frappe.local.form_dict = frappe._dict(report_name=PARETO, filters=nothing)
        requests.check_request()
