"""Fields that a site may keep encrypted: those that nothing has to find, sort or count by, so that whoever may read them reads them as before."""

from typing import Final

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "Complaint": ("harm_description", "address_text"),
    "Reportability Assessment": ("relation_to_event",),
}
"""DocType → fields of text without a limit of its own, which are personal data (`constants/personal_data.py`)."""
ROW: Final = "Encrypted Field"
TABLE: Final = "encrypted_fields"
KEYS: Final = "complaint_qms_data_keys"
"""In site_config.json: a list of {id, key}, the newest first, `key` 32 bytes in URL-safe base64."""
BEGINS: Final = "~qe1."
"""An encrypted value: this, the id of its key, a dot, and nonce and ciphertext in URL-safe base64."""
OF_TRAIL: Final = "audit trail"
"""What values beside the trail are bound to, in the place of DocType and field."""
HIDDEN: Final = "•••"
"""What versions hold of such a value."""
