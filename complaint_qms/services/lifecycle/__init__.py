"""How a record moves from stage to stage, and which other records hang on it.

guard              the one door of every move: gates, frozen records, stamps
facts              what the gates ask about a record
links              records that hang on complaints      reliance  who rests on what is taken back
merge              two complaints become one case       overview  the stage bar
settlement_state   what a complaint shows of its settlements
shipped_workflow   who may take a step where a site runs no workflow with our stages
"""
