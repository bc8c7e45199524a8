"""Issues in Jira, played by a real HTTP server: opened once, also when its answer is lost; the status comes back."""

from __future__ import annotations

import base64
import json

import frappe
import pytest
from frappe.utils import add_to_date, get_datetime, now_datetime

from complaint_qms.api import connectors as api
from complaint_qms.constants import notify, roles
from complaint_qms.constants.connectors import CALL, CONNECTOR, DONE, FAILED, ISSUE, WAITING
from complaint_qms.services.connectors import calls, issues
from tests.desk import factory
from tests.outside_system import Asked, Outside, answers, in_turn, outside_system, send

pytestmark = pytest.mark.usefixtures("site")
CREATE, SEARCH = "/rest/api/3/issue", "/rest/api/3/search/jql"


class Jira:
    """What there is, by label; may break off after it has opened an issue."""

    def __init__(self, played: Outside) -> None:
        self.played, self.opened, self.breaks, self.status = played, {}, 0, ("To Do", "new")
        played.plays[CREATE], played.plays[SEARCH] = self._create, self._search

    def _create(self, handler, asked: Asked) -> None:
        (label,) = asked.data["fields"]["labels"]
        key = f"QA-{len(self.opened) + 1}"
        self.opened.setdefault(label, []).append((key, asked.data["fields"]))
        self.played.plays[f"{CREATE}/{key}"] = self._status
        if self.breaks:
            self.breaks -= 1
            handler.close_connection = True
            handler.connection.close()
            return
        send(handler, 201, json.dumps({"id": "1", "key": key, "self": "x"}).encode(), {})

    def _search(self, handler, asked: Asked) -> None:
        label = asked.query["jql"].partition('"')[2].rstrip('"')
        found = [{"id": "1", "key": key} for key, _fields in self.opened.get(label, ())]
        send(handler, 200, json.dumps({"isLast": True, "issues": found}).encode(), {})

    def _status(self, handler, asked: Asked) -> None:
        name, category = self.status
        fields = {"status": {"name": name, "statusCategory": {"key": category}}}
        send(handler, 200, json.dumps({"key": "x", "fields": fields}).encode(), {})


@pytest.fixture
def jira(monkeypatch):
    monkeypatch.setitem(frappe.conf, notify.OWN_NETWORKS, ["127.0.0.1"])
    with outside_system() as played:
        yield Jira(played)


def connector(jira: Jira, **values):
    title = factory.unique("Jira")
    given = {**api.profile("jira"), "title": title, "enabled": 1, "base_url": jira.played.url}
    return frappe.get_doc(
        {
            "doctype": CONNECTOR,
            **given,
            "user": "qa@example.com",
            "secret": "s3cret",
            "time_limit": 2,
            **values,
        }
    ).insert()


def worked(minutes: int = 0) -> list[frappe._dict]:
    calls.call_due(now=add_to_date(now_datetime(), minutes=minutes, seconds=10))
    return frappe.get_all(CALL, fields=["*"], order_by="creation asc, name asc")


def test_an_issue_is_opened_once_although_the_answer_was_lost_and_its_status_comes_back(jira):
    there, study = connector(jira), factory.investigation()
    jira.breaks = 1
    with factory.as_user(study.investigator):
        told = api.outside_issues("Investigation", study.name)
        assert (told["issues"], [row["name"] for row in told["connectors"]]) == ([], [there.name])
        first = api.open_issue("Investigation", study.name, there.name)
        assert api.open_issue("Investigation", study.name, there.name) == first
        assert not jira.played.asked  # nobody waits for Jira
        assert api.outside_issues("Investigation", study.name)["waiting"] == 1
    (call,) = worked()
    assert (call.state, call.attempts) == (WAITING, 1)
    (call,) = worked(2)
    assert (call.state, call.attempts) == (DONE, 2)
    ((label, made),) = jira.opened.items()
    assert len(made) == 1  # the second attempt found what the first had opened
    fields = made[0][1]
    assert fields["summary"].startswith(f"{study.name}: ")
    assert fields["description"]["content"][1]["content"][0]["text"].endswith(f"/investigation/{study.name}")
    assert label.startswith("qms-")
    asked = jira.played.asked_at(CREATE)[0]
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"qa@example.com:s3cret").decode()
    (issue,) = api.outside_issues("Investigation", study.name)["issues"]
    assert (issue["issue_key"], issue["address"]) == ("QA-1", f"{jira.played.url}/browse/QA-1")
    now = now_datetime()
    issues.poll_issues(now=now)
    jira.status = ("Done", "done")
    issues.poll_issues(now=now)  # nobody looks again so soon
    (issue,) = api.outside_issues("Investigation", study.name)["issues"]
    assert (issue["status"], issue["is_done"]) == ("To Do", 0)
    issues.poll_issues(now=add_to_date(now, hours=1))
    (issue,) = api.outside_issues("Investigation", study.name)["issues"]
    assert (issue["status"], issue["is_done"], issue["error"]) == ("Done", 1, "")
    before = len(jira.played.asked)
    issues.poll_issues(now=add_to_date(now, hours=3))
    assert len(jira.played.asked) == before  # what is done is left alone
    with pytest.raises(frappe.ValidationError):
        frappe.get_doc(ISSUE, issue["name"]).save()
    with pytest.raises(frappe.ValidationError, match="would open an issue"):
        api.test(there.name, study.name)


def test_an_issue_whose_call_the_log_has_dropped_is_asked_for_anew(jira):
    there, study = connector(jira, issue_page="/go?to={{issue_key}}"), factory.investigation()
    jira.played.plays[SEARCH] = answers({}, 400)
    first = api.open_issue("Investigation", study.name, there.name)
    worked()
    assert api.open_issue("Investigation", study.name, there.name) == first
    assert frappe.db.count(CALL) == 1  # a person has it tried again
    calls.clear_calls(-1)
    jira.played.plays[SEARCH] = jira._search
    assert api.open_issue("Investigation", study.name, there.name) == first
    (call,) = worked()
    assert call.state == DONE
    (issue,) = api.outside_issues("Investigation", study.name)["issues"]
    assert issue["address"] == f"{jira.played.url}/go?to=QA-1"


def test_reading_the_status_goes_on_past_what_is_gone_or_fails_and_ends_in_time(jira, monkeypatch):
    there, now = connector(jira), now_datetime()
    names = []
    for _time in range(2):
        study = factory.investigation()
        names.append(api.open_issue("Investigation", study.name, there.name))
    worked()
    frappe.db.delete(ISSUE, {"name": names[0]})
    assert issues.poll_issues(names, now) == 1
    with monkeypatch.context() as patched:
        patched.setattr(issues, "call", lambda *_given: 1 / 0)
        patched.setattr(frappe.db, "rollback", lambda: None)  # the test's own records stay
        issues.poll_issues(now=add_to_date(now, hours=1))
    row = frappe.get_doc(ISSUE, names[1])
    assert get_datetime(row.checked_at) == add_to_date(now, hours=1)
    tell = api.outside_issues("Investigation", row.investigation)["issues"][0]["error"]
    assert tell == "The system could not be called. See the Error Log."
    monkeypatch.setattr(issues, "JOB_SECONDS", -1)
    assert issues.poll_issues(now=add_to_date(now, hours=3)) == 0


def test_who_may_not_see_issues_is_told_none(jira):
    there, study = connector(jira), factory.investigation()
    api.open_issue("Investigation", study.name, there.name)
    frappe.get_doc(
        {"doctype": "Custom DocPerm", "parent": ISSUE, "role": "System Manager", "permlevel": 0, "read": 1}
    ).insert()
    frappe.clear_cache(doctype=ISSUE)
    with factory.as_user(study.investigator):
        told = api.outside_issues("Investigation", study.name)
        assert (told["issues"], told["connectors"], told["waiting"]) == ([], [], 0)
        with pytest.raises(frappe.PermissionError):
            api.refresh_issues("Investigation", study.name)
        with pytest.raises(frappe.PermissionError):
            api.open_issue("Investigation", study.name, there.name)
    frappe.clear_cache(doctype=ISSUE)


def test_an_action_of_a_capa_has_an_issue_of_its_own(jira):
    there = connector(
        jira,
        about="capa_action",
        body=json.dumps({"fields": {"labels": ["{{ key }}"], "summary": "{{ capa }} {{ action }}"}}),
    )
    capa = factory.capa()
    if not capa.actions:
        capa.append(
            "actions",
            {"action": "Change the seal", "action_owner": "Administrator", "due_date": "2027-01-31"},
        )
        capa.save()
    row = capa.actions[0]
    with pytest.raises(frappe.ValidationError, match="Choose an action"):
        api.open_issue("CAPA", capa.name, there.name)
    study = factory.investigation()
    with pytest.raises(frappe.ValidationError, match="opens no issues"):
        api.open_issue("Investigation", study.name, there.name)
    api.open_issue("CAPA", capa.name, there.name, row.name)
    (call,) = worked()
    assert call.state == DONE
    (made,) = jira.opened.values()
    assert made[0][1]["summary"] == f"{capa.name} {' '.join(row.action.split())}"
    assert row.action not in call.sent  # what people wrote is masked in the log
    (issue,) = api.outside_issues("CAPA", capa.name)["issues"]
    assert (issue["capa_action"], issue["action"], issue["issue_key"]) == (row.name, row.action, "QA-1")
    with factory.as_user(factory.user(roles.AUDITOR)):
        assert api.outside_issues("CAPA", capa.name)["connectors"] == []
        with pytest.raises(frappe.PermissionError):
            api.open_issue("CAPA", capa.name, there.name, row.name)


def test_what_jira_refuses_waits_for_a_person_and_a_status_that_fails_is_told(jira):
    there, study = connector(jira), factory.investigation()
    jira.played.plays[CREATE] = answers({"errors": {"project": "Anna's project"}}, 400)
    api.open_issue("Investigation", study.name, there.name)
    (call,) = worked()
    assert (call.state, call.status) == (FAILED, 400)
    assert call.sent.startswith(f"POST {jira.played.url}{CREATE}\n")
    assert study.title not in call.sent
    (told,) = api.outside_issues("Investigation", study.name)["failed"]
    assert told["error"] == "The system refused with 400."
    jira.played.plays[CREATE] = jira._create
    assert api.try_again([call.name]) == 1
    (call,) = worked()
    assert call.state == DONE
    key = frappe.db.get_value(ISSUE, {"investigation": study.name}, "issue_key")
    jira.played.plays[f"{CREATE}/{key}"] = in_turn(answers({}, 500), answers({}, 404), jira._status)
    now = now_datetime()
    for hours, said in ((0, "has a fault (500)"), (1, "knows nothing"), (2, "")):
        issues.poll_issues(now=add_to_date(now, hours=hours))
        (issue,) = api.outside_issues("Investigation", study.name)["issues"]
        assert said in issue["error"]
    assert issue["status"] == "To Do"
    assert issue["error"] == ""
    for values in (
        {"about": "item_code"},
        {"status_path": ""},
        {"find_query": '{"jql": "{{ title }}"}'},
        {"issue_page": "browse"},
        {"issue_page": "/browse"},
        {"issue_page": "/browse/{{ key }}"},
    ):
        with pytest.raises(frappe.ValidationError):
            connector(jira, **values)
