"""Controller of a row that made no complaint; complaint_qms.services.importing.errors keeps them."""

from complaint_qms.services.rows import Row


class ComplaintImportError(Row):
    pass
