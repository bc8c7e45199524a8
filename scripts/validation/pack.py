"""The pack as files: `matrix.html` for people, `matrix.csv` for tables, `tested.json` for the check of an installation.

    PYTHON -m scripts.validation.pack RESULTS OUTPUT

`RESULTS` is the folder of the runs' JUnit files, `OUTPUT` the folder to be written.
"""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path

import jinja2

from scripts.bench import CHECKOUT
from scripts.validation import results as runs
from scripts.validation.requirements import checklists, requirements

PACKAGE = CHECKOUT / "complaint_qms"
TEMPLATES = Path(__file__).parent
# What a build or an interpreter makes of the files.
_MADE = ("__pycache__", "dist", "node_modules")


def write(results: Path, output: Path) -> str:
    """Write the pack of a run; what it comes to, in a sentence.

    Raises:
        ValueError: there are no results.
    """
    found = runs.read(results)
    rows = [
        {"requirement": one, "results": own, "counts": runs.counted(own), "verdict": runs.verdict(own)}
        for one in requirements()
        for own in [[result for result in found if one.is_shown_by(result.file, result.test)]]
    ]
    tested = {
        "made": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "version": _version(),
        "commit": _git("rev-parse", "HEAD"),
        "changed_since": _git("status", "--porcelain").splitlines(),
        "tested_on": sorted({result.run for result in found}),
        "counts": dict(runs.counted(found)),
        "files": {file.relative_to(PACKAGE).as_posix(): _sha256(file) for file in package_files(PACKAGE)},
    }
    output.mkdir(parents=True, exist_ok=True)
    (output / "tested.json").write_text(json.dumps(tested, indent=1, ensure_ascii=False) + "\n", "utf-8")
    _write_table(output / "matrix.csv", rows)
    verdicts = {row["requirement"].id: row["verdict"] for row in rows}
    shown = {
        "rows": rows,
        "checklists": checklists(),
        "verdicts": verdicts,
        "tested": tested,
        "total": runs.counted(found),
    }
    (output / "matrix.html").write_text(_template("pack.html.jinja").render(shown), "utf-8")
    wanting = [name for name, verdict in verdicts.items() if verdict != "passed"]
    told = ", ".join(f"{number} {outcome}" for outcome, number in sorted(runs.counted(found).items()))
    return f"{len(rows)} requirements, {len(found)} tests ({told}); " + (
        f"not shown: {', '.join(wanting)}" if wanting else "each is shown by tests that passed"
    )


def package_files(package: Path) -> list[Path]:
    """The files of the app as they are given away."""
    return sorted(
        file
        for file in package.rglob("*")
        if file.is_file() and not set(_MADE) & set(file.relative_to(package).parts) and file.suffix != ".pyc"
    )


def checklists_page() -> str:
    """The checklists as `docs/validation/checklists.md` holds them."""
    named = {one.id: one for one in requirements()}
    return _template("checklists.md.jinja").render(checklists=checklists(), named=named)


def _write_table(path: Path, rows: list[dict]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(
            [
                "requirement",
                "group",
                "gate",
                "risk",
                "text",
                "verdict",
                "run",
                "file",
                "test",
                "outcome",
                "why",
            ]
        )
        for row in rows:
            one = asdict(row["requirement"])
            head = [one[key] for key in ("id", "group", "gate", "risk", "text")] + [row["verdict"]]
            for result in row["results"]:
                table.writerow([*head, result.run, result.file, result.test, result.outcome, result.why])


def _template(name: str) -> jinja2.Template:
    loader = jinja2.FileSystemLoader(TEMPLATES)
    return jinja2.Environment(
        loader=loader,
        autoescape="html" in name,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    ).get_template(name)


def _version() -> str:
    text = (PACKAGE / "__init__.py").read_text("utf-8")
    return text.partition('__version__ = "')[2].partition('"')[0]


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    print(write(Path(sys.argv[1]), Path(sys.argv[2])))
