"""Which column is which: the exports of well-known programs, seven languages, and what only looks like a date."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.tabular.column_choice import BY_CONTENT, OCCURRENCE, STANDS_IN, choose_columns
from complaint_qms.tabular.fields import EXPOSURE_FIELDS, FIELDS
from complaint_qms.tabular.heading_names import fold_heading
from complaint_qms.tabular.mapping import guess
from complaint_qms.tabular.profile import ColumnProfile, Profile

CASES = Path(__file__).parents[1] / "backtest" / "cases"
STORIES = (
    "The seal drips since the second day of use",
    "It hums loudly whenever the motor starts to turn",
    "Water stood below the unit in the morning",
)
DAYS = ("2024-03-04", "2024-03-13", "2024-03-26", "2024-04-02", "2024-04-30")
CELLS = {
    "id": [f"7000{n}" for n in range(5)],
    "day": DAYS,
    "moment": [f"{day} 09:1{n}:00" for n, day in enumerate(DAYS)],
    "later": [f"{day} 16:3{n}:00" for n, day in enumerate(DAYS)],
    "clock": [f"0{n}:12:33" for n in range(5)],
    "german": [f"{day[8:]}.{day[5:7]}.{day[:4]}" for day in DAYS],
    "slashed": [f"{day[8:]}/{day[5:7]}/{day[:4]}" for day in DAYS],
    "compact": [day.replace("-", "") for day in DAYS],
    "jira": ["04/Mar/24 9:10 AM", "13/Mar/24 1:10 PM", "26/Mar/24 9:10 AM", "02/Apr/24 9:10 AM", "30/Apr/24 9:10 AM"],
    "story": [*STORIES, "Handle came off when the door was opened", "Screen stays dark after the update of May"],
    "label": ["Leak", "Noise", "Leak", "Leak", "Noise"],
    "name": ["North", "South", "North", "East", "West"],
    "number": ["0", "1", "0", "2", "0"],
    "year": ["2019", "2020", "2019", "2021", "2019"],
    "hours": ["3.5", "2.25", "11", "7", "4"],
    "money": ["€ 12,50", "€ 1.200,00", "€ 3,00", "€ 90,10", "€ 7,00"],
    "flag": ["Y", "N", "N", "Y", "N"],
    "admin": ["Administrator"] * 5,
}  # fmt: skip

# program: heading / cells, and the field it is to become ("" none)
EXPORTS = {
    "ERPNext Issue": "ID/id/id|Subject/story/subject|Customer/name/customer|Raised By (Email)/name/|Status/label/status|Priority/label/urgency|Issue Type/label/type|"
    "Description/story/text|Response By/later/|Resolution By/later/|First Responded On/later/first_response|Opening Date/day/received|Opening Time/clock/received|"
    "Resolution Date/later/solve_done|Resolution Time/hours/|Created On/moment/|Last Updated On/later/|Owner/admin/",
    "ERPNext Warranty Claim": "ID/id/id|Status/label/status|Complaint Date/day/received|Customer/name/customer|Serial No/id/serial|Complaint/story/text|Item Code/label/item|"
    "Description/label/|Warranty / AMC Status/label/|Warranty Expiry Date/day/|AMC Expiry Date/day/|Resolution Date/later/solve_done|Resolved By/name/handler|"
    "Resolution Details/label/outcome|Territory/name/region",
    "Salesforce": "Case Number/id/id|Account Name/name/customer|Subject/story/subject|Date/Time Opened/moment/received|Date/Time Closed/later/closed|Case Owner/name/handler|"
    "Status/label/status|Priority/label/urgency|Type/label/type|Case Origin/label/channel|Description/story/text|Product Name/name/item|Age (Hours)/hours/|Last Modified Date/later/",
    "Salesforce API": "CaseNumber/id/id|CreatedDate/moment/received|ClosedDate/later/closed|AccountId/name/customer|Origin/label/channel|SerialNumber__c/id/serial|Reason/label/type|"
    "LastModifiedDate/later/|Description/story/text",
    "Zendesk": "Id/id/id|Requester/name/customer|Assignee/name/handler|Subject/story/text|Created at/moment/received|Updated at/later/|Solved at/later/solve_done|Due at/later/|"
    "Priority/label/urgency|Status/label/status|Via/label/channel|Ticket type/label/type|First reply time in minutes/hours/first_response|Assigned at/moment/triage_done",
    "Freshdesk": "Ticket ID/id/id|Subject/story/text|Status/label/status|Priority/label/urgency|Source/label/channel|Type/label/type|Agent/name/handler|Created time/moment/received|"
    "Due by Time/later/|Resolved time/later/solve_done|Closed time/later/closed|Last update time/later/|Initial response time/later/first_response|"
    "First response time (in hrs)/hours/|Customer interactions/number/|Full name/name/customer",
    "Jira": "Summary/story/subject|Issue key/id/id|Issue Type/label/type|Status/label/status|Priority/label/urgency|Assignee/name/handler|Reporter/name/|Created/jira/received|"
    "Updated/jira/|Resolved/jira/solve_done|Due Date/jira/|Description/story/text|Custom field (Severity)/label/severity|Custom field (Lot Number)/id/batch",
    "SAP QM": "Notification/id/id|Notif. date/german/received|Required End/german/|Completion/german/closed|Description/story/text|Material/name/item|Batch/id/batch|Vendor/name/supplier|"
    "Sold-to party/name/customer|Coding code text/label/type|System status/label/status|Complaint quantity/number/quantity|Malfunct. start/german/occurred|Plant/label/company",
    "SAP QM in short headings": "Notification/id/id|Notif.date/german/received|Notification type/label/|Created on/german/|Completn date/german/closed|Description/story/text|"
    "Material/name/item|Vendor/name/supplier|Sold-to pty/name/customer|Damage code/label/type",
    "SAP QM in German": "Meldung/id/id|Meldungsdatum/german/received|Meldungsart/label/|Angelegt am/german/|Gewünschtes Ende/german/|Abschlussdatum/german/closed|Kurztext/story/text|"
    "Material/name/item|Charge/id/batch|Auftraggeber/name/customer|Lieferant/name/supplier|Schadenscode/label/type",
    "Returns of a shop": "RMA/id/id|Order Date/day/|Ship Date/day/|Complaint Date/later/received|SKU/name/item|Return Reason/label/type|Refund/money/cost|Comments/story/text",
    "Help desk": "Ticket/id/id|Date/day/received|Item Name/name/item|Replacement Date/later/|Complaint/story/text|Resolution Date/later/solve_done|Resolved By/name/handler",
    "NHTSA": "CMPLID/id/id|MFR_NAME/name/supplier|MODELTXT/name/item|YEARTXT/year/model|CRASH/flag/crash|FAILDATE/compact/occurred|FIRE/flag/fire|INJURED/number/injured|"
    "DEATHS/number/deaths|COMPDESC/label/type|STATE/name/region|VIN/id/serial|LDATE/compact/received|MILES/number/|CDESCR/story/text",
    "CFPB": "Date received/day/received|Product/name/item|Sub-product/name/model|Issue/label/type|Consumer complaint narrative/story/text|Company/name/company|State/name/region|"
    "Submitted via/label/channel|Date sent to company/day/triage_done|Company response to consumer/label/outcome|Timely response?/flag/|Complaint ID/id/id",
    "MAUDE": "MDR_REPORT_KEY/id/id|DATE_RECEIVED/compact/received|DATE_OF_EVENT/compact/occurred|EVENT_TYPE/label/severity|MANUFACTURER_D_NAME/name/supplier|"
    "BRAND_NAME/name/item|LOT_NUMBER/id/batch|FOI_TEXT/story/text|DEVICE_PROBLEM/label/type|ADVERSE_EVENT_FLAG/flag/harm",
    "311": "Unique Key/id/id|Created Date/moment/received|Closed Date/later/closed|Agency/label/|Complaint Type/label/type|Descriptor/story/text|Location Type/label/|Status/label/status|"
    "Due Date/later/|Resolution Description/label/outcome|Resolution Action Updated Date/later/|Borough/name/region|Open Data Channel Type/label/channel|Vehicle Type/label/",
    "311 of another city": "case_enquiry_id/id/id|open_dt/moment/received|sla_target_dt/later/|closed_dt/later/closed|case_status/label/status|closure_reason/label/outcome|"
    "case_title/story/text|type/label/type|neighborhood/name/region|source/label/channel",
    "311 by its interface": "SRNumber/id/id|CreatedDate/moment/received|UpdatedDate/later/|RequestType/label/type|RequestSource/label/channel|ServiceDate/later/|"
    "ClosedDate/later/closed",
    "consumidor.gov.br": "Canal de Origem/label/channel|Região/name/region|Data Abertura/slashed/received|Hora Abertura/clock/received|Data Resposta/slashed/solve_done|"
    "Data Finalização/slashed/closed|Prazo Resposta/slashed/|Nome Fantasia/name/company|Problema/label/type|Situação/label/status|Nota do Consumidor/number/",
    "CAERS": "RA_Report #/id/id|RA_CAERS Created Date/moment/received|AEC_Event Start Date/day/occurred|PRI_Reported Brand/Product Name/name/item|"
    "SYM_One Row Coded Symptoms/label/type",
    "FCC": "Ticket ID/id/id|Ticket Created/moment/received|Date of Issue/day/occurred|Time of Issue/clock/occurred|Method/label/|Issue/label/type|State/name/region",
    "German": "Reklamationsnummer/id/id|Eingangsdatum/german/received|Fälligkeitsdatum/german/|Kunde/name/customer|Artikelnummer/name/item|Chargennr./id/batch|Seriennummer/id/serial|"
    "Fehlerart/label/type|Beschreibung/story/text|Schweregrad/label/severity|Kosten/money/cost|Verletzte/number/injured|Abgeschlossen am/german/closed|Lieferant/name/supplier",
    "French": "N° de réclamation/id/id|Date de réception/slashed/received|Échéance/slashed/|Client/name/customer|Produit/name/item|N° de lot/id/batch|N° de série/id/serial|"
    "Motif/label/type|Description/story/text|Gravité/label/severity|Coût/money/cost|Blessés/number/injured|Date de clôture/slashed/closed|Fournisseur/name/supplier",
    "Spanish": "Número de reclamo/id/id|Fecha de recepción/slashed/received|Fecha de vencimiento/slashed/|Cliente/name/customer|Producto/name/item|Número de lote/id/batch|"
    "Número de serie/id/serial|Motivo/label/type|Descripción/story/text|Gravedad/label/severity|Costo/money/cost|Heridos/number/injured|Fecha de cierre/slashed/closed|Proveedor/name/supplier",
    "Portuguese": "Protocolo/id/id|Data da reclamação/slashed/received|Prazo/slashed/|Cliente/name/customer|Produto/name/item|Número do lote/id/batch|Número de série/id/serial|"
    "Motivo/label/type|Descrição/story/text|Gravidade/label/severity|Custo/money/cost|Feridos/number/injured|Data de encerramento/slashed/closed|Fornecedor/name/supplier",
    "Japanese": "受付番号/id/id|受付日/day/received|回答期限/day/|お客様名/name/customer|品番/name/item|ロット番号/id/batch|シリアル番号/id/serial|不具合区分/label/type|苦情内容/story/text|"
    "重大度/label/severity|費用/number/cost|負傷者数/number/injured|完了日/day/closed|仕入先/name/supplier|担当者/name/handler",
    "Chinese": "客诉编号/id/id|接收日期/day/received|截止日期/day/|生产日期/day/|客户名称/name/customer|产品名称/name/item|批次号/id/batch|序列号/id/serial|投诉类型/label/type|问题描述/story/text|"
    "严重程度/label/severity|赔偿金额/number/cost|受伤人数/number/injured|首次回复时间/later/first_response|结案日期/day/closed|供应商/name/supplier",
}  # fmt: skip


def profiled(columns: dict[str, list[str] | tuple[str, ...]]) -> Profile:
    found = []
    for name, cells in columns.items():
        column = ColumnProfile(name)
        column.add(list(cells))
        found.append(column)
    return Profile(len(next(iter(columns.values()))), found)


def export(text: str) -> tuple[Profile, dict[str, list[str]]]:
    wanted: dict[str, list[str]] = {}
    columns: dict[str, list[str] | tuple[str, ...]] = {}
    for part in text.split("|"):
        name, cells, key = part.rsplit("/", 2)
        columns[name] = CELLS[cells]
        if key:
            wanted.setdefault(key, []).append(name)
    return profiled(columns), wanted


@pytest.mark.parametrize("program", EXPORTS)
def test_the_columns_of_well_known_exports(program):
    seen, wanted = export(EXPORTS[program])
    assert choose_columns(seen).columns == wanted


def test_a_subject_of_few_values_is_what_it_is_about_where_the_heading_can_mean_both():
    seen = profiled(
        {
            "Protocolo": [str(7000 + n) for n in range(40)],
            "Data Abertura": [DAYS[n % 5] for n in range(40)],
            "Assunto": [("Cartão de Crédito", "Aparelho celular")[n % 2] for n in range(40)],
            "Problema": CELLS["label"] * 8,
        }
    )
    choices = choose_columns(seen)
    assert choices.columns["item"] == ["Assunto"]
    assert choices.columns["type"] == ["Problema"]
    assert "subject" not in choices.refused


def chosen(name: str) -> dict[str, list[str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    if name.startswith("03"):
        rows.insert(0, [f"column {n}" for n in range(1, len(rows[0]) + 1)])
    return choose_columns(profiled(dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True)))).columns


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("01_id8_taken_for_date.csv", {"id": "Case Key", "received": "Created Date", "type": "Complaint Type", "text": "Descriptor"}),
        ("03_headerless.csv", {"id": "column 1", "received": "column 4", "text": "column 5"}),
        ("04_created_closed_names.csv", {"id": "ticket_id", "received": "created_date", "type": "category", "text": "description",
                                         "solve_done": "resolved_date", "closed": "closed_date"}),
        ("05_due_date_taken_for_receipt.csv", {"id": "Defect ID", "received": "Target Date", "severity": "Severity", "text": "Title"}),
        ("06_category_is_type.csv", {"id": "id", "received": "date", "type": "category", "text": "description"}),
        ("21_zh_headings.csv", {"id": "投诉编号", "received": "投诉时间", "item": "投诉车系", "model": "投诉车型", "supplier": "投诉品牌",
                                "type": "典型问题", "text": "问题简述", "status": "投诉状态"}),
    ],
)  # fmt: skip
def test_files_that_were_once_read_wrongly(name, columns):
    assert chosen(name) == {key: [heading] for key, heading in columns.items()}


def test_every_name_is_written_as_headings_are_compared():
    names = [name for field in (*FIELDS, *EXPOSURE_FIELDS) for name in field.names]
    assert [name for name in names if fold_heading(name) != name] == []


def test_a_date_that_stands_in_and_the_runner_up_are_told():
    seen = profiled({"No": CELLS["id"], "Deadline": DAYS, "Last change": DAYS, "Defect": CELLS["label"]})
    found = choose_columns(seen).found["received"]
    assert (found.names, found.why) == (["Deadline"], STANDS_IN)
    assert "received" not in guess(seen), "who is not told of it does not get it"
    seen = profiled({"No": CELLS["id"], "Failure date": DAYS, "Defect": CELLS["label"]})
    assert (guess(seen)["received"], choose_columns(seen).found["received"].why) == (
        ["Failure date"],
        OCCURRENCE,
    )
    seen = profiled({"Opened": DAYS, "Created at": CELLS["moment"], "Defect": CELLS["label"]})
    assert (choose_columns(seen).found["received"].names, choose_columns(seen).found["received"].other) == (
        ["Opened"],
        "Created at",
    )


def test_deliveries_have_dates_of_their_own():
    seen = profiled({"Item": CELLS["name"], "Actual delivery date": DAYS, "Shipped units": CELLS["number"]})
    assert choose_columns(seen, EXPOSURE_FIELDS).columns == {
        "item": ["Item"],
        "received": ["Actual delivery date"],
        "quantity": ["Shipped units"],
    }


def test_a_column_that_only_its_name_speaks_for_is_refused_with_an_example():
    seen = profiled({"Created": ["soon", "later", "2024-01-01", "x", "y"], "Defect": CELLS["label"]})
    refused = choose_columns(seen).refused["received"]
    assert (refused.name, refused.share, refused.example) == ("Created", 0.0, "soon")


BARE = st.integers(10_000_000, 99_999_999)


@settings(max_examples=60, deadline=None)
@given(
    start=BARE,
    step=st.integers(1, 40),
    named=st.sampled_from(["Case Key", "Ref", "Zip code", "Account", "x"]),
    place=st.booleans(),
)
def test_bare_numbers_never_beat_a_date_with_signs(start, step, named, place):
    numbers = (named, [str(start + n * step) for n in range(12)])
    dates = ("When", [f"2024-0{n % 9 + 1}-1{n % 9}" for n in range(12)])
    seen = profiled(dict((numbers, dates) if place else (dates, numbers)))
    assert choose_columns(seen).found["received"].names == ["When"]


@settings(max_examples=60, deadline=None)
@given(
    start=BARE, count=st.integers(4, 40), name=st.sampled_from(["Case Key", "Order no", "column 1", "MILES"])
)
def test_numbers_that_count_are_no_dates(start, count, name):
    seen = profiled({name: [str(start + n) for n in range(count)], "Defect": ["leak"] * count})
    assert "received" not in choose_columns(seen).found


@settings(max_examples=60, deadline=None)
@given(
    role=st.sampled_from(
        [
            "Due date",
            "Target date",
            "Updated at",
            "Purchase date",
            "Fälligkeitsdatum",
            "Liefertermin",
            "截止日期",
            "生産予定",
        ]
    ),
    first=st.booleans(),
)
def test_another_date_never_takes_the_place_of_one_that_nothing_speaks_against(role, first):
    columns = [(role, DAYS), ("Woche", CELLS["german"])]
    seen = profiled(dict(columns if first else columns[::-1]))
    assert (choose_columns(seen).found["received"].names, choose_columns(seen).found["received"].why) == (
        ["Woche"],
        BY_CONTENT,
    )


def test_of_dates_without_a_heading_the_one_in_the_order_of_the_file_is_taken():
    failed = ["20240101", "20231105", "20240220", "20230630", "20240303", "20240110"]
    added = ["20240305", "20240306", "20240306", "20240309", "20240401", "20240402"]
    seen = profiled(
        {
            "column 1": [f"9000{n}" for n in range(6)],
            "column 2": failed,
            "column 3": added,
            "column 4": ["Leak"] * 6,
        }
    )
    found = choose_columns(seen).found["received"]
    assert (found.names, found.other) == (["column 3"], "column 2")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Description", "The pump leaks at the seal"),
        ("Beschreibung", "Undicht an der Wellendichtung"),
        ("问题描述", "密封圈漏油，要求更换"),
        ("Subject", "Motor gets very hot"),
    ],
)
@pytest.mark.parametrize("different", [1, 6, 60, 300])
def test_a_column_called_description_is_one_however_often_its_sentences_come_again(name, told, different):
    rows = 300
    columns = {
        "Received": [f"2024-03-{1 + n % 28:02}" for n in range(rows)],
        "Type": [("Leak", "Noise")[n % 2] for n in range(rows)],
        name: [f"{told} {n % different}" for n in range(rows)],
    }
    assert choose_columns(profiled(columns)).columns["text"] == [name]


def test_a_column_of_labels_called_description_is_said_to_be_left_out():
    columns = {
        "Received": [f"2024-03-{1 + n % 28:02}" for n in range(300)],
        "Description": ["Pump", "Motor"] * 150,
        "Type": ["Leak", "Noise"] * 150,
    }
    found = choose_columns(profiled(columns))
    assert "text" not in found.columns
    assert (found.refused["text"].name, found.refused["text"].example) == ("Description", "Pump")


def test_the_time_of_day_and_the_name_of_the_customer_in_an_export_of_sap():
    rows = 60
    columns = {
        "Meldung": [f"0002000{n:05}" for n in range(rows)],
        "Meldungsdatum": [f"{1 + n % 28:02}.01.2023" for n in range(rows)],
        "Uhrzeit der Meldung": [f"{n % 24:02}:30:0{n % 10}" for n in range(rows)],
        "Kunde": [f"00001{n:05}" for n in range(rows)],
        "Name 1": [f"Müller {n} GmbH" for n in range(rows)],
        "Fehlerart": ["Undicht", "Bruch"] * (rows // 2),
    }
    found = choose_columns(profiled(columns))
    assert found.columns["received"] == ["Meldungsdatum", "Uhrzeit der Meldung"]
    assert (found.columns["customer"], found.found["customer"].other) == (["Name 1"], "Kunde")


def test_headings_that_the_cells_decide():
    """A Complaint of codes is the number; an Issue that is another one each time is the text, and codes as many are no type."""
    rows = range(60)
    days = [f"2024-03-{1 + n % 28:02}" for n in rows]
    codes = guess(
        profiled({"Complaint": [f"C{n}" for n in rows], "Date": days, "Type": ["leak", "noise"] * 30})
    )
    assert (codes["id"], codes.get("text")) == (["Complaint"], None)
    told = guess(profiled({"Date": days, "Complaint": [f"The pump leaks at seal {n}" for n in rows]}))
    assert (told["text"], told.get("id")) == (["Complaint"], None)
    issues = choose_columns(
        profiled(
            {"ID": [f"W{n}" for n in rows], "Date": days, "Issue": [f"Pump leaks at seal {n}" for n in rows]}
        )
    )
    assert (issues.columns.get("type"), issues.columns["text"], issues.refused) == (None, ["Issue"], {})
    each = choose_columns(
        profiled({"ID": [f"W{n}" for n in rows], "Date": days, "Type": [f"T{n}x" for n in rows]})
    )
    assert (each.columns.get("type"), each.refused["type"].each) == (None, True)
    sap = guess(profiled({"Meldung": [f"2000{n}" for n in rows], "Meldungsart": ["Q1"] * 60, "Meldungsdatum": days,
        "Meldungszeit": [f"15:{n:02}:00" for n in rows], "Reaktionszeit": [f"02:{n:02}:00" for n in rows], "Codegruppentext": ["Undicht", "Anzeige"] * 30}))  # fmt: skip
    assert (sap["received"], sap["type"]) == (["Meldungsdatum", "Meldungszeit"], ["Codegruppentext"])


def test_the_only_sentences_of_a_file_without_headings_are_its_text():
    columns = {
        "column 1": [f"90{n}" for n in range(100)],
        "column 2": [f"{1 + n % 28:02}.01.2023" for n in range(100)],
        "column 3": [f"Leak at the seal {n}" for n in range(100)],
    }
    assert choose_columns(profiled(columns)).columns["text"] == ["column 3"]
