"""Fields that a site keeps encrypted: nowhere in the database in clear, read as before by whoever may, under one key and then under another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import frappe
import pytest
from frappe import api
from frappe.model.document import Document
from frappe.utils.response import build_response
from openpyxl import load_workbook

from complaint_qms.constants import roles
from complaint_qms.constants.encryption import BEGINS, FIELDS, HIDDEN, KEYS, OF_TRAIL, TABLE
from complaint_qms.constants.personal_data import ERASURE, LEVELS
from complaint_qms.constants.personal_data import FIELDS as PERSONAL
from complaint_qms.constants.personal_data import TABLE as ACCESS_TABLE
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.overrides import encrypted_lists
from complaint_qms.services import marks, writing
from complaint_qms.services.compliance import encrypted_fields
from complaint_qms.services.compliance.audit_trail import beside, sealing, verifying
from complaint_qms.services.encryption import encrypted_values, keys
from complaint_qms.services.evidence import disk
from complaint_qms.services.signatures.signed_content import content_of
from complaint_qms.services.story.audit_report import clauses_of
from complaint_qms.services.work.loading import documents_of
from tests.desk import factory, ways
from tests.desk.test_person_requests import MAIL, NAME, ask, decide

pytestmark = pytest.mark.usefixtures("site")
HARM, PLACE = "scalded wrist zqharm of Jane Zebrowska, 烫伤", "9 Zqplace Lane"
WORDS = ("zqharm", "zqplace")
LIST = {"fields": ["name", "harm_description", "address_text"]}


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keys in a file of the test; the head of the chain as well: what a test links is rolled back."""
    file, store = tmp_path / "site_config.json", keys.update_site_config
    file.write_text("{}")
    monkeypatch.setattr(sealing, "head_path", lambda: tmp_path / "head.json")
    monkeypatch.setattr(keys, "update_site_config", lambda *told, **more: store(*told, **more, site_config_path=str(file)))  # fmt: skip
    monkeypatch.setattr(keys, "_on_disk", lambda: json.loads(file.read_text()).get(KEYS))
    monkeypatch.setattr(encrypted_fields, "enqueue_pass", lambda: None)
    frappe.conf.pop(KEYS, None)
    frappe.flags.qms_missing_keys = frappe.flags.qms_data_key_missing = None
    yield
    frappe.conf.pop(KEYS, None)
    frappe.flags.qms_missing_keys = frappe.flags.qms_data_key_missing = None
    frappe.clear_document_cache(SETTINGS, SETTINGS)


@pytest.fixture
def case() -> Document:
    """A complaint with both fields, one of them changed, so that a version and entries of the trail hold them."""
    made = factory.complaint(harm_level="minor", harm_description="a burn zqharm", address_text=PLACE)
    doc = frappe.get_doc("Complaint", made.name)
    doc.harm_description = HARM
    doc.save(ignore_version=False)
    return doc


def mark(*fields: str) -> None:
    settings = frappe.get_doc(SETTINGS)
    settings.set(TABLE, [{"field": field} for field in fields])
    settings.save()
    frappe.clear_document_cache(SETTINGS, SETTINGS)


def turn_on(*fields: str) -> None:
    encrypted_fields.begin_rotation()
    mark(*(fields or (name for some in FIELDS.values() for name in some)))
    encrypted_fields.bring_in_line()


def stored(doc: Document, field: str) -> str:
    table = frappe.qb.DocType(doc.doctype)
    return frappe.qb.from_(table).select(table[field]).where(table.name == doc.name).run()[0][0]


def tables_with(*words: str) -> dict[str, int]:
    """Every table of the database → how many of its rows hold a word."""
    found = {}
    for table in frappe.db.get_tables(cached=False):
        rows = frappe.db.sql(f"select * from `{table}`")
        count = sum(any(word in str(row).lower() for word in words) for row in rows)
        if count:
            found[table] = count
    return found


def answered(user: str, path: str, method: str = "GET", /, **values: Any) -> Any:
    """What an address answers behind all that stands behind it."""
    request = ways._come(user, path, method, values)
    response = api.handle(request) or build_response("json")
    encrypted_lists.after_request(response, request)
    frappe.set_user("Administrator")
    return json.loads(response.get_data())


def verified() -> list[str]:
    return verifying.verify_trail(disk.sha256_of).sentences


def test_a_field_that_can_be_encrypted_is_personal_text_without_a_limit() -> None:
    for doctype, names in FIELDS.items():
        meta = frappe.get_meta(doctype)
        for name in names:
            field = meta.get_field(name)
            assert field.fieldtype == "Small Text"
            assert field.permlevel == LEVELS[PERSONAL[doctype][name]]
            assert not field.in_global_search
            assert not field.in_standard_filter
            assert name not in (meta.search_fields or "")
    offered = frappe.get_meta("Encrypted Field").get_field("field").options.split()
    assert offered == [name for names in FIELDS.values() for name in names]


def test_no_row_of_the_database_holds_the_value(case: Document) -> None:
    assert set(tables_with(*WORDS)) >= {"tabComplaint", "tabVersion", "tabQuality Audit Entry"}
    assert verified() == []
    turn_on()
    assert tables_with(*WORDS) == {}
    assert stored(case, "harm_description").startswith(BEGINS)
    assert verified() == []
    assert not encrypted_fields.is_left()


def test_so_it_is_with_what_is_written_afterwards() -> None:
    turn_on()
    made = factory.complaint(harm_level="minor", harm_description=HARM, address_text=PLACE)
    doc = frappe.get_doc("Complaint", made.name)
    assert (doc.harm_description, doc.address_text) == (HARM, PLACE)
    doc.address_text = f"{PLACE} 2"
    doc.save(ignore_version=False)
    assert doc.address_text == f"{PLACE} 2"
    writing.set_values("Complaint", doc.name, {"harm_description": f"{HARM} 3"}, "test")
    writing.set_many("Complaint", {doc.name: {"address_text": f"{PLACE} 4"}}, "test")
    writing.set_where("Complaint", [doc.name], {"harm_description": f"{HARM} 5"}, "test")
    doc.reload()
    assert (doc.harm_description, doc.address_text) == (f"{HARM} 5", f"{PLACE} 4")
    doc.db_set("address_text", f"{PLACE} 6")
    assert doc.address_text == f"{PLACE} 6"
    assert frappe.get_doc("Complaint", doc.name, for_update=True).address_text == f"{PLACE} 6"
    assert documents_of("Complaint", [doc.name])[0].harm_description == f"{HARM} 5"
    assert tables_with(*WORDS) == {}
    versions = frappe.get_all("Version", {"docname": doc.name}, pluck="data", order_by="creation asc")
    assert any(["address_text", HIDDEN, HIDDEN] in json.loads(data)["changed"] for data in versions)
    assert verified() == []


def test_whoever_reads_it_reads_it_as_before(case: Document) -> None:
    turn_on()
    user, name = factory.user(roles.QUALITY_MANAGER), case.name
    values = {"name": name, "harm_description": HARM, "address_text": PLACE}
    by_name = {"filters": json.dumps({"name": name})}
    assert answered(user, f"/api/resource/Complaint/{name}")["data"]["harm_description"] == HARM
    assert answered(user, "/api/resource/Complaint", **LIST, **by_name)["data"] == [values]
    assert answered(user, "/api/v2/document/Complaint", **LIST, **by_name)["data"] == [values]
    got = answered(user, "/api/method/frappe.client.get_list", doctype="Complaint", **LIST, **by_name)
    assert got["message"] == [values]
    got = answered(user, "/api/method/frappe.client.get_list", doctype="Complaint", as_dict=0, **LIST, **by_name)  # fmt: skip
    assert [list(row) for row in got["message"]] in ([list(values.values())], [list(values)])
    got = answered(user, "/api/method/frappe.client.get_value", doctype="Complaint", fieldname=["harm_description"], **by_name)  # fmt: skip
    assert got["message"]["harm_description"] == HARM
    columns = [f"`tabComplaint`.`{field}`" for field in LIST["fields"]]
    got = answered(user, "/api/method/frappe.desk.reportview.get", doctype="Complaint", fields=columns, filters=[["Complaint", "name", "=", name]])  # fmt: skip
    row = dict(zip(got["message"]["keys"], got["message"]["values"][0], strict=True))
    assert {field: row[field] for field in values} == values
    assert HARM in ways.call(user, "frappe.www.printview.get_html_and_style", doc="Complaint", name=name)["html"]  # fmt: skip
    frappe.set_user("Administrator")


@pytest.mark.parametrize("kind", ["CSV", "Excel"])
def test_it_is_in_the_exported_file(case: Document, kind: str) -> None:
    turn_on()
    columns = [f"`tabComplaint`.`{field}`" for field in LIST["fields"]]
    ways.call("Administrator", "frappe.desk.reportview.export_query", doctype="Complaint", file_format_type=kind, title="x", fields=columns, filters=[["Complaint", "name", "=", case.name]])  # fmt: skip
    content = frappe.local.response.filecontent
    if kind == "CSV":
        text = content if isinstance(content, str) else content.decode()
    else:
        text = str(list(load_workbook(BytesIO(content)).active.values))
    assert HARM in text
    assert PLACE in text
    assert BEGINS not in text


def test_it_is_in_the_report_that_the_framework_mails(case: Document) -> None:
    turn_on()
    told = {"fields": [["name", "Complaint"], ["harm_description", "Complaint"]], "filters": [["Complaint", "name", "=", case.name]]}  # fmt: skip
    report = factory.make("Report", report_name="Harm zq", ref_doctype="Complaint", report_type="Report Builder", is_standard="No", json=json.dumps(told))  # fmt: skip
    mail = factory.make(
        "Auto Email Report", report=report.name, report_type="Report Builder", user="Administrator", email_to="qa@example.com", format="CSV",
        frequency="Daily", enabled=1, no_of_rows=10,
    )  # fmt: skip
    sent = frappe.get_doc("Auto Email Report", mail.name).get_report_content()
    text = sent.decode() if isinstance(sent, bytes) else sent
    assert HARM in text
    assert BEGINS not in text


def test_who_does_not_read_the_class_does_not_read_it_now_either(case: Document) -> None:
    turn_on()
    settings = frappe.get_doc(SETTINGS)
    settings.set(ACCESS_TABLE, [{"data_class": one, "role": roles.AUDITOR} for one in LEVELS])
    settings.save()
    user = factory.user(roles.QUALITY_MANAGER)
    got = answered(user, "/api/resource/Complaint", fields=["*"], filters={"name": case.name})
    assert got["data"]
    assert not any(word in json.dumps(got) for word in (*WORDS, BEGINS))


def test_what_somebody_sends_is_decrypted_nowhere(case: Document) -> None:
    """Whoever has a stolen backup and an account does not get it read to them."""
    turn_on()
    stolen = stored(case, "harm_description")
    other = factory.complaint(description=f"<p>{stolen}</p>", subject=stolen[:100])
    for field in FIELDS["Complaint"]:
        with pytest.raises(frappe.ValidationError, match="may not begin with"):
            factory.complaint(harm_level="minor", **{field: stolen})
        with pytest.raises(frappe.ValidationError, match="may not begin with"):
            writing.set_values("Complaint", other.name, {field: stolen}, "test")
    got = answered("Administrator", "/api/resource/Complaint", fields=["name", "subject", "description"], filters={"name": other.name})  # fmt: skip
    assert "zqharm" not in json.dumps(got)
    # A value that is carried to another field by SQL is none there.
    frappe.db.set_value("Complaint", other.name, "address_text", stolen, update_modified=False)
    assert frappe.get_doc("Complaint", other.name).address_text == stolen


def test_the_trail_tells_it_to_who_may_read_it(case: Document) -> None:
    turn_on()
    mail = frappe.get_all("Quality Audit Entry", {"document_name": case.name, "kind": "change"}, pluck="name", order_by="name desc")  # fmt: skip
    assert any(HARM in clause for name in mail for clause in clauses_of(frappe.get_doc("Quality Audit Entry", name)))  # fmt: skip


def test_a_signature_is_bound_to_what_people_read(case: Document) -> None:
    before = content_of(frappe.get_doc("Complaint", case.name))
    turn_on()
    assert content_of(frappe.get_doc("Complaint", case.name)) == before


def test_a_change_past_the_app_is_still_found(case: Document) -> None:
    turn_on()
    other = factory.complaint(harm_level="minor", harm_description="something else")
    frappe.db.set_value("Complaint", case.name, "harm_description", stored(other, "harm_description"), update_modified=False)  # fmt: skip
    assert any(case.name in sentence and "What Harm" in sentence for sentence in verified())


def test_a_forged_value_beside_the_chain_is_found(case: Document) -> None:
    turn_on()
    name, apart = frappe.get_all("Quality Audit Entry", {"document_name": case.name, "apart": ("like", "%~enc%")}, ["name", "apart"], as_list=True, limit=1, order_by="name asc")[0]  # fmt: skip
    kept = json.loads(apart)
    digest = next(key for key, value in kept["values"].items() if isinstance(value, dict))
    for forged in (encrypted_values.encrypt_text('"other"', OF_TRAIL), f"{BEGINS}{keys.newest().id}.AAAA"):
        kept["values"][digest] = {"~enc": forged}
        frappe.db.set_value("Quality Audit Entry", name, "apart", json.dumps(kept), update_modified=False)
        assert any("beside the chain was altered" in sentence for sentence in verified())


def test_with_a_new_key_nothing_is_left_under_the_old_one(case: Document) -> None:
    turn_on()
    first = keys.newest().id
    again = encrypted_fields.begin_rotation()
    assert again != first
    assert encrypted_fields.use_of_keys()["Complaint.harm_description", first] == 1
    encrypted_fields.bring_in_line()
    use = encrypted_fields.use_of_keys()
    assert {key for _where, key in use} == {again}
    assert use["Complaint.harm_description", again] == 1
    assert tables_with(f"{BEGINS}{first}.") == {}
    assert encrypted_fields.drop_unused() == [first]
    assert frappe.get_doc("Complaint", case.name).harm_description == HARM
    assert verified() == []


class Killed(BaseException):
    pass


@pytest.mark.parametrize("where", ["columns", "entries"])
def test_broken_off_in_the_middle_it_goes_on(case: Document, monkeypatch: pytest.MonkeyPatch, where: str) -> None:  # fmt: skip
    turn_on()
    second = factory.complaint(harm_level="minor", harm_description="zqharm two", address_text=PLACE)
    key = encrypted_fields.begin_rotation()

    def killed(*_told: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        if where == "columns":
            patch.setattr(encrypted_fields, "_AT_ONCE", 1)
            patch.setattr(frappe.db, "commit", killed)
        else:
            patch.setattr(beside, "text_of_apart", killed)
        with pytest.raises(Killed):
            encrypted_fields.bring_in_line()
    assert encrypted_fields.is_left()
    # Half of it is under the one key and half under the other, and everything can be read.
    assert frappe.get_doc("Complaint", case.name).harm_description == HARM
    assert frappe.get_doc("Complaint", second.name).harm_description == "zqharm two"
    assert verified() == []
    assert encrypted_fields.begin_rotation() == key, "the broken rotation goes on, with no further key"
    encrypted_fields.bring_in_line()
    assert {one for _where, one in encrypted_fields.use_of_keys()} == {key}
    assert not encrypted_fields.is_left()
    assert verified() == []


def test_taken_off_the_list_it_is_in_clear_again(case: Document) -> None:
    turn_on()
    mark("address_text")
    assert marks.mark_of(encrypted_fields._LEFT)
    assert frappe.get_doc("Complaint", case.name).harm_description == HARM, "read whatever its form is"
    encrypted_fields.bring_in_line()
    assert stored(case, "harm_description") == HARM
    assert stored(case, "address_text").startswith(BEGINS)
    assert tables_with("zqharm").keys() == {"tabComplaint", "tabQuality Audit Entry"}
    mark()
    encrypted_fields.bring_in_line()
    assert tables_with(BEGINS) == {}
    assert verified() == []


def test_without_its_key_a_value_is_not_read_and_not_lost(case: Document) -> None:
    turn_on()
    before, lost = stored(case, "harm_description"), keys.known_keys()
    keys._store([])
    frappe.local.message_log = []
    doc = frappe.get_doc("Complaint", case.name)
    assert doc.harm_description == before
    assert "cannot be read" in str(frappe.local.message_log)
    sentences = verified()
    assert len(sentences) == 1
    assert lost[0].id in sentences[0]
    doc.qty = 7
    doc.save()
    assert stored(case, "harm_description") == before
    with pytest.raises(frappe.ValidationError, match="has no key"):
        factory.complaint(harm_level="minor", harm_description="zqharm new")
    keys._store(lost)
    frappe.flags.qms_missing_keys = None
    doc = frappe.get_doc("Complaint", case.name)
    assert (doc.harm_description, doc.qty) == (HARM, 7)
    assert verified() == []


def test_the_list_wants_a_key_and_each_field_once() -> None:
    with pytest.raises(frappe.ValidationError, match="rotate-data-key"):
        mark("harm_description")
    encrypted_fields.begin_rotation()
    with pytest.raises(frappe.ValidationError, match="twice"):
        mark("harm_description", "harm_description")
    with pytest.raises(frappe.ValidationError):
        mark("description")


def test_what_was_written_past_the_app_is_encrypted_by_the_next_pass(case: Document) -> None:
    turn_on()
    frappe.db.set_value("Complaint", case.name, "address_text", PLACE, update_modified=False)
    assert encrypted_fields.use_of_keys()["Complaint.address_text", ""] == 1
    assert frappe.get_doc("Complaint", case.name).address_text == PLACE
    assert encrypted_fields.bring_in_line() == 1
    assert stored(case, "address_text").startswith(BEGINS)


def test_an_erased_person_is_gone_from_encrypted_fields_as_well() -> None:
    turn_on()
    own = factory.complaint(complainant_name=NAME, contact_email=MAIL, harm_level="minor", harm_description=HARM, address_text=PLACE)  # fmt: skip
    other = factory.complaint(harm_level="minor", harm_description=f"told by {MAIL}")
    for doc in (own, other):
        writing.set_values("Complaint", doc.name, {"stage": "closed", "closed_at": frappe.utils.now_datetime()}, "test")  # fmt: skip
    doc = decide(ask(ERASURE, phone=None))
    assert doc.status == "done", doc.error_message
    own.reload()
    assert "zebrowska" not in own.harm_description.lower()
    assert "scalded wrist" in own.harm_description
    assert own.address_text is None
    assert MAIL not in frappe.get_doc("Complaint", other.name).harm_description
    for name in (own.name, other.name):
        for apart in frappe.get_all("Quality Audit Entry", {"document_name": name}, pluck="apart", order_by="name asc"):  # fmt: skip
            told = str(encrypted_values.read_apart(apart).values).lower()
            assert "zebrowska" not in told
            assert MAIL not in told
    assert stored(own, "harm_description").startswith(BEGINS)
    assert verified() == []
