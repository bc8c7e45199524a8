"""A record whose name is a word that other records are written in: a type, a channel, a level, a matrix, a procedure."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.compliance.settings_in_use import check_rename


class Named(Checked):
    """Neither renamed nor merged while ended records name it."""

    def before_rename(self, old: str, new: str, merge: bool = False) -> None:
        super().before_rename(old, new, merge)
        check_rename(self.doctype, old, new, merge)
