"""Puts a test site back as it was before a test that commits: every row of every table, and the files.

The gates forbid to delete quality records, and ERPNext's documents leave rows in dozens of tables; so what a test left
is not looked up, it is what differs from before. A checksum of each table finds the tables that differ (0.1 s for the
seven hundred of a test site); their rows are compared, the new ones deleted and those changed or missing written again.
What was there before is thereby never removed. Rows that another process commits meanwhile look like the test's, so one
test at a time works on a site: others wait for its lock. The site is looked at after each test, and once more when it is put back; the
next test finds it as it was seen then, unless this process has committed in between, as what is made for all tests of a file does.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

import frappe
import pymysql
from frappe.cache_manager import user_cache_keys
from frappe.database.database import Database
from frappe.desk.notifications import get_notification_config
from frappe.model import meta
from frappe.utils import caching
from pymysql.converters import encoders

from tests.job_queues import end_jobs

Row = tuple  # values as text, just as the database writes them
PATIENCE = 600  # s for the test of another process to end
QUIET = 30.0  # s at most for the last requests of a test to end
IDLE_MS = 1000  # a connection that has asked nothing for so long belongs to no request
CHUNK = 500
# Caches of what DocTypes look like are dear to fill and tell nothing of records.
STRUCTURE = ("doctype_meta", "doctype_form_meta", "table_columns", "db_tables", "assets_json", "app_hooks")
WORKSPACES = "document_cache::Workspace::"
# Large, and no test changes them: between tests it is asked how many rows there are and when one was changed last, at the end all is compared.
LARGE = ("tabDocType", "tabDocField", "tabDocPerm")
SHAPING = {*LARGE, "tabCustom Field", "tabProperty Setter", "tabCustom DocPerm"}


class AsFound:
    """The content of a site: `remember` it, and `restore` what has changed since.

    Has a connection of its own, which sees what is committed and nothing else. Rows are kept from one test to the next;
    only tables that changed in between are read again.
    """

    def __init__(self) -> None:
        settings = frappe.db.get_connection_settings() | {"conv": dict(encoders), "autocommit": True}
        settings.pop("multi_statements", None)  # of the driver that Frappe 16 uses: off, as it is in this one
        self.connection = pymysql.connect(**settings)
        self.keys = self._keys()
        self.large = self._sums(LARGE)
        self.sums: dict[str, str] = {}
        self.is_known = False
        self.rows: dict[str, list[Row]] = {}
        self.files: set[Path] = set()
        self.connections: set[str] = set()

    def close(self) -> None:
        """Let go of the site.

        Raises:
            AssertionError: what DocTypes look like has been changed meanwhile.
        """
        large = self._sums(LARGE)
        self.connection.close()
        assert large == self.large, "a test has changed what DocTypes look like, and left them so"

    # Before -------------------------------------------------------------------------------------------------------

    def remember(self) -> None:
        self._lock()
        if not self.is_known or _commits.seen:
            before, self.sums = self.sums, self.checksums()
            for table in self.sums:
                if self.sums[table] != before.get(table) and table not in SHAPING:
                    self.rows[table] = self._read(table)
            self.is_known = True
        self.files = set(_files())
        self.connections = self._others()

    def _lock(self) -> None:
        if self._ask("select get_lock(%s, %s)", [self._lock_name, PATIENCE]) != [("1",)]:
            raise TimeoutError("another test that commits has been running on this site all the time")

    @property
    def _lock_name(self) -> str:
        return f"{frappe.conf.db_name}:test"

    # After --------------------------------------------------------------------------------------------------------

    def restore(self) -> list[str]:
        """Undo what has changed; gives back the tables that differ even so (nothing but a late writer makes them)."""
        try:
            self._wait_for_silence()
            changed = self.changed()
            self.is_known = not changed
            _commits.seen = False
            if SHAPING.intersection(changed):
                return changed  # somebody migrated the site meanwhile: no test does, and nobody's old rows fit any more
            self.connection.begin()  # all or nothing
            for table in changed:
                self._restore_table(table)
            self.connection.commit()
            for path in set(_files()) - self.files:
                path.unlink(missing_ok=True)
            if changed:
                # A server reads two dozen workspaces for each person who comes.
                moved = any(table.startswith("tabWorkspace") for table in changed)
                forget(keep=() if moved else (WORKSPACES,))
            left = self.changed() if changed else []
            self.is_known = not left
            return left
        finally:
            self._ask("select release_lock(%s)", [self._lock_name])

    def changed(self) -> list[str]:
        """Tables that are not as they were remembered, new and dropped ones among them."""
        now = self.checksums()
        return sorted(
            table for table in self.sums.keys() | now.keys() if self.sums.get(table) != now.get(table)
        )

    def _restore_table(self, table: str) -> None:
        if table not in self.rows:
            return  # made by the test: for a person to look at
        now, then = Counter(self._read(table)), Counter(self.rows[table])
        columns = self._columns(table)
        self._delete(table, columns, list((now - then).elements()))
        self._insert(table, columns, list((then - now).elements()))

    def _delete(self, table: str, columns: list[str], rows: list[Row]) -> None:
        key = self.keys.get(table, columns)
        places = [columns.index(column) for column in key]
        values = [tuple(row[place] for place in places) for row in rows]
        if len(key) == 1:
            for part in _parts(values):
                self._ask(f"delete from `{table}` where `{key[0]}` in %s", [[value for (value,) in part]])
            return
        where = " and ".join(f"`{column}` <=> %s" for column in key)
        for value in values:
            self._ask(f"delete from `{table}` where {where} limit 1", value)

    def _insert(self, table: str, columns: list[str], rows: list[Row]) -> None:
        names = ", ".join(f"`{column}`" for column in columns)
        for part in _parts(rows):
            self._ask(f"insert into `{table}` ({names}) values {', '.join(['%s'] * len(part))}", part)

    def _wait_for_silence(self) -> None:
        """A page that is closed leaves requests behind; each holds a connection until it is answered."""
        end = time.monotonic() + QUIET
        while self._others(busy=True) - self.connections and time.monotonic() < end:
            time.sleep(0.05)

    # The database -------------------------------------------------------------------------------------------------

    def checksums(self) -> dict[str, str]:
        """What stands in each table, as a sum; of the large ones how many rows there are and when one was changed last."""
        counted = " union all ".join(
            f"select '{table}', concat(count(*), ' ', max(modified)) from `{table}`" for table in LARGE
        )
        return self._sums([table for table in self._tables() if table not in LARGE]) | dict(
            self._ask(counted)
        )

    def counts(self) -> dict[str, int]:
        """Number of rows of every table."""
        asked = " union all ".join(f"select '{table}', count(*) from `{table}`" for table in self._tables())
        return {table: int(count) for table, count in self._ask(asked)}

    def _sums(self, tables: Iterable[str]) -> dict[str, str]:
        names = ", ".join(f"`{table}`" for table in tables)
        return dict(zip(tables, (total for _, total in self._ask(f"checksum table {names}")), strict=True))

    def _tables(self) -> list[str]:
        return [
            name
            for (name,) in self._ask(
                """select table_name from information_schema.tables
                where table_schema = database() and table_type = 'BASE TABLE' order by table_name"""
            )
        ]

    def _keys(self) -> dict[str, list[str]]:
        """Columns of the primary key, of the tables that have one."""
        asked = """select table_name, column_name from information_schema.statistics
            where table_schema = database() and index_name = 'PRIMARY' order by table_name, seq_in_index"""
        found = defaultdict(list)
        for table, column in self._ask(asked):
            found[table].append(column)
        return dict(found)

    def _columns(self, table: str) -> list[str]:
        return [row[0] for row in self._ask(f"show columns from `{table}`")]

    def _read(self, table: str) -> list[Row]:
        return self._ask(f"select * from `{table}`")

    def _others(self, busy: bool = False) -> set[str]:
        """Connections of the site but this one; those at work alone if asked for."""
        asked = f"""select id from information_schema.processlist where db = database() and id != connection_id()
            and (not {int(busy)} or command != 'Sleep' or time_ms < {IDLE_MS})"""
        return {number for (number,) in self._ask(asked)}

    def _ask(self, query: str, values: Iterable | None = None) -> list[Row]:
        with self.connection.cursor() as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall())


class _Commits:
    """Whether this process has committed since the site was last put back."""

    def __init__(self) -> None:
        self.seen = True

    def watch(self) -> None:
        commit = Database.commit

        def noted(database: Database, *args: object, **options: object) -> None:
            self.seen = True
            commit(database, *args, **options)

        Database.commit = noted


_commits = _Commits()


def watch_commits() -> None:
    """Note from now on what this process commits."""
    _commits.watch()


@contextmanager
def as_found(keeper: AsFound) -> Iterator[None]:
    """Whatever is committed within is undone at the end.

    Raises:
        AssertionError: the site differs from before even so.
    """
    keeper.remember()
    try:
        yield
    finally:
        frappe.db.rollback()
        end_jobs(frappe.local.site)  # or a worker writes what the test began after all is put back
        left = keeper.restore()
        frappe.db.rollback()  # see the site as it is now
    assert not left, f"the site is not as it was found: {', '.join(left)}"


def forget(keep: Iterable[str] = ()) -> None:
    """Clear the caches that this process and the web server share, which may hold what the test made; but what DocTypes look
    like, and what begins with a name in `keep`."""
    prefix = frappe.cache.make_key("").decode()
    keep = tuple(prefix + name for name in (*STRUCTURE, *keep))
    keys = {key for key in frappe.cache.get_keys("") if not key.decode().startswith(keep)}
    for pattern in frappe.get_hooks("persistent_cache_keys"):
        keys.difference_update(frappe.cache.get_keys(pattern))
    frappe.cache.delete_value(list(keys), make_keys=False)


def keep_doctypes() -> None:
    """Whoever forgets everything in this process (Frappe does for each record that is renamed, ERPNext for each employee and
    company) spares from now on what is cached of DocTypes: a second of work to fill again, and no record changes it. Whoever
    changes a DocType says which, and that one is forgotten as before."""
    frappe.clear_cache = partial(_clear_but_doctypes, frappe.clear_cache)


def _clear_but_doctypes(
    clear: Callable[..., None], user: str | None = None, doctype: str | None = None
) -> None:
    if not (user or doctype):
        kept = remembered_structure()
        forget()
        frappe.local.cache = kept
        frappe.local.new_doc_templates = {}
        for name in frappe.get_hooks("clear_cache"):
            frappe.get_attr(name)()
        caching._SITE_CACHE.clear()
        if hasattr(frappe, "client_cache"):  # of 16: what it kept is read from Redis again
            frappe.client_cache.clear_cache()
        user = frappe.session.user
    clear(user=user, doctype=doctype)


def changed_user(set_user: Callable[[str], None], username: str) -> None:
    """Change the session's user without forgetting what DocTypes look like, which is the same for everybody.

    Frappe empties its memory, and reading forty DocTypes again takes longer than what most tests do as that user.
    """
    kept = remembered_structure()
    set_user(username)
    frappe.local.cache.update(kept)


def remembered_structure() -> dict[bytes, object]:
    """What this process remembers of the shape of DocTypes."""
    names = {frappe.cache.make_key(name) for name in STRUCTURE}
    return {name: value for name, value in frappe.local.cache.items() if name in names}


def forget_user(email: str) -> None:
    """What `frappe.clear_cache` forgets of one user, in one go, and nothing of what it forgets of DocTypes besides."""
    counted = [f"notification_count:{name}" for name in get_notification_config().get("for_doctype") or ()]
    with frappe.cache.pipeline() as orders:
        for name in (*user_cache_keys, *counted):
            key = frappe.cache.make_key(name)
            frappe.local.cache.get(key, {}).pop(email, None)
            orders.hdel(key, email)
        orders.execute()
    frappe.defaults.clear_defaults_cache(email)
    frappe.cache.delete_keys(f"user:{email}")
    frappe.local.role_permissions = {}
    if hasattr(frappe.local, "request_cache"):
        frappe.local.request_cache.clear()


def keep_kinds() -> None:
    """Ask the database once whether a DocType is single or virtual. Frappe 15 asks for each record it makes or reads, and
    forgets the answer whenever it forgets a user; 16 reads the DocType."""
    if not hasattr(meta, "is_single"):
        return
    meta.is_single = cache(meta.is_single)
    caching._SITE_CACHE = _KindsKept(caching._SITE_CACHE.default_factory, caching._SITE_CACHE)


class _KindsKept(defaultdict):
    """Frappe's memory across requests, emptied but for what a DocType is."""

    KEPT = ("is_virtual_doctype", "is_single_doctype")

    def clear(self) -> None:
        # Kept under the name of the function, on 16 under the function itself.
        for key in [key for key in self if not getattr(key, "__name__", key).endswith(self.KEPT)]:
            del self[key]


def _files() -> Iterator[Path]:
    for folder in ("public", "private"):
        yield from (path for path in Path(frappe.get_site_path(folder, "files")).rglob("*") if path.is_file())


def _parts(rows: list) -> Iterator[list]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
