"""How long each class of records is kept, as the defaults of a new site (G8); a site's own settings may only lengthen it.

``years`` at least, from the day ``counts_from`` (see ``engine/sop/retention.py``); ``life``: never shorter than the product
is expected to live. This is data that a site checks, not legal advice.
"""

from typing import Final

ISO_13485: Final = "ISO 13485:2016, 4.2.5"

# Class of a record (`constants/records.py`) → its term
TERMS: Final = {
    "product": {"years": 2, "counts_from": "released", "source": ISO_13485},
    "record": {"years": 2, "counts_from": "ended", "source": ISO_13485},
    "event": {"years": 2, "counts_from": "event", "source": "21 CFR 803.18(c)"},
}
