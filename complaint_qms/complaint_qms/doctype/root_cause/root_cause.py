"""Controller of the root cause."""

import frappe
from frappe import _
from frappe.utils import escape_html, now_datetime

from complaint_qms.constants.events import CAUSE_READY
from complaint_qms.constants.fields import ROOT_CAUSE_STAMPS
from complaint_qms.controllers.quality_record import QualityRecord
from complaint_qms.engine.sop import root_cause_missing
from complaint_qms.exceptions import GateError
from complaint_qms.services.compliance import contributors
from complaint_qms.services.events import Event, announce
from complaint_qms.services.lifecycle import cause_overview, guard, reliance
from complaint_qms.services.lifecycle.facts import facts_of
from complaint_qms.services.record import source_defaults, timeline
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.timeline import Text, line

# The one field that goes with each judgement.
_JUDGEMENT = {"verified": "verification_method", "rejected": "rejection_reason"}


class RootCause(QualityRecord):
    stamps = ROOT_CAUSE_STAMPS

    def before_validate(self):
        super().before_validate()
        if self.is_new():
            self.status = "draft"
            self.analyst = self.analyst or frappe.session.user
            self.content_by = frappe.session.user
            source_defaults.from_investigation(self)

    def onload(self):
        self.set_onload("overview", cause_overview.overview(self))

    def validate(self):
        before = self.get_doc_before_save()
        contributors.keep_contributors(self)
        if not before:
            return
        contributors.check_hand_over(self)
        changed = set(guard.changed_fields(self, before)) - {"status", *ROOT_CAUSE_STAMPS}
        if changed - set(_JUDGEMENT.values()):
            self.content_by = frappe.session.user
        if before.status != self.status:
            self._judge(before.status, changed)
        elif before.status == "verified" and changed:
            frappe.throw(
                gate_code("G7")
                + _(
                    "{0} is verified; its content cannot change any more. Reject it, or add another root cause."
                ).format(escape_html(self.name)),
                GateError,
            )

    def on_update(self):
        if earlier := self.flags.pop("earlier_reason", None):
            # A site may keep no versions.
            timeline.note_on(self, line("It had been ruled out because: {0}", Text(earlier)))
        super().on_update()
        self._announce_ready()

    def _announce_ready(self) -> None:
        """Once nothing is missing but the word of whoever verifies it."""
        before = self.get_doc_before_save()
        was = bool(before) and before.status == "draft" and before._is_ready()
        if self.status == "draft" and not was and self._is_ready():
            announce([Event(CAUSE_READY, self.doctype, self.name, {})])

    def _is_ready(self) -> bool:
        facts = {**self.get_valid_dict(ignore_virtual=True), "whys": self.whys, "factors": self.factors}
        return not root_cause_missing(facts | {"verification_method": "-", "user": None}, "verified")

    def _judge(self, origin: str, changed: set[str]) -> None:
        if self.status != "draft":
            source_defaults.check_role(_("judge a root cause"), *source_defaults.REVIEWERS)
            others = changed - {_JUDGEMENT[self.status]}
            if others:
                labels = comma_list(sorted(_(self.meta.get_label(name)) for name in others))
                frappe.throw(
                    gate_code("G6")
                    + _(
                        "A judgement changes nothing else. Save {0} first; then somebody else judges."
                    ).format(labels),
                    GateError,
                )
        elif origin == "verified":
            frappe.throw(
                gate_code("G7")
                + _("{0} is verified. It can be rejected with a reason, but not written anew.").format(
                    escape_html(self.name)
                ),
                GateError,
            )
        found = root_cause_missing(facts_of(self, moving_to=self.status), self.status)
        if found:
            guard.refuse(self, found)
        if origin == "verified":
            reliance.cause_rejected(self)
        if origin == "rejected":
            # Taken up again: a later word against it has a reason of its own.
            self.flags.earlier_reason, self.rejection_reason = self.rejection_reason, None
        judged = self.status == "verified"
        self.verified_by = frappe.session.user if judged else None
        self.verified_at = now_datetime() if judged else None
