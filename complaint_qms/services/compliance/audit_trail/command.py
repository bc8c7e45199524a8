"""What `bench --site SITE complaint-qms verify-audit` says."""

from __future__ import annotations

from collections.abc import Callable

import click
import frappe
from frappe import _

from complaint_qms.services.compliance.audit_trail.sealing import Head, seal
from complaint_qms.services.compliance.audit_trail.verifying import verify_trail
from complaint_qms.tabular.terminal_text import printable


def verify_audit(head: str | None, sha256_of: Callable[[str], str | None]) -> bool:
    """Say what is wrong with the trail, a line each, or that nothing is; whether anything is.

    Raises:
        frappe.ValidationError: `head` is none.
    """
    given = read_head(head) if head else None
    frappe.db.rollback()  # what the connection has read by now may be older than the file with the head
    outcome = verify_trail(sha256_of, given)
    for sentence in outcome.sentences:
        click.secho(printable(sentence), fg="red", err=True)
    if outcome.found > len(outcome.sentences):
        click.secho(_("And {0} more.").format(outcome.found - len(outcome.sentences)), fg="red", err=True)
    speed = outcome.entries / outcome.seconds if outcome.seconds else 0
    click.echo(_("{0} entries recomputed in {1} s ({2} a second), {3} records and {4} files compared.").format(outcome.entries, f"{outcome.seconds:.1f}", f"{speed:,.0f}", outcome.records, outcome.files))  # fmt: skip
    if outcome.tail:
        click.echo(_("{0} entries since {1} UTC were not linked into the chain yet.").format(outcome.tail, outcome.tail_since))  # fmt: skip
    if outcome.disposed:
        click.echo(_("{0} complaints were disposed of after their term; their tombstones are in the chain.").format(outcome.disposed))  # fmt: skip
    click.echo(_("Head of the chain: {0}").format(outcome.head))
    if not outcome.found:
        click.secho(_("The audit trail holds."), fg="green")
        seal()
    return bool(outcome.found)


def read_head(head: str) -> Head:
    """A head as it is printed.

    Raises:
        frappe.ValidationError: it is none.
    """
    number, _colon, digest = head.strip().partition(":")
    if not number.isdigit() or len(digest) != 64:
        frappe.throw(_("--head: write number and hash as NUMBER:HASH, as this command prints them."))
    return Head(int(number), digest)
