"""What a closed complaint says stays: renaming, merging, moving, deleting and editing settings do not rewrite it."""

from __future__ import annotations

import frappe
import pytest
from frappe.model import no_value_fields
from frappe.model.rename_doc import update_document_title

from complaint_qms.exceptions import GateError
from complaint_qms.services.compliance.settings_in_use import ended_record_with
from complaint_qms.services.lifecycle.guard import take_step
from complaint_qms.services.record.in_use import OUT_OF_USE, usable
from complaint_qms.services.risk import matrix as risk
from tests.desk import factory
from tests.desk.factory import as_user

# Field of a complaint that names a record of each vocabulary.
FIELDS = {
    "Risk Severity": "severity",
    "Risk Occurrence": "occurrence",
    "Risk Matrix": "risk_matrix",
    "Complaint Type": "complaint_type",
    "Complaint Channel": "channel",
    "Complaint SOP": "sop",
}
CLOSING = {"capa_required": "no", "closing_decision": "justified", "closing_summary": "x"}


def closed(**values):
    """A closed complaint that names a record of every vocabulary."""
    values = {
        "channel": frappe.get_all("Complaint Channel", {"enabled": 1}, pluck="name", order_by="name")[0]
    } | values
    doc = factory.at_stage("review", **values)
    factory.tick_all(doc)
    with as_user(factory.user("Quality Manager")):
        doc.reload()
        take_step(doc, "Close", CLOSING)
    doc.reload()
    return doc


def content(doc):
    """Everything a complaint says, its rows included; not who saved it last."""
    stored = frappe.get_doc(doc.doctype, doc.name).as_dict()
    return frappe.as_json({**stored, "modified": None, "modified_by": None})


def another(doctype, name, as_new=None):
    """A copy of a vocabulary record that nothing names."""
    copy = frappe.copy_doc(frappe.get_doc(doctype, name))
    title = frappe.get_meta(doctype).autoname.partition(":")[2]
    copy.set(title, as_new or factory.unique("Word"))
    for field in ("channel_key", "type_key"):
        if copy.get(field):
            copy.set(field, frappe.generate_hash(length=10))
    copy.update({"is_default": 0})
    return copy.insert().name


def test_every_vocabulary_a_complaint_names_is_guarded():
    linked = {field.options for field in frappe.get_meta("Complaint").get_link_fields()}
    own = set(
        frappe.get_all(
            "DocType", {"module": "Complaint QMS", "document_type": "Setup"}, pluck="name", order_by="name"
        )
    )
    assert linked & own == set(FIELDS) == set(OUT_OF_USE)


@pytest.mark.parametrize("doctype", FIELDS)
class TestNames:
    def test_what_a_closed_complaint_names_is_neither_renamed_nor_merged_nor_deleted(self, doctype):
        doc = closed()
        name, before = doc.get(FIELDS[doctype]), content(doc)
        assert name
        assert ended_record_with(doctype, name)
        for merge, new in (
            (False, factory.unique("Word")),
            (False, name.upper()),
            (True, another(doctype, name)),
        ):
            with pytest.raises(frappe.ValidationError, match="has ended and names it"):
                frappe.rename_doc(doctype, name, new, merge=merge, force=True)
        with pytest.raises(frappe.ValidationError, match="is not renamed"):
            update_document_title(doctype=doctype, docname=name, name=factory.unique("Word"))
        with pytest.raises(frappe.LinkExistsError):
            frappe.delete_doc(doctype, name)
        assert content(doc) == before

    def test_out_of_use_leaves_it_as_it_was(self, doctype):
        doc = closed()
        before = content(doc)
        field, value = OUT_OF_USE[doctype]
        record = frappe.get_doc(doctype, doc.get(FIELDS[doctype]))
        record.set(field, value)
        record.save()
        frappe.get_doc(doc.doctype, doc.name).save()
        assert content(doc) == before

    def test_what_only_open_ones_name_is_renamed_with_them(self, doctype):
        name = another(doctype, closed().get(FIELDS[doctype]))
        doc = factory.complaint()
        doc.db_set(FIELDS[doctype], name)
        new = factory.unique("Word")
        frappe.rename_doc(doctype, name, new)
        assert frappe.db.get_value("Complaint", doc.name, FIELDS[doctype]) == new


class TestShownOtherwise:
    def test_a_translation_shows_a_level_by_another_name(self):
        """The remedy that the refusal names: the key stays, what is read is the site's own."""
        factory.make("Translation", language="en", source_text="Serious", translated_text="Grave")
        frappe.translate.clear_cache()
        assert frappe._("Serious", lang="en") == "Grave"
        assert closed().severity == "Serious"

    @pytest.mark.parametrize(
        ("field", "doctype"),
        [
            ("severity", "Risk Severity"),
            ("occurrence", "Risk Occurrence"),
            ("complaint_type", "Complaint Type"),
        ],
    )
    def test_what_is_out_of_use_is_not_chosen_any_more(self, field, doctype):
        doc = factory.in_triage()
        name = another(
            doctype, {"severity": "Serious", "occurrence": "Occasional"}.get(field) or doc.complaint_type
        )
        record = frappe.get_doc(doctype, name)
        record.disabled = 1
        record.save()
        doc.set(field, name)
        with pytest.raises(frappe.ValidationError, match="is out of use"):
            doc.save()

    def test_two_levels_of_one_matrix_are_not_merged(self):
        name = another("Risk Severity", "Serious")
        matrix = frappe.get_doc(
            "Risk Matrix", frappe.get_all("Risk Matrix", pluck="name", order_by="creation")[0]
        )
        for row in [row for row in matrix.cells if row.severity == "Serious"]:
            cell = frappe.copy_doc(row)
            cell.severity = name
            matrix.append("cells", cell)
        matrix.save()
        with pytest.raises(frappe.ValidationError, match="has cells of both"):
            frappe.rename_doc("Risk Severity", name, "Serious", merge=True, force=True)


class TestEdits:
    def test_a_closed_complaint_keeps_its_risk_as_judged_and_is_opened_again(self):
        doc = closed()
        judged = [
            doc.get(name) for name in ("risk_level", "risk_acceptability", "risk_color", "required_action")
        ]
        assert all(judged[:3])
        matrix = frappe.get_doc("Risk Matrix", doc.risk_matrix)
        for row in matrix.cells:
            row.update(
                {
                    "risk_level": "Other",
                    "acceptability": "unacceptable",
                    "color": "#000000",
                    "required_action": "Stop",
                }
            )
        matrix.save()
        doc.save()
        take_step(doc, "Reopen", {"reopen_reason": "The customer wrote again"})
        assert [
            doc.get(name) for name in ("risk_level", "risk_acceptability", "risk_color", "required_action")
        ] == judged
        doc.save()
        assert doc.risk_level == "Other"

    def test_another_procedure_changes_nothing_that_ended(self):
        doc = closed()
        before = content(doc)
        sop = frappe.get_doc("Complaint SOP", doc.sop)
        sop.update({"first_response_time": 60, "resolution_time": 120})
        for row in sop.stages:
            row.time_limit = 60
        sop.append("checks", {"stage": "intake", "check": "A new check", "mandatory": 1})
        sop.save()
        frappe.get_doc("Complaint", doc.name).save()
        assert content(doc) == before

    def test_a_type_moved_in_its_tree_stays_the_type(self):
        doc = closed()
        before = content(doc)
        group = another(
            "Complaint Type",
            frappe.db.get_value("Complaint Type", doc.complaint_type, "parent_complaint_type"),
        )
        kind = frappe.get_doc("Complaint Type", doc.complaint_type)
        kind.parent_complaint_type = group
        kind.save()
        assert content(doc) == before

    def test_a_closed_complaint_still_refuses_another_severity(self):
        doc = closed()
        doc.severity = "Minor"
        with pytest.raises(GateError, match="G7"):
            doc.save()


class TestMeaning:
    """A level says what it stands for in its own record; a closed complaint names it alone."""

    CHANGES = (
        ("Risk Severity", "rank", 9, 2),
        ("Risk Severity", "description", "Nobody notices", "First words"),
        ("Risk Severity", "harm_level", "death", "minor"),
        ("Risk Occurrence", "rank", 9, 2),
        ("Risk Occurrence", "description", "Every day", "First words"),
        ("Risk Occurrence", "rate_from", 0.5, 0.1),
        ("Risk Occurrence", "rate_to", 0.6, 0.2),
    )

    @pytest.mark.parametrize(("doctype", "field", "other", "first"), CHANGES)
    def test_what_a_closed_complaint_was_judged_by_stays(self, doctype, field, other, first):
        name = closed().get(FIELDS[doctype])
        frappe.db.set_value(doctype, name, field, first)
        if field == "rate_from":
            frappe.db.set_value(doctype, name, "rate_to", 0)  # no limit: a band ends above where it begins
        for said in (other, None):
            level = frappe.get_doc(doctype, name)
            level.set(field, said)
            with pytest.raises(frappe.ValidationError, match="has ended and was judged by it"):
                level.save()
        level.reload()
        level.update({"color": "#123456", "disabled": 1})
        level.save()

    @pytest.mark.parametrize(("doctype", "field", "other", "first"), CHANGES)
    def test_what_nothing_ended_names_is_corrected(self, doctype, field, other, first):
        level = frappe.get_doc(doctype, another(doctype, closed().get(FIELDS[doctype])))
        level.set(field, first)
        if field == "rate_from":
            level.rate_to = 0  # no limit: a band ends above where it begins
        level.save()
        level.set(field, other)
        level.save()

    def test_every_field_of_a_level_is_sorted_out(self):
        """A field that is added later is said to be part of the meaning, or not."""
        # A complaint keeps the action priority it ended with, whatever its severity is rated since.
        shown = {"color", "disabled", "severity_name", "occurrence_name", "fmea_rating"}
        for doctype in ("Risk Severity", "Risk Occurrence"):
            fields = {
                field.fieldname
                for field in frappe.get_meta(doctype).get("fields")
                if field.fieldtype not in no_value_fields
            }
            assert fields - shown == {field for kind, field, *_ in self.CHANGES if kind == doctype}

    def test_blanks_change_nothing_and_first_words_are_added(self):
        name = closed().severity
        level = frappe.get_doc("Risk Severity", name)
        level.db_set("description", None)
        level.description = "Hurts  somebody"
        level.save()
        level.description = " Hurts somebody\n"
        level.save()

    def test_the_cells_of_the_matrix_may_change_and_rewrite_nothing(self):
        doc = closed()
        before = content(doc)
        matrix = frappe.get_doc("Risk Matrix", doc.risk_matrix)
        for row in matrix.cells:
            row.update(
                {"color": "#000000", "required_action": "Act otherwise", "risk_level": f"{row.risk_level} +"}
            )
        matrix.save()
        frappe.get_doc("Complaint", doc.name).save()
        assert content(doc) == before


class TestErpnextNames:
    @pytest.mark.parametrize("merge", [False, True])
    def test_customer_and_item_are_followed(self, merge):
        """They name the same party and product under another key: the link follows, nothing else changes."""
        item = factory.item()
        doc = closed(item_code=item.name)
        for doctype, field, make in (
            ("Customer", "customer", factory.customer),
            ("Item", "item_code", factory.item),
        ):
            new = make().name if merge else factory.unique(doctype)
            frappe.rename_doc(doctype, doc.get(field), new, merge=merge, force=True)
            assert frappe.db.get_value("Complaint", doc.name, field) == new
        doc.reload()
        assert (doc.stage, doc.risk_level) == (
            "closed",
            frappe.db.get_value("Complaint", doc.name, "risk_level"),
        )
        doc.save()


def test_levels_are_read_anew_after_each_change():
    name = another("Risk Severity", "Serious")
    assert usable("Risk Severity", name)
    record = frappe.get_doc("Risk Severity", name)
    record.disabled = 1
    record.save()
    assert not usable("Risk Severity", name)
    assert risk.level_ranks()["Risk Severity"][name] == record.rank
