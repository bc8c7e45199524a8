"""Runs inside a bench's Python, in its `sites` folder: every text a user of the app can see, and what lacks Chinese.

    python messages.py SITE list                  all texts, one JSON line each: source, where it was found
    python messages.py SITE missing               those that the language file should hold and does not
    python messages.py SITE tidy                  drop rows nobody shows any more and sort the language file

Frappe's own extractor reads DocTypes, Python `_()`, JavaScript `__()` and templates. It does not see sentences that
the engine builds without a translator, names that become records, workflows and other JSON records: those are
collected here, from syntax trees and from the data itself.
"""

from __future__ import annotations

import ast
import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frappe
from frappe.gettext.extractors import doctype as doctype_texts
from frappe.gettext.extractors import workspace as workspace_texts
from frappe.gettext.extractors.utils import is_translatable
from frappe.translate import get_messages_for_app, get_translations_from_apps, read_csv_file

APP = "complaint_qms"
PACKAGE = Path(__file__).resolve().parents[2] / APP
LANGUAGE_FILE = PACKAGE / "translations" / "zh.csv"
HEAD = ("source", "translation", "context")
BASE_APPS = ("frappe", "erpnext")
CHINESE = re.compile(r"[\u3400-\u9fff]")
SLOT = re.compile(r"\{[^{}]*\}")
SERIES = re.compile(r"\.(YYYY|YY|MM|#+)\.")

# Calls of the engine, and of those who write into timelines, whose strings reach a user.
SPEAKING_CALLS = ("Message", "about_word", "line", "named", "need")
# What a record of these kinds shows as text.
RECORD_KEYS = (
    "label", "report_name", "chart_name", "dashboard_name", "source_name", "title", "description", "workflow_name",
    "state", "action", "document_type", "print_format_name", "subject", "html_label", "subtitle",
    "success_message", "action_label",
)  # fmt: skip
SPEAKING_IMPORT = re.compile(r"timeline import|engine\.message import .*\bMessage\b|sop\.gates import")
IN_SCRIPT = re.compile(r"""__\(\s*(["'`])(?P<text>(?:\\.|(?!\1).)*)\1""")


@dataclass(frozen=True, order=True)
class Message:
    """An English text, the place it was found in, and the context it is translated in where that is not everybody's."""

    source: str
    place: str
    context: str = ""


def collect(app: str = APP) -> list[Message]:
    """Every text of the app that a user can see, sorted, each once a context. Needs a connected site with the app."""
    found: dict[tuple[str, str], Message] = {}
    for message in (*_extracted(app), *_records(), *_data(), *_engine()):
        text = message.source.strip()
        if text and is_translatable(text) and not SERIES.search(text) and not text.startswith("<"):
            found.setdefault((text, message.context), Message(text, message.place, message.context))
    return sorted(found.values())


def base_translations(lang: str = "zh") -> dict[str, str]:
    """What Frappe and ERPNext translate themselves."""
    return get_translations_from_apps(lang, apps=list(BASE_APPS))


def own_rows() -> list[tuple[str, str, str]]:
    """Rows of the app's language file below its head: source, translation, context."""
    if not LANGUAGE_FILE.exists():
        return []
    rows = [tuple(row) for row in read_csv_file(str(LANGUAGE_FILE))]
    return [row if len(row) == 3 else (*row, "") for row in rows if row != HEAD]


def covered(source: str, base: dict[str, str]) -> bool:
    """Whether Frappe or ERPNext has Chinese for this very text."""
    return bool(CHINESE.search(base.get(source, "")))


def missing() -> list[Message]:
    """Texts that neither the app's language file nor Frappe and ERPNext translate."""
    rows, base = own_rows(), base_translations()
    texts, within = {row[0] for row in rows}, {(row[0], row[2]) for row in rows}
    return [
        row
        for row in collect()
        if ((row.source, row.context) not in within if row.context else row.source not in texts)
        and (row.context or not covered(row.source, base))
    ]


def is_said(row: tuple[str, str, str], texts: set[tuple[str, str]]) -> bool:
    """Whether a row of the language file translates one of the `texts` (source, context). A DocType's own word for a text
    that others use as well is a row of its own, found by its source."""
    from complaint_qms.constants.labels import CONTEXT

    source, _translation, context = row
    return (source, context if context == CONTEXT else "") in texts


def slots(text: str) -> list[str]:
    """Places for values in a text, sorted; a translation has to hold the same."""
    return sorted(SLOT.findall(text))


def write_rows(rows: Iterable[tuple[str, str, str]]) -> None:
    """Write the language file, sorted, one row per source and context."""
    unique = {(row[0], row[2]): row for row in rows}
    with LANGUAGE_FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(HEAD)
        writer.writerows(sorted(unique.values()))


def spoken(tree: ast.AST) -> Iterator[str]:
    """Sentences in a syntax tree that go to a reader: in speaking calls, or put into a name that one is given.

    A call's short keys (a gate, a field, a kind) are told from sentences by having no blank.
    """
    names = set()
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node) in SPEAKING_CALLS
    ]
    for call in calls:
        # A name by itself, or a table with the key beside it.
        given = (node.value if isinstance(node, ast.Subscript) else node for node in call.args)
        names |= {node.id for node in given if isinstance(node, ast.Name)}
        for argument in (*call.args, *(word.value for word in call.keywords)):
            yield from _sentences(argument)
    for node in ast.walk(tree):
        for target, value in _given(node):
            if isinstance(target, ast.Name) and target.id in names:
                yield from _sentences(value)


def _extracted(app: str) -> Iterator[Message]:
    """What Frappe finds: DocTypes and reports of the site, Python, JavaScript and templates."""
    frappe.flags.scanned_files = set()  # Frappe reads a file once per process, we want it each time
    for row in get_messages_for_app(app, deduplicate=False):
        place, text = (row[0] or "", row[1]) if row else ("", "")
        # Neither a site's own menu nor what was built from the sources.
        if text and not place.startswith("Navbar") and "/dist/" not in place and not _is_key(text, place):
            yield Message(text, place)


def _records() -> Iterator[Message]:
    """DocTypes, workspaces, reports, charts, cards, HTML blocks and workflows, as their JSON files say, and the sidebar of Frappe 16."""
    for path in sorted((*PACKAGE.glob("complaint_qms/**/*.json"), *PACKAGE.glob("workspace_sidebar/*.json"))):
        place = str(path.relative_to(PACKAGE.parent))
        with path.open(encoding="utf-8") as file:
            data = json.load(file)
        kind = data.get("doctype") if isinstance(data, dict) else ""
        if kind in ("DocType", "Workspace"):
            extract = {"DocType": doctype_texts, "Workspace": workspace_texts}[kind].extract
            with path.open(encoding="utf-8") as file:
                texts = [row[2] for row in extract(file) if row[2]]
            yield from (Message(text, place) for text in texts if not _is_key(text, "DocType"))
        else:
            yield from (Message(text, place) for text in _texts_of(data))
            if kind == "Number Card":  # a dashboard calls a card by its name, the workspace by its label
                yield Message(data["name"], place)


def _is_key(text: str, place: str) -> bool:
    """Whether a text of a DocType is a choice of a Select field that is shown by its name and not by itself."""
    from complaint_qms.constants.import_columns import COLUMN_NAMES, STAGE_ENDS
    from complaint_qms.constants.labels import WORDS

    return place.startswith("DocType") and (text in WORDS or text in COLUMN_NAMES or text in STAGE_ENDS)


def _texts_of(value: Any, key: str = "") -> Iterator[str]:
    """Texts under the keys of a record that are shown, and those in the script of an HTML block."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts_of(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts_of(inner, key)
    elif isinstance(value, str) and key == "script":
        yield from (match["text"] for match in IN_SCRIPT.finditer(value))
    elif isinstance(value, str) and key in RECORD_KEYS:
        yield value


def _data() -> Iterator[Message]:
    """Names that code keeps as data: they become records, or are shown through a lookup."""
    from complaint_qms.constants import (
        board,
        correspondence,
        import_columns,
        labels,
        reportability,
        risk,
        roles,
        rules,
        vocabulary,
    )
    from complaint_qms.setup.custom_fields import custom_fields

    yield from (Message(name, "roles") for name in roles.OWN_ROLES)
    own_names = (name for names in labels.OWN_NAMES.values() for name in names.values())
    yield from (Message(text, "labels", labels.CONTEXT) for text in (*labels.WORDS.values(), *own_names))
    yield from (Message(text, "import columns") for text in import_columns.COLUMN_NAMES.values())
    yield from (Message(text, "acceptability") for text in risk.ACCEPTABILITY.values())
    for row in (*risk.SEVERITIES, *risk.OCCURRENCES):
        yield from (Message(row[part], "risk") for part in ("name", "description"))
    for level in risk.RISK_LEVELS.values():
        yield from (Message(level[part], "risk") for part in ("name", "required_action"))
    yield Message(risk.DEFAULT_MATRIX_NAME, "risk")
    yield from (Message(text, "reportability") for text in reportability.QUESTIONS.values())
    for body in reportability.JURISDICTIONS.values():
        yield from (Message(body[part], "reportability") for part in ("name", "authority"))
    yield Message(board.BOARD, "board")
    yield from (
        Message(text, "correspondence")
        for text in (*correspondence.KINDS, *correspondence.SPOKEN, *correspondence.AUTOMATIC)
    )
    yield Message(vocabulary.ROOT_TYPE, "vocabulary")
    yield from (Message(name, "vocabulary") for name in _type_names(vocabulary.TYPES))
    yield from (Message(row[1], "vocabulary") for row in vocabulary.SOP_CHECKS)
    yield Message(vocabulary.DEFAULT_SOP["sop_name"], "vocabulary")
    yield Message(vocabulary.DEFAULT_SOP["description"], "vocabulary")
    said = (*rules.OPERATOR_NAMES.values(), rules.AND, rules.OR)
    yield from (Message(text, "rules", labels.CONTEXT) for text in said)
    for rule in rules.SHIPPED:
        texts = (row.get("text") or row.get("tag") or "" for row in rule["actions"])
        yield from (Message(text, "rules") for text in (rule["title"], *filter(None, texts)))
    for path in sorted(PACKAGE.glob("fixtures/sop_packs/*.json")):
        yield from (Message(text, "SOP packs") for text in _pack_texts(json.loads(path.read_text("utf-8"))))
    for path in sorted(PACKAGE.glob("fixtures/reporting_rule_sets/*.json")):
        texts = _rule_set_texts(json.loads(path.read_text("utf-8")))
        yield from (Message(text, "reporting rule sets") for text in texts)
    for path in sorted(PACKAGE.glob("fixtures/report_forms/*.json")):
        form = json.loads(path.read_text("utf-8"))
        texts = [form["title"], form["source"], form["gateway"], *(row["label"] for row in form["elements"])]
        yield from (Message(text, "report forms") for text in texts)
    with (PACKAGE / "fixtures" / "complaint_channel.csv").open(encoding="utf-8", newline="") as file:
        yield from (Message(row["channel_name"], "channels") for row in csv.DictReader(file))
    for rows in custom_fields().values():
        yield from (
            Message(row[part], "custom fields")
            for row in rows
            for part in ("label", "description")
            if row.get(part)
        )
        # Of a Select they are what the desk shows; of a Link, a DocType.
        options = (row["options"] for row in rows if row["fieldtype"] == "Select")
        yield from (
            Message(choice, "custom fields") for text in options for choice in text.split("\n") if choice
        )


def _pack_texts(pack: dict[str, Any]) -> Iterator[str]:
    """Texts of a pack of procedures; its templates are written in their own language."""
    yield from (pack["title"], pack["description"], *pack["sources"])
    yield from (row["complaint_type_name"] for row in pack["types"])
    yield from (row["description"] for row in pack["severities"])
    for sop in pack["sops"]:
        yield from (sop["sop_name"], sop["description"], *(row["check"] for row in sop["checks"]))
        yield from filter(None, [sop.get("at_once_reason")])


def _rule_set_texts(rules: dict[str, Any]) -> Iterator[str]:
    """Texts of the questions of a jurisdiction; clauses are cited as they are."""
    yield from (rules["jurisdiction"], rules["authority"], rules["regulation"])
    for row in rules["questions"]:
        yield from filter(None, [row["question"], row.get("help_text")])
    yield from (row["statement"] for row in rules["outcomes"])


def _type_names(types: Iterable[dict[str, Any]]) -> Iterator[str]:
    for row in types:
        yield row["name"]
        yield from _type_names(row["children"])


def _engine() -> Iterator[Message]:
    """Sentences of the engine, and the fields its reasons name."""
    from complaint_qms.engine.dialog.reply_texts import WORDS
    from complaint_qms.engine.rules.mistakes import KINDS
    from complaint_qms.engine.signals import period_trend, sentences
    from complaint_qms.engine.signals.findings import words
    from complaint_qms.engine.similar.records import FIELDS
    from complaint_qms.engine.similar.told_twice import WEIGHTS

    tables = (sentences.SENTENCES, period_trend.SENTENCES, sentences.NOUNS, sentences.PERIOD_NAMES)
    yield from (Message(text, "signals") for table in tables for text in table.values())
    yield from (Message(text, "signals") for text in (sentences.CHANCE, *words.SENTENCES))
    yield from (Message(text, "dialog") for text in WORDS.values())
    yield from (Message(name, "similar") for name in {**dict.fromkeys(FIELDS), **WEIGHTS})
    yield from (Message(name, "rules") for _kind, name in KINDS)
    # The inbox keeps why a message waits as a `Message` as well.
    inbox = (*PACKAGE.glob("services/inbox/*.py"), *PACKAGE.glob("services/mailbox/*.py"))
    for path in sorted({*PACKAGE.glob("engine/**/*.py"), *_writing_lines(), *inbox}):
        place = str(path.relative_to(PACKAGE.parent))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from (Message(text, place) for text in spoken(tree))


def _writing_lines() -> Iterator[Path]:
    """Sources outside the engine that write lines of timelines, or make messages for the desk themselves."""
    for path in sorted(PACKAGE.glob("**/*.py")):
        # What the command alone says has a catalogue of its own.
        if path.relative_to(PACKAGE).parts[0] not in (
            "engine",
            "backtest",
            "tabular",
        ) and SPEAKING_IMPORT.search(path.read_text(encoding="utf-8")):
            yield path


def _given(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Names and what each gets in an assignment, or in turn in a loop over what is written out."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _pairs(target, node.value)
    elif isinstance(node, (ast.For, ast.comprehension)) and isinstance(node.iter, (ast.Tuple, ast.List)):
        for item in node.iter.elts:
            yield from _pairs(node.target, item)


def _pairs(target: ast.AST, value: ast.AST) -> list[tuple[ast.AST, ast.AST]]:
    """Names and what each gets; `a, b = 1, 2` gives two."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _called(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _sentences(node: ast.AST) -> Iterator[str]:
    """String constants with a blank in an expression; formatted strings and nested lookups are left out."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and " " in node.value.strip():
            yield node.value
    elif isinstance(node, (ast.Tuple, ast.List)):
        for inner in node.elts:
            yield from _sentences(inner)
    elif isinstance(node, ast.IfExp):
        yield from _sentences(node.body)
        yield from _sentences(node.orelse)
    elif isinstance(node, ast.Subscript):  # a table with the key beside it
        yield from _sentences(node.value)
    elif isinstance(node, ast.Dict):
        for inner in node.values:
            yield from _sentences(inner)


def main(site: str, task: str) -> None:
    """Connect to `site` and do one of the tasks above."""
    frappe.init(site=site)
    frappe.connect()
    try:
        if task == "tidy":
            known = {(row.source, row.context) for row in collect()}
            write_rows(row for row in own_rows() if is_said(row, known))
        else:
            for row in collect() if task == "list" else missing():
                print(json.dumps([row.source, row.place], ensure_ascii=False))
    finally:
        frappe.destroy()


if __name__ == "__main__":
    main(*sys.argv[1:3])
