"""Commands of the bench: `bench --site SITE complaint-qms …`."""

from __future__ import annotations

import sys
import time

import click
import frappe
from frappe.commands import get_site, pass_context


@click.group("complaint-qms")
def complaint_qms() -> None:
    """Complaint QMS: demo company, import of complaints."""


@complaint_qms.command("demo")
@click.option("--remove", is_flag=True, help="Take back what the demo made.")
@click.option("--force", is_flag=True, help="Also on a site with complaints of its own.")
@click.option("--password", help="Password of the demo users; made up when not given.")
@pass_context
def demo(context, remove: bool, force: bool, password: str | None) -> None:
    """Fill a site with a made-up company and a year of complaints."""
    from complaint_qms.demo import company

    with _connected(context):
        began = time.monotonic()
        if remove:
            gone = company.remove(force=force)
            if not gone:
                click.echo("There is no demo on this site.")
                return
            click.echo(f"Removed {sum(gone.values())} records in {time.monotonic() - began:.0f} s.")
            return
        password = password or f"{frappe.generate_hash(length=10)}-Demo7"
        made = company.make(password, force=force, tell=lambda text: click.echo(f"  {text}"))
        if not made.made:
            click.echo("The demo is on this site already; nothing was changed.")
            return
        click.echo(f"Demo made in {time.monotonic() - began:.0f} s: {made.counts['complaints']} complaints.")
        click.echo(f"Password of all demo users: {password}")
        for key, user in made.users.items():
            click.echo(f"  {key:<15} {user}")


class _connected:
    """Connection to the site of the command, as Administrator; an expected error ends with its message alone."""

    def __init__(self, context) -> None:
        self.site = get_site(context)

    def __enter__(self) -> None:
        frappe.init(site=self.site)
        frappe.connect()
        frappe.set_user("Administrator")

    def __exit__(self, kind, error, _trace) -> None:
        if error is not None:
            frappe.db.rollback()
        frappe.destroy()
        if isinstance(error, frappe.ValidationError):
            click.secho(frappe.utils.strip_html(str(error)), fg="red", err=True)
            sys.exit(1)


commands = [complaint_qms]
