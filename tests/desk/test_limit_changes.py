"""A limit of approval is not raised by who uses it: until somebody else confirms it, the old one counts for them."""

from __future__ import annotations

import frappe
import pytest
from frappe.client import set_value

from complaint_qms.constants import roles
from complaint_qms.services.settlement.approval_limits import limit_of, window_days
from tests.desk import factory
from tests.desk.factory import as_user
from tests.desk.settling import proposed
from tests.desk.wire import Answer, ask

SETTINGS = "Complaint QMS Settings"
ROLE = "Complaint Manager"


@pytest.fixture
def limits():
    """The one role has a limit of 100, set by nobody who is asked here."""
    frappe.flags.in_migrate = True
    settings = frappe.get_doc(SETTINGS)
    settings.set("approval_limits", [{"role": ROLE, "max_amount": 100}])
    settings.self_approval_limit = 0
    settings.set("role_grants", [])
    settings.save()
    frappe.flags.in_migrate = False
    return settings


@pytest.fixture
def fresh_form():
    """The form is read anew after the test, whose customizing is rolled back."""
    yield
    frappe.clear_cache(doctype="Settlement Approval Limit")


def raised(by, amount=1000, **values):
    with as_user(by):
        settings = frappe.get_doc(SETTINGS)
        settings.approval_limits[0].update({"max_amount": amount, **values})
        settings.save()
    return settings


def boss():
    """Somebody who may change the settings and submit settlements."""
    return factory.person(ROLE, "System Manager")


def limit(user):
    return limit_of(user, factory.company()).amount


def by_script(row, by):
    """The row alone, as a script of the site may make it; the framework takes a new one on no other way."""
    sent = {"doctype": "Has Role", **row}
    for path in ("/api/resource/Has Role", "/api/v2/document/Has Role"):
        assert ask("POST", path, sent, user=by).status == 403
    with as_user(by):
        frappe.get_doc(sent).insert(ignore_permissions=True)
    return Answer(200, {})


def confirm(by):
    with as_user(by):
        settings = frappe.get_doc(SETTINGS)
        for row in (*settings.approval_limits, *settings.role_grants):
            row.confirmed = 1
        settings.self_approval_confirmed = 1
        settings.save()


@pytest.mark.usefixtures("limits")
class TestLimits:
    def test_a_raise_counts_for_others_at_once_and_for_its_author_when_confirmed(self):
        author, colleague = boss(), boss()
        raised(author)
        assert (limit(author), limit(colleague)) == (100, 1000)
        with pytest.raises(frappe.PermissionError, match="somebody else confirms"):
            confirm(author)
        assert limit(author) == 100
        confirm(colleague)
        assert limit(author) == 1000
        row = frappe.get_doc(SETTINGS).approval_limits[0]
        assert (row.set_by, row.confirmed_by, row.amount_before) == (author, colleague, 100)

    def test_the_refusal_says_so(self):
        _buyer, _note, sale = factory.sold(10)
        doc = proposed(sale, {"item_code": sale.items[0].item_code, "qty": 5})
        author, colleague = boss(), boss()
        raised(author)
        with as_user(author), pytest.raises(frappe.PermissionError, match="was set by yourself"):
            frappe.get_doc(doc.doctype, doc.name).submit()
        confirm(colleague)
        with as_user(author):
            frappe.get_doc(doc.doctype, doc.name).submit()

    def test_raising_twice_or_through_a_new_row_gains_nothing(self):
        author = boss()
        raised(author, 500)
        raised(author, 1000)
        assert limit(author) == 100
        with as_user(author):
            for rows in (
                [],
                [{"role": ROLE, "max_amount": 5000, "set_by": boss(), "confirmed": 1}],
                [{"role": ROLE, "unlimited": 1, "max_amount": 0, "confirmed": 1, "amount_before": 9999}],
                [{"role": ROLE, "company": factory.company(), "max_amount": 5000, "unlimited_before": 1}],
            ):
                settings = frappe.get_doc(SETTINGS)
                settings.set("approval_limits", rows)
                settings.save()
                assert limit(author) is not None
                assert limit(author) <= 100

    def test_a_lower_limit_counts_at_once(self):
        author = boss()
        raised(author, 50)
        assert limit(author) == 50

    def test_shorter_days_count_for_others_at_once_and_for_their_author_when_confirmed(self):
        author, colleague = boss(), boss()

        def days(user):
            with as_user(user):
                return window_days()

        frappe.db.set_single_value(SETTINGS, "approval_window_days", 90)
        for shorter in (30, 0):
            with as_user(author):
                settings = frappe.get_doc(SETTINGS)
                settings.update({"approval_window_days": shorter, "approval_window_before": 0})
                settings.save()
            assert (days(author), days(colleague)) == (90, shorter)
        settings = frappe.get_doc(SETTINGS)
        settings.approval_window_confirmed = 1
        with as_user(author), pytest.raises(frappe.PermissionError, match="somebody else confirms"):
            settings.save()
        with as_user(colleague):
            settings = frappe.get_doc(SETTINGS)
            settings.approval_window_confirmed = 1
            settings.save()
        assert (days(author), days(colleague)) == (0, 0)

    def test_longer_days_count_at_once(self):
        author = boss()
        frappe.db.set_single_value(SETTINGS, "approval_window_days", 90)
        with as_user(author):
            settings = frappe.get_doc(SETTINGS)
            settings.approval_window_days = 365
            settings.save()
            assert window_days() == 365

    def test_the_stamps_are_the_servers(self):
        author, colleague = boss(), boss()
        raised(author)
        raised(author, set_by=colleague, amount_before=1000, confirmed_by=colleague, unlimited_before=1)
        row = frappe.get_doc(SETTINGS).approval_limits[0]
        assert (row.set_by, row.amount_before, row.confirmed_by, row.unlimited_before) == (
            author,
            100,
            None,
            0,
        )
        assert limit(author) == 100

    def test_the_row_by_set_value_and_by_itself_goes_the_same_way(self):
        author = boss()
        row = frappe.get_doc(SETTINGS).approval_limits[0]
        with as_user(author):
            set_value("Settlement Approval Limit", row.name, "max_amount", 1000)
            assert limit(author) == 100
            with pytest.raises(frappe.PermissionError, match="changes with its record"):
                frappe.get_doc("Settlement Approval Limit", row.name).save()

    @pytest.mark.usefixtures("fresh_form")
    def test_a_default_by_customizing_confirms_nothing(self):
        author = boss()
        for field, value in (("confirmed", "1"), ("max_amount", "99999"), ("amount_before", "99999")):
            factory.make(
                "Property Setter",
                doctype_or_field="DocField",
                doc_type="Settlement Approval Limit",
                field_name=field,
                property="default",
                property_type="Text",
                value=value,
            )
        frappe.clear_cache(doctype="Settlement Approval Limit")
        with as_user(author):
            settings = frappe.get_doc(SETTINGS)
            settings.set("approval_limits", [])
            settings.append("approval_limits", {"role": ROLE})
            settings.save()
        assert limit(author) <= 100

    def test_the_limit_for_own_settlements(self):
        author, colleague = boss(), boss()
        with as_user(author):
            set_value(SETTINGS, SETTINGS, "self_approval_limit", 500)
        own = [limit_of(user, factory.company()).own for user in (author, colleague)]
        assert own == [0, 500]
        with pytest.raises(frappe.PermissionError, match="somebody else confirms"):
            confirm(author)
        confirm(colleague)
        assert limit_of(author, factory.company()).own == 500

    def test_another_change_of_the_page_leaves_the_stamps(self):
        author = boss()
        raised(author)
        with as_user(boss()):
            settings = frappe.get_doc(SETTINGS)
            settings.retention_years = 3
            settings.save()
        assert limit(author) == 100


@pytest.mark.usefixtures("limits")
class TestRoles:
    def test_a_role_somebody_gave_themselves_counts_when_confirmed(self):
        admin, colleague = factory.person("System Manager"), boss()
        with as_user(admin):
            person = frappe.get_doc("User", admin)
            person.append("roles", {"role": ROLE})
            person.save()
        assert limit(admin) == 0
        assert limit_of(admin, factory.company()).pending == ROLE
        assert [(row.user, row.role) for row in frappe.get_doc(SETTINGS).role_grants] == [(admin, ROLE)]
        with pytest.raises(frappe.PermissionError, match="somebody else confirms"):
            confirm(admin)
        with as_user(admin):
            settings = frappe.get_doc(SETTINGS)
            settings.set("role_grants", [])
            settings.save()
        assert limit(admin) == 0
        confirm(colleague)
        assert limit(admin) == 100

    def test_taken_again_it_waits_again_and_given_by_another_it_counts(self):
        admin, colleague = factory.person("System Manager"), boss()

        def give(by, role_held):
            with as_user(by):
                person = frappe.get_doc("User", admin)
                person.set("roles", [row for row in person.roles if row.role != ROLE])
                if role_held:
                    person.append("roles", {"role": ROLE})
                person.save()

        give(admin, True)
        confirm(colleague)
        assert limit(admin) == 100
        give(admin, False)
        give(admin, True)
        assert limit(admin) == 0
        give(colleague, False)
        give(colleague, True)
        assert limit(admin) == 100

    @pytest.mark.parametrize("way", ["row", "row turned", "row moved", "role merged", "profile"])
    def test_on_whatever_way_somebody_gives_it_to_themselves(self, way):
        admin, holder = factory.person("System Manager", "Stock User"), factory.person(ROLE)
        row = {"parent": admin, "parenttype": "User", "parentfield": "roles", "role": ROLE}
        own = frappe.db.get_value("Has Role", {"parent": admin, "role": "Stock User"})
        given = frappe.db.get_value("Has Role", {"parent": holder, "role": ROLE})
        if way == "row":
            answer = by_script(row, admin)
        elif way == "row turned":
            answer = ask("PUT", f"/api/resource/Has Role/{own}", {"role": ROLE}, user=admin, keep=True)
        elif way == "row moved":
            answer = ask("PUT", f"/api/resource/Has Role/{given}", {"parent": admin}, user=admin, keep=True)
        elif way == "role merged":
            fresh = factory.make("Role", role_name=factory.unique("Role"), desk_access=1).name
            with as_user("Administrator"):
                frappe.get_doc("User", admin).add_roles(fresh)
            names = {"doctype": "Role", "docname": fresh, "name": ROLE, "merge": True, "freeze": False}
            path = "/api/method/frappe.model.rename_doc.update_document_title"
            answer = ask("POST", path, names, user=admin, keep=True)
        else:
            sent = {
                "role_profile": factory.unique("Profile"),
                "roles": [{"role": ROLE}, {"role": "System Manager"}],
            }
            answer = ask("POST", "/api/resource/Role Profile", sent, user=admin, keep=True)
            name = answer.body["data"]["name"]
            answer = ask(
                "PUT", f"/api/resource/User/{admin}", {"role_profile_name": name}, user=admin, keep=True
            )
        assert answer.status == 200, answer.body
        frappe.set_user("Administrator")
        frappe.clear_cache(user=admin)
        assert ROLE in frappe.get_roles(admin)
        assert limit(admin) == 0
        assert [(row.user, row.role) for row in frappe.get_doc(SETTINGS).role_grants] == [(admin, ROLE)]
        confirm(boss())
        assert limit(admin) == 100

    @pytest.mark.parametrize(
        ("held", "limited"), [("target", True), ("source", True), ("both", True), ("target", False)]
    )
    def test_two_roles_merged_into_one_raise_nobodys_own_limit(self, held, limited):
        """Frappe writes the other role into the limits: who holds one of the two has them by the merge."""
        admin, colleague = factory.person("System Manager"), factory.person()
        source, target = (
            factory.make("Role", role_name=factory.unique("Role"), desk_access=1).name for _role in range(2)
        )
        own = {"target": [target], "source": [source], "both": [source, target]}[held]
        frappe.flags.in_migrate = True
        settings = frappe.get_doc(SETTINGS)
        settings.set("approval_limits", [{"role": source if limited else ROLE, "max_amount": 100}])
        settings.save()
        frappe.flags.in_migrate = False
        for user, roles_given in ((admin, own), (colleague, [target])):
            frappe.get_doc("User", user).add_roles(*roles_given)
        names = {"doctype": "Role", "docname": source, "name": target, "merge": True, "freeze": False}
        path = "/api/method/frappe.model.rename_doc.update_document_title"
        answer = ask("POST", path, names, user=admin, keep=True)
        assert answer.status == 200, answer.body
        frappe.set_user("Administrator")
        frappe.clear_cache(user=admin)
        waits = limited and held == "target"
        assert limit(admin) == (100 if limited and not waits else 0)
        assert limit(colleague) == (100 if limited else 0)
        granted = [(row.user, row.role) for row in frappe.get_doc(SETTINGS).role_grants]
        assert granted == ([(admin, target)] if waits else [])
        if waits:
            confirm(boss())
            assert limit(admin) == 100

    def test_the_row_given_by_another_counts_at_once(self):
        admin, colleague = factory.person("System Manager"), boss()
        row = {"parent": admin, "parenttype": "User", "parentfield": "roles", "role": ROLE}
        assert by_script(row, colleague).status == 200
        frappe.set_user("Administrator")
        assert limit(admin) == 100
        assert not frappe.get_doc(SETTINGS).role_grants

    @pytest.mark.parametrize("way", ["deleted", "turned", "moved"])
    def test_with_the_row_goes_what_a_share_gave_beside_it(self, way):
        person, doc, admin = factory.person(ROLE), factory.complaint(), factory.person("System Manager")
        share = frappe.share.add("Complaint", doc.name, person, read=1, write=1)
        row = frappe.db.get_value("Has Role", {"parent": person, "role": ROLE})
        if way == "deleted":  # by a script of the site; the framework lets nobody else
            frappe.delete_doc("Has Role", row, ignore_permissions=True)
        else:
            values = {"role": "Stock User"} if way == "turned" else {"parent": factory.person("Stock User")}
            answer = ask("PUT", f"/api/resource/Has Role/{row}", values, user=admin, keep=True)
            assert answer.status == 200, answer.body
            frappe.set_user("Administrator")
        assert frappe.db.get_value("DocShare", share.name, ["read", "write"]) == (1, 0)

    def test_a_role_given_by_another_or_without_a_limit_is_not_listed(self):
        person = factory.person("System Manager", ROLE)
        with as_user(person):
            doc = frappe.get_doc("User", person)
            doc.append("roles", {"role": roles.AUDITOR})
            doc.save()
        assert not frappe.get_doc(SETTINGS).role_grants
        assert limit(person) == 100
