"""What may be written behind ``complaint-qms``, with its help and its refusals in the reader's language."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import complaint_qms
from complaint_qms.backtest.catalogue import LANGUAGES, phrase
from complaint_qms.backtest.errors import USAGE
from complaint_qms.backtest.store import FINAL_NAME

OUT = "complaint-qms-out"
MOST_ROWS = 5_000_000
Run = Callable[[argparse.Namespace, str], int]
# What argparse refuses, in its own words: key of ours, and what stands in it.
_REFUSALS = (
    ("refused_argument", r"argument (?P<name>.+?): (?P<why>.+)"),
    ("refused_missing", r"the following arguments are required: (?P<names>.+)"),
    ("refused_unknown", r"unrecognized arguments: (?P<names>.+)"),
    ("refused_choice", r"invalid choice: (?P<value>.+) \(choose from (?P<choices>.+)\)"),
    ("refused_ambiguous", r"ambiguous option: (?P<name>.+) could match (?P<choices>.+)"),
    ("refused_no_value", r"expected (?:one|at least one) argument"),
    ("refused_value", r"ignored explicit argument (?P<value>.+)"),
)


def language_asked_for(argv: list[str] | None, otherwise: str) -> str:
    """The language that ``--lang`` names, before the command line is read: its help and refusals speak it too."""
    words = sys.argv[1:] if argv is None else argv
    for place, word in enumerate(words):
        option, _equals, value = word.partition("=")
        if option == "--lang":
            value = value or "".join(words[place + 1 : place + 2])
            if value in LANGUAGES:
                return value
    return otherwise


def build_parser(runs: Mapping[str, Run], language: str = "en") -> argparse.ArgumentParser:
    """The command line; `runs`: what each verb does."""

    def t(key: str, /, **values: object) -> str:
        return phrase(key, language, **values)

    parser = _Parser(
        prog="complaint-qms",
        description=t("help_command"),
        epilog=t("help_exit_codes"),
        language=language,
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"complaint-qms {complaint_qms.__version__}",
        help=t("help_version"),
    )
    parser.add_argument("--print-policy", action="store_true", help=t("help_print_policy"))
    _language_option(parser, t)
    verbs = parser.add_subparsers(
        dest="verb", metavar="VERB", title=t("help_verbs"), parser_class=partial(_Parser, language=language)
    )

    def verb(name: str) -> argparse.ArgumentParser:
        words = t(f"help_{name}")
        made = verbs.add_parser(name, help=words, description=words)
        made.set_defaults(run=runs[name])
        _language_option(made, t, again=True)
        return made

    _replay_parser(verb("replay"), t)
    _result_parsers(verb, t)
    _sample_parsers(verb, t)
    return parser


class _Parser(argparse.ArgumentParser):
    def __init__(self, *, language: str, **given: Any) -> None:
        super().__init__(add_help=False, formatter_class=partial(_Formatter, language=language), **given)
        self._language = language
        self._positionals.title = phrase("help_positionals", language)
        self._optionals.title = phrase("help_options", language)
        self.add_argument("-h", "--help", action="help", help=phrase("help_help", language))

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(
            USAGE,
            phrase("refused", self._language, program=self.prog, why=_refusal(message, self._language))
            + "\n",
        )


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, *given: Any, language: str, **named: Any) -> None:
        super().__init__(*given, **named)
        self._usage = phrase("help_usage", language)

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, self._usage if prefix is None else prefix)


def _refusal(message: str, language: str) -> str:
    if language == "en":
        return message
    for key, pattern in _REFUSALS:
        if match := re.fullmatch(pattern, message, re.DOTALL):
            values = match.groupdict()
            if "why" in values:
                values["why"] = _refusal(values["why"], language)
            return phrase(key, language, **values)
    return message


def _language_option(parser: argparse.ArgumentParser, t: Callable[..., str], again: bool = False) -> None:
    default = argparse.SUPPRESS if again else None
    parser.add_argument("--lang", choices=LANGUAGES, default=default, help=t("help_lang"))


def _replay_parser(parser: argparse.ArgumentParser, t: Callable[..., str]) -> None:
    path = partial(_path, t)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=t("help_files"))
    parser.add_argument("--out", type=path, default=Path(OUT), help=t("help_out", folder=OUT))
    parser.add_argument("--mapping", type=Path, help=t("help_mapping"))
    parser.add_argument("--policy", type=Path, help=t("help_policy"))
    parser.add_argument("--deliveries", type=Path, help=t("help_deliveries"))
    parser.add_argument("--as-of", metavar="DATE", help=t("help_as_of"))
    parser.add_argument("--no-text", action="store_true", help=t("help_no_text"))
    parser.add_argument("--fresh", action="store_true", help=t("help_fresh"))
    parser.add_argument("--columns", action="store_true", help=t("help_columns"))
    parser.add_argument("--quiet", action="store_true", help=t("help_quiet"))


def _result_parsers(verb: Callable[[str], argparse.ArgumentParser], t: Callable[..., str]) -> None:
    signals = verb("signals")
    signals.add_argument("--by", help=t("help_by"))
    similar = verb("similar")
    similar.add_argument("id", nargs="?", help=t("help_similar_id"))
    similar.add_argument("--text", help=t("help_text"))
    similar.add_argument("--limit", type=_at_least(t, 1), default=10, help=t("help_limit"))
    explain = verb("explain")
    explain.add_argument("id", help=t("help_explain_id"))
    report = verb("report")
    for parser in (signals, similar, explain, report):
        parser.add_argument("--db", type=Path, default=Path(OUT) / FINAL_NAME, help=t("help_db"))
    report.add_argument("--to", type=partial(_path, t), help=t("help_to"))


def _sample_parsers(verb: Callable[[str], argparse.ArgumentParser], t: Callable[..., str]) -> None:
    for name in ("sample", "demo"):
        parser, folder = verb(name), f"complaint-qms-{name}"
        parser.add_argument(
            "--out", type=partial(_path, t), default=Path(folder), help=t("help_folder", folder=folder)
        )
        parser.add_argument(
            "--rows",
            type=_at_least(t, 1000, MOST_ROWS),
            default=2400,
            help=t("help_rows", rows=2400, least=1000),
        )
        parser.add_argument("--seed", type=_at_least(t, 0), help=t("help_seed"))


def _at_least(t: Callable[..., str], least: int, most: int | None = None) -> Callable[[str], int]:
    """A type of argument: a whole number within bounds."""

    def whole(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(t("refused_no_number", value=repr(text))) from None
        if number < least or (most is not None and number > most):
            key = "refused_least" if most is None else "refused_bounds"
            raise argparse.ArgumentTypeError(t(key, least=least, most=most, value=repr(text)))
        return number

    return whole


def _path(t: Callable[..., str], text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError(t("refused_empty_name"))
    return Path(text)
