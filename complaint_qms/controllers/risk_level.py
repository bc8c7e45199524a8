"""A level of severity or occurrence."""

from frappe import _

from complaint_qms.controllers.vocabulary import Named
from complaint_qms.services.compliance.settings_in_use import check_meaning
from complaint_qms.services.risk import band_check, matrix, priority

# What a level stands for; its colour is how it is shown.
_MEANING = ("rank", "description", "harm_level", "fmea_rating", "rate_from", "rate_to")
# What it is rated by from 1 to 10.
_RATED_BY = ("fmea_rating", "rate_from", "rate_to")


class RiskLevel(Named):
    """Controller of both DocTypes of levels: the matrices read from them are read anew after any change."""

    def validate(self) -> None:
        matrix.check_color(self.color, _(self.meta.get_label("color")))
        priority.check_rating(self)
        check_meaning(self, [name for name in _MEANING if self.meta.has_field(name)])
        if self.doctype == "Risk Occurrence":
            band_check.check_band(self)

    def on_update(self) -> None:
        matrix.forget_matrices()
        before = self.get_doc_before_save()
        if before and any(before.get(name) != self.get(name) for name in _RATED_BY):
            priority.rate_open(self)

    def on_trash(self) -> None:
        matrix.forget_matrices()

    def after_rename(self, *args, **kwargs) -> None:
        matrix.forget_matrices()
