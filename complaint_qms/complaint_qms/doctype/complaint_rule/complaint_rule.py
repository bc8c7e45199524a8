"""Controller of a rule without code; complaint_qms.services.rules checks, says and runs it."""

from frappe.utils import cint

from complaint_qms.controllers.record import Checked
from complaint_qms.services.rules import active_rules, checking, rule_text


class ComplaintRule(Checked):
    def onload(self):
        self.set_onload("words", rule_text.rule_in_words(self.as_dict()))
        for row in self.actions:
            row.summary = rule_text.act_in_words(row.as_dict())

    def before_validate(self):
        before = self.get_doc_before_save()
        for row in self.actions:
            row.summary = None  # said anew to each reader
        self.version = cint(before.version) + 1 if before else 1

    def validate(self):
        checking.check_rule(self)

    def on_change(self):
        super().on_change()
        active_rules.forget_rules()

    def on_trash(self):
        active_rules.forget_rules()

    def after_rename(self, old, new, merge=False):
        active_rules.forget_rules()
