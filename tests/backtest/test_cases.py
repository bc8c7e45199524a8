"""Files that were once read wrongly, through the whole command; how they are made right stands beside each."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from complaint_qms.backtest import errors
from complaint_qms.backtest.main import main
from tests.backtest.outcome import query

CASES = Path(__file__).parent / "cases"


def replay(capsys, out: Path, path: Path, *more: object) -> tuple[int, str]:
    code = main(["--lang", "en", "replay", str(path), "--out", str(out), *map(str, more)])
    said = capsys.readouterr()
    return code, said.out + said.err


def quality(out: Path) -> dict[tuple[str, str], int]:
    return {
        (field, reason): rows for field, reason, rows in query(out, "SELECT field, reason, rows FROM quality")
    }


def test_eight_digits_are_no_date(tmp_path, capsys):
    code, _ = replay(capsys, tmp_path, CASES / "01_id8_taken_for_date.csv", "--no-text")
    assert code == errors.OK
    assert query(tmp_path, "SELECT id, received FROM complaint ORDER BY row LIMIT 2") == [
        ("30010001", "2024-03-01 09:00:00"),
        ("30010002", "2024-03-04 10:00:00"),
    ]


def test_a_file_without_headings(tmp_path, capsys):
    code, said = replay(capsys, tmp_path, CASES / "03_headerless.csv", "--no-text")
    assert (code, "4 rows used, 0 bad rows" in said, "found by its content" in said) == (
        errors.OK,
        True,
        True,
    )


def test_a_due_date_in_the_place_of_the_receipt_is_said_loudly(tmp_path, capsys):
    _, said = replay(capsys, tmp_path, CASES / "05_due_date_taken_for_receipt.csv", "--no-text")
    assert "NO DATE OF RECEIPT WAS FOUND" in said
    assert quality(tmp_path)["-", "received_stands_in"] == 3
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "NO DATE OF RECEIPT WAS FOUND" in page.split('<section id="summary">')[1].split("</section>")[0]
    assert "stands in for it" in (tmp_path / "mapping.yaml").read_text(encoding="utf-8")


def test_markup_and_the_time_of_day_beside_the_date(tmp_path, capsys):
    replay(capsys, tmp_path, CASES / "15_html_in_text.csv", "--no-text")
    (row,) = query(tmp_path, "SELECT received, first_response, handler, text FROM complaint WHERE id = 'I-1'")
    assert row == (
        "2024-03-04 09:12:33",
        "2024-03-04 10:00:00",
        None,
        "The pump leaks at the shaft seal after two days of use & oil ran out on the floor.",
    )
    assert quality(tmp_path)["text", "markup_removed"] == 2


def test_a_refusal_prints_the_line_of_the_mapping_to_be_changed(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text(
        "Ref,Created,Seen,Defect\n" + "".join(f"R{n},week {n},2024-03-0{n},leak\n" for n in range(1, 8))
    )
    path.write_text(path.read_text().replace("2024-03-0", "day "))
    code, said = replay(capsys, tmp_path / "o", path)
    assert (code, "'Created' is called so, but 0% of its cells are dates; not 'week 1'" in said) == (
        errors.COLUMNS,
        True,
    )
    number, line = re.search(r"line (\d+): (received: null)", said).groups()
    assert (tmp_path / "o" / "mapping.yaml").read_text().splitlines()[int(number) - 1].strip() == line


def test_names_in_several_spellings_are_offered_as_one(tmp_path, capsys):
    path = tmp_path / "a.csv"
    names = ("PUMP-1", "pump-1", "Pump-1 ", "Fan")
    path.write_text(
        "id,date,item\n" + "".join(f"{n},2024-03-0{n + 1},{name}\n" for n, name in enumerate(names))
    )
    replay(capsys, tmp_path / "o", path, "--no-text")
    assert quality(tmp_path / "o")["item", "spellings"] == 1
    mapping = (tmp_path / "o" / "mapping.yaml").read_text()
    offer = re.search(r"^ *# (one_spelling: \[item, type\])", mapping, re.MULTILINE)
    one = tmp_path / "one.yaml"
    one.write_text(mapping.replace(f"# {offer[1]}", "one_spelling: [item]"))
    replay(capsys, tmp_path / "p", path, "--no-text", "--mapping", one)
    assert query(tmp_path / "p", "SELECT item, count(*) FROM complaint GROUP BY item ORDER BY item") == [
        ("Fan", 1),
        ("PUMP-1", 3),
    ]
    assert quality(tmp_path / "p") == {}
    bad = tmp_path / "bad.yaml"
    bad.write_text(mapping.replace(f"# {offer[1]}", "one_spelling: [colour]"))
    code, said = replay(capsys, tmp_path / "q", path, "--mapping", bad)
    assert (code, "one_spelling[0]" in said) == (errors.COLUMNS, True)


def test_letters_in_a_wrong_encoding_are_repaired_and_told(tmp_path, capsys):
    path = tmp_path / "a.csv"
    head, *lines = [
        "id,date,item,text",
        "1,2024-03-01,Kühler,Très déçu",
        "2,2024-03-02,Kühler,plain",
        "3,2024-03-03,Fan,“q”",
    ]
    path.write_text(
        "\n".join([head, *(line.encode().decode("cp1252", "replace") for line in lines[:2]), lines[2]]),
        encoding="utf-8",
    )
    _, said = replay(capsys, tmp_path / "o", path, "--no-text")
    assert (
        "! Item: 2 rows were read in a wrong encoding on their way and are repaired, such as row 2: Kühler"
        in said
    )
    assert query(tmp_path / "o", "SELECT item, text FROM complaint ORDER BY id") == [
        ("Kühler", "Très déçu"), ("Kühler", "plain"), ("Fan", "“q”"),
    ]  # fmt: skip
    assert quality(tmp_path / "o") == {("item", "text_mended"): 2, ("text", "text_mended"): 1}


@pytest.fixture
def books(tmp_path) -> Path:
    """A workbook with merged cells, and one with a sheet a month."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["No", "Date", "Customer", "Lot", "Defect"])
    for n in range(8):
        group = n // 4 if n % 4 == 0 else None
        sheet.append(
            [
                n + 1,
                date(2024, 1, 1 + n),
                None if group is None else f"C{group}",
                None if group is None else f"L{group}",
                "leak",
            ]
        )
    for top in (2, 6):
        for column in (3, 4):
            sheet.merge_cells(start_row=top, end_row=top + 3, start_column=column, end_column=column)
    book.save(tmp_path / "merged.xlsx")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for month in (1, 2, 3):
        sheet = book.create_sheet(f"2024-{month:02}")
        sheet.append(["No", "Date", "Item", "Defect"])
        sheet.append([month, date(2024, month, 5), "P1", "leak"])
    book.save(tmp_path / "months.xlsx")
    return tmp_path


def test_merged_cells_and_a_sheet_a_month(books, capsys):
    _, said = replay(capsys, books / "o", books / "merged.xlsx", "--no-text")
    assert "their value filled down" in said
    assert query(books / "o", "SELECT customer, batch, count(*) FROM complaint GROUP BY customer, batch") == [
        ("C0", "L0", 4),
        ("C1", "L1", 4),
    ]
    _, said = replay(capsys, books / "p", books / "months.xlsx", "--no-text")
    assert ("3 rows used" in said, "2024-01, 2024-02, 2024-03" in said) == (True, True)


def test_texts_of_other_languages_are_never_judged_as_english(tmp_path, capsys):
    replay(capsys, tmp_path / "o", CASES / "14_foreign_language.csv")
    judged = query(tmp_path / "o", "SELECT severity, type FROM assessment")
    assert not [
        each for each in judged if each[0] in ("critical", "catastrophic") or each[1] == "Safety or Harm"
    ]
    assert quality(tmp_path / "o") == {("text", "language_read_pt"): 3}
    path = tmp_path / "it.csv"
    texts = [
        "Il motore perde olio e non è la prima volta",
        "Sono stato in hospital e non mi hanno aiutato",
        "Fire hospital",
        "La porta non si chiude più",
    ]
    path.write_text(
        "id,date,text\n" + "".join(f"{n},2024-03-0{n + 1},{text}\n" for n, text in enumerate(texts))
    )
    replay(capsys, tmp_path / "p", path)
    assert query(tmp_path / "p", "SELECT DISTINCT type, severity_from FROM assessment") == [(None, "default")]
    assert quality(tmp_path / "p") == {("text", "language_unread_it"): 4}, (
        "a short text is in the language of the others"
    )
    code = main(["--lang", "zh", "explain", "0", "--db", str(tmp_path / "p" / "replay.sqlite")])
    assert (code, "意大利语" in capsys.readouterr().out) == (errors.OK, True)


def test_a_word_beside_texts_of_several_languages_is_not_taken_for_english(tmp_path, capsys):
    texts = [
        "Der Wasserkocher ist undicht und die Heizung wird nicht mehr warm.",
        "La bouilloire fuit et le chauffage ne fonctionne plus du tout.",
        "The kettle leaks and the heating does not work any more.",
        "O produto chegou quebrado e não funciona desde ontem.",
        "Fire ontem",
    ]
    source = tmp_path / "a.csv"
    lines = [f'{n},2023-01-0{n},"{text}"' for n, text in enumerate(texts, 1)]
    source.write_text("\n".join(["id,received,description", *lines]), "utf-8")
    assert main(["--lang", "en", "replay", str(source), "--out", str(tmp_path / "out")]) == 0
    assert "Language not told" in (tmp_path / "out" / "report.html").read_text("utf-8")
    rows = query(tmp_path / "out", "SELECT severity FROM assessment ORDER BY row_id")
    assert rows[-1] != ("critical",)


def test_letters_are_shown_repaired_and_dates_as_they_are_read(tmp_path, capsys):
    rows = "".join(f"{n},{45300 + n},MÃ¼ller {n},Griff\n" for n in range(30))
    path = tmp_path / "a.csv"
    path.write_text("No,Received,Customer,Description\n" + rows, encoding="utf-8")
    code, said = replay(capsys, tmp_path / "o", path, "--no-text")
    assert (code, "Müller 0" in said, "MÃ" in said) == (errors.OK, True, False)
    assert "days counted by a spreadsheet" in said
    assert (
        "Description: seen, not used as Description, because it holds few different words, such as 'Griff'"
        in said
    )
    (missing,) = [line for line in said.splitlines() if line.strip().startswith("not found:")]
    assert "Description" not in missing


@pytest.mark.parametrize("content", ["Complaint\nleak\nnoise\n", "Item,Jan,Feb\nPump,3,4\nFan,1,0\n"])
def test_a_file_without_dates_is_told_so(tmp_path, capsys, content):
    path = tmp_path / "a.csv"
    path.write_text(content, encoding="utf-8")
    code, said = replay(capsys, tmp_path / "o", path)
    assert code == errors.COLUMNS
    assert "has no dates" in said
    assert "--mapping" not in said


def test_columns_without_headings_are_named_with_their_first_values(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text("".join(f"{n},{1 + n % 28:02}.01.2023,{n % 3}\n" for n in range(40)), encoding="utf-8")
    code, said = replay(capsys, tmp_path / "o", path)
    assert (code, "column 3 (0)" in said) == (errors.COLUMNS, True)


def test_assumed_columns_and_lengths_of_time_are_said(tmp_path, capsys):
    rows = "".join(f"{n},2024-01-{1 + n % 28:02} 09:00,leak,N,Y,{60 + n},{n},ann\n" for n in range(40))
    path = tmp_path / "a.csv"
    path.write_text(
        "No,Received,Type,CRASH_OR_FIRE_A,CRASH_OR_FIRE_B,First reply time in minutes,Resolution time,Reporter\n"
        + rows
    )
    code, said = replay(capsys, tmp_path / "o", path)
    assert code == errors.OK
    assert "CRASH_OR_FIRE_A → Crash" in said
    assert "CRASH_OR_FIRE_B → Fire" in said
    assert re.search(r"First response +First reply time in minutes +60 +minutes after the receipt", said)
    assert "not used as Solution done, lengths of time without a unit; add it to the heading" in said
    assert "not used, who typed or changed the record: Reporter" in said
    found = quality(tmp_path / "o")
    assert found["-", "column_assumed"]
    assert found["-", "columns_unused"] == 2
    assert query(tmp_path / "o", "SELECT first_response, customer FROM complaint WHERE id = '5'") == [
        ("2024-01-06 10:05:00", None)
    ]
    mapping = tmp_path / "o" / "mapping.yaml"
    assert "first_response: minutes  # minutes after the receipt" in mapping.read_text(encoding="utf-8")
    again, _ = replay(capsys, tmp_path / "p", path, "--no-text", "--mapping", mapping)
    assert (again, query(tmp_path / "p", "SELECT first_response FROM complaint WHERE id = '5'")) == (
        errors.OK,
        [("2024-01-06 10:05:00",)],
    )


def test_rows_that_are_no_complaints_and_amounts_of_a_german_list(tmp_path, capsys):
    head = "Lfd. Nr.;Eingang;Artikel;Fehlerbild;Menge;Kosten EUR;Verletzt (J/N)"
    rows = [
        f"R{n};{1 + n % 28:02}.0{1 + n % 9}.2024;P-{n % 3};Kratzer;{1 + n % 3},000;1.{n:03},50;{'ja' if n == 3 else 'nein'}"
        for n in range(40)
    ]
    path = tmp_path / "a.csv"
    path.write_text("\n".join([head, *rows[:20], head, *rows[20:], "Gesamt;;;;;41.000,00;", ";;;;;;"]) + "\n")
    code, said = replay(capsys, tmp_path / "o", path, "--no-text")
    assert (code, "40 rows used, 2 bad rows\n  1: the headings once more" in said) == (errors.OK, True)
    assert query(tmp_path / "o", "SELECT row, reason FROM rejected ORDER BY row") == [
        (22, "row_headings"),
        (43, "row_total"),
    ]
    assert query(tmp_path / "o", "SELECT type, quantity, cost, injured FROM complaint WHERE id = 'R3'") == [
        ("Kratzer", 1.0, 1003.5, 1.0)
    ]
    assert query(tmp_path / "o", "SELECT sum(injured), count(injured) FROM complaint") == [(1.0, 40)]
    assert re.search(r"Cost +Kosten EUR .*decimal comma; EUR", said)
    assert set(quality(tmp_path / "o")) == set()
    beside = tmp_path / "c.csv"
    beside.write_text(
        "No,Received,Defect,Cost,WÃ¤hrung\n"
        + "".join(f"X{n},2024-03-{1 + n},leak,{n}.50,EUR\n" for n in range(20))
    )
    _, said = replay(capsys, tmp_path / "q", beside, "--no-text")
    assert re.search(r"Cost +Cost +0\.50 +Währung\n", said)
    assert "not used" not in said
    assert "What complaints cost (EUR)" in (tmp_path / "o" / "report.html").read_text(encoding="utf-8")
    other = tmp_path / "b.csv"
    other.write_text(
        "No,Received,Defect,Cost\n" + "".join(f"X{n},2024-03-{1 + n},leak,$ {n}.50\n" for n in range(20))
    )
    main(["replay", str(path), str(other), "--out", str(tmp_path / "p"), "--no-text", "--quiet"])
    assert quality(tmp_path / "p") == {("-", "cost_currencies"): 2}
    assert "Amounts of different currencies are not added up." in (tmp_path / "p" / "report.html").read_text(
        encoding="utf-8"
    )
