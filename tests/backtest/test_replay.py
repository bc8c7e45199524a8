"""The whole command on a generated history: what it finds, that it can be killed, that its bytes repeat."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from complaint_qms.backtest import (
    demo,
    policy_file,
    sample,
)
from complaint_qms.backtest.main import main
from complaint_qms.backtest.store import Store
from tests.backtest.outcome import query

ROWS = 1000


@pytest.fixture(scope="module")
def history(tmp_path_factory) -> Path:
    """A sample, replayed once with everything."""
    folder = tmp_path_factory.mktemp("history")
    sample.write_sample(folder, ROWS)
    assert replay(folder, folder / "out") == 0
    return folder


def replay(folder: Path, out: Path, *more: str) -> int:
    return main(arguments(folder, out, *more))


def arguments(folder: Path, out: Path, *more: str) -> list[str]:
    files = [str(folder / "complaints.csv"), "--deliveries", str(folder / "deliveries.csv")]
    return ["--lang", "en", "replay", *files, "--out", str(out), "--quiet", *more]


def test_everything_planted_is_found(history):
    data = json.loads((history / "planted.json").read_text(encoding="utf-8"))
    planted = sample.Planted(**{**data, "duplicates": [tuple(p) for p in data["duplicates"]]})
    store = Store.finished(history / "out" / "replay.sqlite")
    findings = demo.compare(store, planted)
    store.close()
    assert [f.planted for f in findings if not f.ok] == []
    assert len(findings) == 7


def test_a_thing_that_is_not_there_is_not_found(history):
    planted = sample.Planted("no batch", "x", "y", "review", [("C-000001", "C-000002")], "nobody", 0)
    store = Store.finished(history / "out" / "replay.sqlite")
    assert [f.ok for f in demo.compare(store, planted)] == [False] * 7
    store.close()


def test_no_row_is_lost_or_counted_twice(history):
    out = history / "out"
    (good,) = query(out, "SELECT count(*) FROM complaint")[0]
    (bad,) = query(out, "SELECT count(*) FROM rejected")[0]
    assert good + bad == ROWS
    assert query(out, "SELECT count(*), min(seq), max(seq), count(DISTINCT row_id) FROM assessment") == [
        (good, 1, good, good)
    ]
    assert query(out, "SELECT sum(count) FROM total WHERE kind = 'type'") == [(good,)]
    later = query(
        out,
        "SELECT count(*) FROM assessment a JOIN assessment b ON b.seq = a.seq + 1 JOIN complaint x ON x.row_id = a.row_id "
        "JOIN complaint y ON y.row_id = b.row_id WHERE x.received > y.received",
    )
    assert later == [(0,)]


def test_same_input_same_bytes(history, tmp_path):
    assert replay(history, tmp_path / "again") == 0
    for name in ("replay.sqlite", "report.html", "report_complaints.csv", "mapping.yaml", "bad_rows.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (history / "out" / name).read_bytes(), name


KILLER = """
import os, signal, sys
from complaint_qms.backtest import assess, ingest, text_classification
from complaint_qms.backtest.main import main
from complaint_qms.backtest.store import Store
ingest.CHUNK = assess.CHUNK = text_classification.CHUNK = 300
phase, at = sys.argv[1], int(sys.argv[2])
plain = Store.set_done
def set_done(self, name, done):
    if name == phase and (done >= at or done < 0 and at < 0):
        os.kill(os.getpid(), signal.SIGKILL)
    plain(self, name, done)
Store.set_done = set_done
main(sys.argv[3:])
"""


@pytest.fixture(scope="module")
def plain(history) -> Path:
    """The same history replayed without its texts."""
    out = history / "plain"
    assert replay(history, out, "--no-text") == 0
    return out


@pytest.mark.parametrize(
    ("phase", "at"),
    [
        ("ingest 1", 600),
        ("deliveries", -1),
        ("assess", 600),
        ("signals", -1),
        ("read text", 600),
        ("similar", -1),
    ],
)
def test_a_killed_run_is_gone_on_with(history, plain, tmp_path, phase, at):
    texts = phase in ("read text", "similar")
    out, wanted = tmp_path / "out", history / "out" if texts else plain
    command = arguments(history, out, *([] if texts else ["--no-text"]))
    done = subprocess.run([sys.executable, "-c", KILLER, phase, str(at), *command], check=False)
    assert done.returncode == -signal.SIGKILL
    assert not (out / "replay.sqlite").exists()
    assert main(command) == 0
    for name in ("replay.sqlite", "report.html"):
        assert (out / name).read_bytes() == (wanted / name).read_bytes(), name
    assert sorted(os.listdir(out)) == [
        "bad_rows.csv",
        "mapping.yaml",
        "replay.sqlite",
        "report.html",
        "report_complaints.csv",
    ]


def test_the_rest_of_another_run_is_not_mixed_in(history, tmp_path, capsys):
    out = tmp_path / "out"
    subprocess.run(
        [sys.executable, "-c", KILLER, "assess", "300", *arguments(history, out, "--no-text")], check=False
    )
    assert replay(history, out) == 7
    assert "--fresh" in capsys.readouterr().err
    assert replay(history, out, "--fresh", "--no-text") == 0


def test_the_written_mapping_gives_the_same_result(history, tmp_path):
    written = history / "out" / "mapping.yaml"
    assert yaml.safe_load(written.read_text(encoding="utf-8"))["files"][0]["columns"]["batch"] == "Batch No"
    assert replay(history, tmp_path / "out", "--mapping", str(written), "--no-text") == 0
    counted = "SELECT count(*), count(batch), count(closed) FROM complaint"
    assert query(tmp_path / "out", counted) == query(history / "out", counted)


def test_a_mapping_can_join_and_drop_columns(history, tmp_path):
    entry = {
        "name": "*",
        "columns": {"id": "Complaint No", "received": "Received at", "type": ["Item", "Complaint type"]},
    }
    path = tmp_path / "m.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "files": [entry]}), encoding="utf-8")
    assert replay(history, tmp_path / "out", "--mapping", str(path), "--no-text") == 0
    assert ("KB-200 / Leakage",) in query(tmp_path / "out", "SELECT DISTINCT type FROM complaint")
    assert query(tmp_path / "out", "SELECT count(customer) FROM complaint") == [(0,)]


def test_policy_changes_what_escalates_and_what_is_reportable(history, tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text(
        "sop:\n  stage_hours: {investigate: 10000}\n  ladder: [{at: 1.0, to: boss}]\n"
        "reportability: {jurisdictions: [us_fda]}\nsignals: {by: [item]}\n",
        encoding="utf-8",
    )
    assert replay(history, tmp_path / "out", "--policy", str(path), "--no-text") == 0
    assert query(tmp_path / "out", "SELECT count(*) FROM escalation WHERE stage = 'investigate'") == [(0,)]
    assert query(tmp_path / "out", "SELECT DISTINCT told FROM escalation") == [("boss",)]
    assert query(tmp_path / "out", "SELECT DISTINCT kind FROM series") == [("item",)]


def test_printed_policy_is_the_default(tmp_path, capsys):
    assert main(["--print-policy"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("# complaint-qms policy")
    path = tmp_path / "p.yaml"
    path.write_text(printed, encoding="utf-8")
    assert policy_file.load_policy(path).data == policy_file.load_policy(None).data


class Page(HTMLParser):
    """Collects ids, links out and unclosed tags."""

    VOID = frozenset({"meta", "br", "link", "img", "input", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.targets: list[str] = []
        self.stack: list[str] = []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.ids.add(values.get("id"))
        self.targets += [values[k] for k in ("href", "src", "xlink:href") if values.get(k)]
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_stands_alone(history, tmp_path, language):
    target = tmp_path / "r.html"
    database = str(history / "out" / "replay.sqlite")
    assert main(["--lang", language, "report", "--db", database, "--to", str(target)]) == 0
    html = target.read_text(encoding="utf-8")
    page = Page()
    page.feed(html)
    assert page.stack == []
    assert all(t.startswith("#") and t[1:] in page.ids for t in page.targets)
    assert "<script" not in html
    assert "url(" not in html
    assert not re.search(r"https?://", html)
    for section in (
        "summary",
        "trend",
        "risk",
        "pareto",
        "signals",
        "sop",
        "suspects",
        "customers",
        "duplicates",
        "quality",
    ):
        assert section in page.ids
    body = html.split("</style>")[1]
    for name in ("KB200-08", "Hotel Seeblick (88)", "Leakage"):
        assert name in body
    assert ("投诉回顾" in body) == (language == "zh")
    assert ("What stands out" in body) == (language == "en")
    assert "None" not in re.sub(r"<[^>]*>", " ", body)


def test_text_of_a_complaint_cannot_become_markup(tmp_path):
    path = tmp_path / "a.csv"
    evil = "<script>alert(1)</script> & <b>bold</b> the lid leaks every single morning since we bought it"
    path.write_text(
        "id,date,customer,item,description\n"
        + "".join(f'{i},2024-01-{i:02d},<i>x</i>,"<u>a</u>","{evil}"\n' for i in range(1, 9))
    )
    assert main(["replay", str(path), "--out", str(tmp_path / "o"), "--quiet"]) == 0
    html = (tmp_path / "o" / "report.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)" in html
    for raw in ("<script", "<u>", "<i>x"):
        assert raw not in html


def test_verbs_on_the_result(history, capsys):
    database = str(history / "out" / "replay.sqlite")
    first, second = json.loads((history / "planted.json").read_text())["duplicates"][0]
    assert main(["--lang", "en", "signals", "--db", database, "--by", "batch"]) == 0
    assert "KB200-08" in capsys.readouterr().out
    assert main(["--lang", "en", "similar", first, "--db", database]) == 0
    assert second in capsys.readouterr().out.splitlines()[1]  # below the heading of what was told twice
    ((words_of,),) = query(history / "out", f"SELECT text FROM complaint WHERE id = '{first}'")
    assert main(["--lang", "en", "similar", "--text", words_of[:-12], "--db", database]) == 0
    assert first in capsys.readouterr().out
    assert main(["--lang", "en", "explain", second, "--db", database]) == 0
    told = capsys.readouterr().out
    assert first in told
    assert "Working time" in told
    assert main(["--lang", "zh", "explain", second, "--db", database]) == 0
    assert "严重度" in capsys.readouterr().out
    assert main(["--lang", "en", "explain", "nobody", "--db", database]) == 2


def test_no_text_leaves_texts_alone(history, tmp_path, capsys):
    out = tmp_path / "o"
    assert replay(history, out, "--no-text") == 0
    assert query(out, "SELECT count(*) FROM pair") == [(0,)]
    assert main(["similar", "C-000001", "--db", str(out / "replay.sqlite")]) == 2
    assert "--no-text" in capsys.readouterr().err


def test_columns_only(history, tmp_path, capsys):
    assert (
        main(
            [
                "--lang",
                "en",
                "replay",
                str(history / "complaints.csv"),
                "--columns",
                "--out",
                str(tmp_path / "o"),
            ]
        )
        == 0
    )
    assert "Batch No" in capsys.readouterr().out
    assert os.listdir(tmp_path / "o") == ["mapping.yaml"]
