"""Legal holds: what they hold, who lets go, and what they stand in the way of."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import getdate

from complaint_qms.api import retention as api
from complaint_qms.api.complaint import opened
from complaint_qms.constants import roles
from complaint_qms.constants.retention import LEGAL_HOLD
from complaint_qms.exceptions import GateError
from complaint_qms.services.compliance.legal_holds import holds_on, refuse_held
from tests.desk import factory
from tests.desk.factory import as_user, person


def hold(**values):
    about = {"reason": "Lawsuit of the buyer", "company": factory.company()}
    return factory.make(LEGAL_HOLD, **about | values)


def by_user(role, **values):
    with as_user(person(role)):
        return hold(**values)


class TestWhatIsHeld:
    def test_one_complaint(self):
        doc, other = factory.complaint(), factory.complaint()
        held = hold(complaint=doc.name)
        assert holds_on([doc.name, other.name]) == {doc.name: [held.name]}
        with pytest.raises(GateError, match=held.name):
            refuse_held([other.name, doc.name])
        refuse_held([other.name])

    def test_all_that_have_its_values_earlier_and_later_ones(self):
        item = factory.item(batch=True)
        batch = factory.batch(item.name).name
        buyer = factory.customer().name
        before = factory.complaint(customer=buyer, item_code=item.name, batch_no=batch)
        held = hold(customer=buyer, batch_no=batch)
        after = factory.complaint(customer=buyer, item_code=item.name, batch_no=batch)
        other_batch = factory.complaint(customer=buyer, item_code=item.name)
        other_buyer = factory.complaint(item_code=item.name, batch_no=batch)
        names = [before.name, after.name, other_batch.name, other_buyer.name]
        assert holds_on(names) == {before.name: [held.name], after.name: [held.name]}

    def test_a_value_that_is_renamed_is_held_under_its_new_name(self):
        buyer = factory.customer().name
        doc = factory.complaint(customer=buyer)
        held = hold(customer=buyer)
        frappe.rename_doc("Customer", buyer, factory.unique("Renamed"))
        assert holds_on([doc.name]) == {doc.name: [held.name]}

    def test_another_company_holds_nothing(self):
        item = factory.item(batch=True)
        batch = factory.batch(item.name).name
        doc = factory.complaint(customer=factory.customer().name, item_code=item.name, batch_no=batch)
        for field in ("customer", "item_code", "batch_no"):
            hold(**{field: doc.get(field), "company": factory.other_company()})
        assert holds_on([doc.name]) == {}


class TestDoors:
    @pytest.mark.parametrize(
        ("values", "told"),
        [
            ({"reason": " "}, "Reason"),
            ({}, "Choose what is held"),
            ({"customer": "x", "complaint": "y"}, "Choose what is held|Could not find"),
            ({"held_from": "2099-01-01"}, "Held From"),
        ],
    )
    def test_what_is_missing_is_named(self, values, told):
        with pytest.raises(frappe.ValidationError, match=told):
            hold(**values)

    def test_a_role_that_does_not_hold_is_refused(self):
        doc = factory.complaint()
        for role in (roles.AGENT, roles.INVESTIGATOR, roles.AUDITOR):
            with pytest.raises(frappe.PermissionError):
                by_user(role, complaint=doc.name)

    def test_it_stays_as_it_was(self):
        held = hold(complaint=factory.complaint().name)
        for values in (
            {"reason": "Another"},
            {"complaint": factory.complaint().name},
            {"reference": "7 O 12/26"},
        ):
            held.reload()
            held.update(values)
            with pytest.raises(GateError, match="stays as it was"):
                held.save()
        held.reload()
        held.update({"status": "released", "released_by": "Administrator", "held_by": "Guest"})
        held.save()
        assert (held.status, held.released_by, held.held_by) == ("held", None, "Administrator")

    def test_somebody_else_releases_with_a_reason(self):
        holder, other = person(roles.REGULATORY), person(roles.QUALITY_MANAGER)
        doc = factory.complaint()
        with as_user(holder):
            held = hold(complaint=doc.name)
            with pytest.raises(GateError, match="somebody else releases"):
                api.release_hold(held.name, "Settled")
        with as_user(person(roles.MANAGER)), pytest.raises(GateError, match="released by"):
            api.release_hold(held.name, "Settled")
        with as_user(other):
            with pytest.raises(GateError, match="write why"):
                api.release_hold(held.name, " ")
            assert api.release_hold(held.name, "Settled")["status"] == "released"
            with pytest.raises(GateError, match="released already"):
                api.release_hold(held.name, "Again")
        held.reload()
        assert (held.released_by, held.release_reason) == (other, "Settled")
        assert holds_on([doc.name]) == {}

    def test_the_form_of_the_complaint_tells_it_within_what_the_reader_may_see(self):
        doc = factory.complaint()
        held = hold(complaint=doc.name)
        assert opened(doc.name)["contained"]["legal"] == [{"since": getdate(held.held_from), "hold": held.name, "reason": held.reason}]  # fmt: skip
        with as_user(person(roles.AGENT)):
            (told,) = opened(doc.name)["contained"]["legal"]
        assert set(told) == {"since"}
