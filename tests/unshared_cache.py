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

    def name_of(key: str | bytes) -> bytes:
        return key.encode() if isinstance(key, str) else key

    def got(key: str | bytes) -> bytes | None:
        name = name_of(key)
        return kept[name] if name in kept else get(key)

    def written(key: str | bytes, value: Any, *rest: Any, **more: Any) -> Any:
        if name_of(key) in kept:
            kept[name_of(key)] = value
        return put(key, value, *rest, **more)

    def deleted(*keys: str | bytes) -> int:
        kept.update({name_of(key): None for key in keys if _DOCUMENTS in name_of(key)})
        return delete(*keys)

    for name, way in (("get", got), ("set", written), ("delete", deleted)):
        monkeypatch.setattr(cache, name, way)
