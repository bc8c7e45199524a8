"""A mail server on this machine that accounts of the site read: Twisted's IMAP server over a folder of mails, in a process of its own.

python imap_server.py FOLDER PORT ADDRESS PASSWORD
"""

from __future__ import annotations

import os
import sys
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from io import BytesIO
from pathlib import Path

from twisted.cred.error import UnauthorizedLogin
from twisted.internet import defer, protocol, reactor
from twisted.mail import imap4
from zope.interface import implementer


@implementer(imap4.IMessage, imap4.IMessageFile)
class Mail:
    """One file of the folder; its number is that of its name."""

    def __init__(self, path: Path) -> None:
        self.raw = path.read_bytes()
        self.uid = int(path.stem)
        self.flags: set[str] = set()

    def getUID(self) -> int:
        return self.uid

    def getFlags(self) -> list[str]:
        return sorted(self.flags)

    def getInternalDate(self) -> str:
        return parsedate_to_datetime(message_from_bytes(self.raw)["Date"]).strftime("%d-%b-%Y %H:%M:%S +0000")

    def getHeaders(self, negate: bool, *names: str) -> dict[str, str]:
        wanted = {name.lower() if isinstance(name, str) else name.decode().lower() for name in names}
        found = message_from_bytes(self.raw).items()
        return {key: str(value) for key, value in found if (key.lower() in wanted) is not negate or not names}

    def getBodyFile(self) -> BytesIO:
        return BytesIO(self.raw.partition(b"\r\n\r\n")[2])

    def getSize(self) -> int:
        return len(self.raw)

    def isMultipart(self) -> bool:
        return message_from_bytes(self.raw).is_multipart()

    def getSubPart(self, part: int):
        raise IndexError(part)

    def open(self) -> BytesIO:
        return BytesIO(self.raw)


@implementer(imap4.IMailbox)
class Inbox:
    def __init__(self, folder: Path) -> None:
        self.folder, self.known = folder, {}

    @property
    def mails(self) -> list[Mail]:
        """Those in the folder; a file that is another one now is another mail."""
        files = {path: path.stat().st_mtime_ns for path in sorted(self.folder.glob("*.eml"))}
        self.known = {key: self.known.get(key) or Mail(key[0]) for key in files.items()}
        return list(self.known.values())

    def getFlags(self) -> list[str]:
        return ["\\Seen", "\\Answered", "\\Deleted"]

    def getHierarchicalDelimiter(self) -> str:
        return "/"

    def getUIDValidity(self) -> int:
        return 1

    def getUIDNext(self) -> int:
        return max([mail.uid for mail in self.mails], default=0) + 1

    def getUID(self, message: int) -> int:
        return self.mails[message - 1].uid

    def getMessageCount(self) -> int:
        return len(self.mails)

    def getRecentCount(self) -> int:
        return 0

    def getUnseenCount(self) -> int:
        return sum("\\Seen" not in mail.flags for mail in self.mails)

    def isWriteable(self) -> bool:
        return True

    def requestStatus(self, names: list[str]) -> dict:
        return imap4.statusRequestHelper(self, names)

    def addListener(self, listener: object) -> None:
        pass

    removeListener = addListener

    def fetch(self, messages: imap4.MessageSet, uid: bool) -> list[tuple[int, Mail]]:
        mails = self.mails
        messages.last = max([mail.uid for mail in mails], default=0) if uid else len(mails)
        return [
            (number, mail) for number, mail in enumerate(mails, 1) if (mail.uid if uid else number) in messages
        ]  # fmt: skip

    def store(
        self, messages: imap4.MessageSet, flags: list[str], mode: int, uid: bool
    ) -> dict[int, list[str]]:
        changed = {}
        for number, mail in self.fetch(messages, uid):
            told = {_flag(flag) for flag in flags}
            mail.flags = {-1: mail.flags - told, 0: told, 1: mail.flags | told}[mode]
            changed[number] = mail.getFlags()
        return changed


@implementer(imap4.IAccount)
class Account:
    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox

    def select(self, name: str, rw: bool = True) -> Inbox | None:
        return self.inbox if name.upper() == "INBOX" else None

    def listMailboxes(self, ref: str, wildcard: str) -> list[tuple[str, Inbox]]:
        return [("INBOX", self.inbox)]

    def isSubscribed(self, name: str) -> bool:
        return True


class Server(imap4.IMAP4Server):
    def authenticateLogin(self, user: bytes, password: bytes) -> defer.Deferred:
        if (user, password) != self.factory.owner:
            return defer.fail(UnauthorizedLogin())
        return defer.succeed((imap4.IAccount, self.factory.account, lambda: None))


def _flag(flag: str | bytes) -> str:
    text = flag.decode() if isinstance(flag, bytes) else flag
    return f"\\{text[1:].capitalize()}" if text.startswith("\\") else text


def serve(folder: str, port: str, address: str, password: str) -> None:
    factory = protocol.ServerFactory()
    factory.protocol = Server
    factory.account = Account(Inbox(Path(folder)))
    factory.owner = (address.encode(), password.encode())
    reactor.listenTCP(int(port), factory, interface="127.0.0.1")
    parent = os.getppid()

    def look_after() -> None:
        """End with who started it."""
        if os.getppid() != parent:
            reactor.stop()
        else:
            reactor.callLater(1, look_after)

    look_after()
    reactor.run()


if __name__ == "__main__":
    serve(*sys.argv[1:])
