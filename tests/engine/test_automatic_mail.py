"""Mails that no person wrote, told from those that one did."""

from __future__ import annotations

from email import message_from_string
from email.message import EmailMessage

import pytest

from complaint_qms.constants.correspondence import AUTOMATIC_REPLY, RETURNED
from complaint_qms.engine.automatic_mail import answered_id, automatic_kind, is_newsletter

ANN = "ann@customer.example"
REPORT = """Content-Type: multipart/report; report-type={kind}; boundary=x

--x
Content-Type: text/plain

What became of it.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; ann@customer.example
{action}

--x
Content-Type: text/rfc822-headers

Message-ID: <sent@ours.example>
--x--
"""


def mail(**headers: str) -> EmailMessage:
    made = EmailMessage()
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content("x")
    return made


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({}, ""),
        ({"Auto_Submitted": "no"}, ""),
        # A ticket system passes on what a person wrote.
        ({"Auto_Submitted": "auto-generated"}, ""),
        ({"Precedence": "bulk"}, ""),
        ({"Auto_Submitted": "auto-replied; owner=ann"}, AUTOMATIC_REPLY),
        ({"Auto_Submitted": "Auto-Notified"}, AUTOMATIC_REPLY),
        ({"Precedence": "auto_reply"}, AUTOMATIC_REPLY),
        ({"X_Autoreply": "yes"}, AUTOMATIC_REPLY),
        ({"X_AutoReply_From": ANN}, AUTOMATIC_REPLY),
        # Exchange says of its absence messages that they are generated, as of much else.
        ({"Auto_Submitted": "auto-generated", "Subject": "Automatic reply: Pump leaks"}, AUTOMATIC_REPLY),
        *(
            ({"Subject": f"{begin}{colon}"}, AUTOMATIC_REPLY)
            for colon in (": Pump", "：水泵", "")
            for begin in (
                "Automatic reply",
                "Auto-Reply",
                "Out of Office",
                "Out of the office",
                "Automatische Antwort",
                "Abwesenheitsnotiz",
                "Réponse automatique",
                "Absence du bureau",
                "Respuesta automática",
                "Fuera de la oficina",
                "Resposta automática",
                "自动回复",
                "自動回覆",
                "自动答复",
                "自動応答",
                "自動返信",
            )
        ),
        ({"Subject": "Re: Automatic reply: Pump leaks"}, ""),
        ({"Subject": "Out of office chairs broken"}, ""),
        ({"Subject": "Automatic reply button is broken"}, ""),
        ({"Subject": "自动回复功能坏了"}, ""),
        ({"Return_Path": "<>"}, AUTOMATIC_REPLY),
        ({"Return_Path": "<ann@customer.example>"}, ""),
        *(
            ({"Return_Path": "<>", "Subject": subject}, RETURNED)
            for subject in (
                "Undeliverable: Your complaint",
                "Delivery Status Notification (Failure)",
                "Mail delivery failed: returning message to sender",
                "Unzustellbar: x",
                "系统退信",
                "退信：您的投诉",
                "配信不能",
                "Échec de la remise : x",
                "No se puede entregar: x",
            )
        ),
        ({"Subject": "Delivery failure of two pumps"}, ""),
    ],
)
def test_headers_tell_a_machine_from_a_person(headers, kind):
    assert automatic_kind(mail(**headers), ANN) == kind


def test_who_accepts_an_invitation_writes_nothing():
    answer = mail(Subject="Accepted: Visit")
    answer.add_attachment("BEGIN:VCALENDAR", subtype="calendar", params={"method": "REPLY"})
    assert automatic_kind(answer, ANN) == AUTOMATIC_REPLY
    asked = mail(Subject="Visit")
    asked.add_attachment("BEGIN:VCALENDAR", subtype="calendar", params={"method": "REQUEST"})
    assert automatic_kind(asked, ANN) == ""


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({}, False),
        ({"List_Unsubscribe": "<mailto:leave@shop.example>"}, False),
        ({"List_Unsubscribe": "<https://shop.example/u>", "Precedence": "bulk"}, True),
        ({"List_Unsubscribe": "<https://shop.example/u>", "List_Unsubscribe_Post": "List-Unsubscribe=One-Click"}, True),
        ({"List_Unsubscribe": "<https://shop.example/u>", "List_Id": "<news.shop.example>"}, True),
        ({"List_Unsubscribe": "<https://shop.example/u>", "List_Id": "<news.shop.example>", "List_Post": "NO"}, True),
        ({"List_Unsubscribe": "<https://shop.example/u>", "Feedback_ID": "1:2:3:shop"}, True),
        # A shared mailbox that is a group of people: what comes through it was written by one of them.
        ({"List_Unsubscribe": "<mailto:x>", "List_Id": "<service.harbour.example>", "List_Post": "<mailto:service@harbour.example>", "Precedence": "list"}, False),
        ({"Precedence": "bulk"}, False),
        ({"List_Id": "<service.harbour.example>"}, False),
    ],
)  # fmt: skip
def test_newsletters(headers, found):
    assert is_newsletter(mail(**headers)) is found


@pytest.mark.parametrize(
    "sender", ["mailer-daemon@mail.example", "MAILER-DAEMON@mail.example", " postmaster@mail.example"]
)
def test_a_server_gives_a_mail_back(sender):
    assert automatic_kind(mail(), sender) == RETURNED


@pytest.mark.parametrize(
    ("kind", "action", "found"),
    [
        ("delivery-status", "Action: failed", RETURNED),
        ("delivery-status", "Action: FAILED (mailbox full)", RETURNED),
        # One that does not say what became of the mail may well give it back.
        ("delivery-status", "Status: 5.0.0", RETURNED),
        ("delivery-status", "Action: delayed", AUTOMATIC_REPLY),
        ("delivery-status", "Action: delivered", AUTOMATIC_REPLY),
        ("disposition-notification", "Action: failed", AUTOMATIC_REPLY),
    ],
)
def test_a_report_says_what_became_of_a_mail(kind, action, found):
    assert automatic_kind(message_from_string(REPORT.format(kind=kind, action=action)), ANN) == found


def test_what_is_answered_is_the_last_reference_or_the_mail_given_back():
    assert answered_id(mail(References="<first@ours.example> <last@ours.example>")) == "last@ours.example"
    returned = message_from_string(REPORT.format(kind="delivery-status", action="Action: failed"))
    assert answered_id(returned) == "sent@ours.example"
    assert answered_id(mail()) is None
