"""The bare SQL beside each report, card and chart: what a person at the database's own prompt would write for the same figures."""

from __future__ import annotations

import re

MATRIX = """
    select severity, occurrence,
        sum(received_at >= %(start)s),
        sum(received_at >= %(start)s and stage not in ('closed', 'rejected', 'duplicate', 'void')),
        count(*)
    from `tabComplaint` where received_at >= %(before)s and received_at < %(end)s
    group by severity, occurrence
"""
RISK_PAIRS = """
    select item_code, complaint_type, severity, occurrence, currency,
        sum(received_at >= %(start)s),
        count(*),
        sum(received_at >= %(start)s and stage not in ('closed', 'rejected', 'duplicate', 'void')),
        max(if(received_at >= %(start)s, if(detection > 0, detection, 10), 0)),
        sum(if(received_at >= %(start)s, coalesce(settled_amount, 0) + coalesce(handling_cost, 0), 0))
    from `tabComplaint`
    where received_at >= %(before)s and received_at < %(end)s and stage not in ('rejected', 'duplicate', 'void')
    group by item_code, complaint_type, severity, occurrence, currency
"""
REGISTER = """
    select extract(year_month from received_at) month, currency, count(*),
        sum(stage not in ('closed', 'rejected', 'duplicate', 'void')),
        sum(sla_status = 'overdue'), sum(reportable = 'yes'), sum(settled_amount)
    from `tabComplaint` where received_at >= %(start)s and received_at < %(end)s
    group by month, currency
"""
PAGE = """
    select name, received_at, subject, customer, complainant_name, item_code, item_name, batch_no, serial_no, udi,
        complaint_type, severity, risk_level, stage, complaint_owner, reportable, reply_sent_at, settlement_status,
        settled_amount, currency, closing_decision, closed_at, closed_by, sla_status, channel, company, territory,
        covered_by_investigation
    from `tabComplaint` where received_at >= %(start)s and received_at < %(end)s
    order by received_at desc, name desc limit 2000
"""
STAGES = """
    select c.sop, l.stage, count(*), sum(l.status = 'met'),
        sum(l.status = 'missed' or (l.left_at is null and c.stage_status = 'overdue')),
        sum(l.left_at is null), sum(l.left_at is null and c.stage_status = 'at_risk'), sum(l.used_seconds)
    from `tabComplaint` c join `tabComplaint Stage Log` l on l.parent = c.name and l.parenttype = 'Complaint'
    where l.stage in ('intake', 'triage', 'investigate', 'solve', 'confirm', 'execute', 'review')
        and c.received_at >= %(start)s and c.received_at < %(end)s
    group by c.sop, l.stage
"""
STAGE_PERCENTILES = """
    select distinct c.sop, l.stage,
        percentile_cont(0.5) within group (order by l.used_seconds) over (partition by c.sop, l.stage),
        percentile_cont(0.9) within group (order by l.used_seconds) over (partition by c.sop, l.stage)
    from `tabComplaint` c join `tabComplaint Stage Log` l on l.parent = c.name and l.parenttype = 'Complaint'
    where l.stage in ('intake', 'triage', 'investigate', 'solve', 'confirm', 'execute', 'review')
        and l.left_at is not null and c.received_at >= %(start)s and c.received_at < %(end)s
"""
CLOCKS = """
    select sop, sum(response_status = 'met'), sum(response_status in ('missed', 'overdue')), sum(response_used),
        sum(resolution_status = 'met'), sum(resolution_status in ('missed', 'overdue')), sum(resolution_used)
    from `tabComplaint` where received_at >= %(start)s and received_at < %(end)s
    group by sop
"""
CLOCK_PERCENTILES = """
    select distinct sop,
        percentile_cont(0.5) within group (order by {used}) over (partition by sop),
        percentile_cont(0.9) within group (order by {used}) over (partition by sop)
    from `tabComplaint`
    where {status} in ('met', 'missed') and received_at >= %(start)s and received_at < %(end)s
"""
# A Pareto has two periods, and amounts by currency.
PARETO = """
    select {by}, currency,
        sum(received_at >= %(start)s),
        sum(received_at >= %(start)s and stage not in ('closed', 'rejected', 'duplicate', 'void')),
        sum(received_at >= %(start)s and sla_status = 'overdue'),
        sum(if(received_at >= %(start)s, (select `rank` from `tabRisk Severity` level where level.name = severity), 0)),
        sum(if(received_at >= %(start)s, coalesce(settled_amount, 0) + coalesce(handling_cost, 0), 0)),
        count(*)
    from `tabComplaint`
    where received_at >= %(before)s and received_at < %(end)s and stage not in ('rejected', 'duplicate', 'void')
    group by {by}, currency
"""
REPEATS = """
    select mark, count(*) from (
        select at, is_receipt, mark,
            max(closing) over (partition by customer, item_code, complaint_type order by at, is_receipt desc
                rows unbounded preceding) last
        from (
            select customer, item_code, complaint_type, received_at at, 1 is_receipt, coalesce(item_code, '') mark, null closing
            from `tabComplaint`
            where customer != '' and item_code != '' and complaint_type != '' and stage not in ('rejected', 'duplicate', 'void')
                and received_at >= %(start)s and received_at < %(end)s
            union all
            select customer, item_code, complaint_type, closed_at, 0, null, closed_at from `tabComplaint`
            where customer != '' and item_code != '' and complaint_type != '' and stage = 'closed' and closed_at >= received_at
                and closed_at >= %(start)s - interval 90 day and closed_at < %(end)s
        ) both_kinds
    ) seen where is_receipt = 1 and last >= at - interval 90 day
    group by mark
"""
REPEATS_POSSIBLE = """
    select item_code, count(*), sum(customer != '' and item_code != '' and complaint_type != '')
    from `tabComplaint`
    where received_at >= %(start)s and received_at < %(end)s and stage not in ('rejected', 'duplicate', 'void')
    group by item_code
"""
SUPPLIERS = """
    select coalesce(nullif(c.supplier, ''), b.supplier, '') s, c.currency,
        sum(c.received_at >= %(start)s),
        sum(c.received_at >= %(start)s and c.stage not in ('closed', 'rejected', 'duplicate', 'void')),
        sum(c.received_at >= %(start)s and c.sla_status = 'overdue'),
        sum(if(c.received_at >= %(start)s, (select `rank` from `tabRisk Severity` level where level.name = c.severity), 0)),
        sum(if(c.received_at >= %(start)s, coalesce(c.settled_amount, 0) + coalesce(c.handling_cost, 0), 0)),
        count(*)
    from `tabComplaint` c left join `tabBatch` b on b.name = c.batch_no and coalesce(c.supplier, '') = ''
    where c.received_at >= %(before)s and c.received_at < %(end)s and c.stage not in ('rejected', 'duplicate', 'void')
    group by s, c.currency
"""
LOTS = """
    select coalesce(nullif(c.supplier, ''), b.supplier, '') s, count(distinct c.batch_no)
    from `tabComplaint` c left join `tabBatch` b on b.name = c.batch_no and coalesce(c.supplier, '') = ''
    where c.batch_no != '' and c.received_at >= %(start)s and c.received_at < %(end)s
        and c.stage not in ('rejected', 'duplicate', 'void')
    group by s
"""
BY_BATCH = """
    select b.supplier, c.batch_no, count(*)
    from `tabComplaint` c join `tabBatch` b on b.name = c.batch_no
    where coalesce(c.supplier, '') = '' and b.supplier != '' and c.received_at >= %(start)s and c.received_at < %(end)s
        and c.stage not in ('rejected', 'duplicate', 'void')
    group by b.supplier, c.batch_no
"""
CROSS = """
    select ifnull(complaint_type, ''), ifnull(severity, ''), count(*) from `tabComplaint`
    where received_at >= %(start)s and received_at < %(end)s and stage not in ('rejected', 'duplicate', 'void')
    group by 1, 2
"""
WIDE_CROSS = """
    select ifnull(item_code, ''), ifnull(customer, ''), count(*) from `tabComplaint`
    where received_at >= %(start)s and received_at < %(end)s and stage not in ('rejected', 'duplicate', 'void')
    group by 1, 2
"""
EFFICIENCY = """
    select extract(year_month from received_at) month, count(*), sum(at_once_sop is not null),
        sum(stage not in ('closed', 'rejected', 'duplicate', 'void')), sum(closed_at is not null),
        sum(response_status = 'met'), sum(response_status in ('missed', 'overdue')),
        sum(resolution_status = 'met'), sum(resolution_status in ('missed', 'overdue')),
        sum(datediff(reply_sent_at, promised_on) <= 0), sum(datediff(reply_sent_at, promised_on) > 0)
    from `tabComplaint` where received_at >= %(start)s and received_at < %(end)s group by month
"""
EFFICIENCY_DAYS = """
    select extract(year_month from received_at) month,
        datediff(if(stage in ('closed', 'rejected', 'duplicate', 'void'), closed_at, now()), received_at) days,
        stage in ('closed', 'rejected', 'duplicate', 'void') ended, count(*)
    from `tabComplaint` where received_at >= %(start)s and received_at < %(end)s group by month, days, ended
"""
EFFICIENCY_OF_ALL = """
    select distinct percentile_cont(0.5) within group (order by {used}) over (),
        percentile_cont(0.9) within group (order by {used}) over ()
    from `tabComplaint`
    where {status} in ('met', 'missed') and received_at >= %(start)s and received_at < %(end)s
"""
EFFICIENCY_PERCENTILES = """
    select distinct extract(year_month from received_at) month,
        percentile_cont(0.5) within group (order by {used}) over (partition by extract(year_month from received_at)),
        percentile_cont(0.9) within group (order by {used}) over (partition by extract(year_month from received_at))
    from `tabComplaint`
    where {status} in ('met', 'missed') and received_at >= %(start)s and received_at < %(end)s
"""
COST = """
    select ifnull(complaint_type, ''), currency, sum(handling_cost), sum(ifnull(settlement_status, '') != '')
    from `tabComplaint` where received_at >= %(start)s and received_at < %(end)s
        and (ifnull(settlement_status, '') != '' or handling_cost > 0)
    group by 1, 2
"""
COST_DOCUMENTS = """
    select ifnull(c.complaint_type, ''), c.currency, d.purpose, sum(d.document_status in ('submitted', 'closed')), sum(d.remedy_value)
    from `tabComplaint` c join `tabComplaint Settlement` s on s.complaint = c.name
        join `tabComplaint Settlement Document` d on d.parent = s.name
    where s.docstatus = 1 and c.received_at >= %(start)s and c.received_at < %(end)s group by 1, 2, 3
"""
SATISFACTION = """
    select extract(year_month from coalesce(s.sent_at, s.answered_at)) m, sum(s.sent_at is not null),
        sum(s.sent_at is not null and s.state = 'answered'), sum(s.state = 'answered'), sum(if(s.state = 'answered', s.csat, 0)),
        sum(s.state = 'answered' and s.csat >= 4), sum(s.state = 'answered' and coalesce(s.nps, '') != ''),
        sum(s.state = 'answered' and s.nps in ('9', '10')), sum(s.state = 'answered' and s.nps in ('0', '1', '2', '3', '4', '5', '6')),
        sum(s.state = 'answered' and s.solved = 'no'), sum(coalesce(s.second_look, '') != '')
    from `tabComplaint Survey` s join `tabComplaint` c on c.name = s.complaint
    where coalesce(s.sent_at, s.answered_at) >= %(start)s and coalesce(s.sent_at, s.answered_at) < %(end)s group by m
"""
CAPAS = """
    select name, title, company, capa_owner, stage, creation, window_start, window_end, verdict, effect_conclusion, computed_at, before_count,
        before_exposure, after_count, after_exposure, rate_ratio, rate_ratio_low, rate_ratio_high, confidence, reopen_count
    from tabCAPA where creation >= %(start)s and creation < %(end)s order by creation desc limit 1000
"""
CAPA_ACTIONS = """
    select a.parent, sum(a.status in ('open', 'in_progress')), sum(a.status in ('open', 'in_progress') and a.due_date < now())
    from `tabCAPA Action` a join tabCAPA c on c.name = a.parent where c.creation >= %(start)s and c.creation < %(end)s group by a.parent
"""
LOAD = """
    select complaint_owner, count(*), sum(sla_status = 'overdue'), sum(stage_due < now() + interval 1 day), sum(stage_due < now() + interval 7 day)
    from `tabComplaint` where stage not in ('closed', 'rejected', 'duplicate', 'void') group by complaint_owner
"""
UNITS = """
    select item_code, week, sum(units), sum(units_returned) from `tabDelivered Units` where week < %(end)s group by item_code, week
"""
COMPLAINTS_OF_ITEMS = """
    select item_code, count(*) from `tabComplaint` where received_at >= %(start)s and received_at < %(end)s
        and stage not in ('rejected', 'duplicate', 'void') group by item_code
"""
OPEN = "stage not in ('closed', 'rejected', 'duplicate', 'void')"
BARE = {
    "Complaint Risk Matrix": [MATRIX],
    "Complaint Risk Matrix of pairs": [RISK_PAIRS],
    "Risk Priorities": [RISK_PAIRS],
    "Complaint Register": [REGISTER, PAGE],
    "SOP Performance by Stage": [
        STAGES,
        STAGE_PERCENTILES,
        CLOCKS,
        CLOCK_PERCENTILES.format(used="response_used", status="response_status"),
        CLOCK_PERCENTILES.format(used="resolution_used", status="resolution_status"),
    ],
    "Complaint Pareto by type": [PARETO.format(by="complaint_type")],
    "Complaint Pareto by item": [PARETO.format(by="item_code")],
    "Complaint Pareto by customer group": [PARETO.format(by="customer")],
    "Complaint Pareto by month": [PARETO.format(by="extract(year_month from received_at)")],
    "Repeat Complaints": [REPEATS_POSSIBLE, REPEATS],
    "Supplier Quality Scorecard": [SUPPLIERS, LOTS, BY_BATCH],
    "Complaint Cross-tab": [CROSS],
    "Complaint Cross-tab, item × customer": [WIDE_CROSS],
    "Complaint Efficiency": [
        EFFICIENCY,
        EFFICIENCY_DAYS,
        *(
            sql.format(used=f"{clock}_used", status=f"{clock}_status")
            for sql in (EFFICIENCY_PERCENTILES, EFFICIENCY_OF_ALL)
            for clock in ("response", "resolution")
        ),
    ],
    "Cost of Poor Quality": [COST, COST_DOCUMENTS],
    "Customer Satisfaction": [SATISFACTION],
    "CAPA Effectiveness": [CAPAS, CAPA_ACTIONS],
    "Complaint Workload": [LOAD],
    "Delivered Units": [UNITS, COMPLAINTS_OF_ITEMS],
    "chart: received": [
        "select date(received_at) d, count(*) from `tabComplaint`"
        " where received_at >= %(start)s and received_at < %(end)s group by d"
    ],
    "chart: by type": [
        "select complaint_type, count(*) n from `tabComplaint` where stage not in ('rejected', 'duplicate', 'void')"
        " and received_at >= %(start)s and received_at < %(end)s group by complaint_type order by n desc"
    ],
    "chart: open by stage": [
        "select stage, count(*) from `tabComplaint`"
        " where stage not in ('closed', 'rejected', 'duplicate', 'void') group by stage"
    ],
    "chart: clock": [
        "select sla_status, count(*) from `tabComplaint`"
        " where stage not in ('closed', 'rejected', 'duplicate', 'void') group by sla_status"
    ],
    "card: open": [f"select count(*) from `tabComplaint` where {OPEN}"],
    "card: at risk": [f"select count(*) from `tabComplaint` where sla_status = 'at_risk' and {OPEN}"],
    "card: overdue": [f"select count(*) from `tabComplaint` where sla_status = 'overdue' and {OPEN}"],
    "card: waiting for customer": ["select count(*) from `tabComplaint` where stage = 'confirm'"],
    "card: severe open": [
        "select name from `tabRisk Severity` order by `rank` desc, name",
        f"select count(*) from `tabComplaint` where severity in %(severe)s and {OPEN}",
    ],
}


def narrowed(sql: str, by: str) -> str:
    """The same over the complaints that a condition on their fields (`{c}` before each) leaves."""
    return (
        re.sub(
            r"(c\.)?received_at < %\(end\)s", lambda found: f"{found[0]} {by.format(c=found[1] or '')}", sql
        )
        if by
        else sql
    )
