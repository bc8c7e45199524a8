"""How a record moves from stage to stage, and which other records hang on it.

guard              the one door of every move: gates, frozen records, stamps
facts              what the gates ask about a record
links              records that hang on complaints      reliance  who rests on what is taken back
merge              two complaints become one case       merge_several  or many of them
overview           the stage bar
announcements      what a save made of a record         named_records  which records a missing thing names
sending_back       who may send a complaint back        at_once  one that is solved while it is registered
confidentiality    who alone sees a complaint
settlement_state   what a complaint shows of its settlements
shipped_workflow   who may take a step where a site runs no workflow with our stages
"""
