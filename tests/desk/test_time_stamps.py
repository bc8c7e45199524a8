"""The head of the audit trail stamped by an authority: asked, kept, held against the chain; whatever it answers, nothing stops."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import frappe
import pytest

from complaint_qms.constants.audit import ENTRY, TIME_STAMP
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.integrations import time_stamp
from complaint_qms.integrations.time_stamp import StampRefused
from complaint_qms.services import writing
from complaint_qms.services.compliance.audit_trail import head_mail, sealing, time_stamps, verifying
from complaint_qms.services.evidence import disk
from tests.desk import factory
from tests.desk.time_stamping import POLICY, Authority, answering, made_in

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return made_in(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def authority(keys: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    """One that answers and stands in the settings, with its root."""
    monkeypatch.setattr(sealing, "head_path", lambda: tmp_path / "head.json")
    keys.asked, keys.answer = [], None
    factory.complaint()
    with answering(keys):
        settle(time_stamp_url=keys.url, time_stamp_ca=keys.root)
        yield keys


def settle(**values: str) -> None:
    writing.set_values(SETTINGS, SETTINGS, values, "test")
    frappe.clear_document_cache(SETTINGS, SETTINGS)


def entries() -> int:
    return frappe.db.count(ENTRY, {"kind": TIME_STAMP})


def found(roots: str = "") -> list[str]:
    """What a check of the stamps says."""
    said: list[str] = []
    time_stamps.check_stamps(
        lambda _kind, sentence: said.append(sentence), time_stamp.read_certificates(roots)
    )
    return said


class TestAStamp:
    def test_the_head_is_stamped_kept_in_the_chain_and_verified(self, authority: Authority):
        told = time_stamps.stamp_head()
        assert "stamped entry" in told
        sealing.seal()
        head, token = time_stamps.last_token()
        assert sealing.holds(head)
        # OpenSSL says so too, of the text of the head and of no other.
        assert authority.holds(token, str(head).encode())
        assert not authority.holds(token, b"1:0")
        assert found(authority.root) == []
        outcome = verifying.verify_trail(disk.sha256_of, roots=time_stamp.read_certificates(authority.root))
        assert (outcome.sentences, outcome.stamps) == ([], entries())
        assert told in frappe.db.get_single_value(SETTINGS, time_stamps.RESULT)

    def test_what_is_sent_is_a_digest_and_a_number_used_once(self, authority: Authority):
        time_stamps.stamp_head()
        head, _token = time_stamps.last_token()
        ((headers, body),) = authority.asked
        assert headers["Content-Type"] == "application/timestamp-query"
        assert "Authorization" not in headers
        assert str(head).encode() not in body
        assert len(body) < 100

    def test_a_login_is_sent_and_a_policy_asked_for(self, authority: Authority):
        settle(time_stamp_user="jane", time_stamp_policy=POLICY)
        settings = frappe.get_doc(SETTINGS)
        settings.time_stamp_password = "Quiet-Harbour"
        settings.flags.ignore_validate = True
        settings.save()
        assert "stamped entry" in time_stamps.stamp_head()
        said = authority.asked[-1][0]["Authorization"].removeprefix("Basic ")
        assert base64.b64decode(said) == b"jane:Quiet-Harbour"
        factory.complaint()
        settle(time_stamp_policy="1.2.3")
        assert "another policy" in time_stamps.stamp_head()

    def test_it_is_made_when_it_is_due_and_something_was_added(self, authority: Authority):
        now = datetime.now(timezone.utc)
        settle(time_stamp_every="stamped_daily")
        assert time_stamps.stamp_when_due(now)
        factory.complaint()
        assert time_stamps.stamp_when_due(now + timedelta(hours=5)) == ""
        settle(time_stamp_every="stamped_hourly")
        assert "stamped entry" in time_stamps.stamp_when_due(now + timedelta(hours=5))
        assert "Nothing was added" in time_stamps.stamp_head()
        settle(time_stamp_url="")
        assert time_stamps.stamp_when_due(now + timedelta(days=5)) == ""
        with pytest.raises(frappe.ValidationError, match="Enter the Time Stamp Authority"):
            time_stamps.stamp_head()

    def test_it_goes_along_with_the_mail_of_the_head(self, authority: Authority, monkeypatch):
        time_stamps.stamp_head()
        head, token = time_stamps.last_token()
        settle(audit_head_recipients="keeper@outside.example")
        sent: list[dict] = []
        monkeypatch.setattr(frappe, "sendmail", lambda **mail: sent.append(mail))
        assert head_mail.mail_head() == 1
        (attached,) = sent[0]["attachments"]
        assert (attached["fname"], attached["fcontent"]) == (f"entry-{head.sequence}.tsr", token)
        assert str(head) in sent[0]["message"]


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            ((500, b""), "does not take the request (500)"),
            ((302, b""), "does not take the request (302)"),
            ((200, b"<html>Welcome</html>"), "no time stamp"),
            ((200, b""), "no time stamp"),
            ((200, b"\x30\x05\x30\x03\x02\x01\x02"), "refuses the request"),
            ((200, b"x" * 300_000), "cannot be reached"),
        ],
    )
    def test_a_wrong_answer_is_told_in_a_sentence_and_asked_for_again(self, authority, answer, said):
        before, authority.answer = entries(), answer
        told = time_stamps.stamp_when_due()
        assert said in told, told
        assert entries() == before
        assert told in frappe.db.get_single_value(SETTINGS, time_stamps.RESULT)
        authority.answer = None
        assert "stamped entry" in time_stamps.stamp_when_due()

    def test_nobody_there_and_too_slow_are_told(self, authority: Authority, monkeypatch):
        settle(time_stamp_url="http://127.0.0.1:9/")
        assert "cannot be reached" in time_stamps.stamp_when_due()

    def test_the_stamp_of_another_request_is_not_taken(self, authority: Authority):
        time_stamps.stamp_head()
        _head, token = time_stamps.last_token()
        factory.complaint()
        authority.answer = (200, token)
        assert "something else" in time_stamps.stamp_head()

    def test_an_authority_that_is_not_the_one_in_the_settings_is_not_taken(self, authority, tmp_path):
        other = made_in(tmp_path / "other", "Somebody Else")
        settle(time_stamp_ca=other.root)
        assert "certificate does not lead" in time_stamps.stamp_head()
        settle(time_stamp_ca="")
        assert "stamped entry" in time_stamps.stamp_head()
        sealing.seal()
        assert found() == []
        assert "does not hold" in found(other.root)[0]

    def test_each_reason_has_words(self):
        assert set(time_stamps._REASONS) == set(time_stamp.STAMP_REASONS)

    def test_a_missing_library_stops_nothing(self, authority: Authority, monkeypatch):
        def fail() -> None:
            raise StampRefused("no_library")

        monkeypatch.setattr(time_stamp, "_library", fail)
        assert "rfc3161-client is missing" in time_stamps.stamp_head()

    def test_a_chain_that_was_written_anew_is_not_the_stamped_one(self, authority: Authority):
        time_stamps.stamp_head()
        sealing.seal()
        head, _token = time_stamps.last_token()
        frappe.db.set_value(ENTRY, {"sequence": head.sequence}, "hash", "0" * 64, update_modified=False)
        (said,) = found()
        assert f"no longer has entry {head.sequence}" in said

    def test_a_stamp_that_was_exchanged_is_found(self, authority: Authority):
        time_stamps.stamp_head()
        sealing.seal()
        name, detail = frappe.db.get_value(
            ENTRY, {"kind": TIME_STAMP}, ["name", "detail"], order_by="name desc"
        )
        for changed, said in (
            (detail.replace('"hash":"', '"hash":"f', 1), "does not hold"),
            (
                detail.replace('"token":"', '"token":"AAAA', 1),
                "does not hold",
            ),
            ('{"time_stamp":{"sequence":"many"}}', "cannot be read"),
            ('{"time_stamp":7}', "cannot be read"),
        ):
            frappe.db.set_value(ENTRY, name, "detail", changed, update_modified=False)
            assert said in found()[0], changed[:60]


class TestTheSettings:
    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ({"time_stamp_url": "timestamp"}, "is no address"),
            ({"time_stamp_url": "ftp://tsa.example"}, "is no address"),
            ({"time_stamp_url": "https://jane:x@tsa.example"}, "is no address"),
            ({"time_stamp_url": "https://tsa.example:99999"}, "is no address"),
            ({"time_stamp_url": "http://tsa.example", "time_stamp_user": "jane"}, "unencrypted"),
            ({"time_stamp_policy": "1.2.x"}, "is no policy"),
            ({"time_stamp_ca": "-----BEGIN CERTIFICATE-----\nnonsense"}, "no list of certificates"),
        ],
    )
    def test_what_cannot_be_used_is_refused(self, values: dict, said: str):
        settings = frappe.get_doc(SETTINGS)
        settings.update(values)
        with pytest.raises(frappe.ValidationError, match=said):
            settings.save()
