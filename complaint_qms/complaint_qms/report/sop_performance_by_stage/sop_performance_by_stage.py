from complaint_qms.services.reporting.sop_performance import SopPerformance


def execute(filters: dict | None = None) -> tuple:
    return SopPerformance(filters).run()
