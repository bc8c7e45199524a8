"""Outside systems that fail, played by a real HTTP server: they hold nobody up, are left alone, tried again, given up to a person."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_to_date, cint, get_datetime

from complaint_qms.api import connectors as api
from complaint_qms.constants import notify, roles
from complaint_qms.constants.connectors import CALL, DONE, FACT, FAILED, WAITING
from complaint_qms.services.connectors import calls
from complaint_qms.services.inbox import reasons
from tests.desk import factory
from tests.desk.connected import about_an_item, asked_about, connector, soon, worked
from tests.outside_system import answers, broken_off, endless, outside_system, silent, trickling

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def played(monkeypatch):
    monkeypatch.setitem(frappe.conf, notify.OWN_NETWORKS, ["127.0.0.1", "plm.test"])
    with outside_system() as found:
        yield found


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
    assert bool(call.status) == (said not in ("did not answer in time", "cannot be reached"))
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


def test_whatever_answers_is_well_again_and_a_call_that_never_left_is_no_trial(played):
    played.plays["/parts/x"] = answers({}, 500)
    plm = connector(played.url, breaker_limit=1, breaker_minutes=30)
    now, gone, other = soon(), about_an_item(), about_an_item()
    (call,) = asked_about(gone, now)
    later = add_to_date(now, minutes=31)
    frappe.db.set_value(CALL, call.name, "item_code", "NO SUCH ITEM")
    assert calls.make_call(call.name, later) == FAILED
    plm.reload()
    assert (plm.failures, get_datetime(plm.open_until)) == (1, later)
    played.plays["/parts/x"] = answers(b"<html>")
    api.refresh("Complaint", other.name)
    _gone, call = worked(later)
    assert (call.state, call.status) == (FAILED, 200)
    plm.reload()
    assert (plm.failures, plm.open_until, get_datetime(plm.last_success_at)) == (0, None, later)


def test_who_gives_tokens_is_waited_for_as_long_as_it_asks(played):
    played.plays["/token"] = answers({}, 429, Retry_After="7200")
    url, now = f"{played.url}/token", soon()
    connector(played.url, access="oauth2", user="c", secret="s3cret", token_url=url)
    (call,) = asked_about(about_an_item(), now)
    assert (call.state, call.status) == (WAITING, 429)
    assert (get_datetime(call.next_attempt) - now).total_seconds() == pytest.approx(7200, abs=5)
