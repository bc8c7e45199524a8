"""What a share may give, and that an auditor writes nowhere, whatever is shared and whichever tool of the desk it is."""

from __future__ import annotations

import frappe
import pytest
from frappe.permissions import add_user_permission

from complaint_qms.constants import roles
from complaint_qms.permissions import shares
from tests.desk import factory, ways
from tests.desk.factory import complaint


def share(doc, user, **rights):
    return frappe.share.add(doc.doctype, doc.name, user, **rights)


def reads(user, doc):
    return ways.gives("form", user, doc.doctype, doc.name)


def changes(user, doc):
    try:
        ways.call(user, "frappe.client.set_value", "POST", doctype=doc.doctype, name=doc.name, fieldname="subject", value="x")  # fmt: skip
        return True
    except ways.Refused:
        return False
    finally:
        frappe.set_user("Administrator")


def past_the_bounds(doc, user, **rights):
    """A share from before, past its checks."""
    row = frappe.get_doc(
        {
            "doctype": "DocShare",
            "share_doctype": doc.doctype,
            "share_name": doc.name,
            "user": user,
            "read": 1,
            **rights,
        }
    )
    row.set_new_name()
    row.db_insert()
    return row


class TestBounds:
    def test_a_share_lifts_a_colleagues_own_restrictions(self):
        doc = complaint()
        colleague = factory.person(roles.AGENT, Customer=factory.customer().name)
        assert not reads(colleague, doc)
        share(doc, colleague, write=1)
        assert (reads(colleague, doc), changes(colleague, doc)) == (True, True)

    def test_a_colleague_without_a_role_reads_and_changes_nothing(self):
        doc, colleague = complaint(), factory.person("Sales User")
        share(doc, colleague)
        assert (reads(colleague, doc), changes(colleague, doc)) == (True, False)
        with pytest.raises(frappe.PermissionError, match="for reading"):
            share(doc, colleague, write=1)

    def test_a_share_does_not_leave_the_company(self):
        doc = complaint()
        colleague = factory.person(roles.AGENT, Company=factory.other_company())
        with pytest.raises(frappe.PermissionError, match="kept to other companies"):
            share(doc, colleague)
        assert not reads(colleague, doc)

    def test_assigning_gives_no_sight_beyond_the_company(self):
        doc = complaint()
        colleague = factory.person(roles.AGENT, Company=factory.other_company())
        with pytest.raises(ways.Refused, match="kept to other companies"):
            ways.call(
                "Administrator", "frappe.desk.form.assign_to.add", "POST", doctype="Complaint", name=doc.name,
                assign_to=[colleague],
            )  # fmt: skip
        assert not reads(colleague, doc)

    def test_nobody_shares_with_everyone_or_with_the_portal(self):
        doc = complaint()
        buyer = factory.make(
            "User",
            email="buyer@portal.example",
            first_name="B",
            user_type="Website User",
            send_welcome_email=0,
        )
        for options in ({"everyone": 1}, {"user": buyer.name}):
            with pytest.raises(frappe.PermissionError):
                frappe.share.add("Complaint", doc.name, **options)
        assert not reads(buyer.name, doc)

    @pytest.mark.parametrize("doctype", ["Complaint Settlement", "Complaint SOP"])
    def test_an_auditor_gets_nothing_but_sight(self, doctype):
        doc = frappe.new_doc(doctype)
        doc.company = factory.company()
        auditor = factory.person(roles.AUDITOR)
        for right in shares.CHANGING:
            wanted = frappe._dict(user=auditor, read=1, **{right: 1})
            with pytest.raises(frappe.PermissionError, match="for reading"):
                shares.check_share(doc, wanted)


class TestTakenBack:
    def test_with_the_role_goes_the_right_to_change(self):
        doc = complaint()
        colleague = factory.person(roles.AGENT, Customer=factory.customer().name)
        share(doc, colleague, write=1)
        factory.user(roles.AUDITOR, email=colleague)
        assert (reads(colleague, doc), changes(colleague, doc)) == (True, False)

    def test_with_a_restriction_to_another_company_goes_the_share(self):
        doc, colleague = complaint(), factory.person("Sales User")
        share(doc, colleague)
        add_user_permission("Company", factory.other_company(), colleague)
        assert not reads(colleague, doc)

    def test_with_the_company_of_the_record_goes_the_share(self):
        doc, colleague = complaint(), factory.person("Sales User")
        add_user_permission("Company", doc.company, colleague)
        share(doc, colleague)
        doc.reload()
        doc.company = factory.other_company()
        doc.save()
        assert not reads(colleague, doc)

    def test_shares_from_before_are_looked_through(self):
        doc, colleague, auditor = complaint(), factory.person("Sales User"), factory.person(roles.AUDITOR)
        everyone = past_the_bounds(doc, None, everyone=1)
        past_the_bounds(doc, colleague, write=1)
        past_the_bounds(doc, auditor, write=1, share=1)
        shares.take_back()
        assert not frappe.db.exists("DocShare", everyone.name)
        found = frappe.get_all(
            "DocShare", {"share_name": doc.name}, ["read", "write", "share"], order_by="name"
        )
        assert [tuple(row.values()) for row in found] == [(1, 0, 0)] * 2

    def test_one_that_nobody_looked_through_changes_nothing_all_the_same(self):
        doc = complaint()
        for who in (factory.person("Sales User"), factory.person(roles.AUDITOR)):
            past_the_bounds(doc, who, write=1)
            assert not changes(who, doc)


class TestAuditor:
    WAYS = {
        "set_value": ("frappe.client.set_value", {"doctype": "Complaint", "fieldname": "subject", "value": "x"}),
        "comment": (
            "frappe.desk.form.utils.add_comment",
            {"reference_doctype": "Complaint", "content": "x", "comment_email": "a@b.example", "comment_by": "A"},
        ),
        "like": ("frappe.desk.like.toggle_like", {"doctype": "Complaint", "add": "Yes"}),
        "tag": ("frappe.desk.doctype.tag.tag.add_tag", {"tag": "Seen", "dt": "Complaint"}),
        "tags": ("frappe.desk.doctype.tag.tag.add_tags", {"tags": ["Seen"], "dt": "Complaint"}),
        "untag": ("frappe.desk.doctype.tag.tag.remove_tag", {"tag": "Seen", "dt": "Complaint"}),
        "assign": ("frappe.desk.form.assign_to.add", {"doctype": "Complaint", "assign_to": ["Administrator"]}),
        "mail": (
            "frappe.core.doctype.communication.email.make",
            {"doctype": "Complaint", "content": "x", "subject": "x", "recipients": "a@b.example"},
        ),
        "share": ("frappe.share.add", {"doctype": "Complaint", "user": "Administrator"}),
        "delete": ("frappe.client.delete", {"doctype": "Complaint"}),
        "rename": ("frappe.client.rename_doc", {"doctype": "Complaint", "new_name": "CMP-X"}),
        "step": ("complaint_qms.api.complaint.take_step", {"action": "Start Triage"}),
        "task": (
            "frappe.client.insert",
            {"doc": {"doctype": "ToDo", "description": "x", "reference_type": "Complaint", "reference_name": "NAME"}},
        ),
    }  # fmt: skip

    @pytest.fixture
    def forget_rights(self):
        yield
        frappe.clear_cache(doctype="Complaint")

    @pytest.mark.usefixtures("forget_rights")
    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("opened", [False, True])
    def test_no_tool_of_the_desk_writes_for_them(self, way, opened):
        """Not even where a site opens every right to the role."""
        method, values = self.WAYS[way]
        doc, auditor = complaint(), factory.person(roles.AUDITOR)
        if opened:
            for right in ("write", "create", "delete", "share", "email"):
                frappe.permissions.update_permission_property(
                    "Complaint", roles.AUDITOR, 0, right, 1, validate=False
                )
            frappe.clear_cache(doctype="Complaint")
        name = {"dn": doc.name} if "dt" in values else {"name": doc.name}
        name = {"docs": [doc.name]} if way == "tags" else name
        values = {
            key: value | {"reference_name": doc.name} if key == "doc" else value
            for key, value in values.items()
        }
        name = {
            {"comment": "reference_name", "rename": "old_name"}.get(way, next(iter(name))): next(
                iter(name.values())
            )
        }
        before = frappe.db.get_value("Complaint", doc.name, "*", as_dict=True)
        frappe.db.savepoint("tool")
        with pytest.raises((ways.Refused, frappe.ValidationError)):
            ways.call(auditor, method, "POST", **values, **({} if way == "task" else name))
        frappe.set_user("Administrator")
        frappe.db.rollback(save_point="tool")
        assert frappe.db.get_value("Complaint", doc.name, "*", as_dict=True) == before

    def test_whoever_audits_beside_another_job_has_that_jobs_rights(self):
        doc = complaint()
        assert changes(factory.user(roles.AUDITOR, roles.MANAGER), doc)
        assert not changes(factory.user(roles.AUDITOR, "Sales User"), doc)
