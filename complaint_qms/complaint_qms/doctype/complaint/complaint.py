"""Controller of the complaint: says when; the services say what, the engine how much."""

from contextlib import nullcontext
from datetime import datetime

import frappe
from frappe.utils import now_datetime

from complaint_qms.constants.fields import COMPLAINT_STAMPS, DECIDED_ANEW, SEPARATED
from complaint_qms.constants.records import FIRST_STAGE
from complaint_qms.constants.stages import COMPLAINT_EARLY, COMPLAINT_ENDED
from complaint_qms.controllers.quality_record import QualityRecord
from complaint_qms.engine.sop import complaint_missing
from complaint_qms.integrations.erpnext.consistency import check_consistency
from complaint_qms.services.chat import complaint_chats as chats
from complaint_qms.services.compliance import (
    contributors,
    decisions,
    retention,
)
from complaint_qms.services.correspondence import first_response, promise
from complaint_qms.services.evidence import integrity_check
from complaint_qms.services.framework_seams import without_work_list
from complaint_qms.services.inbox import giving_back, origin
from complaint_qms.services.intake import (
    idempotency,
    learned_proposals,
    proposal_answers,
    proposals,
    receipt_dates,
    register,
)
from complaint_qms.services.lifecycle import at_once, confidentiality, facts, guard, merge
from complaint_qms.services.people import assignment
from complaint_qms.services.record import mail_address, match_keys, telephone
from complaint_qms.services.reportability import deadline
from complaint_qms.services.reporting.indexes import add_covering_indexes
from complaint_qms.services.risk import matrix, priority
from complaint_qms.services.rules import runner, thresholds
from complaint_qms.services.settlement.finance_guards import keep_party
from complaint_qms.services.signals import confidential_cases
from complaint_qms.services.sop import assigning, clock, plan, procedure
from complaint_qms.services.topics import keeping, topic_name


class Complaint(QualityRecord):
    stamps = COMPLAINT_STAMPS
    gates = staticmethod(complaint_missing)

    def facts_for_gates(self, moving_to=None):
        return facts.complaint_facts(self, moving_to)

    def onload(self):
        proposals.refresh(self)
        self.set_onload("lost_evidence", integrity_check.lost_rows(self))
        self.set_onload("keeps_confidential", confidentiality.is_keeper())
        self.set_onload("topic_name", topic_name.topic_on_form(self))

    def workday(self):
        return plan.workday_of(self)

    def before_insert(self):
        origin.take_item(self)
        idempotency.stamp_key(self)
        # No clock runs for history, so only an import says that a complaint is that.
        self.is_migrated = self.is_migrated if self.flags.by_import else 0

    def before_validate(self):
        giving_back.take_back_files(self)
        promise.keep_promise(self)
        super().before_validate()
        register.follow_company(self)
        register.follow_product(self)
        clock.keep_clock(self)
        receipt_dates.keep_moments(self)
        procedure.keep_checks(self, self._now())
        if self.is_new():
            register.fill_in(self, self._now())
            telephone.keep_number(self)

    def validate(self):
        now = self._now()
        if not self.is_new():
            self._keep_origin()
            keep_party(self)
            merge.keep_company(self)
            contributors.check_hand_over(self)
        confidentiality.keep_confidential(self)
        receipt_dates.check_moments(self, now)
        mail_address.check_one(self)
        promise.check_promise(self)
        check_consistency(self)
        if self.has_value_changed("complaint_type"):
            register.check_type(self)
            if not self.flags.put_back:
                register.take_type_defaults(self)
        deadline.keep_awareness(self)
        matrix.set_risk(self)
        priority.set_priority(self)
        learned_proposals.forget_changed(self)
        proposal_answers.note_answers(self, now)
        decisions.stamp_decisions(self, now)
        receipt_dates.stamp_agreement(self, now)
        self._follow_procedure(now)
        first_response.check_first_response(self, now)
        merge.look(self)
        move = guard.guard(self)
        if move:
            passed_over = at_once.pass_over(self, *move, now)
            decisions.take(self, *move, now)
            self._entered(*move, now, passed_over)
        if self.has_value_changed("first_response_at") and self.first_response_at and not self.is_new():
            clock.answered(self, now)

    def run_method(self, method, *args, **kwargs):
        if method == "after_insert":
            clock.log_start(self)  # the trail's entry of the new complaint holds the row
        if method != "on_update":
            return super().run_method(method, *args, **kwargs)
        listless = without_work_list(self.doctype) if self.flags.in_insert else nullcontext()
        with assignment.saving(self), listless:
            return super().run_method(method, *args, **kwargs)

    def before_save(self):
        if self.is_new():
            clock.set_aside(self)

    def after_insert(self):
        confidentiality.follow_confidential(self)
        match_keys.keep([self])
        origin.settle_item(self)

    def on_update(self):
        if not self.flags.in_insert:
            confidentiality.follow_confidential(self)
            if self.has_value_changed("confidential"):
                confidential_cases.leave_out(self)
                keeping.drop_confidential(self)
            match_keys.follow(self)
            thresholds.ask_again(self)
        merge.tell_original(self)
        at_once.note_passed_over(self)
        giving_back.return_messages(self)
        chats.return_chats(self)
        deadline.follow_awareness(self)
        deadline.follow_harm(self)
        super().on_update()

    def on_change(self):
        super().on_change()
        by_rule = assignment.end_save(self)
        runner.after_save(self)
        assigning.after_save(self, by_rule)

    def _validate_links(self):
        if self.is_new() and not self.flags.by_import:
            origin.check_source(self)
        super()._validate_links()

    def _now(self) -> datetime:
        return self.flags.now or now_datetime()

    def _keep_origin(self) -> None:
        # Where a complaint came from is history; what a request sends in its place is put back.
        before = self.get_doc_before_save()
        for name in ("source_doctype", "source_name", "idempotency_key", "idempotency_hash", "is_migrated"):
            self.set(name, before.get(name))

    def _follow_procedure(self, now: datetime) -> None:
        clock.note_handler(self, now)
        early = (self.stage or "intake") in COMPLAINT_EARLY
        if self.is_new():
            if not self.sop or not procedure.may_choose():
                self.sop = procedure.choose_sop(self)
            procedure.add_checks(self, FIRST_STAGE["Complaint"])
            clock.start_clock(self, now)
            return
        if (self.sop or None) != (self.get_doc_before_save().sop or None):
            procedure.check_choice(self)
        elif early and procedure.steers(self):
            self.sop = procedure.choose_sop(self) or self.sop
        if self.has_value_changed("sop"):
            procedure.change_checks(self)
        if any(self.has_value_changed(name) for name in ("sop", "received_at", "hold_until", "urgency")):
            clock.refresh(self, now)

    def _entered(self, origin: str, target: str, now: datetime, passed_over: str | None) -> None:
        self.held_stage = None
        if origin == "on_hold":
            # The stage log keeps the reason; the next hold has one of its own.
            self.hold_reason = self.hold_until = None
        if target == "on_hold":
            clock.put_on_hold(self, now)
        elif target in COMPLAINT_ENDED:
            self._end(target, now)
        else:
            if origin in COMPLAINT_ENDED:
                self._reopen(origin)
            clock.enter_stage(self, target, now, passed_over)
            procedure.add_checks(self, target)

    def _end(self, target: str, now: datetime) -> None:
        clock.stop(self, now, target)
        self.closed_by, self.closed_at = frappe.session.user, now
        retention.keep_term(self)

    def _reopen(self, origin: str) -> None:
        self.reopen_count = (self.reopen_count or 0) + 1
        self.update(dict.fromkeys(SEPARATED if origin == "duplicate" else DECIDED_ANEW))


def on_doctype_update() -> None:
    add_covering_indexes()
