"""Controller of a field action."""

import frappe
from frappe import _
from frappe.utils import now_datetime

from complaint_qms.constants.field_action import APPROVED_FIELDS, FIXED_STAGES, START_FIELDS
from complaint_qms.constants.fields import FIELD_ACTION_STAMPS
from complaint_qms.controllers.quality_record import QualityRecord
from complaint_qms.engine.sop import field_action_missing
from complaint_qms.engine.sop.field_action import has_part
from complaint_qms.exceptions import GateError
from complaint_qms.services.compliance import contributors
from complaint_qms.services.field_action import (
    approval,
    classes,
    contact,
    following,
    scope,
    texts,
    withdrawing,
)
from complaint_qms.services.lifecycle import guard, overview
from complaint_qms.services.lifecycle.facts import record_facts
from complaint_qms.services.record import source_defaults
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.language import comma_list


class FieldAction(QualityRecord):
    stamps = FIELD_ACTION_STAMPS
    gates = staticmethod(field_action_missing)

    def before_validate(self):
        # What is computed comes in through its own service, marked by this flag, and no other way.
        if not self.flags.computed:
            super().before_validate()
        if self.is_new():
            source_defaults.for_field_action(self)
            self.started_at = now_datetime()

    def facts_for_gates(self, moving_to=None):
        return super().facts_for_gates(moving_to) | {
            "languages_without_text": texts.languages_without_text(self),
            "has_no_contact": not {"phone", "email"} & {*contact.whom_to_call(self)},
        }

    def signed_content(self):
        return approval.signed_content(self)

    def onload(self):
        self.set_onload("classes", classes.choices())
        overview.put_on_form(self)

    def validate(self):
        classes.check_class(self)
        texts.check_texts(self)
        self._check_terms()
        scope.check_start(self)
        self._keep_approved()
        source_defaults.check_dates(self, "opened_on", "due_date")
        # Its list of customers stands in records of their own.
        contributors.keep_contributors(self, wrote=self.flags.list_changed or None)
        contributors.check_hand_over(self)
        self._check_reason_below_target()
        before = self.get_doc_before_save()
        move = guard.guard(self)
        if move:
            self._entered(*move)
        elif before and before.stage == "scope" and self._start_changed(before):
            scope.put_scope(self)

    def on_update(self):
        if self.flags.scope_taken:
            following.follow_scope(self)
        if self.flags.is_over:
            withdrawing.withdraw_notices(self)
        super().on_update()

    def _check_terms(self) -> None:
        for field in ("target_acknowledged", "target_accounted"):
            if not 0 <= (self.get(field) or 0) <= 100:
                frappe.throw(_("{0}: enter 0 to 100 percent.").format(_(self.meta.get_label(field))))
        for field, most in (("reminder_days", 90), ("most_reminders", 10), ("link_days", 1095)):
            if not 0 <= (self.get(field) or 0) <= most:
                frappe.throw(_("{0}: enter 0 to {1}.").format(_(self.meta.get_label(field)), most))

    def _check_reason_below_target(self) -> None:
        before = self.get_doc_before_save()
        was = (before.below_target_reason if before else "") or ""
        if (self.below_target_reason or "") != was and has_part(record_facts(self)):
            frappe.throw(
                gate_code("G6")
                + _("{0}: you lead, wrote or submitted this field action. Somebody without a part in it writes it.").format(
                    _(self.meta.get_label("below_target_reason"))
                ),
                GateError,
            )  # fmt: skip

    def _keep_approved(self) -> None:
        before = self.get_doc_before_save()
        if not before or before.stage not in FIXED_STAGES:
            self._keep_kind(before)
            return
        changed = set(guard.changed_fields(self, before))
        touched = [name for name in (*APPROVED_FIELDS, "texts") if name in changed]
        if touched:
            labels = comma_list(_(self.meta.get_label(name)) for name in touched)
            frappe.throw(
                gate_code("G9")
                + _("{0} was approved with a signature and cannot change any more. Cancel this field action and start another one.").format(labels),
                GateError,
            )  # fmt: skip

    def _keep_kind(self, before) -> None:
        if before and before.scope_at and self.has_value_changed("is_mock"):
            frappe.throw(
                _(
                    "Whether it is a mock recall is fixed once the scope is computed. Start another field action."
                )
            )

        # Another start would be timed by the stopwatch of the first one, or by one that nobody has seen run.
        if before and before.scope_at and self.is_mock and self._start_changed(before):
            frappe.throw(
                _(
                    "What a mock recall starts from is fixed once its scope is computed. Cancel it, and start another mock recall."
                )
            )

    def _start_changed(self, before) -> bool:
        return any((self.get(name) or "") != (before.get(name) or "") for name in START_FIELDS)

    def _entered(self, origin: str, target: str) -> None:
        user, now = frappe.session.user, now_datetime()
        self.flags.is_over = target in withdrawing.OVER
        if target == "scope" and origin == "draft":
            scope.put_scope(self)
        elif target == "approval":
            self.submitted_by = user
            contributors.submitted(self)
        elif target == "under_way" and origin == "approval":
            approval.approve(self, user, now)
        elif target == "ended":
            self.ended_by, self.ended_at = user, now
        elif target == "under_way":
            self.ended_by = self.ended_at = None
