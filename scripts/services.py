"""MariaDB and Redis of a bench: see whether they answer, start them when they are installed here and stopped."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

from scripts.bench import Bench, Stopped, say

LOCAL = {"", "localhost", "127.0.0.1", "::1"}


class ServiceMissing(Stopped):
    """A service the bench needs does not answer and cannot be started here."""


def ensure(bench: Bench) -> None:
    """Have the database and both Redis servers of the bench answer.

    Raises:
        ServiceMissing: one does not answer, with the reason why it was not started.
    """
    ensure_redis(bench, "redis_cache")
    ensure_redis(bench, "redis_queue")
    ensure_mariadb(bench)


def ensure_mariadb(bench: Bench) -> None:
    host, port = _database_address(bench)
    if _database_answers(bench):
        return
    if host not in LOCAL:
        raise ServiceMissing(f"the database server {host}:{port} does not answer")
    if not (shutil.which("mariadbd") or shutil.which("mysqld") or Path("/usr/sbin/mariadbd").exists()):
        raise ServiceMissing("MariaDB is not installed")
    for command in _mariadb_starters():
        _detached(command)
        if _wait(lambda: _database_answers(bench), seconds=60):
            say(f"started MariaDB ({' '.join(command)}); it stays running")
            return
    raise ServiceMissing("MariaDB is installed but did not start; start it by hand and run again")


def ensure_redis(bench: Bench, key: str) -> None:
    """Have the Redis server of one purpose (`redis_cache` or `redis_queue`) answer."""
    url = urlsplit(str(bench.config.get(key) or "redis://127.0.0.1:6379"))
    host, port = url.hostname or "127.0.0.1", url.port or 6379
    if port_open(host, port):
        return
    settings = bench.path / "config" / f"{key}.conf"
    if host not in LOCAL:
        raise ServiceMissing(f"the {key} server {host}:{port} does not answer")
    if not shutil.which("redis-server"):
        raise ServiceMissing("Redis is not installed")
    if not settings.is_file():
        raise ServiceMissing(f"the {key} server does not answer and the bench has no config/{key}.conf")
    _detached(["redis-server", str(settings), "--daemonize", "yes"], cwd=bench.path)
    if not _wait(lambda: port_open(host, port), seconds=20):
        raise ServiceMissing(f"Redis is installed but the {key} server did not start")
    say(f"started Redis for {key} on port {port}; it stays running")


def is_local_database(bench: Bench) -> bool:
    return not bench.config.get("db_socket") and _database_address(bench)[0] in LOCAL


def port_open(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=3):
            return True
    except OSError:
        return False


def free_port(preferred: int = 0) -> int:
    """A TCP port of this machine that nobody listens on; `preferred` when it is free."""
    if preferred and not port_open("127.0.0.1", preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _mariadb_starters() -> list[list[str]]:
    """Ways to start a stopped MariaDB, the tidiest first."""
    ways = []
    if Path("/run/systemd/system").is_dir() and shutil.which("systemctl"):
        ways.append(["systemctl", "start", "mariadb"])
    for script in ("mariadb", "mysql"):
        if Path(f"/etc/init.d/{script}").exists() and shutil.which("service"):
            ways.append(["service", script, "start"])
    safe = shutil.which("mariadbd-safe") or shutil.which("mysqld_safe")
    if safe:
        ways.append([safe])
    if os.geteuid() != 0 and shutil.which("sudo"):
        ways = [["sudo", "-n", *way] for way in ways]
    return ways


def _database_answers(bench: Bench) -> bool:
    """Whether the server greets us, at the address Frappe will use: MariaDB speaks first, so one byte is proof."""
    config = bench.config
    if config.get("db_socket"):
        return _greets(socket.AF_UNIX, str(config["db_socket"]))
    host, port = _database_address(bench)
    return _greets(socket.AF_INET, ("127.0.0.1" if host in LOCAL else host, port))


def _database_address(bench: Bench) -> tuple[str, int]:
    return str(bench.config.get("db_host") or "localhost"), int(bench.config.get("db_port") or 3306)


def _greets(family: int, address: str | tuple[str, int]) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as connection:
            connection.settimeout(3)
            connection.connect(address)
            return bool(connection.recv(1))
    except OSError:
        return False


def _detached(command: list[str], cwd: Path | None = None) -> None:
    """Start a command that must outlive this shell and must not hold its output open."""
    subprocess.Popen(
        command,
        cwd=cwd or "/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _wait(ready, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return True
        time.sleep(0.3)
    return ready()
