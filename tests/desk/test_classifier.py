"""What is learned from closed complaints: measured on later ones, used where it is better than the rules, and never a person's judge."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from pathlib import Path

import frappe
import pytest

from complaint_qms.api import classifier as api
from complaint_qms.constants import classifier, events, roles
from complaint_qms.engine.classify import TextModel
from complaint_qms.services.classifier import answers, requests, scoring, training, versions
from complaint_qms.services.classifier.examples import Example
from complaint_qms.services.intake import learned_proposals, proposals
from tests.desk.factory import as_user, complaint, person

# Words that no shipped keyword knows, so that the rules say nothing of them.
WORDS = {
    "Late Delivery": ("zorvex", "plimto", "quandel"),
    "Broken or Damaged": ("brindle", "foskar", "untrell"),
}
START = datetime(2026, 1, 1, 9)


def told(rows: int, *, noise: float = 0.0, decided_after: int = 1) -> list[Example]:
    """Complaints, one every hour and closed some hours later, whose type follows from their words."""
    draw, kinds = random.Random(7), list(WORDS)
    found = []
    for n in range(rows):
        kind = kinds[n % 2]
        answer = draw.choice(kinds) if draw.random() < noise else kind
        text = " ".join(
            [*draw.choices(WORDS[kind], k=3), *draw.choices(("alpha", "beta", "gamma", "delta"), k=4)]
        )
        at = START + timedelta(hours=n)
        found.append(
            Example(
                text,
                {"complaint_type": answer, "urgency": "normal"},
                at,
                at + timedelta(hours=decided_after),
                n % 10 == 0,
            )
        )
    return found


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is learned goes with the test, and no version of the site's counts in it."""
    monkeypatch.setattr(versions, "folder_of", lambda version: tmp_path / version)
    monkeypatch.setattr(frappe.db, "commit", lambda *args, **kwargs: None)
    answers._loaded.clear()
    learned_proposals.forget_version()
    yield tmp_path
    answers._loaded.clear()
    frappe.cache.delete_value("complaint_qms_classifier")


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> frappe.model.document.Document:
    """A version that was learned from enough, and is in use."""
    monkeypatch.setattr(training, "read_examples", lambda: told(400))
    return frappe.get_doc("Complaint Classifier", training.run())


def unread(doc) -> None:
    frappe.db.set_value("Complaint", doc.name, "learned_proposals", None, update_modified=False)


def read(doc) -> dict:
    """The proposals beside a complaint after a worker has read it."""
    others = frappe.get_all(
        "Complaint", {"stage": ("in", ("intake", "triage")), "name": ("!=", doc.name)}, pluck="name"
    )
    for name in others:
        frappe.db.set_value("Complaint", name, "learned_proposals", "{}", update_modified=False)
    unread(doc)
    scoring.read_unread()
    fresh = frappe.get_doc("Complaint", doc.name)
    proposals.refresh(fresh)
    return json.loads(fresh.proposals)


class TestTraining:
    def test_it_is_measured_on_what_came_later_by_a_model_that_knew_of_the_earlier_alone(self):
        figures, about = training.measure(told(400))
        assert about["split_at"] == START + timedelta(hours=300)
        assert (about["learned"], about["held_out"]) == (300, 100)
        assert set(figures) == {"complaint_type"}  # urgency has one answer, which nothing is learned of
        found = figures["complaint_type"]
        assert found.model_f1 > 0.95 > found.rules_f1
        assert found.is_better

    def test_what_was_decided_after_the_later_ones_came_in_is_not_known_beforehand(self):
        _figures, about = training.measure(told(400, decided_after=200))
        assert about["learned"] == 101

    def test_confidence_is_honest_where_words_are_not_certain(self):
        found = training.measure(told(1200, noise=0.4))[0]["complaint_type"]
        assert found.calibration_error < 0.1
        assert 0.1 < found.brier_score < 0.25

    def test_a_version_keeps_its_figures_and_is_used(self, version):
        assert version.state == "active"
        assert (version.complaints, version.corrections, version.learned, version.held_out) == (
            400,
            40,
            300,
            100,
        )
        row = version.figures[0]
        assert (row.field_name, row.used) == ("complaint_type", 1)
        assert row.sha256
        assert row.model_f1 > row.rules_f1
        assert learned_proposals.active_version() == version.name

    def test_what_is_no_better_than_the_rules_is_rejected(self, monkeypatch):
        monkeypatch.setattr(training, "read_examples", lambda: told(400, noise=1.0))
        monkeypatch.setattr(
            proposals,
            "values_by_words",
            lambda text: {"complaint_type": "Late Delivery" if "zorvex" in text else "Broken or Damaged"},
        )
        monkeypatch.setattr(training.Figures, "is_better", property(lambda self: False))
        doc = frappe.get_doc("Complaint Classifier", training.run())
        assert doc.state == "rejected"
        assert not any(row.used for row in doc.figures)
        assert learned_proposals.active_version() != doc.name

    def test_better_means_macro_f1_and_no_less_right(self):
        values = dict.fromkeys(training.Figures.__dataclass_fields__, 0.5)
        assert not training.Figures(**values).is_better
        assert training.Figures(**values | {"model_f1": 0.6}).is_better
        assert not training.Figures(**values | {"model_f1": 0.6, "model_accuracy": 0.4}).is_better

    def test_a_young_site_learns_nothing_and_is_told_why(self):
        with as_user(person(roles.MANAGER)):
            answer = api.train()
        assert not answer["begun"]
        assert str(classifier.LEAST) in answer["text"]

    def test_too_few_examples_make_no_version(self, monkeypatch):
        monkeypatch.setattr(training, "read_examples", lambda: told(classifier.LEAST - 1))
        assert training.run() is None

    def test_the_one_before_is_retired(self, version, monkeypatch):
        second = frappe.get_doc("Complaint Classifier", training.run())
        version.reload()
        assert (version.state, second.state) == ("retired", "active")

    def test_two_at_once_learn_once(self, monkeypatch):
        from contextlib import contextmanager

        @contextmanager
        def taken(name, overtaken=""):
            raise training.Overtaken(overtaken)
            yield

        monkeypatch.setattr(training, "exclusive_run", taken)
        assert training.run() is None


class TestScoring:
    TEXT = "zorvex plimto quandel alpha"

    def test_a_new_complaint_is_read_with_reasons_in_words(self, version):
        found = read(complaint(subject="zorvex", description=self.TEXT, complaint_type=None))
        proposal = found["complaint_type"]
        assert (proposal["value"], proposal["source"]) == ("Late Delivery", "model")
        assert proposal["confidence"] > 0.7
        assert any(
            "zorvex" in reason or "plimto" in reason or "quandel" in reason for reason in proposal["reasons"]
        )

    def test_reasons_are_what_speaks_for_the_answer(self, version):
        doc = complaint(subject="zorvex", description=self.TEXT, complaint_type=None)
        read(doc)
        stored = json.loads(frappe.db.get_value("Complaint", doc.name, "learned_proposals"))
        told = next(row for row in stored["told"] if row["field"] == "type")
        assert all(weight > 0 for *_reason, weight in told["reasons"])
        told["reasons"].insert(
            0, ["feature", "the text says {word}", {"word": "against"}, -9.0]
        )  # of an older version
        frappe.db.set_value("Complaint", doc.name, "learned_proposals", json.dumps(stored))
        fresh = frappe.get_doc("Complaint", doc.name)
        proposals.refresh(fresh)
        assert "against" not in str(json.loads(fresh.proposals)["complaint_type"]["reasons"])

    def test_it_overwrites_nobody(self, version):
        doc = complaint(subject="zorvex", description=self.TEXT, complaint_type="Broken or Damaged")
        read(doc)
        stored = frappe.get_doc("Complaint", doc.name)
        assert stored.complaint_type == "Broken or Damaged"
        assert str(stored.modified) == str(doc.modified)

    def test_another_text_is_not_said_to_have_been_read(self, version):
        doc = complaint(subject="zorvex", description=self.TEXT, complaint_type=None)
        read(doc)
        doc.reload()
        doc.description = "Something else."
        assert learned_proposals.read_learned(doc, proposals.told_text(doc)) == []
        doc.save()
        assert not frappe.db.get_value("Complaint", doc.name, "learned_proposals")

    def test_a_request_cannot_write_what_was_learned(self, version):
        forged = learned_proposals.written(version.name, "x", [])
        doc = complaint(learned_proposals=forged)
        assert not frappe.db.get_value("Complaint", doc.name, "learned_proposals")

    def test_harm_that_the_text_tells_of_is_never_hidden(self, monkeypatch):
        def mild(rows: int) -> list[Example]:
            return [
                Example(
                    one.text,
                    {"severity": ("Minor", "Negligible")[n % 2]},
                    one.received_at,
                    one.closed_at,
                    False,
                )
                for n, one in enumerate(told(rows))
            ]

        monkeypatch.setattr(training, "read_examples", lambda: mild(400))
        training.run()
        found = read(complaint(subject="zorvex", description="zorvex plimto. The user died.", severity=None))
        assert found["severity"]["value"] == "Catastrophic"

    @pytest.mark.parametrize("loss", ["missing", "changed", "no model"])
    def test_lost_weights_leave_the_rules(self, version, own_folder, loss):
        path = own_folder / version.name / "complaint_type.npz"
        if loss == "missing":
            path.unlink()
        else:
            path.write_bytes(b"PK\x03\x04 not a model")
            if loss == "no model":
                row = version.figures[0]
                import hashlib

                frappe.db.set_value(
                    row.doctype, row.name, "sha256", hashlib.sha256(path.read_bytes()).hexdigest()
                )
        found = read(
            complaint(subject="zorvex", description="It arrived broken, zorvex.", complaint_type=None)
        )
        assert found["complaint_type"]["source"] == "keywords"

    def test_one_that_cannot_be_read_stands_in_the_way_of_no_other(self, monkeypatch):
        bad, good = complaint(subject="poison"), complaint(subject="sound")
        unread(bad)
        unread(good)
        told = proposals.told_text

        def choke(row) -> str:
            if row["subject"] == "poison":
                raise RuntimeError("choked")
            return told(row)

        monkeypatch.setattr(proposals, "told_text", choke)
        scoring.read_unread()
        read_now = {
            doc.subject: frappe.db.get_value("Complaint", doc.name, "learned_proposals")
            for doc in (bad, good)
        }
        assert not read_now["poison"]
        assert read_now["sound"]

    def test_a_busy_site_asks_for_one_job_until_it_begins(self, monkeypatch):
        asked = []
        monkeypatch.setattr(requests.frappe, "enqueue", lambda *args, **kwargs: asked.append(args[0]))
        monkeypatch.setattr(scoring, "_GATHERED", 0)
        requests.forget_asking()
        requests._ask()
        requests._ask()
        assert len(asked) == 1
        scoring.read_new()
        requests._ask()
        assert len(asked) == 2
        requests.forget_asking()

    def test_what_comes_in_while_a_job_reads_is_read_by_it(self, monkeypatch):
        monkeypatch.setattr(requests.frappe, "enqueue", lambda *args, **kwargs: None)
        monkeypatch.setattr(scoring, "_GATHERED", 0)
        requests.forget_asking()
        runs = []

        def reading() -> int:
            runs.append(1)
            if len(runs) == 1:
                requests._ask()
            return 1

        monkeypatch.setattr(scoring, "read_unread", reading)
        assert scoring.read_new() == 2
        assert not requests.is_asked()

    def test_lost_weights_are_logged_once_a_day(self, version, own_folder):
        (own_folder / version.name / "complaint_type.npz").unlink()
        title = {"method": "Complaint Classifier cannot be used"}
        answers._loaded.clear()
        before = frappe.db.count("Error Log", title)
        for _ in range(2):
            assert answers.models_in_use(version.name) == {}
        assert frappe.db.count("Error Log", title) == before + 1

    def test_registering_has_it_read_after_commit(self):
        asked = []
        event = events_of_registered(by_import=False)
        frappe.flags.qms_scoring_asked = False
        before = list(frappe.db.after_commit._functions)
        requests.of_registered([event])
        asked = [one for one in frappe.db.after_commit._functions if one not in before]
        assert asked
        frappe.flags.qms_scoring_asked = False
        requests.of_registered([events_of_registered(by_import=True)])
        assert not frappe.flags.qms_scoring_asked


def events_of_registered(*, by_import: bool):
    from complaint_qms.services.events import Event

    return Event(events.REGISTERED, "Complaint", "CMP-0", {"channel": None, "by_import": by_import})


class TestVersions:
    def test_a_manager_retires_and_activates(self, version):
        with as_user(person(roles.MANAGER)):
            assert api.retire(version.name)["state"] == "retired"
            assert learned_proposals.active_version() == ""
            assert api.activate(version.name)["state"] == "active"
        version.reload()
        assert version.decided_by != "Administrator"

    def test_one_whose_weights_are_gone_is_not_put_into_use(self, version, own_folder):
        versions.retire(version.name)
        (own_folder / version.name / "complaint_type.npz").unlink()
        with pytest.raises(frappe.ValidationError, match="not there any more"):
            versions.activate(version.name)
        assert frappe.db.get_value("Complaint Classifier", version.name, "state") == "retired"

    def test_what_was_said_by_a_retired_version_is_said_no_more(self, version):
        doc = complaint(subject="zorvex", description="zorvex plimto quandel alpha", complaint_type=None)
        assert read(doc)["complaint_type"]["source"] == "model"
        versions.retire(version.name)
        fresh = frappe.get_doc("Complaint", doc.name)
        proposals.refresh(fresh)
        assert "complaint_type" not in json.loads(fresh.proposals)

    @pytest.mark.parametrize("role", [roles.AGENT, roles.AUDITOR, roles.INVESTIGATOR])
    def test_others_have_no_say(self, version, role):
        with as_user(person(role)):
            for call in (api.train, lambda: api.retire(version.name), lambda: api.activate(version.name)):
                with pytest.raises(frappe.PermissionError):
                    call()

    def test_a_rejected_one_is_not_used(self, version):
        version.db_set("state", "rejected")
        with pytest.raises(frappe.ValidationError, match="only a retired version"):
            versions.activate(version.name)

    def test_nobody_writes_or_deletes_one(self, version):
        with pytest.raises(frappe.PermissionError):
            frappe.get_doc({"doctype": "Complaint Classifier", "state": "active"}).insert()
        doc = frappe.get_doc("Complaint Classifier", version.name)
        doc.complaints = 1_000_000
        with pytest.raises(frappe.PermissionError):
            doc.save()
        with pytest.raises(frappe.ValidationError, match="kept"):
            doc.delete()

    def test_what_is_stored_holds_no_code(self, version, own_folder):
        data = (own_folder / version.name / "complaint_type.npz").read_bytes()
        assert isinstance(TextModel.from_bytes(data), TextModel)
        assert b"pickle" not in data

    def test_both_languages_are_learned(self, monkeypatch):
        chinese = {"Late Delivery": "物流太慢迟迟不到", "Broken or Damaged": "收到就碎了裂开"}

        def both(rows: int) -> list[Example]:
            found = told(rows)
            return [
                Example(
                    chinese[one.answers["complaint_type"]] if n % 3 == 0 else one.text,
                    one.answers,
                    one.received_at,
                    one.closed_at,
                    False,
                )
                for n, one in enumerate(found)
            ]

        figures, _about = training.measure(both(400))
        assert figures["complaint_type"].model_f1 > 0.95
