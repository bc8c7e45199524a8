"""A confidential complaint is seen by the people it names, on every way in; each view of it is told; figures count it for everybody."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.utils import global_search

from complaint_qms.constants import audit, roles
from complaint_qms.constants.audit import ENTRY
from complaint_qms.permissions import confidential, query
from complaint_qms.services.notify.outbox import GroupNotice, _open_to_groups
from tests.desk import factory, ways
from tests.desk.test_audit_accesses import ask
from tests.desk.test_sight import STAFF, WHO, compare, story

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(autouse=True)
def nothing_known():
    confidential.forget_confidential()
    yield
    confidential.forget_confidential()


def closed_case(*people: str, **values: object) -> dict[str, str]:
    """A story of a complaint that is confidential: DocType → name."""
    told = story(**values)
    doc = frappe.get_doc("Complaint", told["Complaint"])
    doc.update({"confidential": 1, "confidential_reason": "A colleague is accused"})
    doc.extend("confidants", [{"user": user} for user in people])
    doc.save()
    return told


@pytest.fixture
def manager() -> str:
    return factory.person(roles.MANAGER)


class TestSight:
    def test_no_way_in_leads_whoever_is_not_named_to_it_or_to_what_rests_on_it(self, manager):
        told = closed_case(manager)
        factory.upload("Complaint", told["Complaint"])
        people = {
            role: factory.user(role, email=f"{frappe.scrub(role)}-away@confidential.example")
            for role in STAFF
        }
        wrong = [line for role, user in people.items() for line in compare(user, WHO[role], told, sees=False)]
        assert wrong == []
        assert compare(manager, WHO[roles.MANAGER], told, sees=True) == []

    def test_an_auditor_sees_it_when_named(self, manager):
        auditor, other = (
            factory.person(roles.AUDITOR),
            factory.user(roles.AUDITOR, email="second-auditor@confidential.example"),
        )
        told = closed_case(manager, auditor)
        factory.upload("Complaint", told["Complaint"])
        assert compare(auditor, WHO[roles.AUDITOR], told, sees=True) == []
        assert query.hidden("Complaint", [told["Complaint"]], other) == {told["Complaint"]}

    @pytest.mark.parametrize("most", [500, 0])
    def test_few_are_left_out_by_name_and_many_by_what_they_say(self, manager, monkeypatch, most):
        monkeypatch.setattr(confidential, "_MOST_NAMED", most)
        told, plain = closed_case(manager), factory.complaint().name
        agent = factory.person(roles.AGENT)
        asked = [told["Complaint"], plain]
        assert query.hidden("Complaint", asked, agent) == {told["Complaint"]}
        assert query.hidden("Complaint", asked, manager) == set()
        assert query.hidden("Investigation", [told["Investigation"]], agent) == {told["Investigation"]}

    def test_while_nothing_is_confidential_nobody_pays_for_a_condition(self):
        factory.complaint()
        agent = factory.person(roles.AGENT)
        assert query.list_condition("Complaint", agent) == ""
        assert query.list_condition("Investigation", agent) == ""

    def test_talk_about_it_is_told_with_its_customer_to_nobody_else(self, manager):
        told = closed_case(manager)
        customer = frappe.db.get_value("Complaint", told["Complaint"], "customer")
        mail = factory.make(
            "Communication",
            subject="Very private",
            content="Very private",
            communication_type="Communication",
            reference_doctype="Complaint",
            reference_name=told["Complaint"],
        )
        mail.add_link("Customer", customer, autosave=True)
        for user, seen in (
            (factory.person(roles.AGENT, Customer=customer), False),
            (factory.person(roles.AGENT), False),
            (manager, True),
        ):
            if not frappe.has_permission("Customer", "read", doc=customer, user=user):
                continue
            rows = ways.call(
                user, "frappe.desk.form.load.get_communications", doctype="Customer", name=customer
            )
            assert (mail.name in {row["name"] for row in rows}) is seen
            ways.call(user, "frappe.desk.form.load.get_docinfo", doctype="Customer", name=customer)
            listed = frappe.local.response["docinfo"]["communications"]
            assert (mail.name in {row["name"] for row in listed}) is seen

    def test_the_search_of_the_desk(self, manager):
        told, word = closed_case(manager), frappe.generate_hash(length=12)
        row = {
            "doctype": "Complaint",
            "content": f"Subject : {word}",
            "published": 0,
            "title": "x",
            "route": "",
        }
        try:
            global_search.sync_value(row | {"name": told["Complaint"]})
            for user, count in ((factory.person(roles.QUALITY_MANAGER), 0), (manager, 1)):
                assert len(ways.call(user, "frappe.utils.global_search.search", text=word)) == count
        finally:
            frappe.db.delete("__global_search", {"name": told["Complaint"]})

    def test_no_group_hears_of_it(self, manager):
        told = closed_case(manager)
        notices = [GroupNotice("overdue", kind, told[kind], {}) for kind in ("Complaint", "CAPA")]
        plain = GroupNotice("overdue", "Complaint", factory.complaint().name, {})
        assert _open_to_groups([*notices, plain]) == [plain]

    def test_figures_of_all_complaints_stay_open(self, manager):
        closed_case(manager)
        agent = factory.person(roles.AGENT)
        assert query.list_condition("Complaint", agent)
        assert not confidential.is_kept_besides(agent)
        customer = factory.customer().name
        assert confidential.is_kept_besides(factory.person(roles.AGENT, Customer=customer))


class TestWhoSays:
    def test_whoever_registers_may_and_is_named(self, manager):
        agent = factory.person(roles.AGENT)
        frappe.set_user(agent)
        doc = factory.complaint(
            confidential=1, confidential_reason="A colleague is accused", confidants=[{"user": manager}]
        )
        assert {row.user for row in doc.confidants} == {agent, manager}
        assert frappe.get_list("Complaint", {"name": doc.name}, pluck="name", order_by="name") == [doc.name]

    def test_of_a_stored_one_the_keepers_alone(self, manager):
        doc, agent = factory.complaint(), factory.person(roles.AGENT)
        frappe.set_user(agent)
        doc.reload()
        doc.update({"confidential": 1, "confidential_reason": "x", "confidants": [{"user": manager}]})
        with pytest.raises(frappe.PermissionError, match="confidential"):
            doc.save()
        frappe.set_user(manager)
        doc.reload()
        doc.update({"confidential": 1, "confidential_reason": "x", "confidants": [{"user": agent}]})
        doc.save()
        assert {row.user for row in doc.confidants} == {agent, manager}
        frappe.set_user(agent)
        doc.reload()
        doc.set("confidants", [{"user": manager}])
        with pytest.raises(frappe.PermissionError):
            doc.save()

    @pytest.mark.parametrize(
        ("values", "told"),
        [
            ({"confidential_reason": " "}, "Why It Is Confidential"),
            ({"confidants": []}, "People Who See It"),
            ({"confidants": [{"user": "Guest"}]}, "no user Guest"),
        ],
    )  # fmt: skip
    def test_what_is_missing_is_named(self, manager, values, told):
        given = {"confidential": 1, "confidential_reason": "x", "confidants": [{"user": manager}]}
        with pytest.raises(frappe.ValidationError, match=told):
            factory.complaint(**given | values)

    def test_whom_nobody_could_let_see_it_is_refused(self, manager):
        agent, seller = factory.person(roles.AGENT), factory.person("Sales User")
        for people, told in (([agent], "roles"), ([manager, seller], "no role of")):
            with pytest.raises(frappe.ValidationError, match=told):
                factory.complaint(
                    confidential=1, confidential_reason="x", confidants=[{"user": user} for user in people]
                )

    def test_lifting_needs_a_reason_and_opens_it_to_all(self, manager):
        told = closed_case(manager)
        agent = factory.person(roles.AGENT)
        frappe.set_user(manager)
        doc = frappe.get_doc("Complaint", told["Complaint"])
        doc.confidential = 0
        with pytest.raises(frappe.ValidationError, match="no longer confidential"):
            doc.save()
        doc.reload()
        doc.update({"confidential": 0, "lifting_reason": "The accusation was withdrawn"})
        doc.save()
        assert (doc.confidants, doc.confidential_reason) == ([], None)
        assert query.hidden("Complaint", [doc.name], agent) == set()

    def test_the_handler_is_named(self, manager):
        agent = factory.person(roles.AGENT)
        doc = factory.complaint(complaint_owner=agent)
        doc.update({"confidential": 1, "confidential_reason": "x", "confidants": [{"user": manager}]})
        with pytest.raises(frappe.ValidationError, match="Handler"):
            doc.save()
        doc.reload()
        doc.update(
            {
                "confidential": 1,
                "confidential_reason": "x",
                "confidants": [{"user": manager}, {"user": agent}],
            }
        )
        doc.save()
        doc.reload()
        doc.complaint_owner = factory.user(roles.AGENT, email="third-agent@confidential.example")
        with pytest.raises(frappe.ValidationError, match="Handler"):
            doc.save()

    def test_whoever_investigates_is_named(self, manager):
        told = closed_case(manager)
        study = frappe.get_doc("Investigation", told["Investigation"])
        study.investigator = factory.person(roles.INVESTIGATOR)
        with pytest.raises(frappe.ValidationError, match="confidential complaint"):
            study.save()

    def test_it_is_not_merged_into_an_open_one(self, manager):
        doc = frappe.get_doc("Complaint", closed_case(manager)["Complaint"])
        doc.duplicate_of = factory.complaint().name
        with pytest.raises(frappe.ValidationError, match="is not confidential"):
            doc.save()


class TestSharesAndFollowers:
    def test_neither_opens_it(self, manager):
        told, agent = story(), factory.user(roles.AGENT, email="shared@confidential.example")
        frappe.db.set_value("User", agent, "document_follow_notify", 1)
        for doctype in ("Complaint", "CAPA"):
            frappe.share.add(doctype, told[doctype], agent, read=1)
        frappe.get_doc(
            {"doctype": "Document Follow", "ref_doctype": "CAPA", "ref_docname": told["CAPA"], "user": agent}
        ).insert(ignore_permissions=True)
        doc = frappe.get_doc("Complaint", told["Complaint"])
        doc.update({"confidential": 1, "confidential_reason": "x", "confidants": [{"user": manager}]})
        doc.save()
        assert not frappe.db.exists("DocShare", {"user": agent, "share_name": ("in", list(told.values()))})
        assert not frappe.db.exists("Document Follow", {"user": agent})
        for doctype in ("Complaint", "Investigation"):
            with pytest.raises(frappe.PermissionError, match="Confidentiality"):
                frappe.share.add(doctype, told[doctype], agent, read=1)


class TestPrepared:
    def test_a_report_that_was_prepared_is_its_owners(self):
        manager, other = (factory.person(roles.MANAGER, "Prepared Report User") for _one in range(2))
        made = frappe.get_doc(
            {
                "doctype": "Prepared Report",
                "report_name": "Complaint Register",
                "filters": "{}",
                "status": "Completed",
            }
        )
        made.set_new_name()
        made.owner = manager
        made.db_insert()
        made.db_set("owner", manager)
        assert ways.gives("list", manager, "Prepared Report", made.name)
        assert not ways.gives("list", other, "Prepared Report", made.name)
        assert not ways.gives("rest", other, "Prepared Report", made.name)
        with pytest.raises(ways.Refused):
            ways.call(
                other,
                "frappe.desk.query_report.run",
                "POST",
                report_name="Complaint Register",
                filters={"prepared_report_name": made.name},
            )


class TestViews:
    def told(self) -> list[tuple[str, str, str]]:
        rows = frappe.get_all(
            ENTRY,
            {"kind": audit.VIEW},
            ["document_type", "document_name", "happened_by"],
            order_by="name asc",
        )
        return [(row.document_type, row.document_name, row.happened_by) for row in rows]

    def test_each_is_told_once_an_hour_whoever_it_is(self, manager):
        told = closed_case(manager)
        name, study = told["Complaint"], told["Investigation"]
        for user in (manager, "Administrator"):
            for _time in range(2):
                assert ask(f"/api/resource/Complaint/{name}", user, "GET") == 200
                assert (
                    ask(
                        "/api/method/frappe.desk.form.load.getdoc",
                        user,
                        "GET",
                        doctype="Investigation",
                        name=study,
                    )
                    == 200
                )
        assert self.told() == [
            (kind, which, user)
            for user in (manager, "Administrator")
            for kind, which in (("Complaint", name), ("Investigation", study))
        ]
        entry = frappe.get_last_doc(ENTRY, {"kind": audit.VIEW})
        assert json.loads(entry.detail)["door"].startswith("GET ")

    def test_a_file_and_the_apps_own_doors_are_views_too(self, manager):
        name = closed_case(manager)["Complaint"]
        file = factory.upload("Complaint", name)
        assert (
            ask(
                "/api/method/frappe.core.doctype.file.file.download_file",
                manager,
                "GET",
                file_url=file.file_url,
            )
            == 200
        )
        assert self.told() == [("Complaint", name, manager)]

    def test_one_that_is_asked_for_by_a_filter_is_viewed_and_none_by_whom_it_is_closed_to(self, manager):
        name = closed_case(manager)["Complaint"]
        method, given = (
            "/api/method/frappe.client.get_value",
            {"doctype": "Complaint", "fieldname": "subject"},
        )
        other = factory.user(roles.MANAGER)
        for user in (other, manager):
            filters = json.dumps({"name": name})
            assert ask(method, user, "GET", filters=filters, **given) == 200
        for door in ("frappe.desk.search.get_link_title", "frappe.client.validate_link"):
            assert ask(f"/api/method/{door}", other, "GET", doctype="Complaint", docname=name) == 200
        assert self.told() == [("Complaint", name, manager)]

    def test_of_open_ones_nothing_is_told(self, manager):
        closed_case(manager)
        assert ask(f"/api/resource/Complaint/{factory.complaint().name}", manager, "GET") == 200
        assert self.told() == []
