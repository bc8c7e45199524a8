"""The tests' own reading of the database's answers gives what PyMySQL's gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import Mock

import frappe
import pymysql
import pytest
from pymysql.connections import MySQLResult
from pymysql.cursors import SSCursor

from tests import quick_driver

pytestmark = pytest.mark.skipif(
    frappe.__version__.startswith("16."),
    reason="Frappe 16 reads answers by mysqlclient, which the tests leave as it is",
)
ANSWERS = [
    "select 1 where false",
    "select null, '', 'x', 1, -1, 1.50, 1e10, true, current_date, current_time, cast('2024-02-29 12:34:56.789' as datetime(6))",
    "select cast('12:34:56.5' as time(6)), cast('-101:02:03' as time), cast(1.005 as decimal(21, 9)), cast(255 as unsigned)",
    "select '顾客 ☃ 𝄞', _latin1 0xE9, 0xFF00FF, cast('a' as binary(3)), b'101', json_object('a', 1)",
    "select repeat('x', 250), repeat('y', 251), repeat('z', 252), repeat('ü', 300), repeat('w', 65535), repeat('v', 70000)",
    "select repeat('x', 16777216 - 5), 'behind'",
    "select 1 as a, 2 as a, 3 as `ä`",
    "select '0000-00-00', cast('2024-01-01' as date), cast('1900-01-01 00:00:00' as datetime)",
    "select seq, if(seq % 3, seq, null), repeat('a', seq) from seq_1_to_600",
]


@contextmanager
def connected(**settings: object) -> Iterator[pymysql.Connection]:
    connection = pymysql.connect(**_settings() | settings)
    try:
        yield connection
    finally:
        if connection.open:
            connection.close()


def _settings() -> dict:
    settings = frappe.db.get_connection_settings()
    return {key: value for key, value in settings.items() if key != "multi_statements"}


@pytest.fixture
def plainly(monkeypatch):
    """Function: run within PyMySQL's own reading."""

    def plain(function, *arguments):
        with monkeypatch.context() as patch:
            patch.setattr(MySQLResult, "_get_descriptions", quick_driver.plain_descriptions)
            patch.setattr(MySQLResult, "_read_rowdata_packet", quick_driver.plain_rows)
            return function(*arguments)

    return plain


def answer(connection: pymysql.Connection, query: str) -> tuple:
    with connection.cursor() as cursor:
        count = cursor.execute(query)
        columns = [(field.org_table, field.table_name, field.flags) for field in cursor._result.fields]
        rows = cursor.fetchall()
        return count, cursor.description, columns, rows, [[type(value) for value in row] for row in rows]


@pytest.mark.parametrize("query", ANSWERS, ids=range(len(ANSWERS)))
@pytest.mark.parametrize(
    "settings", [{}, {"use_unicode": False}, {"conv": {}}], ids=["frappe", "bytes", "raw"]
)
def test_an_answer_is_read_the_same(query, settings, plainly):
    with connected(**settings) as connection:
        connection.query("set session max_statement_time = 60")
        told = plainly(answer, connection, query)
        for _again in range(2):  # columns unknown, then known
            assert answer(connection, query) == told


def test_every_table_is_read_the_same(plainly):
    with connected() as connection:
        for table in frappe.db.get_tables(cached=False):
            query = f"select * from `{table}` limit 5"
            assert answer(connection, query) == plainly(answer, connection, query)


def test_an_error_amid_the_rows_is_the_same_error_and_the_connection_lives(plainly):
    late = "select if(seq < 3000, seq, (select 1 union select 2)) from seq_1_to_4000"

    def refused(connection):
        with pytest.raises(pymysql.OperationalError) as found:
            answer(connection, late)
        return found.value.args

    with connected() as connection:
        assert refused(connection) == plainly(refused, connection)
        assert answer(connection, "select 1")[3] == ((1,),)


def test_rows_read_one_by_one_are_the_same(plainly):
    def slowly(connection):
        with connection.cursor(SSCursor) as cursor:
            cursor.execute(ANSWERS[-1])
            return cursor.description, list(cursor)

    with connected() as connection:
        assert slowly(connection) == plainly(slowly, connection)


def test_a_connection_that_is_cut_is_told_as_lost():
    with connected() as connection, connected() as other:
        with other.cursor() as cursor:
            cursor.execute(f"kill {connection.thread_id()}")
        with pytest.raises(pymysql.OperationalError):
            answer(connection, "select 1")


@pytest.mark.parametrize("reading", [lambda _size: b"", OSError("reset by peer"), ValueError("closed")])
def test_an_answer_that_breaks_off_is_told_and_the_connection_is_closed(reading):
    with connected() as connection:
        connection._rfile = Mock(read=Mock(side_effect=reading))
        with pytest.raises(ValueError if isinstance(reading, ValueError) else pymysql.OperationalError):
            quick_driver._packet(connection)
        assert not connection.open
