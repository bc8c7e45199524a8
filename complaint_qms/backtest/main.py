"""The ``complaint-qms`` command: try the engine on a company's own history, without a site.

Exit codes: see :mod:`complaint_qms.backtest.errors`.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path

import complaint_qms
from complaint_qms.backtest.catalogue import message_text, phrase
from complaint_qms.backtest.errors import (
    INTERRUPTED,
    OK,
    OUTPUT,
    UNFORESEEN,
    USAGE,
    CommandError,
    exit_code,
)
from complaint_qms.backtest.progress import Progress
from complaint_qms.backtest.store import FINAL_NAME, Store
from complaint_qms.tabular.errors import TableError
from complaint_qms.tabular.terminal_text import print_line, printable

# What needs numpy and its friends is imported by the verb that uses it, so that help and errors come at once.

OUT = "complaint-qms-out"
MOST_ROWS = 5_000_000
EPILOG = """\
exit codes: 0 done (bad rows are listed in bad_rows.csv); 1 demo: something planted was not found;
2 wrong use, or nothing found; 3 a file cannot be read; 4 columns; 5 policy; 6 not one good row; 7 output; 70 a fault of
this program (COMPLAINT_QMS_DEBUG=1 shows where); 130 stopped
"""


def main(argv: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    _plain_output()
    parser = build_parser()
    options = parser.parse_args(argv)
    language = options.lang or _language_of_locale()
    try:
        code = _run(parser, options, language)
        sys.stdout.flush()
        return code
    except (CommandError, TableError) as error:
        why = printable(message_text(error.message, language))
        print(phrase("error", language, why=why), file=sys.stderr)
        return exit_code(error)
    except KeyboardInterrupt:
        print("\n" + phrase("interrupted", language), file=sys.stderr)
        return INTERRUPTED
    except sqlite3.Error as error:
        print(phrase("error", language, why=phrase("database_failed", language, why=error)), file=sys.stderr)
        return OUTPUT
    except BrokenPipeError:
        _drop_output()
        return OK
    except OSError as error:
        _drop_output()
        place = printable(error.filename or phrase("standard_output", language))
        why = phrase("output_unwritable", language, file=place, why=error.strerror)
        print(phrase("error", language, why=why), file=sys.stderr)
        return OUTPUT
    except Exception as error:
        if os.environ.get("COMPLAINT_QMS_DEBUG"):
            raise
        why = printable(f"{type(error).__name__}: {error}")
        print(phrase("error", language, why=phrase("unforeseen", language, why=why)), file=sys.stderr)
        return UNFORESEEN


def build_parser() -> argparse.ArgumentParser:
    """The command line; kept apart so that the help can be tested."""
    parser = argparse.ArgumentParser(
        prog="complaint-qms",
        description="Replay a history of complaints through the engine of Complaint QMS: risk, working time, "
        "signals, suspect batches, duplicates. Nothing leaves this machine.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"complaint-qms {complaint_qms.__version__}")
    parser.add_argument(
        "--print-policy", action="store_true", help="print the default policy with comments and stop"
    )
    _language_option(parser)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs")
    _replay_parser(verbs)
    _result_parsers(verbs)
    _sample_parsers(verbs)
    return parser


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace, language: str) -> int:
    if options.print_policy:
        from complaint_qms.backtest import policy as policies

        sys.stdout.write(policies.default_text())
        return OK
    if options.verb is None:
        parser.print_help()
        return USAGE
    return options.run(options, language)


def _drop_output() -> None:
    """What is still to be written to standard output goes nowhere, so that leaving raises nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _language_option(parser: argparse.ArgumentParser, again: bool = False) -> None:
    default = argparse.SUPPRESS if again else None
    parser.add_argument(
        "--lang", choices=("en", "zh"), default=default, help="language of messages and report"
    )


def _verb(verbs, name: str, run, words: str) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=words, description=words)
    parser.set_defaults(run=run)
    _language_option(parser, again=True)
    return parser


def _replay_parser(verbs) -> None:
    parser = _verb(verbs, "replay", _replay, "read complaint files and write database and report")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV, TSV, XLSX or JSON lines")
    parser.add_argument(
        "--out", type=_path, default=Path(OUT), help=f"folder for the results (default: {OUT})"
    )
    parser.add_argument("--mapping", type=Path, help="which column is what, as written by an earlier run")
    parser.add_argument(
        "--policy", type=Path, help="procedure, risk matrix, rules and thresholds (see --print-policy)"
    )
    parser.add_argument(
        "--deliveries", type=Path, help="units delivered (item, batch, date, units), for rates"
    )
    parser.add_argument("--as-of", metavar="DATE", help="the day the history ends (default: its last event)")
    parser.add_argument(
        "--no-text", action="store_true", help="leave the texts unread: no duplicates, much faster"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="drop an unfinished run instead of going on with it"
    )
    parser.add_argument("--columns", action="store_true", help="show and write the mapping, then stop")
    parser.add_argument("--quiet", action="store_true", help="no progress, no summary")


def _result_parsers(verbs) -> None:
    signals = _verb(verbs, "signals", _signals, "list the signals of a replay with their arithmetic")
    signals.add_argument("--by", help="only this kind of series: all, item, batch, type, supplier, region …")
    similar = _verb(verbs, "similar", _similar, "complaints like a given one, or like a text")
    similar.add_argument("id", nargs="?", help="number of a complaint")
    similar.add_argument("--text", help="compare with this text instead")
    similar.add_argument("--limit", type=_at_least(1), default=10, help="how many (default: 10)")
    explain = _verb(verbs, "explain", _explain, "everything that was decided about one complaint, and why")
    explain.add_argument("id", help="number of a complaint")
    report = _verb(
        verbs, "report", _report, "write the report of a finished replay again, in another language"
    )
    for parser in (signals, similar, explain, report):
        parser.add_argument("--db", type=Path, default=Path(OUT) / FINAL_NAME, help="database of the replay")
    report.add_argument(
        "--to", type=_path, help="the file to write (default: report.html beside the database)"
    )


def _sample_parsers(verbs) -> None:
    sample = _verb(verbs, "sample", _sample, "generate complaints and deliveries with known faults in them")
    demo = _verb(
        verbs, "demo", _demo, "replay a generated sample and say what was planted and what was found"
    )
    for parser, folder in ((sample, "complaint-qms-sample"), (demo, "complaint-qms-demo")):
        parser.add_argument("--out", type=_path, default=Path(folder), help=f"folder (default: {folder})")
        parser.add_argument(
            "--rows",
            type=_at_least(1000, MOST_ROWS),
            default=2400,
            help="complaints (default: 2400, least 1000)",
        )
        parser.add_argument("--seed", type=_at_least(0), help="another seed, another sample")


def _at_least(least: int, most: int | None = None) -> Callable[[str], int]:
    """A type of argument: a whole number within bounds."""

    def whole(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"a whole number is expected, not {text!r}") from None
        if number < least or (most is not None and number > most):
            bounds = f"at least {least}" if most is None else f"{least} to {most}"
            raise argparse.ArgumentTypeError(f"{bounds} is expected, not {text!r}")
        return number

    return whole


def _path(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("a name is expected, not an empty text")
    return Path(text)


def _replay(options: argparse.Namespace, language: str) -> int:
    from complaint_qms.backtest import console, policy_file, replay

    job = replay.Job(
        files=options.files,
        out=options.out,
        policy=policy_file.load_policy(options.policy),
        policy_file=options.policy,
        mapping=options.mapping,
        deliveries=options.deliveries,
        as_of=options.as_of,
        text=not options.no_text,
        fresh=options.fresh,
        language=language,
    )
    progress = Progress(options.quiet)
    begin = time.perf_counter()
    if options.columns:
        found, aside = replay.write_columns(job, progress)
        console.print_columns(found, language)
        console.put_aside(aside, language)
        return OK
    result = replay.replay_history(job, progress)
    if not options.quiet:
        console.print_columns(result.mappings, language)
        console.result(result, time.perf_counter() - begin, language)
    return OK


def _signals(options: argparse.Namespace, language: str) -> int:
    from complaint_qms.backtest import console

    return console.signals(Store.finished(options.db), options.by, language)


def _similar(options: argparse.Namespace, language: str) -> int:
    from complaint_qms.backtest import console

    if (options.id is None) == (options.text is None):
        raise CommandError("similar_needs_input", USAGE)
    if options.text is not None and not options.text.strip():
        raise CommandError("similar_empty", USAGE)
    return console.similar(Store.finished(options.db), options.id, options.text, options.limit, language)


def _explain(options: argparse.Namespace, language: str) -> int:
    from complaint_qms.backtest import console

    return console.explain(Store.finished(options.db), options.id, language)


def _report(options: argparse.Namespace, language: str) -> int:
    from complaint_qms.backtest import replay

    target = options.to or options.db.with_name(replay.REPORT_NAME)
    replay.write_report(options.db, target, language)
    print_line(target)
    return OK


def _sample(options: argparse.Namespace, language: str) -> int:
    from complaint_qms.backtest import sample

    sample.write_sample(options.out, options.rows, sample.SEED if options.seed is None else options.seed)
    print_line(phrase("sample_written", language, rows=options.rows, folder=options.out))
    return OK


def _demo(options: argparse.Namespace, language: str) -> int:
    from complaint_qms.backtest import demo, sample

    seed = sample.SEED if options.seed is None else options.seed
    return demo.run_demo(options.out, options.rows, seed, language, Progress())


def _language_of_locale() -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def _plain_output() -> None:
    """Any terminal can show any complaint, at worst with question marks; output that was closed goes nowhere."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # else the next file to be opened would get its number, and what is printed
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
