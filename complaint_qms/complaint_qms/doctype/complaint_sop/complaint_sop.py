"""Controller of the complaint SOP."""

import frappe
from frappe import _
from frappe.utils import escape_html

from complaint_qms.controllers.vocabulary import Named
from complaint_qms.services.people.assignees import check_responsible
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.sop import plan as sop_plan
from complaint_qms.services.sop import procedure, reclock, versions
from complaint_qms.services.sop.acting_roles import check_acting_roles
from complaint_qms.services.sop.assign_table import check_ways, tidy_ways
from complaint_qms.services.sop.at_once import check_at_once
from complaint_qms.services.sop.at_once_limits import check_limits
from complaint_qms.services.sop.escalation_table import tidy_ladder
from complaint_qms.services.sop.proofs import check_proofs, tidy_proofs


class ComplaintSOP(Named):
    def onload(self):
        self.set_onload("workday", sop_plan.usual_workday_of(self))

    def validate(self):
        stages = [row.stage for row in self.stages]
        twice = sorted({stage for stage in stages if stages.count(stage) > 1})
        if twice:
            frappe.throw(
                _("Stages: {0} has more than one row. Keep one.").format(escape_html(comma_list(twice)))
            )
        versions.keep_series(self)
        versions.check_validity(self)
        tidy_ladder(self)
        tidy_ways(self)
        tidy_proofs(self)
        sop_plan.check_sop(self)
        check_responsible(self)
        check_ways(self)
        check_proofs(self)
        check_at_once(self)
        check_limits(self)
        check_acting_roles(self)

    def on_update(self):
        procedure.forget_sops()
        procedure.tell_tie(self)
        if not self.is_new():
            reclock.request()

    def on_trash(self):
        procedure.forget_sops()
