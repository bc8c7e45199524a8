"""The check of an installation: what is as it was tested, what the site has changed, and what is wrong, each by its name."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path

import frappe
import pytest

from complaint_qms import __version__
from complaint_qms.services.installation import (
    own_changes,
    protocol,
    running_jobs,
    stored_schema,
    tested_files,
)
from complaint_qms.services.installation.finding import AS_EXPECTED, OWN, WRONG
from complaint_qms.setup.workflows import own_workflows
from scripts.validation.pack import package_files
from tests.desk.factory import unique


@pytest.fixture
def tested() -> dict:
    """What a pack of this very code would say."""
    package = tested_files.PACKAGE
    bench = f"Frappe {frappe.__version__}, ERPNext {frappe.get_attr('erpnext.__version__')}"
    files = {
        path.relative_to(package).as_posix(): tested_files._sha256(path) for path in package_files(package)
    }
    return {
        "version": __version__,
        "commit": "c" * 40,
        "made": "2026-01-02T03:04:05+00:00",
        "tested_on": [bench],
        "files": files,
    }


def sentences(findings, state: str) -> list[str]:
    return [one.sentence for one in findings if one.state == state]


def test_what_was_tested_is_found_as_it_was_tested(tested: dict):
    assert sentences(tested_files.compare_files(tested), WRONG) == []
    assert f"{len(tested['files'])} files are as they were tested." in sentences(
        tested_files.compare_files(tested), AS_EXPECTED
    )


def test_files_and_versions_that_differ_are_named(tested: dict):
    tested["files"]["hooks.py"] = "0" * 64
    tested["files"]["gone.py"] = "0" * 64
    del tested["files"]["install.py"]
    tested["tested_on"] = ["Frappe 14.1.0, ERPNext 14.1.0"]
    tested["version"] = "0.9.0"
    told = "\n".join(sentences(tested_files.compare_files(tested), WRONG))
    assert "1 files differ from those that were tested: hooks.py" in told
    assert "1 files that were tested are not there: gone.py" in told
    assert "1 files were not there when it was tested: install.py" in told
    assert f"Complaint QMS {__version__} is installed, 0.9.0 was tested." in told
    assert "it was tested on Frappe 14.1.0, ERPNext 14.1.0." in told


@pytest.mark.parametrize(
    "text", ["", "[]", '{"files": []}', '{"files": {}, "version": 1, "commit": "", "made": ""}']
)
def test_a_file_of_another_kind_is_refused_in_a_sentence(tmp_path: Path, text: str):
    (tmp_path / "tested.json").write_text(text, "utf-8")
    with pytest.raises(frappe.ValidationError, match=r"is not the file tested\.json of a validation pack"):
        tested_files.read_tested(tmp_path / "tested.json")


def test_a_pack_of_this_code_is_read(tmp_path: Path, tested: dict):
    (tmp_path / "tested.json").write_text(json.dumps(tested), "utf-8")
    assert tested_files.read_tested(tmp_path / "tested.json") == tested


class TestDatabase:
    def test_a_migrated_site_is_as_shipped(self):
        assert sentences(stored_schema.compare_schema(), WRONG) == []

    def test_a_field_and_a_patch_that_are_missing_are_named(self):
        frappe.db.delete("DocField", {"parent": "Complaint", "fieldname": "subject"})
        patch = stored_schema.get_patches_from_app("complaint_qms")[0]
        frappe.db.delete("Patch Log", {"patch": patch})
        frappe.db.set_value("DocField", {"parent": "CAPA", "fieldname": "title"}, "fieldtype", "Int")
        told = sentences(stored_schema.compare_schema(), WRONG)
        assert "Complaint lacks the fields subject. Run bench migrate." in told
        assert "CAPA has fields of another type than shipped: title. Run bench migrate." in told
        assert f"1 patches have not run: {patch}. Run bench migrate." in told


class TestJobs:
    def test_a_stopped_job_and_a_missing_one_are_named(self):
        frappe.db.set_value(
            "Scheduled Job Type", {"method": "complaint_qms.jobs.audit.seal_entries"}, "stopped", 1
        )
        frappe.db.delete("Scheduled Job Type", {"method": "complaint_qms.jobs.sweep.sweep_clocks"})
        told = "\n".join(sentences(running_jobs.compare_jobs(), WRONG))
        assert "Jobs are stopped: complaint_qms.jobs.audit.seal_entries." in told
        assert "Jobs are not on this site: complaint_qms.jobs.sweep.sweep_clocks." in told


class TestOwnChanges:
    def test_a_field_and_a_workflow_of_the_site_are_told_and_not_wrong(self):
        frappe.get_doc(
            {
                "doctype": "Custom Field",
                "dt": "CAPA",
                "fieldname": unique("plant").lower().replace("-", "_"),
                "fieldtype": "Data",
                "label": "Plant",
            }
        ).db_insert()
        name = frappe.db.get_value("Workflow", {"document_type": "Complaint", "is_active": 1})
        frappe.db.set_value("Workflow", name, "is_active", 0)
        told = sentences(own_changes.list_changes(own_workflows()), OWN)
        assert "Custom Field: CAPA (1)" in told
        assert "Workflow: Complaint" in told


def test_the_protocol_is_a_page_with_every_finding(tmp_path: Path, tested: dict):
    findings = protocol.check_installation(tested, own_workflows())
    protocol.write_page(tmp_path / "protocol.html", findings)
    page = (tmp_path / "protocol.html").read_text("utf-8")
    assert [one.sentence for one in findings if one.sentence not in unescape(page)] == []
    assert {one.part for one in findings} == {"Versions", "Files", "Database", "Jobs", "Changes by the site"}
