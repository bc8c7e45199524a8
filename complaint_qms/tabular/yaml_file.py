"""YAML files that people write: read with every mistake named by its place."""

from __future__ import annotations

import reprlib
from pathlib import Path

import yaml

from complaint_qms.tabular.errors import YamlError


def read_yaml(path: Path) -> tuple[object, yaml.Node | None]:
    """Content of a YAML file and its tree of nodes; raises YamlError when it cannot be read or has a key twice."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise YamlError("file_unreadable", file=path, why=error.strerror) from None
    except UnicodeDecodeError as error:
        raise YamlError("file_unreadable", file=path, why=str(error)) from None
    row, column = 1, 1
    try:
        tree = yaml.compose(text, yaml.SafeLoader)
        twice = _key_twice(tree)
        if twice is None:
            return yaml.safe_load(text), tree
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        row, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        why = getattr(error, "problem", None) or str(error)
    except RecursionError:
        raise YamlError("yaml_too_deep", file=path) from None
    except (ValueError, OverflowError) as error:
        why = str(error)
    else:
        row, column = twice.start_mark.line + 1, twice.start_mark.column + 1
        raise YamlError("yaml_key_twice", file=path, row=row, column=column, name=short_repr(twice.value))
    raise YamlError("yaml_broken", file=path, row=row, column=column, why=why)


def short_repr(value: object) -> str:
    """A value in a message, however large or deep it is."""
    return reprlib.repr(value)


def yaml_scalar(value: object) -> str:
    """A YAML scalar on one line."""
    text = yaml.safe_dump(value, allow_unicode=True, width=100_000, default_flow_style=True).strip()
    return text.removesuffix("...").strip()


def _key_twice(tree: yaml.Node | None) -> yaml.Node | None:
    """The first key that stands a second time in its mapping."""
    waiting, seen = [tree] if tree else [], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            keys: set[tuple[str, str]] = set()
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                    if (key.tag, key.value) in keys:
                        return key
                    keys.add((key.tag, key.value))
                waiting += (key, value)
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
    return None
