"""What `bench --site SITE complaint-qms verify-audit` says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
import frappe
from frappe import _

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.integrations import time_stamp
from complaint_qms.services.compliance.audit_trail.sealing import Head, seal
from complaint_qms.services.compliance.audit_trail.verifying import verify_trail
from complaint_qms.tabular.terminal_text import printable


def verify_audit(
    head: str | None, sha256_of: Callable[[str], str | None], certificates: bytes | None = None
) -> bool:
    """Say what is wrong with the trail, a line each, or that nothing is; whether anything is.

    Args:
        certificates: roots in PEM that time stamps have to lead to; those of the settings without them.

    Raises:
        frappe.ValidationError: `head` is none, or the certificates are none.
    """
    given = read_head(head) if head else None
    roots = _roots(certificates)
    frappe.db.rollback()  # what the connection has read by now may be older than the file with the head
    outcome = verify_trail(sha256_of, given, roots)
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
    if outcome.stamps:
        click.echo(_("{0} time stamps are in the chain, the last of {1} UTC.").format(outcome.stamps, outcome.stamped_at or "?"))  # fmt: skip
        if not roots:
            click.echo(_("Who signed them was not checked: give --time-stamp-ca, or enter certificates in the settings."))  # fmt: skip
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


def _roots(certificates: bytes | None) -> list[Any]:
    if certificates is None:
        certificates = (frappe.get_cached_doc(SETTINGS).time_stamp_ca or "").encode()
    try:
        return time_stamp.read_certificates(certificates.decode("utf-8", "replace"))
    except ValueError:
        frappe.throw(_("--time-stamp-ca: this is no list of certificates in PEM."))
