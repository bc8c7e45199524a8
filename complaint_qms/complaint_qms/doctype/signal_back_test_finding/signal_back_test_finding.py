from complaint_qms.controllers.row import Row


class SignalBacktestFinding(Row):
    pass
