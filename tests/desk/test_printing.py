"""Every record in the standard print format, in English and Chinese: words for keys and durations, text as text."""

from __future__ import annotations

import re
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from threading import Thread

import frappe
import pytest
from bs4 import BeautifulSoup
from frappe.translate import print_language
from frappe.utils.pdf import get_pdf
from pypdf import PdfReader

from complaint_qms.constants.labels import WORDS
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.printing import attached, for_paper, working_time
from tests.desk import factory

ROGUE = "\"><img src=x onerror=alert(1)>'><svg onload=alert(1)>"
# A word that people write in a text, or the name of a record, may be a key as well.
KEYS = {key for key in WORDS if "_" in key}


@pytest.fixture
def records() -> dict[str, str]:
    """DocType → a record of it, those with keys and durations in all their fields."""
    doc = factory.at_stage("confirm")
    doc.append("evidence", {"file": factory.upload("Complaint", doc.name).file_url, "kind": "photo"})
    doc.save()
    doc.db_set(
        {
            "total_hold_seconds": 7800,
            "response_used": 60,
            "harm_level": "serious_injury",
            "sla_status": "at_risk",
        }
    )
    frappe.db.set_value(
        "Complaint Stage Log", {"parent": doc.name}, {"used_seconds": 12_600, "time_limit": 14_400}
    )
    plan = factory.capa_in_effect()
    study = frappe.get_doc("Investigation", plan.investigation)
    found = {
        "Complaint": doc.name,
        "CAPA": plan.name,
        "Investigation": study.name,
        "Root Cause": frappe.db.get_value("Root Cause", {"investigation": study.name}),
        "Reportability Assessment": factory.make(
            "Reportability Assessment", complaint=doc.name, jurisdiction="FDA", rule_key="us_803_30_day"
        ).name,
    }
    for doctype in frappe.get_all(
        "DocType", {"module": "Complaint QMS", "istable": 0, "issingle": 0, "is_virtual": 0}, pluck="name", order_by="name"
    ):  # fmt: skip
        first = frappe.get_all(doctype, pluck="name", order_by="name", limit=1)
        if doctype not in found and first:
            found[doctype] = first[0]
    return found


def printed(doctype: str, name: str, language: str = "en") -> BeautifulSoup:
    with print_language(language):
        return BeautifulSoup(
            frappe.get_print(doctype, name, print_format="Standard", no_letterhead=1), "html.parser"
        )


def body(doctype: str, name: str) -> str:
    """A printed record without the styles of the site, whose name only the site itself resolves."""
    return str(printed(doctype, name).select_one(".print-format"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_key_and_no_seconds_stand_on_paper(records, language):
    for doctype, name in records.items():
        page = printed(doctype, name, language)
        for field in page.select("[data-fieldtype=Select] .value, td[data-fieldtype=Table] .value"):
            text = field.get_text(" ", strip=True)
            assert text not in KEYS, (doctype, field.parent)
    with print_language(language):
        paper = printed("Complaint", records["Complaint"], language).get_text(" ", strip=True)
        for shown in (
            word("serious_injury"),
            word("at_risk"),
            working_time(7800),
            working_time(12_600),
            working_time(14_400),
        ):
            assert shown in paper, shown
    assert not re.search(r"\b(7800|12600|14400)\b", paper)
    assert ("2 h 10 min" in paper) is (language == "en")
    assert not KEYS & set(re.findall(r"[a-z]+(?:_[a-z]+)+", paper))


def test_a_pdf_has_the_same_words(records):
    paper = get_pdf(body("Complaint", records["Complaint"]))
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages)
    assert "2 h 10 min" in " ".join(text.split())
    assert not KEYS & set(re.findall(r"[a-z]+(?:_[a-z]+)+", text))


def test_a_sites_own_print_format_still_asks_for_keys(records):
    doc = frappe.get_doc("Complaint", records["Complaint"])
    doc.run_method("before_print", None)
    assert (doc.stage, doc.get_formatted("stage")) == ("confirm", word("confirm"))


def test_stored_markup_is_printed_as_text(records):
    for doctype, name in records.items():
        _poison(doctype, name)
        page = printed(doctype, name)
        acting = [
            one
            for one in page.find_all(True)
            if any(key.startswith("on") for key in one.attrs if key != "onclick")
        ]
        assert not acting, (doctype, acting[:2])
        assert not page.select("svg[onload], [src^='javascript:'], [href^='javascript:']")
    paper = printed("Complaint", records["Complaint"]).get_text()
    assert ROGUE in paper


def _poison(doctype: str, name: str) -> None:
    tables = [
        (doctype, "name"),
        *((field.options, "parent") for field in frappe.get_meta(doctype).get_table_fields()),
    ]
    for each, key in tables:
        values = {
            field.fieldname: f"javascript:alert(1)//{ROGUE}" if field.fieldtype == "Attach" else ROGUE
            for field in frappe.get_meta(each).fields
            if field.fieldtype in ("Data", "Small Text", "Text", "Long Text", "Text Editor", "Attach")
            and not field.is_virtual
            and field.fieldname
            not in ("time_zone", "naming_series", "idempotency_key", "type_key", "channel_key")
        }
        if values:
            frappe.db.set_value(each, {key: name}, values, update_modified=False)
    frappe.clear_document_cache(doctype, name)


FETCHED = """<p>told</p><img src="{0}/img"><img srcset="{0}/set 1x" src="/files/a.png"><link rel="stylesheet" href="{0}/css">
<meta http-equiv="refresh" content="0;url={0}/meta"><style>@import url({0}/import); p {{ background: url({0}/bg) }}</style>
<p style="background-image:url({0}/style)">x</p><iframe src="{0}/frame"></iframe><object data="{0}/object"></object>
<embed src="{0}/embed"><svg><image href="{0}/svg"/></svg><div id="header-html">head <img src="{0}/head"></div>
<table background="{0}/table"><tr><td>y</td></tr></table><video poster="{0}/poster" src="{0}/video"></video>"""


def test_a_pdf_fetches_nothing_from_the_servers_own_network(records):
    asked: list[str] = []

    class Inside(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Inside)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        home = f"http://127.0.0.1:{server.server_port}"
        hostile = FETCHED.format(home)
        frappe.db.set_value("Complaint", records["Complaint"], {"description": hostile, "reply": hostile})
        frappe.db.set_value(
            "Complaint Evidence", {"parent": records["Complaint"]}, "file", f"{home}/file.png"
        )
        frappe.clear_document_cache("Complaint", records["Complaint"])
        get_pdf(body("Complaint", records["Complaint"]))
        assert asked == []
        get_pdf(f"<div>{hostile}</div>")  # the framework alone fetches it
        assert asked
    finally:
        server.shutdown()
        server.server_close()


def test_what_people_format_stays_on_paper():
    kept = '<p>It <b>broke</b>, see <a href="https://example.com">here</a></p><ul><li>one</li></ul>'
    # The cleaner of 16 tells a browser besides not to say where a link was followed from.
    assert for_paper(kept).replace(' rel="noopener noreferrer"', "") == kept
    assert for_paper('<img src="/files/a.png" alt="a">').startswith('<img alt="a" src="/files/a.png"')
    assert for_paper('<img src="http://10.0.0.1/x" alt="label">') == "label"


@pytest.mark.parametrize(
    "style",
    [
        "background: URL(http://10.0.0.1/x)",
        "list-style-image: image-set('http://10.0.0.1/x' 1x)",
        "background: -webkit-Image-Set('http:/10.0.0.1/x' 1x)",
        "background: src('//10.0.0.1/x')",
        "background: u\\72l(http://10.0.0.1/x)",
    ],
)
def test_no_style_names_an_address(style):
    assert "10.0.0.1" not in for_paper(f'<p style="{style}">x</p>')
    assert "color" in for_paper('<p style="color: red">x</p>')


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/private/files/a.png", '<img src="/private/files/a.png" class="img-responsive">'),
        ("/private/files/report.pdf", "report.pdf"),
        ("https://elsewhere.example/a.png", "a.png"),
        ("/files/../../a.png", "a.png"),
        ('/files/"><b>.txt', "&quot;&gt;&lt;b&gt;.txt"),
    ],
)
def test_a_file_on_paper(address, shown):
    assert attached(address) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0 min"), (59, "1 min"), (3600, "1 h"), (7800, "2 h 10 min"), (7199, "2 h"), (400_000, "111 h")],
)
def test_working_time_in_words(seconds, shown):
    assert working_time(seconds) == shown


@pytest.mark.parametrize(
    ("hours", "shown"),
    [
        (7.5, "7 h 30 min"),
        (8, "1 working day"),
        (20, "2 working days 4 h"),
        (24, "3 working days"),
        (1060, "132 working days"),
    ],
)
def test_from_a_working_day_on_in_working_days(hours, shown):
    assert working_time(hours * 3600, 8 * 3600) == shown
