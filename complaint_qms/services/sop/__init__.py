"""The procedure a complaint follows, its clock, and what happens when time runs out.

procedure   which SOP fits, and the checks it brings along
versions    the next version of an SOP, and which is in force; moving: running complaints to another SOP
transfer    an SOP as a file
plan        an SOP read as calendar and limits
assigning   gives a complaint its handler; finding: whom, and why; assign_table: as an SOP lays it down
at_once     which complaints may be solved at once; at_once_limits: which an SOP may not allow; weighed_before: what they said before
acting_roles  roles whose holders can do what an SOP names them for
proofs      checks that nobody ticks
clock       the three clocks of a complaint: first response, stage, whole; clock_reading reads one of them
reclock     open complaints after a change of their plan
escalation  the sweep that moves due clocks on
escalation_table, ladder_state, ladder_actions
            the steps of the ladder: as an SOP lays them down, as a complaint has them ahead, and what they do
recipients  who is to be told; services/notify tells them; step_recipients: who a step means; notices: who hears of a clock
"""
