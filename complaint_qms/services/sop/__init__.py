"""The procedure a complaint follows, its clock, and what happens when time runs out.

procedure   which SOP fits, and the checks it brings along
plan        an SOP read as calendar and limits
clock       the three clocks of a complaint: first response, stage, whole
reclock     open complaints after a change of their plan
escalation  the sweep that moves due clocks on
recipients  who is to be told; services/notify tells them
"""
