"""Controller of a rule set of reportability."""

from complaint_qms.constants.reportability import DRAFT
from complaint_qms.controllers.record import Checked
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.reportability import questionnaire, rule_sets


class ReportingRuleSet(Checked):
    def validate(self):
        rule_sets.check_rule_set(self)

    def onload(self):
        self.set_onload("faults", rule_sets.faults_of(self) if self.status == DRAFT else [])
        self.set_onload("may_release", rule_sets.may_release(self))
        self.set_onload("read_through", questionnaire.read_through(self))

    def on_trash(self):
        guard.refuse_deletion(self)
