"""Malformed requests at every door that is open to guests: none ends in an error of the code, writes a file, or makes the server grow.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_guests [--site NAME] [--bench PATH] [--requests 10000]

Requests per door, over real HTTP, from eight clients, each from an address of its own so that the limits of how often one may knock
do not answer in place of the doors. Use a site that may be played with; what was stored by accident is removed again.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import random
import sys
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import frappe
import psutil
import requests

from complaint_qms.api import visitor
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.visitor import UPLOAD
from scripts.bench import Bench, inspect
from tests.benchmarks.bench_form import served
from tests.benchmarks.bench_sweep import connected

CLIENTS = 8
DOORS = sorted(
    name
    for name, function in vars(visitor).items()
    if getattr(function, "__module__", "") == visitor.__name__ and not name.startswith("_")
)
NAMES = ("token", "text", "upload", "offset", "file_name", "size", "key", "data", "files", "website", "challenge", "answer", "accepted", "without_place", "p")  # fmt: skip


def bomb() -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a", bytes(5_000_000))
    return into.getvalue()


BODIES = (
    bomb(), gzip.compress(bytes(1_000_000)), b"GIF89a" + bomb(), b"%PDF-1.4 /JavaScript" + bytes(100), b"<svg onload=alert(1)>", b"", b"\xff" * 3000,
    b"\x89PNG\r\n\x1a\n" + bytes(60), b"\xff\xd8\xff\xe1" + bytes(60),
)  # fmt: skip
WORDS = (
    "", " ", "\0", "\ud800", "💥" * 50, "../../../../etc/passwd", "..\\..\\boot.ini", "/private/files/x", "<script>alert(1)</script>", "' or 1=1 --", "{0.__class__}", "%s%n",
    "${7*7}", "{{7*7}}", "null", "[]", "{}", "[[[[[[", '{"a":' * 500, "1e999", "-1", "0", "9" * 400, "NaN", "true", "x" * 20_000, "\r\nSet-Cookie: a=b", "你好", "‮txt.exe",
)  # fmt: skip


def anything(luck: random.Random, depth: int = 0) -> object:
    """A value that no form sends."""
    kinds = [lambda: luck.choice(WORDS), lambda: luck.randint(-(10**20), 10**20), lambda: luck.random() * 1e308, lambda: None, lambda: luck.random() < 0.5]  # fmt: skip
    if depth < 4:
        kinds += [
            lambda: [anything(luck, depth + 1) for _ in range(luck.randint(0, 4))],
            lambda: {
                luck.choice((*NAMES, *WORDS)): anything(luck, depth + 1) for _ in range(luck.randint(0, 5))
            },
        ]
    return luck.choice(kinds)()


def knock(session: requests.Session, address: str, door: str, luck: random.Random) -> requests.Response:
    """One malformed request."""
    headers = {"X-Forwarded-For": ".".join(str(luck.randint(1, 254)) for _ in range(4))}
    url = f"{address}/api/method/complaint_qms.api.visitor.{door}"
    values = {name: anything(luck) for name in luck.sample(NAMES, luck.randint(0, 8))}
    if luck.random() < 0.5:
        values["key"] = "k" * 32
    way = luck.randrange(4)
    if way == 0:
        return session.post(
            url,
            data=json.dumps(values).encode(),
            headers=headers | {"Content-Type": "application/json"},
            timeout=120,
        )
    if way == 1:
        body = luck.choice((b"{", b"[1,2", b"\xff\xfe", b"--x\r\n", luck.randbytes(luck.randint(0, 400))))
        kind = luck.choice(
            ("application/json", "multipart/form-data; boundary=x", "text/plain", "application/xml", "")
        )
        return session.post(url, data=body, headers=headers | {"Content-Type": kind}, timeout=120)
    form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
    form = {name: value.encode("utf-8", "replace") for name, value in form.items()}
    if way == 2:
        return session.post(url, data=form, headers=headers, timeout=120)
    files = {luck.choice(("piece", "file")): (luck.choice(WORDS)[:80].encode("utf-8", "replace").decode() or "x", luck.choice(BODIES))}  # fmt: skip
    return session.post(url, data=form, files=files, headers=headers, timeout=120)


def files_of() -> set[str]:
    root = Path(frappe.get_site_path())
    return {str(path) for place in ("private/files", "public/files", "private/complaint_uploads") for path in (root / place).glob("**/*")}  # fmt: skip


def run(address: str, door: str, count: int) -> tuple[Counter, list[str]]:
    """Statuses and how many of each; answers that show an error of the app's code. A body that is no JSON although it says so ends
    in the framework's own error before any door is found: those are counted as `framework`."""

    def client(number: int) -> list[tuple[object, str]]:
        luck, session, seen = random.Random(f"{door}{number}"), requests.Session(), []
        for _ in range(count // CLIENTS):
            got = knock(session, address, door, luck)
            if got.status_code >= 500 and "complaint_qms/" not in got.text and "make_form_dict" in got.text:
                seen.append(("framework", ""))
                continue
            shows = got.status_code >= 500 or "Traceback" in got.text
            seen.append((got.status_code, got.text[-900:] if shows else ""))
        return seen

    with ThreadPoolExecutor(CLIENTS) as pool:
        seen = [row for rows in pool.map(client, range(CLIENTS)) for row in rows]
    return Counter(status for status, _text in seen), [text for _status, text in seen if text]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--site", default="complaint-qms-test.localhost")
    parser.add_argument("--bench", type=Path, default=Path(sys.prefix).parent)
    parser.add_argument("--requests", type=int, default=10_000)
    arguments = parser.parse_args()
    bench, here = inspect(arguments.bench), os.getcwd()
    if not isinstance(bench, Bench):
        sys.exit(f"{arguments.bench} is not a bench: {bench}")
    failed = 0
    with connected(arguments.site, bench.sites):
        was = frappe.db.get_single_value(SETTINGS, "page_enabled")
        frappe.db.set_single_value(SETTINGS, "page_enabled", 1)
        frappe.db.commit()
        frappe.clear_cache()

        before = files_of()
        try:
            with served(bench, arguments.site) as address:
                port = address.rpartition(":")[2]
                server = next(
                    one for one in psutil.process_iter(["cmdline"]) if port in (one.info["cmdline"] or ())
                )
                for door in DOORS:
                    run(address, door, min(400, arguments.requests))  # until what is loaded once is loaded
                    size = server.memory_info().rss
                    statuses, wrong = run(address, door, arguments.requests)
                    grown = (server.memory_info().rss - size) / 2**20
                    failed += len(wrong)
                    told = {str(status): number for status, number in sorted(statuses.items(), key=str)}
                    print(f"{door:16} {told}  grown by {grown:.0f} MB" + "".join(f"\n  WRONG {text}" for text in wrong[:2]), flush=True)  # fmt: skip
            left = sorted(files_of() - before)
            print(f"files written: {len(left)} {left[:3]}")
            failed += len(left)
        finally:
            frappe.db.rollback()
            frappe.db.set_single_value(SETTINGS, "page_enabled", was)
            frappe.db.delete(UPLOAD)
            frappe.db.commit()
            frappe.clear_cache()
            os.chdir(here)
        frappe.db.rollback()
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
