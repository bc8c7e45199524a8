"""The team board as data: its name, its columns by stage key, what a card shows."""

from typing import Final

BOARD: Final = "Complaint Team Board"
# The last one is where a card is dropped to close its complaint; what is closed leaves the board.
COLUMNS: Final = (
    "intake",
    "triage",
    "investigate",
    "solve",
    "confirm",
    "execute",
    "review",
    "on_hold",
    "closed",
)
COLUMN_COLOUR: Final = "Gray"
"""One quiet colour for all: on the board colour says how a clock stands, and that is on the cards."""
CARD_FIELDS: Final = ["customer", "item_name"]
