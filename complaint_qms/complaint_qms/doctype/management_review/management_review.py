"""Controller of a management review: says when, complaint_qms.services.review says what."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.review import mailing, making, sheet, tasks


class ManagementReview(Checked):
    def before_insert(self):
        making.begin_review(self)

    def before_validate(self):
        making.keep_figures(self)

    def validate(self):
        making.check_review(self)

    def before_submit(self):
        making.sign_off(self)

    def before_update_after_submit(self):
        making.keep_actions(self)

    def on_submit(self):
        mailing.request_mails()

    def on_cancel(self):
        tasks.withdraw_tasks(self)

    def onload(self):
        self.set_onload("shown", sheet.shown_sections(self))

    def on_trash(self):
        if self.docstatus:
            guard.refuse_deletion(self)
