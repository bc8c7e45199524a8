"""Goods on quality hold: batches and serial numbers that may not leave until somebody else releases them.

standing    which of some lots are held, since when and by whom
places      warehouses that keep goods apart, by the settings
doorkeeper  who moves goods and who holds or releases them pass one after the other
gate        what a document may do with held goods; what whoever tries is told
holding     a hold is made: what it names, who may
releasing   some or all of it is let go, by another person
quarantine  drafted transfers to where held goods are kept apart
banner      what forms and a genealogy tell of holds
open_documents  those that name held goods, as far as somebody may be told of them
moves       transfers to quarantine, told to who may hold
using       what may be done about each open document
"""
