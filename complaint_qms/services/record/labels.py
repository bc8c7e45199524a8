"""Names of stable keys as people read them."""

from frappe import _

from complaint_qms.constants.labels import WORDS


def word(key: str | None) -> str:
    """Name of a stable key in the user's language; empty for no key.

    As on the desk (`public/js/labels.js`): what the language file has for the key itself, which stands there without
    another app's meaning of the same word, and only then the translated English name.
    """
    if not key:
        return ""
    said = _(key)
    return said if said != key else _(WORDS.get(key, key))
