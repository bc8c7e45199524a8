"""Electronic signatures: what binds one to its record (G9) and who may give one (G10).

A signature is a mapping: user, full_name, signed_at, meaning, doctype, name, content_hash, seal; all text, the time in
ISO 8601 with its offset. ``content_hash`` binds it to what was signed, so that a later edit shows; ``seal`` binds its own
parts to each other, so that it cannot be moved to another record, person, time or meaning (21 CFR 11.50, 11.70).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from complaint_qms.engine.audit_chain import fingerprint
from complaint_qms.engine.message import Message
from complaint_qms.engine.sop.gates import Missing, blank

MANIFEST = ("user", "full_name", "signed_at", "meaning", "doctype", "name", "content_hash")
"""What a signature shows and what its seal covers."""


def content_hash(doctype: str, name: str, content: Mapping[str, Any]) -> str:
    """SHA-256 in lower-case hexadecimal of what is signed: the record's identity and the fields that count.

    Raises:
        ChainError: ``content`` has no canonical form (see ``engine.audit_chain.canonical``).
    """
    return fingerprint({"doctype": doctype, "name": name, "content": content})


def seal(signature: Mapping[str, Any]) -> str:
    """SHA-256 in lower-case hexadecimal over the parts of a signature."""
    return fingerprint({part: signature.get(part) for part in MANIFEST})


def signed(
    content: Mapping[str, Any],
    *,
    user: str,
    full_name: str,
    signed_at: str,
    meaning: str,
    doctype: str,
    name: str,
) -> dict[str, str]:
    """A signature of ``user`` under ``content`` of one record."""
    parts = {
        "user": user,
        "full_name": full_name,
        "signed_at": signed_at,
        "meaning": meaning,
        "doctype": doctype,
        "name": name,
        "content_hash": content_hash(doctype, name, content),
    }
    return parts | {"seal": seal(parts)}


def signatures_missing(facts: Mapping[str, Any]) -> list[Missing]:
    """Signatures that a step needs and that are not there, or do not hold any more (G9).

    Facts: doctype, name, content: the record as it is now; needed: meanings that have to be signed; signatures: those
    given, in order. One that holds is enough for its meaning, older ones of the same meaning stay as history.
    """
    found: list[Missing] = []
    given = list(facts.get("signatures") or [])
    for meaning in facts.get("needed") or []:
        own = [row for row in given if row.get("meaning") == meaning]
        if not own:
            found.append(
                Missing(
                    "G9", "signatures", Message("The signature “{meaning}” is missing.", {"meaning": meaning})
                )
            )
            continue
        faults = [flaws(row, facts["doctype"], facts["name"], facts["content"]) for row in own]
        if all(faults):
            found += faults[-1]
    return found


def flaws(signature: Mapping[str, Any], doctype: str, name: str, content: Mapping[str, Any]) -> list[Missing]:
    """Why a signature does not hold for a record as it is now; empty where it does.

    ``hash_after_erasure`` of a signature is that of the content without who somebody was, as the site left it.
    """
    values = {
        "who": signature.get("full_name") or signature.get("user") or "?",
        "meaning": signature.get("meaning"),
    }
    found: list[Missing] = []
    if any(blank(signature.get(part)) for part in MANIFEST):
        message = "The signature “{meaning}” does not show its name, time and meaning: sign again."
        found.append(Missing("G9", "signatures", Message(message, values)))
    if (signature.get("doctype"), signature.get("name")) != (doctype, name):
        message = "The signature “{meaning}” of {who} was given under another record."
        found.append(Missing("G9", "signatures", Message(message, values)))
    elif content_hash(doctype, name, content) not in (
        signature.get("content_hash"),
        signature.get("hash_after_erasure"),
    ):
        message = "{who} signed “{meaning}” before the record was changed: sign again."
        found.append(Missing("G9", "signatures", Message(message, values)))
    if signature.get("seal") != seal(signature):
        message = "The signature “{meaning}” of {who} was altered after it was given."
        found.append(Missing("G9", "signatures", Message(message, values)))
    return found


def signing_missing(facts: Mapping[str, Any]) -> list[Missing]:
    """What a person lacks to sign now (G10).

    Facts: user, full_name, enabled, roles; meaning: what is to be signed; rights: {meaning: roles that may};
    password_given: whether the right password came with this very request; user_id_given: whether the user id did;
    first_in_session: whether nothing was signed in this session yet (21 CFR 11.200: then both are asked for);
    signed_in_as: the person who signed in, where somebody else acts in the user's name.
    """
    found: list[Missing] = []
    meaning = facts.get("meaning")
    if blank(facts.get("full_name")):
        found.append(
            Missing("G10", "", Message("Your account has no full name, which a signature has to show."))
        )
    if not facts.get("enabled"):
        found.append(Missing("G10", "", Message("A disabled account does not sign.")))
    if facts.get("signed_in_as", facts.get("user")) != facts.get("user"):
        found.append(
            Missing("G10", "", Message("Nobody signs in the name of somebody else: sign in yourself."))
        )
    found += _right(meaning, facts.get("rights") or {}, facts.get("roles") or ())
    if not facts.get("password_given"):
        found.append(Missing("G10", "password", Message("Enter your password to sign.")))
    if facts.get("first_in_session") and not facts.get("user_id_given"):
        found.append(
            Missing("G10", "user_id", Message("Enter your user id for the first signature of this session."))
        )
    return found


def _right(meaning: Any, rights: Mapping[str, Iterable[str]], roles: Iterable[str]) -> list[Missing]:
    if blank(meaning) or meaning not in rights:
        return [Missing("G10", "meaning", Message("Choose what your signature means."))]
    allowed = sorted(rights[meaning])
    if set(allowed) & set(roles):
        return []
    if not allowed:
        message = "No role may sign “{meaning}” yet: somebody has to be given the right."
        return [Missing("G10", "meaning", Message(message, {"meaning": meaning}))]
    message = "To sign “{meaning}” you need one of these roles: {roles}."
    return [Missing("G10", "meaning", Message(message, {"meaning": meaning, "roles": ", ".join(allowed)}))]
