"""ERPNext's own tests of returns and credit notes: what passes without the app passes with it.

`make test-erpnext` runs all tests of Sales Invoice and Delivery Note instead of those that make a return; with QMS_ERPNEXT_TESTS=stock
those of what moves or sets aside stock.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from scripts import sites
from scripts.bench import APP
from tests.conftest import bench_here

pytestmark = pytest.mark.slow
SITE = sites.lane_site(os.environ.get("QMS_ERPNEXT_SITE") or "complaint-qms-erpnext.localhost")
WHICH = os.environ.get("QMS_ERPNEXT_TESTS") or "returns"
FEWEST = {"returns": 30, "all": 120, "stock": 150}


def outcomes(folder: Path, *, with_app: bool) -> dict[str, str]:
    """Each test's outcome on a fresh site: "passed", "skipped" or the end of its traceback."""
    bench, target = bench_here(), folder / f"with-{with_app}.json"
    sites.make_erpnext_site(bench, SITE, kind="tests")
    if with_app:
        bench.run("install-app", APP, site=SITE)
    bench.run_script(sites.ERPNEXT_TESTS, SITE, str(target), WHICH, timeout=2400)
    return json.loads(target.read_text("utf-8"))


def without_app(folder: Path) -> dict[str, str]:
    """What passes on a fresh site without the app. Some fail on their own: on a date, for a missing app. Known from an
    earlier run of the same versions in the same month, or else tried."""
    bench = bench_here()
    kept = (
        bench.path
        / "config"
        / APP
        / f"erpnext-{WHICH}-{bench.frappe}-{bench.erpnext}-{date.today():%Y-%m}.json"
    )
    if kept.is_file():
        return json.loads(kept.read_text("utf-8"))
    found = outcomes(folder, with_app=False)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(found), "utf-8")
    return found


@pytest.fixture(autouse=True)
def thrown_away() -> Iterator[None]:
    """The site is of no use to anybody afterwards."""
    yield
    sites.drop_site(bench_here(), SITE)


def test_what_passes_without_the_app_passes_with_it(tmp_path: Path) -> None:
    present = outcomes(tmp_path, with_app=True)
    assert len(present) >= FEWEST[WHICH], "the tests of ERPNext were not found"
    doubtful = {name for name, outcome in present.items() if outcome not in ("passed", "skipped")}
    if not doubtful:
        return
    absent = without_app(tmp_path)
    broken = sorted(name for name in doubtful if absent.get(name) == "passed")
    assert not broken, "\n".join(f"{name}: {present[name].strip()[-600:]}" for name in broken)
