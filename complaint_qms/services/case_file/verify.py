#!/usr/bin/env python3
"""Checks the file of a complaint, or an inspector's index with many: python3 verify.py FILE.zip [--sha256 DIGEST]

Needs Python 3.8 or later and nothing else, no network and no site. Says what is wrong and ends with 1, or says that nothing is and ends
with 0. Somebody who makes a new archive can make it right in itself: only the digest of the ZIP, which stands in the audit trail of the
site that made it, tells that it is the one that was made. Give it as --sha256.

What is checked: each byte of the ZIP is part of its one form (entries one after another and not compressed, no comments, nothing before,
between or behind them); the names, lengths and SHA-256 of all entries are those of manifest.json; links of the audit trail are those of
their texts; what was kept beside an entry is what the entry names; records and files are those that are listed; the genealogy leads from
lots and documents that it names to such. Of an inspector's index all this of each archive in it, and that these are those that it lists.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
import zlib

FORMAT = "complaint-qms-case-file"
VERSION = 2
INDEX_FORMAT = "complaint-qms-inspection-index"
INDEX_VERSION = 1
KNOWN = ((FORMAT, VERSION), (INDEX_FORMAT, INDEX_VERSION))
MANIFEST = "manifest.json"
MOST_BYTES = 0xFFFFFFFF - (1 << 24)
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_UTF8 = 0x800
_DATE = (1 << 5) | 1  # 1 January 1980: an archive of the same content is the same archive
_PIECE = 1 << 20


class Broken(Exception):
    """What is wrong with the archive, as a sentence."""


def local_header(name, crc, size):
    """What stands before the bytes of an entry."""
    named = name.encode("utf-8")
    return _LOCAL.pack(b"PK\3\4", 20, _UTF8, 0, 0, _DATE, crc, size, size, len(named), 0) + named


def central_header(name, crc, size, offset):
    """An entry in the directory at the end."""
    named = name.encode("utf-8")
    return (
        _CENTRAL.pack(
            b"PK\1\2", 0x0314, 20, _UTF8, 0, 0, _DATE, crc, size, size, len(named), 0, 0, 0, 0, 0o100644 << 16, offset
        )
        + named
    )  # fmt: skip


def end_record(count, size, offset):
    """The end of the archive."""
    return _END.pack(b"PK\5\6", 0, 0, count, count, size, offset, 0)


def link_hash(sequence, previous, text):
    """The hash of a link of the audit trail."""
    return hashlib.sha256(f"{sequence}\n{previous}\n{text}".encode()).hexdigest()


def digest_apart(salt, value):
    """What an entry of the audit trail names a value by that is kept beside it."""
    said = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{salt}{said}".encode()).hexdigest()[:32]


def sums_of(file, size=None):
    """SHA-256 and CRC-32 of what comes next in a file, of all of it or `size` bytes."""
    digest, crc, left = hashlib.sha256(), 0, size
    while left is None or left:
        piece = file.read(_PIECE if left is None else min(left, _PIECE))
        if not piece:
            break
        digest.update(piece)
        crc = zlib.crc32(piece, crc)
        left = None if left is None else left - len(piece)
    if left:
        raise Broken("The archive ends in the middle of an entry.")
    return digest.hexdigest(), crc


class Window:
    """A part of a file as a file, read only."""

    def __init__(self, file, offset, size):
        self._file, self._offset, self._size, self._at = file, offset, size, 0

    def seek(self, place, whence=0):
        self._at = place + (0, self._at, self._size)[whence]

    def tell(self):
        return self._at

    def read(self, size=None):
        left = max(self._size - self._at, 0)
        self._file.seek(self._offset + self._at)
        piece = self._file.read(left if size is None else min(size, left))
        self._at += len(piece)
        return piece


class Archive:
    """A ZIP in its one form.

    Raises:
        Broken: it has another.
    """

    def __init__(self, file):
        self.file = file
        self.places = {}
        self.sums = {}
        file.seek(0, 2)
        self.length = file.tell()
        self._read()

    def bytes_of(self, name):
        offset, size = self.places[name]
        self.file.seek(offset)
        return self.file.read(size)

    def window_of(self, name):
        return Window(self.file, *self.places[name])

    def json_of(self, name):
        return read_json(name, self.bytes_of(name))

    def _read(self):
        if self.length < _END.size:
            raise Broken("This is no archive: it is too short.")
        self.file.seek(self.length - _END.size)
        end = self.file.read(_END.size)
        mark, _disk, _start, count, _all, size, offset, _comment = _END.unpack(end)
        if (
            mark != b"PK\5\6"
            or offset + size + _END.size != self.length
            or end != end_record(count, size, offset)
        ):
            raise Broken(
                "The end of the archive is not as it was made: something was added, cut off or altered."
            )
        self.file.seek(offset)
        directory, place, at = self.file.read(size), 0, 0
        for number in range(1, count + 1):
            name, crc, length, begin = self._entry(directory, place, number)
            place += _CENTRAL.size + len(name.encode("utf-8"))
            at = self._data(name, crc, length, begin, at)
        if place != size or at != offset:
            raise Broken("There are bytes in the archive that belong to no entry.")

    def _entry(self, directory, place, number):
        fixed = directory[place : place + _CENTRAL.size]
        if len(fixed) < _CENTRAL.size:
            raise Broken("The directory of the archive ends in the middle.")
        told = _CENTRAL.unpack(fixed)
        crc, length, named, begin = told[7], told[8], told[10], told[16]
        raw = directory[place + _CENTRAL.size : place + _CENTRAL.size + named]
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise Broken(f"Entry {number} of the directory has a name that is no text.") from None
        if fixed + raw != central_header(name, crc, length, begin):
            raise Broken(f"Entry {number} of the directory, {name!r}, is not as it was made.")
        if name in self.places:
            raise Broken(f"{name!r} is there twice.")
        if not is_plain(name):
            raise Broken(f"{name!r} is no name for an entry.")
        return name, crc, length, begin

    def _data(self, name, crc, length, begin, at):
        if begin != at:
            raise Broken(f"There are bytes before {name!r} that belong to no entry.")
        self.file.seek(at)
        header = local_header(name, crc, length)
        if self.file.read(len(header)) != header:
            raise Broken(f"What stands before {name!r} is not as it was made.")
        at += len(header)
        self.places[name] = (at, length)
        self.sums[name], found = sums_of(self.file, length)
        if found != crc:
            raise Broken(f"{name!r} is not as it was made: its checksum is another.")
        return at + length


def is_plain(name):
    parts = name.split("/")
    return all(part.strip(". ") and not set(part) & set('\\:*?"<>|') and part.isprintable() for part in parts)


def read_json(name, content):
    def once(pairs):
        keys = [key for key, _value in pairs]
        if len(keys) != len(set(keys)):
            raise Broken(f"{name} says something twice.")
        return dict(pairs)

    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise Broken(f"{name} cannot be read.") from None


def check_manifest(archive):
    """The manifest, when it tells of every entry and of nothing else."""
    if MANIFEST not in archive.places:
        raise Broken("There is no manifest.json.")
    manifest = archive.json_of(MANIFEST)
    if (manifest.get("format"), manifest.get("version")) not in KNOWN:
        raise Broken("manifest.json: this is nothing that this script knows.")
    told = [entry["name"] for entry in manifest["entries"]]
    there = [name for name in archive.places if name != MANIFEST]
    if len(told) != len(set(told)):
        raise Broken("manifest.json names an entry twice.")
    for name in told:
        if name not in archive.places:
            raise Broken(f"{name!r} is missing.")
    for name in there:
        if name not in set(told):
            raise Broken(f"{name!r} was added: manifest.json does not know it.")
    if told != there or list(archive.places)[-1] != MANIFEST:
        raise Broken("The entries are in another order than manifest.json tells.")
    for entry in manifest["entries"]:
        name = entry["name"]
        if archive.places[name][1] != entry["bytes"] or archive.sums[name] != entry["sha256"]:
            raise Broken(f"{name!r} is not what manifest.json tells of.")
    return manifest


def check_trail(archive):
    """How many links of the audit trail were computed again, and how many are given by their hash alone."""
    computed = withheld = 0
    before = None
    *lines, rest = archive.bytes_of("trail.jsonl").split(b"\n")
    if rest:
        raise Broken("trail.jsonl ends in the middle of a line.")
    for number, line in enumerate(lines, start=1):
        entry = read_json(f"trail.jsonl, line {number}", line)
        sequence, previous, found = entry["sequence"], entry["previous_hash"], entry["hash"]
        if before and sequence <= before[0]:
            raise Broken(
                f"trail.jsonl, line {number}: the entries are in another order than that of the chain."
            )
        if before and sequence == before[0] + 1 and previous != before[1]:
            raise Broken(f"Entry {sequence} of the audit trail does not follow the one before.")
        before = (sequence, found)
        if "text" not in entry:
            withheld += 1
            continue
        if link_hash(sequence, previous, entry["text"]) != found:
            raise Broken(f"Entry {sequence} of the audit trail is not the one that its hash was made of.")
        for digest, value in (entry.get("apart") or {}).get("values", {}).items():
            if digest_apart(entry["apart"]["salts"][digest], value) != digest:
                raise Broken(f"What is kept beside entry {sequence} of the audit trail is not what it names.")
        computed += 1
    return computed, withheld


def check_files(archive):
    """Sentences on files that were other ones, or gone, already when the archive was made."""
    said = []
    for file in archive.json_of("files.json"):
        name, now, recorded = file.get("entry"), file.get("sha256"), file.get("recorded_sha256")
        if name and archive.sums.get(name) != now:
            raise Broken(f"{name!r} is not the file that files.json tells of.")
        if not name:
            said.append(f"Not in the archive when it was made: {file['file_name']}")
        elif recorded and recorded != now:
            said.append(f"Other bytes than were recorded, already when the archive was made: {name}")
    return said


def check_genealogy(archive):
    """How many lots and documents it tells of."""
    told = archive.json_of("genealogy.json")
    lots = {lot["id"] for lot in told["lots"]}
    documents = {one["id"] for one in told["documents"]}
    if len(lots) != len(told["lots"]) or len(documents) != len(told["documents"]):
        raise Broken("genealogy.json names a lot or a document twice.")
    if not lots.issuperset(told["starts"]):
        raise Broken("genealogy.json begins with a lot that it does not tell of.")
    for known, edges, what in ((lots, told["edges"], "lot"), (documents, told["flows"], "document")):
        for edge in edges:
            if not known.issuperset((edge["source"], edge["target"])):
                raise Broken(f"genealogy.json leads to a {what} that it does not tell of.")
    return len(lots), len(documents)


def check_case(archive, manifest):
    """What to say of the file of a complaint."""
    computed, withheld = check_trail(archive)
    notes = check_files(archive)
    lots, documents = check_genealogy(archive)
    for record in archive.json_of("records.json"):
        stored = archive.json_of(record["entry"])
        if (stored["doctype"], stored["name"]) != (record["doctype"], record["name"]):
            raise Broken(f"{record['entry']!r} is another record than records.json tells of.")
    subject = manifest["subject"]
    return [
        f"{subject['doctype']} {subject['name']}, made {manifest['made_at']} on {manifest['site']} by {manifest['made_by']}",
        f"{len(manifest['entries'])} entries hold. Links of the audit trail computed again: {computed}; given by their hash alone: {withheld}.",
        f"Genealogy: {lots} lots, {documents} lots and documents in the picture.",
        *(f"Note: {note}" for note in notes),
    ]


def check_index(archive, manifest):
    """What to say of an inspector's index: each archive in it is checked as if it stood alone."""
    listed, lines = archive.json_of("index.json")["complaints"], []
    entries = {row["entry"]: row for row in listed if row.get("entry")}
    there = {name for name in archive.places if name.startswith("cases/")}
    if there != set(entries):
        raise Broken("The archives of complaints in it are not those that index.json lists.")
    for name, row in sorted(entries.items()):
        if archive.sums[name] != row["sha256"]:
            raise Broken(f"{name!r} is not the archive that index.json tells of.")
        try:
            inner = Archive(archive.window_of(name))
            told = check_manifest(inner)
            if told["format"] != FORMAT or told["subject"]["name"] != row["name"]:
                raise Broken(f"it is not the file of {row['name']}.")
            lines += [f"{name}: {line}" for line in check_case(inner, told)]
        except Broken as error:
            raise Broken(f"{name!r}: {error}") from None
    head = f"Index of {len(listed)} complaints, {len(entries)} of them with their whole file, made {manifest['made_at']} on {manifest['site']} by {manifest['made_by']}"
    return [head, *lines]


def check_archive(path, digest=None):
    """Check an archive; what to say of it, line by line.

    Raises:
        Broken: something is wrong.
    """
    with open(path, "rb") as file:
        own = sums_of(file)[0]
        if digest and own != digest.strip().lower():
            raise Broken(
                f"The SHA-256 of the archive is {own}, and not {digest}: it is not the archive that was made."
            )
        archive = Archive(file)
        manifest = check_manifest(archive)
        try:
            check = check_case if manifest["format"] == FORMAT else check_index
            lines = check(archive, manifest)
            head = manifest["chain_head"]
            lines.append(f"Head of the chain when it was made: {head['sequence']}:{head['hash']}")
        except (KeyError, TypeError, AttributeError) as error:
            raise Broken(f"Something that belongs to the file is missing: {error}") from None
    lines.append(f"SHA-256 of the archive: {own}")
    if not digest:
        lines.append("Compare this SHA-256 with the one in the audit trail of the site.")
    return lines


def main(arguments):
    digest = None
    if "--sha256" in arguments:
        at = arguments.index("--sha256")
        if at + 1 >= len(arguments):
            print(__doc__)
            return 2
        digest = arguments[at + 1]
        arguments = arguments[:at] + arguments[at + 2 :]
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    try:
        lines = check_archive(arguments[0], digest)
    except Broken as error:
        print(f"BROKEN: {error}")
        return 1
    except OSError as error:
        print(f"{arguments[0]} cannot be read: {error.strerror}")
        return 2
    print("\n".join(lines))
    print("HOLDS")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
