"""The app comes, stays through migrates without a change, and leaves no trace. On a throw-away site."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import frappe
import pytest
from frappe.database.database import Database

from scripts import bench as benches
from scripts import sites
from scripts.bench import APP, CHECKOUT
from tests.conftest import bench_here
from tests.desk.scratch import mentions, snapshot

pytestmark = pytest.mark.slow
SITE = sites.lane_site(os.environ.get("QMS_SCRATCH_SITE") or "complaint-qms-scratch.localhost")
Rows = dict[str, list[str]]
# What Frappe and ERPNext write by themselves: a note of each migrate, the DocType both of them define, the list of apps
# (whose content has its own test), and a person's tag.
NOISE = (
    "tabComment\tInstalled Applications",
    "tabComment\tDocType None",
    "tabDocType\tPrint Heading",
    "tabDocField\tDocType Print Heading",
    "tabDocPerm\tDocType Print Heading",
    "tabDefaultValue\t__global.installed_apps",
    "tabTag\tscratch",
)


class Scratch:
    """Bench commands and steps of `tests/desk/scratch.py` on the throw-away site."""

    def bench(self, *arguments: str) -> str:
        return bench_here().run(*arguments, site=SITE)

    def command(self, *arguments: str) -> str:
        """What a command of the app says, whatever its exit code."""
        try:
            return self.bench("complaint-qms", *arguments).strip()
        except benches.CommandFailed as failure:
            return str(failure).strip()

    def step(self, name: str) -> None:
        bench = bench_here()
        command = [str(bench.python), "-m", "tests.desk.scratch", name, SITE]
        benches.run(command, cwd=bench.sites, env=bench.env(PYTHONPATH=str(CHECKOUT)))

    def rows(self) -> Rows:
        with self.database() as database:
            return snapshot(database)

    def mentions(self, doctypes: list[str]) -> dict[str, int]:
        with self.database() as database:
            return mentions(database, doctypes)

    @property
    def apps(self) -> list[str]:
        """Installed apps."""
        query = "select defvalue from tabDefaultValue where parent = '__global' and defkey = 'installed_apps'"
        with self.database() as database:
            return json.loads(database.sql(query)[0][0])

    @contextmanager
    def database(self) -> Iterator[Database]:
        """A connection to the site, past Frappe: another process for it would start for seconds."""
        config, ours = bench_here().site_config(SITE), frappe.db
        name = config["db_name"]
        login = {"user": name, "password": config["db_password"], "cur_db_name": name}
        made = frappe.database.get_db(host=ours.host, port=ours.port, socket=ours.socket, **login)
        try:
            yield made
        finally:
            made.close()


@pytest.fixture(scope="module")
def scratch() -> Iterator[Scratch]:
    """A site with ERPNext and a sale; the app is not on it yet."""
    site = Scratch()
    sites.make_erpnext_site(bench_here(), SITE)
    site.step("sell")
    yield site
    sites.drop_site(bench_here(), SITE)


def changed(before: Rows, after: Rows, part: int | None = None) -> dict[str, list[str]]:
    """Keys of rows made, gone and changed; `part` 1 compares the content alone, without the time of change."""

    def value(rows: Rows, key: str) -> object:
        return rows[key] if part is None else rows[key][part]

    outcome = {
        "made": sorted(after.keys() - before.keys()),
        "gone": sorted(before.keys() - after.keys()),
        "changed": sorted(k for k in before.keys() & after.keys() if value(before, k) != value(after, k)),
    }
    outcome = {kind: [key for key in keys if not key.startswith(NOISE)] for kind, keys in outcome.items()}
    return {kind: keys for kind, keys in outcome.items() if keys}


def test_the_app_comes_stays_unchanged_and_leaves_nothing(scratch: Scratch) -> None:
    """One story, because each step needs the one before it."""
    bare = scratch.rows()
    scratch.bench("install-app", APP)
    installed = scratch.rows()
    assert not changed(bare, installed).get("gone"), "installing removed rows of other apps"
    for kind in ("Custom Field", "Role", "Workflow", "Workflow State", "DocType"):
        assert made_of(kind, bare, installed), f"installing made no {kind}"

    scratch.bench("migrate")
    first = scratch.rows()
    same(changed(installed, first, part=1), "a migrate right after the install changed rows")
    scratch.bench("migrate")
    same(changed(first, scratch.rows()), "a second migrate changed rows")

    scratch.step("use")
    ours = [key.partition("\t")[2] for key in made_of("DocType", bare, installed)]
    assert scratch.mentions(ours), "the records left no trace, so their removal would prove nothing"
    scratch.bench("uninstall-app", APP, "--yes", "--no-backup")
    same(changed(bare, scratch.rows(), part=1), "the uninstall left, took or changed rows")
    assert APP not in scratch.apps
    left = scratch.mentions(ours)
    left.pop("tabDeleted Document.deleted_name", None)  # the framework's own record of what it removed
    # It writes one row more for each of the two settings pages that it takes away, after the app has cleaned up.
    assert left.pop("tabDeleted Document.deleted_doctype", 2) == 2
    same(left, "rows still name the app's DocTypes")


def same(difference: dict, message: str) -> None:
    """Fail with every row named: a cut list hides the one that matters."""
    if difference:
        pytest.fail(f"{message}:\n{json.dumps(difference, indent=1)}", pytrace=False)


def made_of(doctype: str, before: Rows, after: Rows) -> list[str]:
    return [key for key in after.keys() - before.keys() if key.startswith(f"tab{doctype}\t")]


def test_it_can_come_back(scratch: Scratch) -> None:
    """Installing again after leaving works, and leaving again."""
    if APP in scratch.apps:
        scratch.bench("uninstall-app", APP, "--yes", "--no-backup")
    scratch.bench("install-app", APP)
    assert APP in scratch.apps
    scratch.bench("uninstall-app", APP, "--yes", "--no-backup")
    assert APP not in scratch.apps


def test_a_backup_is_restored_and_its_trail_goes_on(scratch: Scratch, tmp_path: Path) -> None:
    """The drill of docs/administration.md, as it stands there."""
    if APP not in scratch.apps:
        scratch.bench("install-app", APP)
    scratch.step("complain")
    head = scratch.command("audit-head")
    scratch.bench("backup", "--with-files", "--backup-path", str(tmp_path))
    told = scratch.command("note-restore", "--reason", "Nothing was lost", "--head", head)
    assert "The chain has the last head that is known." in told

    scratch.step("complain")
    lost = scratch.command("audit-head")
    database, public, private = (
        next(tmp_path.glob(f"*{end}"))
        for end in ("-database.sql.gz", "localhost-files.tar", "-private-files.tar")
    )
    scratch.bench(
        "restore",
        str(database),
        "--with-public-files",
        str(public),
        "--with-private-files",
        str(private),
        "--force",
    )
    told = scratch.command("verify-audit")
    assert told.endswith("The audit trail holds.")
    assert f"Head of the chain: {head}" in told
    told = scratch.command("verify-audit", "--head", lost)
    assert "its end was cut off, or an earlier backup was restored" in told

    assert "write why the backup was restored" in scratch.command("note-restore", "--reason", " ")
    assert scratch.command("note-restore", "--reason", "The disk broke", "--head", lost).endswith(
        "Written down."
    )
    scratch.step("complain")
    assert scratch.command("verify-audit").endswith("The audit trail holds.")
    told = scratch.command("verify-audit", "--head", lost)
    assert "was lost when a backup was restored; entry" in told


def test_every_patch_can_be_imported() -> None:
    lines = (CHECKOUT / APP / "patches.txt").read_text("utf-8").splitlines()
    patches = [line.split()[0] for line in lines if line.strip() and line[0] not in "#["]
    for patch in patches:
        assert callable(frappe.get_attr(f"{patch}.execute")), patch
