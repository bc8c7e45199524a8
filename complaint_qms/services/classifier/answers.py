"""What the version in use answers on texts. Loads arrays: for workers alone."""

from __future__ import annotations

from typing import Final

import frappe

from complaint_qms.engine.classify import Proposal, propose_many
from complaint_qms.engine.classify.model import TextModel
from complaint_qms.services.classifier import weights
from complaint_qms.services.intake import learned_proposals, proposals

_LOGGED: Final = "complaint_qms_classifier_error"
_DAY: Final = 24 * 3600
_loaded: Final[dict[str, dict[str, TextModel]]] = {}
"""The version in use, by site and name; a worker that forks for each job loads it once a job."""


def answers_of(texts: list[str], models: dict[str, TextModel]) -> list[list[Proposal]]:
    """What models propose for each text, with what harm makes of it."""
    lexicon = proposals.lexicon()
    base = propose_many(texts, models, lexicon, fields=proposals.BY_WORDS)
    return [
        [one for one in proposals.weighed(text, found, lexicon) if one.field in models]
        for text, found in zip(texts, base, strict=True)
    ]


def models_in_use(version: str) -> dict[str, TextModel]:
    """The models of a version; none where its files cannot be used, which the Error Log says once a day."""
    key = f"{frappe.local.site}:{version}"
    if key in _loaded:
        return _loaded[key]
    try:
        found = weights.models_of(frappe.get_doc(learned_proposals.VERSION, version))
    except ValueError as error:
        _log(version, error)
        return {}
    _loaded.clear()
    _loaded[key] = found
    return found


def _log(version: str, error: Exception) -> None:
    key = f"{_LOGGED}:{version}"
    if not frappe.cache.get_value(key, expires=True):
        frappe.log_error(title="Complaint Classifier cannot be used", message=f"{error}. Train anew.")
        frappe.cache.set_value(key, 1, expires_in_sec=_DAY)
