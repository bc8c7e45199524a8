"""Classes of ours for the framework's DocTypes stand upon those of other apps."""

from __future__ import annotations

import pickle

import frappe
import pytest
from frappe.model.base_document import import_controller

from complaint_qms.overrides import auto_email_report, evidence_file, incoming_mail, outgoing_mail

OURS = [
    ("Auto Email Report", auto_email_report, "LimitedEmailReport"),
    ("File", evidence_file, "EvidenceFile"),
    ("Email Account", incoming_mail, "NotedEmailAccount"),
    ("Communication", outgoing_mail, "DirectedCommunication"),
]


@pytest.mark.parametrize(("doctype", "module", "name"), OURS)
def test_a_class_of_another_app_stays_beneath_ours(monkeypatch, doctype: str, module, name: str) -> None:
    ours = getattr(module, name)
    framework = ours.__mro__[1]
    assert framework.__module__.startswith("frappe.")
    assert import_controller(doctype) is ours
    assert pickle.loads(pickle.dumps(ours)) is ours

    other = type("Other", (framework,), {})
    path = f"{module.__name__}.{name}"
    hooks = {"override_doctype_class": {doctype: ["another.app.Other", path]}}
    found = frappe.get_attr
    monkeypatch.setattr(frappe, "get_hooks", lambda hook: hooks[hook])
    monkeypatch.setattr(
        frappe, "get_attr", lambda path: other if path == "another.app.Other" else found(path)
    )
    upon = getattr(module, name)
    assert upon.__mro__[1] is other
    assert getattr(module, name) is upon
    with pytest.raises(AttributeError, match="no attribute 'Unknown'"):
        module.Unknown  # noqa: B018
