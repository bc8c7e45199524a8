"""Vocabulary of risk: harm levels, and the 5 × 5 matrix that a new site starts with.

The scale follows the usual practice under ISO 14971 (five severities of harm, five probabilities per unit, three
zones of acceptability). A site owns its matrix and may change every word and every cell of it.
"""

HARM_LEVELS = ("none", "minor", "serious", "death")
"""Harm to a person, least first. ``serious``: life-threatening, lasting, or needing intervention to prevent that."""

ACCEPTABILITY = {
    "acceptable": "Acceptable",
    "alarp": "As low as reasonably practicable",
    "unacceptable": "Unacceptable",
}
"""Keys, best first, and their English names."""

SEVERITIES = (
    {"key": "negligible", "name": "Negligible", "rank": 1, "color": "#7BC8A4", "harm_level": "none", "fmea_rating": 2,
     "description": "Inconvenience or discomfort; nobody is hurt."},
    {"key": "minor", "name": "Minor", "rank": 2, "color": "#C9D66B", "harm_level": "minor", "fmea_rating": 5,
     "description": "Passing injury that needs no treatment, or a loss that is easily made good."},
    {"key": "serious", "name": "Serious", "rank": 3, "color": "#F2C14E", "harm_level": "", "fmea_rating": 8,
     "description": "Injury that needs treatment, or a considerable loss."},
    {"key": "critical", "name": "Critical", "rank": 4, "color": "#E8833A", "harm_level": "serious", "fmea_rating": 9,
     "description": "Lasting or life-threatening injury, or a loss that is hard to make good."},
    {"key": "catastrophic", "name": "Catastrophic", "rank": 5, "color": "#C0392B", "harm_level": "death", "fmea_rating": 10,
     "description": "Death."},
)  # fmt: skip
"""``harm_level`` is the harm that calls for at least this severity; ``fmea_rating`` is its rating from 1 to 10 in an FMEA
(AIAG & VDA FMEA Handbook, 2019, severity tables D1 and P1: 2 hardly noticed, 5 comfort or appearance, 8 loss of the main
function, 9 and 10 harm to people or the law)."""

OCCURRENCES = (
    {"key": "improbable", "name": "Improbable", "rank": 1, "color": "#7BC8A4", "rate_from": 0.0, "rate_to": 1e-6, "fmea_rating": 2,
     "description": "Fewer than one in a million units."},
    {"key": "remote", "name": "Remote", "rank": 2, "color": "#C9D66B", "rate_from": 1e-6, "rate_to": 1e-5, "fmea_rating": 3,
     "description": "One in a million up to one in 100,000 units."},
    {"key": "occasional", "name": "Occasional", "rank": 3, "color": "#F2C14E", "rate_from": 1e-5, "rate_to": 1e-4, "fmea_rating": 4,
     "description": "One in 100,000 up to one in 10,000 units."},
    {"key": "probable", "name": "Probable", "rank": 4, "color": "#E8833A", "rate_from": 1e-4, "rate_to": 1e-3, "fmea_rating": 6,
     "description": "One in 10,000 up to one in 1,000 units."},
    {"key": "frequent", "name": "Frequent", "rank": 5, "color": "#C0392B", "rate_from": 1e-3, "rate_to": 0.0, "fmea_rating": 8,
     "description": "One in 1,000 units or more."},
)  # fmt: skip
"""Complaints per unit delivered, ``rate_from`` included, ``rate_to`` excluded; a ``rate_to`` of 0 means no limit.
``fmea_rating`` is the rating from 1 to 10 in an FMEA that the band has by itself (`engine/risk.rating_of_band`)."""

RISK_LEVELS = {
    "low": {"name": "Low", "acceptability": "acceptable", "color": "#3BA272",
            "required_action": "Record and watch the trend."},
    "medium": {"name": "Medium", "acceptability": "alarp", "color": "#E8B93E",
               "required_action": "Investigate; reduce the risk where that is practicable, and record why not."},
    "high": {"name": "High", "acceptability": "alarp", "color": "#E07B39",
             "required_action": "Investigate at once; decide on a CAPA with a named owner."},
    "extreme": {"name": "Extreme", "acceptability": "unacceptable", "color": "#C0392B",
                "required_action": "Contain now: hold stock, decide on reporting and on a field action; CAPA required."},
}  # fmt: skip

DEFAULT_MATRIX_NAME = "Standard 5 × 5"

DEFAULT_GRID = {
    # occurrences in the order of OCCURRENCES, from improbable to frequent
    "negligible": ("low", "low", "low", "low", "medium"),
    "minor": ("low", "low", "low", "medium", "high"),
    "serious": ("low", "low", "medium", "high", "extreme"),
    "critical": ("low", "medium", "high", "extreme", "extreme"),
    "catastrophic": ("medium", "high", "extreme", "extreme", "extreme"),
}

UNDETECTED = 10
"""Detection rating of what no control found before the customer did; that of a complaint which nobody rated."""

HARM_EVENTS = {
    **dict.fromkeys(("death", "fatality", "死亡"), "death"),
    **dict.fromkeys(("injury", "serious injury", "serious harm", "伤害", "受伤", "人身伤害"), "serious"),
}
"""Kinds of event that name harm to a person themselves, as registers write them. A class of a defect (*fatal*, 致命) is
none: in the trade a wrong colour may be one."""

SCOPES = ("item", "item_group", "batch")
"""Of what complaints and deliveries are counted together for an occurrence."""
RATE, UPPER = "rate", "upper_limit"
BASES = (RATE, UPPER)
"""By what of a rate its level is read: the rate observed, or the upper limit of its interval."""
OCCURRENCE_DAYS = 365
"""Period of a matrix that names none."""

LABELS = {
    "acceptability": {
        "acceptable": "Acceptable",
        "alarp": "As Low as Reasonably Practicable",
        "unacceptable": "Unacceptable",
    },
    "occurrence_scope": {"item": "Item", "item_group": "Item Group", "batch": "Batch"},
    "occurrence_basis": {"rate": "Observed Rate", "upper_limit": "Upper Limit of the Rate"},
    "risk_movement": {
        "rose": "Rose",
        "fell": "Fell",
        "moved_across": "Moved Across",
        "unmoved": "Unmoved",
        "gone": "No More Complaints",
    },
}
"""Names of keys, see `constants/labels.py`."""
