"""Work of people who cannot act any more, and who may be named for work at all."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import now_datetime

from complaint_qms.api import people as api
from complaint_qms.constants import roles
from complaint_qms.constants.contributing import ANSWERABLE_FIELD
from complaint_qms.constants.work import DUTIES, Duty
from complaint_qms.services.people.absence import absent_users, acts_for, cover_of, superiors_of
from complaint_qms.services.sop.recipients import COMPLAINT_FIELDS, Directory
from complaint_qms.services.work.today import my_work
from tests.desk import factory
from tests.desk.factory import in_triage, person
from tests.desk.wire import ask


def disable(user: str) -> None:
    frappe.db.set_value("User", user, "enabled", 0)
    frappe.clear_document_cache("User", user)


def sees(user: str, name: str) -> bool:
    frappe.set_user(user)
    found = {row["name"] for row in my_work(user, now_datetime())["rows"]}
    frappe.set_user("Administrator")
    return name in found


def under(user: str, superior: str) -> None:
    chief = frappe.db.get_value("Employee", {"user_id": superior}) or factory.employee(superior).name
    own = frappe.db.get_value("Employee", {"user_id": user})
    if own:
        frappe.db.set_value("Employee", own, "reports_to", chief)
    else:
        factory.employee(user, reports_to=chief)


@pytest.fixture(autouse=True)
def shows_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("complaint_qms.constants.work.MOST", 1_000_000)
    monkeypatch.setattr("complaint_qms.constants.work.CANDIDATES", 1_000_000)


class TestWhoIsAbsent:
    def test_a_disabled_user_and_one_who_left(self):
        gone, left, here, no_employee = (person(roles.AGENT) for _ in range(4))
        factory.employee(here)
        record = factory.employee(left)
        frappe.db.set_value("Employee", record.name, "status", "Left")
        disable(gone)
        found = absent_users([gone, left, here, no_employee])
        assert found == {gone, left}

    def test_whose_work_falls_to_whom_is_asked_about_that_person_alone(self):
        gone, here, chief, other = (person(roles.AGENT) for _ in range(4))
        for user in (gone, here):
            under(user, chief)
            in_triage(complaint_owner=user)
        assert not acts_for(chief, gone)
        disable(gone)
        assert acts_for(chief, gone)
        assert not acts_for(chief, here)
        assert not acts_for(other, gone)
        assert cover_of(chief).reports == {gone}
        assert not {gone, here} & (cover_of(other).reports | cover_of(other).orphans)

    def test_who_came_back_under_a_new_record_is_here(self):
        back = person(roles.AGENT)
        old = factory.employee(back)
        frappe.db.set_value("Employee", old.name, {"status": "Left", "user_id": back})
        factory.employee(back)
        assert not absent_users([back])

    def test_the_nearest_superior_who_can_act(self):
        chief, head, agent = person(roles.MANAGER), person(roles.MANAGER), person(roles.AGENT)
        under(head, chief)
        under(agent, head)
        assert superiors_of([agent, head, chief]) == {agent: head, head: chief, chief: None}
        disable(head)
        assert superiors_of([agent]) == {agent: chief}
        disable(chief)
        assert superiors_of([agent]) == {agent: None}

    def test_superiors_in_a_circle_end(self):
        one, two = person(roles.AGENT), person(roles.AGENT)
        under(one, two)
        under(two, one)
        disable(two)
        assert superiors_of([one]) == {one: None}


def named_for(duty: Duty, user: str, state: str | None) -> None:
    """A bare row that names `user` for work; straight into its table, for rules of records are not what is asked here."""
    row = {"doctype": duty.doctype, "name": factory.unique("row"), duty.person: user}
    if duty.state:
        row[duty.state] = state
    frappe.get_doc(row).db_insert()


class TestWhoHasWork:
    def test_every_record_that_names_who_answers_for_it_is_asked(self):
        assert {(duty.doctype, duty.person) for duty in DUTIES} >= set(ANSWERABLE_FIELD.items())

    @pytest.mark.parametrize(
        ("duty", "state"), [(duty, state) for duty in DUTIES for state in duty.open or (None,)]
    )
    def test_what_is_not_done_falls_to_somebody(self, duty, state):
        gone = person(roles.AGENT)
        named_for(duty, gone, state)
        assert gone not in cover_of("Administrator").orphans
        disable(gone)
        assert gone in cover_of("Administrator").orphans

    @pytest.mark.parametrize("duty", [duty for duty in DUTIES if duty.state])
    def test_what_is_done_does_not(self, duty):
        gone = person(roles.AGENT)
        states = frappe.get_meta(duty.doctype).get_options(duty.state).split("\n")
        done = [state for state in states if state and state not in duty.open]
        assert done
        for state in done:
            named_for(duty, gone, state)
        disable(gone)
        assert gone not in cover_of("Administrator").orphans

    def test_it_costs_one_query_however_many_left(self, monkeypatch):
        def cost() -> int:
            asked = []
            original = frappe.db.sql
            with monkeypatch.context() as patch:
                patch.setattr(
                    frappe.db, "sql", lambda *args, **kw: asked.append(args) or original(*args, **kw)
                )
                cover_of(chief)
            return len(asked)

        chief = person(roles.MANAGER)
        people = [person(roles.AGENT) for _ in range(4)]
        for user in people:
            under(user, chief)
            disable(user)
        assert cover_of(chief).reports == set()
        idle = cost()
        named_for(DUTIES[0], people[0], DUTIES[0].open[0])
        one = cost()
        for user in people[1:]:
            named_for(DUTIES[0], user, DUTIES[0].open[0])
        assert cover_of(chief).reports == set(people)
        assert (idle, one, cost()) == (1, 3, 3)


class TestWhereTheWorkAppears:
    def test_with_the_superior(self):
        chief, agent = person(roles.AGENT), person(roles.AGENT)
        under(agent, chief)
        doc = in_triage(complaint_owner=agent)
        assert not sees(chief, doc.name)
        disable(agent)
        assert sees(chief, doc.name)

    def test_the_superior_takes_it_over(self):
        chief, agent, other = person(roles.AGENT), person(roles.AGENT), person(roles.AGENT)
        under(agent, chief)
        doc = in_triage(complaint_owner=agent)
        disable(agent)
        for user, refused in ((other, True), (chief, False)):
            with factory.as_user(user):
                mine = frappe.get_doc("Complaint", doc.name)
                mine.complaint_owner = user
                if refused:
                    with pytest.raises(frappe.PermissionError, match="hands this over"):
                        mine.save()
                else:
                    mine.save()

    def test_without_a_superior_with_the_managers(self):
        agent, manager = person(roles.AGENT), person(roles.MANAGER)
        doc = in_triage(complaint_owner=agent)
        sop = frappe.get_doc("Complaint SOP", doc.sop)
        for row in sop.stages:
            row.responsible_role = row.responsible_user = None
        sop.save()
        assert not sees(manager, doc.name)
        disable(agent)
        assert sees(manager, doc.name)
        assert not sees(person(roles.INVESTIGATOR), doc.name)

    def test_that_of_somebody_whom_the_stage_names(self):
        chief, clerk = person(roles.MANAGER), person(roles.AGENT)
        under(clerk, chief)
        doc = in_triage()
        sop = frappe.get_doc("Complaint SOP", doc.sop)
        next(row for row in sop.stages if row.stage == "triage").responsible_user = clerk
        sop.save()
        assert sees(clerk, doc.name)
        assert not sees(chief, doc.name)
        disable(clerk)
        assert sees(chief, doc.name)
        row = frappe._dict({field: doc.get(field) for field in COMPLAINT_FIELDS}, complaint_owner=None)
        directory = Directory()
        directory.learn([row])
        assert [found.user for found in directory.handlers(row)] == [chief]

    def test_reminders_go_there_too(self):
        chief, agent = person(roles.MANAGER), person(roles.AGENT)
        under(agent, chief)
        doc = in_triage(complaint_owner=agent)
        disable(agent)
        row = frappe._dict({field: doc.get(field) for field in COMPLAINT_FIELDS})
        directory = Directory()
        directory.learn([row])
        assert [found.user for found in directory.handlers(row)] == [chief]

    @pytest.mark.parametrize("doctype", ["Investigation", "CAPA", "Root Cause"])
    def test_quality_records_with_the_quality_managers(self, doctype):
        gone, judge = person(roles.INVESTIGATOR), person(roles.QUALITY_MANAGER)
        doc = in_triage()
        investigation = factory.make("Investigation", complaint=doc.name, investigator=gone, title="Leak")
        made = {
            "Investigation": lambda: investigation,
            "CAPA": lambda: factory.make(
                "CAPA", title="Seal", capa_owner=gone, complaints=[{"complaint": doc.name}]
            ),
            "Root Cause": lambda: factory.make(
                "Root Cause", title="Seal", investigation=investigation.name, analyst=gone, description="Soft"
            ),
        }[doctype]()
        assert sees(gone, made.name)
        assert not sees(judge, made.name)
        disable(gone)
        assert sees(judge, made.name)


class TestWhoMayBeNamed:
    @staticmethod
    def _disabled() -> str:
        user = person(roles.AGENT)
        disable(user)
        return user

    @staticmethod
    def _left() -> str:
        user = person(roles.AGENT)
        frappe.db.set_value("Employee", factory.employee(user).name, "status", "Left")
        return user

    @staticmethod
    def _elsewhere() -> str:
        user, elsewhere = person(roles.AGENT, roles.INVESTIGATOR), factory.unique("Elsewhere")
        # Straight into its table: making a company alters other tables, which ends the test's transaction.
        frappe.get_doc({"doctype": "Company", "name": elsewhere, "company_name": elsewhere}).db_insert()
        factory.make(
            "User Permission", user=user, allow="Company", for_value=elsewhere, apply_to_all_doctypes=1
        )
        return user

    @pytest.mark.parametrize("doctype", ["Complaint", "Investigation", "CAPA", "Root Cause"])
    def test_nobody_who_cannot_do_it(self, doctype):
        complaint = in_triage()
        doc = {
            "Complaint": lambda: complaint,
            "Investigation": lambda: factory.make("Investigation", complaint=complaint.name, title="Leak"),
            "CAPA": lambda: factory.make("CAPA", title="Seal", complaints=[{"complaint": complaint.name}]),
            "Root Cause": lambda: factory.make(
                "Root Cause",
                title="Seal",
                description="Soft",
                investigation=factory.make("Investigation", complaint=complaint.name, title="Leak").name,
            ),
        }[doctype]()
        field = {
            "Complaint": "complaint_owner",
            "Investigation": "investigator",
            "CAPA": "capa_owner",
            "Root Cause": "analyst",
        }[doctype]
        label = doc.meta.get_label(field)
        strangers = [
            self._disabled(),
            self._left(),
            person(roles.AUDITOR),
            person("Sales User"),
            self._elsewhere(),
        ]
        for user in strangers:
            doc.set(field, user)
            with pytest.raises(frappe.ValidationError, match=f"{label}: .*{user}.*Choose somebody else"):
                doc.save()
            doc.reload()
        doc.set(field, person(roles.MANAGER))
        doc.save()

    def test_nor_on_a_complaint_of_an_imported_history(self):
        then, live = self._left(), self._left()
        doc = self._imported(then, is_migrated=1)
        assert (doc.is_migrated, doc.complaint_owner) == (1, then)
        with pytest.raises(frappe.ValidationError, match="has left"):
            self._imported(live, is_migrated=0)
        for user in (self._disabled(), self._left(), person(roles.AUDITOR), person("Sales User")):
            sent = {"complaint_owner": user}
            answer = ask("PUT", f"/api/resource/Complaint/{doc.name}", sent)
            assert answer.status == 417, (user, answer.body)
            assert "Choose somebody else" in answer.said
        answer = ask("PUT", f"/api/resource/Complaint/{doc.name}", {"complaint_owner": person(roles.MANAGER)})
        assert answer.status == 200, answer.body

    @staticmethod
    def _imported(user: str, **values: object) -> frappe.model.document.Document:
        doc = frappe.new_doc("Complaint")
        doc.update(
            {"company": factory.company(), "complainant_name": "X", "subject": "X", "description": "X"}
        )
        doc.update({"complaint_owner": user, **values})
        doc.flags.by_import = True
        return doc.insert()

    def test_who_was_named_before_they_left_does_not_block_the_record(self):
        agent = person(roles.AGENT)
        doc = in_triage(complaint_owner=agent)
        disable(agent)
        doc.reload()
        doc.subject = "Cracked housing, again"
        doc.save()

    def test_the_stages_of_an_sop_name_people_who_are_here(self):
        doc = in_triage()
        sop = frappe.get_doc("Complaint SOP", doc.sop)
        sop.stages[0].responsible_user = self._disabled()
        with pytest.raises(frappe.ValidationError, match="Stages, row 1"):
            sop.save()

    def test_an_action_is_given_to_people_who_are_here(self):
        capa = factory.make("CAPA", title="Seal", complaints=[{"complaint": in_triage().name}])
        capa.append("actions", {"action": "Change the seal", "action_owner": self._left()})
        with pytest.raises(frappe.ValidationError, match="has left"):
            capa.save()

    def test_the_link_field_offers_those_alone(self):
        able, auditor, outsider = (
            person(roles.AGENT),
            person(roles.AUDITOR),
            person("Sales User"),
        )
        gone = (self._disabled(), self._left())
        offered = {
            row[0]
            for user in (able, auditor, outsider, *gone)
            for row in api.assignable("User", user, "name", 0, 20, {"for": "Complaint"})
        }
        assert offered == {able}

    @pytest.mark.parametrize("filters", [None, {}, {"for": "User"}, {"for": ["Complaint"]}, "x"])
    def test_the_link_field_has_to_say_what_for(self, filters):
        with pytest.raises(frappe.ValidationError, match="which kind of record"):
            api.assignable("User", "", "name", 0, 20, filters)
