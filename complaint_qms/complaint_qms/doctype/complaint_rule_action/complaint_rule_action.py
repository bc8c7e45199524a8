"""Controller of what a rule does."""

from complaint_qms.controllers.row import Row


class ComplaintRuleAction(Row):
    pass
