from complaint_qms.services.rows import Row


class QualityContributor(Row):
    pass
