"""Outside systems, played by a real HTTP server that behaves well and badly: asked by a job, seen, compared, left alone, tried again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import frappe
import pytest
from frappe.utils import add_to_date, cint, get_datetime, now_datetime

from complaint_qms.api import connectors as api
from complaint_qms.constants import notify, roles
from complaint_qms.constants.connector_profiles import PROFILES
from complaint_qms.constants.connectors import CALL, CONNECTOR, DONE, FACT, FAILED, WAITING
from complaint_qms.services.connectors import calls
from complaint_qms.services.inbox import reasons
from tests.desk import factory
from tests.outside_system import answers, broken_off, endless, in_turn, outside_system, silent, trickling

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def played(monkeypatch):
    monkeypatch.setitem(frappe.conf, notify.OWN_NETWORKS, ["127.0.0.1", "plm.test"])
    with outside_system() as found:
        yield found


def soon():
    """A moment at which what is asked for now is due."""
    return add_to_date(now_datetime(), seconds=10)


def connector(url: str, **values):
    given = {
        "doctype": CONNECTOR,
        "title": factory.unique("PLM"),
        "enabled": 1,
        "base_url": url,
        "about": "item_code",
        "access": "no_access",
        "method": "by_get",
        "path": "/parts/x",
        "time_limit": 1,
        "mapping": [{"label": "Revision", "path": "$.rev"}, {"label": "Drawings", "path": "$.docs[*].no"}],
    }
    return frappe.get_doc(given | values).insert()


def about_an_item(**values):
    return factory.complaint(item_code=factory.item().name, **values)


def asked_about(doc, at=None) -> list[frappe._dict]:
    """Have the systems asked, do what a worker would; the calls."""
    api.refresh(doc.doctype, doc.name)
    return worked(at)


def worked(at=None) -> list[frappe._dict]:
    calls.call_due(now=at)
    return frappe.get_all(CALL, fields=["*"], order_by="creation asc, name asc")


def test_facts_are_asked_by_a_job_kept_as_seen_and_changes_are_marked(played):
    played.plays["/parts/x"] = in_turn(
        answers({"rev": "A", "docs": [{"no": "D-1"}, {"no": "D-2"}]}),
        answers({"rev": "A", "docs": [{"no": "D-1"}, {"no": "D-2"}]}),
        answers({"rev": "B", "docs": [{"no": "D-1"}, {"no": "D-2"}]}),
    )
    plm, about, agent = connector(played.url), about_an_item(), factory.user(roles.AGENT)
    with factory.as_user(agent):
        told = api.outside_facts("Complaint", about.name)
        assert (told["facts"], told["waiting"], told["can_ask"]) == ([], 0, True)
        assert api.refresh("Complaint", about.name) == 1
        assert not played.asked  # no form waits for a system
        assert api.refresh("Complaint", about.name) == 1
        assert api.outside_facts("Complaint", about.name)["waiting"] == 1
    worked()
    assert len(played.asked) == 1
    with factory.as_user(agent):
        (fact,) = api.outside_facts("Complaint", about.name)["facts"]
    assert (fact["connector"], fact["subject"], fact["is_changed"]) == (plm.name, about.item_code, 0)
    assert fact["source"] == f"{played.url}/parts/x"
    assert [(row["label"], row["value"]) for row in fact["facts"]] == [
        ("Revision", "A"),
        ("Drawings", "D-1\nD-2"),
    ]
    file = frappe.get_doc("File", {"file_url": fact["file"], "attached_to_name": fact["name"]})
    assert (file.is_private, json.loads(file.get_content())["rev"]) == (1, "A")
    asked_about(about, add_to_date(soon(), minutes=5))  # seen alike
    assert frappe.db.count(FACT) == 1
    asked_about(about, add_to_date(soon(), minutes=10))
    (fact,) = api.outside_facts("Complaint", about.name)["facts"]
    assert fact["is_changed"]
    assert [(row["value"], row["before"], row["is_changed"]) for row in fact["facts"]] == [
        ("B", "A", 1),
        ("D-1\nD-2", "D-1\nD-2", 0),
    ]
    assert frappe.db.count(FACT) == 2
    # An investigation of the same item shows the same facts.
    other = factory.investigation(about, item_code=about.item_code)
    assert [one["name"] for one in api.outside_facts("Investigation", other.name)["facts"]] == [fact["name"]]
    with pytest.raises(frappe.ValidationError, match="is written when an outside system is called"):
        frappe.get_doc(FACT, fact["name"]).save()


@pytest.mark.parametrize(
    ("play", "state", "said", "wait"),
    [
        (silent(5), WAITING, "did not answer in time", 60),
        (trickling(5), WAITING, "did not answer in time", 60),
        (broken_off, WAITING, "cannot be reached", 60),
        (answers({}, 500), WAITING, "has a fault (500)", 60),
        (answers({}, 503, Retry_After="7200"), WAITING, "has a fault (503)", 7200),
        (answers({}, 429, Retry_After="7200"), WAITING, "no more requests for now", 7200),
        (answers({}, 401), FAILED, "does not let us in (401)", 0),
        (answers({}, 403), FAILED, "does not allow", 0),
        (answers({}, 404), FAILED, "knows nothing at this address", 0),
        (answers(b"<html>Anna's secret</html>"), FAILED, "no JSON", 0),
        (answers(b"[" * 100_000), FAILED, "no JSON", 0),
        (endless, FAILED, "more than 1 MB", 0),
        (answers({}, 302, Location="http://169.254.169.254/latest"), FAILED, "is not followed", 0),
        (answers({"code": "310036"}), FAILED, "in its answer that it refused: 310036", 0),
    ],
)  # fmt: skip
def test_a_system_that_behaves_badly_holds_nobody_up(played, play, state, said, wait):
    played.plays["/parts/x"] = play
    plm = connector(played.url, success_path="$.code", success_values="200, 00000")
    about, now = about_an_item(), soon()
    (call,) = asked_about(about, now)
    error = reasons.in_words(call.error)
    assert said in error
    assert "Anna" not in error
    assert call.state == state
    assert len(played.asked) == 1  # a redirect is not followed, a refusal not repeated
    assert not frappe.db.exists(FACT)
    plm.reload()
    assert cint(plm.failures) == (state == WAITING)
    if state == WAITING:
        pause = (get_datetime(call.next_attempt) - now).total_seconds()
        assert pause == pytest.approx(wait, abs=5)
    else:
        assert api.outside_facts("Complaint", about.name)["failed"][0]["error"] == error


def test_it_is_tried_again_given_up_and_replayed_by_a_person(played):
    played.plays["/parts/x"] = answers({}, 500)
    connector(played.url, attempts=3, breaker_limit=50)
    about, now = about_an_item(), soon()
    (call,) = asked_about(about, now)
    assert (call.state, call.attempts) == (WAITING, 1)
    worked(add_to_date(now, seconds=30))
    assert len(played.asked) == 1
    worked(add_to_date(now, minutes=2))
    (call,) = worked(add_to_date(now, minutes=10))
    assert (call.state, call.attempts, call.next_attempt) == (FAILED, 3, None)
    worked(add_to_date(now, days=1))
    assert len(played.asked) == 3
    with factory.as_user(factory.user(roles.AGENT)), pytest.raises(frappe.PermissionError):
        api.try_again([call.name])
    played.plays["/parts/x"] = answers({"rev": "A"})
    with factory.as_user(factory.user(roles.MANAGER)):
        assert api.try_again([call.name]) == 1
        assert api.try_again([call.name]) == 0
        row = frappe.get_doc(CALL, call.name)
        row.state = DONE
        with pytest.raises(frappe.ValidationError):
            row.save()
    (call,) = worked(add_to_date(now, days=2))
    assert call.state == DONE
    assert len(api.outside_facts("Complaint", about.name)["facts"]) == 1
    # A worker that was taken down in the middle: its call is not made for ever.
    frappe.db.set_value(CALL, call.name, {"state": WAITING, "attempts": 3, "next_attempt": now})
    (call,) = worked(add_to_date(now, days=3))
    assert call.state == FAILED
    assert len(played.asked) == 4


def test_a_system_that_fails_is_left_alone_by_all_workers_until_one_call_tries_it(played):
    played.plays["/parts/x"] = answers({}, 500)
    plm = connector(played.url, breaker_limit=2, breaker_minutes=30)
    now = soon()
    several = [about_an_item() for _one in range(4)]
    for one in several:
        api.refresh("Complaint", one.name)
    made = worked(now)
    assert len(played.asked) == 2  # the others wait for the pause to end
    assert {row.state for row in made} == {WAITING}
    plm.reload()
    assert (plm.failures, get_datetime(plm.open_until)) == (2, add_to_date(now, minutes=30))
    worked(add_to_date(now, minutes=29))
    assert len(played.asked) == 2
    worked(add_to_date(now, minutes=31))
    assert len(played.asked) == 3  # one tries it, in vain
    played.plays["/parts/x"] = answers({"rev": "A"})
    worked(add_to_date(now, minutes=62))
    assert len(played.asked) == 7  # the next one finds it well, and the others follow
    plm.reload()
    assert (plm.failures, plm.open_until) == (0, None)
    assert {row.state for row in frappe.get_all(CALL, fields=["state"])} == {DONE}


def test_ways_of_access(played):
    """Key, login and tokens; a token that is refused is got anew once; Kingdee and Yonyou as their documentation says."""
    about = about_an_item()

    def sent(path="/parts/x", **values):
        doc = connector(played.url, path=path, **values)
        told = api.test(doc.name, about.item_code)
        assert told["works"], told
        assert "s3cret" not in json.dumps(told)
        return doc, played.asked_at(path)[-1]

    played.plays["/parts/x"] = answers({"rev": "A"})
    _doc, asked = sent(access="api_key", key_header="X-API-Key", key_prefix="", secret="s3cret")
    assert asked.headers["x-api-key"] == "s3cret"
    _doc, asked = sent(access="basic", user="anna@example.com", secret="s3cret")
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"anna@example.com:s3cret").decode()
    played.plays["/token"] = in_turn(
        answers({"access_token": "t1", "expires_in": 3600}),
        answers({"access_token": "t2", "expires_in": 3600}),
    )
    oauth, asked = sent(
        access="oauth2", user="client", secret="s3cret", token_url=f"{played.url}/token", scope="read"
    )
    assert asked.headers["authorization"] == "Bearer t1"
    (login,) = played.asked_at("/token")
    assert (login.headers["authorization"], login.body) == (
        "Basic " + base64.b64encode(b"client:s3cret").decode(),
        b"grant_type=client_credentials&scope=read",
    )
    played.plays["/parts/x"] = in_turn(answers({}, 401), answers({"rev": "B"}))
    assert api.test(oauth.name, about.item_code)["works"]
    assert [one.headers["authorization"] for one in played.asked_at("/parts/x")[-2:]] == [
        "Bearer t1",
        "Bearer t2",
    ]
    played.plays["/parts/x"] = answers({}, 401)
    before = len(played.asked)
    assert not api.test(oauth.name, about.item_code)["works"]
    assert len(played.asked) == before + 3  # asked, a new token, asked once more; no further

    path = PROFILES["kingdee"]["path"]
    login_path = "/Kingdee.BOS.WebApi.ServicesStub.AuthService.LoginByAppSecret.common.kdsvc"
    lost = [[{"Result": {"ResponseStatus": {"ErrorCode": 500, "IsSuccess": False, "MsgCode": 1}}}]]
    played.plays[login_path] = in_turn(
        answers({"LoginResultType": 1, "KDSVCSessionId": "k1"}),
        answers({"LoginResultType": 1, "KDSVCSessionId": "k2"}),
    )
    played.plays[path] = in_turn(answers(lost), answers([["A-1", "Pump", "DN50", "C"]]))
    values = {**api.profile("kingdee"), "user": "app", "secret": "s3cret", "as_user": "demo", "account": "62"}
    _doc, asked = sent(path, **{name: value for name, value in values.items() if name != "path"})
    assert asked.headers["kdservice-sessionid"] == "k2"
    assert asked.data["data"]["FilterString"][0]["Value"] == about.item_code
    assert [one.data["appSecret"] for one in played.asked_at(login_path)] == ["s3cret", "s3cret"]

    path, token_path = PROFILES["yonyou"]["path"], "/open-auth/selfAppAuth/getAccessToken"
    played.plays[token_path] = answers({"code": "00000", "data": {"access_token": "y1", "expire": 7200}})
    played.plays[path] = answers({"code": "200", "data": {"recordList": [{"name": "Pump"}]}})
    values = {**api.profile("yonyou"), "user": "key", "secret": "s3cret"}
    _doc, asked = sent(path, **{name: value for name, value in values.items() if name != "path"})
    assert asked.query == {"access_token": "y1"}
    (login,) = played.asked_at(token_path)
    said = f"appKey{login.query['appKey']}timestamp{login.query['timestamp']}"
    assert (
        login.query["signature"]
        == base64.b64encode(hmac.new(b"s3cret", said.encode(), hashlib.sha256).digest()).decode()
    )
    kept = "".join(filter(None, frappe.get_all(CALL, pluck="sent")))
    assert kept
    for secret in ("s3cret", "t1", "k2", "y1"):
        assert secret not in kept


def test_where_calls_may_lead_is_asked_of_every_address(played, monkeypatch):
    about = about_an_item()
    plm = connector(played.url)
    monkeypatch.setitem(frappe.conf, notify.OWN_NETWORKS, [])
    told = api.test(plm.name, about.item_code)
    assert not told["works"]
    assert "lies in the server's own network" in told["said"]
    assert not played.asked
    for url in (
        "http://169.254.169.254",
        "http://10.0.0.1",
        "http://plm.example.com",
        "ftp://x",
        "https://x/?a=b",
        "https://a@b",
    ):
        with pytest.raises(frappe.ValidationError, match="System Address"):
            connector(url)
    monkeypatch.setitem(
        frappe.conf, notify.OWN_NETWORKS, ["localhost"]
    )  # a computer of the company's network by its name
    played.plays["/parts/x"] = answers({"rev": "A"})
    named = connector(played.url.replace("127.0.0.1", "localhost"))
    assert api.test(named.name, about.item_code)["works"]
    # The token's address is asked as well.
    values = {"access": "oauth2", "user": "c", "secret": "s", "token_url": "https://[::1]/token"}
    with pytest.raises(frappe.ValidationError, match="Token Address"):
        connector(named.base_url, **values)
    # A secret is for the system it was entered for.
    keyed = connector(named.base_url, access="api_key", key_header="X-Key", secret="s3cret")
    keyed.reload()
    keyed.base_url = "https://evil.example"
    with pytest.raises(frappe.ValidationError, match="enter it anew"):
        keyed.save()


def test_what_people_enter_is_refused_with_its_remedy(played):
    for values, said in (
        ({"path": "parts"}, "Path: begin with a slash"),
        ({"path": "/{{ frappe.conf }}"}, "expressions are not run"),
        ({"query": '{"a": "{{ subject }}"}'}, "There are item_code"),
        ({"headers": '{"Authorization": "Bearer x"}'}, "looks like a secret"),
        ({"body": "{", "method": "by_post"}, "Body: this is no JSON"),
        ({"body": "{}"}, "nothing is sent with GET"),
        ({"mapping": [{"label": "A", "path": "$..x"}]}, "no path to a value"),
        ({"mapping": []}, "name at least one fact"),
        ({"access": "oauth2"}, "Token Address: enter it"),
        ({"time_limit": 400}, "enter 1 to 25"),
        ({"attempts": -1}, "enter 1 to 6"),
        ({"success_path": "$.code"}, "enter at least one"),
    ):
        with pytest.raises(frappe.ValidationError, match=said):
            connector(played.url, **values)
    assert connector(played.url, enabled=0, mapping=[]).name


def test_the_genealogy_tells_facts_of_a_batch_and_of_its_item(played):
    played.plays["/records"] = answers({"rev": "Line 3"})
    played.plays["/parts/x"] = answers({"rev": "C"})
    item = factory.item(batch=True)
    batch = factory.batch(item.name)
    connector(
        played.url, about="batch_no", path="/records", query='{"b": "{{ batch_no }}", "i": "{{ item_code }}"}'
    )
    connector(played.url)
    asked_about(factory.complaint(item_code=item.name, batch_no=batch.name))
    assert played.asked_at("/records")[0].query == {"b": batch.name, "i": item.name}
    with factory.as_user(factory.user(roles.INVESTIGATOR)):
        told = api.facts_of_batch(batch.name)
    assert [(one["about"], one["subject"], one["facts"][0]["value"]) for one in told] == [
        ("batch_no", batch.name, "Line 3"),
        ("item_code", item.name, "C"),
    ]
    with factory.as_user(factory.user(roles.ACTION_OWNER)), pytest.raises(frappe.PermissionError):
        api.facts_of_batch(batch.name)


def test_who_sees_no_complaint_sees_no_facts_of_it_and_the_log_names_nobody(played):
    played.plays["/cases"] = answers({"rev": "A"})
    about = factory.complaint(subject="Anna Schmidt was hurt")
    fields = {
        "method": "by_post",
        "body": '{"id": "{{ complaint }}", "text": "{{ subject }}"}',
        "path": "/cases",
    }
    connector(played.url, about="complaint", **fields)
    (call,) = asked_about(about)
    assert played.asked[0].data == {"id": about.name, "text": "Anna Schmidt was hurt"}
    assert about.name in call.sent
    assert "Anna" not in json.dumps(call, default=str)
    stranger = factory.user(roles.AGENT)
    other = about_an_item()
    frappe.get_doc(
        doctype="User Permission", user=stranger, allow="Customer", for_value=other.customer
    ).insert()
    (fact,) = frappe.get_all(FACT, pluck="name")
    assert frappe.get_list(FACT, pluck="name") == [fact]
    if about.customer != other.customer:
        with factory.as_user(stranger):
            assert frappe.get_list(FACT, pluck="name") == []
            with pytest.raises(frappe.PermissionError):
                api.outside_facts("Complaint", about.name)
    with factory.as_user(factory.user(roles.AGENT)):
        assert not frappe.has_permission(CONNECTOR, "read")
        with pytest.raises(frappe.PermissionError):
            api.test(frappe.get_all(CONNECTOR, pluck="name")[0], about.name)
