"""Numbers of complaints: each once over all files, made up where a file has none."""

from __future__ import annotations

from complaint_qms.backtest.store import Store

_PART = 900


class ComplaintNumbers:
    """Checks the numbers of one file against each other and against what is stored."""

    def __init__(self, store: Store, file: int) -> None:
        self.store = store
        self.file = file

    def made_up(self, rows: list[int]) -> list[str]:
        """``file-row`` for rows without a number."""
        self.store.set_meta(_made_up_key(self.file), "yes")
        ids = [f"{self.file}-{row}" for row in rows]
        taken = self._stored(ids)
        return [self._free(i) if i in taken else i for i in ids] if taken else ids

    def check(
        self, ids: list[str | None], rows: list[int], heading: str, bad: dict[int, tuple[str, str, str]]
    ) -> None:
        """Add to `bad` (index -> column, reason, detail) the rows whose number is missing or was there before."""
        if not bad and None not in ids and len(set(ids)) == len(ids) and not self._any_stored(ids):
            return
        known = self._places([i for i in ids if i])
        here: dict[str, int] = {}
        for i, value in enumerate(ids):
            if i in bad:
                continue
            if not value:
                bad[i] = (heading, "id_missing", "")
            elif value in here or value in known:
                bad[i] = (heading, "id_repeated", f"{value} ({here.get(value) or known[value]})")
            else:
                here[value] = rows[i]

    def _any_stored(self, ids: list[str]) -> bool:
        """Quick answer to the usual case: numbers that rise beyond everything stored cannot be there."""
        low = min(ids)
        highest = self.store.db.execute("SELECT max(id) FROM complaint").fetchone()[0]
        return highest is not None and low <= highest

    def _places(self, ids: list[str]) -> dict[str, str]:
        """Where numbers stand already: the row, with its file when that is another one. A number that was made up gives
        way to one that a file has."""
        found = {}
        for number, (file, row) in self._stored(ids).items():
            if file == self.file:
                found[number] = str(row)
            elif self.store.meta(_made_up_key(file)):
                self.store.db.execute(
                    "UPDATE complaint SET id = ? WHERE id = ?", (self._free(number), number)
                )
            else:
                name = self.store.db.execute("SELECT name FROM source WHERE file = ?", (file,)).fetchone()
                found[number] = f"{name[0] if name else file}: {row}"
        return found

    def _free(self, number: str) -> str:
        """A number like this one that nothing has."""
        while self._stored([number]):
            number += "*"
        return number

    def _stored(self, ids: list[str]) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for start in range(0, len(ids), _PART):
            part = ids[start : start + _PART]
            marks = ", ".join("?" * len(part))
            rows = self.store.db.execute(f"SELECT id, file, row FROM complaint WHERE id IN ({marks})", part)
            found.update((number, (file, row)) for number, file, row in rows)
        return found


def _made_up_key(file: int) -> str:
    return f"made up numbers {file}"
