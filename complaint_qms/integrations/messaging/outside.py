"""Addresses that people enter are called outside the own network alone, unless the server's configuration names a part of it.

The name of a computer is looked up once, every number it has is checked, and the call goes to the first of them: a name that
is another computer's a moment later leads nowhere. The certificate is checked against the name.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging.inbound import ServiceError

Number = ipaddress.IPv4Address | ipaddress.IPv6Address

OF_CLOUDS: Final = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "fd00:ec2::254")))
"""Where clouds keep their keys beside the link-local numbers: Alibaba Cloud, Amazon by IPv6."""
ANYWHERE: Final = ("0.0.0.0/0", "::/0")
"""All numbers, those of the own network among them."""
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
CLOSED: Final = Message(
    "{host} lies in the server's own network ({number}) and is not called. Enter an address on the Internet, or have whoever runs the server name it under “complaint_qms_own_networks” in site_config.json."
)
UNENCRYPTED: Final = Message("The service address begins with http:// and leads out of the own network.")
_LEFT_TO_PROXY: Final = Message(
    "{host} is unknown to the server itself, and the proxy might lead anywhere. Have the administrator of the server name it in the site's configuration."
)


@dataclass(frozen=True)
class Limits:
    """Where calls may lead.

    Attributes:
        open: numbers and networks of the own network that may be called, and names of computers in it; the latter are left to a
            proxy where this computer cannot look them up.
        is_encrypted: whether nothing leaves the own network without encryption.
    """

    open: tuple[str, ...] = ()
    is_encrypted: bool = False


_LIMITS: ContextVar[Limits | None] = ContextVar("call_limits", default=None)


@contextmanager
def outside_alone(own_networks: Iterable[str] = (), *, is_encrypted: bool = False) -> Iterator[None]:
    """Calls within the block go nowhere in the own network but to these numbers and networks ("10.1.2.3", "10.1.0.0/16") and computers
    ("plm.example.com"); behind a proxy a name that this computer cannot look up is called where it is among them."""
    mark = _LIMITS.set(Limits(tuple(own_networks), is_encrypted))
    try:
        yield
    finally:
        _LIMITS.reset(mark)


def call_limits() -> Limits | None:
    """Those of the present block; None where calls may go anywhere."""
    return _LIMITS.get()


def names_among(own_networks: Iterable[str]) -> tuple[str, ...]:
    """Names of computers among numbers and networks."""
    return tuple(one for one in own_networks if not _network(one))


def is_named(host: str, own_networks: Iterable[str]) -> bool:
    """Whether a computer is among them by its name."""
    return host.lower() in map(str.lower, own_networks)


def session_to(address: SplitResult, bounds: Limits) -> requests.Session:
    """A session whose calls to the address go to the number that was checked.

    Raises:
        ServiceError: the computer is unknown, or nothing may be sent to it.
    """
    host = address.hostname or ""
    port = address.port or (443 if address.scheme == "https" else 80)
    session = requests.Session()
    try:
        number = _checked_number(host, port, bounds, address.scheme == "https")
    except OSError:
        if get_environ_proxies(address.geturl()):
            # The proxy looks the name up, and nobody knows where that leads.
            if not is_named(host, bounds.open):
                raise ServiceError(_LEFT_TO_PROXY.having(host=host), passing=False) from None
            return session
        said = Message("{host} cannot be reached ({error}).", {"host": host, "error": "unknown name"})
        raise ServiceError(said, passing=True) from None
    session.mount(f"{address.scheme}://", _Pinned(host, str(number), secure=address.scheme == "https"))
    return session


def may_be_called(number: Number, open_networks: Iterable[str]) -> bool:
    """Whether a number may be called. A link-local one never is: clouds keep their keys there."""
    real = _real(number)
    if real in OF_CLOUDS or real.is_link_local or real.is_multicast or real.is_unspecified:
        return False
    if real.is_global and not real.is_reserved:
        return True
    return any(real.version == net.version and real in net for net in map(_network, open_networks) if net)


def literal(host: str) -> Number | None:
    """A host that is a number; None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        try:
            # One number for all four, octal or hexadecimal
            return ipaddress.ip_address(socket.inet_aton(host))
        except OSError:
            return None


class _Pinned(HTTPAdapter):
    """Connects to one number, and speaks to the host by its name."""

    def __init__(self, host: str, number: str, *, secure: bool) -> None:
        self._number = f"[{number}]" if ":" in number else number
        self._tls = {"server_hostname": host, "assert_hostname": host} if secure else {}
        super().__init__()

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more, **self._tls)

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        return super().proxy_manager_for(proxy, **more, **self._tls)

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        request.headers["Host"] = parts.netloc
        place = f"{self._number}:{parts.port}" if parts.port else self._number
        request.url = urlunsplit(parts._replace(netloc=place))
        return super().send(request, *args, **more)


def _checked_number(host: str, port: int, bounds: Limits, encrypted: bool) -> Number:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    numbers = [ipaddress.ip_address(place[0].partition("%")[0]) for *_kind, place in found]
    opened = ANYWHERE if is_named(host, bounds.open) else bounds.open
    if closed := [number for number in numbers if not may_be_called(number, opened)]:
        raise ServiceError(CLOSED.having(host=host, number=str(closed[0])), passing=False)
    if bounds.is_encrypted and not encrypted and any(may_be_called(number, ()) for number in numbers):
        raise ServiceError(UNENCRYPTED, passing=False)
    return numbers[0]


def _real(number: Number) -> Number:
    """The number behind one of IPv6 that stands for one of IPv4."""
    if isinstance(number, ipaddress.IPv4Address):
        return number
    if number in _NAT64:
        return ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
    return number.ipv4_mapped or number.sixtofour or (number.teredo[1] if number.teredo else number)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(str(text), strict=False)
    except ValueError:
        return None
