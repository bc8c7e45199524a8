"""Registering a complaint loads no array library: a web worker that only takes complaints stays small."""

from __future__ import annotations

import json
import subprocess
import sys

import frappe

from scripts.bench import CHECKOUT

LIBRARIES = ("sklearn", "scipy", "pandas", "numpy")
REGISTER = """
import json, sys
import frappe

frappe.init(site=sys.argv[1], sites_path=".")
frappe.connect()
frappe.set_user("Administrator")
from complaint_qms.services.intake import register

text = "The kettle burned my hand, I was in hospital. I want my money back."
doc = register.register({"subject": "Burn", "complainant_name": "Somebody", "description": text})
doc.reload()
doc.run_method("onload")
loaded = [name for name in sys.argv[2:] if name in sys.modules]
print(json.dumps({"proposals": json.loads(doc.proposals), "loaded": loaded}))
frappe.db.rollback()
frappe.destroy()
"""


def test_registering_and_its_proposals_load_no_array_library() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", REGISTER, frappe.local.site, *LIBRARIES],
        capture_output=True,
        text=True,
        check=False,
        env=None,
    )
    assert not done.returncode, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["proposals"]["harm_level"]["value"] in ("serious", "death")
    assert found["proposals"]["expectation"]["value"] == "refund"
    assert found["loaded"] == []


def test_the_engine_gives_its_names_without_loading_what_nobody_asks_for() -> None:
    ask = (
        "import sys; from complaint_qms.engine import classify, signals, rules, risk, sop; "
        "from complaint_qms.engine.classify import propose_by_keywords; from complaint_qms.engine.sla import clock; "
        f"print([name for name in {LIBRARIES!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
