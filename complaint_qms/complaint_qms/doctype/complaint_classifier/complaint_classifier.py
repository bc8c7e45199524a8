"""Controller of a version of what was learned."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.classifier import versions


class ComplaintClassifier(Checked):
    def validate(self):
        versions.check_author(self)

    def on_update(self):
        versions.version_changed(self)

    def on_trash(self):
        versions.refuse_version_deletion()
