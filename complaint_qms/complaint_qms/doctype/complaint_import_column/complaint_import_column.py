"""Controller of a column of a file to be imported."""

from complaint_qms.controllers.row import Row


class ComplaintImportColumn(Row):
    pass
