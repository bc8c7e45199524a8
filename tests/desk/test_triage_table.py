"""The triage table: rows with proposals, saved or refused one by one, in a constant number of queries."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.permissions import add_user_permission
from frappe.utils import now_datetime

from complaint_qms.api import triage as api
from complaint_qms.constants import roles, triage
from complaint_qms.services.triage import table
from complaint_qms.services.work.loading import documents_of
from tests.desk import factory
from tests.desk.asked import queries
from tests.desk.factory import as_user, at_stage, complaint, person

HURT = "The kettle exploded and my wife was hospitalized with severe burns. I want my money back."


@pytest.fixture
def agent() -> str:
    return person(roles.AGENT)


@pytest.fixture
def manager() -> str:
    return person(roles.MANAGER)


def row_of(doc) -> dict:
    return table.rows_of(documents_of("Complaint", [doc.name]), now_datetime())[0]


def entry(doc, step: str = "", ignored: tuple = (), **values) -> dict:
    modified = str(frappe.db.get_value("Complaint", doc.name, "modified"))
    return {"name": doc.name, "modified": modified, "values": values, "ignored": list(ignored), "step": step}


def save(*entries: dict) -> list[dict]:
    return api.save(json.dumps(entries))


class TestRows:
    def test_a_row_tells_what_stands_and_what_is_proposed(self):
        item = factory.item().name
        doc = complaint(description=HURT, complaint_type=None, item_code=item, batch_no=None)
        row = row_of(doc)
        assert row["customer_name"]
        assert row["product"]
        assert row["words"].startswith("The kettle exploded")
        severity = row["proposals"]["severity"]
        assert severity["fills"]
        assert severity["reasons"]
        assert row["proposals"]["reportable"]["value"] == "assessing"
        assert row["proposals"]["expectation"]["value"] == "refund"

    def test_the_first_words_are_those_of_the_customer(self):
        doc = complaint(description="<p>Pressure &lt; 5 bar &amp; a lid that is &quot;loose&quot;</p>")
        assert row_of(doc)["words"] == 'Pressure < 5 bar & a lid that is "loose"'

    def test_a_proposal_graver_than_what_stands_is_marked_and_fills_nothing(self):
        doc = complaint(description=HURT, severity="Minor", urgency="low")
        offered = row_of(doc)["proposals"]
        assert offered["severity"]["graver"]
        assert not offered["severity"]["fills"]
        assert offered["urgency"]["graver"]
        assert not offered["urgency"]["fills"]

    def test_the_default_urgency_is_nobodys_answer(self):
        assert row_of(complaint(description=HURT))["proposals"]["urgency"]["fills"]

    def test_it_shows_complaints_in_intake_and_triage_that_the_user_may_see(self, agent, monkeypatch):
        monkeypatch.setattr(triage, "PAGE", 1_000_000)
        new, judged, gone = complaint(), at_stage("triage"), at_stage("solve")
        with as_user(agent):
            names = {row["name"] for row in api.page()["rows"]}
        assert {new.name, judged.name} <= names
        assert gone.name not in names
        add_user_permission("Customer", judged.customer, agent)
        with as_user(agent):
            names = {row["name"] for row in api.page()["rows"]}
        assert judged.name in names
        assert new.name not in names

    def test_what_runs_out_first_is_on_top_and_a_page_has_its_place(self, agent, monkeypatch):
        monkeypatch.setattr(triage, "PAGE", 2)
        for _ in range(3):
            complaint()
        with as_user(agent):
            first, last = api.page(), api.page(start=10_000_000)
        assert len(first["rows"]) == 2
        assert first["total"] >= 3
        assert first["start"] == 0
        assert last["rows"]
        dues = [str(row["time"]["due"]) for row in first["rows"] if row["time"]]
        assert dues == sorted(dues)

    def test_the_number_of_queries_is_that_of_one_row(self, agent):
        _buyer, sale, _bill = factory.sold()
        item = sale.items[0].item_code
        docs = [complaint(description=HURT, item_code=item) for _ in range(12)]
        now = now_datetime()
        with as_user(agent):
            table.rows_of(documents_of("Complaint", [docs[0].name]), now)
            with queries() as one:
                table.rows_of(documents_of("Complaint", [docs[0].name]), now)
            with queries() as many:
                table.rows_of(documents_of("Complaint", [doc.name for doc in docs]), now)
        assert len(many) == len(one), [" ".join(query.split())[:110] for query in many[5:9]]
        assert len(many) < 20

    def test_who_works_with_no_complaints_sees_none(self):
        with as_user(person("Sales User")), pytest.raises(frappe.PermissionError):
            api.page()


class TestOccurrence:
    def test_it_is_proposed_from_what_was_delivered(self):
        _buyer, sale, _bill = factory.sold()
        item, company = sale.items[0].item_code, sale.company
        doc = complaint(item_code=item, company=company, customer=sale.customer)
        proposal = row_of(doc)["proposals"]["occurrence"]
        assert proposal["value"] == "Frequent"  # one complaint about a handful of units
        assert item in proposal["reasons"][0]

    def test_who_does_not_see_every_complaint_is_told_no_figures(self, agent):
        _buyer, sale, _bill = factory.sold()
        item = sale.items[0].item_code
        doc = complaint(item_code=item, customer=sale.customer)
        complaint(item_code=item)
        add_user_permission("Customer", sale.customer, agent)
        with as_user(agent):
            assert "occurrence" not in row_of(doc)["proposals"]

    def test_nothing_is_proposed_for_what_was_never_delivered(self):
        assert "occurrence" not in row_of(complaint(item_code=factory.item().name))["proposals"]


class TestSaving:
    def test_rows_are_saved_and_refused_by_themselves(self, agent):
        good, bad, other = complaint(), complaint(), complaint()
        with as_user(agent):
            done = save(
                entry(good, severity="Critical", urgency="high"),
                entry(bad, severity="No such severity"),
                entry(other, urgency="low"),
            )
        assert [result["done"] for result in done] == [True, False, True]
        assert "Severity" in " ".join(done[1]["said"])
        assert (
            done[0]["before"] == {"severity": None, "urgency": "normal"}
            or done[0]["before"]["urgency"] == "normal"
        )
        assert frappe.db.get_value("Complaint", good.name, ["severity", "urgency"]) == ("Critical", "high")
        assert frappe.db.get_value("Complaint", other.name, "urgency") == "low"
        assert frappe.db.get_value("Complaint", bad.name, "severity") == bad.severity
        assert done[0]["row"]["values"]["severity"] == "Critical"

    def test_who_changed_it_meanwhile_is_told_and_nothing_is_saved(self, agent, manager):
        doc = complaint()
        seen = entry(doc, urgency="low")
        with as_user(manager):
            other = frappe.get_doc("Complaint", doc.name)
            other.urgency = "critical"
            other.save()
        with as_user(agent):
            (result,) = save(seen)
        assert not result["done"]
        assert frappe.utils.get_fullname(manager) in result["said"][0]
        assert result["row"]["values"]["urgency"] == "critical"
        assert frappe.db.get_value("Complaint", doc.name, "urgency") == "critical"

    def test_what_was_taken_is_kept_with_who_took_it_and_is_taken_back(self, agent):
        doc = complaint(description=HURT, complaint_type=None, severity=None)
        proposed = row_of(doc)["proposals"]["severity"]["value"]
        with as_user(agent):
            (result,) = save(entry(doc, severity=proposed, expectation="repair"))
            kept = json.loads(frappe.db.get_value("Complaint", doc.name, "proposals"))
            assert (kept["severity"]["state"], kept["severity"]["by"]) == ("accepted", agent)
            assert (kept["expectation"]["state"], kept["expectation"]["chosen"]) == ("changed", "repair")
            assert kept["expectation"]["value"] == "refund"
            (undone,) = save(entry(doc, "undo"))
        assert (undone["done"], undone["before"]["expectation"]) == (True, "repair")
        assert undone["row"]["proposals"]["severity"]["value"] == proposed
        assert result["row"]["values"]["expectation"] == "repair"

    def test_undo_leaves_nothing_behind(self, manager):
        """Values that stood, what followed from the change, who had judged, and what was answered to the proposals."""
        fields = "urgency complaint_type severity department sop is_complaint triage_rationale triage_decided_by triage_decided_at proposals"
        doc = complaint(description=HURT, complaint_type=None, severity=None)
        with as_user(person(roles.QUALITY_MANAGER)):
            judged = frappe.get_doc("Complaint", doc.name)
            judged.update({"is_complaint": "yes", "triage_rationale": "Reported by the hospital"})
            judged.save()
        stood = frappe.db.get_value("Complaint", doc.name, fields.split())
        offered = row_of(doc)["proposals"]
        taken = {field: offered[field]["value"] for field in ("urgency", "complaint_type")}
        with as_user(manager):
            (done,) = save(entry(doc, **taken, is_complaint="no", triage_rationale="A test"))
            assert done["done"], done["said"]
            assert frappe.db.get_value("Complaint", doc.name, fields.split()) != stood
            with as_user(person(roles.MANAGER)):
                (others,) = save(entry(doc, "undo"))
            (undone,) = save(entry(doc, "undo"))
            (again,) = save(entry(doc, "undo"))
        assert undone["done"], undone["said"]
        assert frappe.db.get_value("Complaint", doc.name, fields.split()) == stood
        assert undone["row"]["proposals"] == offered
        for refused in (others, again):
            assert not refused["done"]
            assert "cannot be undone" in refused["said"][0]

    def test_an_ignored_proposal_is_offered_no_more(self, agent):
        doc = complaint(description=HURT)
        with as_user(agent):
            (result,) = save(entry(doc, ignored=("expectation",)))
        assert "expectation" not in result["row"]["proposals"]
        assert "expectation" not in row_of(doc)["proposals"]

    def test_other_fields_are_refused(self, agent):
        doc = complaint()
        with as_user(agent):
            done = save(
                entry(doc, stage="closed"), entry(doc, settled_amount=5), entry(doc, rejection_reason="x")
            )
        assert [result["done"] for result in done] == [False] * 3
        assert frappe.db.get_value("Complaint", doc.name, "stage") == "intake"

    def test_what_the_form_refuses_is_refused_here(self, agent):
        doc = complaint(harm_level="serious")
        with as_user(agent):
            done = save(entry(doc, reportable="no"), entry(doc, harm_level="none"))
        assert [result["done"] for result in done] == [False, False]

    def test_a_complaint_that_left_triage_is_said_so(self, agent):
        doc = at_stage("solve")
        with as_user(agent):
            (result,) = save(entry(doc, urgency="low"))
        assert not result["done"]
        assert doc.name in result["said"][0]
        assert result["row"] is None

    def test_a_complaint_that_is_not_the_users_is_refused_and_not_told_of(self, agent):
        doc, other = complaint(), complaint()
        add_user_permission("Customer", other.customer, agent)
        with as_user(agent):
            (result,) = save(entry(doc, urgency="low"))
        assert not result["done"]
        assert result["row"] is None
        assert doc.subject not in " ".join(result["said"])

    def test_a_refusal_does_not_tell_whether_a_number_exists(self, agent):
        doc, other = complaint(), complaint()
        add_user_permission("Customer", other.customer, agent)
        with as_user(agent):
            results = save(entry(doc, urgency="low"), {"name": "CMP-none", "modified": "", "values": {}})
        hidden, missing = (result["said"] for result in results)
        assert [text.replace(doc.name, "CMP-none") for text in hidden] == missing

    def test_an_auditor_changes_nothing_and_is_offered_no_key_of_a_change(self, agent, manager):
        doc = complaint()
        with as_user(person(roles.AUDITOR)):
            assert not any(api.page()["may"].values())
            with pytest.raises(frappe.PermissionError):
                save(entry(doc, urgency="low"))
        with as_user(agent):
            assert (api.page()["may"]["reject"], api.page()["may"]["step"]) == (False, True)
        with as_user(manager):
            assert all(api.page()["may"][name] for name in ("write", "merge", "reject", "step"))

    @pytest.mark.parametrize(
        "sent", ["x", "{}", "[1]", '[{"name": 1}]', '[{"name": "a", "modified": "b", "values": 3}]']
    )
    def test_what_is_no_list_of_rows_is_refused(self, agent, sent):
        with as_user(agent), pytest.raises(frappe.ValidationError):
            api.save(sent)

    def test_more_than_a_page_is_refused(self, agent):
        rows = [{"name": "x", "modified": "y"}] * (triage.PAGE + 1)
        with as_user(agent), pytest.raises(frappe.ValidationError):
            api.save(rows)


class TestNoComplaint:
    REASON = "The customer asks how to clean it."

    def reject(self, doc) -> dict:
        return entry(
            doc, triage.REJECT, reportable="no", triage_rationale=self.REASON, rejection_reason=self.REASON
        )

    def test_a_manager_rejects_from_intake_in_one_go(self, manager):
        doc = complaint()
        with as_user(manager):
            (result,) = save(self.reject(doc))
        assert result["done"], result
        assert result["row"] is None
        stage, by = frappe.db.get_value("Complaint", doc.name, ["stage", "triage_decided_by"])
        assert (stage, by) == ("rejected", manager)

    def test_without_a_reason_it_stays_where_it_was(self, manager):
        doc = complaint()
        with as_user(manager):
            (result,) = save(entry(doc, triage.REJECT, reportable="no"))
        assert not result["done"]
        assert result["said"]
        assert not [text for text in result["said"] if text.startswith("[")], "sentences, no list in brackets"
        assert frappe.db.get_value("Complaint", doc.name, "stage") == "intake"

    def test_an_agent_may_not(self, agent):
        doc = complaint()
        with as_user(agent):
            (result,) = save(self.reject(doc))
        assert not result["done"]
        assert frappe.db.get_value("Complaint", doc.name, "stage") == "intake"


class TestTwins:
    TEXT = "The spout of the kettle came off while I was pouring, hot water ran over the table and my new laptop."

    def test_what_is_told_twice_is_hinted_at(self, agent):
        customer = factory.customer().name
        one = complaint(customer=customer, description=self.TEXT)
        two = complaint(customer=customer, description=self.TEXT)
        alone = complaint(description="Something else entirely was wrong with the invoice address of March.")
        with as_user(agent):
            found = api.duplicates(json.dumps([one.name, two.name, alone.name]))
        assert found[two.name]["name"] == one.name
        assert found[two.name]["reasons"]
        assert alone.name not in found

    def test_what_the_user_may_not_see_is_not_told(self, agent):
        one, two = complaint(description=self.TEXT), complaint(description=self.TEXT)
        add_user_permission("Customer", two.customer, agent)
        with as_user(agent):
            assert one.name not in json.dumps(api.duplicates([two.name, one.name]), default=str)

    def test_the_number_of_queries_is_that_of_one_row(self, agent):
        docs = [complaint(description=self.TEXT) for _ in range(6)]
        with as_user(agent):
            api.duplicates([docs[0].name])
            with queries() as one:
                api.duplicates([docs[0].name])
            with queries() as many:
                api.duplicates([doc.name for doc in docs])
        assert len(many) == len(one)


@pytest.mark.parametrize(
    "broken",
    [
        {"name": "\ud800", "modified": ""},
        {"name": "C-1", "modified": "\ud800"},
        {"name": "C-1", "modified": "", "values": {"\ud800": 1}},
    ],
)
def test_half_a_sign_is_no_row(broken, agent):
    doc = complaint()
    with as_user(agent), pytest.raises(frappe.ValidationError, match="rows"):
        api.save([entry(doc, subject="Anew"), broken])


@pytest.mark.parametrize("sent", [{"values": {"subject": "\ud800"}}, {"ignored": ["\ud800"]}])
def test_half_a_sign_in_a_value_is_of_its_row_alone(sent, agent):
    first, second = complaint(), complaint()
    with as_user(agent):
        told = api.save([entry(first) | sent, entry(second)])
    assert told[1]["done"]
    assert told[0]["done"] or told[0]["said"]
