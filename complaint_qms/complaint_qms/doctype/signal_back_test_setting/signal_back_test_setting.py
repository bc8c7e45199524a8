from complaint_qms.controllers.row import Row


class SignalBacktestSetting(Row):
    pass
