"""What people are told, in their language and time zone: notices in the desk, one digest mail a person.

Who is to be told is decided by the room that calls.
"""
