"""Which benches the scripts find, in which order, with which Node.js they compile, and what they say where something is missing."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from scripts import bench as benches
from scripts import install, node, pointing, services


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, a shell that stands nowhere near a bench, and a checkout that is in none."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("PWD", str(tmp_path))
    for name in ("FRAPPE_BENCH", "QMS_NODE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def bench(place: Path, major: int = 15) -> Path:
    program(place / "env" / "bin" / "python", "")
    (place / "sites").mkdir()
    for app in ("frappe", "erpnext"):
        source = place / "apps" / app / app / "__init__.py"
        source.parent.mkdir(parents=True)
        source.write_text(f'__version__ = "{major}.7.1"\n', "utf-8")
    asked = {"engines": {"node": ">=24" if major > 15 else ">=18"}}
    (place / "apps" / "frappe" / "package.json").write_text(json.dumps(asked), "utf-8")
    return place


def program(place: Path, says: str) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\necho '{says}'\n", "utf-8")
    place.chmod(0o755)
    return place


def program_at(search: str) -> str:
    return shutil.which("node", path=search)


def found(home: Path) -> list[str]:
    return [one.path.name for one in benches.find(home / "checkout").found]


def test_usual_places_are_looked_through_in_order(home: Path) -> None:
    bench(home / "bench16", 16)
    assert found(home) == ["bench16"]
    bench(home / "frappe-bench")
    search = benches.find(home / "checkout")
    assert [one.path.name for one in search.found] == ["frappe-bench", "bench16"]
    assert search.bench.major == "15"
    assert [one.desk for one in search.found] == ["app", "desk"]
    assert str(search.beside) == f"{home / 'bench16'} (Frappe 16.7.1, ERPNext 16.7.1)"


def test_what_is_named_counts_alone_and_in_its_order(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench(home / "frappe-bench")
    one, other = bench(home / "one", 16), bench(home / "other")
    monkeypatch.setenv("FRAPPE_BENCH", os.pathsep.join(map(str, (one, other, one, home / "nowhere"))))
    search = benches.find(home / "checkout")
    assert [one.path.name for one in search.found] == ["one", "other"]
    assert search.rejected == [(str(home / "nowhere"), "no such folder")]
    assert search.beside.path == other


def test_where_nothing_named_is_whole_the_usual_places_follow(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench(home / "frappe-bench")
    monkeypatch.setenv("FRAPPE_BENCH", str(home / "nowhere"))
    assert found(home) == ["frappe-bench"]


def test_two_of_one_version_need_no_smoke_tests(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = [bench(home / name) for name in ("one", "other")]
    monkeypatch.setenv("FRAPPE_BENCH", os.pathsep.join(map(str, places)))
    assert benches.find(home / "checkout").beside is None


def test_a_checkout_in_a_bench_is_tried_there_first(home: Path) -> None:
    bench(home / "frappe-bench")
    checkout = bench(home / "mine") / "apps" / "complaint_qms"
    checkout.mkdir()
    assert [one.path.name for one in benches.find(checkout).found] == ["mine", "frappe-bench"]


def test_each_bench_is_compiled_with_what_its_frappe_asks_for(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = (
        benches.inspect(bench(home / name, major)) for name, major in (("frappe-bench", 15), ("bench16", 16))
    )
    usual = program(home / "usual" / "node", "v20.1.0").parent
    monkeypatch.setenv("PATH", os.pathsep.join([str(usual), "/usr/bin", "/bin"]))
    assert Path(program_at(node.path(old))).parent == usual
    assert (node.path(new), node.wanted(new)) == ("", "Node.js 24 or newer")
    kept = program(home / ".nvm" / "versions" / "node" / "v24.2.0" / "bin" / "node", "v24.2.0").parent
    assert Path(program_at(node.path(new))).parent == kept
    told = program(home / "told" / "node", "v26.0.0").parent
    monkeypatch.setenv("QMS_NODE", str(told))
    assert Path(program_at(node.path(new))).parent == told
    assert Path(program_at(node.path(old))).parent == usual


def test_what_stops_a_command_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def without_redis(_arguments: list[str]) -> int:
        raise services.ServiceMissing("Redis is not installed")

    broken = tmp_path / "site_config.json"
    broken.write_text("{", "utf-8")
    for command, said in (
        (without_redis, "Redis is not installed"),
        (lambda _: benches.read_json(broken), f"{broken} is no JSON"),
        (lambda _: (tmp_path / "gone").read_text(), f"{tmp_path / 'gone'}: No such file"),
    ):
        assert benches.told(command, []) == 1
        assert capsys.readouterr().out.startswith(said)
    assert benches.told(lambda arguments: len(arguments), ["one", "two"]) == 2


class Offline:
    """An environment that imports the app from one checkout, with no package index to be had."""

    def __init__(self, source: Path, lacks: str = "") -> None:
        self.source, self.lacks = source, lacks

    def run(self, command: list[str], **_more: object) -> str:
        if "--constraint" in command:
            raise benches.CommandFailed("`pip install` ended with 2:\nerror: the index cannot be reached")
        if "--no-deps" in command:
            self.source = Path(command[-1])
        return f"{self.source / benches.APP}\n" if "import complaint_qms" in command[-1] else ""

    def contradictions(self, _python: Path) -> set[str]:
        return (
            {f"complaint-qms 1.0.0 requires {self.lacks}, which is not installed."} if self.lacks else set()
        )


@pytest.mark.parametrize("lacks", ["", "pandas"])
def test_a_bench_is_lent_without_the_package_index_and_given_back(
    lacks: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = home / "own"
    own.mkdir()
    place = benches.inspect(bench(home / "frappe-bench"))
    link = place.path / "apps" / benches.APP
    link.symlink_to(own)
    packages = Offline(own, lacks)
    monkeypatch.setattr(install, "run", packages.run)
    monkeypatch.setattr(install, "_contradictions", packages.contradictions)
    if lacks:
        with (
            pytest.raises(benches.CommandFailed, match="could not be installed"),
            pointing.pointed_here(place, ()),
        ):
            pytest.fail("without its packages the app is not tried")
    else:
        with pointing.pointed_here(place, ()):
            assert link.resolve() == packages.source == benches.CHECKOUT
    assert link.resolve() == packages.source == own
    assert "the index cannot be reached" in capsys.readouterr().out
