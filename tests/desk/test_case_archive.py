"""The archive of a complaint: the script in it checks it alone, and tells of every byte that was changed."""

from __future__ import annotations

import io
import json
import random
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from complaint_qms.services.case_file import keeping, verify
from complaint_qms.services.compliance.audit_trail import sealing
from tests.desk import factory
from tests.desk.case_files import from_zip, full_case, made, zip_of
from tests.desk.stock_chain import Chain

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is made lies elsewhere, as does the head of the chain: what a test links is rolled back."""
    monkeypatch.setattr(sealing, "head_path", lambda: tmp_path / "head.json")
    monkeypatch.setattr(keeping, "_root", lambda: tmp_path / "case_files")


def broken(path: Path, content: bytes) -> bool:
    changed = path.with_name("changed.zip")
    changed.write_bytes(content)
    try:
        verify.check_archive(changed)
    except verify.Broken:
        return True
    return False


@pytest.fixture
def whole() -> dict:
    return made(full_case()[0].name)


class TestTheArchive:
    def test_the_script_inside_checks_it_alone(self, whole: dict, tmp_path: Path):
        with zipfile.ZipFile(zip_of(whole)) as archive:
            assert archive.testzip() is None
            script = Path(archive.extract("verify.py", tmp_path))
        ask = [sys.executable, "-I", "-S", str(script), str(zip_of(whole))]
        done = subprocess.run(
            [*ask, "--sha256", whole["sha256"]], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "HOLDS"), done.stdout + done.stderr
        other = subprocess.run([*ask, "--sha256", "0" * 64], capture_output=True, text=True, check=False)
        assert (other.returncode, other.stdout[:7]) == (1, "BROKEN:")
        assert subprocess.run(ask[:-1], capture_output=True, check=False).returncode == 2

    def test_every_flipped_byte_is_found_wherever_it_is(self, whole: dict):
        path, chance = zip_of(whole), random.Random(20261130)
        content = path.read_bytes()
        offset = struct.unpack("<L", content[-6:-2])[0]
        archive = verify.Archive(path.open("rb"))
        places = {chance.randrange(len(content)) for _number in range(150)}
        places |= {chance.randrange(offset, len(content)) for _number in range(120)}
        for begin, size in archive.places.values():
            places |= {begin - 1, begin, begin + size - 1, begin - 20}
        for name in ("manifest.json", "trail.jsonl", "verify.py"):
            begin, size = archive.places[name]
            places |= {begin + chance.randrange(size) for _number in range(40)}
        for place in places:
            changed = bytearray(content)
            changed[place] ^= 1 << chance.randrange(8)
            assert broken(path, bytes(changed)), place

    def test_what_is_added_cut_or_said_twice_is_found(self, whole: dict):
        path = zip_of(whole)
        content = path.read_bytes()
        for changed in (
            content + b"\0",
            b"\0" + content,
            content[:-1],
            content[: len(content) // 2],
            content[:-2] + struct.pack("<H", 4) + b"note",
            b"",
            b"PK\5\6" + bytes(18),
        ):
            assert broken(path, changed)

    def test_another_archive_of_the_same_entries_is_not_this_one(self, whole: dict):
        path = zip_of(whole)
        for options in (
            {"compression": zipfile.ZIP_DEFLATED},
            {"add": ("note.txt", b"x")},
            {"leave": "signatures.json"},
            {"put": ("files.json", b"[]")},
            {"put": ("trail.jsonl", b"")},
        ):
            written = io.BytesIO()
            with (
                zipfile.ZipFile(path) as old,
                zipfile.ZipFile(written, "w", options.get("compression", zipfile.ZIP_STORED)) as new,
            ):
                for entry in old.infolist():
                    name, value = options.get("put", ("", b""))
                    if entry.filename != options.get("leave"):
                        new.writestr(
                            entry, value if entry.filename == name else old.read(entry), new.compression
                        )
                if "add" in options:
                    new.writestr(*options["add"])
            assert broken(path, written.getvalue())

    def test_links_of_the_trail_are_computed_again(self, whole: dict):
        with zipfile.ZipFile(zip_of(whole)) as archive:
            lines = [json.loads(line) for line in archive.read("trail.jsonl").splitlines()]
        told = [line for line in lines if "text" in line]
        assert len(told) > 5
        for line in told:
            assert verify.link_hash(line["sequence"], line["previous_hash"], line["text"]) == line["hash"]
        assert any(line["apart"] for line in told)
        head = from_zip(whole, "manifest.json")["chain_head"]
        assert head["sequence"] >= lines[-1]["sequence"] > 0


class TestTheGenealogy:
    def test_it_leads_from_the_receipt_of_the_supplier_to_the_delivery(self):
        chain = Chain()
        chain.new_item("C", stock_uom="Kg")
        chain.new_item("P", stock_uom="Nos")
        chain.new_lot("L", "C")
        chain.new_lot("B", "P")
        mill, buyer = factory.supplier().name, factory.customer().name
        receipt = chain.buy("L", 10, mill, "MILL-77")
        order = chain.manufacture(chain.bill("P", {"C": 2}), {"L": 8}, "B", 4)
        note = chain.sell(buyer, ("B", 3))
        doc = factory.complaint(customer=buyer, item_code=chain.items["B"], batch_no=chain.lots["B"], delivery_note=note.name)  # fmt: skip
        state = made(doc.name)
        told = from_zip(state, "genealogy.json")
        assert (told["complaint"], told["reason"]) == (doc.name, "")
        named = {(one["doctype"], one["name"]) for one in told["documents"]}
        expected = {("Purchase Receipt", receipt.name), ("Supplier", mill), ("Batch", chain.lots["L"]), ("Batch", chain.lots["B"]), ("Delivery Note", note.name), ("Customer", buyer)}  # fmt: skip
        assert expected <= named
        assert {tuple(edge["process"]) for edge in told["edges"]} <= named
        assert {one["work_order"] for one in told["documents"] if one["type"] == "process"} == {order.name}
        lots = {lot["id"]: lot for lot in told["lots"]}
        assert told["starts"] == [f"Batch {chain.lots['B']}"]
        (edge,) = told["edges"]
        assert (lots[edge["source"]]["name"], lots[edge["target"]]["name"]) == (chain.lots["L"], chain.lots["B"])  # fmt: skip
        assert (edge["consumed"], edge["produced"]) == (8, 4)
        lines = verify.check_archive(zip_of(state), state["sha256"])
        assert any(line.startswith("Genealogy: 2 lots") for line in lines)

    def test_without_a_lot_or_the_right_to_it_the_reason_is_told(self):
        told = from_zip(made(factory.complaint().name), "genealogy.json")
        assert told["reason"]
        assert (told["lots"], told["documents"]) == ([], [])

    def test_one_that_leads_to_what_it_does_not_tell_of_is_broken(self, whole: dict):
        class Fake:
            def __init__(self, **changed: object) -> None:
                self.told = {"starts": [], "lots": [], "edges": [], "documents": [], "flows": []} | changed

            def json_of(self, _name: str) -> dict:
                return self.told

        assert verify.check_genealogy(Fake(lots=[{"id": "a"}], starts=["a"])) == (1, 0)
        for changed in (
            {"starts": ["a"]},
            {"lots": [{"id": "a"}, {"id": "a"}]},
            {"lots": [{"id": "a"}], "edges": [{"source": "a", "target": "b"}]},
            {"documents": [{"id": "0"}], "flows": [{"source": "1", "target": "0"}]},
        ):
            with pytest.raises(verify.Broken):
                verify.check_genealogy(Fake(**changed))
