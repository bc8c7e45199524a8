"""Import of files on a real site: the same records as one at a time, each once, with every bad row told."""

from __future__ import annotations

import csv
import random
from itertools import count
from pathlib import Path

import frappe
import pytest
from frappe.utils import add_days, now_datetime, nowdate
from frappe.utils.html_utils import sanitize_html

from complaint_qms.constants import roles
from complaint_qms.services.framework_seams import asked_once
from complaint_qms.services.importing import (
    command,
    preparation,
    row_errors,
    run,
    run_lock,
    source,
    writer,
)
from complaint_qms.services.importing.batch_cache import Blank
from complaint_qms.services.importing.row_values import Defaults, Translator
from complaint_qms.services.intake import register
from tests.desk import factory

HEADINGS = ["Case No", "Received", "Customer", "Product", "Lot", "Category", "Channel", "Details"]


@pytest.fixture
def sheet(tmp_path):
    """Writes rows below HEADINGS into a file and gives its path."""

    def make(*rows, headings=HEADINGS, name=None):
        path = tmp_path / (name or f"{frappe.generate_hash(length=8)}.csv")
        with path.open("w", newline="", encoding="utf-8") as handle:
            csv.writer(handle).writerows([headings, *rows])
        return path

    return make


def rows(count: int, **changes: str) -> list[list[str]]:
    tag = frappe.generate_hash(length=6)
    plain = {
        "Received": "2024-03-0{}",
        "Customer": "Corner Shop {}",
        "Product": "Lamp {}",
        "Lot": "L-{}",
        "Category": "Unheard of {}",
        "Channel": "Phone",
        "Details": "The lamp of row {} flickers and then it went dark.",
    } | changes
    return [[f"{tag}-{n}", *(text.format(n) for text in plain.values())] for n in range(1, count + 1)]


def started(path: Path, **changes):
    """The import that the command would run on a file."""
    found = source.open_file(path)
    doc = preparation.for_command(
        path, found, factory.company(), changes.pop("batch_size", 2), None, live=False
    )
    doc.update(changes)
    doc.flags.by_service = True
    return doc.save(), preparation.opened(doc)


def made_by(found) -> list[dict]:
    return frappe.get_all(
        "Complaint",
        {"idempotency_key": ("like", f"import:{found.digest[:32]}:%")},
        ["*"],
        order_by="received_at asc, name asc",
    )


class TestSameAsOneAtATime:
    def test_a_record_of_a_batch_equals_a_registered_one_field_by_field(self, sheet):
        buyer, note, _invoice = factory.sold(3, with_batch=True)
        item = note.items[0].item_code
        batch = frappe.db.get_value("Batch", {"item": item})
        path = sheet(
            *rows(2),
            [
                "x-1",
                "2024-03-05",
                buyer.customer_name,
                item,
                batch,
                "Leak",
                "Email",
                "It leaks <b>a lot</b>\nand drips",
            ],
        )
        found = source.open_file(path)
        chunk = next(found.table.chunks(10))
        now = now_datetime()
        live = Defaults(factory.company(), is_migrated=False)  # only an import makes history
        translated, bad = Translator(found, live).translate(chunk)
        assert not bad
        blank = Blank("Complaint", now)
        docs = [writer.build(row.values, f"equal:{row.number}:{found.digest}", blank) for row in translated]
        writer.write(docs)
        for row, doc in zip(translated, docs, strict=True):
            bulk = plain(frappe.get_doc("Complaint", doc.name))
            single = plain(frappe.get_doc("Complaint", register.register(row.values, now=now).name))
            assert bulk == single
        linked = frappe.get_doc("Complaint", docs[-1].name)
        assert (linked.customer, linked.item_code, linked.batch_no) == (buyer.name, item, batch)
        assert (linked.complaint_type, linked.channel, linked.severity) == ("Leak", "Email", "Serious")
        assert not frappe.db.exists("Workflow Action", {"reference_name": linked.name})

    def test_numbers_go_on_where_the_single_ones_stopped(self, sheet):
        single = register.register({"subject": "One", "complainant_name": "Somebody"})
        doc, found = started(sheet(*rows(3)))
        run.run(doc, found)
        after = register.register({"subject": "Two", "complainant_name": "Somebody"})
        numbers = sorted(int(row["name"].rpartition("-")[2]) for row in made_by(found))
        begin = int(single.name.rpartition("-")[2])
        assert numbers == [begin + 1, begin + 2, begin + 3]
        assert int(after.name.rpartition("-")[2]) == begin + 4

    def test_no_record_stays_on_the_list_of_those_being_saved(self, sheet):
        doc, found = started(sheet(*rows(3)))
        run.run(doc, found)
        assert "Complaint" not in {doctype for doctype, _name in frappe.flags.currently_saving}

    def test_the_form_of_an_imported_complaint_can_be_saved(self, sheet):
        doc, found = started(sheet(*rows(1)))
        run.run(doc, found)
        complaint = frappe.get_doc("Complaint", made_by(found)[0]["name"])
        complaint.urgency = "high"
        complaint.save()
        assert [row.stage for row in complaint.stage_log] == ["intake"]


def plain(doc) -> dict:
    """A document without what tells two equal ones apart."""
    own = ("name", "parent", "creation", "modified", "idempotency_key", "idempotency_hash")
    found = {key: value for key, value in doc.as_dict().items() if key not in own}
    for key, value in found.items():
        if isinstance(value, list):
            found[key] = [{k: v for k, v in row.items() if k not in own} for row in value]
    return found


class TestWords:
    def test_unknown_words_stay_words(self, sheet):
        doc, found = started(sheet(*rows(1)))
        run.run(doc, found)
        made = made_by(found)[0]
        assert (made["customer"], made["complainant_name"]) == (None, "Corner Shop 1")
        assert (made["item_code"], made["product_model"], made["batch_no"]) == (None, "Lamp 1", None)
        assert made["reported_lot"] == "L-1"
        assert "Unheard of 1" in made["description"]

    def test_an_unknown_type_is_proposed_and_not_decided(self, sheet):
        doc, found = started(sheet(*rows(1, Details="The bottle leaks, it is leaking all over.")))
        run.run(doc, found)
        made = made_by(found)[0]
        assert made["complaint_type"] is None
        opened = frappe.get_doc("Complaint", made["name"])
        opened.run_method("onload")
        proposal = frappe.parse_json(opened.proposals)["complaint_type"]
        assert (proposal["value"], proposal["state"]) == ("Leak", "")
        assert proposal["reasons"]

    def test_harm_that_the_file_states_is_kept(self, sheet):
        found = []
        for words in ({"Injured": "2"}, {"Deaths": "1"}, {"Fire": "yes"}, {"Injured": "0"}):
            doc, opened = started(sheet(*rows(1, **words), headings=[*HEADINGS, *words]))
            run.run(doc, opened)
            found.append(made_by(opened)[0]["harm_level"] or None)
        assert found == ["serious", "death", "minor", None]

    def test_an_unknown_type_takes_the_default_where_there_is_one(self, sheet):
        doc, found = started(sheet(*rows(1)), default_type="Leak")
        run.run(doc, found)
        assert made_by(found)[0]["complaint_type"] == "Leak"

    def test_the_clock_does_not_run_for_history(self, sheet):
        doc, found = started(sheet(*rows(1)))
        run.run(doc, found)
        made = made_by(found)[0]
        assert (made["is_migrated"], made["stage_due"], made["next_check_at"]) == (1, None, None)
        assert made["sla_status"] in (None, "")

    def test_the_clock_runs_for_new_complaints(self, sheet):
        doc, found = started(sheet(*rows(1)), is_migrated=0)
        run.run(doc, found)
        assert made_by(found)[0]["next_check_at"]

    def test_markup_in_a_cell_is_text(self, sheet):
        doc, found = started(sheet(*rows(1, Details="<script>alert(1)</script> & more of it, much more")))
        run.run(doc, found)
        assert "<script" not in made_by(found)[0]["description"]

    def test_quotes_and_ampersands_arrive_as_they_were(self, sheet):
        doc, found = started(sheet(*rows(1, Details="""It's "hot" & smells, 5 < 6""")))
        run.run(doc, found)
        assert made_by(found)[0]["description"].startswith("""<p>It's "hot" &amp; smells, 5 &lt; 6</p>""")


class TestSparing:
    def test_what_is_not_shown_to_the_filter_against_scripts_has_nothing_to_clean(self):
        draw = random.Random(7)
        letters = [chr(code) for code in range(0x20, 0x180) if chr(code) not in "<>&"]
        letters += [
            "\t",
            "\u00a0",
            "\u2028",
            "\u200b",
            "\ufeff",
            "中",
            "🙂",
            "javascript:",
            "http://a.example/?b=c",
        ]

        def text():
            return "".join(draw.choices(letters, k=draw.randint(0, 12)))

        kept = 0
        for _ in range(500):
            html = f"<p>{text()}</p>" * draw.randint(1, 3) + draw.choice(["", f"<ul><li>{text()}</li></ul>"])
            if writer.CLEAN.fullmatch(html):
                kept += 1
                assert sanitize_html(html, linkify=True) == html
        assert kept > 50

    @pytest.mark.parametrize(
        "html",
        [
            "<p>a&lt;b</p>",
            "<p onclick='x'>a</p>",
            "<script>a</script>",
            "<p>a<b</p>",
            "<p>a\x00</p>",
            "<p>a</p> <p>b</p>",
            "a",
        ],
    )
    def test_anything_else_is_shown_to_it(self, html):
        assert not writer.CLEAN.fullmatch(html)

    def test_a_description_changed_by_a_hook_is_cleaned(self, monkeypatch):
        from complaint_qms.complaint_qms.doctype.complaint.complaint import Complaint

        whole = Complaint.before_save

        def hook(doc):
            whole(doc)
            doc.description = "<p>a</p><script>b</script>"

        monkeypatch.setattr(Complaint, "before_save", hook)
        values = {"subject": "One", "complainant_name": "Somebody", "description": "<p>a</p>"}
        doc = writer.build(values, factory.unique("key"), Blank("Complaint", now_datetime()))
        assert "<script" not in doc.description

    def test_a_question_is_asked_once_until_something_is_written(self):
        buyer = factory.customer()
        with asked_once():
            first = frappe.db.get_value("Customer", buyer.name, ["name", "customer_name"], as_dict=True)
            first.customer_name = "spoilt by its reader"
            asked = questions()
            again = frappe.db.get_value("Customer", buyer.name, ["name", "customer_name"], as_dict=True)
            assert questions() == asked + 1  # which is the counting itself
            assert again.customer_name == buyer.customer_name
            frappe.db.set_value("Customer", buyer.name, "customer_name", "Another")
            assert frappe.db.get_value("Customer", buyer.name, "customer_name") == "Another"
        assert "get_value" not in vars(frappe.local.db)


def questions() -> int:
    """Statements that this connection has sent."""
    return int(frappe.db.sql("show session status like 'Questions'")[0][1])


class TestErrors:
    def test_bad_rows_are_told_and_good_ones_taken(self, sheet):
        data = rows(5)
        data[1][1], data[3][1] = "someday", str(add_days(nowdate(), 2))
        doc, found = started(sheet(*data))
        total = run.run(doc, found)
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

    def test_the_file_of_bad_rows_holds_no_formula(self, sheet):
        headings = ["Received", "=1+1", "@SUM(1)", "\tDetails", "＝1"]
        bad = ["someday", "+1+1", "\r=1", " =1", "-5.5"]
        good = [["2024-03-01", "1", "2", "3", "4"]] * 4
        doc, found = started(sheet(*good, bad, headings=headings))
        run.run(doc, found)
        file = frappe.get_doc("File", {"file_url": doc.error_file}).get_full_path()
        told = list(csv.reader(Path(file).read_text("utf-8-sig").splitlines()))
        assert told[0][3:] == ["Received", "'=1+1", "'@SUM(1)", "Details", "'＝1"]
        assert told[1][3:4] + told[1][-1:] == ["someday", "-5.5"]
        assert not [cell for row in told for cell in row if cell.strip()[:1] in tuple("=+@＝")]

    def test_more_bad_rows_than_a_file_may_hold_are_counted_in_it(self, sheet, monkeypatch):
        doc, found = started(sheet(*rows(6, Received=str(add_days(nowdate(), 2)))))
        monkeypatch.setattr(row_errors, "PAGE", 2)
        monkeypatch.setattr(row_errors, "get_max_file_size", lambda: row_errors.ROOM + 700)
        total = run.run(doc, found)
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
        assert run.run(doc, found).failed == 4
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


class TestRestart:
    def test_a_run_that_stopped_goes_on_where_it_was(self, sheet, monkeypatch):
        doc, found = started(sheet(*rows(7)))
        batches = iter(range(10))

        def third_fails(counts):
            if next(batches) == 1:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run.run(doc, found, third_fails)
        doc.reload()
        assert (doc.status, doc.position, len(made_by(found))) == ("running", 4, 4)
        total = run.run(doc, found)
        assert (total.position, total.imported, total.existing) == (7, 7, 0)
        assert len(made_by(found)) == 7

    def test_the_command_says_how_columns_are_named_and_the_desk_does_not(self, sheet, capsys, tmp_path):
        path = sheet(["a", "b"], headings=["Colour", "Taste"])
        with pytest.raises(frappe.ValidationError, match="no column is set to Received At") as told:
            command.load(path, None, True, factory.company(), None, False, 500, tmp_path / "bad.csv")
        assert "pass it with --mapping" in capsys.readouterr().out
        assert "--mapping" not in str(told.value)

    def test_the_speed_told_after_a_restart_is_that_of_the_rest(self, sheet, monkeypatch, capsys, tmp_path):
        path = sheet(*rows(600, Received="2024-03-01"))
        doc, found = started(path, batch_size=500)

        def stop(counts):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run.run(doc, found, stop)
        ticks = count(0, 2)
        monkeypatch.setattr(command.time, "monotonic", lambda: next(ticks))
        command.load(path, None, False, factory.company(), None, False, 500, tmp_path / "bad.csv")
        said = capsys.readouterr().out
        seconds = float(said.rsplit("(", 1)[1].split(" s")[0])
        assert "600 complaints made" in said
        assert f"{100 / seconds:.0f} rows/s" in said

    def test_the_seconds_of_a_stopped_run_count(self, sheet, monkeypatch):
        doc, found = started(sheet(*rows(4)))
        ticks = count(0, 10)
        monkeypatch.setattr(run.time, "monotonic", lambda: next(ticks))

        def stop(counts):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run.run(doc, found, stop)
        doc.reload()
        stopped = doc.seconds
        assert stopped == 10
        run.run(doc, found)
        assert doc.seconds > stopped

    def test_the_same_file_again_makes_nothing(self, sheet):
        path = sheet(*rows(3))
        doc, found = started(path)
        run.run(doc, found)
        again, found = started(path)
        assert again.name != doc.name
        total = run.run(again, found)
        assert (total.imported, total.existing) == (0, 3)
        assert len(made_by(found)) == 3

    def test_an_import_that_another_process_moved_on_stops(self, sheet):
        doc, found = started(sheet(*rows(4)))

        def other_process(counts):
            frappe.db.set_value("Complaint Import", doc.name, "position", counts.position + 1)

        with pytest.raises(run_lock.Overtaken):
            run.run(doc, found, other_process)

    def test_a_batch_that_the_database_refuses_costs_its_bad_row_only(self, sheet, monkeypatch):
        doc, found = started(sheet(*rows(4)), batch_size=10)
        whole = writer.write

        def refuses(docs):
            if len(docs) > 1 or docs[0].flags.row.number == 3:
                raise frappe.UniqueValidationError("Duplicate")
            whole(docs)

        monkeypatch.setattr(run, "write", refuses)
        total = run.run(doc, found)
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
