"""Property-based tests are judged by what they find, not by how fast a busy machine runs them.

Each run tries the same examples, so that a red run tells of the change under test. To look for new counterexamples:
``HYPOTHESIS_PROFILE=search make test ARGS=tests/engine``.
"""

import os

from hypothesis import HealthCheck, settings

COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "print_blob": True}
settings.register_profile("engine", derandomize=True, database=None, **COMMON)
settings.register_profile("search", max_examples=2_000, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "engine"))
