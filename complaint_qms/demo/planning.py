"""Which complaints the demo brings, when, and how far each of them comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from complaint_qms.demo.stories import FIELD_CASE, LEAK, STORIES, STUDIES, Story
from complaint_qms.demo.supply import Sale, Shop
from complaint_qms.demo.tables import HOSPITALS, PORTAL_CUSTOMER

# What somebody still has to do at the end, so that each list of work has something in it: a settlement to decide, one that was
# rejected and is to be changed, a credit note that accounts submit, an investigation under way. For the customer with a login of the
# portal: a question to answer, and a solution to say a word on.
PROPOSED, REJECTED, DRAFTED, STUDIED = LEFT_OPEN = ("proposed", "rejected", "drafted", "studied")
ASKED, OFFERED = FOR_CUSTOMER = ("asked", "offered")
# Of these, how many days ago they came in: long enough to have come as far.
_DAYS_AGO = {ASKED: 6, OFFERED: 20}


@dataclass
class Plan:
    """What a complaint is about and how far it will come; `left_open` says what waits for somebody in the end."""

    received: datetime
    story: Story | None
    sale: Sale | None
    stop_at: str | None = None
    ending: str = "close"
    field_case: bool = False
    left_open: str = ""


def plan_cases(
    shop: Shop, random: Random, start: datetime, end: datetime, count: int, urgent: list[datetime]
) -> list[Plan]:
    """`count` complaints from `start` to `end`, oldest first; a quarter of them is the burst that the bad lot causes.

    Some came in at the moments `urgent`, and nobody has looked at them yet.
    """
    burst = [sale for sale in shop.sales if sale.batch in shop.bad_batches]
    plans = []
    for _number in range(count // 4 if burst else 0):
        sale = random.choice(burst)
        # Complaints come from a week after delivery on, most of them in the first two months.
        received = sale.delivered + timedelta(days=7 + random.expovariate(1 / 14), hours=random.random() * 8)
        story = random.choice([story for story in LEAK if sale.item_code in story.items])
        plans.append(Plan(received, story, sale))
    while len(plans) < count:
        # Business grows: the last weeks bring more than their share.
        begin = end - timedelta(days=20) if random.random() < 0.14 else start
        received = begin + (end - begin) * random.random()
        known = [sale for sale in shop.sales if sale.delivered < received - timedelta(days=4)]
        if not known:
            continue
        if random.random() < 0.05:
            plans.append(Plan(received, None, random.choice(known[-40:]), ending="reject"))
            continue
        story = random.choices(STORIES, weights=[story.weight for story in STORIES])[0]
        fitting = [sale for sale in known[-60:] if sale.item_code in story.items]
        if fitting:
            plans.append(Plan(received, story, random.choice(fitting)))
    plans += _field_case(shop, end) + _left_open(shop, end) + _for_customer(shop, end)
    plans = sorted((plan for plan in plans if plan.received < end), key=lambda plan: plan.received)
    _plant(plans, random, end, urgent)
    return sorted(plans, key=lambda plan: plan.received)


def _field_case(shop: Shop, end: datetime) -> list[Plan]:
    """A serious event at a customer's place, long enough ago to have been reported and closed."""
    sales = [
        sale
        for sale in shop.sales
        if sale.item_code in FIELD_CASE.items and sale.serials and sale.delivered < end - timedelta(days=130)
    ]
    if not sales:
        return []
    wards = [sale for sale in sales if sale.customer in HOSPITALS]
    sale = (wards or sales)[-1]
    return [Plan(sale.delivered + timedelta(days=20), FIELD_CASE, sale, field_case=True)]


def _left_open(shop: Shop, end: datetime) -> list[Plan]:
    """One complaint for each kind of work that waits, recent, about pieces that a credit or a study fits."""
    credited = next(story for story in STORIES if story.wants == "credit" and not story.chinese)
    studied = next(story for story in STORIES if story.complaint_type in STUDIES)
    plans = []
    for number, left in enumerate(LEFT_OPEN):
        story = studied if left == STUDIED else credited
        received = end - timedelta(days=16 if left == STUDIED else 34 - number)
        fitting = [
            sale for sale in shop.sales
            if sale.item_code in story.items and sale.delivered < received - timedelta(days=4)
            and sale.batch not in shop.bad_batches
        ]  # fmt: skip
        if fitting:
            sale = fitting[-1 - number % len(fitting)]
            plans.append(Plan(received, story, sale, left_open=left))
    return plans


def _for_customer(shop: Shop, end: datetime) -> list[Plan]:
    """What waits for the customer who has a login of the portal."""
    plans = []
    for left, days in _DAYS_AGO.items():
        received = end - timedelta(days=days)
        sold = [
            sale for sale in shop.sales
            if sale.customer == PORTAL_CUSTOMER and sale.delivered < received - timedelta(days=4)
        ]  # fmt: skip
        kind = "Damaged in Transport" if left == ASKED else "Wrong Item"
        story = next(story for story in STORIES if story.complaint_type == kind and not story.chinese)
        if sold:
            plans.append(Plan(received, story, sold[-1], left_open=left))
    return plans


def _plant(plans: list[Plan], random: Random, end: datetime, urgent: list[datetime]) -> None:
    """Some lives do not run smoothly: forgotten, waiting for somebody, or a repetition."""
    recent = [
        plan
        for plan in plans
        if plan.received > end - timedelta(days=75) and plan.ending == "close" and not plan.left_open
    ]
    for plan, stage in zip(
        random.sample(recent, k=min(12, len(recent))),
        ("triage", "solve", "confirm", "execute") * 3,
        strict=False,
    ):
        plan.stop_at = stage
    waiting = [plan for plan in recent if not plan.stop_at]
    for plan in random.sample(waiting, k=min(6, len(waiting))):
        plan.ending = "hold"
    fresh = [plan for plan in waiting if plan.ending == "close"]
    for plan, received in zip(random.sample(fresh, k=min(len(urgent), len(fresh))), urgent, strict=False):
        plan.received, plan.stop_at = received, "triage"
    rest = [
        plan
        for plan in plans
        if plan.ending == "close" and not plan.stop_at and not plan.field_case and not plan.left_open
    ]
    for plan in random.sample(rest, k=min(len(rest), max(len(plans) // 40, 1))):
        plan.ending = "void"
    for plan in rest[len(rest) // 3 :: 9]:
        if plan.ending == "close":
            plan.ending = "duplicate"
