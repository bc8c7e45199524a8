"""How long each class of records is kept, as the defaults of a new site (G8); a site's own settings may only lengthen it.

``years`` at least, from the day ``counts_from`` (see ``engine/sop/retention.py``); ``life``: never shorter than the product
is expected to live. This is data that a site checks, not legal advice.
"""

from typing import Final

ISO_13485: Final = "ISO 13485:2016, 4.2.5"

TERMS: Final = {
    "Complaint": {"years": 2, "counts_from": "released", "source": ISO_13485},
    "Complaint Settlement": {"years": 2, "counts_from": "released", "source": ISO_13485},
    "Investigation": {"years": 2, "counts_from": "ended", "source": ISO_13485},
    "Root Cause": {"years": 2, "counts_from": "ended", "source": ISO_13485},
    "CAPA": {"years": 2, "counts_from": "ended", "source": ISO_13485},
    "Reportability Assessment": {"years": 2, "counts_from": "event", "source": "21 CFR 803.18(c)"},
}
