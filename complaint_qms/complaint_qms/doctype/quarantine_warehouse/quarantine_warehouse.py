from complaint_qms.controllers.row import Row


class QuarantineWarehouse(Row):
    pass
