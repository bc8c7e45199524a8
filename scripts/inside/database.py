"""Runs inside a bench's Python, in its `sites` folder: finds the database server of this machine, and makes room in it.

    python database.py SITE             prints the path of its socket file when the site's user, and root with one of the passwords in
                                        $QMS_ROOT_PASSWORDS, are let in there as well; nothing otherwise
    python database.py SOCKET {…}       sets those of `ROOM` that are less than in the object, or all in it with a third word, and prints
                                        what they were

A server keeps so many tables open as is usual for one site; with several it opens and shuts them all the time. And it waits for the disk
at each commit, so that nothing is lost when the machine loses its power, which no test needs.
"""

from __future__ import annotations

import json
import os
import sys

import frappe
import pymysql

ROOM = ("table_open_cache", "table_definition_cache", "innodb_flush_log_at_trx_commit")


def socket_of(site: str, root_passwords: list[str]) -> str:
    """Path of the socket; empty when there is none, or it leads to another server."""
    frappe.init(site=site)
    frappe.connect()
    try:
        path = frappe.db.sql("select @@socket")[0][0]
        # The password of a site's user is random: whoever knows it is this server.
        own = let_in(path, frappe.conf.db_user or frappe.conf.db_name, frappe.conf.db_password)
        return path if own and any(let_in(path, "root", password) for password in root_passwords) else ""
    finally:
        frappe.destroy()


def make_room(path: str, root_passwords: list[str], wanted: dict[str, int], exactly: bool) -> dict[str, int]:
    """What was set anew, with the numbers from before; nothing where root is not let in."""
    password = next((one for one in root_passwords if let_in(path, "root", one)), None)
    if password is None:
        return {}
    before = {}
    connection = pymysql.connect(unix_socket=path, user="root", password=password)
    with connection, connection.cursor() as cursor:
        for name in ROOM:
            cursor.execute(f"select @@global.{name}")
            [now] = cursor.fetchone()
            if name in wanted and (exactly or now < wanted[name]):
                cursor.execute(f"set global {name} = %s", [int(wanted[name])])
                before[name] = now
    return before


def let_in(path: str, user: str, password: str) -> bool:
    try:
        pymysql.connect(unix_socket=path, user=user, password=password).close()
    except (pymysql.MySQLError, OSError):
        return False
    return True


def main(place: str, *told: str) -> str:
    passwords = json.loads(os.environ["QMS_ROOT_PASSWORDS"])
    if not told:
        return socket_of(place, passwords)
    return json.dumps(make_room(place, passwords, json.loads(told[0]), exactly=len(told) > 1))


if __name__ == "__main__":
    sys.stdout.write(f"\n{main(*sys.argv[1:])}\n")
