"""Runs inside a bench's Python, in its `sites` folder: finds the socket file of the database server of this machine.

python database.py SITE     prints its path when the site's user, and root with one of the passwords in $QMS_ROOT_PASSWORDS, are
                            let in there as well; nothing otherwise
"""

from __future__ import annotations

import json
import os
import sys

import frappe
import pymysql


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


def let_in(path: str, user: str, password: str) -> bool:
    try:
        pymysql.connect(unix_socket=path, user=user, password=password).close()
    except (pymysql.MySQLError, OSError):
        return False
    return True


if __name__ == "__main__":
    sys.stdout.write(f"\n{socket_of(sys.argv[1], json.loads(os.environ['QMS_ROOT_PASSWORDS']))}\n")
