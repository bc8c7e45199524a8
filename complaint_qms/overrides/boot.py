"""What the desk is told once, when it is loaded."""

from complaint_qms.constants.labels import WORDS


def extend_bootinfo(bootinfo: dict) -> None:
    """The English names of the stable keys, for `public/js/labels.js`."""
    bootinfo["complaint_qms_words"] = WORDS
