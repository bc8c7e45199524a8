"""Services by which staff are told, against a real server: what it is sent, its refusals, and where no call may lead."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import socket
import ssl
import time
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from complaint_qms.constants import notify
from complaint_qms.integrations.messaging import http, outside, staff
from complaint_qms.integrations.messaging.inbound import Account, ServiceError
from complaint_qms.integrations.messaging.notice import Notice, NoticeLine
from tests.chat_service import service
from tests.desk.test_chat_services import Kept

HERE = ("127.0.0.1",)
SECRET = "SEC-a-long-secret-of-both-sides"
LINE = NoticeLine(
    "grave", "CMP-1 <Pump> & more", "Complaint", "CMP-1", "https://qms.example/app/complaint/CMP-1"
)
NOTICE = Notice("n1", (LINE,), "ann")


@pytest.fixture
def played():
    with service() as found:
        yield found


def send(kind: str, played, notice: Notice = NOTICE, path: str = "/hook?key=k", **more) -> None:
    base = played.url + (path if kind in notify.TO_GROUPS else "")
    account = Account(base_url=base, app_id="corp", agent_id="7", app_secret=SECRET, access_token="let in")
    with outside.outside_alone(HERE):
        staff.SEND[kind](replace(account, **more), notice, Kept())


def refused(kind: str, played, **more) -> ServiceError:
    with pytest.raises(ServiceError) as found:
        send(kind, played, **more)
    return found.value


def text_of(asked) -> str:
    return asked.data["text"]["content"]


def test_robots_of_wecom_and_dingtalk(played):
    played.answers_json("/hook?key=k", {"errcode": 0, "errmsg": "ok"})
    send(notify.WECOM_ROBOT, played)
    assert text_of(played.asked[-1]) == f"{LINE.text} {LINE.url}"

    def signed(asked):
        query = {name: value for name, (value,) in parse_qs(urlsplit(asked.path).query).items()}
        said = f"{query['timestamp']}\n{SECRET}".encode()
        mac = base64.b64encode(hmac.new(SECRET.encode(), said, hashlib.sha256).digest()).decode()
        fresh = abs(int(query["timestamp"]) / 1000 - time.time()) < 3600
        right = query["access_token"] == "t" and fresh and hmac.compare_digest(mac, query["sign"])
        said = {"errcode": 0} if right else {"errcode": 310000, "errmsg": "sign not match"}
        return 200, {}, json.dumps(said).encode()

    played.answers["/robot"] = signed
    send(notify.DINGTALK_ROBOT, played, path="/robot?access_token=t")
    error = refused(notify.DINGTALK_ROBOT, played, path="/robot?access_token=t", app_secret="other")
    assert not error.passing
    assert "sign not match" in str(error)


def test_slack_and_a_signed_webhook(played):
    played.answers["/hook"] = (200, {}, b"ok")
    send(notify.SLACK, played)
    assert played.asked[-1].data == {"text": f"CMP-1 &lt;Pump&gt; &amp; more {LINE.url}"}
    played.answers["/hook"] = (200, {}, b"<html>anything</html>")
    send(notify.WEBHOOK, played)
    asked = played.asked[-1]
    said = asked.headers["x-timestamp"].encode() + b"." + asked.body
    mac = hmac.new(SECRET.encode(), said, hashlib.sha256).hexdigest()
    assert asked.headers["x-signature"] == f"sha256={mac}"
    assert asked.data["id"] == "n1"
    assert asked.data["messages"][0] | {"url": LINE.url} == asked.data["messages"][0]


def test_persons_by_wecom_and_whatsapp(played):
    played.answers_json("/cgi-bin/gettoken", {"errcode": 0, "access_token": "T", "expires_in": 7200})
    played.answers_json("/cgi-bin/message/send", {"errcode": 0, "msgid": "m"})
    send(notify.WECOM_APP, played)
    assert (played.asked[-1].data["touser"], played.asked[-1].data["agentid"]) == ("ann", 7)
    played.answers_json("/cgi-bin/message/send", {"errcode": 81013, "errmsg": "user invalid"})
    assert "81013" in str(refused(notify.WECOM_APP, played))
    played.answers_json("/v21.0/corp/messages", {"messages": [{"id": "wamid.1"}]})
    to = replace(NOTICE, to="+86 138-0013", language="zh", lines=(LINE, LINE))
    send(notify.WHATSAPP, played, to, template="complaint_notice")
    data = played.asked[-1].data
    assert (data["to"], data["template"]["name"], data["template"]["language"]) == (
        "861380013",
        "complaint_notice",
        {"code": "zh_CN"},
    )
    assert "\n" not in data["template"]["components"][0]["parameters"][0]["text"]
    send(notify.WHATSAPP, played, to)
    assert played.asked[-1].data["type"] == "text"
    assert not refused(notify.WHATSAPP, played, notice=replace(to, to="x")).passing


@pytest.mark.parametrize(
    ("kind", "answer", "passing", "said"),
    [
        (notify.SLACK, (429, {"Retry-After": "1"}, b"rate_limited"), True, "429"),
        (notify.SLACK, (503, {}, b""), True, "503"),
        (notify.SLACK, (400, {}, b"invalid_payload"), False, "invalid_payload"),
        (notify.SLACK, (200, {}, b"no_service"), False, "no_service"),
        (notify.WECOM_ROBOT, (200, {}, b'{"errcode": 45009, "errmsg": "freq"}'), True, "45009"),
        (notify.WECOM_ROBOT, (200, {}, b'{"errcode": 93000, "errmsg": "bad url"}'), False, "93000"),
        (notify.DINGTALK_ROBOT, (200, {}, b'{"errcode": 130101}'), True, "130101"),
        (notify.WECOM_ROBOT, (200, {}, b"<html>"), False, "no JSON"),
        (notify.WECOM_ROBOT, (200, {}, b"[1]"), False, "did not say"),
        (notify.WECOM_ROBOT, (200, {}, b'{"errcode": 0}' + b" " * (1 << 20)), False, "more than 1 MB"),
        (notify.WEBHOOK, (500, {}, b"oops"), True, "oops"),
        (notify.WEBHOOK, (403, {}, b"wrong signature"), False, "wrong signature"),
    ],
)
def test_what_may_pass_is_told_from_what_will_not(played, kind, answer, passing, said):
    played.answers["/hook"] = answer
    error = refused(kind, played)
    assert (error.passing, said in str(error)) == (passing, True)
    assert "key=k" not in str(error)


def test_a_slow_service_and_one_that_is_not_there(played, monkeypatch):
    monkeypatch.setattr(http, "TIMEOUT", (0.3, 0.2))
    played.answers["/hook"] = lambda _asked: time.sleep(0.6) or (200, {}, b"ok")
    assert refused(notify.SLACK, played).passing
    free = socket.create_server(("127.0.0.1", 0))
    played.url = f"http://127.0.0.1:{free.getsockname()[1]}"
    free.close()
    assert refused(notify.SLACK, played).passing


def test_no_redirect_is_followed(played):
    for place in (f"{played.url}/inside", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd"):
        played.answers["/hook"] = (302, {"Location": place}, b"")
        assert not refused(notify.SLACK, played).passing
    assert not played.asked_at("/inside")


CLOSED = ["127.0.0.1", "10.0.0.8", "192.168.1.9", "172.16.0.1", "100.64.0.1", "0.0.0.0", "169.254.169.254", "::1", "fd00::1", "fe80::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "240.0.0.1", "100.100.100.200", "fd00:ec2::254"]  # fmt: skip


def test_nothing_in_the_own_network_is_called(played, monkeypatch):
    played.answers["/"] = (200, {}, b"ok")
    account = Account(base_url=f"{played.url}/hook")
    for address in (
        played.url,
        played.url.replace("127.0.0.1", "localhost"),
        played.url.replace("127.0.0.1", "0x7f.1"),
    ):
        with (
            outside.outside_alone(),
            pytest.raises(ServiceError, match=r"own network|cannot be read") as found,
        ):
            staff.SEND[notify.SLACK](replace(account, base_url=f"{address}/hook"), NOTICE, Kept())
        assert not found.value.passing
    looked_up, places = [], ["8.8.8.8", ""]

    def numbers(host, port, **more):
        looked_up.append(host)
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, port)) for one in places]

    monkeypatch.setattr(socket, "getaddrinfo", numbers)
    for places[1] in CLOSED:  # one of several is enough
        with outside.outside_alone(), pytest.raises(ServiceError, match="own network"):
            http.call_for_text("POST", "https://plm.example/hook", b"")
    places[1] = "169.254.169.254"
    with outside.outside_alone(("169.254.0.0/16", "not a network")), pytest.raises(ServiceError):
        http.call_for_text("POST", "https://plm.example/hook", b"")
    assert len(looked_up) == len(CLOSED) + 1
    assert played.asked == []


def test_behind_a_proxy_a_name_that_only_the_proxy_knows_is_called_where_it_is_named(played, monkeypatch):
    real = socket.getaddrinfo

    def numbers(host, *args, **more):
        if host.endswith(".example"):
            raise socket.gaierror
        return real(host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", numbers)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "")
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, played.url)
    played.answers["http://plm.example/"] = (200, {}, b"ok")
    for opened in ((), ("0.0.0.0/0", "::/0"), ("other.example",)):
        with outside.outside_alone(opened), pytest.raises(ServiceError, match="proxy") as found:
            http.call_for_text("POST", "http://plm.example/hook", b"")
        assert not found.value.passing
    assert played.asked == []
    with outside.outside_alone(("10.0.0.0/8", "PLM.example")):
        assert http.call_for_text("POST", "http://plm.example/hook", b"") == "ok"


@pytest.fixture
def secure(tmp_path, monkeypatch):
    """Function: have the server speak TLS, with a certificate for a name."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "notices.example")])
    now = dt.datetime.now(dt.timezone.utc)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("notices.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_a_name_is_looked_up_once_and_its_certificate_is_checked(secure, monkeypatch):
    """Where a name is another computer's at the second look, the call has gone to the first."""
    looked_up = []
    real = socket.getaddrinfo

    def numbers(host, port, *args, **more):
        if not host.endswith(".example"):
            return real(host, port, *args, **more)
        looked_up.append(host)
        place = "127.0.0.1" if len(looked_up) % 2 else "203.0.113.9"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, port))]

    monkeypatch.setattr(socket, "getaddrinfo", numbers)
    with service(secure) as played, outside.outside_alone(HERE):
        played.answers["/hook"] = (200, {}, b"ok")
        port = urlsplit(played.url).port
        assert http.call_for_text("GET", f"https://notices.example:{port}/hook") == "ok"
        assert played.asked[-1].headers["host"] == f"notices.example:{port}"
        assert looked_up == ["notices.example"]
        looked_up.clear()
        with pytest.raises(ServiceError, match="SSLError"):
            http.call_for_text("GET", f"https://other.example:{port}/hook")


def test_of_many_messages_those_that_have_room_are_told():
    lines = tuple(replace(LINE, text=f"第{number}条 " + "投诉" * 20) for number in range(40))
    notice = Notice("n", lines, rest="and {} more".format, more=5)
    text = notice.as_text(2048)
    assert len(text.encode()) <= 2048
    told = text.count("https://")
    assert told > 5
    assert text.endswith(f"and {45 - told} more")
    long = Notice("n", (replace(LINE, text="投诉" * 2000),))
    assert len(long.as_text(300).encode()) <= 300
    assert long.as_text(300).endswith(LINE.url)
    assert len(long.as_text(20).encode()) <= 20
