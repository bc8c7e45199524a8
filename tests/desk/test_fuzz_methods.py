"""Whatever a whitelisted function, a step or a report is called with, it answers or refuses with a sentence."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import frappe
import pytest

import complaint_qms
from complaint_qms.constants import roles
from tests.desk import factory
from tests.desk.framework import NO_TEXT, is_unread
from tests.desk.hostile import MARKUP, VALUES, Case, cases
from tests.desk.test_fuzz_records import EVERY, chosen, tell, unfit
from tests.desk.wire import Answer, ask

# They answer as the framework's functions do for which they stand in, its errors included.
STAND_INS = ("complaint_qms.overrides.form_load",)
ROOMS = ("api", "overrides", "complaint_qms.dashboard_chart_source", "complaint_qms.number_card")
REPORTS = (
    "Complaint Register",
    "Complaint Risk Matrix",
    "SOP Performance by Stage",
    "Customer Satisfaction",
    "Delivered Units",
    "Complaint Pareto",
    "Repeat Complaints",
    "Risk Priorities",
    "Supplier Quality Scorecard",
    "Complaint Cross-tab",
    "Complaint Efficiency",
    "Cost of Poor Quality",
    "CAPA Effectiveness",
    "Complaint Workload",
    "Knowledge Use",
    "Batch Genealogy",
    "Common Factors",
    "Field Actions",
    "Complaint Topics",
    "Rising Terms",
    "Quality Audit Trail",
    "Who May Do What",
    "Reportability",
)
FILTERS = ("from_date", "to_date", "company", "complaint_type", "territory", "item_group", "customer", "severity", "state", "sop", "group_by", "by", "rows_by", "most_rows", "date_of", "verdict", "days", "period", "start", "batch_no", "supplier_lot", "show", "way", "factor", "months_before", "document_type", "document_name", "happened_by", "kind", "role", "differences", "jurisdiction", "no_such_filter")  # fmt: skip
CHANGING = (  # they put a job into the queue, which no rollback takes back
    "complaint_qms.api.case_file.make",
    "complaint_qms.api.demo.load",
    "complaint_qms.api.demo.remove",
    "complaint_qms.api.exposure.go_on",
    "complaint_qms.api.importing.start",
    "complaint_qms.api.inspection.make",
    "complaint_qms.api.topics.find_topics",
)


@cache
def functions() -> dict[str, Any]:
    """Every whitelisted function of the app, by the name it is called by."""
    found = {}
    for room in ROOMS:
        package = importlib.import_module(f"{complaint_qms.__name__}.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for name, function in inspect.getmembers(
                importlib.import_module(module.name), inspect.isfunction
            ):
                if function in frappe.whitelisted and function.__module__ == module.name not in STAND_INS:
                    found[f"{module.name}.{name}"] = function
    return found


@pytest.fixture
def known() -> dict[str, Any]:
    """Arguments by name that lead somewhere."""
    about, plan = factory.complaint(), factory.capa()
    load = factory.make("Complaint Import", company=factory.company())
    mail = factory.make(
        "Communication", subject="Broken", communication_type="Communication", content="It broke."
    )
    site_chart = factory.make("Dashboard Chart", chart_name="Complaints of a Site", chart_type="Count", document_type="Complaint", based_on="received_at", timespan="Last Month", time_interval="Daily", filters_json="[]")  # fmt: skip
    return {
        "name": about.name, "complaint": about.name, "capa": plan.name, "row": plan.actions[0].name, "doctype": "Complaint", "action": "Start Triage",
        "values": {}, "data": {"subject": "x", "description": "x", "complainant_name": "x"}, "names": [about.name], "company": factory.company(),
        "source_doctype": "Customer", "source_name": about.customer, "chart": "Complaints by Type", "index": 0, "draft": {}, "txt": "", "searchfield": "name", "start": 0, "page_len": 5, "filters": {}, "import": load.name,
        "dt": "Complaint", "dn": about.name, "docs": [about.name], "tag": "Twice", "tags": ["Twice"], "docname": about.name, "fields": ["subject"], "text": "broken", "limit": 5, "items": ["CAPA"], "mail": mail.name,
        "current_filters": [], "pack": "food", "overwrite": [], "step": "Complaint QMS Intake", "skipped": True, "field": "customer", "chart_name": site_chart.name, "reference_doctype": "Complaint", "reference_name": about.name, "ref_doctype": "Complaint", "ref_docname": about.name,
    }  # fmt: skip


def calls(name: str, function: Any, known: dict[str, Any]) -> Iterator[Case]:
    """Each argument left out, and with every value, beside others that lead somewhere."""
    arguments = list(inspect.signature(function).parameters)
    base = {argument: known[argument] for argument in arguments if argument in known}
    if ".importing." in name:
        base["name"] = known["import"]
    if name.endswith("settlement.origin"):
        base |= {"doctype": "Sales Invoice"}
    if name.endswith("talk.relink"):
        base["name"] = known["mail"]
    if name.endswith("desk.get_chart"):
        base.pop("chart")
    yield Case("", "", base, "as it should be")
    for argument in arguments:
        yield Case(
            argument, argument, {key: value for key, value in base.items() if key != argument}, "left out"
        )
        for value in (*VALUES, None):
            yield Case(argument, argument, base | {argument: value}, repr(value)[:60])
            if argument in ("data", "values", "draft", "filters"):
                for key in (
                    "from_date",
                    "to_date",
                    "lines",
                    "company",
                    "name",
                    "idempotency_key",
                    "subject",
                    "save",
                ):
                    yield Case(argument, argument, base | {argument: {key: value}}, repr({key: value})[:60])


def test_there_are_functions_to_call():
    assert {"complaint_qms.api.complaint.register", "complaint_qms.api.figures.behind"} <= set(functions())


@pytest.mark.parametrize("module", sorted({name.rpartition(".")[0] for name in functions()}))
def test_functions_of_a_module(module, known):
    """Together, because `known` takes longer to make than a function to be called; each request is taken back anyway."""
    wrong = []
    for name, function in functions().items():
        if name.rpartition(".")[0] != module or name in CHANGING:
            continue
        method = "POST" if "POST" in frappe.allowed_http_methods_for_whitelisted_func[function] else "GET"
        found = chosen(calls(name, function, known), 0)
        send = partial(_call, method, name)
        wrong += [f"{name}: {line}" for line in unfit(found, send)]
    tell(wrong)


def test_a_caller_is_told_which_argument_is_wrong(known):
    frappe.cache.delete_keys("rl:")  # how often strangers called counts for an hour, in whichever test it was
    for name, function in functions().items():
        parameters = inspect.signature(function).parameters
        for argument, parameter in parameters.items():
            if parameter.annotation in ("str", str):
                for value in ([1], {"a": 1}, 5, "\ud800"):
                    sent = {key: value for key, value in known.items() if key in parameters}
                    answer = ask("POST", f"/api/method/{name}", {**sent, argument: value})
                    told = NO_TEXT if is_unread(value) else f"“{argument}”"
                    assert (answer.status, told in answer.said) == (417, True), (name, value, answer)
                    assert is_unread(value) or not answer.traceback, (name, value, answer)
                answer = ask("POST", f"/api/method/{name}", {})
                assert answer.status in (403, 417), (name, answer)


@pytest.mark.parametrize("doctype", ["Complaint", "Investigation", "CAPA"])
def test_values_of_a_step(doctype):
    doc = {"Complaint": factory.complaint, "Investigation": factory.investigation, "CAPA": factory.capa}[
        doctype
    ]()
    action = {"Complaint": "Start Triage", "Investigation": "Start", "CAPA": "Submit Plan"}[doctype]

    def send(case: Case) -> Answer:
        sent = {"doctype": doctype, "name": doc.name, "action": action, "values": case.values}
        return ask("POST", "/api/method/complaint_qms.api.progress.take_step", sent)

    tell(unfit(chosen(cases(doctype), 17), send))


def test_the_door_of_every_channel():
    agent = factory.user(roles.AGENT)
    base = {"subject": "Handle broken", "description": "It broke.", "complainant_name": "A passer-by"}

    def send(case: Case) -> Answer:
        return ask(
            "POST", "/api/method/complaint_qms.api.complaint.register", {"data": base | case.values}, agent
        )

    tell(unfit(chosen(cases("Complaint"), 29), send))


@pytest.mark.parametrize("report", REPORTS)
def test_filters_of_a_report(report):
    found = [Case(name, name, {name: value}, repr(value)[:60]) for name in FILTERS for value in VALUES]
    found = [case for number, case in enumerate(found) if number % min(EVERY, 9) == 0]

    def send(case: Case) -> Answer:
        sent = {"report_name": report, "filters": case.values, "ignore_prepared_report": True}
        return ask("POST", "/api/method/frappe.desk.query_report.run", sent)

    tell(unfit(found, send))


def test_markup_in_a_name_of_something_comes_back_as_text(known):
    """Names of records are told by the framework, where there is no such record."""
    quoted = []
    own = {name: function for name, function in functions().items() if ".api." in name}
    for name, function in own.items():
        arguments = list(inspect.signature(function).parameters)
        for argument in {"doctype", "source_doctype", "action", "row"}.intersection(arguments):
            sent = {key: known[key] for key in arguments if key in known} | {argument: MARKUP}
            verbs = frappe.allowed_http_methods_for_whitelisted_func[function]
            answer = ask("POST" if "POST" in verbs else "GET", f"/api/method/{name}", sent)
            if MARKUP in answer.said:
                quoted.append(f"{name} {argument}: {answer.said}")
    assert not quoted, "\n".join(quoted)


def _call(method: str, name: str, case: Case) -> Answer:
    return ask(method, f"/api/method/{name}", case.values)
