"""Vocabulary of messages to staff: services that they go out by, and the terms of sending."""

from datetime import timedelta
from typing import Final

from complaint_qms.constants import events

CHANNEL: Final = "Complaint Notification Channel"
CHOICE: Final = "Complaint Notification Choice"
PREFERENCE: Final = "Complaint Notification Preference"

WECOM_ROBOT: Final = "wecom_robot"
WECOM_APP: Final = "wecom_app"
DINGTALK_ROBOT: Final = "dingtalk_robot"
SLACK: Final = "slack"
WHATSAPP: Final = "whatsapp"
SMS: Final = "sms"
WEBHOOK: Final = "webhook"

TO_GROUPS: Final = (WECOM_ROBOT, DINGTALK_ROBOT, SLACK, WEBHOOK)
"""Services that reach a group, or a program, by one address."""
TO_PERSONS: Final = (WECOM_APP, WHATSAPP, SMS)
"""Services that reach a person by a number or name of theirs."""
SERVICES: Final = (*TO_PERSONS, *TO_GROUPS)

GROUP_KINDS: Final = (
    events.GRAVE,
    events.OVERDUE,
    events.AT_RISK,
    events.ESCALATION_STEP,
    events.HOLD_OVER,
    events.EVIDENCE_LOST,
)
"""What groups are told by themselves; a rule tells them anything else."""

OWN_NETWORKS: Final = "complaint_qms_own_networks"
"""Key of the site's configuration: numbers and networks within the own network that messages and webhooks may go to."""

SHORTEST_SECRET: Final = 16
"""Characters of a secret that the site chooses itself."""

BACK_OFF: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)
"""How long a message that could not be sent is left alone at least, each time longer; after the last it is given up. What is due again is
sent with the next message, or by the job that looks every five minutes."""
LEASE: Final = timedelta(minutes=3)
"""How long a message belongs to who sends it: longer than the calls for it may last together."""
BUDGET: Final = 60.0
"""Seconds that one run spends on a channel."""
MOST_FAILURES: Final = 2
"""Calls in vain that may yet succeed, one after another, after which a run leaves a channel alone."""
MOST_LINES: Final = 30
"""Messages told one by one when several have waited; the rest is a number and a link."""
