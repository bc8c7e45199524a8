"""Who becomes the handler by the SOP, and why: named, in turn or least loaded, by what fits, room and absence."""

from __future__ import annotations

from collections.abc import Iterator

import frappe
import pytest
from frappe.cache_manager import clear_doctype_map
from frappe.model.document import Document
from frappe.utils import now_datetime, nowdate

from complaint_qms.api import intake
from complaint_qms.constants import roles
from complaint_qms.constants.events import MOVED
from complaint_qms.services.events import Event
from complaint_qms.services.lifecycle.overview import overview
from complaint_qms.services.people import roster, workload
from complaint_qms.services.sop import assigning
from complaint_qms.services.work import hand_overs
from tests.desk import factory
from tests.desk.asked import queries

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(autouse=True)
def no_mails_of_the_framework(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The framework's own notice of an assignment is a mail, for which this site has no sender."""
    monkeypatch.setattr("frappe.desk.form.assign_to.notify_assignment", lambda *args, **kwargs: None)
    yield
    clear_doctype_map("Assignment Rule", "Complaint")


def person(*held: str) -> str:
    """Somebody who is called as they log in, so that reasons can be compared."""
    user = factory.user(*held, email=f"{frappe.generate_hash(length=8)}@qms.example")
    frappe.db.set_value("User", user, "full_name", user)
    return user


def employed(user: str, **values: object) -> str:
    """Their record of staff, which gives them its own name."""
    name = factory.employee(user, **values).name
    frappe.db.set_value("User", user, "full_name", user)
    return name


@pytest.fixture
def duty() -> str:
    """A role that nobody else holds."""
    return factory.make("Role", role_name=factory.unique("Duty")).name


@pytest.fixture
def kind() -> str:
    """A type of complaint that an SOP of a test is for alone."""
    return factory.make(
        "Complaint Type", complaint_type_name=factory.unique("Type"), type_key=factory.unique("type")
    ).name


def sop(kind: str, **stage: object) -> Document:
    return factory.make(
        "Complaint SOP",
        sop_name=factory.unique("SOP"),
        complaint_type=kind,
        basic_reminders=0,
        stages=[{"stage": "intake", **stage}, {"stage": "triage"}],
    )


def member(user: str, *fits: dict, **values: object) -> Document:
    return factory.make("Complaint Handler", user=user, fits=list(fits), **values)


def handler(kind: str, **values: object) -> tuple[str | None, str]:
    """Who gets a new complaint, and why."""
    doc = frappe.get_doc("Complaint", factory.complaint(complaint_type=kind, **values).name)
    return doc.complaint_owner, overview(doc)["handler_reason"]


def notices(complaint: str, user: str) -> list[str]:
    """What somebody was told of a complaint in the desk."""
    about = {"reference_name": complaint, "to_user": user, "channel": "desk"}
    return frappe.get_all("QMS Message", about, pluck="text", order_by="creation asc, name asc")


def free_day(*users: str) -> None:
    """They have today off, by a holiday list of their own."""
    days = factory.make(
        "Holiday List",
        holiday_list_name=factory.unique("Holidays"),
        from_date=f"{nowdate()[:4]}-01-01",
        to_date=f"{nowdate()[:4]}-12-31",
        holidays=[{"holiday_date": nowdate(), "description": "Away"}],
    )
    for user in users:
        employed(user, holiday_list=days.name)


def test_in_turn_everybody_gets_one_before_anybody_gets_two(duty: str, kind: str) -> None:
    people = sorted(person(roles.AGENT, duty) for _one in range(3))
    sop(kind, responsible_role=duty, assign_by="round_robin")
    given = [handler(kind) for _one in range(6)]
    assert [user for user, _why in given] == people * 2
    assert given[0][1] == f"next in turn of 3 ({duty})"
    # Who is away is passed over, and is the first when they are back.
    free_day(people[0])
    assert handler(kind) == (people[1], f"next in turn of 3 ({duty}); away today: {people[0]}")
    frappe.db.set_value("Employee", {"user_id": people[0]}, "holiday_list", None)
    assert handler(kind)[0] == people[0]


def test_the_least_loaded_with_room_and_who_is_full_gets_none(duty: str, kind: str) -> None:
    busy, idle = sorted(person(roles.AGENT, duty) for _one in range(2))
    sop(kind, responsible_role=duty, assign_by="least_loaded")
    for _one in range(2):
        factory.complaint(complaint_owner=busy)
    member(idle, capacity=1)
    off = person(roles.AGENT, duty)
    member(off, enabled=0)
    assert handler(kind) == (idle, f"least loaded of 2 ({duty})")
    assert handler(kind) == (busy, f"least loaded of 2 ({duty}); no room for one more: {idle}")
    frappe.get_doc("Complaint Handler", {"user": busy}).update({"capacity": 1}).save()
    nobody, why = handler(kind)
    assert nobody is None
    assert why == f"nobody of 2 ({duty}) can take it today; no room for one more: {busy}, {idle}"
    # Whoever has room later gets it by the sweep.
    (waits,) = frappe.get_all(
        "Complaint", {"complaint_type": kind, "complaint_owner": ("is", "not set")}, pluck="name"
    )
    frappe.get_doc("Complaint Handler", {"user": idle}).update({"capacity": 5}).save()
    assert assigning.look_again(waits, now_datetime())
    assert not assigning.look_again(waits, now_datetime())
    assert frappe.db.get_value("Complaint", waits, "complaint_owner") == idle
    assert frappe.get_all("ToDo", {"reference_name": waits, "status": "Open"}, pluck="allocated_to") == [idle]


def test_who_fits_goes_first_and_where_nobody_does_the_others_take_it(duty: str, kind: str) -> None:
    pumps = factory.make(
        "Item Group", item_group_name=factory.unique("Pumps"), parent_item_group="All Item Groups", is_group=1
    ).name
    below = factory.make(
        "Item Group", item_group_name=factory.unique("Hand Pumps"), parent_item_group=pumps
    ).name
    other, german, expert = sorted(person(roles.AGENT, duty) for _one in range(3))
    member(german, {"for_language": "de"}, {"for_item_group": pumps})
    member(expert, {"for_language": "de"}, {"skill": "Electrics"})
    by = sop(
        kind,
        responsible_role=duty,
        assign_by="least_loaded",
        match_language=1,
        match_product_line=1,
        skill=" electrics ",
    )
    item = factory.item(item_group=below).name
    user, why = handler(kind, language="de", item_code=item)
    assert user == expert
    assert why.startswith(
        f"least loaded of 3 ({duty}); fits by Skill: electrics; fits by Language: de; nobody of them fits by"
    )
    by.stages[0].skill = ""
    by.save()
    assert handler(kind, language="de", item_code=item)[0] == german, "the group stands for those below it"
    assert handler(kind, language="fr")[0] == other
    with pytest.raises(frappe.ValidationError, match="row 1: enter a product line"):
        frappe.get_doc("Complaint Handler", {"user": other}).update({"fits": [{"skill": " "}]}).save()


def test_a_department_and_a_named_person_with_their_superior(kind: str) -> None:
    company = factory.company()
    top = factory.make("Department", department_name=factory.unique("Care"), company=company, is_group=1)
    team = factory.make(
        "Department", department_name=factory.unique("Team"), company=company, parent_department=top.name
    )
    boss, mine = person(roles.MANAGER), person(roles.AGENT)
    employed(mine, reports_to=employed(boss), department=team.name)
    by = sop(kind, for_department=top.name, assign_by="least_loaded")
    assert handler(kind) == (mine, f"least loaded of 1 ({top.name})")
    # Who can take on nothing holds up nobody's complaint, and gets no record.
    gone, auditor = person(roles.AGENT), person(roles.AUDITOR)
    for user in (gone, auditor):
        employed(user, department=team.name)
    frappe.db.set_value("User", gone, "enabled", 0)
    assert handler(kind) == (mine, f"least loaded of 3 ({top.name}); cannot act any more: {gone}")
    assert frappe.get_all("Complaint Handler", {"user": ("in", (gone, auditor, mine))}, pluck="user") == [
        mine
    ]
    by.stages[0].update({"assign_by": "named_user", "responsible_user": mine})
    by.save()
    assert not by.stages[0].for_department, "what counts no more is taken out"
    assert handler(kind) == (mine, "named for this stage by the SOP")
    frappe.db.set_value("Employee", {"user_id": mine}, "status", "Left")
    assert handler(kind) == (boss, f"superior of {mine}; cannot act any more: {mine}")
    for values, words in (
        ({"assign_by": "named_user"}, "Responsible User"),
        ({"assign_by": "round_robin"}, "among whom"),
    ):
        with pytest.raises(frappe.ValidationError, match=words):
            sop(kind, **values)


def test_a_person_or_an_assignment_rule_goes_first_and_a_stage_may_look_anew(duty: str, kind: str) -> None:
    mine, theirs = person(roles.AGENT, duty), person(roles.AGENT)
    by = sop(kind, responsible_role=duty, assign_by="least_loaded")
    assert handler(kind, complaint_owner=theirs) == (theirs, "")
    by.stages[1].update({"responsible_role": duty, "assign_by": "least_loaded", "assign_anew": 1})
    by.save()
    doc = factory.in_triage(complaint_type=kind, complaint_owner=theirs)
    assert doc.complaint_owner == mine, "the triage team takes it"
    assert not [text for text in notices(doc.name, theirs) if "waits for you" in text], "it is theirs no more"
    (told,) = notices(doc.name, mine)
    assert f"by the procedure “{by.name}”: least loaded of 1 ({duty})" in told
    assert "Administrator" not in told
    assert overview(doc)["handler_reason"] == f"least loaded of 1 ({duty})"
    doc.complaint_owner = theirs
    doc.save()
    assert overview(doc)["handler_reason"] == "", "a person has named somebody since"
    rule = factory.make(
        "Assignment Rule",
        name=factory.unique("Rule"),
        document_type="Complaint",
        assign_condition=f"complaint_type == {kind!r}",
        rule="Round Robin",
        users=[{"user": theirs}],
        assignment_days=[
            {"day": day}
            for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
        ],
    )
    clear_doctype_map("Assignment Rule", "Complaint")
    doc = factory.complaint(complaint_type=kind)
    assert (doc.complaint_owner, overview(doc)["handler_reason"]) == (
        theirs,
        f"Assignment Rule “{rule.name}”",
    )
    assert factory.at_stage("triage", complaint_type=kind).complaint_owner == theirs


def test_of_many_that_move_only_those_are_read_for_which_the_sop_looks_anew(
    duty: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs, mine = person(roles.AGENT), person(roles.AGENT, duty)
    docs = [factory.in_triage(complaint_type=kind, complaint_owner=theirs) for _one in range(3)]
    moves = [Event(MOVED, "Complaint", doc.name, {"source": "intake", "target": "triage"}) for doc in docs]
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(
        hand_overs, "send", lambda notices, _at: told.extend((one.name, one.person.user) for one in notices)
    )
    hand_overs.of_moves(moves)  # what is cached is read
    told.clear()
    with queries() as one:
        hand_overs.of_moves(moves[:1])
    with queries() as all_of_them:
        hand_overs.of_moves(moves)
    assert len(all_of_them) == len(one), "none for each"
    assert told == [(doc.name, theirs) for doc in (docs[0], *docs)]
    by = sop(kind)
    by.stages[1].update({"responsible_role": duty, "assign_by": "least_loaded", "assign_anew": 1})
    by.save()
    frappe.db.set_value("Complaint", docs[0].name, "sop", by.name)
    told.clear()
    hand_overs.of_moves(moves)
    assert [name for name, _user in told] == [doc.name for doc in docs[1:]], f"{mine} gets the first"


def test_the_short_form_proposes_whom_the_sop_would_name_and_moves_no_turn(duty: str, kind: str) -> None:
    person(roles.AGENT, duty)
    sop(kind, responsible_role=duty, assign_by="round_robin")
    sent = {"complaint_type": kind, "company": factory.company(), "description": "Leaks"}
    first, second = (intake.look(sent, propose_handler=True)["handler"] for _one in range(2))
    assert first == second
    assert first["why"] == f"next in turn of 1 ({duty})"
    assert not frappe.db.exists("Complaint Handler", {"user": first["user"]})


def test_people_of_another_company_do_not_end_the_search(duty: str, kind: str) -> None:
    elsewhere = factory.other_company()
    for _one in range(11):
        factory.person(roles.AGENT, duty, Company=elsewhere)
    sop(kind, responsible_role=duty, assign_by="least_loaded")
    assert handler(kind)[0] is None
    here = person(roles.AGENT, duty)
    factory.complaint(complaint_owner=here)
    assert handler(kind)[0] == here
    # The record that the turn is kept on does not hold back a user who goes.
    frappe.db.delete("Complaint Handler", {"user": here})
    idle = person(roles.AGENT)
    roster.enlist([idle])
    frappe.delete_doc("User", idle)
    assert not frappe.db.exists("Complaint Handler", {"user": idle})


def test_without_an_sop_it_goes_to_nobody_who_is_off_full_or_away(monkeypatch: pytest.MonkeyPatch) -> None:
    off, full, gone_today, here = (person(roles.AGENT) for _one in range(4))
    people = [off, full, gone_today, here]
    monkeypatch.setattr(workload, "holders_of", lambda wanted: {roles.AGENT: people})
    member(off, enabled=0)
    member(full, capacity=1)
    factory.complaint(complaint_owner=full)
    free_day(gone_today)
    for _one in range(2):
        doc = factory.complaint(complaint_owner=here)
    assert workload.least_loaded(doc) == (here, 2)
    people.remove(here)
    assert workload.least_loaded(doc) is None
    assert workload.least_loaded(doc, even_away=True) == (gone_today, 0)


def test_the_sweep_goes_round_and_looks_once_where_nobody_is_free(
    duty: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frappe.db, "commit", lambda: None)
    monkeypatch.setattr(assigning, "_MOST", 2)
    frappe.cache.delete_value(assigning._LAST)
    other = factory.make(
        "Complaint Type", complaint_type_name=factory.unique("Type"), type_key=factory.unique("type")
    ).name
    nobody = sop(kind, responsible_role=duty, assign_by="least_loaded")
    duty_too = factory.make("Role", role_name=factory.unique("Duty")).name
    sop(other, responsible_role=duty_too, assign_by="least_loaded")
    for _one in range(3):
        factory.complaint(complaint_type=kind)
    last = factory.complaint(complaint_type=other).name
    free = person(roles.AGENT, duty_too)
    looked = []
    find = assigning.find_handler
    monkeypatch.setattr(
        assigning,
        "find_handler",
        lambda doc, *rest, **more: looked.append(doc.sop) or find(doc, *rest, **more),
    )
    assert [assigning.assign_waiting(now_datetime()) for _run in range(2)] == [0, 1]
    assert looked.count(nobody.name) == 2, "once a run"
    assert frappe.db.get_value("Complaint", last, "complaint_owner") == free


def test_a_handler_takes_what_they_may_work_on_and_says_nothing_twice(kind: str) -> None:
    stranger = person("Employee")
    with pytest.raises(frappe.ValidationError, match="no role that may work on complaints"):
        factory.make("Complaint Handler", user=stranger)
    assert factory.make("Complaint Handler", user=stranger, enabled=0).name
    with pytest.raises(frappe.ValidationError, match="Open Complaints at Most"):
        factory.make("Complaint Handler", user=person(roles.AGENT), capacity=99_999_999)
    rows = [{"skill": "Electrics"}, {"skill": "electrics "}]
    with pytest.raises(frappe.ValidationError, match="row 2: it says the same as row 1"):
        factory.make("Complaint Handler", user=person(roles.AGENT), fits=rows)
