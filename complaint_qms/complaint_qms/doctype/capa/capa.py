"""Controller of the CAPA."""

import frappe
from frappe import _
from frappe.utils import add_days, getdate, now_datetime

from complaint_qms.constants.fields import CAPA_STAMPS
from complaint_qms.controllers.quality_record import QualityRecord
from complaint_qms.engine.sop import capa_missing
from complaint_qms.engine.sop.capa import CRITERION_FIELDS, VERIFICATION_FIELDS, still_needed
from complaint_qms.exceptions import GateError
from complaint_qms.services.capa import actions, effectiveness, measured_types
from complaint_qms.services.compliance import contributors
from complaint_qms.services.lifecycle import facts, guard, overview, reliance
from complaint_qms.services.record import source_defaults
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.language import comma_list


class CAPA(QualityRecord):
    stamps = CAPA_STAMPS
    gates = staticmethod(capa_missing)

    def facts_for_gates(self, moving_to=None):
        return facts.capa_facts(self, moving_to)

    def before_validate(self):
        # What effectiveness computed comes in through its own service, marked by this flag, and no other way.
        if not self.flags.computed:
            super().before_validate()
            before = self.get_doc_before_save()
            for table in ("window_extensions", "residual_risks"):
                kept = before.get(table) if before else []
                self.set(table, [row.as_dict() for row in kept])
        if self.is_new():
            source_defaults.for_capa(self)

    def onload(self):
        self.set_onload("verdict_reason", effectiveness.reason_in_words(self))
        overview.put_on_form(self)

    def before_print(self, print_settings=None):
        self.verdict_reason = effectiveness.reason_in_words(self)

    def validate(self):
        actions.check_rows(self)
        self._keep_criterion()
        self._keep_complaints()
        contributors.keep_contributors(self)
        contributors.check_hand_over(self)
        move = guard.guard(self)
        if move:
            self._entered(*move)

    def on_update(self):
        actions.sync_todos(self)
        super().on_update()

    def _keep_criterion(self) -> None:
        before = self.get_doc_before_save()
        if not before or before.stage in ("draft", "plan_review", "ineffective"):
            return
        changed = guard.changed_fields(self, before)
        self._refuse_fixed(
            [name for name in CRITERION_FIELDS if name in changed],
            gate_code("G5")
            + _(
                "{0} was fixed when the plan was approved and cannot change any more. Send the CAPA back, or note it in the review."
            ),
        )
        if before.stage not in ("implement", "verify"):
            self._refuse_fixed(
                [name for name in VERIFICATION_FIELDS if name in changed],
                gate_code("G5")
                + _("{0} was fixed when the implementation was verified and cannot change any more."),
            )

    def _keep_complaints(self) -> None:
        """A complaint that was closed because of this CAPA stays among its complaints."""
        before = self.get_doc_before_save()
        if not before or before.stage == "void":
            return
        gone = {row.complaint for row in before.complaints} - {row.complaint for row in self.complaints}
        if not gone:
            return
        found = still_needed(reliance.complaints_on_capa(self.name, gone, held=True))
        if found:
            guard.refuse(self, found)
        reliance.capa_left(self.name, gone)

    def _refuse_fixed(self, touched: list[str], sentence: str) -> None:
        if touched:
            labels = comma_list(_(self.meta.get_label(name)) for name in touched)
            frappe.throw(sentence.format(labels), GateError)

    def _entered(self, origin: str, target: str) -> None:
        user, now = frappe.session.user, now_datetime()
        if target == "plan_review":
            self.submitted_by = user
            contributors.submitted(self)
        elif target == "verify":
            contributors.submitted(self)
        elif target == "implement" and origin == "plan_review":
            self.plan_approved_by, self.plan_approved_at = user, now
            measured_types.fix(self)
        elif target == "effectiveness":
            self.verified_by, self.verified_at = user, now
            self.window_start = getdate(add_days(now, 1))
            self.window_end = getdate(add_days(now, self.window_days))
        elif target in ("closed", "ineffective"):
            self.effect_reviewed_by, self.effect_reviewed_at = user, now
            if target == "closed":
                self.closed_by, self.closed_at = user, now
        elif target == "void":
            reliance.capa_left(self.name, [row.complaint for row in self.complaints])
        elif target == "draft" and origin in ("closed", "ineffective"):
            self._start_over()

    def _start_over(self) -> None:
        """A reopened CAPA plans, measures and judges anew; the versions keep what was."""
        self.reopen_count = (self.reopen_count or 0) + 1
        for name in CAPA_STAMPS:
            if name != "reopen_count":
                self.set(name, None)
        self.effect_conclusion = self.effect_override_reason = None
        self.no_harm, self.no_harm_note, self.verification_note = 0, None, None
