"""`make benchmark`: run every `tests/benchmarks/bench_*.py` that this machine can, each printing its figures and bars.

Those that import frappe need a bench and its test site; the others run anywhere.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from scripts import bench as benches
from scripts import install, services, sites
from scripts.bench import CHECKOUT, say

FOLDER = CHECKOUT / "tests" / "benchmarks"


def main(wanted: list[str]) -> int:
    """Run the benchmarks whose name contains one of `wanted`, all when none is named."""
    bench = benches.find().bench
    lacking = "" if bench else "a bench"
    if bench:
        services.ensure(bench)
        if not bench.site_config(sites.desk_site()):
            lacking = f"the site {sites.desk_site()}, which `make test` makes"
    python = bench.python if bench else install.local_python("test")
    failed = 0
    for file in sorted(FOLDER.glob("bench_*.py")):
        if wanted and not any(word in file.stem for word in wanted):
            continue
        if lacking and "import frappe" in file.read_text("utf-8"):
            say(f"  skipping {file.stem}: it needs {lacking}")
            continue
        say(f"{file.stem}")
        failed += _run(python, file)
    return int(failed > 0)


def _run(python: Path, file: Path) -> bool:
    command = [str(python), "-W", "ignore", "-m", f"tests.benchmarks.{file.stem}"]
    environment = os.environ | benches.LOGS_TO_ERRORS
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL, check=False)
    return done.returncode != 0


if __name__ == "__main__":
    sys.exit(benches.told(main, sys.argv[1:]))
