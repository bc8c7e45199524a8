"""An import by a real background worker that is killed in the middle: started again, nothing comes in twice or is lost.

The worker and its queue are this test's own: a Redis server that lives as long as the test, so that no other worker of
the bench takes the job and this one takes no other's.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import frappe
import psutil
import pytest
from frappe.utils import background_jobs

from complaint_qms.services.importing import preparation, run_lock
from scripts import services
from tests.conftest import bench_here
from tests.desk import factory

pytestmark = [
    pytest.mark.commits,
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not installed here"),
]

ROWS, BATCH, BAD = 1200, 30, 100  # every BAD-th row breaks a rule
PATIENCE = 180.0


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Address of a Redis server of our own, which this process puts its jobs into."""
    port = services.free_port()
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    address = f"redis://127.0.0.1:{port}"
    monkeypatch.setitem(frappe.local.conf, "redis_queue", address)
    monkeypatch.setenv("FRAPPE_REDIS_QUEUE", address)  # Frappe 16 reads the settings anew
    monkeypatch.setattr(background_jobs, "_redis_queue_conn", None)
    until(lambda: services.port_open("127.0.0.1", port), "Redis to answer")
    yield address
    server.kill()
    server.wait(PATIENCE)


@contextmanager
def worker(queue: str) -> Iterator[psutil.Process]:
    """A background worker of the bench, as its Procfile starts it."""
    bench = bench_here()
    process = subprocess.Popen(
        bench.command("worker", "--queue", "long", "--quiet"),
        cwd=bench.sites,
        env=bench.env(FRAPPE_REDIS_QUEUE=queue),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        if process.poll() is None:
            kill(family(psutil.Process(process.pid)))
        process.wait(PATIENCE)


def family(process: psutil.Process) -> list[psutil.Process]:
    """A process and all its children, itself first: killed in this order, none can tidy up after another."""
    return [process, *process.children(recursive=True)]


def kill(processes: list[psutil.Process]) -> None:
    """End them at once. A batch may be over, and its helper gone, between the count and the blow."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, PATIENCE)


def until(true: Callable[[], bool], what: str) -> None:
    """Look again and again, with a limit far above any sane duration so that a hang fails instead of waiting."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


@pytest.fixture
def started(queue: str, tmp_path: Path) -> str:
    """Name of an import that waits in the queue."""
    mark = factory.unique("worker").replace(" ", "-")
    path = tmp_path / f"{mark}.csv"
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(["Case No", "Received", "Customer", "Details"])
        for n in range(ROWS):
            day = "2099-01-01" if n % BAD == 0 else f"2024-03-{n % 28 + 1:02d}"
            writer.writerow([f"{mark}-{n}", day, f"Shop {n % 40}", f"The lamp of row {n} flickers."])
    file = factory.make("File", file_name=path.name, content=path.read_text("utf-8"), is_private=1)
    doc = factory.make(
        "Complaint Import", import_file=file.file_url, company=factory.company(), batch_size=BATCH
    )
    preparation.start_import(doc)
    frappe.db.commit()
    return doc.name


def stored(name: str) -> frappe._dict:
    frappe.db.rollback()  # look at the database as it is now
    fields = ["status", "position", "imported", "existing", "failed", "file_digest", "seconds"]
    return frappe.db.get_value("Complaint Import", name, fields, as_dict=True)


def beyond(name: str, share: float) -> None:
    """Wait until more than this share of the rows is done."""
    until(lambda: stored(name).position > share * ROWS, "some batches")


def rows_of(name: str) -> Counter:
    """Row of the file → complaints that came of it."""
    digest = stored(name).file_digest
    keys = frappe.get_all(
        "Complaint",
        {"idempotency_key": ("like", f"import:{digest[:32]}:%")},
        pluck="idempotency_key",
        order_by="name",
    )
    return Counter(int(key.rpartition(":")[2]) for key in keys)


def test_a_killed_worker_leaves_whole_batches_and_the_next_one_goes_on(queue: str, started: str) -> None:
    for share in (0.2, 0.5):
        with worker(queue) as process:
            beyond(started, share)
            assert len(family(process)) > 1, "the worker runs its job in a process of its own"
            kill(family(process))
        until(lambda: not run_lock.is_running(started), "the database to drop the killed process")
        now = stored(started)
        assert now.status == "running"
        assert share * ROWS < now.position < ROWS
        assert now.position % BATCH == 0
        assert sum(rows_of(started).values()) == now.imported
        assert now.imported + now.failed == now.position
        # The queue still takes the job for started; the import must not wait for that to pass.
        assert not preparation.is_alive(started)
        preparation.start_import(frappe.get_doc("Complaint Import", started))
        frappe.db.commit()
    with worker(queue):
        until(lambda: stored(started).status == "completed", "the import to be complete")
    complete(started)


def test_a_killed_job_can_be_started_again_under_the_same_worker(queue: str, started: str) -> None:
    with worker(queue) as process:
        beyond(started, 0.3)
        kill(family(process)[1:])  # as the kernel does where memory runs out
        until(lambda: not preparation.is_alive(started), "the database to drop the killed process")
        assert 0 < stored(started).position < ROWS
        preparation.start_import(frappe.get_doc("Complaint Import", started))
        frappe.db.commit()
        until(lambda: stored(started).status == "completed", "the import to be complete")
    complete(started)


def test_a_second_start_while_it_runs_is_refused(queue: str, started: str) -> None:
    with worker(queue):
        beyond(started, 0)
        with pytest.raises(frappe.ValidationError, match="under way"):
            preparation.start_import(frappe.get_doc("Complaint Import", started))
        with pytest.raises(run_lock.Overtaken), run_lock.exclusive_run(started):
            pass
        until(lambda: stored(started).status == "completed", "the import to be complete")
    complete(started)


def complete(name: str) -> None:
    """Every good row once, every bad row told once."""
    bad = {n + 2 for n in range(0, ROWS, BAD)}  # row 1 holds the headings
    assert rows_of(name) == Counter(set(range(2, ROWS + 2)) - bad)
    told = frappe.get_all("Complaint Import Error", {"parent": name}, pluck="row_number", order_by="name")
    assert sorted(told) == sorted(bad)
    now = stored(name)
    assert (now.position, now.imported, now.existing, now.failed) == (ROWS, ROWS - len(bad), 0, len(bad))
