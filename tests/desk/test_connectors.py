"""Outside systems, played by a real HTTP server that behaves well and badly: asked by a job, seen, compared, left alone, tried again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import frappe
import pytest
from frappe.utils import add_to_date

from complaint_qms.api import connectors as api
from complaint_qms.constants import notify, roles
from complaint_qms.constants.connector_profiles import PROFILES
from complaint_qms.constants.connectors import CALL, CONNECTOR, FACT, WAITING
from tests.desk import factory
from tests.desk.connected import about_an_item, asked_about, connector, soon, worked
from tests.outside_system import answers, in_turn, outside_system

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def played(monkeypatch):
    monkeypatch.setitem(frappe.conf, notify.OWN_NETWORKS, ["127.0.0.1", "plm.test"])
    with outside_system() as found:
        yield found


@pytest.mark.smoke
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


def test_facts_follow_an_item_that_is_renamed_and_are_nobody_elses(played):
    played.plays["/parts/x"] = answers({"rev": "A"})
    connector(played.url)
    long = factory.unique("LONG").ljust(139, "x")
    one, other = (factory.complaint(item_code=factory.item(item_code=long + end).name) for end in "12")
    asked_about(one, soon())
    assert api.outside_facts("Complaint", other.name)["facts"] == []
    assert api.refresh("Complaint", other.name) == 1
    assert frappe.db.count(CALL, {"state": WAITING}) == 1
    new = frappe.rename_doc("Item", one.item_code, factory.unique("Renamed"))
    (fact,) = api.outside_facts("Complaint", one.name)["facts"]
    assert fact["subject"] == new


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
    kingdee, asked = sent(path, **{name: value for name, value in values.items() if name != "path"})
    assert asked.headers["kdservice-sessionid"] == "k2"
    assert asked.data["data"]["FilterString"][0]["Value"] == about.item_code
    assert [one.data["appSecret"] for one in played.asked_at(login_path)] == ["s3cret", "s3cret"]
    lost[0][0]["Result"]["ResponseStatus"]["MsgCode"] = 9  # no such field: the session is as good as it was
    played.plays[path], before = answers(lost), len(played.asked)
    assert not api.test(kingdee.name, about.item_code)["works"]
    assert len(played.asked) == before + 1

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
    # That holds for the computer that gives tokens as well, also where there was none before.
    elsewhere = {"access": "oauth2", "user": "c", "token_url": "https://evil.example/token"}
    keyed.reload()
    with pytest.raises(frappe.ValidationError, match="enter it anew"):
        keyed.update(elsewhere).save()
    keyed.reload()
    keyed.update({**elsewhere, "secret": "another"}).save()


def test_what_people_enter_is_refused_with_its_remedy(played):
    for values, said in (
        ({"path": "parts"}, "Path: begin with a slash"),
        ({"path": "/{{ frappe.conf }}"}, "expressions are not run"),
        ({"query": '{"a": "{{ subject }}"}'}, "There are item_code"),
        ({"headers": '{"Authorization": "Bearer x"}'}, "looks like a secret"),
        ({"headers": '{"X-Site": "厂"}'}, "Headers: “X-Site” holds letters that no header takes"),
        ({"access": "api_key", "key_header": "X-Key", "secret": "密码"}, "Secret: enter it in Latin letters"),
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
