"""Malformed requests at every door that is open to guests, and at the portal's as a customer: none ends in an error of the code, shows where
the code failed, writes a file or a row, or makes the server grow.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_guests [--site NAME] [--bench PATH] [--requests 10000] [--only PATTERN …]

Requests per door, over real HTTP, from eight clients, each from an address of its own, and with the counts of the customer's login wiped
out, so that the limits of how often one may knock do not answer in place of the doors. Which doors there are: `guest_doors.py`. Use a site
that may be played with; what it was furnished with is removed again. A body that is no JSON although it says so, and a few addresses, end
in the framework's own error before any app is asked: those are counted as `framework`, with the framework's last line; `5xx once` are errors without
a trace that the same request, asked again, does not meet.
"""

from __future__ import annotations

import argparse
import html
import io
import json
import os
import random
import re
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import frappe
import psutil
import redis
import requests

from scripts.bench import Bench, inspect
from tests.benchmarks.bench_form import served
from tests.benchmarks.connection import add_site, connected
from tests.benchmarks.guest_doors import GUEST, PORTAL, Door, closed_methods, doors
from tests.benchmarks.guest_payloads import PATHS, TRICKS, request
from tests.benchmarks.guest_site import files, furnished, log_in, rows

CLIENTS = 8
# 417 is how the framework refuses; Frappe 16 also what comes with a session that is none.
REFUSED = (401, 403, 404, 413, 417, 429)
WARM = 400
OWN = re.compile(
    r"complaint_qms/(?:api|services|overrides|www|permissions|integrations|engine|controllers|complaint_qms)/[\w/]+\.py"
)
TRACE = "Traceback (most recent call last)"
INTERPRETER = "AST constructor recursion depth mismatch"
"""Python 3.11 to 3.12: two threads that read code at the same moment meet this, as the framework does for each address (gh-106905)."""


@dataclass
class Seen:
    """What a door answered: statuses with how many of each, answers that are wrong, last lines of the framework's own errors."""

    statuses: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    framework: Counter = field(default_factory=Counter)

    def add(self, door: Door, got: requests.Response) -> None:
        text, status = got.text, got.status_code
        fails = status >= 500 or TRACE in text
        if fails and TRACE in text and (INTERPRETER in text or not OWN.search(text)):
            self.statuses["framework"] += 1
            self.framework[_last_line(text)] += 1
            return
        self.statuses[str(status)] += 1
        if fails or (door.refuses and status not in REFUSED):
            told = html.unescape(text)
            self.wrong.append(
                f"{status} {got.request.method} {got.request.url[-200:]}\n{_trace(told)[-3000:] if TRACE in told else told[:3000]}"
            )


def knock(address: str, door: Door, count: int, headers: dict[str, str]) -> Seen:
    """Send that many malformed requests."""

    def client(number: int) -> Seen:
        luck, session, seen = random.Random(f"{door.name}{number}"), requests.Session(), Seen()
        for _ in range(count // CLIENTS):
            sent = request(door, luck)
            sent["headers"] |= headers
            url = address + sent.pop("address")
            got = session.request(url=url, allow_redirects=False, timeout=120, **sent)
            if got.status_code >= 500 and TRACE not in got.text:
                # Only a body tells whose error it is; and one that the same request does not meet again is counted apart.
                sent["method"] = "GET" if sent["method"] == "HEAD" else sent["method"]
                got = session.request(url=url, allow_redirects=False, timeout=120, **sent)
                seen.statuses["5xx once"] += got.status_code < 500
            seen.add(door, got)
        return seen

    with ThreadPoolExecutor(CLIENTS) as pool:
        parts = list(pool.map(client, range(CLIENTS)))
    total = Seen()
    for part in parts:
        total.statuses += part.statuses
        total.framework += part.framework
        total.wrong += part.wrong
    return total


def try_closed(address: str, headers: dict[str, str]) -> list[str]:
    """Functions of the app that answer somebody without a right to them: as a guest, and, but for the portal's, as a customer."""
    open_ = []
    for name in closed_methods():
        for who, own in (("guest", {}), ("customer", headers)):
            if who == "customer" and name.startswith(PORTAL):
                continue
            for method in ("GET", "POST"):
                url = f"{address}/api/method/{name}"
                got = requests.request(method, url, headers=own, timeout=120)
                says_nothing = got.status_code == 200 and got.json() == {}
                refused = got.status_code in (400, 403, 404, 417) or says_nothing
                if not refused or TRACE in got.text:
                    open_.append(f"{who} {method} {name}: {got.status_code} {got.text[:200]}")
    return open_


def try_tricks(address: str, headers: dict[str, str]) -> list[str]:
    """Files of strangers that are not refused, and names that are not plain afterwards."""
    taken = []
    for way, own in ((GUEST, {}), (PORTAL, headers)):
        for trick, content in TRICKS.items():
            for name in ("photo.jpg", "x.svg", PATHS[0]):
                status, told = _upload(f"{address}/api/method/{way}", own, name, content)
                if status != 417:
                    taken.append(f"{way} {trick} as {name}: {status} {told[:200]}")
    return taken


def _upload(doors_at: str, headers: dict[str, str], name: str, content: bytes) -> tuple[int, str]:
    """Status and text of the answer to the last piece of a file."""
    headers = headers | {"X-Forwarded-For": ".".join(str(random.randint(1, 254)) for _ in range(4))}
    told = {"file_name": name, "size": str(len(content))}
    begun = requests.post(f"{doors_at}begin_upload", data=told, headers=headers, timeout=60)
    if begun.status_code != 200:
        return begun.status_code, begun.text
    upload, step = begun.json()["message"]["upload"], 1 << 20
    got = begun
    for offset in range(0, len(content), step):
        piece = {"piece": ("piece", io.BytesIO(content[offset : offset + step]))}
        sent = {"upload": upload, "offset": str(offset)}
        got = requests.post(f"{doors_at}send_piece", data=sent, files=piece, headers=headers, timeout=60)
    return got.status_code, got.text


def _trace(text: str) -> str:
    """Of a page that shows an error: the trace, without the page that stands around it."""
    return text[text.find(TRACE) :].partition("</code>")[0]


def _last_line(text: str) -> str:
    """Of a trace: the error that it ends with."""
    try:
        text = json.loads(json.loads(text).get("exc") or "[]")[0]
    except (ValueError, IndexError, AttributeError, TypeError):
        text = html.unescape(text)
    lines = text[text.rfind(TRACE) :].splitlines()[1:]
    return next((line for line in lines if line and not line.startswith(" ")), "no text")[:100]


def _forget_counts(cache: redis.Redis, pattern: str, ended: threading.Event) -> None:
    while not ended.wait(0.2):
        for key in cache.scan_iter(pattern, count=1000):
            cache.delete(key)


def _say(text: str) -> None:
    print(text, flush=True)


def measure(address: str, known: list[Door], count: int, login: str) -> int:
    """Knock at each door; how many answers are wrong."""
    port = address.rpartition(":")[2]
    server = next(one for one in psutil.process_iter(["cmdline"]) if port in (one.info["cmdline"] or ()))
    headers, failed, total = log_in(address, login), 0, 0
    begun = server.memory_info().rss
    for door in known:
        own = headers if door.is_customer else {}
        if count > WARM:  # of fewer the growth tells nothing
            knock(address, door, WARM, own)  # until what is loaded once is loaded
        size, began = server.memory_info().rss, time.monotonic()
        seen = knock(address, door, count, own)
        grown, passed = (server.memory_info().rss - size) / 2**20, time.monotonic() - began
        failed, total = failed + len(seen.wrong), total + count
        told = dict(sorted(seen.statuses.items()))
        who = " (customer)" if door.is_customer and not door.name.startswith("portal") else ""
        _say(f"{door.name + who:34} {told}  {passed:.0f} s  grown by {grown:.1f} MB")
        for line, times in seen.framework.most_common(3):
            _say(f"    framework {times}: {line}")
        for text in seen.wrong[:2]:
            _say(f"  WRONG {text}")
    grown = (server.memory_info().rss - begun) / 2**20
    _say(
        f"{total} requests at {len(known)} doors: server {begun / 2**20:.0f} MB, grown by {grown:.1f} MB in all"
    )
    for title, wrong in (
        (f"closed functions that answer ({len(closed_methods())} tried)", try_closed(address, headers)),
        (f"tricks that are taken ({len(TRICKS)} tried)", try_tricks(address, headers)),
    ):
        failed += len(wrong)
        _say(f"{title}: {len(wrong)}" + "".join(f"\n  WRONG {text}" for text in wrong[:5]))
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_site(parser)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--only", nargs="*", help="doors in whose name one of these patterns is found")
    arguments = parser.parse_args()
    bench, here = inspect(arguments.bench), os.getcwd()
    if not isinstance(bench, Bench):
        sys.exit(f"{arguments.bench} is not a bench: {bench}")
    ended = threading.Event()
    with connected(arguments.site, bench.sites):
        frappe.set_user("Administrator")
        try:
            with furnished() as (known, login):
                cache = redis.from_url(frappe.conf.redis_cache)
                counts = f"*{frappe.conf.db_name}*rl:portal*"
                wiper = threading.Thread(target=_forget_counts, args=(cache, counts, ended), daemon=True)
                wiper.start()
                wanted = [
                    door for door in doors(known)
                    if not arguments.only or any(re.search(word, door.name) for word in arguments.only)
                ]  # fmt: skip
                with served(bench, arguments.site) as address:
                    log_in(address, login)  # what a first visit makes is made
                    lying, stored = files(), rows()
                    failed = measure(address, wanted, arguments.requests, login)
                    after = rows()
                more = {
                    table: after[table] - count for table, count in stored.items() if after[table] != count
                }
                left = sorted(files() - lying)
                _say(f"rows written: {more}")
                _say(f"files written: {len(left)} {left[:3]}")
                failed += len(left) + len(more)
        finally:
            ended.set()
            os.chdir(here)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
