"""Corrective and preventive actions: who does what by when, and whether it helped.

actions        rows of a CAPA and the tasks of their owners
effectiveness  complaints before and after, judged by the engine
residual_risk  the risk that is left: proposed from what was counted since, judged by a person
measured_types  the complaint types that it is measured on
"""
