"""Chat with a site from a browser window.

1. In the desk: a new Complaint Chat Channel, service “Signed webhook”, an app secret, and as service address
   http://127.0.0.1:8123/replies. Save; the form shows the address that messages are posted to.
2. python -m tests.browser.chat_phone http://…/complaint-chat/…; it asks for the secret.
3. Open http://127.0.0.1:8123.

Without an address the assistant is tried alone, with the articles of its tests and no site.
"""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
from contextlib import ExitStack

from tests.browser.chat_phone.phone import Phone
from tests.browser.chat_phone.rehearsal import Rehearsal


def main() -> None:
    parser = argparse.ArgumentParser(prog="chat_phone", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("webhook", nargs="?", help="address that the channel's form shows")
    parser.add_argument("--port", type=int, default=8123, help="of the page and of the replies")
    given = parser.parse_args()
    with ExitStack() as open_until_the_end:
        if given.webhook:
            secret = os.environ.get("CHAT_PHONE_SECRET") or getpass.getpass("App secret of the channel: ")
            phone = open_until_the_end.enter_context(Phone(given.webhook, secret, given.port))
        else:
            site = open_until_the_end.enter_context(Rehearsal(secrets.token_hex()))
            phone = open_until_the_end.enter_context(Phone(site.webhook, site.secret, given.port))
            site.replies = f"{phone.url}/replies"
        print(f"Open {phone.url}; replies are taken at {phone.url}/replies. Ctrl+C ends it.")
        try:
            phone.wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
