"""Controller of an occurrence level."""

from complaint_qms.controllers.risk_level import RiskLevel


class RiskOccurrence(RiskLevel):
    pass
