"""Translations that a site writes: the app's own words are known in them."""

from typing import Any

from complaint_qms.services.record import collected, site_cache


def changed(*_args: Any) -> None:
    site_cache.forget([collected.CACHE_KEY])
