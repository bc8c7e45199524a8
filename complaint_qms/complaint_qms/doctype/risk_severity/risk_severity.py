"""Controller of a severity level."""

from complaint_qms.controllers.risk_level import RiskLevel


class RiskSeverity(RiskLevel):
    pass
