"""Ways to tamper with a site past the app, by SQL and in its files, each at random: what a verification of the audit trail has to find.

A way returns what it did, in words for whoever reads that it was not found. SQL is undone by the caller's mark of the transaction; bytes are by
`undo_bytes`. Whoever tampers knows how hashes are made, and not the key of the site.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import frappe
from frappe.query_builder import Order

from complaint_qms.constants.audit import CHANGE, ENTRY, MOVE, RECORDED
from complaint_qms.engine.audit_chain import GENESIS, digest_of_text
from complaint_qms.engine.audit_entry import Apart
from complaint_qms.services.compliance.audit_trail import sealing
from complaint_qms.services.compliance.audit_trail.values import shape_of
from tests.desk.evidence_held import path_of

Way = Callable[[random.Random], str]
COLUMNS = (
    "happened_by", "kind", "detail", "document_name", "document_type", "address", "way", "hash", "mark", "previous_hash", "transaction_id",
    "acting_as", "owner", "apart", "happened_at", "creation", "modified", "idx", "docstatus",
)  # fmt: skip
NUMBERS = ("Int", "Long Int", "Float", "Currency", "Percent", "Duration")
MOMENTS = {"Date": "2001-02-03", "Datetime": "2001-02-03 04:05:06", "Time": "04:05:06"}
_undone: list[tuple[Path, bytes | None]] = []


def undo_bytes() -> None:
    """Put back all files that were tampered with."""
    while _undone:
        path, held = _undone.pop()
        if held is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(held)


def alter_entry(dice: random.Random) -> str:
    name, column = _linked(dice), dice.choice(COLUMNS)
    numbers = {"idx": 3, "docstatus": 1}
    moment = "2001-02-03" if column in ("happened_at", "creation", "modified") else None
    _set(ENTRY, name, column, numbers.get(column) or moment or f"x{dice.random()}")
    return f"{column} of {name}"


def alter_entry_and_its_hash(dice: random.Random) -> str:
    """All later links are made anew, and the file with the head: the chain holds by itself."""
    row = _row(ENTRY, _late(dice))
    _set(ENTRY, row.name, "happened_by", "somebody@else.example")
    _link_anew(row.sequence)
    return row.name


def remove_entry(dice: random.Random) -> str:
    name = _linked(dice)
    _delete(ENTRY, name)
    return name


def remove_entry_and_link_anew(dice: random.Random) -> str:
    row = _row(ENTRY, _late(dice))
    _delete(ENTRY, row.name)
    _link_anew(row.sequence)
    return row.name


def cut_the_end(dice: random.Random) -> str:
    return _cut(dice)


def cut_the_end_and_its_head(dice: random.Random) -> str:
    """The file with the head is written to fit what is left, or is taken away."""
    cut = _cut(dice)
    if dice.random() < 0.5:
        _keep(sealing.head_path(), None)
    else:
        _write_head(sealing.last_link())
    return cut


def insert_entry(dice: random.Random) -> str:
    row = _row(ENTRY, _linked(dice))
    row.name = frappe.generate_hash(length=22)
    row.sequence = dice.choice((0, row.sequence, row.sequence + 1, sealing.last_link().sequence + 1))
    _insert(ENTRY, row)
    return row.name


def forge_entry(dice: random.Random) -> str:
    """One more at the end, with hashes as they have to be."""
    head, row = sealing.last_link(), _row(ENTRY, _linked(dice))
    row.name, row.sequence, row.previous_hash = f"{row.name[:14]}{dice.randrange(16**8):08x}", head.sequence + 1, head.hash  # fmt: skip
    _insert(ENTRY, row)
    _link_anew(row.sequence)
    return row.name


def swap_entries(dice: random.Random) -> str:
    one, other = dice.sample(frappe.get_all(ENTRY, {"sequence": (">", 0)}, ["name", "sequence"], order_by="name asc"), 2)  # fmt: skip
    for name, sequence in ((one.name, other.sequence), (other.name, one.sequence)):
        _set(ENTRY, name, "sequence", sequence)
    return f"{one.name}, {other.name}"


def alter_record(dice: random.Random) -> str:
    """One field of one record, whichever the trail keeps."""
    return _alter(dice, *_record(dice))


def alter_table_row(dice: random.Random) -> str:
    return _alter(dice, *_table_row(dice))


def delete_record(dice: random.Random) -> str:
    doctype, name = _record(dice, single=False)
    _delete(doctype, name)
    return f"{doctype} {name}"


def delete_table_row(dice: random.Random) -> str:
    doctype, name = _table_row(dice)
    _delete(doctype, name)
    return f"{doctype} {name}"


def empty_table(dice: random.Random) -> str:
    """All records of a kind."""
    doctype, _name = _record(dice, single=False)
    frappe.db.sql(f"delete from `tab{doctype}`")
    return doctype


def insert_record(dice: random.Random) -> str:
    return _insert_copy(*_record(dice, single=False))


def insert_table_row(dice: random.Random) -> str:
    return _insert_copy(*_table_row(dice))


def swap_records(dice: random.Random) -> str:
    """Two records of a kind have each other's name."""
    doctype = dice.choice([kind for kind in _kinds() if frappe.db.count(kind) > 1])
    one, other = dice.sample(frappe.get_all(doctype, pluck="name", order_by="name asc"), 2)
    for old, new in ((one, "~between"), (other, one), ("~between", other)):
        _set(doctype, old, "name", new)
    return f"{doctype} {one}, {other}"


def restore_old_row(dice: random.Random) -> str:
    """A record has again what its last change told that it had before."""
    name, detail, entry = _last_change(dice)
    for field, (old, _new) in detail["fields"].items():
        _set(entry.document_type, name, field, entry.shown(old))
    return f"{entry.document_type} {name}: {', '.join(detail['fields'])}"


def alter_record_and_entry(dice: random.Random) -> str:
    """A record, and the entry that told of it, with hashes as they have to be from there on and in the file."""
    name, detail, entry = _last_change(dice)
    field = dice.choice([field for field, values in detail["fields"].items() if not isinstance(values[1], dict)] or [""])  # fmt: skip
    if not field:
        return restore_old_row(dice)
    old = detail["fields"][field][0]
    detail["fields"][field][1] = None if isinstance(old, dict) else old
    _set(entry.document_type, name, field, detail["fields"][field][1])
    told = json.dumps(detail, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    _set(ENTRY, entry.name, "detail", told)
    if dice.random() < 0.5:
        _link_anew(entry.sequence)
    return f"{entry.document_type} {name}: {field}"


def restore_row_and_remove_entry(dice: random.Random) -> str:
    """What happened last to a record has not happened: its row as before, its entry gone, the chain linked anew."""
    name, detail, entry = _last_change(dice)
    for field, (old, _new) in detail["fields"].items():
        _set(entry.document_type, name, field, entry.shown(old))
    _delete(ENTRY, entry.name)
    _link_anew(entry.sequence)
    return f"{entry.document_type} {name}"


def remove_record_and_entries(dice: random.Random) -> str:
    """Nothing tells of a record any more, and the chain is linked anew."""
    doctype, name = _record(dice, single=False)
    told = {"document_type": doctype, "document_name": name}
    first = frappe.get_all(ENTRY, told, pluck="sequence", order_by="sequence asc", limit=1)[0]
    frappe.db.sql(
        f"delete from `tab{ENTRY}` where document_type = %s and document_name = %s", (doctype, name)
    )
    _delete(doctype, name)
    _link_anew(first)
    return f"{doctype} {name}"


def flip_a_bit(dice: random.Random) -> str:
    file, path, held = _evidence(dice)
    place = dice.randrange(len(held))
    path.write_bytes(held[:place] + bytes([held[place] ^ (1 << dice.randrange(8))]) + held[place + 1 :])
    return file.name


def cut_bytes(dice: random.Random) -> str:
    file, path, held = _evidence(dice)
    path.write_bytes(held[: dice.randrange(len(held))])
    return file.name


def remove_bytes(dice: random.Random) -> str:
    file, path, _held = _evidence(dice)
    path.unlink()
    return file.name


def replace_bytes_and_sum(dice: random.Random) -> str:
    """Other bytes, with their own sum at the file."""
    file, path, held = _evidence(dice)
    path.write_bytes(held + b"x")
    _set("File", file.name, "evidence_sha256", hashlib.sha256(held + b"x").hexdigest())
    return file.name


def alter_head(dice: random.Random) -> str:
    head = sealing.last_link()
    _write_head(head._replace(sequence=max(head.sequence - dice.randint(1, 9), 1)))
    return str(head)


def restore_earlier_state(dice: random.Random) -> str:
    """Entries at the end are gone that no record shows, and the file with the head is the one of before: only a head that was kept elsewhere tells."""
    cut = _cut(dice, 3)
    _keep(sealing.head_path(), None)
    sealing.keep_head(sealing.last_link())
    return cut


WAYS: tuple[Way, ...] = (
    alter_entry, alter_entry_and_its_hash, remove_entry, remove_entry_and_link_anew, cut_the_end, cut_the_end_and_its_head, insert_entry,
    forge_entry, swap_entries, alter_record, alter_table_row, delete_record, delete_table_row, empty_table, insert_record, insert_table_row,
    swap_records, restore_old_row, alter_record_and_entry, restore_row_and_remove_entry, remove_record_and_entries, flip_a_bit, cut_bytes,
    remove_bytes, replace_bytes_and_sum, alter_head,
)  # fmt: skip


def _linked(dice: random.Random) -> str:
    return dice.choice(frappe.get_all(ENTRY, {"sequence": (">", 0)}, pluck="name", order_by="name asc"))


def _late(dice: random.Random) -> str:
    """One of the last, so that few are to be linked anew."""
    late = {"sequence": (">", sealing.last_link().sequence - 60)}
    return dice.choice(frappe.get_all(ENTRY, late, pluck="name", order_by="name asc"))


def _cut(dice: random.Random, most: int = 20) -> str:
    least = sealing.last_link().sequence - dice.randint(0, most)
    frappe.db.sql(f"delete from `tab{ENTRY}` where sequence >= %s", least)
    return f"from {least}"


def _kinds() -> list[str]:
    """Those of which there are records."""
    several = [doctype for doctype in sorted(RECORDED) if not frappe.get_meta(doctype).issingle]
    return [doctype for doctype in several if frappe.db.sql(f"select 1 from `tab{doctype}` limit 1")]


def _record(dice: random.Random, single: bool = True) -> tuple[str, str]:
    kinds = _kinds()
    if single:
        set_up = frappe.db.sql("select distinct doctype from `tabSingles` order by 1", pluck=True)
        kinds += [doctype for doctype in set_up if doctype in RECORDED]
    doctype = dice.choice(kinds)
    if frappe.get_meta(doctype).issingle:
        return doctype, doctype
    return doctype, dice.choice(frappe.get_all(doctype, pluck="name", order_by="name asc"))


def _table_row(dice: random.Random) -> tuple[str, str]:
    tables = [(doctype, *table) for doctype in sorted(RECORDED) for table in sorted(shape_of(doctype).tables.items())]  # fmt: skip
    while True:
        doctype, field, row_type = dice.choice(tables)
        within = {"parenttype": doctype, "parentfield": field}
        if names := frappe.get_all(row_type, within, pluck="name", order_by="name asc"):
            return row_type, dice.choice(names)


def _last_change(dice: random.Random) -> tuple[str, dict[str, Any], Any]:
    """(record, what its last change of fields tells, that entry); of records that are there."""
    fields = ["name", "sequence", "document_type", "document_name", "detail", "apart"]
    changes = {"kind": ("in", (CHANGE, MOVE)), "document_type": ("in", _kinds()), "sequence": (">", 0)}
    last = {}
    for entry in frappe.get_all(ENTRY, changes, fields, order_by="name asc"):
        detail = json.loads(entry.detail)
        if "fields" in detail:
            last[entry.document_type, entry.document_name] = (entry.document_name, detail, entry)
    name, detail, entry = dice.choice([one for key, one in sorted(last.items()) if frappe.db.exists(*key)])
    entry.shown = Apart.read(entry.apart).shown
    return name, detail, entry


def _evidence(dice: random.Random) -> tuple[Any, Path, bytes]:
    names = frappe.get_all("File", {"evidence_sha256": ("is", "set")}, pluck="name", order_by="name asc")
    file = frappe.get_doc("File", dice.choice(names))
    path = path_of(file)
    return file, path, _keep(path, path.read_bytes())


def _keep(path: Path, then: bytes | None) -> bytes:
    """Note what a file holds, to be put back, and write or remove it."""
    held = path.read_bytes() if path.exists() else None
    _undone.append((path, held))
    if then is None:
        path.unlink(missing_ok=True)
    elif then != held:
        path.write_bytes(then)
    return held or b""


def _write_head(head: sealing.Head) -> None:
    said = {"site": frappe.local.site, **head._asdict(), "mark": "0" * 64}
    _keep(sealing.head_path(), json.dumps(said).encode())


def _link_anew(first: int) -> None:
    """Number and link all from a link on, and write the file with the head to fit."""
    table = frappe.qb.DocType(ENTRY)
    query = frappe.qb.from_(table).select(table.sequence, table.hash).where((table.sequence > 0) & (table.sequence < first))  # fmt: skip
    before = query.orderby(table.sequence, order=Order.desc).limit(1).run()
    head = sealing.Head(*before[0]) if before else sealing.Head(0, GENESIS)
    query = frappe.qb.from_(table).select(table.name, sealing.entry_text(table)).where(table.sequence >= first)  # fmt: skip
    for name, text in query.orderby(table.sequence, order=Order.asc).run():
        after = head.sequence + 1
        digest = digest_of_text(after, head.hash, text)
        frappe.db.sql(
            f"update `tab{ENTRY}` set sequence = %s, previous_hash = %s, hash = %s where name = %s",
            (after, head.hash, digest, name),
        )
        head = sealing.Head(after, digest)
    _write_head(head)


def _alter(dice: random.Random, doctype: str, name: str) -> str:
    kinds = shape_of(doctype).kinds
    single = bool(frappe.get_meta(doctype).issingle)
    field = dice.choice(sorted(kinds))
    held = frappe.db.get_single_value(doctype, field) if single else frappe.db.get_value(doctype, name, field)
    value = _other(dice, kinds[field], held)
    if single:
        frappe.db.sql("delete from `tabSingles` where doctype = %s and field = %s", (doctype, field))
        frappe.db.sql("insert into `tabSingles` (doctype, field, value) values (%s, %s, %s)", (doctype, field, value))  # fmt: skip
    else:
        _set(doctype, name, field, value)
    return f"{doctype} {name}: {field} ({kinds[field]}) from {held!r} to {value!r}"


def _other(dice: random.Random, kind: str, held: Any) -> Any:
    """A value that a column of this kind takes, and another one than is there."""
    if kind == "Check":
        return 0 if held else 1
    if kind == "Rating":
        return 0.2 if held != 0.2 else 0.4
    if kind in NUMBERS:
        return int(held or 0) + dice.randint(1, 9)
    number = dice.randrange(10**6)
    return MOMENTS.get(kind) or (f'{{"x":{number}}}' if kind == "JSON" else f"x{number}")


def _row(doctype: str, name: str) -> Any:
    return frappe.db.sql(f"select * from `tab{doctype}` where name = %s", name, as_dict=True)[0]


def _insert(doctype: str, row: Any) -> None:
    frappe.db.bulk_insert(doctype, list(row), [tuple(row.values())])


def _insert_copy(doctype: str, name: str) -> str:
    row = _row(doctype, name)
    unique = frappe.db.sql(f"show index from `tab{doctype}` where non_unique = 0", as_dict=True)
    row.update({index.Column_name: None for index in unique}, name=frappe.generate_hash(length=10))
    _insert(doctype, row)
    return f"{doctype}: copy of {name}"


def _set(doctype: str, name: str, column: str, value: Any) -> None:
    frappe.db.sql(f"update `tab{doctype}` set `{column}` = %s where name = %s", (value, name))


def _delete(doctype: str, name: str) -> None:
    frappe.db.sql(f"delete from `tab{doctype}` where name = %s", name)
