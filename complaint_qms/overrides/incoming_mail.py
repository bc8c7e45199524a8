"""Email Account as the framework has it; what the headers of a mail say is noted before they are gone, and mails of a mailbox that
registers complaints are kept in the inbox as they are fetched.

A Communication keeps no headers, and no event is heard before it is made; so this one class is taken over by its hook. Where
another app has a class of its own, ours stands upon that one.
"""

from typing import Any

import frappe
from frappe.email.doctype.email_account.email_account import EmailAccount

from complaint_qms.overrides.class_upon import class_upon
from complaint_qms.services.correspondence import mailboxes, receiving
from complaint_qms.services.mailbox import accounts, fetching

# A service of Frappe 16 that hands mails over by its own interface.
_WITHOUT_SERVER = "Frappe Mail"


def _remember(mail: Any) -> None:
    """One mail that cannot be read goes on unmarked, and the others with it."""
    try:
        receiving.remember(mail)
    except Exception as error:
        # A traceback would hold what the mail says.
        told = f"{type(error).__name__}. The mail is received without being marked."
        frappe.log_error(title="Headers of a mail not read", message=told)


def _upon(base: type[EmailAccount]) -> type[EmailAccount]:
    class NotedEmailAccount(base):
        def get_inbound_mails(self) -> list[Any]:
            mails = super().get_inbound_mails()
            if self.service == _WITHOUT_SERVER and mailboxes.registers(self):
                # What cannot be kept is the framework's, and so no less than a mail on no record.
                mails = [mail for mail in mails if not fetching.keep_safely(mail.raw_message, self)]
            for mail in mails:
                _remember(mail)
            return mails

        def get_incoming_server(self, in_receive: bool = False, *args: Any, **more: Any) -> Any:
            server = super().get_incoming_server(in_receive, *args, **more)
            return (
                fetching.KeepingServer(server, self) if in_receive and mailboxes.registers(self) else server
            )

        def build_email_sync_rule(self) -> str:
            # The framework counts on from its last Communication; those of kept mails have no number of their server's.
            rule = super().build_email_sync_rule()
            return f"UID 1:{rule.partition(':')[2]}" if rule.startswith("UID 0:") else rule

        def before_save(self) -> None:
            accounts.begin(self)
            super().before_save()

    return NotedEmailAccount


__getattr__ = class_upon(f"{__name__}.NotedEmailAccount", "Email Account", EmailAccount, _upon)
