"""Working-time clock: one by one against by column, in one run. ``python -m tests.benchmarks.bench_clock``"""

from datetime import date, datetime, time, timedelta, timezone
from time import perf_counter

import numpy as np

from complaint_qms.engine.sla import clock
from complaint_qms.engine.sla import table as sla_table

ROWS = 100_000
BAR_SECONDS = 2.0
SAMPLE = 2_000  # rows that the scalar form is timed on
FIRST = datetime(2024, 1, 1, tzinfo=timezone.utc)


def main() -> None:
    calendar = clock.WorkCalendar(
        {day: ((time(8), time(12)), (time(13), time(17)), (time(22), time(6))) for day in range(5)},
        frozenset(date(2024, 1, 1) + timedelta(days=30 * n) for n in range(24)),
        "Europe/Berlin",
    )
    random = np.random.default_rng(7)
    starts = np.datetime64("2024-01-02") + random.integers(0, 365 * 86400, ROWS).astype("timedelta64[s]")
    budgets = random.integers(3600, 200 * 3600, ROWS)
    held = np.arange(0, ROWS, 2)
    lows = starts[held] + random.integers(0, 5 * 86400, len(held)).astype("timedelta64[s]")
    pauses = sla_table.PauseColumns(held, lows, lows + np.timedelta64(2, "D"))
    at = np.datetime64("2025-06-01")

    begin = perf_counter()
    table = sla_table.build_table(calendar, FIRST, FIRST + timedelta(days=3 * 365))
    built = perf_counter() - begin
    begin = perf_counter()
    dues = sla_table.due_many(starts, budgets, table, pauses)
    due_time = perf_counter() - begin
    begin = perf_counter()
    spent = sla_table.used_many(starts, np.array([at]), table, pauses)
    used_time = perf_counter() - begin

    def aware(moment: np.datetime64) -> datetime:
        return moment.astype("datetime64[us]").item().replace(tzinfo=timezone.utc)

    rows = [
        (aware(starts[n]), timedelta(seconds=int(budgets[n])),
         [] if n % 2 else [(aware(lows[n // 2]), aware(lows[n // 2]) + timedelta(days=2))])
        for n in range(SAMPLE)
    ]  # fmt: skip
    begin = perf_counter()
    one_by_one = [clock.due(start, budget, calendar, pause) for start, budget, pause in rows]
    scalar_due = (perf_counter() - begin) / SAMPLE * ROWS
    begin = perf_counter()
    used_one_by_one = [clock.used(start, aware(at), calendar, pause) for start, _, pause in rows]
    scalar_used = (perf_counter() - begin) / SAMPLE * ROWS
    if one_by_one != [aware(moment) for moment in dues[:SAMPLE]]:
        raise SystemExit("due: the two forms differ")
    if used_one_by_one != [length.item() for length in spent[:SAMPLE]]:
        raise SystemExit("used: the two forms differ")

    print(f"{ROWS:,} complaints, three shifts a day, holidays, half of them held once")
    print(f"table of 3 years        {built * 1000:9.1f} ms   no bar of its own")
    for name, scalar, column in (("due", scalar_due, due_time), ("used", scalar_used, used_time)):
        verdict = f"bar {BAR_SECONDS:g} s (a whole sweep)   {'holds' if column <= BAR_SECONDS else 'MISSED'}"
        print(
            f"{name:5} one by one {scalar:8.2f} s   by column {column * 1000:8.1f} ms   {scalar / column:7.0f} ×   {verdict}"
        )


if __name__ == "__main__":
    main()
