"""The first hour of a site: what is set already, seen in the settings themselves, and what waits to be set.

checks      whether each thing is set                 progress   the steps with how each of them stands
packs       sample procedures by trade                pack_site  what the site has of their records
pack_words  what a pack would change                  own_work   whether the demo would mix with work of the site's own
demo_state  whether the demo is there, and its job
"""
