"""What an SOP says of solving at once: in full, by whom it was decided, and nothing grave."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.services.onboarding import packs
from complaint_qms.services.sop import transfer, versions
from tests.desk import at_once_sop, factory

pytestmark = pytest.mark.usefixtures("site")


def test_an_sop_says_so_in_full_and_keeps_who_decided() -> None:
    with pytest.raises(frappe.ValidationError, match="Why Nothing Is Investigated"):
        at_once_sop.make(at_once_sop.some_type(), at_once_reason=" ")
    with pytest.raises(frappe.ValidationError, match="Highest Severity"):
        at_once_sop.make(at_once_sop.some_type(), at_once_severity=None)
    by = at_once_sop.make(at_once_sop.some_type())
    boss = factory.person(roles.MANAGER)
    with factory.as_user(boss):
        by.at_once_decided_by = "Guest"
        by.description = "Other words"
        by.save()
        assert by.at_once_decided_by == "Administrator", "nothing of it has changed"
        by.at_once_reason = "They are counted."
        by.save()
        assert by.at_once_decided_by == boss
        same = transfer.from_file(transfer.as_file(by))
        assert (same.allow_at_once, same.at_once_severity, same.at_once_reason) == (
            1,
            "Minor",
            by.at_once_reason,
        )
        assert (same.at_once_role, same.at_once_decided_by) == (roles.AGENT, boss)
    following = versions.make_version(by.name, frappe.utils.getdate(frappe.utils.add_days(None, 1)))
    assert (following.allow_at_once, following.at_once_decided_by) == (1, "Administrator")


def test_only_who_may_decide_both_allows_it() -> None:
    by = at_once_sop.make(at_once_sop.some_type(), allow_at_once=0)
    for who, words in (
        (("System Manager",), "without an investigation"),
        (("System Manager", roles.INVESTIGATOR), "not reportable"),
    ):
        with factory.as_user(factory.person(*who)):
            with pytest.raises(frappe.PermissionError, match=words):
                frappe.get_doc("Complaint SOP", by.name).update(at_once_sop.ALLOWED).save()
            # A pack brings everything else; whoever may decide applies it again.
            packs.apply_pack(packs.read_packs()["service"])
            assert not frappe.db.count("Complaint SOP", {"at_once_severity": "Negligible"})
    boss = factory.person(roles.MANAGER, "System Manager")
    with factory.as_user(boss):
        frappe.get_doc("Complaint SOP", by.name).update(at_once_sop.ALLOWED).save()
        packs.apply_pack(packs.read_packs()["service"])
    assert frappe.db.get_value("Complaint SOP", by.name, "at_once_decided_by") == boss
    assert frappe.get_all(
        "Complaint SOP", {"at_once_severity": "Negligible"}, pluck="at_once_decided_by"
    ) == [boss]
    with factory.as_user(factory.person("System Manager")):
        one = frappe.get_doc("Complaint SOP", by.name)
        one.update({"description": "Other words"}).save()
        assert one.at_once_decided_by == boss, "nothing of it has changed"
        one.update({"allow_at_once": 0}).save()
        assert one.at_once_decided_by is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"at_once_severity": "Catastrophic"}, "Highest Severity: from severity .*Critical.* people are alerted"),
        ({"severity": "Serious", "at_once_severity": "Negligible"}, "Highest Severity: this SOP is for severity .*Serious"),
        ({"at_once_reason": "x"}, "write a reason in words"),
        ({"at_once_role": "Customer"}, "Who May: the role .*Customer.* may not work on complaints"),
        ({"at_once_role": roles.AUDITOR}, "Who May: the role .*QMS Auditor.* may not work on complaints"),
    ],
)  # fmt: skip
def test_what_no_sop_may_let_somebody_solve_at_once_is_refused(values: dict, said: str) -> None:
    with pytest.raises(frappe.ValidationError, match=said):
        at_once_sop.make(at_once_sop.some_type(), **values)
    old = at_once_sop.make(at_once_sop.some_type())
    frappe.db.set_value("Complaint SOP", old.name, values)
    old.reload()
    old.description = "What was allowed before can still be changed elsewhere."
    old.save()
