"""Commands of the bench: `bench --site SITE complaint-qms …`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import frappe
from frappe.commands import get_site, pass_context

from complaint_qms.tabular.terminal_text import printable


@click.group("complaint-qms")
def complaint_qms() -> None:
    """Complaint QMS: audit trail and installation checked, complaints imported, a demo company."""


@complaint_qms.command("demo")
@click.option("--remove", is_flag=True, help="Take back what the demo made.")
@click.option("--force", is_flag=True, help="Also on a site with work of its own.")
@click.option("--password", help="Password of the demo users; made up when not given.")
@pass_context
def demo(context, remove: bool, force: bool, password: str | None) -> None:
    """Fill a site with a made-up company and a year of complaints."""
    from complaint_qms.demo import company, portal
    from complaint_qms.services.onboarding.own_work import OwnWork
    from complaint_qms.services.record.error_text import said

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
        try:
            made = company.make(password, force=force, tell=lambda text: click.echo(f"  {text}"))
        except OwnWork as refusal:
            raise OwnWork(f"{said(refusal)} Add --force to mix demo data into it.") from refusal
        if not made.made:
            click.echo("The demo is on this site already; nothing was changed.")
            if login := portal.login():
                click.echo(f"Customer portal: /complaints, user {login}")
            return
        click.echo(f"Demo made in {time.monotonic() - began:.0f} s: {made.counts['complaints']} complaints.")
        click.echo(f"Password of all demo users: {password}")
        for key, user in made.users.items():
            click.echo(f"  {key:<15} {user}")
        click.echo(f"Customer portal: /complaints, user {made.users['customer']}")


@complaint_qms.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="YAML that says which column is what.",
)
@click.option("--dry-run", is_flag=True, help="Read and check everything, write nothing.")
@click.option("--company", help="Company of rows that name none; the site's default when not given.")
@click.option(
    "--type",
    "complaint_type",
    help="Complaint type of rows that name none of the site's; proposed from the text when not given.",
)
@click.option(
    "--date-order",
    type=click.Choice(["dmy", "mdy"]),
    help="Whether the day or the month stands first, where nothing in the file tells.",
)
@click.option("--live", is_flag=True, help="These complaints are new: let the clock of the procedure run.")
@click.option("--batch-size", type=click.IntRange(1, 20000), default=1000, show_default=True)
@click.option(
    "--errors",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the bad rows are written; FILE.errors.csv when not given.",
)
@pass_context
def import_file(
    context, file: Path, mapping: Path | None, dry_run: bool, company: str | None, complaint_type: str | None,
    date_order: str | None, live: bool, batch_size: int, errors: Path | None,
) -> None:  # fmt: skip
    """Load a file of complaints (CSV, TSV, XLSX, JSON lines). Started again after a stop, it goes on."""
    file, mapping = file.resolve(), mapping and mapping.resolve()
    errors = (errors or Path(f"{file.name}.errors.csv")).resolve()
    with _connected(context):
        from complaint_qms.services.importing import command

        command.import_complaints(
            file, mapping, dry_run, company, complaint_type, live, batch_size, errors, date_order
        )


@complaint_qms.command("verify-audit")
@click.option(
    "--head", metavar="NUMBER:HASH", help="A head of the chain that was kept elsewhere, such as in a mail."
)
@click.option(
    "--time-stamp-ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Root certificates (PEM) that time stamps have to lead to; those in the settings without it.",
)
@pass_context
def verify_audit(context, head: str | None, time_stamp_ca: Path | None) -> None:
    """Recompute the audit trail and compare it with records and files; exit code 1 where anything is wrong."""
    with _connected(context):
        from complaint_qms.services.compliance.audit_trail import command
        from complaint_qms.services.evidence import disk

        wrong = command.verify_audit(
            head, disk.sha256_of, time_stamp_ca.read_bytes() if time_stamp_ca else None
        )
    if wrong:
        sys.exit(1)


@complaint_qms.command("audit-head")
@pass_context
def audit_head(context) -> None:
    """Print the head of the audit trail, to be kept elsewhere and given to verify-audit --head."""
    with _connected(context):
        from complaint_qms.services.compliance.audit_trail import sealing

        sealing.seal()
        click.echo(sealing.last_link())


@complaint_qms.command("stamp-audit")
@pass_context
def stamp_audit(context) -> None:
    """Have the head of the audit trail stamped now by the time stamp authority of the settings, and say what came of it."""
    with _connected(context):
        from complaint_qms.services.compliance.audit_trail import time_stamps

        click.echo(time_stamps.stamp_head())


@complaint_qms.command("note-restore")
@click.option("--reason", required=True, help="Why a backup was restored.")
@click.option(
    "--head",
    metavar="NUMBER:HASH",
    help="The last head of the chain that was kept elsewhere, such as in a mail.",
)
@pass_context
def note_restore(context, reason: str, head: str | None) -> None:
    """Say in the audit trail that an earlier backup was restored on purpose; the chain goes on from there."""
    with _connected(context):
        from complaint_qms.services.compliance.audit_trail import command, restoring

        said = restoring.note_restore(reason, command.read_head(head) if head else None)
        click.echo(
            f"The chain goes on after entry {said['ends']}; up to entry {said['lost']} it was lost. Written down."
        )


@complaint_qms.command("check-installation")
@click.option(
    "--tested",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="tested.json of a validation pack: what the files are compared with.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the protocol is written, as HTML.",
)
@pass_context
def check_installation(context, tested: Path | None, output: Path | None) -> None:
    """Compare what is installed with what was tested and shipped; exit code 1 where anything is wrong."""
    tested, output = tested and tested.resolve(), output and output.resolve()
    with _connected(context):
        from complaint_qms.services.installation import protocol, tested_files
        from complaint_qms.services.installation.finding import WRONG
        from complaint_qms.setup.workflows import own_workflows

        said = tested_files.read_tested(tested) if tested else None
        findings, states = protocol.check_installation(said, own_workflows()), protocol.states()
        for one in findings:
            colour = "red" if one.state == WRONG else None
            click.secho(printable(f"{states[one.state]}: {one.part}: {one.sentence}"), fg=colour)
        if output:
            protocol.write_page(output, findings)
    if any(one.state == WRONG for one in findings):
        sys.exit(1)


@complaint_qms.command("rotate-data-key")
@click.option("--dry-run", is_flag=True, help="Only say how many values are under which key.")
@click.option(
    "--drop-unused",
    is_flag=True,
    help="Take keys out of site_config.json that no value needs. Backups made before need them.",
)
@pass_context
def rotate_data_key(context, dry_run: bool, drop_unused: bool) -> None:
    """Make a new key for encrypted fields and encrypt with it what is there; broken off, the next call goes on."""
    with _connected(context):
        from complaint_qms.services.compliance import encrypted_fields

        if drop_unused:
            gone = encrypted_fields.drop_unused()
            click.echo(f"Dropped: {', '.join(gone) or 'none'}")
        elif not dry_run:
            key = encrypted_fields.begin_rotation()
            written = encrypted_fields.bring_in_line(lambda _percent: None)
            click.echo(
                f"Key {key} is the newest; {written} values were encrypted with it. Keep a copy of site_config.json."
            )
        for (where, key), count in sorted(encrypted_fields.use_of_keys().items()):
            click.echo(f"{where}: {count} under {key or 'no key'}")


@contextmanager
def _connected(context) -> Iterator[None]:
    """Connection to the site of the command, as Administrator; an expected error ends with its message alone."""
    frappe.init(site=get_site(context))
    try:
        frappe.connect()
        frappe.set_user("Administrator")
        try:
            yield
        except BaseException:
            frappe.db.rollback()
            raise
    except frappe.ValidationError as error:
        from complaint_qms.services.record.error_text import said

        click.secho(printable(said(error)), fg="red", err=True)
        sys.exit(1)
    finally:
        frappe.destroy()


commands = [complaint_qms]
