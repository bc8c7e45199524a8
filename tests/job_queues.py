"""Jobs that tests leave for workers. The lanes of a run share one Redis, so a worker that one of them started takes the jobs of all."""

from __future__ import annotations

import os
import time
from contextlib import suppress

from frappe.utils.background_jobs import get_queues, get_workers
from redis.exceptions import ConnectionError

PATIENCE = 30.0  # s
PAUSE = 0.02  # s: between taking a job and saying so a worker looks idle for a moment


def forget_jobs(site: str) -> None:
    """Take out of the queues what nobody has begun: Frappe 16 refuses jobs beyond a number."""
    for queue in get_queues():
        for job in filter(None, queue.jobs):
            if job.kwargs.get("site") == site:
                job.delete()


def end_jobs(site: str) -> None:
    """Take out of the queues what nobody has begun, and wait until workers, where any run, have ended what they are at.

    Raises:
        AssertionError: a job lasts longer than anything a test begins.
    """
    end = time.monotonic() + PATIENCE
    idle = 0
    with suppress(ConnectionError):  # a test with a Redis of its own has ended it, and its workers
        while idle < 2:
            forget_jobs(site)
            busy = _at_work(site)
            assert time.monotonic() < end, f"a worker is still at {', '.join(busy)}"
            idle = 0 if busy else idle + 1
            if idle < 2 and get_workers():
                time.sleep(PAUSE)


def _at_work(site: str) -> list[str]:
    """What workers that live are doing for the site."""
    jobs = [worker.get_current_job() for worker in get_workers() if _lives(worker.pid)]
    return [job.kwargs.get("job_name") or job.id for job in jobs if job and job.kwargs.get("site") == site]


def _lives(pid: int | None) -> bool:
    """A worker that was killed stays in the list for minutes."""
    try:
        os.kill(pid or 0, 0)
    except ProcessLookupError:
        return False
    return bool(pid)
