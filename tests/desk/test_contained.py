"""What a complaint and an investigation say of goods that are held or recalled already."""

from __future__ import annotations

import frappe
from frappe.desk.form.load import getdoc

from complaint_qms.api import complaint as api
from complaint_qms.constants import roles
from complaint_qms.services.field_action.contained import contained
from tests.desk import factory
from tests.desk.held import REASON, a_chain, hold, release
from tests.desk.stock_chain import Chain
from tests.desk.test_opening import asked


def test_holds_and_field_actions_stand_on_the_forms_of_what_they_are_about() -> None:
    chain = a_chain()
    chain.new_lot("also", "goods")
    chain.make({"lot": 5}, {"also": 5})
    buyer = factory.customer().name
    complaint = factory.complaint(
        item_code=chain.items["made"], batch_no=chain.lots["made"], customer=buyer
    ).name
    assert api.opened(complaint)["contained"] == {"holds": [], "actions": [], "legal": []}
    with asked() as before:
        api.opened(complaint)
    own = hold(chain.lots["made"])
    part = hold(chain.lots["lot"], complaint=complaint)
    other = hold(chain.lots["also"])
    values = {"title": "Recall", "action_type": "recall", "company": factory.company(), "reason": REASON}
    action = factory.make("Field Action", batch_no=chain.lots["made"], item_code=chain.items["made"], **values)  # fmt: skip
    factory.make("Field Action", batch_no=chain.lots["made"], is_mock=1, **values)
    found = api.opened(complaint)["contained"]
    assert [(one["relation"], one["hold"], one["lot"], one["reason"]) for one in found["holds"]] == [
        ("own", own.name, chain.lots["made"], REASON),
        ("because", part.name, chain.lots["lot"], REASON),
        ("item", other.name, chain.lots["also"], REASON),
    ]
    assert [(one["relation"], one["name"], one["stage"]) for one in found["actions"]] == [
        ("own", action.name, "draft")
    ]
    with asked() as after:
        api.opened(complaint)
    # One more for each kind of which there is something.
    assert len(after) <= len(before) + 4
    _of_the_scope(chain, complaint, action.name)
    _on_an_investigation(complaint, own.name)
    with factory.as_user(factory.user(roles.ACCOUNTS_USER)):
        told = contained(frappe.get_doc("Complaint", complaint))
        assert [one["lot"] for one in told["holds"]] == [chain.lots["made"]]
        assert not {"hold", "by", "reason"} & {*told["holds"][0]}
        assert told["actions"] == []
    release(own)
    assert own.name not in {one["hold"] for one in api.opened(complaint)["contained"]["holds"]}


def _of_the_scope(chain: Chain, complaint: str, action: str) -> None:
    """An action that began elsewhere and has the complaint's customer in its scope, with this batch and not one of a like name."""
    frappe.db.set_value("Field Action", action, {"batch_no": None, "item_code": None})
    buyer = frappe.db.get_value("Complaint", complaint, "customer")
    row = {"item_code": chain.items["made"], "lots": f"X{chain.lots['made']}, {chain.lots['also']}"}
    told = frappe.get_doc(
        {"doctype": "Field Action Customer", "field_action": action, "customer": buyer, "customer_key": factory.unique("key"), "quantities": [row]}
    )  # fmt: skip
    told.flags.ignore_validate = True
    told.db_insert()
    for one in told.quantities:
        one.parent = told.name
        one.db_insert()
    assert api.opened(complaint)["contained"]["actions"] == []
    frappe.db.set_value("Field Action Quantity", told.quantities[0].name, "lots", f"{chain.lots['also']}, {chain.lots['made']}")  # fmt: skip
    assert [one["name"] for one in api.opened(complaint)["contained"]["actions"]] == [action]


def _on_an_investigation(complaint: str, hold_name: str) -> None:
    study = factory.investigation(frappe.get_doc("Complaint", complaint))
    frappe.local.response = frappe._dict(docs=[])
    getdoc("Investigation", study.name)
    contained = frappe.local.response.docs[0].get("__onload").contained
    assert hold_name in {one.get("hold") for one in contained["holds"]}
