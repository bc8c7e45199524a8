"""What leaves with the app is gone from the disk as well, and only that."""

from __future__ import annotations

from pathlib import Path

import frappe

from complaint_qms.setup.leftovers import remove_files
from tests.desk import factory
from tests.desk.factory import complaint, upload

OURS = ["Complaint Channel"]


def test_files_of_our_records_leave_the_disk_and_shared_ones_stay():
    channel = factory.make(
        "Complaint Channel",
        channel_name=factory.unique("Channel"),
        channel_key=frappe.generate_hash(length=8),
    )
    alone, shared, other = (
        upload(channel.doctype, channel.name),
        upload(channel.doctype, channel.name),
        upload("Complaint", complaint().name),
    )
    buyer = factory.customer()
    copy = upload("Customer", buyer.name, content=shared.get_content())
    assert copy.file_url == shared.file_url
    remote = upload(channel.doctype, channel.name, content=None, file_name="x", file_url=f"https://elsewhere.example/{Path(other.file_url).name}")  # fmt: skip
    paths = [Path(file.get_full_path()) for file in (alone, shared, other)]
    assert all(path.exists() for path in paths)
    remove_files(OURS)
    assert not frappe.get_all(
        "File", {"name": ("in", [alone.name, shared.name, remote.name])}, order_by="name"
    )
    assert frappe.db.exists("File", other.name)
    assert all(path.exists() for path in paths), "the disk waits for the commit, which may never come"
    frappe.db.after_commit.run()
    assert [path.exists() for path in paths] == [False, True, True]
