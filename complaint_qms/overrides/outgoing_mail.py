"""Communication as the framework has it, with a customer's answer coming back to the mailbox of the complaint.

No event is heard between the making of a mail's headers and its queue, so this one class is taken over by its hook. Where another
app has a class of its own, ours stands upon that one.
"""

from typing import Any

from frappe.core.doctype.communication.communication import Communication

from complaint_qms.overrides.class_upon import class_upon
from complaint_qms.services.correspondence import return_address


def _upon(base: type[Communication]) -> type[Communication]:
    class DirectedCommunication(base):
        def sendmail_input_dict(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
            return return_address.directed(self, super().sendmail_input_dict(*args, **kwargs))

    return DirectedCommunication


__getattr__ = class_upon(f"{__name__}.DirectedCommunication", "Communication", Communication, _upon)
