"""Vocabulary of finding a handler: the ways in which a stage of an SOP finds one, and by what people and complaints fit."""

from typing import Final

HANDLER: Final = "Complaint Handler"
"""DocType of somebody who takes on complaints."""
MATCH: Final = "Complaint Handler Match"
"""DocType of the rows of what they stand for."""

NAMED: Final = "named_user"
TURN: Final = "round_robin"
LEAST: Final = "least_loaded"
WAYS: Final = (NAMED, TURN, LEAST)

FITS: Final = {
    "for_language": ("match_language", "language"),
    "for_item_group": ("match_product_line", "item_group"),
    "for_territory": ("match_region", "territory"),
}
"""Field of a row of what somebody stands for → field of the stage that asks for it, field of the complaint with it. What counts most
goes first; a skill, which the stage itself names, before all of them."""
SKILL: Final = "skill"
TREES: Final = {"for_item_group": "Item Group", "for_territory": "Territory"}
"""Those of which whoever stands for one stands for all below it."""

REASON: Final = "handler_reason"
"""Field of a complaint: why it has its handler, as JSON."""
