"""What a template of the site calls: the framework runs it with functions that read and write any record, whoever wrote it."""

from __future__ import annotations

from frappe.utils.jinja import get_jenv
from jinja2 import TemplateError, nodes

from complaint_qms.constants.site_templates import FUNCTIONS, METHODS, OF_FRAMEWORK


def calls_past_rights(text: str) -> list[str]:
    """Names of what a template calls beside texts, dates and the values it was given; nothing of a text that is no template.

    A function under another name or out of a list is called by no name that is known, and is told as it stands in the template.
    """
    if "{{" not in text and "{%" not in text:
        return []
    try:
        tree = get_jenv().parse(text)
    except TemplateError:
        return []  # nor does the framework run it
    macros = {macro.name for macro in tree.find_all(nodes.Macro)}
    named = [_name(call.node) for call in tree.find_all(nodes.Call)]
    return sorted({name or "?" for name in named if not _is_harmless(name, macros)})


def _is_harmless(name: str, macros: set[str]) -> bool:
    first, _point, last = name.rpartition(".")
    if name.split(".")[0] == "frappe":
        return name.startswith(OF_FRAMEWORK)
    return name in FUNCTIONS or name in macros or (bool(first) and last in METHODS)


def _name(node: nodes.Node) -> str:
    """A function as the template names it, with its points; empty where it comes out of something else."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_name(node.node) or '?'}.{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return f"{_name(node.node) or '?'}.{node.arg.value}"
    return ""
