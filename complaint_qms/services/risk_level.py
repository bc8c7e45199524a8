"""A level of severity or occurrence."""

from frappe import _

from complaint_qms.services import risk
from complaint_qms.services.vocabulary_use import Named


class RiskLevel(Named):
    """Controller of both DocTypes of levels: the matrices read from them are read anew after any change."""

    def validate(self) -> None:
        risk.check_color(self.color, _(self.meta.get_label("color")))

    def on_update(self) -> None:
        risk.forget()

    def on_trash(self) -> None:
        risk.forget()

    def after_rename(self, *args, **kwargs) -> None:
        risk.forget()
