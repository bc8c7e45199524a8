"""Errors a person at the command line sees, and the exit codes they end with.

========  =======================================================================
code      meaning
========  =======================================================================
0         done (bad rows, if any, are in the side file; good rows counted)
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

OK, NOT_FOUND_IN_DEMO, USAGE, UNREADABLE, COLUMNS, POLICY, NO_GOOD_ROW, OUTPUT = range(8)
UNFORESEEN, INTERRUPTED = 70, 130


class CliError(Exception):
    """A message for the user: `key` into :mod:`complaint_qms.tabular.messages`, its parameters, the exit code."""

    def __init__(self, key: str, exit_code: int, **params: object) -> None:
        super().__init__(key)
        self.key = key
        self.exit_code = exit_code
        self.params = params

    def __str__(self) -> str:
        from complaint_qms.tabular.messages import say

        return say(self.key, "en", **self.params)
