from complaint_qms.services.reporting.register import ComplaintRegister


def execute(filters: dict | None = None) -> tuple:
    return ComplaintRegister(filters).run()
