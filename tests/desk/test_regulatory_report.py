"""Reports to authorities: drafted from the record, completed, reviewed by somebody else, submitted, and supplemented when facts change."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import frappe
import pytest
from frappe.utils import add_days, getdate, now_datetime
from frappe.utils.file_manager import save_file
from jsonschema import Draft202012Validator
from lxml import etree

from complaint_qms.api import regulatory_report as api
from complaint_qms.constants import roles
from complaint_qms.constants.regulatory_report import REPORT
from complaint_qms.exceptions import GateError
from complaint_qms.services.reportability import regulatory_reports, report_files, supplements
from complaint_qms.services.reportability.report_forms import report_form
from complaint_qms.services.work import judging
from tests.desk import factory
from tests.desk.factory import complaint
from tests.desk.test_reporting_rule_sets import EU, FDA

pytestmark = pytest.mark.usefixtures("site")
ASSESSMENT = "Reportability Assessment"
FORMS = ("fda_3500a", "eu_mir", "authority_report")


def schemas():
    return Path(frappe.get_app_path("complaint_qms", "fixtures", "report_schemas"))


def assessment(rule_set=FDA, **values):
    with factory.as_user("Administrator"):
        about = values.pop("about", None) or complaint(
            awareness_date=add_days(getdate(), -3), harm_level="serious", incident_date=add_days(getdate(), -4), complainant_name="Anna Schmidt",
            contact_phone="030 1234567", description="<p>The lead broke &amp; burnt.</p>", product_model="P-1",
        )  # fmt: skip
        return factory.make(ASSESSMENT, complaint=about.name, rule_set=rule_set, **values)


def regulatory():
    frappe.set_user(factory.user(roles.REGULATORY))


def somebody(role=roles.REGULATORY):
    return factory.user(role, email=f"{frappe.generate_hash(length=8)}@qms.example")


def drafted(about=None, kind="initial"):
    regulatory()
    return frappe.get_doc(REPORT, api.draft((about or assessment()).name, kind))


def completed(doc):
    form = report_form(doc.report_form)
    for row in doc.elements:
        if form.element(row.element_key).is_needed(doc.report_kind) and not row.value:
            api.enter(doc.name, row.element_key, "Known")
    return doc.reload()


def submitted(about=None, kind="initial"):
    doc = completed(drafted(about, kind))
    with factory.as_user(somebody()):
        api.review(doc.name)
    regulatory()
    api.submit(doc.name, str(getdate()), "FDA-77")
    return doc.reload()


def values(doc):
    return {row.element_key: (row.value, row.origin) for row in doc.elements}


@pytest.mark.parametrize("key", FORMS)
def test_the_elements_of_a_form_are_each_once_and_in_blocks(key):
    form = report_form(key)
    keys = [one.key for one in form.elements]
    assert len(keys) == len(set(keys))
    assert form.source
    assert form.gateway
    assert any(one.needed for one in form.elements)
    blocks = [one.block for one in form.elements]
    assert blocks == sorted(blocks)


class TestDrafting:
    def test_it_says_what_the_record_says_and_lists_what_is_missing(self):
        doc = drafted()
        said = values(doc)
        assert (doc.report_form, doc.status, doc.version, doc.previous_report) == (
            "fda_3500a",
            "draft",
            1,
            None,
        )
        assert said["A1"] == (doc.complaint, "of_record")
        assert said["B3"] == (str(add_days(getdate(), -4)), "of_record")
        assert said["B5"] == ("Handle broken\nThe lead broke & burnt.", "of_record")
        assert said["E1"][0].startswith("Anna Schmidt")
        assert said["H1"] == ("Serious injury", "of_record")
        assert said["G9"] == (doc.name, "of_record")
        assert said["D5"] == ("", "left_open") or said["D5"][0] in (None, "")
        told = api.enter(doc.name, "D5", "Nurse")
        assert [row["value"] for block in told["blocks"] for row in block["rows"] if row["key"] == "D5"] == [
            "Nurse"
        ]
        with factory.as_user(somebody()), pytest.raises(GateError, match="Not yet complete") as found:
            api.review(doc.name)
        assert "D2" in str(found.value) or told["missing"]

    def test_a_patient_is_a_number_and_the_mir_names_no_reporter(self):
        doc = drafted(assessment(EU))
        assert doc.report_form == "eu_mir"
        assert "Anna Schmidt" not in json.dumps(values(doc))

    def test_what_is_entered_stays_and_what_is_emptied_says_the_record_again(self):
        doc = drafted()
        api.enter(doc.name, "B5", "By hand")
        api.enter(doc.name, "D5", "Nurse")
        api.fill(doc.name)
        doc.reload()
        assert (values(doc)["B5"], values(doc)["D5"]) == (("By hand", "entered"), ("Nurse", "entered"))
        api.enter(doc.name, "B5", "")
        assert values(doc.reload())["B5"][1] == "of_record"

    def test_one_at_a_time_and_in_order(self):
        about = assessment()
        doc = drafted(about)
        with pytest.raises(frappe.ValidationError, match="is under way"):
            api.draft(about.name, "initial")
        with pytest.raises(frappe.ValidationError, match="begin with the initial"):
            api.draft(assessment().name, "supplementary")
        with pytest.raises(frappe.ValidationError, match="choose one"):
            api.draft(about.name, "perhaps")
        with pytest.raises(frappe.ValidationError, match="has no element"):
            api.enter(doc.name, "Z9", "x")

    @pytest.mark.parametrize(
        "role", [roles.MANAGER, roles.QUALITY_MANAGER, roles.AGENT, roles.AUDITOR, "System Manager"]
    )
    def test_nobody_else_writes(self, role):
        about = assessment()
        doc = drafted(assessment())
        frappe.set_user(factory.user(role))
        for call in (
            lambda: api.draft(about.name, "initial"),
            lambda: api.enter(doc.name, "D5", "x"),
            lambda: api.fill(doc.name),
        ):
            with pytest.raises(frappe.PermissionError):
                call()

    def test_it_begins_at_its_assessment_and_the_servers_fields_are_the_servers(self):
        about = assessment()
        regulatory()
        with pytest.raises(frappe.ValidationError, match="begun from its assessment"):
            frappe.get_doc({"doctype": REPORT, "assessment": about.name, "status": "submitted"}).insert()
        doc = drafted(about)
        doc.update(
            {"status": "submitted", "authority_reference": "X", "version": 9, "assessment": assessment().name}
        )
        doc.elements[0].update({"value": "P-7", "origin": "of_record", "label": "Mine"})
        doc.save()
        doc.reload()
        assert (doc.status, doc.authority_reference, doc.version, doc.assessment) == (
            "draft",
            None,
            1,
            about.name,
        )
        assert (values(doc)["A1"], doc.elements[0].label) == (
            ("P-7", "entered"),
            "Patient identifier, not a name",
        )
        doc.elements[1:] = []
        with pytest.raises(frappe.ValidationError, match="those of the form"):
            doc.save()


class TestSteps:
    def test_reviewed_by_somebody_else_and_submitted_once(self):
        about = assessment()
        doc = completed(drafted(about))
        with pytest.raises(GateError, match="somebody else reviews"):
            api.review(doc.name)
        with pytest.raises(frappe.ValidationError, match="at another step"):
            api.submit(doc.name, str(getdate()), "FDA-1")
        reviewer = somebody(roles.QUALITY_MANAGER)
        with factory.as_user(reviewer):
            assert api.review(doc.name) == "reviewed"
            assert api.send_back(doc.name) == "draft"
            api.review(doc.name)
        regulatory()
        with pytest.raises(GateError, match="Send it back"):
            api.enter(doc.name, "D5", "Nurse")
        for day, reference, told in (
            (add_days(getdate(), 1), "1", "in the future"),
            (add_days(getdate(), -9), "1", "before Awareness"),
            (getdate(), " ", "Reference of the Authority"),
            ("", "1", "enter when"),
            ("soon", "1", "Submitted On"),
        ):
            with pytest.raises(frappe.ValidationError, match=told):
                api.submit(doc.name, str(day), reference)
        assert api.submit(doc.name, str(getdate()), "FDA-77") == "submitted"
        doc.reload()
        assert (doc.reviewed_by, doc.submitted_on, doc.authority_reference) == (reviewer, getdate(), "FDA-77")
        about.reload()
        assert (about.status, about.submitted_on, about.submission_reference) == ("open", getdate(), "FDA-77")

    def test_the_receipt_is_evidence_of_its_report_and_nobody_elses_file(self):
        doc = completed(drafted())
        with factory.as_user(somebody()):
            api.review(doc.name)
            foreign = save_file("foreign.txt", b"Not yours.", None, None, is_private=1)
        regulatory()
        with pytest.raises(frappe.PermissionError, match="not open to you"):
            api.submit(doc.name, str(getdate()), "FDA-77", foreign.file_url)
        own = save_file("receipt.txt", b"Received.", None, None, is_private=1)
        api.submit(doc.name, str(getdate()), "FDA-77", own.file_url)
        own.reload()
        assert (own.attached_to_name, own.evidence_sha256) == (
            doc.name,
            hashlib.sha256(b"Received.").hexdigest(),
        )
        assert doc.reload().receipt == own.file_url

    def test_what_was_submitted_stays(self):
        doc = submitted()
        for call in (
            lambda: api.enter(doc.name, "D5", "Nurse"),
            lambda: api.fill(doc.name),
            lambda: api.send_back(doc.name),
            lambda: api.review(doc.name),
            lambda: api.submit(doc.name, str(getdate()), "Other"),
            lambda: frappe.delete_doc(REPORT, doc.name),
        ):
            with pytest.raises((frappe.ValidationError, frappe.PermissionError)):
                call()
        doc.reload().elements[0].value = "Other"
        with pytest.raises(GateError, match="stays as it is"):
            doc.save()

    def test_a_later_one_refers_to_it_and_keeps_what_was_entered(self):
        first = submitted()
        about = frappe.get_doc(ASSESSMENT, first.assessment)
        with pytest.raises(frappe.ValidationError, match="goes into a later report"):
            api.draft(about.name, "initial")
        more = drafted(about, "supplementary")
        assert (more.version, more.previous_report) == (2, first.name)
        assert values(more)["G6"] == ("Supplement", "of_record")
        entered = {key for key, (_value, origin) in values(first).items() if origin == "entered"}
        assert entered <= {key for key, (_value, origin) in values(more).items() if origin == "entered"}


class TestFiles:
    @pytest.mark.parametrize("rule_set", [FDA, EU])
    def test_both_hold_by_their_schemas(self, rule_set):
        doc = submitted(assessment(rule_set))
        content = json.loads(report_files.as_report_json(doc))
        Draft202012Validator(
            json.loads((schemas() / "regulatory_report.schema.json").read_text("utf-8"))
        ).validate(content)
        parsed = etree.fromstring(report_files.as_report_xml(doc).encode())
        etree.XMLSchema(etree.parse(str(schemas() / "regulatory_report.xsd"))).assertValid(parsed)
        space = {"r": report_files.NAMESPACE}
        told = {
            row.get("key"): row.findtext("r:value", namespaces=space)
            for row in parsed.iterfind(".//r:element", space)
        }
        assert told == {row["key"]: row["value"] for row in content["elements"]}
        assert "by hand" in content["note"]

    def test_whatever_is_written_stays_a_document(self):
        doc = drafted()
        api.enter(doc.name, "B5", "<b>&\"' 中文 \U0001f525 ]]>")
        doc.reload()
        doc.elements[-1].value = "\x00\x0b\ud800"
        parsed = etree.fromstring(report_files.as_report_xml(doc).encode())
        etree.XMLSchema(etree.parse(str(schemas() / "regulatory_report.xsd"))).assertValid(parsed)
        assert "中文 \U0001f525" in etree.tostring(parsed, encoding="unicode")

    def test_it_is_fetched_by_who_may_read_it(self):
        doc = drafted()
        api.download(doc.name, "xml")
        assert frappe.local.response.filename == f"{doc.name}.xml"
        with pytest.raises(frappe.ValidationError, match="json or xml"):
            api.download(doc.name, "pdf")
        frappe.set_user(factory.user(roles.AGENT))
        with pytest.raises(frappe.PermissionError):
            api.download(doc.name)


class TestSupplements:
    @pytest.fixture(autouse=True)
    def _uncommitted(self, monkeypatch):
        monkeypatch.setattr(frappe.db, "commit", lambda: None)

    def later(self, doc, **changed):
        frappe.set_user("Administrator")
        frappe.db.set_value(
            REPORT, doc.name, "facts_checked_at", add_days(now_datetime(), -1), update_modified=False
        )
        about = frappe.get_doc("Complaint", doc.complaint)
        about.update(changed)
        about.save()
        supplements.propose_supplements()
        return frappe.get_all(
            ASSESSMENT, {"complaint": doc.complaint, "information_date": ("is", "set")}, ["name", "rule_key", "deadline", "status", "relation_to_event"], order_by="name"
        )  # fmt: skip

    def test_one_is_proposed_with_a_deadline_of_its_own_when_facts_change(self):
        doc = submitted()
        made = self.reported(doc)
        assert self.later(made, urgency="high") == []
        (proposed,) = self.later(made, serial_no=None, reported_lot="L-9")
        assert (proposed.rule_key, proposed.status) == ("us_803_supplement", "open")
        assert proposed.deadline == add_days(getdate(), 30)
        assert "D4d Lot number" in proposed.relation_to_event
        assert frappe.db.get_value(REPORT, doc.name, "changed_facts") == "D4d"
        assert len(self.later(made, reported_lot="L-10")) == 1

    def test_where_the_law_lays_down_no_days_some_are_proposed(self):
        doc = submitted(assessment(EU))
        (proposed,) = self.later(self.reported(doc), reported_lot="L-9")
        assert (proposed.rule_key, proposed.deadline) == ("eu_87_follow_up", add_days(getdate(), 15))

    def reported(self, doc):
        about = frappe.get_doc(ASSESSMENT, doc.assessment)
        about.update({"status": "reported", "reason": "Injury"})
        about.save()
        return doc


def test_whoever_may_not_see_the_complaint_sees_no_report():
    shown, hidden = drafted(), drafted()
    user = somebody()
    with factory.as_user("Administrator"):
        customers = [frappe.db.get_value("Complaint", doc.complaint, "customer") for doc in (shown, hidden)]
        for doc, name in ((shown, factory.customer().name), (hidden, factory.customer().name)):
            frappe.db.set_value("Complaint", doc.complaint, "customer", name)
        factory.make(
            "User Permission",
            user=user,
            allow="Customer",
            for_value=frappe.db.get_value("Complaint", shown.complaint, "customer"),
        )
    with factory.as_user(user):
        assert frappe.get_list(
            REPORT, {"name": ("in", [shown.name, hidden.name])}, pluck="name", order_by="name"
        ) == [shown.name]
        assert not frappe.get_doc(REPORT, hidden.name).has_permission("read")
    assert customers == [None, None]


@pytest.mark.parametrize(
    ("rule", "outcome", "said"),
    [
        ("eu_87_2_day", "", ""),
        ("eu_87_2_day", "eu_trend", ""),
        ("eu_87_2_day", "eu_87_2_day", "Serious public health threat"),
        ("eu_87_15_day", "eu_87_15_day", "All other reportable incidents"),
    ],
)
def test_an_incident_is_classified_by_the_rule_that_the_answers_ended_in(rule, outcome, said):
    """Until then the assessment names the shortest term of those that may still come out."""
    about = assessment(EU)
    frappe.db.set_value(ASSESSMENT, about.name, {"rule_key": rule, "outcome": outcome})
    assert values(drafted(about))["1.2.g"][0] == said


def test_a_report_says_who_does_what_next():
    doc = drafted()
    assert "not yet complete" in regulatory_reports.shown_report(doc)["next"]
    assert "who has not written in it reviews it" in regulatory_reports.shown_report(completed(doc))["next"]
    with factory.as_user(somebody()):
        api.review(doc.name)
    assert "submit it to the authority by hand" in regulatory_reports.shown_report(doc.reload())["next"]
    api.submit(doc.name, str(getdate()), "FDA-78")
    assert regulatory_reports.shown_report(doc.reload())["next"] == ""


def test_where_the_answers_end_in_no_report_the_first_step_is_to_decide_so():
    regulatory()
    about = assessment()
    assert [step["primary"] for step in judging.offered(about)] == [True, False]
    about.outcome_kind = "no_report"
    assert [step["primary"] for step in judging.offered(about)] == [False, True]
