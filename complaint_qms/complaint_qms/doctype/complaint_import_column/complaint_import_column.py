"""Controller of a column of a file to be imported."""

from complaint_qms.services.rows import Row


class ComplaintImportColumn(Row):
    pass
