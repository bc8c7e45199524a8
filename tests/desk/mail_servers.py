"""Postfix and Dovecot on this machine, with configuration and data of their own: mails go in by SMTP and are read by IMAP.

Nothing of the machine's own mail service is used or changed; both stop with the test.
"""

from __future__ import annotations

import imaplib
import os
import shutil
import smtplib
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts import services

PASSWORD = "secret"
_SECONDS = 60
_MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/postfix-data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = mail.harbour.example
mydestination =
alias_maps =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = harbour.example, customer.example
virtual_mailbox_maps = static:all
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
message_size_limit = 120000000
default_destination_concurrency_limit = 4
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth}
"""
_MASTER = """127.0.0.1:{smtp} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
_DOVECOT = """protocols = imap lmtp
listen = 127.0.0.1
base_dir = {folder}/dovecot-run
state_dir = {folder}/dovecot-state
log_path = {folder}/dovecot.log
ssl = no
disable_plaintext_auth = no
auth_username_format = %Lu
mail_location = maildir:{folder}/mail/%u
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
first_valid_gid = 1
namespace inbox {{
  inbox = yes
  separator = /
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={folder}/mail/%u allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service auth {{
  inet_listener {{
    port = {auth}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
"""


def why_not() -> str:
    """Why the servers cannot run here; empty where they can."""
    missing = [name for name in ("postfix", "dovecot") if not _program(name)]
    if missing:
        return f"{' and '.join(missing)} not installed (Debian: postfix dovecot-imapd dovecot-lmtpd)"
    return "" if os.geteuid() == 0 else "Postfix starts as root alone"


@dataclass
class MailServers:
    folder: Path
    smtp: int
    imap: int

    def send(self, raw: bytes, to: str, sender: str = "ann@customer.example") -> None:
        """Hand a mail to Postfix, byte for byte; `sender` is that of the envelope, "" for what nobody is to answer."""
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=_SECONDS) as client:
            client.ehlo()
            client.mail(sender, [f"SIZE={len(raw)}", *(["BODY=8BITMIME"] if not raw.isascii() else [])])
            client.rcpt(to)
            code, said = client.data(raw)
            assert code == 250, said

    def count(self, address: str) -> int:
        """Mails in a mailbox, whether read or not."""
        with self.reading(address) as client:
            return int(client.select("INBOX", readonly=True)[1][0])

    @contextmanager
    def reading(self, address: str) -> Iterator[imaplib.IMAP4]:
        client = imaplib.IMAP4("127.0.0.1", self.imap, timeout=_SECONDS)
        client.login(address, PASSWORD)
        try:
            yield client
        finally:
            client.logout()

    def wait_for(self, expected: dict[str, int], seconds: float = 300) -> None:
        """Wait until each mailbox has as many mails."""
        end = time.monotonic() + seconds
        while (there := {address: self.count(address) for address in expected}) != expected:
            assert time.monotonic() < end, f"delivered {there}, expected {expected}"
            time.sleep(0.2)


@contextmanager
def mail_servers() -> Iterator[MailServers]:
    """Inside, both servers run and know every address of harbour.example and customer.example."""
    # Not pytest's own folder, which it closes to the servers' users.
    with TemporaryDirectory(prefix="mail-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with _running(folder) as found:
            yield found


@contextmanager
def _running(folder: Path) -> Iterator[MailServers]:
    ports = {name: services.free_port() for name in ("smtp", "imap", "lmtp", "auth")}
    values = {"folder": folder, "password": PASSWORD, **ports}
    for name in ("postfix", "queue", "postfix-data", "mail", "dovecot-run", "dovecot-state"):
        (folder / name).mkdir()
    shutil.chown(folder / "mail", "mail", "mail")
    shutil.chown(folder / "postfix-data", "postfix")
    (folder / "postfix" / "main.cf").write_text(_MAIN.format(**values))
    (folder / "postfix" / "master.cf").write_text(_MASTER.format(**values))
    (folder / "dovecot.conf").write_text(_DOVECOT.format(**values))
    dovecot = subprocess.Popen([_program("dovecot"), "-F", "-c", str(folder / "dovecot.conf")], cwd=folder)
    try:
        _postfix(folder, "start")
        try:
            for port in ports.values():
                _await(port, folder)
            yield MailServers(folder, ports["smtp"], ports["imap"])
        finally:
            _postfix(folder, "stop")
    finally:
        dovecot.terminate()
        dovecot.wait(timeout=_SECONDS)


def _program(name: str) -> str | None:
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def _postfix(folder: Path, what: str) -> None:
    done = subprocess.run(
        [str(_program("postfix")), "-c", str(folder / "postfix"), what],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr + _log(folder)


def _await(port: int, folder: Path) -> None:
    end = time.monotonic() + _SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < end, _log(folder)
            time.sleep(0.1)


def _log(folder: Path) -> str:
    return "\n".join(path.read_text()[-2000:] for path in folder.glob("*.log"))
