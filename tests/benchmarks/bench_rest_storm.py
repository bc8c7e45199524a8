"""Complaints posted by several clients at once, with repeated keys and retries, while web and queue workers are killed.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_rest_storm [--site NAME] [--bench PATH] [--posts 10000] [--kill-every 3] [--minutes 60]

Whatever is killed: exactly the distinct keys exist afterwards, and every caller was told the one record of its key.
Removes everything it made. Use a site that may be played with.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import frappe
import requests

from scripts import services
from tests.benchmarks.connection import add_site, connected

MARK = "BENCH-STORM"
CLIENTS = 8
BATCH = 10
# Shares of the posts: sent again though answered, by another client's key, many in one, wrong at first.
AGAIN, SHARED, MANY, WRONG = 0.2, 0.3, 0.02, 0.03
PATIENCE = 180.0
REGISTER = "/api/method/complaint_qms.api.complaint.register"


@dataclass
class Storm:
    """What was sent and answered."""

    address: str
    site: str
    token: str
    posts: int
    ends: float
    keys: list[str] = field(default_factory=list)
    answers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    sent: int = 0
    broken: int = 0
    refused: int = 0
    killed: int = 0
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def client(self, number: int) -> None:
        """One caller: posts until all posts are used up."""
        chance, session = random.Random(number), requests.Session()
        session.headers.update({"Authorization": f"token {self.token}", "X-Frappe-Site-Name": self.site})
        while self._take():
            key = self._key(chance)
            if chance.random() < MANY:
                self._many(session, [key, *(self._key(chance) for _ in range(BATCH - 1))])
                continue
            if chance.random() < WRONG:
                self._refused(session, key)
            for _again in range(1 + (chance.random() < AGAIN)):
                self._one(session, key)

    def _take(self) -> bool:
        with self.lock:
            return self.sent < self.posts and time.monotonic() < self.ends

    def _key(self, chance: random.Random) -> str:
        with self.lock:
            if self.keys and chance.random() < SHARED:
                return chance.choice(self.keys[-200:])
            self.keys.append(f"storm-{len(self.keys)}")
            return self.keys[-1]

    def _one(self, session: requests.Session, key: str) -> None:
        body = self._post(session, "register", entry(key))
        if body:
            self.answers[key].add(body["message"]["name"])

    def _many(self, session: requests.Session, keys: list[str]) -> None:
        body = self._post(session, "register_many", [entry(key) for key in keys])
        for result in (body or {}).get("message", {}).get("results", ()):
            if "name" in result:
                self.answers[result["idempotency_key"]].add(result["name"])
            else:
                self.wrong.append(str(result))

    def _refused(self, session: requests.Session, key: str) -> None:
        """Something is wrong with it at first; it is mended and sent again."""
        self._post(session, "register", {**entry(key), "qty": "many"}, expected=417)

    def _post(self, session: requests.Session, door: str, data: object, expected: int = 200) -> dict | None:
        """Send until there is an answer, as a caller does who must not lose it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with self.lock:
                self.sent += 1
            try:
                answer = session.post(
                    f"{self.address}/api/method/complaint_qms.api.complaint.{door}",
                    json={"data": data},
                    timeout=60,
                )
            except requests.RequestException:
                with self.lock:
                    self.broken += 1
                time.sleep(random.uniform(0.02, 0.2))
                continue
            if answer.status_code == 409:
                continue
            if answer.status_code == expected:
                return answer.json()
            if answer.status_code == 200:  # the key is registered already, and its record is the answer
                self.refused += 1
                return answer.json()
            self.wrong.append(f"{answer.status_code} {answer.text[:300]}")
            return None
        self.wrong.append(f"no answer within {PATIENCE:.0f} s")
        return None


def entry(key: str) -> dict:
    return {
        "subject": MARK,
        "description": f"Told as {key}.",
        "complainant_name": "A passer-by",
        "idempotency_key": key,
    }


class Servers:
    """A web server of several workers and workers of the queue, of which one or another is killed all the time."""

    def __init__(self, sites: Path, site: str, web: int, queue: int) -> None:
        self.port, self.sites, self.site = services.free_port(), sites, site
        gunicorn = [
            sys.executable,
            "-m",
            "gunicorn",
            "frappe.app:application",
            "--preload",
            "-b",
            f"127.0.0.1:{self.port}",
        ]
        self.web = self._start([*gunicorn, "-w", str(web), "-t", "120", "--log-level", "critical"])
        self.queue = [self._start(self._worker()) for _ in range(queue)]

    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(requests.RequestException):
                if requests.get(
                    f"{self.address()}/api/method/ping", headers={"X-Frappe-Site-Name": self.site}, timeout=5
                ).ok:
                    return
            time.sleep(0.2)
        raise TimeoutError("the web server does not answer")

    def kill_one(self, chance: random.Random) -> bool:
        """SIGKILL for one of the workers of the web server, which starts another, or of the queue."""
        children = Path(f"/proc/{self.web.pid}/task/{self.web.pid}/children").read_text().split()
        if chance.random() < 0.7 and children:
            with suppress(ProcessLookupError):
                os.kill(int(chance.choice(children)), signal.SIGKILL)
            return True
        if not self.queue:
            return False
        at = chance.randrange(len(self.queue))
        self._stop(self.queue[at])
        self.queue[at] = self._start(self._worker())
        return True

    def stop(self) -> None:
        for process in (self.web, *self.queue):
            self._stop(process)

    def _worker(self) -> list[str]:
        helper = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "worker"]
        return [*helper, "--queue", "short,default", "--quiet"]

    def _start(self, command: list[str]) -> subprocess.Popen:
        return subprocess.Popen(
            command,
            cwd=self.sites,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _stop(self, process: subprocess.Popen) -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def run_storm(
    site: str, sites: Path, posts: int, every: float, most: float, web: int = 4, queue: int = 2
) -> Storm:
    """Send `posts` requests, or what goes in `most` seconds, while a worker is killed each `every` seconds; `wrong` of the
    storm names what did not hold."""
    token = _agent()
    servers = Servers(sites, site, web, queue)
    storm = Storm(servers.address(), site, token, posts, time.monotonic() + most)
    over = threading.Event()

    def killer() -> None:
        chance = random.Random(1)
        while not over.wait(chance.uniform(0.5, 1.5) * every):
            storm.killed += servers.kill_one(chance)

    try:
        servers.wait()
        thread = threading.Thread(target=killer)
        thread.start()
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(storm.client, range(CLIENTS)))
        over.set()
        thread.join()
    finally:
        over.set()
        servers.stop()
    storm.wrong += differences(storm)
    return storm


def differences(storm: Storm) -> list[str]:
    """What the site holds otherwise than the callers were told."""
    frappe.db.rollback()
    rows = frappe.get_all(
        "Complaint", {"subject": MARK}, ["name", "idempotency_key"], order_by="name asc", limit_page_length=0
    )
    stored: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        stored[row.idempotency_key].append(row.name)
    found = [f"{key}: {names}" for key, names in stored.items() if len(names) != 1]
    if set(stored) != set(storm.keys):
        found.append(f"{len(stored)} keys stored, {len(storm.keys)} sent")
    told = {key: [*names] for key, names in storm.answers.items()}
    found += [
        f"{key}: told {told.get(key)}, stored {stored.get(key)}"
        for key in storm.keys
        if told.get(key) != stored.get(key)
    ]
    waiting = frappe.db.count(
        "Complaint Inbox Item", {"subject": MARK, "state": ("not in", ("registered", "added"))}
    )
    return [*found, *([f"{waiting} refused requests still wait"] if waiting else [])]


def clean() -> None:
    frappe.db.rollback()
    complaint = frappe.qb.DocType("Complaint")
    made = frappe.qb.from_(complaint).select(complaint.name).where(complaint.subject == MARK)
    for child in ("Complaint Stage Log", "Complaint Checklist Item"):
        frappe.db.delete(child, {"parent": ("in", made)})
    for kind in ("Complaint Inbox Item", "Complaint"):
        frappe.db.delete(kind, {"subject": MARK})
    frappe.db.commit()


def _agent() -> str:
    """An API key of the Administrator; the storm asks nothing about rights."""
    user = frappe.get_doc("User", "Administrator")
    secret = frappe.generate_hash(length=15)
    user.api_key, user.api_secret = user.api_key or frappe.generate_hash(length=15), secret
    user.save(ignore_permissions=True)
    frappe.db.commit()
    return f"{user.api_key}:{secret}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_site(parser)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--kill-every", type=float, default=3.0, help="seconds")
    parser.add_argument("--minutes", type=float, default=60.0, help="no new posts after so many")
    arguments = parser.parse_args()
    sites = arguments.bench / "sites"
    with connected(arguments.site, sites):
        clean()
        try:
            begin = time.monotonic()
            storm = run_storm(
                arguments.site, sites, arguments.posts, arguments.kill_every, 60 * arguments.minutes
            )
            took = time.monotonic() - begin
            print(
                f"posts                   {storm.sent:8,} by {CLIENTS} clients in {took:.0f} s ({storm.sent / took:.0f} a second)"
            )
            print(f"workers killed          {storm.killed:8,}")
            print(f"answers lost            {storm.broken:8,}")
            print(f"distinct keys           {len(storm.keys):8,}")
            print(f"differences             {len(storm.wrong):8,}    (bar: none)")
            for line in storm.wrong[:20]:
                print(f"  {line}")
        finally:
            clean()


if __name__ == "__main__":
    main()
