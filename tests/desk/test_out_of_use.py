"""What a site put out of use is not newly chosen, by any record and on any way in; what is stored keeps it."""

from __future__ import annotations

import json
import time
from datetime import datetime, timezone
from threading import Thread
from types import SimpleNamespace

import frappe
import pytest
from frappe import client
from frappe.desk.form.save import savedocs

from complaint_qms.api import complaint as api
from complaint_qms.services.intake import proposals
from complaint_qms.services.record import site_cache
from complaint_qms.services.record.in_use import OUT_OF_USE
from tests.desk import factory
from tests.desk.test_history_kept import FIELDS, another

# Set by the server alone; what is sent in it is put back.
SERVERS = {("Complaint", "risk_matrix"), ("Complaint", "at_once_sop"), ("Complaint SOP", "previous_version")}
# Written by the server alone: what came in says by which way it came, what was asked is about a complaint as it is, a judgement of the
# residual risk offers levels in use.
BY_SERVER = {"CAPA Residual Risk", "Complaint Inbox Item", "Complaint Signal", "Complaint Survey"}


def links():
    """(DocType, field, DocType of the master record) of every choice that records of the app and their rows offer."""
    for doctype in frappe.get_all("DocType", {"module": "Complaint QMS"}, pluck="name", order_by="name"):
        for field in frappe.get_meta(doctype).get_link_fields():
            if field.options in OUT_OF_USE and (doctype, field.fieldname) not in SERVERS:
                yield doctype, field.fieldname, field.options


def put_out(doctype, name):
    field, value = OUT_OF_USE[doctype]
    frappe.get_doc(doctype, name).update({field: value}).save()
    return name


def out_of_use(doctype):
    """A record of a vocabulary that nothing names, out of use."""
    name = frappe.get_all(
        doctype, {"name": ("not like", "Word%")}, pluck="name", order_by="creation asc, name asc"
    )[-1]
    return put_out(doctype, another(doctype, name))


def holder(row_doctype):
    """(DocType, table) of the record that holds such rows."""
    return frappe.db.get_value(
        "DocField",
        {"fieldtype": "Table", "options": row_doctype, "parenttype": "DocType"},
        ["parent", "fieldname"],
    )


def test_every_choice_refuses_it():
    found = list(links())
    assert {master for *_, master in found} == set(OUT_OF_USE)
    assert len(found) >= 18
    for doctype, field, master in found:
        if doctype in BY_SERVER:
            continue
        name, meta = out_of_use(master), frappe.get_meta(doctype)
        if meta.istable:
            parent, table = holder(doctype)
            doc = frappe.new_doc(parent)
            doc.append(table, {field: name})
        else:
            doc = frappe.get_doc(doctype) if meta.issingle else frappe.new_doc(doctype)
            doc.set(field, name)
        kind, _, title = (doc.meta.autoname or "").partition(":")
        if kind == "field":
            doc.set(title, factory.unique("Word"))
        with pytest.raises(frappe.ValidationError, match="is out of use") as told:
            doc.save()
        assert meta.get_label(field) in str(told.value), (doctype, field)


def test_what_the_server_sets_is_put_back_without_a_word():
    doc = factory.complaint()
    stands = doc.risk_matrix
    doc.risk_matrix = out_of_use("Risk Matrix")
    doc.at_once_sop = out_of_use("Complaint SOP")
    doc.save()
    assert (doc.risk_matrix, doc.at_once_sop) == (stands, None)


@pytest.mark.parametrize("master", [name for name in FIELDS if name != "Risk Matrix"])
class TestWays:
    def test_each_way_in(self, master):
        field, name, doc = FIELDS[master], out_of_use(master), factory.in_triage()
        fresh = {
            "company": factory.company(),
            "complainant_name": "X",
            "subject": "X",
            "description": "X",
            field: name,
        }
        sent = {**doc.as_dict(convert_dates_to_str=True), field: name}
        for way in (
            lambda: client.insert({"doctype": "Complaint", **fresh}),
            lambda: client.set_value("Complaint", doc.name, field, name),
            lambda: savedocs(json.dumps(sent, default=str), "Save"),
            lambda: api.register(fresh),
            lambda: frappe.get_doc({"doctype": "Complaint", **fresh}).insert(
                ignore_permissions=True, ignore_links=True
            ),
        ):
            with pytest.raises(frappe.ValidationError, match="is out of use"):
                way()

    def test_what_is_stored_keeps_it(self, master):
        doc = factory.in_triage()
        name = another(master, frappe.get_all(master, pluck="name", order_by="creation asc")[-1])
        doc.db_set(FIELDS[master], name)
        put_out(master, name)
        doc.reload()
        doc.subject += "!"
        doc.save()
        assert doc.get(FIELDS[master]) == name


def test_defaults_that_went_out_of_use_are_not_taken():
    channel, severity = another("Complaint Channel", "Phone"), another("Risk Severity", "Serious")
    kind = another("Complaint Type", "Leak")
    frappe.get_doc("Complaint Type", kind).update({"default_severity": severity}).save()
    frappe.get_doc("Complaint QMS Settings").update({"default_channel": channel}).save()
    doc = factory.complaint(complaint_type=kind)
    assert (doc.channel, doc.severity) == (channel, severity)
    put_out("Complaint Channel", channel)
    put_out("Risk Severity", severity)
    doc = factory.complaint(complaint_type=kind)
    assert (doc.channel, doc.severity) == (None, None)


def test_nor_proposed():
    text = {"subject": "Pump leaks", "description": "The pump is leaking water, it leaks everywhere"}
    doc = factory.complaint(**text)
    proposals.refresh(doc)
    kind = proposals.stored_proposals(doc)["complaint_type"]["value"]
    put_out("Complaint Type", kind)
    proposals.refresh(doc)
    assert "complaint_type" not in proposals.stored_proposals(doc)


def test_a_group_is_not_proposed_but_a_type_below_it_that_the_text_speaks_for():
    billing = "The invoice shows a wrong price and the bill is wrong, billing is wrong"
    for text in (billing, "Billing", "Customer service and delivery service", "快递物流配送"):
        doc = factory.complaint(subject=text, description=text)
        proposals.refresh(doc)
        kind = proposals.stored_proposals(doc).get("complaint_type")
        assert not kind or not frappe.db.get_value("Complaint Type", kind["value"], "is_group"), text
    assert proposals.values_by_words("Billing").get("complaint_type") is None
    late = proposals.values_by_words("The delivery, the shipping, the courier: delivered late by the carrier")
    assert frappe.db.get_value("Complaint Type", late["complaint_type"], "type_key") == "logistics.late"


def test_harm_in_plain_words_proposes_harm_and_its_type():
    for text in (
        "The kettle leaks, I got burned",
        "It burned my hand",
        "I got a cut from the lid",
        "手被烫了",
    ):
        found = proposals.values_by_words(text)
        assert found["harm_level"] == "minor", text
        assert found["urgency"] == "high", text
        assert frappe.db.get_value("Complaint Type", found["complaint_type"], "type_key") == "product.harm", (
            text
        )
    assert "harm_level" not in proposals.values_by_words("The toast is burnt and the toaster smokes")


def test_a_capa_takes_the_words_of_its_complaints_over():
    doc = factory.in_triage()
    kind = another("Complaint Type", "Leak")
    doc.db_set("complaint_type", kind)
    put_out("Complaint Type", kind)
    made = factory.make("CAPA", title="Seal", complaint_type=kind, complaints=[{"complaint": doc.name}])
    assert made.complaint_type == kind


def test_history_keeps_its_words():
    doc = frappe.new_doc("Complaint")
    doc.update({"company": factory.company(), "complainant_name": "X", "subject": "X", "description": "X"})
    doc.severity = out_of_use("Risk Severity")
    doc.flags.by_import = True
    doc.insert()
    assert doc.severity


def test_what_is_read_by_a_transaction_older_than_the_change_is_kept_for_itself_alone() -> None:
    key, place = factory.unique("list"), frappe.local.site

    def changed_by_somebody_else() -> None:
        frappe.init(site=place)
        frappe.connect()
        site_cache.forget([key])
        frappe.db.commit()
        frappe.destroy()

    def read_meanwhile() -> list[str]:
        other = Thread(target=changed_by_somebody_else)
        other.start()
        other.join()
        return ["as it was"]

    assert site_cache.kept(key, read_meanwhile) == ["as it was"]
    assert site_cache.kept(key, list) == ["as it was"], "for the rest of the request"
    frappe.local.cache.clear()
    assert site_cache.kept(key, lambda: ["as it is"]) == ["as it is"]
    frappe.cache.delete_value([key, f"{key}:changed"])


@pytest.mark.parametrize(
    ("request_open", "job_began", "changed", "kept"),
    [
        (True, None, 60, False),
        (True, None, 200, True),
        (False, None, 200, False),
        (False, 3_600, 200, False),
        (False, 100, 200, True),
        (False, 198, 200, False),
    ],
    ids=["request", "request after", "command", "job of before", "job of after", "clocks differ"],
)
def test_who_may_have_begun_before_a_change_keeps_what_is_read_for_itself(
    request_open: bool, job_began: int | None, changed: int, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seconds ago: a job that runs for an hour sees the list as it was an hour ago."""
    key, now = factory.unique("list"), time.time()
    frappe.cache.set_value(f"{key}:changed", now - changed, expires_in_sec=60)
    frappe.local.request = object() if request_open else None
    began = datetime.fromtimestamp(now - job_began, timezone.utc) if job_began else None
    for started_at in [began, began.replace(tzinfo=None)] if began else [None]:
        job = SimpleNamespace(started_at=started_at) if started_at else None
        monkeypatch.setattr(site_cache, "get_current_job", lambda job=job: job)
        assert site_cache.kept(key, lambda: ["read"]) == ["read"]
        frappe.local.cache.clear()
        assert (frappe.cache.get_value(key) == ["read"]) is kept
        frappe.cache.delete_value(key)
    frappe.cache.delete_value(f"{key}:changed")
