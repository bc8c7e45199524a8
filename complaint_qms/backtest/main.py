"""The ``complaint-qms`` command: try the engine on a company's own history, without a site.

Exit codes: see :mod:`complaint_qms.backtest.errors`.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
import time

from complaint_qms.backtest.catalogue import message_text, phrase
from complaint_qms.backtest.command_line import build_parser, language_asked_for
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
from complaint_qms.backtest.store import Store
from complaint_qms.tabular.errors import TableError
from complaint_qms.tabular.terminal_text import print_line, printable

# What needs numpy and its friends is imported by the verb that uses it, so that help and errors come at once.


def main(argv: list[str] | None = None) -> int:
    """Entry point; returns the exit code."""
    _plain_output()
    language = language_asked_for(argv, _language_of_locale())
    runs = {
        "replay": _replay, "signals": _signals, "similar": _similar, "explain": _explain, "report": _report,
        "sample": _sample, "demo": _demo,
    }  # fmt: skip
    parser = build_parser(runs, language)
    options = parser.parse_args(argv)
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


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace, language: str) -> int:
    if options.print_policy:
        from complaint_qms.backtest import policy as policies

        sys.stdout.write(policies.default_text(language))
        return OK
    if options.verb is None:
        parser.print_help()
        return USAGE
    return options.run(options, language)


def _drop_output() -> None:
    """What is still to be written to standard output goes nowhere, so that leaving raises nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
