"""A person asks what is known of them, or that they are forgotten: asked by one, decided by another, done by a job."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.personal_data import requests


class PersonalDataRequest(Checked):
    def before_validate(self):
        requests.keep_decided(self)

    def validate(self):
        requests.check_person(self)

    def onload(self):
        self.set_onload("why_not_looked", requests.why_not_looked())
        self.set_onload("why_not_decided", requests.why_not_decided(self))

    def on_trash(self):
        requests.refuse_removal_of_request(self)
