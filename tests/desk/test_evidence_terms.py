"""Photos, videos and raw messages go when their years are over; name, sum and chain stay."""

from __future__ import annotations

from datetime import date

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.constants.evidence import REMOVED_AT, SHA256
from complaint_qms.constants.personal_data import MEDIA_YEARS, RAW_YEARS
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services import writing
from complaint_qms.services.compliance.audit_trail import verifying
from complaint_qms.services.evidence import disk, integrity_check
from complaint_qms.services.inbox.store import keep_message
from complaint_qms.services.personal_data import holds, terms
from tests.desk import factory, inbound

TODAY = date(2030, 6, 1)


@pytest.fixture
def ended() -> Document:
    """A complaint that ended four years before, with a photo, a report and the message it came by."""
    settings = frappe.get_doc(SETTINGS)
    settings.update({MEDIA_YEARS: 3, RAW_YEARS: 2})
    settings.save()
    doc = factory.complaint()
    item = keep_message(inbound.message())
    writing.set_values("Complaint Inbox Item", item.name, {"complaint": doc.name}, "test")
    for name in ("burn.MP4", "report.txt"):
        factory.upload("Complaint", doc.name, file_name=name)
    writing.set_values("Complaint", doc.name, {"stage": "closed", "closed_at": "2026-05-01 10:00:00"}, "test")
    return doc


def files(doc: Document) -> dict[str, frappe._dict]:
    rows = frappe.get_all("File", {"attached_to_name": doc.name}, ["file_name", "file_url", SHA256, REMOVED_AT], order_by="name asc")  # fmt: skip
    return {row.file_name.rpartition(".")[2].lower(): row for row in rows}


def raw(doc: Document) -> frappe._dict:
    return frappe.db.get_value("Complaint Inbox Item", {"complaint": doc.name}, ["payload", "text", "content_hash"], as_dict=True)  # fmt: skip


def test_the_photo_goes_and_its_sum_stays(ended: Document) -> None:
    before = files(ended)
    assert terms.remove_expired(TODAY) >= 2
    after = files(ended)
    assert after["mp4"][SHA256] == before["mp4"][SHA256]
    assert after["mp4"][REMOVED_AT]
    assert disk.sha256_of(after["mp4"].file_url) is None
    assert not after["txt"][REMOVED_AT]
    assert disk.sha256_of(after["txt"].file_url) == after["txt"][SHA256]
    assert integrity_check.check_integrity(frappe.utils.now_datetime()) == 0
    assert verifying.verify_trail(disk.sha256_of).sentences == []


def test_what_was_read_of_a_raw_message_stays(ended: Document) -> None:
    before = raw(ended)
    terms.remove_expired(TODAY)
    after = raw(ended)
    assert before.payload
    assert (after.payload, after.text, after.content_hash) == (None, before.text, before.content_hash)
    kept = frappe.db.sql("select count(*) from `tabQuality Audit Entry` where apart like '%as it was sent%'")
    assert kept[0][0] == 0
    assert verifying.verify_trail(disk.sha256_of).sentences == []


def test_bytes_that_somebody_took_away_are_missed_all_the_same(ended: Document) -> None:
    terms.remove_expired(TODAY)
    disk.path_of(files(ended)["txt"].file_url).unlink()
    assert verifying.verify_trail(disk.sha256_of).kinds["file"] == 1


@pytest.mark.parametrize("day", [date(2028, 4, 1)])
def test_nothing_goes_before_its_time(ended: Document, day: date) -> None:
    terms.remove_expired(day)
    assert not files(ended)["mp4"][REMOVED_AT]
    assert raw(ended).payload


def test_nothing_goes_under_a_hold(ended: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holds, "reasons", lambda records: dict.fromkeys(records, "Court"))
    terms.remove_expired(TODAY)
    assert not files(ended)["mp4"][REMOVED_AT]
    assert raw(ended).payload


def test_bytes_that_another_record_has_as_well_stay(ended: Document) -> None:
    photo = files(ended)["mp4"]
    other = factory.complaint()
    factory.make("File", file_name="same.mp4", file_url=photo.file_url, is_private=1, attached_to_doctype="Complaint", attached_to_name=other.name)  # fmt: skip
    terms.remove_expired(TODAY)
    assert files(ended)["mp4"][REMOVED_AT]
    assert disk.sha256_of(photo.file_url) == photo[SHA256]
    assert verifying.verify_trail(disk.sha256_of).sentences == []


def test_nobody_marks_a_file_as_removed_by_a_request(ended: Document) -> None:
    file = factory.upload("Complaint", ended.name, **{REMOVED_AT: "2026-01-01 00:00:00"})
    assert not file.reload().get(REMOVED_AT)
    file.set(REMOVED_AT, "2026-01-01 00:00:00")
    file.save()
    assert not file.reload().get(REMOVED_AT)
