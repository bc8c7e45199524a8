from complaint_qms.services.vocabulary_use import Named


class ComplaintChannel(Named):
    pass
