"""Sites that tests and the demo use: made from nothing in a minute, from a saved fresh ERPNext in seconds."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from scripts import install, node, services
from scripts.bench import APP, CHECKOUT, Bench, CommandFailed, Stopped, last_lines, read_json, say

INSIDE = CHECKOUT / "scripts" / "inside" / "site.py"
DATABASE = CHECKOUT / "scripts" / "inside" / "database.py"
ERPNEXT_TESTS = CHECKOUT / "scripts" / "inside" / "erpnext_tests.py"
FIRST_STEP = {
    "company": lambda site: (INSIDE, "wizard", site),
    "tests": lambda site: (ERPNEXT_TESTS, site, os.devnull, "records"),
}
INSTALLS = {"constants", "fixtures", "patches", "setup"}
ADMIN_PASSWORD = "admin"
STAMP = f".{APP}.stamp"
TABLES_OF_SITE = 1000  # somewhat more than Frappe, ERPNext and the app have
FLUSHED_EACH_SECOND = 2
OWN_MARK = "complaint_qms_scratch"  # set in a site's config by us: such a site may be thrown away


class NoSite(Stopped):
    """A site cannot be made or used here, for a reason that is not the app's."""


def desk_site(lane: int | None = None) -> str:
    """Name of the site that `tests/desk` and `tests/browser` use, in the lane given or, within one, in this one."""
    return lane_site(os.environ.get("QMS_TEST_SITE") or "complaint-qms-test.localhost", lane)


def lane_site(name: str, lane: int | None = None) -> str:
    """A site of this lane's own: lanes run side by side, the first one on `name` itself, as a run without lanes does."""
    if lane is None:
        lane = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first, dot, rest = name.partition(".")
    return f"{first}-{lane + 1}{dot}{rest}" if lane else name


def ensure_lanes(bench: Bench, lanes: int) -> None:
    """Have a site of the app for each lane; those of the further lanes are copies of the first one's database.

    Raises: as `ensure_app_site`.
    """
    first = desk_site(0)
    ensure_app_site(bench, first)
    wanted = files_stamp(bench)
    others = [desk_site(lane) for lane in range(1, lanes)]
    missing = [site for site in others if not _has_stamp(bench, site, wanted)]
    for site in missing:
        if (bench.sites / site).exists() and not _is_ours(bench, site):
            raise NoSite(f"the site {site} exists and was not made by these scripts; name another one")
    if not missing:
        return
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "app.sql.gz"
        _save_database(bench, first, copy)
        with ThreadPoolExecutor() as side_by_side:  # each waits for the disk most of the time
            for made in [side_by_side.submit(_copy, bench, first, site, copy) for site in missing]:
                made.result()
    for site in missing:
        (bench.sites / site / STAMP).write_text(wanted, "utf-8")


def ensure_app_site(bench: Bench, site: str, *, keep_data: bool = False) -> None:
    """Have `site` with ERPNext, a company and this checkout's app as a new install brings it.

    When a file changed that installing reads, the site is made anew; with `keep_data` it is migrated instead.

    Raises:
        NoSite: the database's root password is not known, or the site exists and is not ours to use.
        CommandFailed: the app does not install or migrate.
    """
    ensure_erpnext_site(bench, site)
    wanted = files_stamp(bench)
    installed = APP in status(bench, site)["apps"]
    if installed and _has_stamp(bench, site, wanted):
        return
    if installed and keep_data:
        say(f"migrating {site}: the app's files changed")
        bench.run("migrate", site=site)
    else:
        if installed:
            make_erpnext_site(bench, site)
        say(f"installing {APP} on {site}")
        bench.run("install-app", APP, site=site)
    (bench.sites / site / STAMP).write_text(wanted, "utf-8")


def ensure_erpnext_site(bench: Bench, site: str) -> None:
    """Have `site` with ERPNext and its setup wizard completed; an unusable one of ours is made anew."""
    if (bench.sites / site).exists():
        if not _is_ours(bench, site):
            raise NoSite(f"the site {site} exists and was not made by these scripts; name another one")
        try:
            if not _unfinished(bench, site).exists() and status(bench, site)["setup_complete"]:
                return
        except CommandFailed as error:
            say(f"{site} does not work and is made anew: {error}")
    make_erpnext_site(bench, site)


def make_erpnext_site(bench: Bench, site: str, kind: str = "company") -> None:
    """Make `site` anew: from the saved database of a fresh ERPNext when there is one, else from nothing.

    Args:
        kind: "company" has a company and fiscal years, "tests" the records that ERPNext's own tests build on.
    """
    saved = saved_database(bench, kind)
    if saved.is_file():
        say(f"making the site {site} from a saved fresh ERPNext")
        _new_site(bench, site, "--source-sql", str(saved))
    else:
        say(f"making the site {site} with ERPNext (about a minute)")
        _new_site(bench, site, "--install-app", "erpnext")
    # ERPNext's tests write mails to the queue, which fails on a muted site without a mail account.
    set_config(bench, site, mute_emails=kind == "company", **for_tests(bench, site))
    (bench.sites / site / STAMP).unlink(missing_ok=True)
    if not saved.is_file():
        bench.run_script(*FIRST_STEP[kind](site))
        # Frappe and ERPNext settle some records of their own at the first migrate.
        bench.run("migrate", site=site)
        _save_database(bench, site, saved)


def root_passwords(bench: Bench) -> list[str]:
    """Passwords of the database's root user worth trying, the told ones first."""
    told = [os.environ.get("DB_ROOT_PASSWORD"), bench.config.get("root_password")]
    for password in told:
        if password is not None:
            return [str(password)]
    return ["root", ""]


def drop_site(bench: Bench, site: str) -> None:
    """Remove one of our own sites with its database."""
    if not bench.site_config(site).get(OWN_MARK):
        raise NoSite(f"the site {site} was not made by these scripts and is left alone")
    for password in root_passwords(bench):
        # The command keeps a dropped site's folder in an archive; of a throw-away site nobody wants it.
        with tempfile.TemporaryDirectory() as archive:
            places = ["--archived-sites-path", archive]
            try:
                bench.run(
                    "drop-site", site, "--db-root-password", password, "--force", "--no-backup", *places
                )
                return
            except CommandFailed as error:
                if not _is_refused_login(str(error)):
                    raise
    raise NoSite("the database root user's password is not known")


def status(bench: Bench, site: str) -> dict:
    """Apps, number of companies and whether the setup wizard is done.

    Raises:
        CommandFailed: the site does not answer.
    """
    printed = bench.run_script(INSIDE, "status", site)
    try:
        return json.loads(printed.strip().splitlines()[-1])
    except (ValueError, IndexError):
        raise CommandFailed(f"the site {site} says nothing of itself:\n{last_lines(printed)}") from None


def database_socket(bench: Bench, site: str) -> str:
    """The file through which the database server of this machine is reached, which costs less than TCP; empty when unknown."""
    if not services.is_local_database(bench):
        return ""
    told = json.dumps(root_passwords(bench))
    try:
        return bench.run_script(DATABASE, site, QMS_ROOT_PASSWORDS=told).strip().splitlines()[-1]
    except (CommandFailed, IndexError):
        return ""


@contextlib.contextmanager
def database_for_tests(bench: Bench, socket: str, count: int) -> Iterator[None]:
    """Within, the database server behind the socket keeps so many sites' tables open, and writes its log to the disk each second instead
    of at each commit, where root may tell it so."""

    def told(*arguments: str) -> dict[str, int]:
        passwords = json.dumps(root_passwords(bench))
        try:
            printed = bench.run_script(DATABASE, socket, *arguments, QMS_ROOT_PASSWORDS=passwords)
            return json.loads(printed.strip().splitlines()[-1])
        except (CommandFailed, ValueError, IndexError):
            return {}

    wanted = dict.fromkeys(("table_open_cache", "table_definition_cache"), count * TABLES_OF_SITE)
    wanted["innodb_flush_log_at_trx_commit"] = FLUSHED_EACH_SECOND
    before = told(json.dumps(wanted)) if socket else {}
    if before:
        changed = ", ".join(f"{name} {value}" for name, value in before.items())
        say(f"  until the tests are over the database has room for {count} sites and waits for no disk (otherwise {changed})")  # fmt: skip
    try:
        yield
    finally:
        if before:
            told(json.dumps(before), "exactly")


def saved_database(bench: Bench, kind: str = "company") -> Path:
    """Where the database of a fresh ERPNext of these versions is kept, without our app in it.

    The year is part of the name because the fiscal years in it end with the next one, and so is what makes it.
    """
    made_by = hashlib.sha256((CHECKOUT / INSIDE).read_bytes()).hexdigest()[:8]
    name = f"{kind}-{bench.frappe}-{bench.erpnext}-{date.today().year}-{made_by}.sql.gz"
    return bench.path / "config" / APP / name


def files_stamp(bench: Bench) -> str:
    """Changes when a file changes that installing or migrating reads: records as data, set-up code, vocabularies."""
    digest = hashlib.sha256(f"{bench.frappe} {bench.erpnext}".encode())
    for path in sorted((CHECKOUT / APP).rglob("*")):
        inner = path.relative_to(CHECKOUT / APP)
        code = path.suffix == ".py" and (len(inner.parts) == 1 or inner.parts[0] in INSTALLS)
        data = path.suffix in {".json", ".txt", ".csv"} and inner.parts[0] not in {
            "engine",
            "tabular",
            "backtest",
            "public",
        }
        if code or data:
            digest.update(f"{inner}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def build_assets(bench: Bench) -> None:
    """Compile the app's scripts and styles when a file of theirs changed since they were last compiled for this bench.

    Raises:
        NoSite: there is no Node.js that this bench's Frappe can be compiled with.
        CommandFailed: the app's files do not compile.
    """
    public = CHECKOUT / APP / "public"
    newest = max((p.stat().st_mtime for p in public.rglob("*") if "dist" not in p.parts), default=0)
    mark = saved_database(bench).with_name("built")
    if mark.is_file() and mark.stat().st_mtime >= newest and _has_assets(bench, public):
        return
    path = node.path(bench)
    if not path:
        raise NoSite(f"the desk's scripts cannot be compiled: {node.wanted(bench)} is not installed")
    if missing := install.script_packages():
        raise NoSite(f"the desk's scripts cannot be compiled: {missing}")
    say("compiling the app's scripts and styles")
    bench.run("build", "--app", APP, PATH=path)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()


def for_tests(bench: Bench, site: str) -> dict[str, object]:
    """What a site of ours has in its config, so that tests and the servers beside them agree on it from the start.

    No worker runs beside the tests, and Frappe 16 refuses jobs beyond a number that waits. Frappe makes a key at its first
    use: a server that began before would make another one.
    """
    key = bench.site_config(site).get("encryption_key") or base64.urlsafe_b64encode(os.urandom(32)).decode()
    return {OWN_MARK: True, "allow_tests": True, "max_queued_jobs": 100_000, "encryption_key": key}


def set_config(bench: Bench, site: str, **values: object) -> None:
    """Write keys into a site's own config file."""
    path = bench.sites / site / "site_config.json"
    path.write_text(json.dumps(read_json(path) | values, indent=1, sort_keys=True), "utf-8")


def _is_ours(bench: Bench, site: str) -> bool:
    return bool(bench.site_config(site).get(OWN_MARK)) or _unfinished(bench, site).exists()


def _unfinished(bench: Bench, site: str) -> Path:
    """Lies there while the site is made and has no mark of its own yet: the making may be interrupted."""
    return bench.path / "config" / APP / f"unfinished-{site}"


def _has_assets(bench: Bench, public: Path) -> bool:
    """Whether what this bench's list names is there: another bench, or another checkout, may have compiled since."""
    listed = read_json(bench.sites / "assets" / "assets.json").values()
    ours = [public / path.partition(f"/{APP}/")[2] for path in listed if path.startswith(f"/assets/{APP}/")]
    linked = (bench.sites / "assets" / APP).resolve() == public
    return linked and bool(ours) and all(path.is_file() for path in ours)


def _has_stamp(bench: Bench, site: str, wanted: str) -> bool:
    stamp = bench.sites / site / STAMP
    return stamp.is_file() and stamp.read_text("utf-8") == wanted


def _save_database(bench: Bench, site: str, saved: Path) -> None:
    saved.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as rest:  # a backup also writes the site's config, with its password
        bench.run("backup", "--backup-path", rest, "--backup-path-db", str(saved), site=site)


def _copy(bench: Bench, first: str, site: str, database: Path) -> None:
    """Make `site` from the saved database of the `first` lane's."""
    say(f"making the site {site}, a copy of {first}")
    _new_site(bench, site, "--source-sql", str(database))
    # What the copied database holds was encrypted and marked with the first one's key.
    key = {name: value for name, value in bench.site_config(first).items() if name == "encryption_key"}
    set_config(bench, site, mute_emails=True, **for_tests(bench, site) | key)


def _new_site(bench: Bench, site: str, *options: str) -> None:
    unfinished = _unfinished(bench, site)
    if unfinished.exists():  # what is left of it has passwords that the database may never have got
        shutil.rmtree(bench.sites / site, ignore_errors=True)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    unfinished.touch()
    failures = []
    for password in root_passwords(bench):
        command = ["new-site", site, "--admin-password", ADMIN_PASSWORD, "--force", *options]
        secret = ["--db-root-password", password]
        try:
            bench.run(*command, *secret)
            set_config(bench, site, **{OWN_MARK: True})
            unfinished.unlink()
            return
        except CommandFailed as error:
            shutil.rmtree(bench.sites / site, ignore_errors=True)
            failures.append(str(error).replace(password, "***") if password else str(error))
            if not _is_refused_login(failures[-1]):
                raise CommandFailed(failures[-1]) from None
    raise NoSite(
        "the database root user's password is not known; set DB_ROOT_PASSWORD or root_password in "
        f"{bench.sites / 'common_site_config.json'}"
    )


def _is_refused_login(text: str) -> bool:
    return any(sign in text for sign in ("Access denied", "(1045", "(1698", "Aborted!"))
