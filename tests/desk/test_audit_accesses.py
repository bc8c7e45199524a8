"""What the audit trail keeps of what changes no record: exports, refusals, sign-ins that failed, a clock that was set back; and its head by mail."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import frappe
import frappe.api
import frappe.app
import pytest
from frappe.utils import CallbackManager
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from complaint_qms.constants import audit, roles
from complaint_qms.constants.audit import ENTRY
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.engine.audit_entry import Apart
from complaint_qms.overrides import audited
from complaint_qms.services.compliance.audit_trail import accesses, clock, head_mail, sealing
from complaint_qms.services.compliance.audit_trail.verifying import verify_trail
from complaint_qms.services.evidence import disk
from complaint_qms.services.story.audit_report import QualityAuditTrail
from tests.conftest import fresh_request
from tests.desk import factory

pytestmark = pytest.mark.usefixtures("site")
FIELDS = ("kind", "document_type", "document_name", "happened_by", "detail", "apart")


@pytest.fixture(autouse=True)
def own_head(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "head_path", lambda: tmp_path / "head.json")


def told(kind: str) -> list[frappe._dict]:
    return frappe.get_all(ENTRY, {"kind": kind}, FIELDS, order_by="name asc")


def ask(path: str, user: str, method: str = "POST", **body: object) -> int:
    """Status of a request that ends as one at a web server does."""
    environ = EnvironBuilder(path, method=method, data=json.dumps(body), content_type="application/json")
    request = Request(environ.get_environ())
    fresh_request()
    request.after_response = CallbackManager()
    frappe.local.request, frappe.local.request_ip, frappe.local.is_ajax = request, "198.51.100.7", False
    try:
        frappe.set_user(user)
        try:
            frappe.app.make_form_dict(request)
            response = frappe.api.handle(request)
        except Exception as error:
            response = frappe.app.handle_exception(error)
        audited.after_request(response, request)
        return response.status_code
    finally:
        frappe.set_user("Administrator")
        fresh_request()


class TestExports:
    def test_a_list_is_told_with_its_filters(self):
        doc, manager = factory.complaint(), factory.user(roles.QUALITY_MANAGER)
        filters = json.dumps([["Complaint", "name", "=", doc.name]])
        given = {"doctype": "Complaint", "fields": '["name"]', "filters": filters, "file_format_type": "CSV"}
        assert ask(f"/api/method/{accesses.LIST}", manager, title="Complaint", start=0, **given) == 200
        (entry,) = told(audit.EXPORT)
        assert (entry.document_type, entry.document_name, entry.happened_by) == ("Complaint", "", manager)
        apart, export = Apart.read(entry.apart), json.loads(entry.detail)["export"]
        assert export["format"] == "CSV"
        assert apart.shown(export["filters"]) == filters
        assert doc.name not in entry.detail

    def test_a_report_is_told_by_its_name(self):
        asked = {"report_name": "Complaint Register", "filters": "{}", "file_format_type": "CSV", "custom_columns": "[]"}  # fmt: skip
        assert ask(f"/api/method/{accesses.REPORT}", "Administrator", visible_idx="[]", **asked) == 200
        (entry,) = told(audit.EXPORT)
        assert (entry.document_type, entry.document_name) == ("Report", "Complaint Register")
        (row,) = QualityAuditTrail({"kind": audit.EXPORT}).rows()
        assert "CSV" in row["what"]

    def test_rows_to_be_edited_are_told_and_an_empty_form_is_not(self):
        fields = json.dumps({"Complaint": ["name", "subject"]})
        template = f"/api/method/{accesses.TEMPLATE}"
        for wanted in ("blank_template", "all"):
            assert ask(template, "Administrator", doctype="Complaint", export_fields=fields, export_records=wanted, file_type="CSV") == 200  # fmt: skip
        assert len(told(audit.EXPORT)) == 1
        assert ask(f"/api/method/{accesses.DATA_EXPORT}", "Administrator", doctype="Complaint", with_data=1, file_type="CSV", select_columns="{}") == 200  # fmt: skip
        assert len(told(audit.EXPORT)) == 2

    def test_of_what_is_none_of_ours_or_was_refused_nothing_is_told(self):
        given = {"fields": '["name"]', "file_format_type": "CSV", "title": "x", "start": 0}
        assert ask(f"/api/method/{accesses.LIST}", "Administrator", doctype="ToDo", **given) == 200
        assert ask(f"/api/method/{accesses.LIST}", factory.user("Sales User"), doctype="CAPA", **given) == 403
        assert told(audit.EXPORT) == []

    @pytest.mark.parametrize("doctype", ["[", "[5]", 5, None, ["Complaint", 3], "\ud800", {"a": 1}])
    def test_what_is_no_doctype_is_no_error(self, doctype):
        told_of = doctype == ["Complaint", 3]
        assert accesses.exported(accesses.DATA_EXPORT, {"doctype": doctype}) is told_of
        assert accesses.exported(accesses.REPORT, {"report_name": doctype}) is False
        assert accesses.exported(accesses.PREPARED, {"dn": doctype}) is False
        assert accesses.refused("x", doctype, doctype) is False


class TestRefusals:
    def test_who_is_refused_a_complaint_is_told_of(self):
        doc, nobody = factory.complaint(), factory.user("Sales User")
        assert ask(f"/api/resource/Complaint/{doc.name}", nobody, "GET") == 403
        assert ask("/api/method/frappe.client.set_value", nobody, doctype="Complaint", name=doc.name, fieldname="subject", value="x") == 403  # fmt: skip
        first, second = told(audit.REFUSED)
        assert (first.document_type, first.document_name, first.happened_by) == ("Complaint", doc.name, nobody)  # fmt: skip
        assert json.loads(second.detail)["door"] == "POST frappe.client.set_value"
        assert ask("/api/resource/Complaint/NO-SUCH", nobody, "GET") in (403, 404)
        assert len(told(audit.REFUSED)) == 2
        assert verify_trail(disk.sha256_of).sentences == []

    def test_a_stranger_without_a_login_fills_no_trail(self):
        assert ask(f"/api/resource/Complaint/{factory.complaint().name}", "Guest", "GET") == 403
        assert told(audit.REFUSED) == []


class TestSignIns:
    def test_a_wrong_password_is_told_of_by_the_account_alone(self):
        user = factory.user(roles.AGENT)
        for usr in (user, "no-such-account", "Secret123!"):
            ask("/api/method/login", "Guest", usr=usr, pwd="not-the-password")
            frappe.get_doc({"doctype": "Activity Log", "user": usr, "status": "Failed", "operation": "Login", "subject": "x"}).insert(ignore_permissions=True, ignore_links=True)  # fmt: skip
        found = told(audit.SIGN_IN)
        assert {(entry.document_type, entry.document_name) for entry in found} == {("User", user)}
        assert "not-the-password" not in json.dumps(found, default=str)

    def test_one_that_succeeds_is_not(self):
        user = factory.user(roles.AGENT)
        frappe.get_doc({"doctype": "Activity Log", "user": user, "status": "Success", "operation": "Login", "subject": "x"}).insert(ignore_permissions=True)  # fmt: skip
        assert told(audit.SIGN_IN) == []


class TestClock:
    def test_a_clock_that_was_set_back_is_told_of_once(self):
        factory.complaint()
        now = datetime.now(timezone.utc)
        assert not clock.note_set_back(now)
        earlier = now - timedelta(hours=3)
        assert clock.note_set_back(earlier)
        assert not clock.note_set_back(earlier)
        (entry,) = told(audit.CLOCK)
        said = json.loads(entry.detail)["clock"]
        assert said["now"][:16] == earlier.isoformat(" ")[:16]
        (row,) = QualityAuditTrail({"kind": audit.CLOCK}).rows()
        assert said["now"][:19] in row["what"]
        assert said["newest"][:19] in row["what"]

    def test_servers_that_differ_by_seconds_are_no_such_thing(self):
        factory.complaint()
        assert not clock.note_set_back(datetime.now(timezone.utc) - timedelta(seconds=30))


class TestHeadByMail:
    def test_the_head_is_mailed_to_whom_the_settings_name(self, mailbox):
        factory.complaint()
        assert head_mail.mail_head() == 0
        frappe.db.set_single_value(SETTINGS, head_mail.FIELD, "one@qms.example\n two@qms.example, ")
        assert head_mail.mail_head() == 2
        queued = frappe.get_all("Email Queue", ["message"], order_by="creation desc", limit=1)[0].message
        head = sealing.last_link()
        assert head.sequence > 0
        assert str(head) in queued.replace("=\r\n", "").replace("=\n", "")
        assert verify_trail(disk.sha256_of, head).kinds["head"] == 0

    def test_what_is_no_address_is_refused_by_its_name(self):
        settings = frappe.get_doc(SETTINGS)
        settings.set(head_mail.FIELD, "one@qms.example\nnobody")
        with pytest.raises(frappe.ValidationError, match="Mail the Head of the Audit Trail To: nobody"):
            settings.save()


def test_a_head_that_somebody_else_wrote_is_told_of():
    factory.complaint()
    sealing.seal()
    path, head = sealing.head_path(), sealing.last_link()
    said = json.loads(path.read_text())
    path.write_text(json.dumps({**said, "sequence": 1}))
    assert list(verify_trail(disk.sha256_of).kinds) == ["head"]
    path.write_text(json.dumps(said))
    assert verify_trail(disk.sha256_of).found == 0
    path.unlink()
    sealing.keep_head(head)
    assert json.loads(path.read_text()) == said
