"""The scheduler's door to deliveries that are summed up week by week."""

from complaint_qms.services.signals import closing


def close_weeks() -> None:
    """Put one run into the queue; while one waits or runs there, no second one is added."""
    closing.enqueue_weeks()
