"""What `make` runs: finding a bench, preparing a site, running the tests, showing the demo."""

import sys

if sys.version_info < (3, 10):  # noqa: UP036
    # PYTHON names another one to make, which begins with what the shell finds first.
    sys.exit("Python 3.10 or newer is needed; name one, for instance `make test PYTHON=python3.11`")
