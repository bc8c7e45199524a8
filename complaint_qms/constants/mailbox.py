"""Mailboxes that register complaints: what the app adds to Email Account, and its terms."""

from datetime import timedelta
from typing import Final

REGISTERS: Final = "complaint_registers"
COMPANY: Final = "complaint_company"
CHANNEL: Final = "complaint_channel"
LANGUAGE: Final = "complaint_language"
SINCE: Final = "complaint_since"
COLLEAGUES: Final = "complaint_colleagues"
LAST_UID: Final = "complaint_last_uid"
"""Of a folder: the last mail that was taken from it, by the number its server gave it."""

EMAIL_CHANNEL: Final = "Email"

# What becomes of a mail from the mailbox's own domain; choices of a Select of another app's DocType, shown as they are.
WAIT: Final = "Wait for a Decision"
REGISTER: Final = "Register a Complaint"
DISMISS: Final = "Make No Complaint"
COLLEAGUE_CHOICES: Final = (WAIT, REGISTER, DISMISS)

# Domains at which anybody may have an address: who writes from there is no colleague.
PUBLIC_DOMAINS: Final = frozenset(
    {
        "126.com", "139.com", "163.com", "189.cn", "aliyun.com", "aol.com", "foxmail.com", "free.fr", "gmail.com", "gmx.de", "gmx.net",
        "googlemail.com", "hotmail.com", "icloud.com", "live.com", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "orange.fr", "outlook.com",
        "proton.me", "protonmail.com", "qq.com", "rocketmail.com", "sina.cn", "sina.com", "sohu.com", "t-online.de", "tom.com", "uol.com.br", "vip.163.com",
        "vip.qq.com", "wanadoo.fr", "web.de", "yahoo.co.jp", "yahoo.com", "yandex.ru", "yeah.net", "zoho.com",
    }
)  # fmt: skip

MOST_OF_ONE_SENDER: Final = 20
"""Complaints that one address registers by mail within `LOOKED_BACK`; what comes after waits: it may be a machine."""
LOOKED_BACK: Final = timedelta(hours=1)
SAME_WITHIN: Final = timedelta(hours=24)
"""A mail that says the same as another one of its sender within this time waits."""
MOST_ANSWERED: Final = 3
"""Automatic replies that one address gets within `SAME_WITHIN`."""
