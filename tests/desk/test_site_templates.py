"""A text that the framework runs as a template reaches no record past the rights of whoever wrote it."""

from __future__ import annotations

from typing import Any

import frappe
import pytest

from complaint_qms.constants.site_templates import TEMPLATES
from tests.desk import factory, ways

RENDER = "erpnext.setup.doctype.terms_and_conditions.terms_and_conditions.get_terms_and_conditions"
PAST_RIGHTS = [
    "{{ frappe.db.get_value('Complaint', 'X', 'description') }}",
    "{{ frappe['db']['get_value']('Complaint', 'X', 'description') }}",
    "{% set ask = frappe.get_all %}{{ ask('Complaint') }}",
    "{% set d = frappe.db %}{{ d.set_value('Complaint', 'X', 'stage', 'closed') }}",
    "{% for row in frappe.get_all('Complaint') %}{{ row }}{% endfor %}",
    "{{ [frappe.get_doc][0]('Complaint', 'X') }}",
    "{{ (frappe|attr('get_doc'))('Complaint', 'X') }}",
    "{{ doc.db_set('stage', 'closed') }}",
]


def terms(text: str) -> Any:
    return frappe.get_doc(
        {
            "doctype": "Terms and Conditions",
            "title": frappe.generate_hash(length=10),
            "selling": 1,
            "terms": text,
        }
    ).insert()


@pytest.mark.parametrize("text", PAST_RIGHTS)
def test_accounts_write_no_text_that_asks_past_their_rights(text: str) -> None:
    frappe.set_user(factory.user("Accounts User"))
    with pytest.raises(frappe.ValidationError, match="Terms and Conditions: this text calls"):
        terms(text)


def test_what_the_cleaning_puts_together_is_read_after_it() -> None:
    doc = factory.complaint(description="zqsecret")
    user = factory.user("Accounts User")
    frappe.set_user(user)
    try:
        written = terms(
            f"{{<script>x</script>{{ frappe.db.get_value('Complaint', '{doc.name}', 'description') }}}}"
        )
    except frappe.ValidationError:
        return
    assert "zqsecret" not in ways.call(user, RENDER, template_name=written.name, doc={})


def test_texts_with_values_are_written_as_ever() -> None:
    text = "{% for item in lines %}{{ item.get('rate', 0)|round }} {{ _('each') }}{% endfor %} {{ frappe.utils.formatdate('2026-03-01') }}"
    user = factory.user("Accounts User")
    frappe.set_user(user)
    written = terms(text)
    shown = ways.call(user, RENDER, template_name=written.name, doc={"lines": [{"rate": 2}]})
    assert "2 each" in shown
    assert "2026" in shown
    written.terms = text + " {{ frappe.get_all('User') }}"
    with pytest.raises(frappe.ValidationError, match=r"frappe\.get_all"):
        written.save()


def test_a_system_manager_writes_it_and_others_leave_it_as_it_is() -> None:
    frappe.set_user(factory.user("System Manager"))
    written = terms("{{ frappe.db.count('Customer') }}")
    frappe.set_user(factory.user("Accounts User"))
    again = frappe.get_doc("Terms and Conditions", written.name)
    again.buying = 1
    again.save()
    assert again.terms == written.terms


def test_the_table_names_fields_that_are_there() -> None:
    for doctype, fields in TEMPLATES.items():
        for field in fields:
            table, _point, column = field.rpartition(".")
            meta = frappe.get_meta(doctype)
            meta = frappe.get_meta(meta.get_field(table).options) if table else meta
            assert meta.get_field(column), (doctype, field)
