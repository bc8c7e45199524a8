"""The scheduler's door to encryption at rest: what was broken off goes on within the hour, what was written past the app is found each day."""

from complaint_qms.services.compliance import encrypted_fields


def go_on_encrypting() -> None:
    """Put one pass into the queue where a change of the list, or of the key, is not carried through."""
    if encrypted_fields.is_left():
        encrypted_fields.enqueue_pass()


def encrypt_daily() -> None:
    encrypted_fields.enqueue_pass()
