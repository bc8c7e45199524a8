"""Templates, compiled once as Python's own modules are: compiling them anew took a fifth of a second in every run."""

from __future__ import annotations

import hashlib
import importlib.util
import marshal
import os
import sys
from pathlib import Path
from types import CodeType

import jinja2
from jinja2.bccache import Bucket


class CompiledBeside(jinja2.BytecodeCache):
    """In ``__pycache__`` beside the templates, or where Python is told to put such files; nowhere if it may not write there.

    What was made of another text, with other options, by another Jinja or another Python is made anew.
    """

    def __init__(self, folder: Path, options: dict[str, object]) -> None:
        self._folder = folder
        self._made_by = repr((jinja2.__version__, sorted(options.items())))

    def get_source_checksum(self, source: str) -> str:
        return hashlib.sha256(f"{self._made_by}\n{source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        head = self._head(bucket)
        try:
            data = self._place(bucket).read_bytes()
            code = marshal.loads(data[len(head) :]) if data.startswith(head) else None
        except (OSError, EOFError, ValueError, TypeError):  # there is none, or half of one
            return
        if isinstance(code, CodeType):
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        if sys.dont_write_bytecode or bucket.code is None:
            return
        target = self._place(bucket)
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(self._head(bucket) + marshal.dumps(bucket.code))
            os.replace(draft, target)
        except OSError:
            return

    def _head(self, bucket: Bucket) -> bytes:
        return importlib.util.MAGIC_NUMBER + bucket.checksum.encode()

    def _place(self, bucket: Bucket) -> Path:
        return Path(importlib.util.cache_from_source(str(self._folder / f"template_{bucket.key[:16]}.py")))


def environment(folder: Path, **options: bool) -> jinja2.Environment:
    """The templates of a folder; a name that is not given is a mistake."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        bytecode_cache=CompiledBeside(folder, options),
        **options,
    )
