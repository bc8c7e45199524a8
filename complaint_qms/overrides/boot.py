"""What the desk is told once, when it is loaded."""

from complaint_qms.constants.labels import WORDS
from complaint_qms.constants.records import RECORDS


def extend_bootinfo(bootinfo: dict) -> None:
    """The English names of the stable keys (`public/js/labels.js`), and which kind of work each record is."""
    bootinfo["complaint_qms_words"] = WORDS
    bootinfo["complaint_qms_work"] = {record.work: record.doctype for record in RECORDS if record.work}
