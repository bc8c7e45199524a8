"""Compiled templates beside the templates: used again, made anew when anything they come from changes, never in the way."""

import marshal
import sys
from pathlib import Path

import jinja2
import pytest

from complaint_qms.backtest.templates import environment


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    (tmp_path / "a.jinja").write_text("{{ x }}\n{% if x %}\nyes\n{% endif %}\n")
    return tmp_path


def shown(folder: Path, **options: bool) -> str:
    return environment(folder, **options).get_template("a.jinja").render(x="<b>")


def test_a_template_is_compiled_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = shown(folder, autoescape=True)
    assert first.startswith("&lt;b&gt;")
    assert len(list((folder / "__pycache__").iterdir())) == 1
    monkeypatch.setattr(jinja2.Environment, "compile", lambda *a, **k: pytest.fail("compiled again"))
    assert shown(folder, autoescape=True) == first


def test_another_text_or_other_options_are_not_taken_for_it(folder: Path) -> None:
    shown(folder, autoescape=True)
    assert shown(folder, autoescape=False).startswith("<b>")
    assert shown(folder, autoescape=True, trim_blocks=True) != shown(folder, autoescape=True)
    (folder / "a.jinja").write_text("new {{ x }}")
    assert shown(folder, autoescape=True) == "new &lt;b&gt;"


@pytest.mark.parametrize("rest", [b"", b"\x00broken", marshal.dumps("no code")])
def test_what_is_no_compiled_template_is_made_anew(folder: Path, rest: bytes) -> None:
    first = shown(folder)
    (kept,) = (folder / "__pycache__").iterdir()
    head = kept.read_bytes()[:68]  # of Python and of the text
    kept.write_bytes(head + rest)
    assert shown(folder) == first
    assert len(kept.read_bytes()) > len(head + rest)


def test_a_place_that_cannot_be_written_to_is_none(folder: Path) -> None:
    (folder / "__pycache__").write_text("a file")
    assert "yes" in shown(folder)


def test_python_that_is_told_to_write_nothing_writes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert "yes" in shown(folder)
    assert not (folder / "__pycache__").exists()
