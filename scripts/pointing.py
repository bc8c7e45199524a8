"""Let a bench use the checkout that the command runs in, and put it back afterwards."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from scripts import install, node
from scripts.bench import APP, CHECKOUT, Bench, CommandFailed, say

ASIDE = f".{APP}.aside"


@contextlib.contextmanager
def pointed_here(bench: Bench, extras: tuple[str, ...]) -> Iterator[None]:
    """Inside the block, `apps/complaint_qms`, `sites/apps.txt` and the environment lead to this checkout.

    Afterwards the app the bench had before is linked and installed again. A bench that had none, or whose link led
    to a folder that is gone, keeps this checkout: it is the only app it can have.
    """
    before = point_here(bench, *extras)
    try:
        yield
    finally:
        if before:
            _put_back(bench, bench.path / "apps" / APP, before, extras)


def point_here(bench: Bench, *extras: str) -> Path | None:
    """Make the bench use this checkout for good; the folder it used before, None when there was none.

    Raises:
        CommandFailed: the app's packages are not to be had; the bench uses what it used before.
    """
    link = bench.path / "apps" / APP
    before = _take_place(bench, link)
    try:
        install.bench_python(bench, CHECKOUT, *extras)
    except CommandFailed:
        if before:
            _put_back(bench, link, before, extras)
        raise
    list_app(bench)
    return before


def list_app(bench: Bench) -> None:
    """Name the app in `sites/apps.txt`, the list of apps this bench knows."""
    apps = bench.sites / "apps.txt"
    names = apps.read_text("utf-8").split() if apps.is_file() else ["frappe", "erpnext"]
    if APP not in names:
        apps.write_text("\n".join([*names, APP]) + "\n", "utf-8")


def _take_place(bench: Bench, link: Path) -> Path | None:
    """Make `link` lead to this checkout; the folder to return to, None when there is nothing to return to."""
    aside = bench.path / ASIDE
    if link.exists() and link.resolve() == CHECKOUT:
        # A run that was killed may have left the bench's own copy beside it.
        return aside if aside.is_dir() and aside.resolve() != CHECKOUT else None
    if link.is_symlink():
        before = Path(os.readlink(link)) if link.exists() else (aside if aside.is_dir() else None)
        link.unlink()
    elif link.is_dir():
        link.rename(aside)
        before = aside
    else:
        before = aside if aside.is_dir() else None
    link.symlink_to(CHECKOUT)
    say(f"{link} now leads to {CHECKOUT}" + (f" (was {before})" if before else ""))
    return before


def _put_back(bench: Bench, link: Path, before: Path, extras: tuple[str, ...]) -> None:
    if not before.is_dir():
        return
    link.unlink()
    if before == bench.path / ASIDE:
        before.rename(link)
    else:
        link.symlink_to(before)
    try:
        install.bench_python(bench, link.resolve(), *extras)
        # The list of compiled files is the bench's, not the checkout's; without a Node.js this run wrote none.
        if (link / APP / "public" / "dist").is_dir() and (path := node.path(bench)):
            bench.run("build", "--app", APP, PATH=path)
    except CommandFailed as error:
        say(f"{link} leads to {before} again, but its install could not be renewed: {error}")
