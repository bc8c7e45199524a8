"""Controller of a row that made no complaint; complaint_qms.services.importing.row_errors keeps them."""

from complaint_qms.controllers.row import Row


class ComplaintImportError(Row):
    pass
