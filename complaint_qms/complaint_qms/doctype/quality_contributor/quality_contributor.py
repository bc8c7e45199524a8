from complaint_qms.controllers.row import Row


class QualityContributor(Row):
    pass
