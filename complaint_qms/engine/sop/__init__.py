"""Gates of the standard operating procedure, as functions from a record's facts to what is still missing.

Every way in (desk, REST, import, job) asks the same functions, so the same thing is refused with the same words.

    complaint_missing(facts, target_stage) -> list[Missing]

`facts` is a mapping of field name to value, plus the linked facts each module names in its docstring.
An empty list means that nothing stands in the way. Nothing here reads a clock, a database or a setting.

G1–G7 stand at the steps of a record, a function for each kind, which the record's controller names as its `gates`. Three gates
stand elsewhere: `disposal_missing` (G8) before a record is let go, `signatures_missing` (G9) where a step has to be signed,
`signing_missing` (G10) before somebody signs.
"""

from complaint_qms.constants.records import MOVES
from complaint_qms.engine.sop.capa import capa_missing
from complaint_qms.engine.sop.complaint import complaint_missing
from complaint_qms.engine.sop.field_action import field_action_missing
from complaint_qms.engine.sop.gates import Missing
from complaint_qms.engine.sop.investigation import investigation_missing, root_cause_missing
from complaint_qms.engine.sop.retention import Retention, Term, disposal_missing, keep_until
from complaint_qms.engine.sop.signing import signatures_missing, signed, signing_missing

__all__ = [
    "Missing",
    "Retention",
    "Term",
    "capa_missing",
    "complaint_missing",
    "disposal_missing",
    "field_action_missing",
    "investigation_missing",
    "keep_until",
    "move_allowed",
    "root_cause_missing",
    "signatures_missing",
    "signed",
    "signing_missing",
]


def move_allowed(doctype: str, origin: str, target: str) -> bool:
    """Whether the procedure knows a way from stage `origin` to stage `target` at all."""
    return target in MOVES[doctype].get(origin, ())
