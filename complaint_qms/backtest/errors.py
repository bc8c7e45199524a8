"""What ends a run of the command, and the exit codes it ends with.

========  =======================================================================
code      meaning
========  =======================================================================
0         done (bad rows, if any, are in the file of bad rows; good rows counted)
1         ``demo``: something that was planted was not found
2         wrong use of the command (argparse), or nothing found for ``explain`` / ``similar``
3         a file cannot be read: missing, empty, wrong kind, encoding, broken quoting
4         columns: a needed column is missing, or the mapping does not fit the file
5         the policy file is not valid
6         not one good row
7         the output cannot be written, or belongs to another run
70        a fault of this program; COMPLAINT_QMS_DEBUG=1 shows where
130       stopped by Ctrl-C (run the same command again to go on)
========  =======================================================================
"""

from __future__ import annotations

from complaint_qms.backtest.catalogue import message_text
from complaint_qms.engine.message import Message
from complaint_qms.tabular.errors import ColumnError, NoRowError, TableError, UnreadableFileError

OK, NOT_FOUND_IN_DEMO, USAGE, UNREADABLE, COLUMNS, POLICY, NO_GOOD_ROW, OUTPUT = range(8)
UNFORESEEN, INTERRUPTED = 70, 130
_OF_TABLES = {UnreadableFileError: UNREADABLE, ColumnError: COLUMNS, NoRowError: NO_GOOD_ROW}


class CommandError(Exception):
    """A message for the user, its key in the catalogue, and the exit code."""

    def __init__(self, key: str, exit_code: int, **params: object) -> None:
        super().__init__(key)
        self.message = Message(key, params)
        self.exit_code = exit_code

    def __str__(self) -> str:
        return message_text(self.message, "en")


def exit_code(error: CommandError | TableError) -> int:
    """The code that the command ends with."""
    if isinstance(error, CommandError):
        return error.exit_code
    return next(code for kind, code in _OF_TABLES.items() if isinstance(error, kind))
