"""A server that reads what a test has changed and not committed does not make the test read it as it was."""

from __future__ import annotations

import pickle

import frappe

SETTINGS = "Complaint QMS Settings"


def test_what_a_server_puts_into_the_cache_meanwhile_is_not_read(site: str) -> None:
    before = frappe.get_cached_doc(SETTINGS)
    settings = frappe.get_doc(SETTINGS)
    settings.survey_valid_days = before.survey_valid_days + 1
    settings.save()
    assert frappe.get_cached_doc(SETTINGS).survey_valid_days == settings.survey_valid_days
    key = frappe.cache.make_key(frappe.get_document_cache_key(SETTINGS, SETTINGS))
    frappe.cache.execute_command("SET", key, pickle.dumps(before))
    frappe.set_user("Administrator")  # forgets what was read before
    assert frappe.get_cached_doc(SETTINGS).survey_valid_days == settings.survey_valid_days
