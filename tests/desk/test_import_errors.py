"""Bad rows stand in the error file, an import goes on where it stopped, and the form says what stands in the way."""

from __future__ import annotations

import csv
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import frappe
import pytest
from frappe.utils import add_days, nowdate

from complaint_qms.constants import roles
from complaint_qms.services.importing import (
    command,
    preparation,
    row_errors,
    run,
    run_lock,
    source,
    writer,
)
from complaint_qms.services.importing.row_values import Defaults
from complaint_qms.services.record.language import speaking
from tests.desk import factory, import_sheets
from tests.desk.import_sheets import HEADINGS, made_by, rows, started

sheet = pytest.fixture(import_sheets.sheet)


class TestErrors:
    def test_bad_rows_are_told_and_good_ones_taken(self, sheet):
        data = rows(5)
        data[1][1], data[3][1] = "someday", str(add_days(nowdate(), 2))
        doc, found = started(sheet(*data))
        total = run.import_rows(doc, found)
        assert (total.imported, total.failed, total.position) == (3, 2, 5)
        assert len(made_by(found)) == 3
        file = frappe.get_doc("File", {"file_url": doc.error_file})
        assert file.is_private
        content = file.get_content()
        told = list(
            csv.reader(
                (content if isinstance(content, str) else content.decode()).lstrip("\ufeff").splitlines()
            )
        )
        assert [row[0] for row in told[1:]] == ["3", "5"]
        assert told[1][1] == "Received"
        assert "someday" in told[1][2]
        assert "Received At lies in the future" in told[2][2]
        assert told[2][3:] == data[3]

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_the_file_of_bad_rows_is_corrected_and_loaded_again(self, sheet, tmp_path, language):
        data = rows(4)
        data[0][1], data[2][1], data[2][7] = "someday", "ever", "=1+1 is what the label says."
        path = sheet(*data)
        for given, left in (({}, 2), ({"someday": "2024-03-05"}, 1), ({"ever": "2024-03-06"}, 0)):
            text = Path(path).read_text("utf-8-sig")
            for wrong, right in given.items():
                text = text.replace(f",{wrong},", f",{right},")
            path = tmp_path / f"{frappe.generate_hash(length=8)}.csv"
            path.write_text(text, "utf-8")
            with speaking(language):
                doc, found = started(path)
                own = {row.heading: row.target for row in doc.columns}
                total = run.import_rows(doc, found)
            assert total.failed == left, (given, total)
            assert [*own][-8:] == HEADINGS
            if given:
                assert [*own][:3] == {"en": ["Row", "Column", "Reason"], "zh": ["行", "列", "原因"]}[language]
                assert not any([*own.values()][:3])
                (made,) = made_by(found)
                assert "no date" not in made.description
                assert "不是" not in made.description
            if left:
                path = frappe.get_doc("File", {"file_url": doc.error_file}).get_full_path()
        assert "=1+1 is what the label says." in made.description
        assert "'=1+1" not in made.description

    def test_the_file_of_bad_rows_holds_no_formula(self, sheet):
        headings = ["Received", "=1+1", "@SUM(1)", "\tDetails", "＝1"]
        bad = ["someday", "+1+1", "\r=1", " =1", "-5.5"]
        good = [["2024-03-01", "1", "2", "3", "4"]] * 4
        doc, found = started(sheet(*good, bad, headings=headings))
        run.import_rows(doc, found)
        file = frappe.get_doc("File", {"file_url": doc.error_file}).get_full_path()
        told = list(csv.reader(Path(file).read_text("utf-8-sig").splitlines()))
        assert told[0][3:] == ["Received", "'=1+1", "'@SUM(1)", "Details", "'＝1"]
        assert told[1][3:4] + told[1][-1:] == ["someday", "-5.5"]
        assert not [cell for row in told for cell in row if cell.strip()[:1] in tuple("=+@＝")]

    def test_more_bad_rows_than_a_file_may_hold_are_counted_in_it(self, sheet, monkeypatch):
        doc, found = started(sheet(*rows(6, Received=str(add_days(nowdate(), 2)))))
        monkeypatch.setattr(row_errors, "PAGE", 2)
        monkeypatch.setattr("frappe.core.api.file.get_max_file_size", lambda: row_errors.ROOM + 700)
        total = run.import_rows(doc, found)
        assert (total.failed, doc.status) == (6, "completed")
        content = frappe.get_doc("File", {"file_url": doc.error_file}).get_content()
        told = list(csv.reader((content if isinstance(content, str) else content.decode()).splitlines()))
        shown = [row[0] for row in told[1:-1]]
        assert shown == [str(number) for number in range(2, 2 + len(shown))]
        assert 0 < len(shown) < 6
        assert told[-1][2].startswith(str(6 - len(shown)))

    def test_nothing_is_written_when_it_is_only_tried(self, sheet):
        before = frappe.db.count("Complaint")
        found = source.open_file(sheet(*rows(4)))
        total, bad = run.try_out(found, Defaults(factory.company()))
        assert (total.imported, bad) == (4, [])
        assert frappe.db.count("Complaint") == before

    def test_what_the_reader_refuses_is_told_as_text_in_the_users_language(self, sheet, monkeypatch):
        wide = sheet(["1"] * 3000, headings=[f"c{n}" for n in range(3000)], name="<img src=x onerror=y>.csv")
        with pytest.raises(frappe.ValidationError, match="at most 2,000 are read") as refusal:
            source.open_file(wide)
        assert str(refusal.value).startswith("&lt;img src")
        assert str(wide.parent) not in str(refusal.value)
        monkeypatch.setattr(frappe.local, "lang", "zh")
        with pytest.raises(frappe.ValidationError, match="最多读取 2,000 列"):
            source.open_file(wide)

    def test_bad_rows_of_any_length_are_kept(self, sheet, monkeypatch):
        monkeypatch.setattr(row_errors, "STATEMENT", 50)
        data = [*rows(6), *rows(4, Received="someday")]
        doc, found = started(sheet(*data), batch_size=10)
        assert run.import_rows(doc, found).failed == 4
        assert frappe.db.count(row_errors.ROWS, {"parent": doc.name}) == 4

    def test_columns_without_a_date_are_refused(self, sheet):
        path = sheet(["a", "b"], headings=["Colour", "Taste"])
        with pytest.raises(frappe.ValidationError, match="no column is set to Received At"):
            source.require_columns(source.open_file(path))

    def test_a_mapping_to_an_unknown_column_is_refused(self, sheet):
        found = source.open_file(sheet(*rows(1)))
        with pytest.raises(frappe.ValidationError, match="no column Colour"):
            source.use_targets(found, {"Colour": "text"})

    def test_a_user_without_the_right_makes_nothing(self, sheet):
        doc, found = started(sheet(*rows(2)))
        frappe.set_user(factory.user(roles.AUDITOR))
        total, bad = run.try_out(found, run.defaults_of(doc))
        assert (total.imported, len(bad)) == (0, 2)


class TestDatesInDoubt:
    """03/04 may be in March or in April, and nothing else in the file tells."""

    DOUBTFUL = ("03/04/2024", "05/06/2024", "02/03/2024")

    def file(self, sheet, *more: str):
        data = rows(len(self.DOUBTFUL) + len(more))
        for row, day in zip(data, (*self.DOUBTFUL, *more), strict=True):
            row[1] = day
        return sheet(*data)

    def test_nothing_is_written_before_a_person_says_which_it_is(self, sheet):
        doc, found = started(self.file(sheet))
        (told,) = frappe.parse_json(doc.dates_in_doubt)
        assert (told["headings"], told["example"]) == (["Received"], "03/04/2024")
        assert (told["day_first"], told["month_first"]) == ("2024-04-03", "2024-03-04")
        with pytest.raises(frappe.ValidationError, match=r"Received: 03/04/2024 is .*Order in Dates"):
            preparation.start_import(doc)
        with pytest.raises(frappe.ValidationError, match="Order in Dates"):
            run.import_rows(doc, found)
        assert made_by(found) == []

    @pytest.mark.parametrize(("order", "first"), [("dmy", "2024-04-03"), ("mdy", "2024-03-04")])
    def test_the_choice_is_what_is_written(self, sheet, order, first):
        doc, _found = started(self.file(sheet), date_order=order)
        found = preparation.opened(doc)
        assert run.import_rows(doc, found).imported == 3
        assert first in [str(made.received_at)[:10] for made in made_by(found)]

    def test_what_a_column_tells_by_itself_is_not_asked(self, sheet):
        doc, found = started(self.file(sheet, "25/04/2024"))
        assert not doc.dates_in_doubt
        assert run.import_rows(doc, found).imported == 4

    def test_a_choice_that_tells_nothing_of_these_dates_is_none(self, sheet):
        doc, _found = started(self.file(sheet), date_order="ymd")
        with pytest.raises(frappe.ValidationError, match="Order in Dates"):
            preparation.start_import(doc)

    @pytest.mark.parametrize("dry_run", [True, False])
    def test_the_command_offers_the_choice(self, sheet, capsys, tmp_path, dry_run):
        path, bad = self.file(sheet), tmp_path / "bad.csv"
        given = (path, None, dry_run, factory.company(), None, False, 500, bad)
        with pytest.raises(frappe.ValidationError, match="--date-order dmy or --date-order mdy"):
            command.import_complaints(*given)
        assert "03/04/2024 is April 3, 2024 if the day stands first" in capsys.readouterr().out
        command.import_complaints(*given, "mdy")
        assert "3 complaints" in capsys.readouterr().out

    def test_it_is_said_in_the_language_of_the_user(self, sheet):
        doc, _found = started(self.file(sheet))
        with speaking("zh"), pytest.raises(frappe.ValidationError, match="日在前"):
            preparation.start_import(doc)


class TestRestart:
    def test_a_run_that_stopped_goes_on_where_it_was(self, sheet, monkeypatch):
        doc, found = started(sheet(*rows(7)))
        batches = iter(range(10))

        def third_fails(counts):
            if next(batches) == 1:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run.import_rows(doc, found, third_fails)
        doc.reload()
        assert (doc.status, doc.position, len(made_by(found))) == ("running", 4, 4)
        total = run.import_rows(doc, found)
        assert (total.position, total.imported, total.existing) == (7, 7, 0)
        assert len(made_by(found)) == 7

    def test_the_command_says_how_columns_are_named_and_the_desk_does_not(self, sheet, capsys, tmp_path):
        path = sheet(["a", "b"], headings=["Colour", "Taste"])
        with pytest.raises(frappe.ValidationError, match="no column is set to Received At") as told:
            command.import_complaints(
                path, None, True, factory.company(), None, False, 500, tmp_path / "bad.csv"
            )
        assert "pass it with --mapping" in capsys.readouterr().out
        assert "--mapping" not in str(told.value)

    def test_the_speed_told_after_a_restart_is_that_of_the_rest(self, sheet, monkeypatch, capsys, tmp_path):
        path = sheet(*rows(600, Received="2024-03-01"))
        doc, found = started(path, batch_size=500)

        def stop(counts):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run.import_rows(doc, found, stop)
        ticks = count(0, 2)
        monkeypatch.setattr(command.time, "monotonic", lambda: next(ticks))
        command.import_complaints(
            path, None, False, factory.company(), None, False, 500, tmp_path / "bad.csv"
        )
        said = capsys.readouterr().out
        seconds = float(said.rsplit("(", 1)[1].split(" s")[0])
        assert "600 complaints made" in said
        assert f"{100 / seconds:.0f} rows/s" in said

    def test_the_seconds_of_a_stopped_run_count(self, sheet, monkeypatch):
        doc, found = started(sheet(*rows(4)))
        ticks = count(0, 10)
        # Of this module alone: Frappe 16 looks at the clock as well.
        monkeypatch.setattr(run, "time", SimpleNamespace(monotonic=lambda: next(ticks)))

        def stop(counts):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run.import_rows(doc, found, stop)
        doc.reload()
        stopped = doc.seconds
        assert stopped == 10
        run.import_rows(doc, found)
        assert doc.seconds > stopped

    def test_the_same_file_again_makes_nothing(self, sheet):
        path = sheet(*rows(3))
        doc, found = started(path)
        run.import_rows(doc, found)
        again, found = started(path)
        assert again.name != doc.name
        total = run.import_rows(again, found)
        assert (total.imported, total.existing) == (0, 3)
        assert len(made_by(found)) == 3

    def test_an_import_that_another_process_moved_on_stops(self, sheet):
        doc, found = started(sheet(*rows(4)))

        def other_process(counts):
            frappe.db.set_value("Complaint Import", doc.name, "position", counts.position + 1)

        with pytest.raises(run_lock.Overtaken):
            run.import_rows(doc, found, other_process)

    def test_a_batch_that_the_database_refuses_costs_its_bad_row_only(self, sheet, monkeypatch):
        doc, found = started(sheet(*rows(4)), batch_size=10)
        whole = writer.store_complaints

        def refuses(docs):
            if len(docs) > 1 or docs[0].flags.row.number == 3:
                raise frappe.UniqueValidationError("Duplicate")
            whole(docs)

        monkeypatch.setattr(run, "store_complaints", refuses)
        total = run.import_rows(doc, found)
        assert (total.imported, total.failed) == (3, 1)
        assert len(made_by(found)) == 3


class TestForm:
    def test_attaching_a_file_shows_its_columns(self, sheet):
        content = sheet(*rows(2)).read_text()
        file = factory.make("File", file_name="cases.csv", content=content, is_private=1)
        doc = factory.make("Complaint Import", import_file=file.file_url, company=factory.company())
        assert {row.heading: row.target for row in doc.columns} == dict(
            zip(
                HEADINGS,
                ("id", "received", "customer", "item", "batch", "type", "channel", "text"),
                strict=True,
            )
        )
        assert doc.total_rows == 2
        preparation.run_job(doc.name)
        doc.reload()
        assert (doc.status, doc.imported, doc.failed) == ("completed", 2, 0)

    def test_what_the_import_counts_cannot_be_sent(self, sheet):
        doc = factory.make("Complaint Import", company=factory.company(), imported=99, status="completed")
        assert (doc.imported or 0, doc.status) == (0, "draft")

    def test_what_stops_a_job_is_shown(self, sheet, monkeypatch):
        file = factory.make("File", file_name="cases.csv", content=sheet(*rows(2)).read_text(), is_private=1)
        doc = factory.make("Complaint Import", import_file=file.file_url, company=factory.company())
        for row in doc.columns:
            row.target = "" if row.target == "received" else row.target
        doc.save()
        monkeypatch.setattr(frappe.db, "rollback", lambda **_: None)  # it would take the test's records along
        preparation.run_job(doc.name)
        doc.reload()
        assert doc.status == "failed"
        assert "no column is set to Received At" in doc.error_message
