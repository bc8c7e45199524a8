"""What a customer sees in the portal: their own complaints, by both ways in which a login belongs to a customer, and nobody else's."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.utils import now_datetime

from complaint_qms.api import portal as door
from complaint_qms.permissions.portal import party_of
from complaint_qms.services.portal import listing
from complaint_qms.services.visitor import links, tracking
from tests.desk import factory
from tests.desk.portal import (
    DOOR,
    buyer,
    by_contact,
    by_portal_user,
    filed,
    login,
    look,
    portal_open,
    queries,
)
from tests.desk.wire import ask


@pytest.fixture(autouse=True)
def open_portal(site):
    with portal_open():
        yield


def names(email: str, state: str = "all") -> list[str]:
    return [row["name"] for row in listing.complaints(party_of(email), state, 1)["rows"]]


def test_both_ways_of_belonging_to_a_customer_count_and_several_customers_too():
    first, second, third = (factory.customer().name for _ in range(3))
    email = by_portal_user(first, login())
    by_contact(second, email)
    ours = [factory.complaint(customer=name).name for name in (first, second)]
    theirs = factory.complaint(customer=third).name
    assert set(party_of(email).customers) == {first, second}
    assert set(names(email)) == set(ours)
    assert look(email, ours[0])["number"] == ours[0]
    for name in (theirs, "CMP-0000", "x' or 1=1"):
        with pytest.raises(frappe.DoesNotExistError, match="not there, or not yours"):
            look(email, name)


def test_an_equal_mail_address_opens_nothing():
    customer = factory.customer(email_id="ann@customer.example").name
    email = login()
    frappe.db.set_value("Customer", customer, "email_id", email)
    contact = factory.contact(customer)
    contact.append("email_ids", {"email_id": email})  # a second address, which carries no login
    contact.save()
    frappe.db.set_value("Contact", contact.name, "user", None)
    factory.complaint(customer=customer, contact_email=email)
    assert party_of(email).customers == ()


def test_a_contact_that_a_customer_makes_for_themselves_opens_nothing():
    """Frappe lets everybody who logs in make contacts."""
    customer = factory.customer().name
    email = login()
    values = {
        "first_name": "Mallory", "user": email, "owner": "Administrator",
        "links": [{"link_doctype": "Customer", "link_name": customer, "owner": "Administrator"}],
    }  # fmt: skip
    made = ask("POST", "/api/resource/Contact", values, user=email, keep=True)
    assert made.status == 200, made
    assert party_of(email).customers == ()
    accomplice = login()
    values |= {"user": accomplice, "first_name": "Trent"}
    assert ask("POST", "/api/resource/Contact", values, user=email, keep=True).status == 200
    assert party_of(accomplice).customers == ()
    assert ask("POST", DOOR + "lines", {}, user=email).status == 403


def test_a_contact_made_at_signing_up_counts_once_staff_connect_it():
    customer = factory.customer().name
    email = login()
    contact = frappe.get_doc("Contact", by_contact(customer, email))
    frappe.db.set_value("Contact", contact.name, "owner", "Guest")
    assert party_of(email).customers == (customer,)
    frappe.db.set_value("Contact", contact.name, "owner", email)
    assert party_of(email).customers == ()


def test_who_is_out_of_use_or_restricted_or_has_not_the_role_sees_nothing():
    first, second = factory.customer().name, factory.customer().name
    email = by_portal_user(second, by_portal_user(first, login()))
    factory.make("User Permission", user=email, allow="Customer", for_value=first, apply_to_all_doctypes=1)
    assert party_of(email).customers == (first,)
    frappe.db.set_value("Customer", first, "disabled", 1)
    assert party_of(email).customers == ()
    answer = ask("POST", DOOR + "look", {"complaint": factory.complaint(customer=second).name}, user=email)
    assert (answer.status, "does not belong to a customer" in answer.said) == (403, True)
    third = factory.customer().name
    stranger = by_portal_user(third, login())
    assert party_of(stranger).customers == (third,)
    frappe.get_doc("User", stranger).remove_roles("Customer")
    assert party_of(stranger).customers == ()


def test_a_complaint_without_a_customer_is_its_contacts():
    ours, theirs = factory.customer().name, factory.customer().name
    email = login()
    mine = by_contact(ours, email)
    colleague = factory.contact(ours).name
    both = factory.contact(ours)
    both.append("links", {"link_doctype": "Customer", "link_name": theirs})
    both.save()
    by_me, by_colleague, by_both, of_theirs = (
        factory.complaint(complainant_name="Ann", contact_person=contact).name
        for contact in (mine, colleague, both.name, factory.contact(theirs).name)
    )
    assert set(names(email)) == {by_me, by_colleague}
    assert look(email, by_me)["number"] == by_me
    for name in (by_both, of_theirs):
        with pytest.raises(frappe.DoesNotExistError):
            look(email, name)


def test_nothing_from_inside_is_told():
    email = login()
    customer = factory.customer().name
    by_portal_user(customer, email)
    inside = "Only for colleagues"
    doc = factory.complaint(customer=customer, subject=inside, description=inside)
    for stage in ("intake", "triage", "investigate", "confirm", "closed", "on_hold", "rejected", "void"):
        told = dict.fromkeys(("triage_rationale", "hold_reason", "rejection_reason", "void_reason", "closing_summary", "agreement_note"), inside)  # fmt: skip
        frappe.db.set_value("Complaint", doc.name, {"stage": stage, **told})
        seen = json.dumps([look(email, doc.name), listing.complaints(party_of(email), "all", 1)])
        assert inside not in seen
        assert "Administrator" not in seen


def test_open_and_finished_ones_are_listed_apart_newest_first_and_in_pages(monkeypatch):
    monkeypatch.setattr(listing, "COUNT", 2)
    customer = factory.customer().name
    email = buyer(customer)
    made = [factory.complaint(customer=customer).name for _ in range(5)]
    for hours, name in enumerate(made):
        moment = frappe.utils.add_to_date(now_datetime(), hours=hours - 10)
        frappe.db.set_value("Complaint", name, "received_at", moment)
    frappe.db.set_value("Complaint", made[1], "stage", "closed")
    party = party_of(email)
    first, second = (listing.complaints(party, "open", page) for page in (1, 2))
    assert [row["name"] for row in first["rows"]] == [made[4], made[3]]
    assert (first["more"], second["more"]) == (True, False)
    assert [row["name"] for row in second["rows"]] == [made[2], made[0]]
    assert names(email, "ended") == [made[1]]
    assert names(email, "no such state") == [made[4], made[3]]
    assert listing.complaints(party, "all", 10**9)["rows"] == []


def test_a_list_asks_the_same_number_of_queries_however_long_it_is():
    customer = factory.customer().name
    email = buyer(customer)
    party = party_of(email)
    counts = []
    for _more in range(2):
        for _one in range(3):
            factory.complaint(customer=customer)
        counts.append(queries(lambda: listing.complaints(party, "all", 1)))
    assert counts[0] == counts[1] <= 3


def test_a_merged_complaint_leads_to_its_original_where_that_is_theirs():
    ours, theirs = factory.customer().name, factory.customer().name
    email = buyer(ours)
    original, foreign = factory.complaint(customer=ours), factory.complaint(customer=theirs)
    first, second = factory.complaint(customer=ours), factory.complaint(customer=ours)
    frappe.db.set_value("Complaint", original.name, "stage", "investigate")
    frappe.db.set_value("Complaint", foreign.name, "stage", "closed")
    for doc, into in ((first, original), (second, foreign)):
        frappe.db.set_value("Complaint", doc.name, {"stage": "duplicate", "duplicate_of": into.name})
    told = look(email, first.name)
    assert (told["step"], told["original"]) == ("investigated", original.name)
    told = look(email, second.name)
    assert (told["sentence"], told["original"]) == ("It is handled together with another complaint.", None)
    assert foreign.name not in json.dumps(told)
    rows = {row["name"]: row for row in listing.complaints(party_of(email), "all", 1)["rows"]}
    assert rows[first.name]["sentence"] == "We are looking for the cause."
    assert rows[second.name]["sentence"] == "It is handled together with another complaint."
    assert set(names(email, "open")) == {original.name, first.name}


def test_what_is_written_reaches_the_complaint_once_and_is_seen_by_both_ways():
    customer = factory.customer().name
    email = buyer(customer)
    doc = factory.complaint(customer=customer)
    key = frappe.generate_hash(length=32)
    with factory.as_user(email):
        for _again in range(2):
            told = door.answer(doc.name, key, "It is <b>red</b>")
    assert [(row["mine"], row["text"]) for row in told["messages"]] == [(True, "It is <b>red</b>")]
    about = {"reference_doctype": "Complaint", "reference_name": doc.name, "sent_or_received": "Received"}
    mails = frappe.get_all("Communication", about, ["sender_full_name"])
    assert [mail.sender_full_name for mail in mails] == ["Ann Lee"]
    item = frappe.get_last_doc("Complaint Inbox Item")
    assert (item.road, item.state, item.complaint, item.sender_address) == (
        "portal",
        "added",
        doc.name,
        email,
    )
    link = links.make_link(complaint=doc.name)
    seen = tracking.how_it_stands(link.partition("#")[2])
    assert [row["text"] for row in seen["messages"]] == ["It is <b>red</b>"]


def test_a_solution_is_accepted_or_refused_with_a_word():
    customer = factory.customer().name
    email = buyer(customer)
    told = {"reply": "<p>A new lid.</p>", "reply_sent_at": now_datetime(), "customer_agreement": None}
    for accepted, word in ((True, "agreed"), (False, "disagreed")):
        doc = factory.at_stage("confirm", customer=customer)
        frappe.db.set_value("Complaint", doc.name, told)
        assert look(email, doc.name)["solution"]["waits"]
        assert [row["waits"] for row in listing.complaints(party_of(email), "all", 1)["rows"] if row["name"] == doc.name] == [["solution"]]  # fmt: skip
        key = frappe.generate_hash(length=32)
        with factory.as_user(email):
            if not accepted:
                with pytest.raises(frappe.ValidationError, match="Tell us why"):
                    door.decide(doc.name, key, accepted=False)
            for _again in range(2):  # the first answer was lost
                seen = door.decide(
                    doc.name, key, accepted=accepted, text="" if accepted else "It is too small"
                )
        answered = {name: seen["solution"][name] for name in ("text", "waits", "answer", "said")}
        said = "" if accepted else "It is too small"
        assert answered == {"text": "A new lid.", "waits": False, "answer": word, "said": said}
        lines = frappe.get_all("Comment", {"reference_name": doc.name, "content": ("like", "%in the portal%")}, pluck="content")  # fmt: skip
        assert len(lines) == 1
        with factory.as_user(email), pytest.raises(frappe.ValidationError, match="No solution waits"):
            door.decide(doc.name, frappe.generate_hash(length=32), accepted=True)


def test_a_portal_that_is_shut_answers_nobody_and_a_login_knocks_so_often():
    customer = factory.customer().name
    email = buyer(customer)
    doc = factory.complaint(customer=customer)
    calls = (
        ("lines", {}), ("line", {"doctype": "Delivery Note", "row": "x"}), ("begin_upload", {"file_name": "a.jpg", "size": 10}),
        ("send_piece", {"upload": "x", "offset": 0}), ("upload_state", {"upload": "x"}), ("file_complaint", {"key": "k" * 32, "data": {}}),
        ("look", {"complaint": doc.name}), ("answer", {"complaint": doc.name, "key": "k" * 32, "text": "x"}),
        ("decide", {"complaint": doc.name, "key": "k" * 32, "accepted": True}), ("rate", {"complaint": doc.name, "key": "k" * 32, "stars": 5}),
    )  # fmt: skip
    for name, values in calls:
        assert ask("POST", DOOR + name, values, user="Guest").status == 403, name
        assert ask("GET", DOOR + name, values, user=email).status == 403, name
    frappe.cache.delete_keys("rl:")
    for _knock in range(60):
        assert ask("POST", DOOR + "file_complaint", {"key": "short"}, user=email).status == 417
    assert ask("POST", DOOR + "file_complaint", {"key": "short"}, user=email).status == 429
    frappe.db.set_single_value("Complaint QMS Settings", "portal_enabled", 0)
    frappe.clear_document_cache("Complaint QMS Settings", "Complaint QMS Settings")
    for name, values in calls:
        got = ask("POST", DOOR + name, values, user=email)
        assert (got.status, "closed" in got.said) == (403, True), name


def test_the_frameworks_own_doors_stay_shut_for_customers():
    customer = factory.customer().name
    email = buyer(customer)
    doc = filed(email)
    item = doc.source_name
    for path in (
        "/api/resource/Complaint",
        f"/api/resource/Complaint/{doc.name}",
        f"/api/resource/Complaint Inbox Item/{item}",
        f"/api/method/frappe.client.get?doctype=Complaint&name={doc.name}",
        f"/api/method/frappe.client.get_value?doctype=Complaint&filters={doc.name}&fieldname=subject",
        "/api/method/frappe.client.get_list?doctype=Complaint",
        "/api/method/frappe.www.list.get?doctype=Complaint",
        f"/api/method/frappe.www.printview.get_html_and_style?doc=Complaint&name={doc.name}",
        f"/api/method/frappe.desk.form.load.getdoc?doctype=Complaint&name={doc.name}",
    ):
        answer = ask("GET", path, user=email)
        assert answer.status in (403, 404, 417) or not json.dumps(answer.body).count(doc.subject), (
            path,
            answer,
        )
    for path, values in (
        (f"/api/resource/Complaint/{doc.name}", {"subject": "Mine now"}),
        ("/api/resource/Complaint", {"subject": "x"}),
    ):
        assert ask("PUT" if doc.name in path else "POST", path, values, user=email).status == 403
    assert not frappe.has_website_permission(doc, user=email)


def test_the_entry_in_the_menu_follows_the_switch():
    settings = frappe.get_doc("Complaint QMS Settings")
    for shown in (0, 1, 0):
        settings.portal_enabled = 1 - shown
        settings.db_set("portal_enabled", 1 - shown)
        settings.reload()
        settings.portal_enabled = shown
        settings.save()
        rows = [row.enabled for row in frappe.get_doc("Portal Settings").menu if row.route == "/complaints"]
        assert rows == [shown]
