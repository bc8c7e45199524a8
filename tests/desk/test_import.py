"""Import of files on a real site: the same records as one at a time, each once, with every bad row told."""

from __future__ import annotations

import random

import frappe
import pytest
from frappe.utils import now_datetime
from frappe.utils.html_utils import sanitize_html

from complaint_qms.services.framework_seams import asked_once
from complaint_qms.services.importing import (
    run,
    source,
    writer,
)
from complaint_qms.services.importing.batch_cache import Blank
from complaint_qms.services.importing.row_values import Defaults, Translator
from complaint_qms.services.intake import register
from tests.desk import factory, import_sheets
from tests.desk.import_sheets import HEADINGS, made_by, rows, started

sheet = pytest.fixture(import_sheets.sheet)


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
        docs = [
            writer.build_complaint(row.values, f"equal:{row.number}:{found.digest}", blank)
            for row in translated
        ]
        writer.store_complaints(docs)
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
        run.import_rows(doc, found)
        after = register.register({"subject": "Two", "complainant_name": "Somebody"})
        numbers = sorted(int(row["name"].rpartition("-")[2]) for row in made_by(found))
        begin = int(single.name.rpartition("-")[2])
        assert numbers == [begin + 1, begin + 2, begin + 3]
        assert int(after.name.rpartition("-")[2]) == begin + 4

    def test_no_record_stays_on_the_list_of_those_being_saved(self, sheet):
        doc, found = started(sheet(*rows(3)))
        run.import_rows(doc, found)
        assert "Complaint" not in {doctype for doctype, _name in frappe.flags.currently_saving}

    def test_the_form_of_an_imported_complaint_can_be_saved(self, sheet):
        doc, found = started(sheet(*rows(1)))
        run.import_rows(doc, found)
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
        run.import_rows(doc, found)
        made = made_by(found)[0]
        assert (made["customer"], made["complainant_name"]) == (None, "Corner Shop 1")
        assert (made["item_code"], made["product_model"], made["batch_no"]) == (None, "Lamp 1", None)
        assert made["reported_lot"] == "L-1"
        assert "Unheard of 1" in made["description"]

    def test_an_unknown_type_is_proposed_and_not_decided(self, sheet):
        doc, found = started(sheet(*rows(1, Details="The bottle leaks, it is leaking all over.")))
        run.import_rows(doc, found)
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
            run.import_rows(doc, opened)
            found.append(made_by(opened)[0]["harm_level"] or None)
        assert found == ["serious", "death", "minor", None]

    def test_words_amounts_and_lengths_of_time_of_a_list_in_another_language(self, sheet):
        own = frappe.get_cached_value("Company", factory.company(), "default_currency")
        foreign = "CHF" if own == "EUR" else "EUR"
        severities = ("schwer", "1 - Critique", "轻微", "2")
        lines = [
            [
                f"{frappe.generate_hash(length=6)}",
                f"0{n}.03.2024 09:00",
                f"Läuft aus {n}",
                word,
                "90",
                "1.234,50",
                amount,
                "ja",
            ]
            for n, (word, amount) in enumerate(
                zip(severities, (f"1.200,00 {own}", f"12 {foreign}", "7", "8"), strict=True), start=1
            )
        ]
        path = sheet(
            *lines,
            ["Gesamt", "", "", "", "", "", "41", ""],
            headings=[
                "Reklamationsnr.", "Eingangsdatum", "Beschreibung", "Schweregrad", "Erste Antwortzeit (Min.)", "Menge", "Betrag", "Verletzt (ja/nein)",
            ],
        )  # fmt: skip
        doc, found = started(path)
        run.import_rows(doc, found)
        made = made_by(found)
        assert [row["severity"] for row in made][:3] == ["Critical", "Critical", "Minor"]
        assert made[3]["severity"] != "Minor", "of a bare rank nobody knows which end is the worst"
        assert [row["claimed_amount"] for row in made] == [1200.0, 0.0, 7.0, 8.0]
        assert f"12 {foreign}" in made[1]["description"]
        assert {(row["qty"], str(row["first_response_at"])[11:]) for row in made} == {(1234.5, "10:30:00")}
        assert {row["harm_level"] for row in made} == {"serious"}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(frappe.local, "lang", "en")
            _, bad = Translator(found, Defaults(factory.company())).translate(next(found.table.chunks(10)))
        assert [(error.row, error.reason) for error in bad] == [
            (6, "A row of totals, which is no complaint.")
        ]

    def test_an_unknown_type_takes_the_default_where_there_is_one(self, sheet):
        doc, found = started(sheet(*rows(1)), default_type="Leak")
        run.import_rows(doc, found)
        assert made_by(found)[0]["complaint_type"] == "Leak"

    def test_the_clock_does_not_run_for_history(self, sheet):
        doc, found = started(sheet(*rows(1)))
        run.import_rows(doc, found)
        made = made_by(found)[0]
        assert (made["is_migrated"], made["stage_due"], made["next_check_at"]) == (1, None, None)
        assert made["sla_status"] in (None, "")

    def test_the_clock_runs_for_new_complaints(self, sheet):
        doc, found = started(sheet(*rows(1)), is_migrated=0)
        run.import_rows(doc, found)
        assert made_by(found)[0]["next_check_at"]

    def test_markup_in_a_cell_is_text(self, sheet):
        doc, found = started(sheet(*rows(1, Details="<script>alert(1)</script> & more of it, much more")))
        run.import_rows(doc, found)
        assert "<script" not in made_by(found)[0]["description"]

    def test_quotes_and_ampersands_arrive_as_they_were(self, sheet):
        doc, found = started(sheet(*rows(1, Details="""It's "hot" & smells, 5 < 6""")))
        run.import_rows(doc, found)
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
        doc = writer.build_complaint(values, factory.unique("key"), Blank("Complaint", now_datetime()))
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
