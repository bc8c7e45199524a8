"""Controller of a survey; complaint_qms.services.survey sends it, takes its answer in and looks after what follows."""

from complaint_qms.controllers.record import Checked


class ComplaintSurvey(Checked):
    pass
