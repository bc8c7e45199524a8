"""Every text of every record holds markup that would act, put past all cleaning into the database; no screen lets it.

Each field has a number, so that a failure names the field and the screen on which its text came to act.
"""

from __future__ import annotations

from collections.abc import Iterable

import frappe
import pytest
from playwright.sync_api import Page

from complaint_qms.constants import roles
from complaint_qms.constants.board import BOARD
from tests.browser.desk import WAIT, Desk, visit
from tests.desk import factory

MODULE = "Complaint QMS"
TEXT = '"><img src=x onerror=hit({n})>&lt;img src=x onerror=hit({n})&gt;{{{{ hit({n}) }}}}'
LONG = TEXT + '\'"><svg onload=hit({n})></svg><a href="javascript:hit({n})">x</a>'
LINK = 'javascript:hit({n})//"><img src=x onerror=hit({n})>'
KINDS = {
    "Data": TEXT,
    "Small Text": LONG,
    "Text": LONG,
    "Long Text": LONG,
    "Text Editor": "<p>" + LONG + "</p>",
    "Attach": LINK,
}
# What others decide with: the code does not show these, it works with them.
WORKED_WITH = {
    "naming_series",
    "idempotency_key",
    "type_key",
    "channel_key",
    "rule_key",
    "time_zone",
    "file_digest",
    "workflow_state",
    "currency",
    "amended_from",
    "clock_plan",
}
WATCH = "window.hits = []; window.hit = (n) => { window.hits.push(n); return n; };"
STANDING = """() => {
    const acts = ({ name, value }) => value.includes("hit(") && (/^on/i.test(name) || /^\\s*javascript:/i.test(value));
    const found = [...document.querySelectorAll("*:not(.attached-file-link)")].flatMap((one) => [...one.attributes]).filter(acts);
    return [...window.hits, ...found.flatMap(({ value }) => [...value.matchAll(/hit\\((\\d+)\\)/g)].map((one) => +one[1]))];
}"""


class Poisoned:
    """The fields that were poisoned, by number."""

    def __init__(self) -> None:
        self.fields: list[str] = []

    def poison(self, doctype: str, name: str, fields: Iterable[str] | None = None) -> None:
        """Overwrite the texts of a record and of the rows of its tables."""
        meta = frappe.get_meta(doctype)
        self._write(doctype, "name", name, fields)
        for table in meta.get_table_fields() if fields is None else ():
            self._write(table.options, "parent", name, None)
        frappe.clear_document_cache(doctype, name)

    def _write(self, doctype: str, key: str, name: str, fields: Iterable[str] | None) -> None:
        meta, values = frappe.get_meta(doctype), {}
        for field in meta.fields:
            wanted = field.fieldname in fields if fields else field.fieldname not in WORKED_WITH
            if wanted and field.fieldtype in KINDS and not field.is_virtual:
                text = KINDS[field.fieldtype].format(n=len(self.fields))
                if field.length and len(text) > field.length:
                    continue  # a column too narrow for it
                values[field.fieldname] = text
                self.fields.append(f"{doctype}.{field.fieldname}")
        if not values:
            return
        if meta.issingle:
            for fieldname, value in values.items():
                frappe.db.set_single_value(doctype, fieldname, value, update_modified=False)
            return
        table = frappe.qb.DocType(doctype)
        query = frappe.qb.update(table).where(table[key] == name)
        for fieldname, value in values.items():
            query = query.set(table[fieldname], value)
        query.run()


@pytest.fixture
def records(person) -> tuple[Poisoned, dict[str, str]]:
    """One record of each DocType, linked as in life, poisoned and committed."""
    doc = factory.complaint(
        item_code=factory.item().name,
        severity="Serious",
        occurrence="Occasional",
        reported_lot="L1",
        product_model="M1",
        complaint_owner="Administrator",
    )
    doc.append("evidence", {"file": factory.upload("Complaint", doc.name).file_url, "kind": "photo"})
    doc.save()
    study = factory.investigation(doc)
    cause = factory.verified_cause(study)
    plan = factory.capa(investigation=study.name, complaints=[{"complaint": doc.name}])
    cause.append("whys", {"level": 1, "question": "q"}).db_insert()
    cause.append("factors", {"category": "man", "likely": "high"}).db_insert()
    assessment = factory.make(
        "Reportability Assessment", complaint=doc.name, jurisdiction="FDA", rule_key="us_803_30_day"
    )
    settlement = _stored(
        "Complaint Settlement",
        complaint=doc.name,
        customer=doc.customer,
        company=doc.company,
        lines=[{"remedy": "goodwill", "amount": 5}],
        documents=[{"document_type": "Sales Invoice", "document_name": "SINV-1"}],
    )
    load = _stored(
        "Complaint Import",
        company=doc.company,
        status="draft",
        columns=[{"heading": "h", "target": "text", "example": "e"}],
    )
    found = {
        "Complaint": doc.name,
        "Investigation": study.name,
        "Root Cause": cause.name,
        "CAPA": plan.name,
        "Reportability Assessment": assessment.name,
        "Complaint Settlement": settlement.name,
        "Complaint Import": load.name,
    }
    for doctype in _own():
        first = frappe.get_all(doctype, pluck="name", order_by="name", limit=1)
        if doctype not in found and first:
            found[doctype] = first[0]
    done = Poisoned()
    for doctype, name in found.items():
        done.poison(doctype, name)
    done.poison("Complaint QMS Settings", "Complaint QMS Settings")
    done.poison("Customer", doc.customer, ["customer_name"])
    done.poison("Item", doc.item_code, ["item_name", "description"])
    frappe.db.commit()
    return done, found


def _stored(doctype: str, **values: object) -> frappe.model.document.Document:
    """A record as a restored table may hold it, past everything that is checked."""
    doc = frappe.get_doc({"doctype": doctype, **values})
    doc.set_new_name()
    doc.set_parent_in_children()
    doc.db_insert()
    for row in doc.get_all_children():
        row.db_insert()
    return doc


def _own() -> list[str]:
    return frappe.get_all(
        "DocType",
        {"module": MODULE, "istable": 0, "issingle": 0, "is_virtual": 0},
        pluck="name",
        order_by="name",
    )


def show(page: Page, *route: str) -> None:
    page.evaluate("route => { frappe.set_route(route); }", list(route))
    page.wait_for_timeout(200)
    page.wait_for_function("() => !frappe.request.ajax_count && !frappe.dom.freeze_count")
    page.wait_for_timeout(200)


def test_no_screen_lets_stored_text_act(login, person, records) -> None:
    poisoned, found = records
    user = person(roles.MANAGER, roles.AGENT, roles.INVESTIGATOR, "Quality Manager", "System Manager", "Accounts User", roles.REGULATORY, email="reader@hostile.example")  # fmt: skip
    page = login(user, once=True)
    page.add_init_script(WATCH)
    page.set_default_timeout(WAIT)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    acted: dict[str, set[str]] = {}

    def look(screen: str) -> None:
        for number in page.evaluate(STANDING):
            acted.setdefault(poisoned.fields[number], set()).add(screen)
        page.evaluate("window.hits.length = 0")

    visit(page, "/app/my-work-today")
    page.wait_for_selector(".cq-task, .cq-work-empty")
    look("My Work Today")
    for doctype, name in found.items():
        show(page, "List", doctype, "List")
        look(f"{doctype}, list")
        show(page, "Form", doctype, name)
        look(f"{doctype}, form")
        _steps(page, lambda screen, doctype=doctype: look(f"{doctype}, {screen}"))
    for route in (
        ("Form", "Complaint QMS Settings"),
        ("List", "Complaint", "Report"),
        ("List", "Complaint", "Kanban", BOARD),
        ("Tree", "Complaint Type"),
        ("Workspaces", "Complaints"),
        ("query-report", "Complaint Register"),
        ("query-report", "Complaint Risk Matrix"),
        ("query-report", "SOP Performance by Stage"),
    ):
        show(page, *route)
        page.wait_for_timeout(2500 if route[0] == "Workspaces" else 500)  # a chart left half drawn complains
        look(route[-1])
    page.goto(f"/printview?doctype=Complaint&name={found['Complaint']}&trigger_print=0")
    look("print")
    told = "\n".join(f"{field}: {', '.join(sorted(screens))}" for field, screens in sorted(acted.items()))
    assert not dialogs
    assert not acted, told


def _steps(page: Page, look) -> None:
    """Open the dialog of every step that the form offers, and the large pictures."""
    desk = Desk(page)
    if page.evaluate("!window.cur_frm || cur_frm.is_dirty()"):
        return
    for link in page.locator(".page-container:visible .attached-file-link:visible").all():
        link.click()
        look("attached file")
    tile = page.locator(".page-container:visible .cq-tile").first
    if tile.count():
        tile.click()
        page.wait_for_timeout(400)
        look("evidence")
        _close(page)
    labels = page.evaluate(
        "() => $('.page-container:visible .inner-group-button[data-label=\"More%20Steps\"] .dropdown-item').toArray().map((one) => one.dataset.label)"
    )
    for label in labels:
        page.evaluate(
            "(label) => $(`.page-container:visible .inner-group-button .dropdown-item[data-label='${label}']`).click()",
            label,
        )
        page.wait_for_timeout(500)
        if desk.dialog.count():
            look(f"dialog {label}")
            _close(page)


def _close(page: Page) -> None:
    page.evaluate("() => window.cur_dialog && cur_dialog.hide()")
    page.wait_for_timeout(250)
