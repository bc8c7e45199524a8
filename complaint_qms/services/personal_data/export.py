"""A copy of what is known of a person: an archive with pages that anybody reads, the same as data, and the files they sent."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, format_datetime, now_datetime

from complaint_qms.constants.evidence import SHA256, TALK
from complaint_qms.constants.personal_data import FIELDS
from complaint_qms.engine.pseudonym import Person
from complaint_qms.services.correspondence.plain_text import plain_lines
from complaint_qms.services.evidence import disk
from complaint_qms.services.personal_data.find import PersonFound
from complaint_qms.services.record.labels import word

_MOST_BYTES: Final = 512 << 20
"""Of files in one archive; the rest is named."""
_OF_COMPLAINT: Final = (
    "name", "received_at", "channel", "subject", "complaint_type", "item_name", "serial_no", "batch_no", "incident_date", "harm_level",
    "expectation", "stage", "closing_decision", "closed_at",
)  # fmt: skip
_STYLE: Final = "body{font-family:sans-serif;max-width:56em;margin:2em auto;line-height:1.4}h2{margin-top:2em}dt{font-weight:bold}dd{margin:0 0 .6em 0;white-space:pre-wrap}"  # fmt: skip

Told = dict[str, Any]
"""{about, title, values: [(label, text)]}"""


def attach_export(doc: Document, person: Person, found: PersonFound) -> None:
    """Put the archive beside the request, as a private file."""
    told = [*_complaints(found), *_others(person, found)]
    content = _archive(doc, told, list(_files(found)))
    name = f"{doc.name}.zip"
    file = frappe.get_doc(
        {"doctype": "File", "file_name": name, "content": content, "is_private": 1, "attached_to_doctype": doc.doctype, "attached_to_name": doc.name}
    )  # fmt: skip
    file.flags.was_looked_at = True
    file.insert(ignore_permissions=True)


def _complaints(found: PersonFound) -> Iterator[Told]:
    """All of the person's own complaints: what they said, what is known of it, and what was answered."""
    for name in sorted(found.own):
        doc = frappe.get_doc("Complaint", name)
        fields = [
            *_OF_COMPLAINT,
            *(one for one in FIELDS["Complaint"] if one not in ("proposals", "learned_proposals")),
        ]
        values = [(_label(doc, one), _said(doc, one)) for one in fields if doc.get(one)]
        yield {"about": ["Complaint", name], "title": f"{_('Complaint')} {name}", "values": values}
        about = {"reference_doctype": "Complaint", "reference_name": name}
        for row in frappe.get_all(
            "Communication", about, ["name", "sender", "recipients", "subject", "content", "communication_date"], order_by="creation asc, name asc"
        ):  # fmt: skip
            yield {
                "about": ["Communication", row.name],
                "title": f"{_('Message')} {format_datetime(row.communication_date)}",
                "values": [(_("From"), row.sender or ""), (_("To"), row.recipients or ""), (_("Subject"), row.subject or ""), (_("Text"), plain_lines(row.content))],
            }  # fmt: skip


def _others(person: Person, found: PersonFound) -> Iterator[Told]:
    """Elsewhere only what speaks of the person: the rest of such a record is about somebody else."""
    for doctype, rows in sorted(found.rows.items()):
        if doctype in ("Complaint", "Version", "Communication", "File"):
            continue
        meta = frappe.get_meta(doctype)
        for name, row in sorted(rows.items()):
            values = [
                (_(meta.get_label(column), context=doctype), plain_lines(value))
                for column, value in row.items()
                if isinstance(value, str) and meta.has_field(column) and (value in person.keys or person.is_named_in(value))
            ]  # fmt: skip
            if values:
                yield {"about": [doctype, name], "title": f"{_(doctype)} {name}", "values": values}


def _files(found: PersonFound) -> Iterator[Any]:
    """What hangs on the person's complaints and on the messages about them."""
    if not found.own:
        return
    own = sorted(found.own)
    fields = ["name", "file_name", "file_url", SHA256]
    attached = {"attached_to_doctype": "Complaint", "attached_to_name": ("in", own), "is_folder": 0}
    yield from frappe.get_all("File", attached, fields, order_by="creation asc, name asc")
    for kind in TALK:
        talk = frappe.get_all(kind, {"reference_doctype": "Complaint", "reference_name": ("in", own)}, pluck="name", order_by="name asc")  # fmt: skip
        if talk:
            held = {"attached_to_doctype": kind, "attached_to_name": ("in", talk), "is_folder": 0}
            yield from frappe.get_all("File", held, fields, order_by="creation asc, name asc")


def _archive(doc: Document, told: list[Told], files: list[Any]) -> bytes:
    stream, left, listed = BytesIO(), _MOST_BYTES, []
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        seen = set()
        for number, file in enumerate(files, start=1):
            plain = disk.local(file.file_url)
            if file.file_url in seen:
                continue
            seen.add(file.file_url)
            path = disk.path_of(plain) if plain else None
            size = path.stat().st_size if path and path.is_file() else None
            entry = f"files/{number:04} {file.file_name or 'file'}".replace("/", "_").replace(
                "files_", "files/", 1
            )
            is_in = size is not None and size <= left
            if is_in:
                archive.write(path, entry)
                left -= size
            listed.append(
                {"file_name": file.file_name, "sha256": file[SHA256], "entry": entry if is_in else None}
            )
        data = {"request": doc.name, "made_at": str(now_datetime()), "records": [{**one, "values": dict(one["values"])} for one in told], "files": listed}  # fmt: skip
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1))
        archive.writestr("index.html", _page(doc, told, listed))
    return stream.getvalue()


def _page(doc: Document, told: list[Told], files: list[dict[str, Any]]) -> str:
    title = _("What is known of {0}").format(
        doc.person_name or doc.email or doc.phone or doc.contact or doc.customer or doc.user
    )
    parts = [
        f"<h1>{escape_html(title)}</h1>",
        f"<p>{escape_html(doc.name)} · {escape_html(format_datetime(now_datetime()))}</p>",
    ]
    for one in told:
        rows = "".join(
            f"<dt>{escape_html(label)}</dt><dd>{escape_html(text)}</dd>" for label, text in one["values"]
        )
        parts.append(f"<h2>{escape_html(one['title'])}</h2><dl>{rows}</dl>")
    if files:
        lacking = _("not in this archive")
        items = "".join(
            f'<li><a href="{escape_html(file["entry"])}">{escape_html(file["file_name"] or "")}</a></li>'
            if file["entry"]
            else f"<li>{escape_html(file['file_name'] or '')} ({escape_html(lacking)})</li>"
            for file in files
        )
        parts.append(f"<h2>{escape_html(_('Files'))}</h2><ul>{items}</ul>")
    head = f'<meta charset="utf-8"><title>{escape_html(title)}</title><style>{_STYLE}</style>'
    return f"<!doctype html><html><head>{head}</head><body>{''.join(parts)}</body></html>"


def _label(doc: Document, name: str) -> str:
    return _("Number") if name == "name" else _(doc.meta.get_label(name), context=doc.doctype)


def _said(doc: Document, name: str) -> str:
    value = doc.get(name)
    field = doc.meta.get_field(name)
    if field and field.fieldtype == "Select":
        return word(value, doc.doctype)
    return plain_lines(value) if isinstance(value, str) else str(value)
