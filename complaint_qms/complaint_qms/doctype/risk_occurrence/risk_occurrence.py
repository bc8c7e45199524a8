"""Controller of an occurrence level."""

from complaint_qms.services.risk_level import RiskLevel


class RiskOccurrence(RiskLevel):
    pass
