"""What a test has changed and will roll back is not read from the cache that the servers of its site share with it."""

from __future__ import annotations

from typing import Any, Final

import frappe
import pytest

_DOCUMENTS: Final = b"document_cache::"


def keep_changed_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents that this process has taken out of the shared cache are kept here, until the test ends.

    A server that looked for one in between writes what it can see, which is the document before the change; and this
    process reads the shared cache again whenever the user changes.
    """
    kept: dict[bytes, bytes | None] = {}
    cache: Any = frappe.cache
    get, put, delete = cache.get, cache.set, cache.delete

    def key_of(name: str | bytes) -> bytes:
        return name.encode() if isinstance(name, str) else name

    # Their arguments are called as those of redis are: versions of Frappe differ in which they give by name.
    def got(name: str | bytes) -> bytes | None:
        key = key_of(name)
        return kept[key] if key in kept else get(name)

    def written(name: str | bytes, value: Any, *rest: Any, **more: Any) -> Any:
        if key_of(name) in kept:
            kept[key_of(name)] = value
        return put(name, value, *rest, **more)

    def deleted(*names: str | bytes) -> int:
        kept.update({key_of(name): None for name in names if _DOCUMENTS in key_of(name)})
        return delete(*names)

    for way, ours in (("get", got), ("set", written), ("delete", deleted)):
        monkeypatch.setattr(cache, way, ours)
