"""What is sent to a door by somebody who means it no good: values of any kind, bodies that are none, files that are two things at once."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from tests.benchmarks.guest_doors import Door

FRAMEWORK = ("cmd", "_lang", "sid", "doctype", "method", "run_method", "_type", "csrf_token", "p", "embed", "state", "page", "complaint")  # fmt: skip
TOO_LONG = 20_000


def bomb(size: int = 5_000_000) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a", bytes(size))
    return into.getvalue()


def _png_bomb() -> bytes:
    """A picture of 65,000 by 65,000 dots in a few bytes, whose rows are missing."""

    def part(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    size = (65_000).to_bytes(4, "big")
    head = part(b"IHDR", size * 2 + bytes((8, 2, 0, 0, 0)))
    return b"\x89PNG\r\n\x1a\n" + head + part(b"IDAT", zlib.compress(bytes(1_000_000))) + part(b"IEND", b"")


TRICKS: dict[str, bytes] = {
    "zip bomb": bomb(),
    "zip bomb named a photo": b"\xff\xd8\xff\xe0" + bomb(),
    "gzip bomb": gzip.compress(bytes(1_000_000)),
    "GIF and ZIP at once": b"GIF89a" + bomb(10_000),
    "GIF that is a script": b"GIF89a/*" + b"A" * 40 + b"*/=1;alert(1)//",
    "PDF that acts": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF",
    "SVG that acts": b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>",
    "HTML": b"<!doctype html><script>alert(1)</script>",
    "PNG that is cut": b"\x89PNG\r\n\x1a\n" + bytes(60),
    "JPEG that is cut": b"\xff\xd8\xff\xe1" + bytes(60),
    "JPEG with PHP behind": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"<?php system($_GET[0]); ?>" + b"\xff\xd9",
    "program": b"MZ" + bytes(200),
    "ELF": b"\x7fELF" + bytes(200),
    "XML with entities": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "office file with macros": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "bytes of nothing": bytes(3000),
    "picture of four billion dots": _png_bomb(),
}
"""Files of which none may be taken, by what they try."""
PATHS = ("../../../../etc/passwd", "..\\..\\boot.ini", "/private/files/x.jpg", "a/../../b.jpg", "C:\\x.jpg", "x\0.jpg", "‮gpj.exe", ".htaccess", "con.jpg", "a.php.jpg", "<img src=x onerror=alert(1)>.jpg", "x" * 5000 + ".jpg", "")  # fmt: skip
WORDS = (
    "", " ", "\0", "\ud800", "💥" * 50, *PATHS, "<script>alert(1)</script>", "' or 1=1 --", "{0.__class__}", "%s%n", "${7*7}", "{{7*7}}", "null",
    "[]", "{}", "[[[[[[", '{"a":' * 500, "[" * 700 + "]" * 700, '{"a":' * 700 + "1" + "}" * 700, "1e999", "-1", "0", "9" * 400, "NaN", "true", "x" * TOO_LONG, "\r\nSet-Cookie: a=b", "你好", "frappe.client.get_list",
)  # fmt: skip
BROKEN = (
    b"{",
    b"[1,2",
    b"\xff\xfe",
    b"--x\r\n",
    b"<xml>",
    b"<?xml version='1.0'?><!DOCTYPE a><xml/>",
    b"null",
    b"[]",
    b'"',
    b"[" * 5000,
)
TYPES = ("application/json", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "application/xml", "application/x-www-form-urlencoded; charset=utf-7", "")  # fmt: skip
SIGNATURES = ("X-Hub-Signature-256", "X-Signature", "X-Timestamp", "timestamp", "sign", "X-Frappe-CSRF-Token", "Accept-Language", "Cookie", "Authorization", "X-HTTP-Method-Override", "Range", "Referer")  # fmt: skip
QUERY = (
    "msg_signature",
    "signature",
    "timestamp",
    "nonce",
    "echostr",
    "hub.mode",
    "hub.challenge",
    "hub.verify_token",
    *FRAMEWORK,
)


def anything(luck: random.Random, names: tuple[str, ...], depth: int = 0) -> object:
    """A value that no form sends."""
    kinds: list[Callable[[], object]] = [
        lambda: luck.choice(WORDS),
        lambda: luck.randint(-(10**20), 10**20),
        lambda: luck.random() * 1e308,
        lambda: None,
        lambda: luck.random() < 0.5,
    ]
    if depth < 4:
        kinds += [
            lambda: [anything(luck, names, depth + 1) for _ in range(luck.randint(0, 4))],
            lambda: {
                luck.choice((*names, *WORDS)): anything(luck, names, depth + 1)
                for _ in range(luck.randint(0, 5))
            },
        ]
    return luck.choice(kinds)()


def request(door: Door, luck: random.Random) -> dict[str, Any]:
    """One malformed request: {method, address, headers, data, files} for the library `requests`."""
    # Words of the framework lead elsewhere: often enough to be tried, and no more.
    names = (*door.fields, *(FRAMEWORK if luck.random() < 0.2 else ()))
    headers = {"X-Forwarded-For": ".".join(str(luck.randint(1, 254)) for _ in range(4))}
    if luck.random() < 0.2:
        headers |= {name: _header(luck) for name in luck.sample(SIGNATURES, luck.randint(1, 3))}
    if door.is_customer:
        headers = {name: value for name, value in headers.items() if name not in ("Cookie", "Authorization", "X-Frappe-CSRF-Token")}  # fmt: skip
    method = luck.choice(door.methods)
    address = door.address.replace("{}", _piece(luck))
    if luck.random() < (0.7 if method != "POST" else 0.15):
        asked = luck.sample(
            (*(QUERY if luck.random() < 0.5 or not door.fields else ()), *door.fields, "x"), 1
        )
        address += "?" + "&".join(f"{name}={_piece(luck)}" for name in asked)
    told = {"method": method, "address": address, "headers": headers, "data": None, "files": None}
    if method in ("GET", "HEAD", "OPTIONS"):
        return told
    values = _values(door, names, luck)
    way = luck.randrange(4)
    if way == 0:
        headers["Content-Type"] = "application/json"
        return told | {"data": json.dumps(values).encode()}
    if way == 1:
        headers["Content-Type"] = luck.choice(TYPES)
        return told | {"data": luck.choice((*BROKEN, luck.randbytes(luck.randint(0, 400))))}
    form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
    told["data"] = {name: value.encode("utf-8", "replace") for name, value in form.items()}
    if way == 3:
        name = luck.choice(WORDS)[:80].encode("utf-8", "replace").decode() or "x"
        told["files"] = {luck.choice(("piece", "file")): (name, luck.choice(list(TRICKS.values())))}
    return told


def _values(door: Door, names: tuple[str, ...], luck: random.Random) -> dict[str, object]:
    """Some parameters as a browser sends them, others as nobody does; at least one of those by which the door lets in is wrong."""
    chosen = luck.sample(names, min(len(names), luck.randint(0, 8)))
    values = {name: value for name, value in door.good.items() if luck.random() < 0.7}
    values |= {name: anything(luck, names) for name in chosen if name not in door.good or luck.random() < 0.4}
    for name, wrong in door.wrong.items():
        values[name] = luck.choice(wrong)
    return values


def _header(luck: random.Random) -> str:
    text = luck.choice(WORDS)[:300].replace("\r", "").replace("\n", "").replace("\0", "")
    return text.encode("utf-8", "replace").decode("latin-1").strip()


def _piece(luck: random.Random) -> str:
    """A part of an address."""
    if luck.random() < 0.1:
        return luck.choice(
            ("%00", "%ff%fe", "%2e%2e%2f%2e%2e", "%", "%zz", "a%0d%0ab", "%2F%2F", ";", "&&", "a" * 3000)
        )
    return quote(luck.choice(WORDS)[:2000].encode("utf-8", "replace"), safe=luck.choice(("", "/", "/?&=")))
