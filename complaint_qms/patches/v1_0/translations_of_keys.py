"""Names of choices are translated within a context of the app: what a site wrote for a bare key goes on counting there."""

import frappe

from complaint_qms.constants.labels import CONTEXT, WORDS


def execute() -> None:
    rows = frappe.get_all(
        "Translation",
        filters={"source_text": ("in", sorted({*WORDS, *WORDS.values()}))},
        fields=["language", "source_text", "translated_text", "context"],
        order_by="creation asc, name asc",
    )
    known = {(row.language, row.source_text) for row in rows if row.context == CONTEXT}
    for row in rows:
        # A database compares without regard to capitals; a key is one as it is written.
        if row.context or row.source_text not in WORDS:
            continue
        place = row.language, WORDS[row.source_text]
        if place not in known:
            known.add(place)
            copy = {"language": place[0], "source_text": place[1], "translated_text": row.translated_text}
            frappe.get_doc({"doctype": "Translation", "context": CONTEXT, **copy}).insert(
                ignore_permissions=True
            )
