"""What a column of an imported file can be, as the form of a complaint calls it: plain data, translated by who shows it."""

from typing import Final

COLUMN_NAMES: Final[dict[str, str]] = {
    "id": "External ID",
    "received": "Received At",
    "occurred": "Date of Occurrence",
    "customer": "Customer",
    "item": "Item",
    "model": "Model",
    "batch": "Batch",
    "serial": "Serial No",
    "supplier": "Supplier",
    "company": "Company",
    "type": "Complaint Type",
    "severity": "Severity",
    "urgency": "Urgency",
    "subject": "Subject",
    "text": "Description",
    "channel": "Channel",
    "region": "Territory or Country",
    "status": "Status",
    "expectation": "Customer Wants",
    "injured": "Number of Injured",
    "deaths": "Number of Deaths",
    "harm": "What Harm",
    "crash": "Crash",
    "fire": "Fire",
    "quantity": "Quantity Affected",
    "cost": "Amount Claimed",
    "handler": "Handler",
    "outcome": "Outcome",
    "duplicate_of": "Duplicate Of",
    "first_response": "First Response At",
    "closed": "Closed At",
}

STAGE_ENDS: Final[dict[str, str]] = {
    "intake_done": "intake",
    "triage_done": "triage",
    "investigate_done": "investigate",
    "solve_done": "solve",
    "confirm_done": "confirm",
    "execute_done": "execute",
    "review_done": "review",
}
"""Column with the end of a stage → its key."""
