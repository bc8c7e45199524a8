from complaint_qms.controllers.row import Row


class ScheduledScanSetting(Row):
    pass
