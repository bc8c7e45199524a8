"""Controller of the settings of the language model; complaint_qms.services.language_model.settings reads them."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.language_model import settings


class ComplaintLanguageModel(Checked):
    def validate(self):
        settings.check_model_settings(self)
