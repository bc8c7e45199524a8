from complaint_qms.controllers.row import Row


class PersonalDataAccess(Row):
    pass
