"""`make validation`: run all tests and write the validation pack to `out/validation/`: requirements and clauses with their results.

    python3 -m scripts.make_validation [RESULTS]

With the folder of a run's results (`QMS_RESULTS=DIR make test` leaves them) the tests are not run again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts import bench as benches
from scripts import install, make_test
from scripts.bench import CHECKOUT, say

OUTPUT = CHECKOUT / "out" / "validation"


def main(arguments: list[str]) -> int:
    results, failed = Path(arguments[0]).resolve() if arguments else OUTPUT / "results", 0
    if arguments and not list(results.glob("*.xml")):
        raise benches.CommandFailed(
            f"There are no results in {results}. QMS_RESULTS={results} make test leaves them there."
        )
    if not arguments:
        shutil.rmtree(results, ignore_errors=True)
        os.environ["QMS_RESULTS"] = str(results)
        failed = make_test.main([])
    bench = benches.find().bench
    python = bench.python if bench else install.local_python("test")
    command = [str(python), "-m", "scripts.validation.pack", str(results), str(OUTPUT)]
    done = subprocess.run(command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, check=False)
    say(f"  {OUTPUT / 'matrix.html'}")
    return done.returncode or failed


if __name__ == "__main__":
    sys.exit(benches.told(main, sys.argv[1:]))
