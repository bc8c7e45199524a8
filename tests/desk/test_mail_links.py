"""Each link of the mails that a day brings opens for who got the mail."""

from __future__ import annotations

import re
from collections import defaultdict
from html import unescape

import frappe
import pytest
from frappe.utils import add_days, now_datetime

from complaint_qms.constants import roles
from complaint_qms.services.notify import digest
from complaint_qms.services.sop import escalation
from tests.browser import links
from tests.browser.day import make_day
from tests.desk import factory

pytestmark = pytest.mark.usefixtures("site")

HREF = re.compile(r'href="([^"]+)"')
ROLES = (
    roles.AGENT, roles.MANAGER, roles.INVESTIGATOR, roles.QUALITY_MANAGER, roles.ACTION_OWNER, roles.REGULATORY, roles.ACCOUNTS_USER,
)  # fmt: skip


@pytest.fixture
def people() -> dict[str, str]:
    return {role: factory.user(role, email=f"{frappe.generate_hash(length=8)}@day.example") for role in ROLES}


def test_links_of_a_days_mails_open_for_their_readers(people, monkeypatch: pytest.MonkeyPatch) -> None:
    read: dict[str, list[str]] = defaultdict(list)

    def sendmail(recipients: list[str], template: str, args: dict, **_mail: object) -> None:
        text = frappe.render_template(f"templates/emails/{template}.html", args)
        for user in recipients:
            read[user] += map(unescape, HREF.findall(text))

    monkeypatch.setattr(frappe, "sendmail", sendmail)
    monkeypatch.setattr(digest, "_can_send", lambda: True)
    make_day(people)
    escalation.sweep(add_days(now_datetime(), 30))
    digest.send()
    ours = {user: read[user] for user in people.values() if read[user]}
    assert len(ours) >= 4, "mails go to most of those who work on it"
    dead = [f"{user}: {one}" for user, addresses in ours.items() for one in links.dead(user, addresses)]
    assert not dead, "\n".join(dead)
