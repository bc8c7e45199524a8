from complaint_qms.controllers.vocabulary import Named


class ComplaintChannel(Named):
    pass
