"""Who may be told of which records: whoever may see them."""

from collections.abc import Iterable

from complaint_qms.permissions.query import hidden


class Sight:
    """Answers for many records of a DocType at once: one query for each person whom anything restricts, when first asked."""

    def __init__(self, doctype: str, names: Iterable[str]) -> None:
        self._doctype, self._names = doctype, frozenset(names)
        self._hidden: dict[str, set[str]] = {}

    def sees(self, user: str, name: str) -> bool:
        """Whether the user may see a record, one of those named at the beginning.

        Raises:
            KeyError: it is none of them.
        """
        if name not in self._names:
            raise KeyError(f"{self._doctype} {name} was not asked about")
        if user not in self._hidden:
            self._hidden[user] = hidden(self._doctype, self._names, user)
        return name not in self._hidden[user]
