"""Signature and cipher that WeChat service accounts and WeCom share.

WeCom, “加解密方案说明” (developer.work.weixin.qq.com/document/path/90968); WeChat, “消息加解密说明”
(developers.weixin.qq.com/doc/offiaccount, Message Encryption and Decryption). The signature is the SHA-1 of token, timestamp, nonce
and ciphertext, sorted and joined. The key is the EncodingAESKey with `=` read as Base64: 32 bytes; AES-256-CBC with its first 16 as
initialisation vector. The plaintext is 16 random bytes, the length in network order, the message and the id of the receiver, padded by
PKCS #7 to a multiple of 32 (RFC 5652 6.3).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct
from typing import Final
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from complaint_qms.integrations.messaging.inbound import Refused, Unreadable, is_recent

_BLOCK: Final = 32
_RANDOM: Final = 16
_HEAD: Final = _RANDOM + 4
WINDOW: Final = 3600
"""Seconds by which a request's time may differ from ours; neither service names one, both repeat a request within seconds."""
_DEEPEST: Final = 20
_MOST_FIELDS: Final = 200
_LONGEST: Final = 1 << 20
"""Characters that are read of all elements together."""


def signature(*parts: str) -> str:
    """SHA-1 of what is signed, sorted and joined, as hexadecimal."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace")).hexdigest()


def verify(sent: str, now: float, token: str, timestamp: str, *more: str) -> None:
    """Raises:
    Refused: the signature is another, or the time is not near ours.
    """
    same = hmac.compare_digest(signature(token, timestamp, *more).encode(), sent.encode("utf-8", "replace"))
    if not token or not same or not is_recent(timestamp, now, WINDOW):
        raise Refused


def decipher(aes_key: str, ciphertext: str, receiver: str) -> str:
    """The message within a ciphertext.

    Raises:
        Refused: it was made with another key, or for somebody else.
    """
    try:
        data = base64.b64decode(ciphertext, validate=True)
        key = _key(aes_key)
        cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        plain = cipher.update(data) + cipher.finalize()
    except (binascii.Error, ValueError):
        raise Refused from None
    padding = plain[-1] if plain else 0
    if not 1 <= padding <= _BLOCK or plain[-padding:] != bytes([padding]) * padding:
        raise Refused
    plain = plain[:-padding]
    if len(plain) < _HEAD:
        raise Refused
    (length,) = struct.unpack(">I", plain[_RANDOM:_HEAD])
    message, owner = plain[_HEAD : _HEAD + length], plain[_HEAD + length :]
    if len(message) != length or not hmac.compare_digest(owner, receiver.encode()):
        raise Refused
    return message.decode("utf-8", "replace")


def encipher(aes_key: str, message: str, receiver: str, random: bytes | None = None) -> str:
    """A ciphertext as the services make it."""
    said = message.encode()
    plain = (random or os.urandom(_RANDOM)) + struct.pack(">I", len(said)) + said + receiver.encode()
    padding = _BLOCK - len(plain) % _BLOCK
    key = _key(aes_key)
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(cipher.update(plain + bytes([padding]) * padding) + cipher.finalize()).decode()


def xml_fields(body: bytes | str) -> dict[str, str]:
    """The elements below the root with their text. A document type is refused unread: no entity is defined or resolved.

    Raises:
        Unreadable: it is no such XML.
    """
    data = body.encode() if isinstance(body, str) else body
    try:
        parser = ElementTree.XMLParser(target=_Flat())
        parser.feed(data)
        return parser.close()
    except (ElementTree.ParseError, ValueError, LookupError):
        raise Unreadable(data.decode("utf-8", "replace")) from None


class _Flat:
    """Takes the text of the elements below the root as the parser meets them; builds no tree."""

    def __init__(self) -> None:
        # The parser hands text over in pieces, each line end in one of its own.
        self.pieces: dict[str, list[str]] = {}
        self.length = 0
        self.depth = 0
        self.open = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ValueError
        if self.depth == 2:
            self.open = tag
            self.pieces.setdefault(tag, [])
            if len(self.pieces) > _MOST_FIELDS:
                raise ValueError

    def data(self, text: str) -> None:
        if self.depth == 2:
            self.length += len(text)
            if self.length > _LONGEST:
                raise ValueError
            self.pieces[self.open].append(text)

    def end(self, tag: str) -> None:
        self.depth -= 1

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise ValueError

    def close(self) -> dict[str, str]:
        return {name: "".join(pieces) for name, pieces in self.pieces.items()}


def _key(aes_key: str) -> bytes:
    key = base64.b64decode(aes_key + "=", validate=True)
    if len(key) != 32:
        raise ValueError
    return key
