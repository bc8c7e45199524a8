from complaint_qms.controllers.row import Row


class RegulatoryReportElement(Row):
    pass
