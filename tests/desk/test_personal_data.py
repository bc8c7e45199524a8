"""Personal data goes to nobody whose roles do not read its class, whichever way they ask."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from typing import Any

import frappe
import pytest

from complaint_qms.constants import personal_data as about
from complaint_qms.constants import roles
from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.constants.settings import SETTINGS
from tests.desk import factory, ways
from tests.desk.planted import STAFF, Planted, plant, read_by
from tests.desk.test_fuzz_methods import CHANGING, REPORTS, functions

CLASSES = tuple(about.LEVELS)
RECORD = "Complaint Record"
# A role that reads a class, so that the rows of a class are not empty, and those who then do not.
READER = dict.fromkeys(CLASSES, (roles.AUDITOR,))
OPENS = "frappe.desk.form.load.getdoc"
# It finds ERPNext's own customers and contacts, by the rights that people have on those.
OF_ERPNEXT = ("complaint_qms.api.intake.parties",)


def everything(answer: Any = None) -> str:
    """All that an answer says, in lower case: what the function gave back, and what stands in the response."""
    response = frappe.local.response
    parts = [answer, *(response.get(key) for key in ("docs", "docinfo", "message", "filecontent", "result", "_link_titles"))]  # fmt: skip
    return "".join(
        part.decode("utf-8", "replace") if isinstance(part, bytes) else frappe.as_json(part) for part in parts if part
    ).lower()  # fmt: skip


def framework_ways(doc: Any, word: str) -> Iterator[tuple[str, Callable[[str], Any]]]:
    """(name, request of a user)."""
    kind, name = doc.doctype, doc.name
    fields = [f"`tabComplaint`.`{field}`" for field in ("name", *about.FIELDS["Complaint"])]
    plain = ["name", *about.FIELDS["Complaint"]]
    by_name = {"name": name}

    def get(method: str, http: str = "GET", /, **values: Any) -> Callable[[str], Any]:
        return lambda user: ways.call(user, method, http, **values)

    yield "form", get(OPENS, doctype=kind, name=name)
    yield "docinfo", get("frappe.desk.form.load.get_docinfo", doctype=kind, name=name)
    yield "older mails", get("frappe.desk.form.load.get_communications", doctype=kind, name=name)
    yield "client.get", get("frappe.client.get", doctype=kind, name=name)
    yield (
        "client.get_list",
        get("frappe.client.get_list", doctype=kind, fields=plain, filters=by_name),
    )
    yield (
        "client.get_value",
        get("frappe.client.get_value", doctype=kind, fieldname=plain, filters=by_name),
    )
    yield (
        "of several",
        get(
            "frappe.client.get_list",
            doctype=kind,
            fields=["ifnull(null, contact_email) as x"],
            filters=by_name,
        ),
    )
    yield "report view", get("frappe.desk.reportview.get", doctype=kind, fields=fields, filters=by_name)
    yield (
        "export",
        get(
            "frappe.desk.reportview.export_query", doctype=kind, file_format_type="CSV", title="x", fields=fields,
            filters=[[kind, "name", "=", name]],
        ),
    )  # fmt: skip
    yield "link search", get("frappe.desk.search.search_link", "POST", doctype=kind, txt=word)
    yield "all links", get("frappe.desk.search.search_link", "POST", doctype=kind, txt="")
    yield "search widget", get("frappe.desk.search.search_widget", "POST", doctype=kind, txt=word, as_dict=1)
    yield "print", get("frappe.www.printview.get_html_and_style", doc=kind, name=name)
    yield "record", get("frappe.www.printview.get_html_and_style", doc=kind, name=name, print_format=RECORD)
    yield "rest", lambda user: ways.rest(user, "GET", f"Complaint/{name}")
    yield "rest list", lambda user: ways.rest(user, "GET", "Complaint", fields=["*"], filters=by_name)
    yield (
        "versions",
        lambda user: ways.rest(user, "GET", "Version", fields=["*"], filters={"docname": name}),
    )
    yield (
        "mails",
        lambda user: ways.rest(user, "GET", "Communication", fields=["*"], filters={"reference_name": name}),
    )
    yield (
        "audit trail",
        lambda user: ways.rest(
            user, "GET", "Quality Audit Entry", fields=["name", "detail"], filters={"document_name": name}
        ),
    )
    for report in REPORTS:
        filters = {"document_name": [name]} if report == "Quality Audit Trail" else {}
        yield report, get("frappe.desk.query_report.run", report_name=report, filters=filters)


def own_ways(doc: Any) -> Iterator[tuple[str, Callable[[str], Any]]]:
    """The app's doors that can be asked about a complaint, or about nothing at all."""
    known = {
        "name": doc.name,
        "complaint": doc.name,
        "names": [doc.name],
        "doctype": "Complaint",
        "txt": "zqid",
        "text": "zqid",
        "purpose": "summary",
        "subject": "x",
        "content": "x",
        "start": 0,
    }
    for path, function in functions().items():
        if not path.startswith("complaint_qms.api.") or path in (*CHANGING, *OF_ERPNEXT):
            continue
        arguments = inspect.signature(function).parameters
        asked = {one: known[one] for one in arguments if one in known}
        needed = [one for one, told in arguments.items() if told.default is inspect.Parameter.empty]
        if set(needed) <= set(asked) and (asked or not needed):
            yield path, lambda user, path=path, asked=asked: ways.call(user, path, "POST", **asked)


def asked_by(user: str, door: Callable[[str], Any]) -> str:
    """What a request says; empty where it is refused. Nothing of it stays."""
    frappe.db.savepoint("asked")
    try:
        return everything(door(user))
    except (ways.Refused, frappe.ValidationError, ImportError, AttributeError, TypeError, KeyError):
        return ""
    finally:
        frappe.set_user("Administrator")
        frappe.db.rollback(save_point="asked")


def leaks(planted: Planted, user: str, classes: tuple[str, ...]) -> list[str]:
    word = min(planted.words[about.IDENTITY] - {"0013 8000"})
    doors = [*framework_ways(planted.complaint, word), *own_ways(planted.complaint)]
    assert len(doors) > 60
    return [
        f"{name}: {sorted(found)}"
        for name, door in doors
        if (found := planted.told_in(asked_by(user, door), classes))
    ]


def test_the_doctypes_have_the_levels_of_the_table() -> None:
    for doctype, fields in about.FIELDS.items():
        meta = frappe.get_meta(doctype)
        levels = {field.fieldname: field.permlevel for field in meta.fields if field.permlevel}
        assert levels == {name: about.LEVELS[one] for name, one in fields.items()}
        readers = {row.role for row in meta.permissions if not row.permlevel and row.read}
        for level in set(levels.values()):
            there = {row.role for row in meta.permissions if row.permlevel == level and row.read}
            assert there == readers - set(about.NOT_SHOWN_TO), (doctype, level)


def test_who_reads_everything_is_told_it() -> None:
    """What the tests below look for is there to be found."""
    planted = plant()
    user = factory.user(roles.MANAGER)
    told = {name: asked_by(user, door) for name, door in framework_ways(planted.complaint, "zq")}
    for name in ("form", "client.get", "client.get_list", "rest", "report view", "export", "record", "docinfo", "older mails"):  # fmt: skip
        assert planted.told_in(told[name], CLASSES), name
    assert all(planted.told_in(told["form"] + told["record"], (one,)) for one in CLASSES)


def test_who_reads_none_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """One test: it takes long to give a site other rights."""
    planted = plant()
    with read_by(READER):
        assert not leaks(planted, factory.user(*STAFF), CLASSES)
        user = factory.user(roles.MANAGER)
        nobody_looks_for_it(user, planted)
        nobody_finds_by_it(user, planted, monkeypatch)
        what_is_made_of_it_is_hidden(user)
        nobody_changes_it(user, planted)
        settings = frappe.get_doc(SETTINGS)
        settings.set(about.TABLE, [])
        settings.save()
        assert planted.told_in(form_for(user, planted), CLASSES), "without rows the shipped roles read again"


@pytest.mark.parametrize("one", CLASSES)
def test_no_way_tells_a_class_that_is_not_read(one: str) -> None:
    planted = plant()
    with read_by({one: (roles.AUDITOR,)}):
        user = factory.user(roles.MANAGER)
        others = tuple(other for other in CLASSES if other != one)
        assert not leaks(planted, user, (one,))
        assert planted.told_in(form_for(user, planted), others)


def test_accounts_see_no_personal_data_of_the_complaints_they_settle() -> None:
    planted = plant()
    settlement = frappe.get_doc(
        {"doctype": "Complaint Settlement", "complaint": planted.complaint.name, "company": planted.complaint.company,
         "customer": planted.complaint.customer, "currency": "EUR", "reason": "Agreed"}
    )  # fmt: skip
    settlement.set_new_name()
    settlement.db_insert()
    assert not leaks(planted, factory.user(roles.ACCOUNTS_USER), CLASSES)


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        ([("identity", roles.MANAGER), ("identity", roles.MANAGER)], "row 2.*twice"),
        ([("health", "Website Manager")], "row 1.*may not read complaints"),
    ],
)
def test_rows_that_make_no_sense_are_refused(rows: list[tuple[str, str]], match: str) -> None:
    settings = frappe.get_doc(SETTINGS)
    settings.set(about.TABLE, [{"data_class": one, "role": role} for one, role in rows])
    with pytest.raises(frappe.ValidationError, match=match):
        settings.save()


def form_for(user: str, planted: Planted) -> str:
    return asked_by(user, lambda who: ways.call(who, OPENS, doctype="Complaint", name=planted.complaint.name))


def nobody_looks_for_it(user: str, planted: Planted) -> None:
    name = planted.complaint.name
    for values in (
        {"filters": [["contact_email", "like", "%zq%"]]},
        {"filters": {"description": ("like", "%zq%")}},
        {"or_filters": [["Complaint", "harm_description", "like", "%zq%"]]},
        {"filters": {"name": name}, "order_by": "contact_phone desc"},
        {"filters": {"name": name}, "group_by": "complainant_name"},
        {"filters": {"name": name}, "fields": ["name", "count(contact_email)"]},
    ):
        with pytest.raises(ways.Refused, match="is hidden from your roles"):
            ways.call(user, "frappe.client.get_list", doctype="Complaint", **values)
    assert ways.call(user, "frappe.client.get_list", doctype="Complaint", filters={"name": name})


def nobody_finds_by_it(user: str, planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    doc = planted.complaint
    content = f"Subject : Handle broken ||| Name : {doc.complainant_name} ||| Description : {doc.description}"
    row = frappe._dict(doctype="Complaint", name=doc.name, content=content, rank=1)
    with monkeypatch.context() as index:
        index.setattr("frappe.utils.global_search.search", lambda *asked: [row])
        door = "complaint_qms.overrides.desk.search"
        assert ways.call(user, door, text=doc.complainant_name) == []
        assert [hit["content"] for hit in ways.call(user, door, text="Handle")] == ["Subject : Handle broken"]


def what_is_made_of_it_is_hidden(user: str) -> None:
    frappe.set_user("Administrator")
    for doctype in about.MADE_OF:
        assert not frappe.get_list(doctype, user=user)
        if doctype in QUALITY_RECORDS:
            assert not frappe.new_doc(doctype).has_permission("read", user=user)


def nobody_changes_it(user: str, planted: Planted) -> None:
    """Who does not read a field leaves it as it is."""
    doc = frappe.get_doc("Complaint", planted.complaint.name)
    sent = {**json.loads(frappe.as_json(doc)), "contact_email": "other@example.com", "subject": "Changed"}
    ways.call(user, "frappe.desk.form.save.savedocs", "POST", doc=json.dumps(sent), action="Save")
    assert not planted.told_in(everything(), CLASSES)
    frappe.set_user("Administrator")
    kept = frappe.db.get_value("Complaint", doc.name, ["contact_email", "subject"])
    assert kept == (doc.contact_email, "Changed")
