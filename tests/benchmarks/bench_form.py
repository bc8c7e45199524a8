"""Opening a complaint in the desk against opening an ERPNext Issue, side by side in one browser.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_form [--site NAME] [--bench PATH] [--rounds 20] [--password admin]

A round goes to a list, waits until the list asks nothing more, forgets the record, opens its form, and ends when the form is drawn and
the server is asked nothing more; of a complaint the stage bar and the context beside it belong to that. How far elements move after the first paint
(cumulative layout shift, https://web.dev/articles/cls) is read from the browser on a page of its own.
Needs Chromium. Everything made is removed again. Use a site that may be played with.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from playwright.sync_api import Page, sync_playwright

from scripts import services
from scripts.bench import Bench, inspect
from scripts.make_test import chromium
from tests.benchmarks.connection import add_site, connected

BAR, SHIFT_BAR = 1.2, 0.1
MARK = "BENCH-FORM"

SETTLED = 300  # milliseconds
OPEN = """async ([doctype, name]) => {
    await frappe.set_route("List", doctype, "List");
    const quiet = () => !frappe.request.ajax_count;
    const until = (done) => new Promise((resolve) => {
        const look = () => (done() ? resolve() : setTimeout(look, 5));
        look();
    });
    // A list asks again once its rows are there; all of that belongs to the list.
    for (let asked = -1; asked !== performance.getEntriesByType("resource").length; ) {
        asked = performance.getEntriesByType("resource").length;
        await until(quiet);
        await new Promise((resolve) => setTimeout(resolve, SETTLED));
    }
    performance.clearResourceTimings();
    frappe.model.remove_from_locals(doctype, name);
    $(".cq-bar-place, .cq-context").empty();
    const begin = performance.now();
    frappe.set_route("Form", doctype, name);
    const here = () => window.cur_frm && cur_frm.doc && cur_frm.doc.name === name;
    const told = () => doctype !== "Complaint" || ["bar-place", "context"].every((place) => cur_frm.$wrapper.find(`.cq-${place} > *`).length);
    // Whether it is visible makes the browser lay the page out: looked at last.
    await until(() => quiet() && here() && told() && cur_frm.$wrapper.is(":visible"));
    return performance.now() - begin;
}""".replace("SETTLED", str(SETTLED))
SHIFT = """() => new Promise((resolve) => {
    let moved = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) moved += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve(moved), 500);
})"""


@contextmanager
def served(bench: Bench, site: str) -> Iterator[str]:
    """Address of a web server of our own for the site."""
    port = services.free_port()
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        bench.command("serve", "--port", str(port), "--noreload", site=site),
        cwd=bench.sites,
        env=bench.env(CI="1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/api/method/ping", timeout=20).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        server.kill()
        server.wait(10)


def make() -> dict[str, str]:
    """One record of each kind, with a customer."""
    customer = frappe.get_doc(
        {"doctype": "Customer", "customer_name": MARK, "customer_type": "Company"}
    ).insert()
    values = {"subject": MARK, "customer": customer.name, "description": "The lid cracked on the second day."}
    made = {"Issue": frappe.get_doc({"doctype": "Issue", **values}).insert().name}
    made["Complaint"] = frappe.call("complaint_qms.api.complaint.register", data=values)["name"]
    frappe.db.commit()
    return made


def clean() -> None:
    frappe.db.rollback()
    for doctype, field in (("Complaint", "subject"), ("Issue", "subject"), ("Customer", "customer_name")):
        for name in frappe.get_all(doctype, {field: MARK}, pluck="name", order_by="name"):
            for child in frappe.get_meta(doctype).get_table_fields():
                frappe.db.delete(child.options, {"parent": name})
            frappe.db.delete("ToDo", {"reference_name": name})
            frappe.db.delete(doctype, {"name": name})
    frappe.db.commit()


def measure(page: Page, made: dict[str, str], rounds: int, warm_up: int) -> dict[str, float]:
    """Median milliseconds to open each kind, in turn, after `warm_up` rounds that do not count."""
    taken: dict[str, list[float]] = {doctype: [] for doctype in made}
    for number in range(rounds + warm_up):
        for doctype, name in made.items():
            passed = page.evaluate(OPEN, [doctype, name])
            if number >= warm_up:
                taken[doctype].append(passed)
    return {doctype: statistics.median(times) for doctype, times in taken.items()}


def shift(page: Page, doctype: str, name: str) -> float:
    page.goto(f"/app/{doctype.lower()}/{name}")
    page.wait_for_function("name => window.cur_frm && cur_frm.doc.name === name", arg=name)
    page.wait_for_function("() => !frappe.request.ajax_count")
    page.wait_for_timeout(1500)
    return page.evaluate(SHIFT)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_site(parser)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--warm-up", type=int, default=3)
    parser.add_argument("--password", default="admin")
    arguments = parser.parse_args()
    if not chromium():
        print("  skipping: no Chromium installed (Debian: apt-get install chromium)")
        return 0
    bench, here = inspect(arguments.bench), os.getcwd()
    if not isinstance(bench, Bench):
        sys.exit(f"{arguments.bench} is not a bench: {bench}")
    with connected(arguments.site, bench.sites):
        clean()
        try:
            made = make()
            with served(bench, arguments.site) as address, sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
                page = browser.new_context(
                    base_url=address, viewport={"width": 1440, "height": 900}
                ).new_page()
                login = {"usr": "Administrator", "pwd": arguments.password}
                page.request.post("/api/method/login", form=login)
                moved = {doctype: shift(page, doctype, name) for doctype, name in made.items()}
                took = measure(page, made, arguments.rounds, arguments.warm_up)
                browser.close()
        finally:
            clean()
            os.chdir(here)
    ratio = took["Complaint"] / took["Issue"]
    print(
        f"ERPNext Issue   {took['Issue']:8.0f} ms (median of {arguments.rounds})   layout shift {moved['Issue']:.3f}"
    )
    print(
        f"complaint       {took['Complaint']:8.0f} ms                  layout shift {moved['Complaint']:.3f}"
    )
    print(f"ratio           {ratio:8.2f}    (bar: at most {BAR})")
    return int(ratio > BAR or moved["Complaint"] > SHIFT_BAR)


if __name__ == "__main__":
    sys.exit(main())
