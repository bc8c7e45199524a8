"""Controller of a severity level."""

from complaint_qms.services.risk_level import RiskLevel


class RiskSeverity(RiskLevel):
    pass
