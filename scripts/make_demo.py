"""`make demo`: show the app at work. On a bench a served site with demo data, elsewhere the back-test on a sample.

A bench is one that is found, or one that the official `bench` commands make where their sources can be reached.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from scripts import bench as benches
from scripts import install, node, pointing, services, sites
from scripts.bench import APP, CHECKOUT, Bench, CommandFailed, run, say

SITE = os.environ.get("QMS_DEMO_SITE") or "complaint-qms-demo.localhost"
PORT = 8000
PASSWORD_KEY = "complaint_qms_demo_password"
REALTIME = "socketio.js"
NEEDED = ("bench", "git", "node", "yarn", "redis-server", "mariadbd")
BACKTEST = CHECKOUT / "out" / "demo"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make demo", description="Show the app at work.")
    parser.add_argument("--stop", action="store_true", help="end the servers that it started")
    if parser.parse_args(arguments).stop:
        return stop()
    search = benches.find()
    bench, reason = search.bench, search.reason
    if bench:
        say(f"bench: {bench}")
    else:
        for place, why in search.rejected:
            say(f"not a bench: {place} ({why})")
        bench = make_bench()
    if bench:
        try:
            return on_bench(bench)
        except (services.ServiceMissing, sites.NoSite) as missing:
            reason = f"the bench {bench.path} cannot serve a site: {missing}"
    return backtest(reason)


# A bench -------------------------------------------------------------------------------------------------------------


def make_bench() -> Bench | None:
    """`~/frappe-bench` made by the official commands; None, with the reason printed, where that cannot be."""
    place = Path.home() / "frappe-bench"
    missing = [name for name in NEEDED if not _program(name)]
    if missing:
        say(f"no bench can be made: {', '.join(missing)} not installed")
        return None
    if place.exists():
        say(f"no bench can be made: {place} exists already")
        return None
    source = "https://github.com/frappe/frappe"
    try:
        run(["git", "ls-remote", "--exit-code", source, "version-15"], timeout=30, env=_no_questions())
    except CommandFailed:
        say(f"no bench can be made: {source} cannot be reached")
        return None
    say(f"making a bench in {place}; this takes ten minutes or more")
    try:
        run(["bench", "init", "--frappe-branch", "version-15", place.name], timeout=3600, cwd=place.parent)
        run(["bench", "get-app", "erpnext", "--branch", "version-15"], timeout=3600, cwd=place)
    except CommandFailed as error:
        say(str(error))
        return None
    return benches.find().bench


def on_bench(bench: Bench) -> int:
    """Site, demo data, servers. The bench keeps this checkout as its app: the servers go on running on it."""
    services.ensure(bench)
    stop()
    pointing.point_here(bench)
    sites.ensure_app_site(bench, SITE, keep_data=True)
    sites.build_assets(bench)
    password = login_password(bench)
    bench.run("set-admin-password", password, site=SITE)
    say(f"filling {SITE} with the demo company; this takes a minute or two")
    told = bench.run("complaint-qms", "demo", "--password", password, site=SITE, timeout=3600)
    say(benches.last_lines(told, count=25))
    bench.run("enable-scheduler", site=SITE)
    port = serve(bench)
    say()
    # The realtime server tells sites by their name; browsers lead every name below .localhost to this machine.
    say(f"  http://{SITE}:{port}/{bench.desk}/complaints")
    say(
        f"  http://127.0.0.1:{port}/{bench.desk}/complaints where that name leads nowhere; without live updates"
    )
    say(f"  user Administrator, password {password} (the demo's other users have the same one)")
    if customer := re.search(r"Customer portal: (\S+), user (\S+@\S+)", told):
        say(f"  http://{SITE}:{port}{customer[1]} is the customer portal; user {customer[2]}")
    say("  `make demo-stop` ends the servers; the site stays")
    return 0


def login_password(bench: Bench) -> str:
    """Password of the demo's users, made up once per site: the web server may be seen by the whole network."""
    password = bench.site_config(SITE).get(PASSWORD_KEY)
    if not password:
        password = f"Demo-{secrets.token_hex(4)}"
        sites.set_config(bench, SITE, **{PASSWORD_KEY: password})
    return password


def serve(bench: Bench) -> int:
    """Start what `bench start` starts, in the background; the web server's port once the site answers."""
    port = services.free_port(PORT)
    commands = {
        "web": bench.command("serve", "--port", str(port), "--noreload", site=SITE),
        "worker": bench.command("worker", site=SITE),
        "schedule": bench.command("schedule", site=SITE),
    }
    if path := node.path(bench):
        commands["realtime"] = ["node", str(bench.path / "apps" / "frappe" / REALTIME)]
    else:
        say(f"without live updates: {node.wanted(bench)} is not installed")
    processes = {}
    BACKTEST.parent.mkdir(parents=True, exist_ok=True)
    for name, command in commands.items():
        with (BACKTEST.parent / f"demo-{name}.log").open("w") as log:
            processes[name] = subprocess.Popen(
                command,
                cwd=bench.sites,
                # Without it the desk looks for the realtime server behind the web server's own port.
                env=bench.env(PATH=path or os.environ["PATH"]) | {"DEV_SERVER": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            ).pid
    _running().write_text(json.dumps(processes), "utf-8")
    address = f"http://127.0.0.1:{port}"
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{address}/login", timeout=30):
                return port
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise sites.NoSite(f"the web server does not answer; see {BACKTEST.parent / 'demo-web.log'}")


def stop() -> int:
    """End the servers of an earlier demo: those processes only, and only when they are still ours."""
    for name, pid in benches.read_json(_running()).items():
        if _is_bench_process(pid):
            with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
                os.killpg(pid, signal.SIGTERM)
            say(f"stopped the demo's {name}")
    _running().unlink(missing_ok=True)
    return 0


def backtest(reason: str) -> int:
    """The back-test on a sample with planted faults: engine, embedded database and report, without any server."""
    say(f"no desk to show: {reason}")
    say(f"running the back-test on a generated sample instead; its files go to {BACKTEST}")
    python = install.local_python()
    BACKTEST.mkdir(parents=True, exist_ok=True)
    # In full, so that the paths it prints can be opened from wherever the command was called.
    command = [
        str(python.parent / APP.replace("_", "-")),
        "demo",
        "--out",
        str(BACKTEST / "complaint-qms-demo"),
    ]
    return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def _no_questions() -> dict[str, str]:
    return os.environ | {"GIT_TERMINAL_PROMPT": "0"}


def _running() -> Path:
    return CHECKOUT / "out" / "demo-servers.json"


def _is_bench_process(pid: int) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"frappe.utils.bench_helper" in command or REALTIME.encode() in command


if __name__ == "__main__":
    sys.exit(benches.told(main, sys.argv[1:]))
