"""The pages for users of the engine say what the engine does: every example is run. Names are exported as listed."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import numpy as np
import pytest

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = re.compile(r"```pycon\n(.*?)```", re.DOTALL)
LAZY = ("complaint_qms.engine.signals", "complaint_qms.engine.classify")


@pytest.mark.parametrize(
    ("name", "least"), [("engine.md", 10), ("signals.md", 6), ("signals_on_a_site.md", 1)]
)
def test_every_example_gives_what_the_page_shows(name: str, least: int) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    names: dict[str, object] = {}
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    blocks = EXAMPLES.findall(page)
    assert len(blocks) >= least
    for block in blocks:
        told: list[str] = []
        test = doctest.DocTestParser().get_doctest(block, names, f"docs/{name}", name, 0)
        assert test.examples
        runner.run(test, out=told.append, clear_globs=False)
        names = test.globs
        assert not told, "".join(told)


@pytest.mark.parametrize("name", LAZY)
def test_a_package_gives_each_name_that_it_lists(name: str) -> None:
    package = importlib.import_module(name)
    modules = {module.name for module in pkgutil.iter_modules(package.__path__)}
    assert not modules & set(package.__all__), "importing the module would hide the name"
    for public in package.__all__:
        assert getattr(package, public) is not None
    tree = ast.parse(Path(package.__file__).read_text(encoding="utf-8"))
    typed = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    } - {"annotations", "TYPE_CHECKING", "lazy_exports"}
    assert typed == set(package.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = package.nothing


def test_results_show_themselves_in_one_line() -> None:
    from complaint_qms.engine import signals

    counts = np.full((300, 60), 3.0)
    results = [
        signals.scan(counts),
        signals.u_chart(counts, counts),
        signals.ears(counts),
        signals.western_electric(counts),
        signals.disproportion([3], [4], [5], [6]),
    ]
    for result in results:
        told = repr(result)
        assert told.startswith(f"{type(result).__name__}(")
        assert len(told) < 400
        assert "\n" not in told
    assert "prr=[0.942857]" in repr(results[-1])
