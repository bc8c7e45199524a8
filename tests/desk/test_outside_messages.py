"""Facts that outside systems send by themselves: signed, fresh, once, mapped; who cannot sign learns nothing, and every refusal is written down."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

import complaint_qms
from complaint_qms.api import connectors as api
from complaint_qms.api import outside_messages, signed_doors
from complaint_qms.constants import roles
from complaint_qms.constants.connectors import ADDRESS, CALL, CONNECTOR, FACT, REFUSED_AN_HOUR
from complaint_qms.services.connectors import calls, receiving, signed_settings
from complaint_qms.services.inbox import reasons
from tests.desk import factory
from tests.desk.chatting import SECRET, Told, a_channel, knock, own_secret, signed

pytestmark = pytest.mark.usefixtures("site")
MAPPING = [{"label": "Result", "path": "$.result"}, {"label": "Values", "path": "$.readings[*].value"}]


@pytest.fixture(autouse=True)
def fresh_limits():
    yield
    frappe.cache.delete_keys("rl:complaint_qms.api.outside_messages")


def receiver(**values):
    given = {
        "doctype": CONNECTOR,
        "title": factory.unique("MES"),
        "purpose": "receive_facts",
        "enabled": 1,
        "about": "batch_no",
        "secret": own_secret(),
        "subject_path": "$.batch",
        "mapping": MAPPING,
    }
    return frappe.get_doc(given | values).insert()


def posts(connector, body: bytes, secret: str = "", at: float | None = None, **more) -> Told:
    return knock(
        connector.receive_key,
        body,
        signed(body, secret or connector.get_password("secret"), at) | more,
        first=ADDRESS,
    )


def message(batch: str, **more) -> bytes:
    return json.dumps(
        {"id": factory.unique("M"), "batch": batch, "result": "failed", "readings": [{"value": 9.1}, {"value": 9.4}]} | more
    ).encode()  # fmt: skip


def log(connector) -> list[frappe._dict]:
    rows = frappe.get_all(CALL, {"connector": connector.name}, ["*"], order_by="creation asc, name asc")
    return [frappe._dict(row, said=reasons.in_words(row.error)) for row in rows]


def test_a_signed_message_is_a_fact_with_time_and_source():
    mes, batch = receiver(), factory.batch(factory.item(batch=True).name)
    about = factory.complaint(item_code=batch.item, batch_no=batch.name)
    body = message(batch.name, odd="\ud800 <b>x</b>", result="failed \ud800")
    told = posts(mes, body)
    assert (told.status, json.loads(told.text)) == (202, {"id": json.loads(body)["id"]})
    with factory.as_user(factory.user(roles.AGENT)):
        (fact,) = api.outside_facts("Complaint", about.name)["facts"]
    assert [(row["label"], row["value"]) for row in fact["facts"]] == [("Result", "failed ?"), ("Values", "9.1\n9.4")]  # fmt: skip
    assert (fact["connector"], fact["source"], fact["subject"]) == (mes.name, "198.51.100.9", batch.name)
    file = frappe.get_doc("File", {"file_url": fact["file"], "attached_to_name": fact["name"]})
    assert (file.is_private, file.get_content()) == (1, body.decode())
    (call,) = log(mes)
    assert (call.kind, call.state, call.status, call.batch_no, call.message) == ("facts_received", "done", 202, batch.name, None)  # fmt: skip
    # Another value is a further fact beside the former one; the same again only confirms.
    assert posts(mes, message(batch.name, result="passed")).status == 202
    assert posts(mes, message(batch.name, result="passed")).status == 202
    with factory.as_user(factory.user(roles.AGENT)):
        (fact,) = api.outside_facts("Complaint", about.name)["facts"]
    assert (fact["facts"][0]["value"], fact["facts"][0]["before"], fact["is_changed"]) == ("passed", "failed ?", 1)  # fmt: skip
    assert frappe.db.count(FACT) == 2
    with pytest.raises(frappe.ValidationError, match="is asked for nothing"):
        api.test(mes.name, "")


def test_who_cannot_sign_learns_nothing_and_every_refusal_is_written_down(
    monkeypatch: pytest.MonkeyPatch,
):
    mes, batch = receiver(), factory.batch(factory.item(batch=True).name)
    body = message(batch.name)
    refused = [
        {},
        {"X-Timestamp": str(int(time.time())), "X-Signature": "sha256=" + "0" * 64},
        {"X-Timestamp": "yesterday", "X-Signature": "sha256=é".encode().decode("latin-1")},
        signed(body, "another secret of someone"),
        signed(body, SECRET, time.time() - 400),
        signed(body, SECRET, time.time() + 400),
        signed(body + b" ", SECRET),
        signed(body, SECRET) | {"X-Timestamp": str(int(time.time()) - 1)},
    ]
    for headers in refused:
        told = knock(mes.receive_key, body, headers, first=ADDRESS)
        assert (told.status, told.text) == (403, ""), headers
    for key in ("x" * 43, "", "../../etc", "%00", mes.receive_key + "/x", mes.receive_key.lower()):
        told = knock(key, body, signed(body, SECRET), first=ADDRESS)
        assert (told.status, told.text) == (403, ""), key
    for method in ("GET", "PUT", "DELETE"):
        assert knock(mes.receive_key, body, signed(body, SECRET), method, first=ADDRESS).status == 403
    rows = log(mes)
    assert len(rows) >= len(refused)
    assert {(row.state, row.status, row.said, row.came_from, row.message) for row in rows} == {
        ("failed", 403, "Signature or time of the message are wrong.", "198.51.100.9", None)
    }
    assert SECRET not in json.dumps(rows, default=str)
    assert calls.try_again([row.name for row in rows]) == 0
    # A log that cannot be written changes no answer.
    logged = []
    with monkeypatch.context() as within:
        within.setattr(receiving, "insert_by_server", lambda _row: frappe.throw("too long"))
        within.setattr(signed_doors, "_log", lambda *about: logged.append(about))
        for key in (mes.receive_key, "x" * 43):
            told = knock(key, body, {}, first=ADDRESS)
            assert (told.status, told.text) == (403, ""), key
    assert len(logged) == 1
    # What a proxy passes on as an address, and is none, is not kept.
    for said, kept in (("1" * 500, ""), ("<script>", ""), ("2001:DB8::1", "2001:db8::1"), ("198.51.100.9", "198.51.100.9")):  # fmt: skip
        monkeypatch.setattr(frappe.local, "request_ip", said)
        assert outside_messages._came_from() == kept
    # From one address no more is written down, nor answered with anything but 429.
    for _again in range(REFUSED_AN_HOUR):
        told = knock(mes.receive_key, body, {}, first=ADDRESS)
    assert told.status == 429
    assert len(log(mes)) <= REFUSED_AN_HOUR
    # Nor whatever addresses a proxy is made to name.
    for number in range(REFUSED_AN_HOUR):
        knock(mes.receive_key, body, {}, first=ADDRESS, came_from=f"203.0.113.{number}")
    assert len(log(mes)) <= REFUSED_AN_HOUR
    assert not frappe.db.exists(FACT)
    mes.reload()
    mes.enabled = 0
    mes.save()
    assert knock(mes.receive_key, body, signed(body, SECRET), first=ADDRESS).status in (403, 429)


def test_a_message_is_taken_once():
    mes, other = receiver(), receiver()
    batch = factory.batch(factory.item(batch=True).name)
    body = message(batch.name)
    assert [posts(mes, body).status for _again in range(3)] == [202, 409, 409]
    changed = json.dumps(json.loads(body) | {"result": "passed"}).encode()
    assert posts(mes, changed).status == 409
    assert [row.state for row in log(mes)] == ["done", "failed", "failed", "failed"]
    (fact,) = frappe.get_all(FACT, ["seen_at", "confirmed_at"])
    assert fact.seen_at == fact.confirmed_at
    assert posts(other, body).status == 202  # ids are each system's own
    by_case = json.loads(body)["id"].lower()
    assert posts(mes, message(batch.name, id=by_case)).status == 202


def test_two_messages_of_one_moment_are_compared_one_after_the_other(monkeypatch):
    """The first statement of a new transaction waits for the other message: what is read by then is older, and both would be the latest."""
    mes, batch = receiver(), factory.batch(factory.item(batch=True).name)
    asked, sql = [], frappe.db.sql
    monkeypatch.setattr(frappe.db, "commit", lambda: asked.append("COMMIT"))
    monkeypatch.setattr(
        frappe.db, "sql", lambda query, *args, **more: asked.append(str(query)) or sql(query, *args, **more)
    )
    assert posts(mes, message(batch.name)).status == 202
    first = asked[asked.index("COMMIT") + 1]
    assert "tabQMS Connector`" in first
    assert first.endswith("FOR UPDATE")


def test_what_is_signed_and_cannot_be_read_is_refused_with_a_word_and_never_half_taken(monkeypatch):
    mes, batch = receiver(), factory.batch(factory.item(batch=True).name)
    good = json.loads(message(batch.name))
    for body, said in (
        (b"", "no JSON object"),
        (b"{", "no JSON object"),
        (b"[]", "no JSON object"),
        (b"\xff\xfe\x00", "no JSON object"),
        (json.dumps(good)[:-1].encode() + b', "x": NaN}', "no JSON object"),
        (b'{"a":' * 50_000, "levels"),
        (b"[" * 200_000, "levels"),
        (json.dumps(good | {"deep": json.loads("[" * 25 + "]" * 25)}).encode(), "more than 20 levels"),
        (json.dumps(good)[:-1].encode() + b', "batch": "OTHER"}', "the name “batch” twice"),
        (json.dumps({**good, "id": ""}).encode(), "at $.id"),
        (json.dumps({**good, "id": ["a"]}).encode(), "at $.id"),
        (json.dumps({**good, "id": "x" * 141}).encode(), "at $.id"),
    ):
        told = posts(mes, body)
        assert (told.status, json.loads(told.text)) == (400, {"error": "unreadable"}), body[:40]
        assert said in log(mes)[-1].said
    large = json.dumps(good | {"more": "x" * (10 << 20)}).encode()
    # Of more than 1 MB no sum is made: signed or not, there or not, it is answered alike.
    with monkeypatch.context() as patched:
        patched.setattr(receiving, "is_signed", lambda *_asked: pytest.fail("a sum was made"))
        assert [posts(mes, large).status, knock(mes.receive_key, large, {}, first=ADDRESS).status] == [403, 403]  # fmt: skip
    assert [row.said for row in log(mes)[-2:]] == ["The message has more than 1 MB."] * 2
    assert not frappe.db.exists(FACT)
    assert {row.state for row in log(mes)} == {"failed"}
    assert posts(mes, json.dumps(good).encode()).status == 202


def test_nobody_is_told_what_there_is_and_a_person_reads_again_what_was_kept():
    """Known or not, of another company or without facts: the sender hears the same."""
    mes, item = receiver(), factory.item(batch=True).name
    name = factory.unique("LATER")
    assert posts(mes, message(name)).status == 202
    assert posts(mes, message(["a", "b"])).status == 202
    batch = factory.batch(item).name
    assert posts(mes, json.dumps({"id": "no facts", "batch": batch}).encode()).status == 202
    unknown, _several, empty = log(mes)
    assert "Nothing is known here" in unknown.said
    assert "has none of the facts" in empty.said
    frappe.get_doc(doctype="Batch", batch_id=name, item=item).insert()
    # What came later was taken meanwhile: the older message is no news any more.
    came = frappe.db.get_value(CALL, unknown.name, "creation")
    assert posts(mes, message(name, result="passed")).status == 202
    manager = factory.user(roles.MANAGER)
    with factory.as_user(manager):
        assert api.try_again([unknown.name]) == 1
    calls.call_due(now=add_to_date(now_datetime(), seconds=5))
    newer, older = frappe.get_all(FACT, ["batch_no", "seen_at", "is_latest", "is_changed"], order_by="is_latest desc")  # fmt: skip
    assert (newer.batch_no, newer.is_latest, newer.is_changed) == (name, 1, 0)
    assert (older.batch_no, older.is_latest, older.seen_at) == (name, 0, came)
    row = frappe.get_doc(CALL, unknown.name)
    assert (row.state, row.batch_no, row.status, row.message) == ("done", name, 202, None)
    # A complaint of another company is nobody's business.
    about = factory.complaint()
    theirs = receiver(about="complaint", subject_path="$.case", company=factory.other_company())
    assert posts(theirs, json.dumps({"id": "1", "case": about.name, "result": "x"}).encode()).status == 202
    assert "Nothing is known here" in log(theirs)[-1].said
    assert not frappe.db.exists(FACT, {"complaint": about.name})
    # What is about nobody known is read by those of the connector's company, or of any company.
    seen = [empty.name, log(theirs)[-1].name]

    def shown() -> list[bool]:
        with factory.as_user(manager):
            listed = frappe.get_list(CALL, {"name": ("in", seen)}, pluck="name")
            return [name in listed and frappe.get_doc(CALL, name).has_permission("read") for name in seen]

    assert shown() == [True, True]
    frappe.get_doc(doctype="User Permission", user=manager, allow="Company", for_value=theirs.company, apply_to_all_doctypes=1).insert()  # fmt: skip
    assert shown() == [False, True]


def test_two_secrets_count_for_a_stated_time():
    mes, batch = receiver(overlap_hours=2), factory.batch(factory.item(batch=True).name)
    told = api.new_secret(mes.name)
    assert len(told["secret"]) >= 32
    assert (told["former_until"] - now_datetime()).total_seconds() == pytest.approx(7200, abs=60)
    for secret in (SECRET, told["secret"]):
        assert posts(mes, message(batch.name), secret).status == 202
    frappe.db.set_value(CONNECTOR, mes.name, "former_until", add_to_date(now_datetime(), seconds=-1))
    assert posts(mes, message(batch.name), SECRET).status == 403
    assert posts(mes, message(batch.name), told["secret"]).status == 202
    mes.reload()
    mes.update({"overlap_hours": 0, "secret": "typed-by-somebody-else"}).save()
    assert posts(mes, message(batch.name), told["secret"]).status == 403
    assert posts(mes, message(batch.name), "typed-by-somebody-else").status == 202
    mes.reload()
    key = mes.receive_key
    mes.update({"receive_key": "x" * 43, "former_until": "2099-01-01", "former_secret": "mine"}).save()
    assert (mes.receive_key, mes.former_until, mes.former_secret) == (key, None, None)
    with pytest.raises(frappe.ValidationError, match="at least 16 characters"):
        mes.update({"secret": "short"}).save()
    # The key of another purpose, which others know, signs nothing.
    asker = receiver(purpose="ask_facts", access="api_key", base_url="https://mes.example.com", path="/x")
    for kept, purpose in ((None, "receive_facts"), (SECRET, "receive_facts"), (None, "send_events")):
        asker.reload()
        asker.update({"purpose": purpose, "secret": kept or asker.secret})
        with pytest.raises(frappe.ValidationError, match="Secret: enter a new one"):
            asker.save()
    mes.reload()
    with factory.as_user(factory.user(roles.MANAGER)), pytest.raises(frappe.PermissionError):
        api.new_secret(mes.name)
    assert signed_settings.receive_address(mes).endswith(f"/{ADDRESS}/{key}")
    with pytest.raises(frappe.ValidationError, match="Path to the Name: enter it"):
        receiver(subject_path="")
    with pytest.raises(frappe.ValidationError, match="save the connector switched off"):
        receiver(secret="")


def test_what_signs_is_of_one_record_alone():
    secret = factory.unique("one secret of two programs")
    first = receiver(secret=secret)
    notices = {"doctype": "Complaint Notification Channel", "title": factory.unique("N"), "service": "webhook", "webhook_address": "https://a.example/x"}  # fmt: skip
    for other in (
        lambda: receiver(secret=secret),
        lambda: a_channel(app_secret=secret),
        lambda: frappe.get_doc(notices | {"app_secret": secret}).insert(),
    ):
        with pytest.raises(frappe.ValidationError, match=f"Secret: QMS Connector {first.name} signs with the same"):  # fmt: skip
            other()
    first.reload()
    first.update({"secret": secret}).save()


def test_the_example_of_the_documentation_signs_as_we_do():
    text = Path(complaint_qms.__file__).parent.parent.joinpath("docs/webhooks.md").read_text("utf-8")
    code = next(part for part in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "def signed" in part)
    found: dict = {"__name__": "example"}
    exec(code, found)
    mes, batch = receiver(), factory.batch(factory.item(batch=True).name)
    body = message(batch.name)
    headers = found["signed"](SECRET, body)
    assert knock(mes.receive_key, body, headers | {"Content-Type": "text/plain"}, first=ADDRESS).status == 202
    assert found["is_ours"](SECRET, headers, body)
    assert not found["is_ours"](SECRET, headers, body + b" ")
    for odd in ({"X-Signature": "sha256=é"}, {"X-Timestamp": "²"}, {"X-Timestamp": "yesterday"}):
        assert not found["is_ours"](SECRET, headers | odd, body)
