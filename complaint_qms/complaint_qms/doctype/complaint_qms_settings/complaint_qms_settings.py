"""Controller of the one settings page."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.compliance import encrypted_fields, personal_data_access
from complaint_qms.services.compliance.audit_trail import head_mail, time_stamps
from complaint_qms.services.containment import places
from complaint_qms.services.field_action import ways
from complaint_qms.services.notify import choices
from complaint_qms.services.outreach import settings as outreach_settings
from complaint_qms.services.portal import menu
from complaint_qms.services.risk import matrix
from complaint_qms.services.rules import thresholds
from complaint_qms.services.settlement import approval_limit_changes, settings_check
from complaint_qms.services.signatures import signature_rules
from complaint_qms.services.visitor import page
from complaint_qms.services.work import alerts


class ComplaintQMSSettings(Checked):
    def validate(self):
        # These load numpy and scipy, and a web worker that only takes complaints reads the settings as well.
        from complaint_qms.services.signals import adopting, trend

        matrix.check_default(self)
        settings_check.check_settlement_settings(self)
        approval_limit_changes.stamp_changes(self)
        page.check_settings(self)
        alerts.check_settings(self)
        choices.check_site_choices(self)
        outreach_settings.check_switches(self)
        places.check_places(self)
        thresholds.check_thresholds(self)
        ways.check_setting(self)
        signature_rules.check_signature_rules(self)
        personal_data_access.check_access_rows(self)
        encrypted_fields.check_marked(self)
        adopting.keep_adopted(self)
        trend.check_plan(self)
        head_mail.check_recipients(self)
        time_stamps.check_stamp_settings(self)

    def on_update(self):
        personal_data_access.settings_saved(self)
        encrypted_fields.marking_saved(self)
        if self.has_value_changed("portal_enabled"):
            menu.show_entry(bool(self.portal_enabled))
