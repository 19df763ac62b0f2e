"""Lines of English prose in the repository: docstrings, comments, documents, pages and messages."""

import ast
import io
import re
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = ("api", "models", "geo")
# A migration is not edited after its release, so its versions stay as they are.
PYTHON = (*(f"{package}/**/*.py" for package in PACKAGES), "benchmarks/**/*.py", "scripts/**/*.py", "tests/**/*.py")
DOCUMENTS = ("*.md", "docs/*.md", "data/*.md")
TEMPLATES = ("api/templates/**/*.html",)
MESSAGES = tuple(f"{package}/**/*.toml" for package in PACKAGES)
REPORTS = ("api/reports/languages/en.toml",)

DEFINITIONS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
CODE_IN_TEXT = re.compile(r"`[^`]*`|\]\([^)]*\)|https?://\S+")
CODE_IN_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of prose without its code."""

    path: str
    number: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


def read_prose() -> Iterator[Line]:
    """Yield the prose of the repository."""
    readers = {PYTHON: read_python, DOCUMENTS: read_document, TEMPLATES: read_template, MESSAGES: read_messages}
    for patterns, read in {**readers, REPORTS: read_report}.items():
        for path in (path for pattern in patterns for path in sorted(ROOT.glob(pattern))):
            name = str(path.relative_to(ROOT))
            for number, text in read(path.read_text(encoding="utf-8")):
                if words := CODE_IN_TEXT.sub("``", text).strip():
                    yield Line(name, number, words)


def read_python(source: str) -> Iterator[tuple[int, str]]:
    """Yield the docstrings and comments of a module."""
    yield from read_docstrings(source)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def read_docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of all docstrings of a module."""
    lines = source.split("\n")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, DEFINITIONS) and ast.get_docstring(node) is not None:
            first = node.body[0]
            for number in range(first.lineno, (first.end_lineno or first.lineno) + 1):
                yield number, lines[number - 1]


def read_document(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a document outside its fences."""
    in_fence = False
    for number, line in enumerate(text.split("\n"), 1):
        in_fence ^= line.startswith("```")
        if not in_fence:
            yield number, line


def read_template(text: str) -> Iterator[tuple[int, str]]:
    """Yield the texts and comments of a template, without tags and expressions."""
    words = CODE_IN_TEMPLATE.sub(lambda code: " " + "\n" * code[0].count("\n"), text)
    for number, line in enumerate(words.split("\n"), 1):
        yield number, " ".join(line.split())


def read_messages(text: str) -> Iterator[tuple[int, str]]:
    """Yield the comments of a TOML file, and its English texts."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(("#", "en = ")):
            yield number, line


def read_report(text: str) -> Iterator[tuple[int, str]]:
    """Yield the texts of a report in one language."""
    for value in _walk(tomllib.loads(text)):
        yield text[: text.find(value)].count("\n") + 1, value


def _walk(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _walk(each)
