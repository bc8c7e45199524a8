"""Controller of a row."""

from complaint_qms.controllers.row import Row


class QMSConnectorEvent(Row):
    pass
