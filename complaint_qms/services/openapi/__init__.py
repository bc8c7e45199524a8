"""The interface over REST as an OpenAPI 3.1 document, made of the DocTypes and of the signatures of the doors.

document   the whole       doors    which doors it tells of, and what they answer
schemas    fields of a DocType as JSON Schema
"""
